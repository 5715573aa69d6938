-- Drops every table of the kernel with all that is in it.
DROP TABLE event;
DROP TABLE mention;
DROP TABLE revision;
DROP TABLE message;
DROP TABLE member;
DROP TABLE conversation;
DROP TABLE access_token;
DROP TABLE account;
DROP TABLE tenant;
