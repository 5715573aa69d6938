-- Sign-ins that somebody began at an OpenID provider and has not come back from.
--
-- access_token.kind also: 6 provider; access_token.stage also: 3 prove_only.

CREATE TABLE started_sign_in (
    digest TEXT NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL,
    provider TEXT NOT NULL,
    browser TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    return_to TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX started_sign_in_end ON started_sign_in (tenant, expires_at);
