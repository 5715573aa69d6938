-- What the scanner said last of each file, and how far looking at older ones with new signatures has come.
CREATE TABLE scan (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    file BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    name TEXT NOT NULL,
    signatures TEXT NOT NULL,
    took_ms BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (tenant, file)
);

CREATE TABLE sweep (
    tenant BIGINT NOT NULL PRIMARY KEY,
    signatures TEXT NOT NULL,
    after BIGINT NOT NULL,
    done BIGINT NOT NULL
);
