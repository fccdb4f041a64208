-- Completed transactions, as one-stop systems told of them, and their totals.
-- Rows are replaced when a system corrects what it told; no row is evidence.
CREATE TABLE transactions (
    transaction_no  INTEGER PRIMARY KEY,
    unit            TEXT NOT NULL,
    code            TEXT, -- of the dossier, or its token; NULL: there was no
                          -- key any more to make a token with
    step_no         INTEGER NOT NULL,
    counter_no      INTEGER NOT NULL,
    field_no        INTEGER NOT NULL,
    procedure_no    INTEGER NOT NULL,
    officer_no      INTEGER NOT NULL,
    queued_at       INTEGER NOT NULL, -- 0: not told
    called_at       INTEGER NOT NULL,
    done_at         INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    timeliness      INTEGER NOT NULL CHECK (timeliness BETWEEN 0 AND 3),
    result          TEXT NOT NULL,
    received_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX transactions_once ON transactions (unit, code, step_no)
    WHERE code IS NOT NULL;
CREATE INDEX transactions_by_end ON transactions (done_at);

-- As totals, by the day of done_at. Waits from the ticket to the call, and to
-- the end: how many are known, their milliseconds, how many took at most fifteen
-- minutes, and each of them in tenths of a minute (waits.h).
CREATE TABLE transaction_totals (
    dimension      INTEGER NOT NULL,
    grain          INTEGER NOT NULL,
    period         INTEGER NOT NULL,
    key            INTEGER NOT NULL,
    transactions   INTEGER NOT NULL,
    early          INTEGER NOT NULL,
    on_time        INTEGER NOT NULL,
    late           INTEGER NOT NULL,
    called_known   INTEGER NOT NULL,
    called_ms      INTEGER NOT NULL,
    called_within  INTEGER NOT NULL,
    called_waits   BLOB NOT NULL,
    done_known     INTEGER NOT NULL,
    done_ms        INTEGER NOT NULL,
    done_within    INTEGER NOT NULL,
    done_waits     BLOB NOT NULL,
    PRIMARY KEY (dimension, grain, period, key)
) STRICT, WITHOUT ROWID;
