-- Version 23: suspicious ratings are flagged by rules (src/integrity), and a
-- person may mark one. What can be worked out again from the visits stands in
-- plain tables; what a person decided stays for ever.

-- Which lines of a chain hold the counted visits of a counter and a day; other
-- visits may lie between them.
CREATE TABLE counter_days (
    counter_no  INTEGER NOT NULL,
    day         INTEGER NOT NULL, -- local
    device_no   INTEGER NOT NULL,
    gen         INTEGER NOT NULL,
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    PRIMARY KEY (counter_no, day, device_no, gen)
) STRICT, WITHOUT ROWID;
INSERT INTO counter_days
    SELECT counter_no, (at + 25200000) / 86400000 AS day, device_no, gen,
        min(seq), max(seq)
    FROM visits WHERE counted = 1 GROUP BY counter_no, day, device_no, gen;

-- Those that have changed since they were judged.
CREATE TABLE due_days (
    day         INTEGER NOT NULL,
    counter_no  INTEGER NOT NULL,
    PRIMARY KEY (day, counter_no)
) STRICT, WITHOUT ROWID;
INSERT INTO due_days SELECT DISTINCT day, counter_no FROM counter_days;

-- By what they are judged. The newest thresholds hold for every day; the hours
-- of a row hold from its day on.
CREATE TABLE judging_rules (
    rules_no    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    from_day    INTEGER NOT NULL,
    version     INTEGER NOT NULL, -- of the thresholds
    thresholds  TEXT NOT NULL,    -- JSON
    hours       TEXT NOT NULL     -- JSON
) STRICT;
CREATE TRIGGER judging_rules_no_update BEFORE UPDATE ON judging_rules
BEGIN SELECT RAISE(ABORT, 'what was judged by never changes'); END;
CREATE TRIGGER judging_rules_no_delete BEFORE DELETE ON judging_rules
BEGIN SELECT RAISE(ABORT, 'what was judged by never leaves'); END;

-- What of an officer's ratings was satisfied, and when a month is judged again.
CREATE TABLE officer_days (
    day         INTEGER NOT NULL,
    counter_no  INTEGER NOT NULL,
    officer_no  INTEGER NOT NULL,
    field_no    INTEGER NOT NULL,
    rated       INTEGER NOT NULL,
    satisfied   INTEGER NOT NULL,
    PRIMARY KEY (day, counter_no, officer_no, field_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE due_months (
    month  INTEGER PRIMARY KEY, -- official: year × 12 + month − 1
    since  INTEGER NOT NULL
) STRICT;

-- A flag is about ratings of a counter on a day, or of an officer in a month.
CREATE TABLE visit_flags (
    flag_no      INTEGER PRIMARY KEY,
    rule         INTEGER NOT NULL, -- integrity/thresholds.h
    counter_no   INTEGER NOT NULL, -- 0: of no counter
    officer_no   INTEGER NOT NULL, -- 0: of no single officer
    first_day    INTEGER NOT NULL,
    last_day     INTEGER NOT NULL,
    figures      TEXT NOT NULL,    -- JSON
    version      INTEGER NOT NULL, -- of the thresholds
    since        INTEGER NOT NULL,
    lifted_at    INTEGER NOT NULL DEFAULT 0,
    lifted_by    TEXT NOT NULL DEFAULT '',
    lift_reason  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX visit_flags_by_day
    ON visit_flags (first_day, counter_no, officer_no);
CREATE TABLE flag_visits (
    flag_no    INTEGER NOT NULL REFERENCES visit_flags,
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (flag_no, device_no, gen, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX flag_visits_by_visit ON flag_visits (device_no, gen, seq);
CREATE TRIGGER visit_flags_lifted_stay BEFORE UPDATE ON visit_flags
    WHEN old.lifted_at <> 0
BEGIN SELECT RAISE(ABORT, 'a lifted flag never changes'); END;
CREATE TRIGGER visit_flags_lifted_remain BEFORE DELETE ON visit_flags
    WHEN old.lifted_at <> 0
BEGIN SELECT RAISE(ABORT, 'a lifted flag never leaves'); END;

-- An appeal marks a rating; the rating itself stays as it is.
CREATE TABLE visit_marks (
    mark_no          INTEGER PRIMARY KEY,
    device_no        INTEGER NOT NULL,
    gen              INTEGER NOT NULL,
    seq              INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    who              TEXT NOT NULL,
    reason           TEXT NOT NULL,
    withdrawn_at     INTEGER NOT NULL DEFAULT 0,
    withdrawn_by     TEXT NOT NULL DEFAULT '',
    withdraw_reason  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX visit_marks_in_force ON visit_marks (device_no, gen, seq)
    WHERE withdrawn_at = 0;
CREATE TRIGGER visit_marks_stay BEFORE UPDATE ON visit_marks
    WHEN old.withdrawn_at <> 0
BEGIN SELECT RAISE(ABORT, 'a withdrawn mark never changes'); END;
CREATE TRIGGER visit_marks_remain BEFORE DELETE ON visit_marks
BEGIN SELECT RAISE(ABORT, 'marks are withdrawn, never deleted'); END;
