-- Files may be elsewhere than on the disk, and on their way from one place to the other.
ALTER TABLE file ADD COLUMN place TEXT NOT NULL DEFAULT 'local';
ALTER TABLE file ADD COLUMN bound TEXT NOT NULL DEFAULT '';
ALTER TABLE file ADD COLUMN bound_path TEXT NOT NULL DEFAULT '';
ALTER TABLE doomed ADD COLUMN place TEXT NOT NULL DEFAULT 'local';
ALTER TABLE doomed ADD COLUMN due BIGINT NOT NULL DEFAULT 0;
CREATE INDEX file_by_place ON file (tenant, place, id);
