-- Files and their versions; what is on its way; what everybody has; and blobs that are to go.
CREATE TABLE file (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    model TEXT NOT NULL,
    uploader BIGINT NOT NULL,
    message BIGINT NOT NULL,
    published BIGINT NOT NULL,
    held BIGINT NOT NULL,
    shown BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    category TEXT NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    gates TEXT NOT NULL,
    passed TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    version_of BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    check_at BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
-- A conversation's list, all of it and by category, page by page.
CREATE INDEX file_shown ON file (tenant, conversation, shown, id);
CREATE INDEX file_shown_by_category ON file (tenant, conversation, shown, category, id);
CREATE INDEX file_own ON file (tenant, conversation, uploader, id);
CREATE INDEX file_of_message ON file (tenant, message, id);
CREATE INDEX file_by_id ON file (tenant, id);
CREATE INDEX file_by_state ON file (tenant, state, id);
CREATE UNIQUE INDEX file_version ON file (tenant, version_of, version) WHERE version_of <> 0;
CREATE INDEX file_held ON file (tenant, message) WHERE held <> 0;
CREATE INDEX file_due ON file (tenant, check_at) WHERE check_at <> 0;

CREATE TABLE upload (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    model TEXT NOT NULL,
    uploader BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version_of BIGINT NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    files BIGINT NOT NULL CHECK (files >= 0),
    path TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX upload_by_user ON upload (tenant, uploader);
CREATE INDEX upload_by_expiry ON upload (tenant, expires);

CREATE TABLE usage_tally (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    files BIGINT NOT NULL CHECK (files >= 0),
    reserved_bytes BIGINT NOT NULL CHECK (reserved_bytes >= 0),
    reserved_files BIGINT NOT NULL CHECK (reserved_files >= 0),
    UNIQUE (tenant, scope, name)
);

CREATE TABLE doomed (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    path TEXT NOT NULL
);
CREATE INDEX doomed_of ON doomed (tenant, id);
