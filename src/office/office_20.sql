-- Version 20: cases (case_rules.h). Low ratings that are held already open
-- none: nobody was told of a deadline for them.
CREATE TABLE cases (
    case_no        INTEGER PRIMARY KEY,
    -- of the rating
    device_no      INTEGER NOT NULL,
    gen            INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    ticket         INTEGER NOT NULL, -- its name outside
    level          INTEGER NOT NULL,
    counter_no     INTEGER NOT NULL,
    field_no       INTEGER NOT NULL,
    -- of the opening: a quarter of an hour, since 1970, and its local day
    quarter        INTEGER NOT NULL,
    opened_day     INTEGER NOT NULL,
    deadline_days  INTEGER NOT NULL,
    -- what the events give
    state          INTEGER NOT NULL, -- enum case_state
    version        INTEGER NOT NULL,
    owner          TEXT NOT NULL,
    answered_by    TEXT NOT NULL,
    due_from       INTEGER NOT NULL,
    answered_day   INTEGER NOT NULL,
    closed_day     INTEGER NOT NULL,
    reopened       INTEGER NOT NULL,
    UNIQUE (device_no, gen, seq)
) STRICT;
CREATE INDEX cases_by_ticket ON cases (ticket);
CREATE INDEX cases_by_quarter ON cases (quarter, ticket);
CREATE INDEX cases_open ON cases (quarter, ticket) WHERE state < 3;
-- Covers the figures.
CREATE INDEX cases_by_day ON cases (opened_day, counter_no, field_no, state,
    deadline_days, due_from, answered_day, reopened);
CREATE TRIGGER cases_stay BEFORE DELETE ON cases
BEGIN SELECT RAISE(ABORT, 'a case is closed, never deleted'); END;
CREATE TRIGGER cases_keep BEFORE UPDATE OF device_no, gen, seq, ticket, level,
    counter_no, field_no, quarter, opened_day, deadline_days ON cases
BEGIN SELECT RAISE(ABORT, 'what a case is about never changes'); END;

-- A trail (trail.h) over the columns from case_no to body.
CREATE TABLE case_events (
    event_no  INTEGER PRIMARY KEY,
    case_no   INTEGER NOT NULL REFERENCES cases,
    n         INTEGER NOT NULL, -- from 1 in each case
    at        INTEGER NOT NULL, -- what a rating brought: its quarter's begin
    kind      TEXT NOT NULL,
    who       TEXT NOT NULL,    -- "user an", "server"
    body      TEXT NOT NULL,    -- JSON
    hash      BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE UNIQUE INDEX case_events_in_order ON case_events (case_no, n);
CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events
BEGIN SELECT RAISE(ABORT, 'what was done to a case never changes'); END;
CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events
BEGIN SELECT RAISE(ABORT, 'what was done to a case never changes'); END;
