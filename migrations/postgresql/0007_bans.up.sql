-- Nothing yet: steps have no gaps between them, and what belongs here is on its way.
SELECT 1;
