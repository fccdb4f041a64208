-- Version 9: one counted visit a transaction and step, rated or not; claim.h
-- has the rule. claim_at decides which was first.
ALTER TABLE visits ADD COLUMN claim_at INTEGER NOT NULL DEFAULT 0;
UPDATE visits SET claim_at = CASE
    WHEN quality = 3 THEN 9223372036854775807
    WHEN abs(device_at - at) <= 300000
        AND (SELECT CAST(l.bytes AS TEXT) ->> 'clock' FROM lines l
             WHERE l.device_no = visits.device_no AND l.gen = visits.gen
             AND l.seq = visits.seq) = 'synced' THEN device_at
    ELSE at END;

UPDATE visits SET counted = 1 WHERE counted = 0;
DROP INDEX visits_by_transaction;
UPDATE visits SET counted = 0 WHERE (device_no, gen, seq) IN
    (SELECT device_no, gen, seq FROM
        (SELECT v.device_no, v.gen, v.seq, row_number() OVER
            (PARTITION BY transaction_code, step_no
             ORDER BY outcome <> 0, claim_at, d.id, gen, seq) AS place
         FROM visits v JOIN devices d ON d.device_no = v.device_no
         WHERE transaction_code IS NOT NULL)
     WHERE place > 1);
CREATE UNIQUE INDEX visits_by_transaction ON visits (transaction_code, step_no)
    WHERE counted = 1 AND transaction_code IS NOT NULL;
-- The others; few.
CREATE INDEX visits_uncounted ON visits (at) WHERE counted = 0;

-- The totals anew, in the dimensions and grains of tally.h.
DELETE FROM totals;
INSERT INTO totals
    SELECT d.dimension, g.grain,
        CASE g.grain WHEN 0 THEN day
            ELSE (strftime('%Y', day * 86400, 'unixepoch') * 12
                + strftime('%m', day * 86400, 'unixepoch') - 1) * 2
                + (strftime('%d', day * 86400, 'unixepoch') >= '15') END
            AS period,
        CASE d.dimension WHEN 0 THEN 0 WHEN 1 THEN counter_no
            WHEN 2 THEN field_no WHEN 3 THEN procedure_no
            WHEN 4 THEN officer_no WHEN 5 THEN device_no WHEN 6 THEN step_no
            WHEN 7 THEN mode
            ELSE ((day + 3) % 7 + 1) * 24 + (at + 25200000) / 3600000 % 24 END
            AS cell,
        sum(outcome = 0 AND level = 1), sum(outcome = 0 AND level = 2),
        sum(outcome = 0 AND level = 3), sum(outcome = 0 AND level = 4),
        sum(outcome = 0 AND level = 5), sum(outcome = 1), sum(outcome = 2),
        sum(outcome = 3), sum(mode = 0), sum(mode = 0 AND outcome = 0)
    FROM (SELECT *, (at + 25200000) / 86400000 AS day FROM visits
          WHERE counted = 1) v,
        (SELECT column1 AS dimension FROM
            (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8))) d,
        (SELECT column1 AS grain FROM (VALUES (0), (1))) g
    GROUP BY d.dimension, g.grain, period, cell;
