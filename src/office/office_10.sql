-- What places a chain's lines in time (corrected_time.h): the boot of its last
-- contact, the boot of its last line, and when that line was made.
ALTER TABLE chains ADD COLUMN contact_boot TEXT NOT NULL DEFAULT '';
ALTER TABLE chains ADD COLUMN contact_began_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chains ADD COLUMN line_boot TEXT NOT NULL DEFAULT '';
ALTER TABLE chains ADD COLUMN line_began_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chains ADD COLUMN line_quality INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chains ADD COLUMN line_up_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chains ADD COLUMN line_made_at INTEGER NOT NULL DEFAULT 0;

-- Boots without contact and without a clock, where they were placed between
-- their neighbours when their first line came.
CREATE TABLE boots (
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    boot       TEXT NOT NULL,
    began_at   INTEGER NOT NULL,
    PRIMARY KEY (device_no, gen, boot)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER boots_no_update BEFORE UPDATE ON boots
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER boots_no_delete BEFORE DELETE ON boots
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;

-- Counted visits whose time no contact vouches for; few, unless clocks fail.
CREATE INDEX visits_unanchored ON visits (at) WHERE counted = 1 AND quality > 0;
