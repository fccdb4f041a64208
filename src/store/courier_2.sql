-- The counter's open invitations, in order, as the server last told them: all
-- are replaced at once. Texts that were not told are empty; times are the
-- server's, in wall milliseconds.
CREATE TABLE invitations (
    place      INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    code       TEXT NOT NULL, -- of the transaction
    procedure  TEXT NOT NULL,
    field      TEXT NOT NULL,
    step       TEXT NOT NULL,
    officer    TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- When that was, and the name that the server gave the list.
CREATE TABLE told (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    etag      TEXT NOT NULL,
    boot      TEXT NOT NULL,
    up_ms     INTEGER NOT NULL,
    server_ms INTEGER NOT NULL
) STRICT;

-- The last good answer of the server to anything.
CREATE TABLE contact (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    boot     TEXT NOT NULL,
    up_ms    INTEGER NOT NULL
) STRICT;
