-- Tenants, accounts, conversations, messages and the event log.
--
-- Times are microseconds since 1970 in UTC, enumerations are numbers, JSON is text. There are no foreign keys: all rows
-- of a tenant are written under its row's lock by code that has just read what they refer to, and a check per insert
-- would cost more than the insert. Words are compared by code point, so that both databases sort alike.

CREATE TABLE tenant (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    log_begin BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tenant_name ON tenant (name);

CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    folded_name TEXT COLLATE "C" NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    status_text TEXT NOT NULL,
    status_expires_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT NULL
);
CREATE UNIQUE INDEX account_username ON account (tenant, username);

CREATE TABLE access_token (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    account BIGINT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NULL
);
CREATE UNIQUE INDEX access_token_digest ON access_token (digest);
CREATE INDEX access_token_account ON access_token (account);

CREATE TABLE conversation (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT COLLATE "C" NOT NULL,
    description TEXT NOT NULL,
    topic TEXT NOT NULL,
    who_finds SMALLINT NOT NULL,
    creator BIGINT NOT NULL,
    direct_key TEXT COLLATE "C" NULL,
    last_sequence BIGINT NOT NULL,
    member_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_message_at BIGINT NULL,
    archived_at BIGINT NULL,
    deleted_at BIGINT NULL
);
-- One direct conversation for two people, until it is deleted.
CREATE UNIQUE INDEX conversation_direct ON conversation (tenant, direct_key)
    WHERE direct_key IS NOT NULL AND deleted_at IS NULL;
-- The list to browse.
CREATE INDEX conversation_open ON conversation (tenant, folded_name, id)
    WHERE who_finds = 1 AND archived_at IS NULL AND deleted_at IS NULL;

CREATE TABLE member (
    conversation BIGINT NOT NULL,
    account BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    role SMALLINT NOT NULL,
    joined_at BIGINT NOT NULL,
    joined_position BIGINT NOT NULL,
    last_read BIGINT NOT NULL,
    notify SMALLINT NOT NULL,
    pinned_at BIGINT NULL,
    PRIMARY KEY (conversation, account)
);
CREATE INDEX member_account ON member (account);

CREATE TABLE message (
    id BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    seq BIGINT NULL,
    author BIGINT NOT NULL,
    shown_from SMALLINT NOT NULL,
    shown_id BIGINT NOT NULL,
    shown_name TEXT NOT NULL,
    shown_avatar TEXT NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    reply_to BIGINT NULL,
    thread_root BIGINT NULL,
    thread_replies BIGINT NOT NULL,
    thread_last_reply_at BIGINT NULL,
    thread_participants TEXT NOT NULL,
    state SMALLINT NOT NULL,
    state_reason TEXT NOT NULL,
    sender_key TEXT COLLATE "C" NULL,
    mention_count INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at BIGINT NULL,
    deleted_at BIGINT NULL
);
-- History pages, and the wall behind "numbered without holes": no number is given twice.
CREATE UNIQUE INDEX message_sequence ON message (conversation, seq);
-- A resend finds the first one. "<author>:<client key>" in one column: a group's keys are looked up in one query.
CREATE UNIQUE INDEX message_sender_key ON message (tenant, sender_key) WHERE sender_key IS NOT NULL;
CREATE INDEX message_thread ON message (thread_root, seq) WHERE thread_root IS NOT NULL;
-- Held and rejected ones (published is 1).
CREATE INDEX message_withheld ON message (conversation, id) WHERE state <> 1;

CREATE TABLE revision (
    message BIGINT NOT NULL,
    number INTEGER NOT NULL,
    tenant BIGINT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    editor BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (message, number)
);

CREATE TABLE mention (
    message BIGINT NOT NULL,
    account BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    seq BIGINT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (message, account)
);
CREATE INDEX mention_account ON mention (account, conversation, seq);

CREATE TABLE event (
    tenant BIGINT NOT NULL,
    position BIGINT NOT NULL,
    type TEXT NOT NULL,
    heard_by SMALLINT NOT NULL,
    conversation BIGINT NULL,
    account BIGINT NULL,
    about BIGINT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, position)
);
-- Retention asks up to where the log is older than a moment.
CREATE INDEX event_created ON event (tenant, created_at, position);
