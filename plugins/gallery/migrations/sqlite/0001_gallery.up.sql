-- Files as the gallery knows them, what was made of them, and how they are labelled.
CREATE TABLE item (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    model TEXT NOT NULL,
    shown BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    category TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    words TEXT NOT NULL,
    camera_words TEXT NOT NULL,
    camera TEXT NOT NULL,
    portfolio BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due BIGINT NOT NULL,
    recleaned BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    taken_at TEXT NOT NULL,
    created BIGINT NOT NULL
);
-- A conversation's gallery, all of it and by category, page by page.
CREATE INDEX item_shown ON item (tenant, conversation, shown, id);
CREATE INDEX item_shown_by_category ON item (tenant, conversation, shown, category, id);
CREATE INDEX item_by_id ON item (tenant, id);
CREATE INDEX item_due ON item (tenant, due) WHERE due <> 0;

CREATE TABLE thumbnail (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    file BIGINT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    path TEXT NOT NULL,
    type TEXT NOT NULL,
    UNIQUE (tenant, file, size)
);

CREATE TABLE label (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    file BIGINT NOT NULL,
    label TEXT NOT NULL,
    UNIQUE (tenant, file, label)
);
CREATE INDEX label_of_conversation ON label (tenant, conversation, label);

CREATE TABLE sweep (
    tenant BIGINT NOT NULL PRIMARY KEY,
    after BIGINT NOT NULL
);
