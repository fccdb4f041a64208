-- Version 3: checkpoints. A checkpoint is one short text that the server signed
-- and that was printed or sent to somebody else: how many lines were held, and
-- one hash over the ends of all chains. What it was made of stays here.

CREATE TABLE checkpoints (
    checkpoint_no  INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    unit           TEXT NOT NULL,
    size           INTEGER NOT NULL, -- lines held
    root           BLOB NOT NULL CHECK (length(root) = 32),
    signature      TEXT NOT NULL
) STRICT;

-- The chains' ends at that time: the leaves of its tree, in the order of this
-- key.
CREATE TABLE checkpoint_heads (
    checkpoint_no  INTEGER NOT NULL REFERENCES checkpoints,
    device         TEXT NOT NULL, -- its id
    gen            INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    head           BLOB NOT NULL CHECK (length(head) = 32),
    PRIMARY KEY (checkpoint_no, device, gen)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER checkpoint_heads_no_update BEFORE UPDATE ON checkpoint_heads
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER checkpoint_heads_no_delete BEFORE DELETE ON checkpoint_heads
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
