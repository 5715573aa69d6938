-- How far each plugin is in a tenant's log, and how far the log is in the plugin's outbox.
CREATE TABLE plugin_cursor (
    tenant INTEGER NOT NULL,
    plugin TEXT NOT NULL,
    heard INTEGER,
    relayed INTEGER NOT NULL,
    PRIMARY KEY (tenant, plugin)
) WITHOUT ROWID;

-- What plugins have to do later. While a job is being done, its due moment is the end of the lease.
CREATE TABLE plugin_job (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    plugin TEXT NOT NULL,
    job TEXT NOT NULL,
    "key" TEXT NOT NULL,
    due INTEGER NOT NULL,
    input TEXT NOT NULL,
    tries INTEGER NOT NULL,
    leased_until INTEGER,
    leased_by TEXT NOT NULL
);
CREATE UNIQUE INDEX plugin_job_key ON plugin_job (tenant, plugin, job, "key");
CREATE INDEX plugin_job_due ON plugin_job (due);
