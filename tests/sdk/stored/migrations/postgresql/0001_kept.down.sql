-- Forgets them.
DROP TABLE kept;
