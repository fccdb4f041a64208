-- What a device is: 0 stands at a counter, 1 is the server's own, which writes
-- what citizens answer on their telephones.
ALTER TABLE devices ADD COLUMN kind INTEGER NOT NULL DEFAULT 0
    CHECK (kind IN (0, 1));
