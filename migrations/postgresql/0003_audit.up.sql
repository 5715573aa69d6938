-- The audit log. Nothing in the server changes or removes an entry.

CREATE TABLE audit_entry (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor BIGINT NULL,
    session BIGINT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NULL,
    subject BIGINT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX audit_entry_order ON audit_entry (tenant, id);
CREATE INDEX audit_entry_action ON audit_entry (tenant, action, id);
CREATE INDEX audit_entry_actor ON audit_entry (tenant, actor, id) WHERE actor IS NOT NULL;
