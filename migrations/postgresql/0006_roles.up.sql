-- A tenant's own roles, and roles that are granted in one conversation alone.
--
-- permissions: names with a space between; one that no plugin declares now grants nothing and stays.

CREATE TABLE custom_role (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sentence TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX custom_role_name ON custom_role (tenant, name);

ALTER TABLE member ADD COLUMN granted_role TEXT COLLATE "C" NULL;
CREATE INDEX member_granted ON member (tenant, granted_role) WHERE granted_role IS NOT NULL;

-- As 0004 says.
DO $$
DECLARE
    list CONSTANT TEXT := 'string_to_array(NULLIF(current_setting(''parley.tenants'', true), ''*''), '','')::bigint[]';
    whole CONSTANT TEXT := 'COALESCE(current_setting(''parley.tenants'', true) = ''*'', false)';
BEGIN
    ALTER TABLE custom_role ENABLE ROW LEVEL SECURITY;
    ALTER TABLE custom_role FORCE ROW LEVEL SECURITY;
    EXECUTE format('CREATE POLICY own_tenant ON custom_role USING (tenant = ANY ((SELECT %s)::bigint[]) OR (SELECT %s))'
        ' WITH CHECK (tenant = ANY (%s) OR %s)', list, whole, list, whole);
END
$$;
