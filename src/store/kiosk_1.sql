-- The counter's own database: unfinished visits, and the device's ledger.
-- Written by the kiosk alone.

-- Visits with a level whose end has not come; the body is a draft object.
CREATE TABLE drafts (
    id   TEXT PRIMARY KEY,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Drafts that cannot be read as such: kept for a person to look at.
CREATE TABLE aside (
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

CREATE TRIGGER lines_stay BEFORE UPDATE ON lines
BEGIN
    SELECT RAISE(ABORT, 'lines of the ledger never change');
END;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines
BEGIN
    SELECT RAISE(ABORT, 'lines of the ledger are never removed');
END;

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

-- Settings of the staff (PIN, volume); one row a name.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
