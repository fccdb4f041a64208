-- Version 37: a comment leaves by rule. That it came stays, so that one that
-- somebody takes away otherwise is missed, and one that the rule took does not
-- come back with a batch that is sent again. forgotten_at is the time of the
-- entry in the audit trail that says so.
CREATE TABLE comment_arrivals (
    device_no     INTEGER NOT NULL,
    id            BLOB NOT NULL, -- of the visit, 16 bytes
    received_at   INTEGER NOT NULL,
    forgotten_at  INTEGER NOT NULL DEFAULT 0, -- 0: it is here
    PRIMARY KEY (device_no, id)
) STRICT, WITHOUT ROWID;
INSERT INTO comment_arrivals (device_no, id, received_at)
    SELECT device_no, id, received_at FROM comments;
CREATE INDEX comment_arrivals_here ON comment_arrivals (received_at)
    WHERE forgotten_at = 0;
CREATE TRIGGER comments_stay BEFORE DELETE ON comments
    WHEN NOT EXISTS (SELECT 1 FROM comment_arrivals a
        WHERE a.device_no = old.device_no AND a.id = old.id
          AND a.forgotten_at <> 0)
BEGIN SELECT RAISE(ABORT, 'a comment leaves by rule alone'); END;
CREATE TRIGGER comment_arrivals_keep BEFORE UPDATE ON comment_arrivals
    WHEN old.forgotten_at <> 0 OR new.device_no IS NOT old.device_no
        OR new.id IS NOT old.id OR new.received_at IS NOT old.received_at
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
CREATE TRIGGER comment_arrivals_no_delete BEFORE DELETE ON comment_arrivals
BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
