-- The counter's own database: unfinished visits, and the device's ledger.
-- Written by the kiosk alone.

-- Visits with a level whose end has not come; the body is a draft object. One
-- that has its end waits for its place in the chain.
CREATE TABLE drafts (
    id   TEXT PRIMARY KEY,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The ledger: the exact bytes of each line, in the order of the chain.
CREATE TABLE lines (
    gen       INTEGER NOT NULL CHECK (gen >= 1),
    seq       INTEGER NOT NULL CHECK (seq >= 1),
    id        TEXT NOT NULL UNIQUE,
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    closed_at INTEGER NOT NULL, -- wall milliseconds
    outcome   TEXT,             -- null: an event of the device
    line      BLOB NOT NULL,
    PRIMARY KEY (gen, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER lines_once BEFORE INSERT ON lines
WHEN EXISTS (SELECT 1 FROM lines WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM lines WHERE gen = NEW.gen AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'a line of the ledger is written once');
END;
CREATE TRIGGER lines_stay BEFORE UPDATE ON lines
BEGIN
    SELECT RAISE(ABORT, 'lines of the ledger never change');
END;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines
BEGIN
    SELECT RAISE(ABORT, 'lines of the ledger are never removed');
END;

-- Comments, sealed for the server's box key before they came here. A line
-- carries only the hash of the sealed text, so that a comment may be deleted
-- and the chain still verifies.
CREATE TABLE comments (
    id     TEXT PRIMARY KEY, -- of the visit
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Lifetime counts, for the heartbeat: counting the lines anew each minute
-- would read them all.
CREATE TABLE counts (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counts VALUES
    ('lines', 0), ('rated', 0), ('declined', 0), ('timeout', 0),
    ('withdrawn', 0);
CREATE TRIGGER lines_count AFTER INSERT ON lines
BEGIN
    UPDATE counts SET n = n + 1 WHERE name = 'lines';
    UPDATE counts SET n = n + 1 WHERE name = NEW.outcome;
END;

-- Every change to this database has a number. What the ring file holds up to
-- this one is here; what it holds beyond is not.
CREATE TABLE settled (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    upto     INTEGER NOT NULL
) STRICT;
INSERT INTO settled VALUES (1, 0);

-- What could not take its place: a draft that cannot be read, a line of the
-- ring file that does not continue the chain. Kept for a person to look at.
CREATE TABLE aside (
    n      INTEGER PRIMARY KEY,
    id     TEXT NOT NULL,
    gen    INTEGER, -- null: a draft
    seq    INTEGER,
    reason TEXT NOT NULL,
    body   BLOB NOT NULL
) STRICT;
CREATE INDEX aside_by_id ON aside (id);
