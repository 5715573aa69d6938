-- What waits or waited for somebody, and what happened to it.
CREATE TABLE item (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    model TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    author BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    why TEXT NOT NULL,
    state TEXT NOT NULL,
    created BIGINT NOT NULL,
    due BIGINT NOT NULL,
    overdue BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    took BIGINT NOT NULL,
    reason TEXT NOT NULL,
    settled BIGINT NOT NULL,
    UNIQUE (tenant, kind, subject)
);
-- The queue page by page, of the tenant and of one model.
CREATE INDEX item_by_state ON item (tenant, state, id);
CREATE INDEX item_by_model ON item (tenant, state, model, id);
CREATE INDEX item_by_author ON item (tenant, author, kind, state);
CREATE INDEX item_by_conversation ON item (tenant, conversation, state);
CREATE INDEX item_due ON item (tenant, due) WHERE state = 'pending' AND due <> 0 AND overdue = 0;
CREATE INDEX item_unsettled ON item (tenant, id) WHERE settled = 0;
CREATE INDEX item_decided ON item (tenant, decided_at);

CREATE TABLE entry (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    item BIGINT NOT NULL,
    what TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX entry_of ON entry (tenant, item, id);
