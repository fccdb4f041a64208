-- Of how many counted ratings a reason is part, by the dimensions and grains of
-- tally.h; reason_no 0: of any reason at all.
CREATE TABLE reason_totals (
    dimension  INTEGER NOT NULL,
    grain      INTEGER NOT NULL,
    period     INTEGER NOT NULL,
    key        INTEGER NOT NULL,
    reason_no  INTEGER NOT NULL, -- in codes
    level_1    INTEGER NOT NULL,
    level_2    INTEGER NOT NULL,
    level_3    INTEGER NOT NULL,
    level_4    INTEGER NOT NULL,
    level_5    INTEGER NOT NULL,
    PRIMARY KEY (dimension, grain, period, key, reason_no)
) STRICT, WITHOUT ROWID;

-- Those of the ratings that are held.
CREATE TABLE reasons_named AS
    SELECT DISTINCT v.device_no, v.gen, v.seq, e.value AS reason
    FROM visits v
    JOIN lines l ON l.device_no = v.device_no AND l.gen = v.gen
        AND l.seq = v.seq,
        json_each(CAST(l.bytes AS TEXT), '$.reasons') e
    WHERE v.outcome = 0 AND e.type = 'text' AND e.value <> '';
INSERT OR IGNORE INTO codes (code) SELECT DISTINCT reason FROM reasons_named;
INSERT INTO reason_totals
    SELECT d.dimension, g.grain,
        CASE g.grain WHEN 0 THEN day
            ELSE (strftime('%Y', day * 86400, 'unixepoch') * 12
                + strftime('%m', day * 86400, 'unixepoch') - 1) * 2
                + (strftime('%d', day * 86400, 'unixepoch') >= '15') END
            AS period,
        CASE d.dimension WHEN 0 THEN 0 WHEN 1 THEN counter_no
            WHEN 2 THEN field_no WHEN 3 THEN procedure_no
            WHEN 4 THEN officer_no ELSE mode END AS cell,
        n.reason_no,
        sum(level = 1), sum(level = 2), sum(level = 3), sum(level = 4),
        sum(level = 5)
    FROM (SELECT r.device_no, r.gen, r.seq, c.code_no AS reason_no
          FROM reasons_named r JOIN codes c ON c.code = r.reason
          UNION SELECT device_no, gen, seq, 0 FROM reasons_named) n
        JOIN (SELECT *, (at + 25200000) / 86400000 AS day FROM visits
              WHERE counted = 1) v
            ON v.device_no = n.device_no AND v.gen = n.gen AND v.seq = n.seq,
        (SELECT column1 AS dimension FROM
            (VALUES (0), (1), (2), (3), (4), (7))) d,
        (SELECT column1 AS grain FROM (VALUES (0), (1))) g
    GROUP BY d.dimension, g.grain, period, cell, n.reason_no;
DROP TABLE reasons_named;
