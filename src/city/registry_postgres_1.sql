-- As registry_1.sql. What its triggers refuse, the role's own rights do here.
CREATE TABLE change (
    change_no BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    who       TEXT COLLATE "C" NOT NULL,
    body      TEXT COLLATE "C" NOT NULL,
    hash      BYTEA NOT NULL CHECK (length(hash) = 32)
);
REVOKE UPDATE, DELETE, TRUNCATE ON change FROM CURRENT_USER;
