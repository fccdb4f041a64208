-- Version 27: reports that were issued, to the byte (issues.h). Whoever asks
-- later finds what was handed out; what replaces one names it.
CREATE TABLE issues (
    issue_no     INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,    -- "R1"
    by_what      TEXT NOT NULL,    -- "none", "counter"
    period_kind  TEXT NOT NULL,
    period       TEXT NOT NULL,    -- its code
    number       TEXT NOT NULL,    -- of the document, "" for none
    restates     INTEGER REFERENCES issues,
    at           INTEGER NOT NULL, -- wall milliseconds
    who          TEXT NOT NULL,    -- "user an"
    hash         BLOB NOT NULL CHECK (length(hash) = 32), -- of the body
    body         BLOB NOT NULL,    -- JSON
    UNIQUE (kind, by_what, period_kind, period, restates)
) STRICT;
CREATE TRIGGER issues_no_update BEFORE UPDATE ON issues
BEGIN SELECT RAISE(ABORT, 'an issued report never changes'); END;
CREATE TRIGGER issues_no_delete BEFORE DELETE ON issues
BEGIN SELECT RAISE(ABORT, 'an issued report never leaves'); END;
