-- Takes away what sessions, links and second factors need; accounts and tokens stay, everybody signs in again when the
-- access token is over, and what was narrowed by a scope is ended, so that it does not grow.
DROP TABLE second_factor;
DROP TABLE one_time_link;
DELETE FROM access_token WHERE scope IS NOT NULL OR stage <> 1;
DROP INDEX access_token_family;
ALTER TABLE access_token DROP COLUMN refresh_digest;
ALTER TABLE access_token DROP COLUMN family;
ALTER TABLE access_token DROP COLUMN used_at;
ALTER TABLE access_token DROP COLUMN ends_at;
ALTER TABLE access_token DROP COLUMN address;
ALTER TABLE access_token DROP COLUMN user_agent;
ALTER TABLE access_token DROP COLUMN scope;
ALTER TABLE access_token DROP COLUMN stage;
ALTER TABLE access_token DROP COLUMN kind;
DROP INDEX account_ending;
DROP INDEX account_external;
ALTER TABLE account DROP COLUMN expires_at;
ALTER TABLE account DROP COLUMN external_id;
ALTER TABLE account DROP COLUMN kind;
