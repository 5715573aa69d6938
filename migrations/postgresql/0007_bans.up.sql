-- Bans: who must stay out of a conversation, by whom, why, and until when (NULL: for good).

CREATE TABLE conversation_ban (
    conversation BIGINT NOT NULL,
    account BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    banned_by BIGINT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NULL,
    PRIMARY KEY (conversation, account)
);
CREATE INDEX conversation_ban_account ON conversation_ban (account);

-- As 0004_row_security does for the tables before.
ALTER TABLE conversation_ban ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_ban FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON conversation_ban
    USING (tenant = ANY ((SELECT string_to_array(NULLIF(current_setting('parley.tenants', true), '*'), ',')::bigint[])::bigint[])
        OR (SELECT COALESCE(current_setting('parley.tenants', true) = '*', false)))
    WITH CHECK (tenant = ANY (string_to_array(NULLIF(current_setting('parley.tenants', true), '*'), ',')::bigint[])
        OR COALESCE(current_setting('parley.tenants', true) = '*', false));
