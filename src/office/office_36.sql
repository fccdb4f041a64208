-- Version 36: totals of cases are kept by the program, on either database alike.
DROP TRIGGER cases_total_opened;
DROP TRIGGER cases_total_changed;
