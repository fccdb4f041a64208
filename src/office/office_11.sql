-- Version 11: in which order single visits are given out (ratings.h). A round is
-- a quarter of an hour of receiving, or less of it when very much came.
CREATE TABLE rounds (
    round    INTEGER PRIMARY KEY,
    quarter  INTEGER NOT NULL -- of an hour, since 1970; 0: not known any more
) STRICT;

-- Which lines came in a round.
CREATE TABLE round_spans (
    round      INTEGER NOT NULL,
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    PRIMARY KEY (round, device_no, gen, first)
) STRICT, WITHOUT ROWID;
INSERT INTO round_spans
    SELECT (row_number() OVER (ORDER BY batch_no) + 1) / 2, device_no, gen,
        min(seq), max(seq) FROM lines GROUP BY batch_no, device_no, gen;
INSERT INTO rounds SELECT DISTINCT round, 0 FROM round_spans;

-- Visits that stopped counting in it.
CREATE TABLE recounts (
    round      INTEGER NOT NULL,
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (round, device_no, gen, seq)
) STRICT, WITHOUT ROWID;

-- Makes tickets, the names of visits outside: a line that is sent again to a
-- restored database has its ticket again.
CREATE TABLE ticket_key (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    key       BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO ticket_key VALUES (1, randomblob(32));
