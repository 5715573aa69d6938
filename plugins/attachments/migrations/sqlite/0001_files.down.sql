-- Takes all rows away; the blobs are the operator's to delete.
DROP TABLE doomed;
DROP TABLE usage_tally;
DROP TABLE upload;
DROP TABLE file;
