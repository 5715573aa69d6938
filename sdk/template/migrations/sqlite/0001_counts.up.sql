-- How often each word was met on each day (days since 1970).
CREATE TABLE word_count (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    word TEXT NOT NULL,
    day BIGINT NOT NULL,
    count BIGINT NOT NULL,
    UNIQUE (tenant, word, day)
);
