-- What was invited at a counter lately, for the officer's page.
CREATE INDEX invitations_made ON invitations (counter, made_at);

-- Who sits at a counter, from when to when.
CREATE TABLE seats (
    seat_no  INTEGER PRIMARY KEY,
    unit     TEXT NOT NULL,
    counter  TEXT NOT NULL,
    officer  TEXT NOT NULL,
    from_at  INTEGER NOT NULL,           -- wall milliseconds
    to_at    INTEGER NOT NULL DEFAULT 0, -- 0: still
    by       TEXT NOT NULL               -- who said so: "user binh", "key 3"
) STRICT;
-- One officer at a counter, one counter an officer.
CREATE UNIQUE INDEX seats_taken ON seats (unit, counter) WHERE to_at = 0;
CREATE UNIQUE INDEX seats_taken_by ON seats (unit, officer) WHERE to_at = 0;
