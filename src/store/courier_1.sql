-- What the courier knows. Written by hailong-sync alone.

-- How far the server has acknowledged each generation, and its last receipt.
-- All but `upto` is null after the server asked for earlier lines again.
CREATE TABLE positions (
    gen    INTEGER PRIMARY KEY,
    upto   INTEGER NOT NULL,
    device TEXT,
    head   TEXT,
    nonce  TEXT,
    at     TEXT,
    sig    TEXT
) STRICT;

-- The first receipt for each line that a position came to: the device's proof
-- of what the server has taken. Later ones for the same line prove no more.
CREATE TABLE receipts (
    gen    INTEGER NOT NULL,
    upto   INTEGER NOT NULL,
    head   TEXT NOT NULL,
    device TEXT NOT NULL,
    nonce  TEXT NOT NULL,
    at     TEXT NOT NULL,
    sig    TEXT NOT NULL,
    PRIMARY KEY (gen, upto, head)
) STRICT, WITHOUT ROWID;

-- Lines that the server set aside, with its reason. They stay in the ledger.
CREATE TABLE quarantine (
    gen    INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    id     TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (gen, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
    failures      INTEGER NOT NULL,
    next_at_ms    INTEGER NOT NULL,
    last_sent_ms  INTEGER NOT NULL,
    last_error    TEXT NOT NULL,
    last_error_ms INTEGER NOT NULL,
    next_gen      INTEGER NOT NULL
) STRICT;
INSERT INTO attempts VALUES (1, 0, 0, 0, '', 0, 0);

-- Server times of good answers: the last one of each boot. The highest `n` is
-- the newest, whatever the clocks say.
CREATE TABLE anchors (
    n             INTEGER PRIMARY KEY,
    boot          TEXT NOT NULL UNIQUE,
    up_ms         INTEGER NOT NULL,
    server_ms     INTEGER NOT NULL,
    round_trip_ms INTEGER NOT NULL
) STRICT;

-- The last good configuration, as the bytes that the server signed.
CREATE TABLE config (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version  INTEGER NOT NULL,
    etag     TEXT NOT NULL,
    body     BLOB NOT NULL,
    sig      TEXT NOT NULL
) STRICT;
