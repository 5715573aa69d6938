-- Who holds a message that waits for a verdict.
ALTER TABLE message ADD COLUMN holds TEXT NOT NULL DEFAULT '';
-- What waits in a whole tenant (held is 2): few, and asked for when a plugin starts.
CREATE INDEX message_held ON message (tenant, id) WHERE state = 2;
