-- A tenant's own roles, and roles that are granted in one conversation alone.
--
-- permissions: names with a space between; one that no plugin declares now grants nothing and stays.

CREATE TABLE custom_role (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    sentence TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX custom_role_name ON custom_role (tenant, name);

ALTER TABLE member ADD COLUMN granted_role TEXT NULL;
CREATE INDEX member_granted ON member (tenant, granted_role) WHERE granted_role IS NOT NULL;
