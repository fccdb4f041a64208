-- Version 38: the flags of a period are counted from their index alone.
DROP INDEX visit_flags_by_day;
CREATE INDEX visit_flags_by_day ON visit_flags (first_day, counter_no,
    officer_no, rule, lifted_at, ratings, last_day);
