-- Version 18: the audit trail is chained (trail.h), and checkpoints cover it.
-- What is there is chained as it is found, by the program, after this script.
ALTER TABLE audit ADD COLUMN hash BLOB CHECK (length(hash) = 32);
DROP TRIGGER audit_no_update;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN old.hash IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the audit trail never changes'); END;
CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit WHEN new.hash IS NULL
BEGIN SELECT RAISE(ABORT, 'an entry has its hash'); END;
CREATE INDEX audit_by_action ON audit (action, audit_no);
CREATE INDEX audit_by_who ON audit (who, audit_no);

-- Ends of trails, as checkpoint_heads are ends of chains.
CREATE TABLE checkpoint_trails (
    checkpoint_no  INTEGER NOT NULL REFERENCES checkpoints,
    name           TEXT NOT NULL,
    size           INTEGER NOT NULL, -- entries
    head           BLOB NOT NULL CHECK (length(head) = 32),
    PRIMARY KEY (checkpoint_no, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER checkpoint_trails_no_update BEFORE UPDATE ON checkpoint_trails
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER checkpoint_trails_no_delete BEFORE DELETE ON checkpoint_trails
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
