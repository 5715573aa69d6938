-- The tenant before the key, as it was.
DROP INDEX message_sender_key;
CREATE UNIQUE INDEX message_sender_key ON message (tenant, sender_key) WHERE sender_key IS NOT NULL;
