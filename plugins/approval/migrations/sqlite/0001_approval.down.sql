-- Forgets the queue and its history.
DROP TABLE entry;
DROP TABLE item;
