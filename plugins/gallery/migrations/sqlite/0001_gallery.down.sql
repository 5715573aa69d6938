DROP TABLE sweep;
DROP TABLE label;
DROP TABLE thumbnail;
DROP TABLE item;
