-- Lines that the server has acknowledged leave after a time. This is the mark
-- of each generation: every line up to `upto` has left, its hash was `head`,
-- and a signed receipt of the server, for that line or a later one that is
-- here, says that it holds them.
CREATE TABLE pruned (
    gen          INTEGER PRIMARY KEY CHECK (gen >= 1),
    upto         INTEGER NOT NULL CHECK (upto >= 1),
    head         TEXT NOT NULL CHECK (length(head) = 64),
    receipt_to   INTEGER NOT NULL CHECK (receipt_to >= upto),
    receipt_head TEXT NOT NULL,
    device       TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    at           TEXT NOT NULL,
    sig          TEXT NOT NULL,
    -- Of the lines that left this database: the lifetime counts are these and
    -- those of the lines that are here.
    lines        INTEGER NOT NULL DEFAULT 0,
    rated        INTEGER NOT NULL DEFAULT 0,
    declined     INTEGER NOT NULL DEFAULT 0,
    timeout      INTEGER NOT NULL DEFAULT 0,
    withdrawn    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The ledger goes on right behind its mark: so the last line of a generation
-- never leaves. The receipt is for lines that are these.
CREATE TRIGGER pruned_fits BEFORE INSERT ON pruned
WHEN NOT EXISTS
        (SELECT 1 FROM lines WHERE gen = NEW.gen AND seq = NEW.upto + 1
         AND instr(CAST(line AS TEXT), '"prev":"' || NEW.head || '"') > 0)
    OR NEW.receipt_head IS NOT CASE NEW.receipt_to
        WHEN NEW.upto THEN NEW.head
        ELSE (SELECT lower(hex(hash)) FROM lines
              WHERE gen = NEW.gen AND seq = NEW.receipt_to) END
BEGIN
    SELECT RAISE(ABORT, 'the mark does not fit the ledger');
END;
CREATE TRIGGER pruned_still_fits BEFORE UPDATE OF
    gen, upto, head, receipt_to, receipt_head, device, nonce, at, sig ON pruned
WHEN NEW.gen <> OLD.gen OR NEW.upto < OLD.upto
    OR NOT EXISTS
        (SELECT 1 FROM lines WHERE gen = NEW.gen AND seq = NEW.upto + 1
         AND instr(CAST(line AS TEXT), '"prev":"' || NEW.head || '"') > 0)
    OR NEW.receipt_head IS NOT CASE NEW.receipt_to
        WHEN NEW.upto THEN NEW.head
        ELSE (SELECT lower(hex(hash)) FROM lines
              WHERE gen = NEW.gen AND seq = NEW.receipt_to) END
BEGIN
    SELECT RAISE(ABORT, 'the mark only rises, and fits the ledger');
END;
CREATE TRIGGER pruned_remains BEFORE DELETE ON pruned
BEGIN
    SELECT RAISE(ABORT, 'the mark is never removed');
END;

-- A line leaves only below the mark, and does not come back; its comment goes
-- with it.
DROP TRIGGER lines_remain;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines
WHEN NOT EXISTS
    (SELECT 1 FROM pruned WHERE gen = OLD.gen AND upto >= OLD.seq)
BEGIN
    SELECT RAISE(ABORT, 'lines of the ledger leave only below the mark');
END;
CREATE TRIGGER lines_left AFTER DELETE ON lines
BEGIN
    UPDATE pruned SET lines = lines + 1,
        rated = rated + (OLD.outcome IS 'rated'),
        declined = declined + (OLD.outcome IS 'declined'),
        timeout = timeout + (OLD.outcome IS 'timeout'),
        withdrawn = withdrawn + (OLD.outcome IS 'withdrawn')
    WHERE gen = OLD.gen;
    DELETE FROM comments WHERE id = OLD.id;
END;
CREATE TRIGGER lines_come_once BEFORE INSERT ON lines
WHEN EXISTS (SELECT 1 FROM pruned WHERE gen = NEW.gen AND upto >= NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'a line that has left does not come back');
END;
