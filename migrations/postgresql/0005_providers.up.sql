-- Sign-ins that somebody began at an OpenID provider and has not come back from.
--
-- access_token.kind also: 6 provider; access_token.stage also: 3 prove_only.

CREATE TABLE started_sign_in (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    provider TEXT NOT NULL,
    browser TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    return_to TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX started_sign_in_end ON started_sign_in (tenant, expires_at);

ALTER TABLE started_sign_in ENABLE ROW LEVEL SECURITY;
ALTER TABLE started_sign_in FORCE ROW LEVEL SECURITY;
-- As 0004 has it for the tables before.
CREATE POLICY own_tenant ON started_sign_in
    USING (tenant = ANY ((SELECT string_to_array(NULLIF(current_setting('parley.tenants', true), '*'), ',')::bigint[])::bigint[])
        OR (SELECT COALESCE(current_setting('parley.tenants', true) = '*', false)))
    WITH CHECK (tenant = ANY (string_to_array(NULLIF(current_setting('parley.tenants', true), '*'), ',')::bigint[])
        OR COALESCE(current_setting('parley.tenants', true) = '*', false));
