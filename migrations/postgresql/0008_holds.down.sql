DROP INDEX message_held;
ALTER TABLE message DROP COLUMN holds;
