-- How far each plugin is in a tenant's log, and how far the log is in the plugin's outbox.
CREATE TABLE plugin_cursor (
    tenant BIGINT NOT NULL,
    plugin TEXT NOT NULL,
    heard BIGINT,
    relayed BIGINT NOT NULL,
    PRIMARY KEY (tenant, plugin)
);

-- What plugins have to do later. While a job is being done, its due moment is the end of the lease.
CREATE TABLE plugin_job (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    plugin TEXT NOT NULL,
    job TEXT NOT NULL,
    "key" TEXT NOT NULL,
    due BIGINT NOT NULL,
    input TEXT NOT NULL,
    tries INTEGER NOT NULL,
    leased_until BIGINT,
    leased_by TEXT NOT NULL
);
CREATE UNIQUE INDEX plugin_job_key ON plugin_job (tenant, plugin, job, "key");
CREATE INDEX plugin_job_due ON plugin_job (due);

-- The wall of step 4, for these two.
DO $$
DECLARE
    one TEXT;
    list CONSTANT TEXT := 'string_to_array(NULLIF(current_setting(''parley.tenants'', true), ''*''), '','')::bigint[]';
    whole CONSTANT TEXT := 'COALESCE(current_setting(''parley.tenants'', true) = ''*'', false)';
BEGIN
    FOREACH one IN ARRAY ARRAY['plugin_cursor', 'plugin_job'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', one);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', one);
        EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant = ANY ((SELECT %s)::bigint[]) OR (SELECT %s))'
            ' WITH CHECK (tenant = ANY (%s) OR %s)', one, list, whole, list, whole);
    END LOOP;
END
$$;
