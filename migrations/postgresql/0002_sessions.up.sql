-- Sessions: access tokens that are refreshed, scopes, one-time links, second factors, and accounts of several kinds.
--
-- account.kind: 1 person, 2 bot, 3 guest. access_token.kind: 1 password, 2 personal, 3 service, 4 guest, 5 vouched;
-- what was there before was made with either of the first two, and all of it is treated as personal.

ALTER TABLE account ADD COLUMN kind SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN external_id TEXT COLLATE "C" NULL;
ALTER TABLE account ADD COLUMN expires_at BIGINT NULL;
CREATE UNIQUE INDEX account_external ON account (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX account_ending ON account (tenant, expires_at) WHERE expires_at IS NOT NULL AND disabled_at IS NULL;

ALTER TABLE access_token ADD COLUMN kind SMALLINT NOT NULL DEFAULT 2;
ALTER TABLE access_token ADD COLUMN stage SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE access_token ADD COLUMN scope TEXT NULL;
ALTER TABLE access_token ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE access_token ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE access_token ADD COLUMN ends_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE access_token ADD COLUMN used_at BIGINT NULL;
ALTER TABLE access_token ADD COLUMN family TEXT COLLATE "C" NULL;
ALTER TABLE access_token ADD COLUMN refresh_digest TEXT COLLATE "C" NULL;
UPDATE access_token SET ends_at = expires_at;
CREATE UNIQUE INDEX access_token_family ON access_token (family) WHERE family IS NOT NULL;

CREATE TABLE one_time_link (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    account BIGINT NOT NULL,
    purpose SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NULL
);
CREATE INDEX one_time_link_end ON one_time_link (tenant, expires_at);

CREATE TABLE second_factor (
    account BIGINT NOT NULL PRIMARY KEY,
    tenant BIGINT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT NULL,
    last_step BIGINT NOT NULL,
    recovery TEXT NOT NULL
);
