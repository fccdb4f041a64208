-- Version 29: the figures of cases as totals, filled with the cases that are
-- held, and an index for each way to look through the list.
--
-- The day by which a case is due when only weekends are off. Totals hold by it;
-- what holidays change is read beside them (case_figures_sql.c).
ALTER TABLE cases ADD COLUMN plain_due INTEGER GENERATED ALWAYS AS (
    due_from - (due_from + 3) % 7 + min((due_from + 3) % 7, 4) + deadline_days
    + (min((due_from + 3) % 7, 4) + deadline_days) / 5 * 2) VIRTUAL;

CREATE TABLE case_totals (
    deadline_days  INTEGER NOT NULL,
    grain          INTEGER NOT NULL, -- 0 a day, 1 32 days
    period         INTEGER NOT NULL, -- of the opening, in such since 1970
    counter_no     INTEGER NOT NULL,
    field_no       INTEGER NOT NULL,
    opened         INTEGER NOT NULL, -- and not superseded
    waiting        INTEGER NOT NULL,
    fresh          INTEGER NOT NULL, -- of these: their time runs from opening
    answered       INTEGER NOT NULL,
    in_time        INTEGER NOT NULL, -- of these: by plain_due
    closed         INTEGER NOT NULL,
    reopened       INTEGER NOT NULL,
    PRIMARY KEY (deadline_days, grain, period, counter_no, field_no)
) STRICT, WITHOUT ROWID;

INSERT INTO case_totals
SELECT deadline_days, 0, opened_day, counter_no, field_no, sum(state < 4),
    sum(state < 2), sum(state < 2 AND due_from = opened_day),
    sum(state IN (2, 3)), sum(state IN (2, 3) AND answered_day <= plain_due),
    sum(state = 3), sum(state < 4 AND reopened > 0)
FROM cases GROUP BY deadline_days, opened_day, counter_no, field_no;
INSERT INTO case_totals
SELECT deadline_days, 1, period / 32, counter_no, field_no, sum(opened),
    sum(waiting), sum(fresh), sum(answered), sum(in_time), sum(closed),
    sum(reopened)
FROM case_totals WHERE grain = 0
GROUP BY deadline_days, period / 32, counter_no, field_no;

-- A case begins new, and its time runs once its first event is told.
CREATE TRIGGER cases_total_opened AFTER INSERT ON cases
BEGIN
    INSERT INTO case_totals VALUES
        (NEW.deadline_days, 0, NEW.opened_day, NEW.counter_no, NEW.field_no,
            1, 1, 0, 0, 0, 0, 0),
        (NEW.deadline_days, 1, NEW.opened_day / 32, NEW.counter_no,
            NEW.field_no, 1, 1, 0, 0, 0, 0, 0)
    ON CONFLICT DO UPDATE SET opened = opened + 1, waiting = waiting + 1;
END;
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
    WHERE deadline_days = NEW.deadline_days
        AND (grain, period) IN
            (VALUES (0, NEW.opened_day), (1, NEW.opened_day / 32))
        AND counter_no = NEW.counter_no AND field_no = NEW.field_no;
END;

-- Waiting again, and answered by the day: read beside the totals.
CREATE INDEX cases_waiting_again ON cases (deadline_days, due_from, opened_day,
    counter_no, field_no) WHERE state < 2 AND due_from <> opened_day;
CREATE INDEX cases_answered ON cases (deadline_days, due_from, answered_day,
    opened_day, counter_no, field_no) WHERE state IN (2, 3);

-- The list: what is not wanted is passed over in the index.
DROP INDEX cases_by_day;
DROP INDEX cases_by_quarter;
DROP INDEX cases_open;
CREATE INDEX cases_by_quarter ON cases (quarter, ticket, state, counter_no,
    field_no, due_from, owner);
CREATE INDEX cases_open ON cases (quarter, ticket, state, counter_no, field_no,
    due_from, owner) WHERE state < 3;
CREATE INDEX cases_by_state ON cases (state, quarter, ticket, counter_no,
    field_no, due_from, owner);
CREATE INDEX cases_by_counter ON cases (counter_no, quarter, ticket, state,
    field_no, due_from, owner);
CREATE INDEX cases_by_field ON cases (field_no, quarter, ticket, state,
    counter_no, due_from, owner);
CREATE INDEX cases_by_owner ON cases (owner, quarter, ticket, state, counter_no,
    field_no, due_from);
