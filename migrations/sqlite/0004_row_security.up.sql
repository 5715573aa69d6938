-- SQLite has no row security; this step only keeps the numbers of both databases alike.
SELECT 1;
