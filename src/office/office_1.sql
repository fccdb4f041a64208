-- The server's database, version 1.
--
-- Three layers, each made of the one before:
--   evidence   lines, ids, batches, heads, asides, flags: what devices sent, to
--              the byte, and what they signed. Rows are added, never changed
--              or deleted; triggers refuse both.
--   visits     one row for each visit that may count, read out of its line.
--   totals     counted visits by breakdown and period.
-- Times are wall milliseconds of the server's clock unless a name says
-- device_. A device is a small number inside keys; its id stands in devices.

CREATE TABLE devices (
    device_no    INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    unit         TEXT NOT NULL,
    counter      TEXT NOT NULL,
    field        TEXT NOT NULL,
    added_at     INTEGER NOT NULL,
    enrolled_at  INTEGER NOT NULL DEFAULT 0,
    revoked_at   INTEGER NOT NULL DEFAULT 0,
    public_key   BLOB CHECK (length(public_key) = 32),
    token_hash   BLOB UNIQUE CHECK (length(token_hash) = 32)
) STRICT;

-- One-time codes, as hashes.
CREATE TABLE enrolment_codes (
    hash        BLOB PRIMARY KEY CHECK (length(hash) = 32),
    device_no   INTEGER NOT NULL REFERENCES devices,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The last contact with a device. -1 or NULL: it did not say.
CREATE TABLE contacts (
    device_no         INTEGER PRIMARY KEY REFERENCES devices,
    seen_at           INTEGER NOT NULL,
    version           TEXT NOT NULL,
    pending           INTEGER NOT NULL,
    lifetime_lines    INTEGER NOT NULL,
    lifetime_ratings  INTEGER NOT NULL,
    disk_free         INTEGER NOT NULL,
    clock_offset_ms   INTEGER,
    state             TEXT NOT NULL
) STRICT;

CREATE TABLE configurations (
    device_no  INTEGER NOT NULL REFERENCES devices,
    version    INTEGER NOT NULL,
    made_at    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (device_no, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    key_no      INTEGER PRIMARY KEY,
    role        TEXT NOT NULL CHECK (role IN ('office', 'leader', 'feed')),
    name        TEXT NOT NULL,
    hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    added_at    INTEGER NOT NULL,
    revoked_at  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How far each chain is held without a hole, and known to reach.
CREATE TABLE chains (
    device_no    INTEGER NOT NULL REFERENCES devices,
    gen          INTEGER NOT NULL,
    received_to  INTEGER NOT NULL,
    head         BLOB NOT NULL CHECK (length(head) = 32),
    reported_to  INTEGER NOT NULL,
    PRIMARY KEY (device_no, gen)
) STRICT, WITHOUT ROWID;

-- Every line that has a place in a chain, exactly as it was sent.
CREATE TABLE lines (
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    batch_no   INTEGER NOT NULL,
    verdict    INTEGER NOT NULL, -- 0 stored, 1 invalid, 2 conflict
    hash       BLOB NOT NULL,    -- SHA-256 of bytes
    reason     TEXT,             -- of an invalid line or a conflict
    bytes      BLOB NOT NULL,
    PRIMARY KEY (device_no, gen, seq)
) STRICT, WITHOUT ROWID;

-- Whose an id is. The judge of "already counted".
CREATE TABLE ids (
    device_no  INTEGER NOT NULL,
    id         BLOB NOT NULL, -- 16 bytes
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (device_no, id)
) STRICT, WITHOUT ROWID;

-- Comments, sealed as they came: only the server's box key opens them. Their
-- lines carry the hash, so a comment may be deleted and the chain still holds.
CREATE TABLE comments (
    device_no    INTEGER NOT NULL,
    id           BLOB NOT NULL, -- of the visit, 16 bytes
    received_at  INTEGER NOT NULL,
    sealed       BLOB NOT NULL,
    PRIMARY KEY (device_no, id)
) STRICT, WITHOUT ROWID;

-- Batches that brought lines: what the device signed, and the clocks that place
-- its lines in time.
CREATE TABLE batches (
    batch_no        INTEGER PRIMARY KEY,
    device_no       INTEGER NOT NULL,
    gen             INTEGER NOT NULL,
    stored_to       INTEGER NOT NULL, -- the last line that it brought
    signed_to       INTEGER NOT NULL,
    signed_head     BLOB NOT NULL,
    nonce           TEXT NOT NULL,
    signature       TEXT NOT NULL,
    device_sent_at  INTEGER NOT NULL,
    boot            TEXT NOT NULL,
    up_ms           INTEGER NOT NULL,
    received_at     INTEGER NOT NULL
) STRICT;

-- Signed heads of lines that were not held yet: the lines must fit when they
-- come.
CREATE TABLE heads (
    device_no    INTEGER NOT NULL,
    gen          INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    head         BLOB NOT NULL,
    nonce        TEXT NOT NULL,
    signature    TEXT NOT NULL,
    received_at  INTEGER NOT NULL,
    PRIMARY KEY (device_no, gen, seq)
) STRICT, WITHOUT ROWID;

-- Lines that have no place in a chain: other bytes for a held seq, lines that
-- do not continue what is held, and what a revoked device sent.
CREATE TABLE asides (
    device_no    INTEGER NOT NULL,
    gen          INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('fork', 'revoked')),
    received_at  INTEGER NOT NULL,
    bytes        BLOB NOT NULL,
    PRIMARY KEY (device_no, gen, seq, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE flags (
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('fork', 'conflict')),
    detail     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (device_no, gen, seq, kind)
) STRICT, WITHOUT ROWID;

-- Codes of counters, fields, procedures, steps and officers as numbers, so that
-- rows and keys stay small. 0 stands for none.
CREATE TABLE codes (
    code_no  INTEGER PRIMARY KEY,
    code     TEXT NOT NULL UNIQUE
) STRICT;

-- The visits that are no tests.
CREATE TABLE visits (
    device_no         INTEGER NOT NULL,
    gen               INTEGER NOT NULL,
    seq               INTEGER NOT NULL,
    at                INTEGER NOT NULL, -- corrected
    quality           INTEGER NOT NULL, -- 0 A, 1 B, 2 C, 3 D
    device_at         INTEGER NOT NULL, -- by the device's clock
    outcome           INTEGER NOT NULL, -- 0 rated, 1 declined, 2 timeout,
                                        -- 3 withdrawn
    level             INTEGER CHECK (level BETWEEN 1 AND 5),
    mode              INTEGER NOT NULL, -- 0 transaction, 1 walk-up,
                                        -- 2 walk-up-offline
    counter_no        INTEGER NOT NULL,
    field_no          INTEGER NOT NULL,
    procedure_no      INTEGER NOT NULL,
    step_no           INTEGER NOT NULL,
    officer_no        INTEGER NOT NULL,
    transaction_code  TEXT,
    counted           INTEGER NOT NULL CHECK (counted IN (0, 1)),
    PRIMARY KEY (device_no, gen, seq)
) STRICT, WITHOUT ROWID;

-- One counted rating a transaction and step, over all devices.
CREATE UNIQUE INDEX visits_by_transaction ON visits (transaction_code, step_no)
    WHERE counted = 1 AND outcome = 0 AND transaction_code IS NOT NULL;

-- grain 0: period is a local day; grain 1: a half-month, (year × 12 + month −
-- 1) × 2, plus 1 from the 15th on. Dimensions are numbered in tally.h.
CREATE TABLE totals (
    dimension      INTEGER NOT NULL,
    grain          INTEGER NOT NULL,
    period         INTEGER NOT NULL,
    key            INTEGER NOT NULL,
    level_1        INTEGER NOT NULL,
    level_2        INTEGER NOT NULL,
    level_3        INTEGER NOT NULL,
    level_4        INTEGER NOT NULL,
    level_5        INTEGER NOT NULL,
    declined       INTEGER NOT NULL,
    timeout        INTEGER NOT NULL,
    withdrawn      INTEGER NOT NULL,
    offered        INTEGER NOT NULL,
    offered_rated  INTEGER NOT NULL,
    PRIMARY KEY (dimension, grain, period, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER lines_no_update BEFORE UPDATE ON lines
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER lines_no_delete BEFORE DELETE ON lines
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER ids_no_update BEFORE UPDATE ON ids
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER ids_no_delete BEFORE DELETE ON ids
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER batches_no_update BEFORE UPDATE ON batches
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER batches_no_delete BEFORE DELETE ON batches
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER heads_no_update BEFORE UPDATE ON heads
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER asides_no_update BEFORE UPDATE ON asides
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER asides_no_delete BEFORE DELETE ON asides
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER flags_no_update BEFORE UPDATE ON flags
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER flags_no_delete BEFORE DELETE ON flags
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
