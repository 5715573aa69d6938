-- Tenants, accounts, conversations, messages and the event log.
--
-- Times are microseconds since 1970 in UTC, enumerations are numbers, JSON is text. There are no foreign keys: all rows
-- of a tenant are written under its row's lock by code that has just read what they refer to, and a check per insert
-- would cost more than the insert. Words are compared by code point, so that both databases sort alike.

CREATE TABLE tenant (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    log_begin INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX tenant_name ON tenant (name);

CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    username TEXT NOT NULL,
    display_name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    status_text TEXT NOT NULL,
    status_expires_at INTEGER NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    disabled_at INTEGER NULL
);
CREATE UNIQUE INDEX account_username ON account (tenant, username);

CREATE TABLE access_token (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NULL
);
CREATE UNIQUE INDEX access_token_digest ON access_token (digest);
CREATE INDEX access_token_account ON access_token (account);

CREATE TABLE conversation (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    description TEXT NOT NULL,
    topic TEXT NOT NULL,
    who_finds INTEGER NOT NULL,
    creator INTEGER NOT NULL,
    direct_key TEXT NULL,
    last_sequence INTEGER NOT NULL,
    member_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_message_at INTEGER NULL,
    archived_at INTEGER NULL,
    deleted_at INTEGER NULL
);
-- One direct conversation for two people, until it is deleted.
CREATE UNIQUE INDEX conversation_direct ON conversation (tenant, direct_key)
    WHERE direct_key IS NOT NULL AND deleted_at IS NULL;
-- The list to browse.
CREATE INDEX conversation_open ON conversation (tenant, folded_name, id)
    WHERE who_finds = 1 AND archived_at IS NULL AND deleted_at IS NULL;

CREATE TABLE member (
    conversation INTEGER NOT NULL,
    account INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    role INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    joined_position INTEGER NOT NULL,
    last_read INTEGER NOT NULL,
    notify INTEGER NOT NULL,
    pinned_at INTEGER NULL,
    PRIMARY KEY (conversation, account)
) WITHOUT ROWID;
CREATE INDEX member_account ON member (account);

CREATE TABLE message (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    seq INTEGER NULL,
    author INTEGER NOT NULL,
    shown_from INTEGER NOT NULL,
    shown_id INTEGER NOT NULL,
    shown_name TEXT NOT NULL,
    shown_avatar TEXT NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    reply_to INTEGER NULL,
    thread_root INTEGER NULL,
    thread_replies INTEGER NOT NULL,
    thread_last_reply_at INTEGER NULL,
    thread_participants TEXT NOT NULL,
    state INTEGER NOT NULL,
    state_reason TEXT NOT NULL,
    sender_key TEXT NULL,
    mention_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER NULL,
    deleted_at INTEGER NULL
);
-- History pages, and the wall behind "numbered without holes": no number is given twice.
CREATE UNIQUE INDEX message_sequence ON message (conversation, seq);
-- A resend finds the first one. "<author>:<client key>" in one column: a group's keys are looked up in one query.
CREATE UNIQUE INDEX message_sender_key ON message (tenant, sender_key) WHERE sender_key IS NOT NULL;
CREATE INDEX message_thread ON message (thread_root, seq) WHERE thread_root IS NOT NULL;
-- Held and rejected ones (published is 1).
CREATE INDEX message_withheld ON message (conversation, id) WHERE state <> 1;

CREATE TABLE revision (
    message INTEGER NOT NULL,
    number INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    editor INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

CREATE TABLE mention (
    message INTEGER NOT NULL,
    account INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    seq INTEGER NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (message, account)
) WITHOUT ROWID;
CREATE INDEX mention_account ON mention (account, conversation, seq);

CREATE TABLE event (
    tenant INTEGER NOT NULL,
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    heard_by INTEGER NOT NULL,
    conversation INTEGER NULL,
    account INTEGER NULL,
    about INTEGER NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, position)
) WITHOUT ROWID;
-- Retention asks up to where the log is older than a moment.
CREATE INDEX event_created ON event (tenant, created_at, position);
