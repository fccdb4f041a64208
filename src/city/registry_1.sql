-- What was changed about the city's units. The text has the units themselves:
-- nothing else is kept of them.
CREATE TABLE change (
    change_no INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    body      TEXT NOT NULL, -- one JSON object
    hash      BLOB NOT NULL CHECK (length(hash) = 32) -- of this and the one before
) STRICT;
CREATE TRIGGER change_no_update BEFORE UPDATE ON change
BEGIN SELECT RAISE(ABORT, 'the registry only grows'); END;
CREATE TRIGGER change_no_delete BEFORE DELETE ON change
BEGIN SELECT RAISE(ABORT, 'the registry only grows'); END;
