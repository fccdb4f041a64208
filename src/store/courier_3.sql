-- The configuration that the screen has shown, kept while there is a newer one
-- that it has not shown yet: should it not be able to, it goes on with this one.
-- It holds keys, and leaves as soon as the newer one is shown.
CREATE TABLE config_shown (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version  INTEGER NOT NULL,
    etag     TEXT NOT NULL,
    body     BLOB NOT NULL,
    sig      TEXT NOT NULL
) STRICT;

-- The server answers that this device was revoked.
ALTER TABLE attempts ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
