-- The audit log. Nothing in the server changes or removes an entry.

CREATE TABLE audit_entry (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor INTEGER NULL,
    session INTEGER NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NULL,
    subject INTEGER NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX audit_entry_order ON audit_entry (tenant, id);
CREATE INDEX audit_entry_action ON audit_entry (tenant, action, id);
CREATE INDEX audit_entry_actor ON audit_entry (tenant, actor, id) WHERE actor IS NOT NULL;
