-- Version 25: totals of two dimensions at once, of which filtered figures are
-- read. They stand among the others, by the numbers of tally.h: dimension 16 ×
-- first + second, key first × 2^32 + second. One pair is filled after the other,
-- so that the visits of years need no room to be sorted in all at once.
CREATE TABLE pair_fill (first INTEGER NOT NULL, second INTEGER NOT NULL) STRICT;
CREATE TRIGGER pair_fill_one AFTER INSERT ON pair_fill
BEGIN
    INSERT INTO totals (dimension, grain, period, key,
        level_1, level_2, level_3, level_4, level_5, declined, timeout,
        withdrawn, offered, offered_rated, flagged_1, flagged_2, flagged_3,
        flagged_4, flagged_5, marked_1, marked_2, marked_3, marked_4,
        marked_5, aside_1, aside_2, aside_3, aside_4, aside_5)
    SELECT 16 * NEW.first + NEW.second, 0, day,
        (CASE NEW.first WHEN 1 THEN counter_no WHEN 2 THEN field_no
            WHEN 3 THEN procedure_no WHEN 4 THEN officer_no
            WHEN 5 THEN device_no WHEN 6 THEN step_no WHEN 7 THEN mode
            ELSE hour_of_week END) * 4294967296
        + (CASE NEW.second WHEN 1 THEN counter_no WHEN 2 THEN field_no
            WHEN 3 THEN procedure_no WHEN 4 THEN officer_no
            WHEN 5 THEN device_no WHEN 6 THEN step_no WHEN 7 THEN mode
            ELSE hour_of_week END) AS cell,
        sum(outcome = 0 AND level = 1), sum(outcome = 0 AND level = 2),
        sum(outcome = 0 AND level = 3), sum(outcome = 0 AND level = 4),
        sum(outcome = 0 AND level = 5), sum(outcome = 1), sum(outcome = 2),
        sum(outcome = 3), sum(mode = 0), sum(mode = 0 AND outcome = 0),
        sum(outcome = 0 AND level = 1 AND doubts & 1),
        sum(outcome = 0 AND level = 2 AND doubts & 1),
        sum(outcome = 0 AND level = 3 AND doubts & 1),
        sum(outcome = 0 AND level = 4 AND doubts & 1),
        sum(outcome = 0 AND level = 5 AND doubts & 1),
        sum(outcome = 0 AND level = 1 AND doubts & 2),
        sum(outcome = 0 AND level = 2 AND doubts & 2),
        sum(outcome = 0 AND level = 3 AND doubts & 2),
        sum(outcome = 0 AND level = 4 AND doubts & 2),
        sum(outcome = 0 AND level = 5 AND doubts & 2),
        sum(outcome = 0 AND level = 1 AND doubts),
        sum(outcome = 0 AND level = 2 AND doubts),
        sum(outcome = 0 AND level = 3 AND doubts),
        sum(outcome = 0 AND level = 4 AND doubts),
        sum(outcome = 0 AND level = 5 AND doubts)
    FROM (SELECT *, ((day + 3) % 7 + 1) * 24
              + (at + 25200000) / 3600000 % 24 AS hour_of_week
          FROM (SELECT *, (at + 25200000) / 86400000 AS day FROM visits
                WHERE counted = 1))
    GROUP BY day, cell;
    INSERT INTO totals (dimension, grain, period, key,
        level_1, level_2, level_3, level_4, level_5, declined, timeout,
        withdrawn, offered, offered_rated, flagged_1, flagged_2, flagged_3,
        flagged_4, flagged_5, marked_1, marked_2, marked_3, marked_4,
        marked_5, aside_1, aside_2, aside_3, aside_4, aside_5)
    SELECT dimension, 1,
        (strftime('%Y', period * 86400, 'unixepoch') * 12
            + strftime('%m', period * 86400, 'unixepoch') - 1) * 2
            + (strftime('%d', period * 86400, 'unixepoch') >= '15') AS half,
        key,
        sum(level_1), sum(level_2), sum(level_3), sum(level_4), sum(level_5),
        sum(declined), sum(timeout), sum(withdrawn), sum(offered),
        sum(offered_rated), sum(flagged_1), sum(flagged_2), sum(flagged_3),
        sum(flagged_4), sum(flagged_5), sum(marked_1), sum(marked_2),
        sum(marked_3), sum(marked_4), sum(marked_5), sum(aside_1),
        sum(aside_2), sum(aside_3), sum(aside_4), sum(aside_5)
    FROM totals WHERE dimension = 16 * NEW.first + NEW.second AND grain = 0
    GROUP BY half, key;
END;
INSERT INTO pair_fill VALUES
    (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (7, 1), (1, 8), (2, 3), (2, 4),
    (6, 2), (7, 2), (2, 8), (6, 4), (7, 4), (7, 6), (6, 8), (7, 8);
DROP TABLE pair_fill;

-- Read for every report: there are few among all invitations.
CREATE INDEX invitations_withdrawn ON invitations (state_at) WHERE state = 5;
