-- Version 39: whose turn it is to write, where several servers share one
-- database (PostgreSQL). A file has one writing process, which leaves this
-- alone.
CREATE TABLE writing (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch     INTEGER NOT NULL -- one more with each transaction that writes
) STRICT;
INSERT INTO writing VALUES (1, 0);
