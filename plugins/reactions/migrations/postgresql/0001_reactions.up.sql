-- Who put which emoji on which message, and how many have; first: the first of them, as a list of ids.
CREATE TABLE reaction (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    message BIGINT NOT NULL,
    emoji TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (tenant, message, emoji, user_id)
);
CREATE INDEX reaction_by_age ON reaction (tenant, message, emoji, id);

CREATE TABLE reaction_tally (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    message BIGINT NOT NULL,
    emoji TEXT NOT NULL,
    count BIGINT NOT NULL,
    first TEXT NOT NULL,
    UNIQUE (tenant, message, emoji)
);
