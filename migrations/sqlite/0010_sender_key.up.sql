-- The key before the tenant. Keys begin with their author and so say nearly all by themselves; with the tenant first, a
-- database that has not counted its rows yet reads all of a tenant's messages to look up the keys of one group.
DROP INDEX message_sender_key;
CREATE UNIQUE INDEX message_sender_key ON message (sender_key, tenant) WHERE sender_key IS NOT NULL;
