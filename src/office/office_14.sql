-- Version 14: what the Office sets on its pages, as named JSON documents
-- (documents.h). A row is never changed and never leaves: whoever asks later
-- finds what held, from when, and who wanted it so.
CREATE TABLE documents (
    name     TEXT NOT NULL,
    version  INTEGER NOT NULL CHECK (version >= 1),
    at       INTEGER NOT NULL, -- wall milliseconds
    who      TEXT NOT NULL,    -- "user binh"
    body     TEXT NOT NULL,    -- one JSON object
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER documents_no_update BEFORE UPDATE ON documents
BEGIN SELECT RAISE(ABORT, 'a version of a document never changes'); END;
CREATE TRIGGER documents_no_delete BEFORE DELETE ON documents
BEGIN SELECT RAISE(ABORT, 'a version of a document never leaves'); END;
