-- Version 26: papers that the server made by itself, and their mail (papers.h).
CREATE TABLE papers (
    kind      INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    name      TEXT NOT NULL UNIQUE,
    made_at   INTEGER NOT NULL,
    mail      INTEGER NOT NULL, -- 0 none, 1 waits, 2 sent, 3 given up
    tries     INTEGER NOT NULL DEFAULT 0,
    next_at   INTEGER NOT NULL,
    sent_at   INTEGER NOT NULL DEFAULT 0,
    said      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX papers_to_mail ON papers (next_at) WHERE mail = 1;
