-- Version 28: what every report counts beside its totals is read from indexes
-- alone, also of a part; they hold few visits, unless clocks fail.
DROP INDEX visits_uncounted;
CREATE INDEX visits_uncounted ON visits (at, counter_no, field_no,
    procedure_no, officer_no, step_no, mode, counted) WHERE counted = 0;
DROP INDEX visits_unanchored;
CREATE INDEX visits_unanchored ON visits (at, counter_no, field_no,
    procedure_no, officer_no, step_no, mode, counted, quality)
    WHERE counted = 1 AND quality > 0;
