-- Nothing is left of the gallery; files are as they are.
DROP TABLE sweep;
DROP TABLE label;
DROP TABLE thumbnail;
DROP TABLE item;
