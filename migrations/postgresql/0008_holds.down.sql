-- Forgets who holds what; held messages stay held, for reviewers to decide.
DROP INDEX message_held;
ALTER TABLE message DROP COLUMN holds;
