-- Takes all bans away.
DROP TABLE conversation_ban;
