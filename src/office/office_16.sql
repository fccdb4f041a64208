-- Version 16: what was told of the figures to the public, and to officers about
-- themselves, in steps (publish.h). What was told cannot be taken back, so rows
-- are added, never changed or deleted.
CREATE TABLE published_steps (
    step_no        INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    kind           INTEGER NOT NULL, -- 0 a field, 1 several, 2 an officer
    month          INTEGER NOT NULL, -- official: year * 12 + month - 1
    key            TEXT NOT NULL,    -- a code; '' : none was given, or several
    to_day         INTEGER NOT NULL, -- the last one that is in it
    level_1        INTEGER NOT NULL CHECK (level_1 >= 0),
    level_2        INTEGER NOT NULL CHECK (level_2 >= 0),
    level_3        INTEGER NOT NULL CHECK (level_3 >= 0),
    level_4        INTEGER NOT NULL CHECK (level_4 >= 0),
    level_5        INTEGER NOT NULL CHECK (level_5 >= 0),
    offered_rated  INTEGER NOT NULL,
    CHECK (level_1 + level_2 + level_3 + level_4 + level_5 >= 5)
) STRICT;
CREATE INDEX published_steps_by_month ON published_steps (month, kind);

-- What each field gave to a step of several. It is told to nobody.
CREATE TABLE published_parts (
    step_no        INTEGER NOT NULL REFERENCES published_steps,
    key            TEXT NOT NULL,
    level_1        INTEGER NOT NULL,
    level_2        INTEGER NOT NULL,
    level_3        INTEGER NOT NULL,
    level_4        INTEGER NOT NULL,
    level_5        INTEGER NOT NULL,
    offered_rated  INTEGER NOT NULL,
    PRIMARY KEY (step_no, key)
) STRICT, WITHOUT ROWID;

-- What stands around the ratings, of all fields.
CREATE TABLE published_flows (
    flow_no       INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    month         INTEGER NOT NULL,
    transactions  INTEGER NOT NULL,
    silent        INTEGER NOT NULL,
    waits         INTEGER NOT NULL,
    wait_ms       INTEGER NOT NULL,
    waits_within  INTEGER NOT NULL
) STRICT;
CREATE INDEX published_flows_by_month ON published_flows (month);

CREATE TRIGGER published_steps_no_update BEFORE UPDATE ON published_steps
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER published_steps_no_delete BEFORE DELETE ON published_steps
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER published_parts_no_update BEFORE UPDATE ON published_parts
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER published_parts_no_delete BEFORE DELETE ON published_parts
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER published_flows_no_update BEFORE UPDATE ON published_flows
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER published_flows_no_delete BEFORE DELETE ON published_flows
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
