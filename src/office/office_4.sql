-- Lines that a device has lost. The first line of a later generation tells of
-- them; only then does a chain go on behind them.
CREATE TABLE holes (
    device_no    INTEGER NOT NULL REFERENCES devices,
    gen          INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL CHECK (last >= first),
    declared_gen INTEGER NOT NULL, -- whose line 1 tells of it
    PRIMARY KEY (device_no, gen, first, last)
) STRICT, WITHOUT ROWID;

-- Those that a chain has gone over: never received, and never to be.
CREATE TABLE lost_lines (
    device_no INTEGER NOT NULL REFERENCES devices,
    gen       INTEGER NOT NULL,
    first     INTEGER NOT NULL,
    last      INTEGER NOT NULL CHECK (last >= first),
    at        INTEGER NOT NULL, -- wall milliseconds of the receipt
    PRIMARY KEY (device_no, gen, first)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER lost_stay BEFORE UPDATE ON lost_lines
BEGIN
    SELECT RAISE(ABORT, 'what was lost stays lost');
END;
CREATE TRIGGER lost_remain BEFORE DELETE ON lost_lines
BEGIN
    SELECT RAISE(ABORT, 'what was lost stays lost');
END;

-- A hole is something that a person is to look at, too.
CREATE TABLE flags_with_holes (
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('fork', 'conflict', 'hole')),
    detail     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (device_no, gen, seq, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO flags_with_holes SELECT * FROM flags;
DROP TABLE flags;
ALTER TABLE flags_with_holes RENAME TO flags;
CREATE TRIGGER flags_no_update BEFORE UPDATE ON flags
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER flags_no_delete BEFORE DELETE ON flags
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
