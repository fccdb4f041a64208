-- Version 32: a year by procedure is read from its quarters, of ratings and of
-- their reasons.
INSERT INTO totals (dimension, grain, period, key,
        level_1, level_2, level_3, level_4, level_5,
        declined, timeout, withdrawn, offered, offered_rated,
        flagged_1, flagged_2, flagged_3, flagged_4, flagged_5,
        marked_1, marked_2, marked_3, marked_4, marked_5,
        aside_1, aside_2, aside_3, aside_4, aside_5)
    SELECT dimension, 2, period / 6, key,
        sum(level_1), sum(level_2), sum(level_3), sum(level_4), sum(level_5),
        sum(declined), sum(timeout), sum(withdrawn), sum(offered),
        sum(offered_rated),
        sum(flagged_1), sum(flagged_2), sum(flagged_3), sum(flagged_4),
        sum(flagged_5),
        sum(marked_1), sum(marked_2), sum(marked_3), sum(marked_4),
        sum(marked_5),
        sum(aside_1), sum(aside_2), sum(aside_3), sum(aside_4), sum(aside_5)
    FROM totals WHERE dimension = 3 AND grain = 1
    GROUP BY dimension, period / 6, key;
INSERT INTO reason_totals
    SELECT dimension, 2, period / 6, key, reason_no,
        sum(level_1), sum(level_2), sum(level_3), sum(level_4), sum(level_5)
    FROM reason_totals WHERE dimension = 3 AND grain = 1
    GROUP BY dimension, period / 6, key, reason_no;
