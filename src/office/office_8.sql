-- Version 8: the keys that make tokens of dossiers' codes (ledger/pseudonym.h).
-- A key stands here and nowhere else in this database, so that setting it to
-- NULL destroys it; the row tells that there was one.
CREATE TABLE transaction_keys (
    key_no        INTEGER PRIMARY KEY,
    unit          TEXT NOT NULL,
    period        TEXT NOT NULL,    -- official month, "2026-12"
    from_day      INTEGER NOT NULL, -- local days
    to_day        INTEGER NOT NULL,
    made_at       INTEGER NOT NULL,
    key           BLOB CHECK (length(key) = 32),
    destroyed_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX transaction_keys_in_force ON transaction_keys (unit, period)
    WHERE key IS NOT NULL;
