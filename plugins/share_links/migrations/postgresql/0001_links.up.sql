-- Links, who used them, and what is left of those that are over.
CREATE TABLE link (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    token_hash TEXT NOT NULL,
    maker BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    model TEXT NOT NULL,
    file BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    password TEXT NOT NULL,
    secret TEXT NOT NULL,
    note TEXT NOT NULL,
    max_uses BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    why_ended TEXT NOT NULL,
    ended_by BIGINT NOT NULL,
    guesses BIGINT NOT NULL,
    UNIQUE (tenant, token_hash)
);
CREATE INDEX link_by_maker ON link (tenant, maker, id);
CREATE INDEX link_by_file ON link (tenant, file, id);
CREATE INDEX link_by_conversation ON link (tenant, conversation, id);
CREATE INDEX link_by_expiry ON link (tenant, expires);

CREATE TABLE past (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    token_hash TEXT NOT NULL,
    UNIQUE (tenant, token_hash)
);

CREATE TABLE visit (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    link BIGINT NOT NULL,
    what TEXT NOT NULL,
    file BIGINT NOT NULL,
    session TEXT NOT NULL,
    address TEXT NOT NULL,
    at BIGINT NOT NULL,
    last BIGINT NOT NULL,
    times BIGINT NOT NULL,
    UNIQUE (tenant, link, what, file, session, address)
);
CREATE INDEX visit_of ON visit (tenant, link, id);
CREATE INDEX visit_by_age ON visit (tenant, last);
CREATE INDEX visit_by_file ON visit (tenant, file);

CREATE TABLE maker (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    made BIGINT NOT NULL,
    UNIQUE (tenant, user_id)
);
