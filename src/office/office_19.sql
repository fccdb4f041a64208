-- Visits whose lines carry the hash of a comment, by when they were: so that
-- comments are found without reading lines. A quarter is of an hour, since
-- 1970; reasons are numbers in codes, " 12 15 ", in their order.
CREATE TABLE comment_places (
    quarter     INTEGER NOT NULL,
    device_no   INTEGER NOT NULL,
    gen         INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    round       INTEGER NOT NULL, -- in which the line came
    level       INTEGER NOT NULL, -- 0: not rated
    counter_no  INTEGER NOT NULL,
    field_no    INTEGER NOT NULL,
    reasons     TEXT NOT NULL,
    PRIMARY KEY (quarter, device_no, gen, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO comment_places
    SELECT v.at / 900000, v.device_no, v.gen, v.seq, min(s.round),
        coalesce(v.level, 0), v.counter_no, v.field_no,
        coalesce((SELECT group_concat(' ' || code_no, '') || ' ' FROM
            (SELECT DISTINCT c.code_no
             FROM json_each(CAST(l.bytes AS TEXT), '$.reasons') e
             JOIN codes c ON c.code = e.value
             WHERE v.outcome = 0 AND e.type = 'text' ORDER BY c.code_no)), '')
    FROM round_spans s
    CROSS JOIN visits v ON v.device_no = s.device_no AND v.gen = s.gen
        AND v.seq BETWEEN s.first AND s.last
    CROSS JOIN lines l ON l.device_no = v.device_no AND l.gen = v.gen
        AND l.seq = v.seq
    WHERE CAST(l.bytes AS TEXT) ->> 'comment_hash' IS NOT NULL
    GROUP BY v.device_no, v.gen, v.seq;
CREATE INDEX comment_places_by_level ON comment_places (level, quarter);
CREATE INDEX comment_places_by_counter ON comment_places (counter_no, quarter);
CREATE INDEX comment_places_by_field ON comment_places (field_no, quarter);
