-- Version 30: a changed case finds its two totals by their whole key. Asked for
-- a pair of grain and period, SQLite looked at all totals of the deadline.
DROP TRIGGER cases_total_changed;
CREATE TRIGGER cases_total_changed
AFTER UPDATE OF state, due_from, answered_day, reopened ON cases
BEGIN
    UPDATE case_totals SET
        opened = opened + (NEW.state < 4) - (OLD.state < 4),
        waiting = waiting + (NEW.state < 2) - (OLD.state < 2),
        fresh = fresh + (NEW.state < 2 AND NEW.due_from = NEW.opened_day)
            - (OLD.state < 2 AND OLD.due_from = OLD.opened_day),
        answered = answered + (NEW.state IN (2, 3)) - (OLD.state IN (2, 3)),
        in_time = in_time
            + (NEW.state IN (2, 3) AND NEW.answered_day <= NEW.plain_due)
            - (OLD.state IN (2, 3) AND OLD.answered_day <= OLD.plain_due),
        closed = closed + (NEW.state = 3) - (OLD.state = 3),
        reopened = reopened + (NEW.state < 4 AND NEW.reopened > 0)
            - (OLD.state < 4 AND OLD.reopened > 0)
    WHERE deadline_days = NEW.deadline_days AND grain IN (0, 1)
        AND period IN (NEW.opened_day, NEW.opened_day / 32)
        AND (grain = 0) = (period = NEW.opened_day)
        AND counter_no = NEW.counter_no AND field_no = NEW.field_no;
END;
