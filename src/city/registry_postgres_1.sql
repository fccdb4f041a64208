-- As registry_1.sql. Nothing here changes a row; REVOKE takes the right away
-- from who runs the program.
CREATE TABLE change (
    change_no BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    who       TEXT COLLATE "C" NOT NULL,
    body      TEXT COLLATE "C" NOT NULL,
    hash      BYTEA NOT NULL CHECK (length(hash) = 32)
);
