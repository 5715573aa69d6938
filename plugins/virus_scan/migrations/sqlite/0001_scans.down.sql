-- Nothing is left of what the scanner said.
DROP TABLE sweep;
DROP TABLE scan;
