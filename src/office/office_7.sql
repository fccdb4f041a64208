-- Version 7: people who sign in at the server.

CREATE TABLE people (
    person_no    INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE, -- typed to sign in
    display      TEXT NOT NULL,
    role         TEXT NOT NULL
                 CHECK (role IN ('admin', 'office', 'leader', 'officer')),
    officer      TEXT NOT NULL, -- code of an officer; '' : the role is another
    hash         TEXT NOT NULL, -- of the password, Argon2id
    added_at     INTEGER NOT NULL,
    disabled_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
-- An officer's code is one person's at a time.
CREATE UNIQUE INDEX people_by_officer ON people (officer)
    WHERE officer <> '' AND disabled_at = 0;
CREATE TRIGGER people_no_delete BEFORE DELETE ON people
BEGIN SELECT RAISE(ABORT, 'people are disabled, never deleted'); END;

CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32), -- of its token
    person_no  INTEGER NOT NULL REFERENCES people,
    made_at    INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong tries by sign-in name and by address, each known by its hash: people
-- type passwords into the wrong field.
CREATE TABLE sign_in_tries (
    subject       BLOB PRIMARY KEY CHECK (length(subject) = 32),
    wrong         INTEGER NOT NULL, -- since the last lock
    locks         INTEGER NOT NULL, -- one after the other
    last_at       INTEGER NOT NULL,
    locked_until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
