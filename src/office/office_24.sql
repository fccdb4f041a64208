-- Version 24: forms, the questionnaires that citizens fill in (forms.h). A form
-- is a line whose questions were answered. No program wrote such lines before,
-- but where a database holds some they are taken in.
CREATE TABLE forms (
    device_no  INTEGER NOT NULL,
    gen        INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL, -- corrected; of a paper form its day
    survey_no  INTEGER NOT NULL, -- in codes
    version    INTEGER NOT NULL,
    PRIMARY KEY (device_no, gen, seq)
) STRICT, WITHOUT ROWID;

-- How often each question was answered at which level; level 0: no opinion.
-- Question "" is the form itself, once: level 5 where all of its answers are 4
-- or 5, level 0 where it has none, else level 1.
CREATE TABLE form_totals (
    day        INTEGER NOT NULL,
    survey_no  INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    device_no  INTEGER NOT NULL,
    question   TEXT NOT NULL,
    level_0    INTEGER NOT NULL,
    level_1    INTEGER NOT NULL,
    level_2    INTEGER NOT NULL,
    level_3    INTEGER NOT NULL,
    level_4    INTEGER NOT NULL,
    level_5    INTEGER NOT NULL,
    PRIMARY KEY (day, survey_no, version, device_no, question)
) STRICT, WITHOUT ROWID;

-- The server's own device that writes paper forms (desk.h); of kind 1.
ALTER TABLE devices ADD COLUMN desk INTEGER NOT NULL DEFAULT 0
    CHECK (desk IN (0, 1));

CREATE TABLE forms_named AS
    SELECT v.device_no, v.gen, v.seq, v.at,
        CAST(l.bytes AS TEXT) ->> '$.survey' AS survey,
        CAST(l.bytes AS TEXT) ->> '$.survey_version' AS version
    FROM visits v JOIN lines l
        ON l.device_no = v.device_no AND l.gen = v.gen AND l.seq = v.seq
    WHERE instr(l.bytes, CAST('"answers":[{' AS BLOB)) > 0;
INSERT OR IGNORE INTO codes (code) SELECT DISTINCT survey FROM forms_named;
INSERT INTO forms
    SELECT f.device_no, f.gen, f.seq, f.at, c.code_no, f.version
    FROM forms_named f JOIN codes c ON c.code = f.survey;
DROP TABLE forms_named;
INSERT INTO form_totals
    WITH answers AS (SELECT f.device_no, f.gen, f.seq, f.survey_no, f.version,
            (f.at + 25200000) / 86400000 AS day, e.value ->> 'q' AS question,
            coalesce(e.value ->> 'level', 0) AS level, min(e.key)
        FROM forms f JOIN lines l ON l.device_no = f.device_no
            AND l.gen = f.gen AND l.seq = f.seq,
            json_each(CAST(l.bytes AS TEXT), '$.answers') e
        GROUP BY f.device_no, f.gen, f.seq, question),
    cells AS (SELECT day, survey_no, version, device_no, question, level
        FROM answers
        UNION ALL
        SELECT day, survey_no, version, device_no, '',
            CASE WHEN max(level) = 0 THEN 0
                WHEN min(iif(level = 0, 5, level)) >= 4 THEN 5 ELSE 1 END
        FROM answers GROUP BY device_no, gen, seq)
    SELECT day, survey_no, version, device_no, question, sum(level = 0),
        sum(level = 1), sum(level = 2), sum(level = 3), sum(level = 4),
        sum(level = 5)
    FROM cells GROUP BY day, survey_no, version, device_no, question;
