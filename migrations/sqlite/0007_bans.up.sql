-- Bans: who must stay out of a conversation, by whom, why, and until when (NULL: for good).

CREATE TABLE conversation_ban (
    conversation INTEGER NOT NULL,
    account INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    banned_by INTEGER NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at INTEGER NULL,
    PRIMARY KEY (conversation, account)
) WITHOUT ROWID;
CREATE INDEX conversation_ban_account ON conversation_ban (account);
