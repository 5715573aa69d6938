-- Forgets all counts.
DROP TABLE word_count;
