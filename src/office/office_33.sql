-- Version 33: each flag keeps the number of its ratings. The fill is no change
-- of a lifted flag.
ALTER TABLE visit_flags ADD COLUMN ratings INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER visit_flags_lifted_stay;
UPDATE visit_flags SET ratings = (SELECT count(*) FROM flag_visits x
    WHERE x.flag_no = visit_flags.flag_no);
CREATE TRIGGER visit_flags_lifted_stay BEFORE UPDATE ON visit_flags
    WHEN old.lifted_at <> 0
BEGIN SELECT RAISE(ABORT, 'a lifted flag never changes'); END;
