-- Only when every file is on the disk: move them there first.
DROP INDEX file_by_place;
ALTER TABLE doomed DROP COLUMN due;
ALTER TABLE doomed DROP COLUMN place;
ALTER TABLE file DROP COLUMN bound_path;
ALTER TABLE file DROP COLUMN bound;
ALTER TABLE file DROP COLUMN place;
