#include "office/statements.h"

// For next_number().
#define NEXT(column, table)                                                    \
    "SELECT coalesce(max(" column "), 0) + 1 FROM " table
// Columns of struct office_device, in the order in which devices_sql.c reads
// them.
#define INVITATION_COLUMNS                                                     \
    "SELECT id, unit, counter, code, procedure, field, step, officer,"         \
    " queued_at, called_at, done_at, result, made_at, made_by, expires_at,"    \
    " state, state_at, reason FROM invitations"
#define DEVICE_COLUMNS                                                         \
    "SELECT d.id, d.name, d.unit, d.counter, d.field, d.added_at,"             \
    " d.enrolled_at, d.revoked_at, d.public_key,"                              \
    " (SELECT coalesce(max(version), 0) FROM configurations f"                 \
    "  WHERE f.device_no = d.device_no),"                                      \
    " coalesce(t.seen_at, 0), coalesce(t.version, ''),"                        \
    " coalesce(t.pending, -1), coalesce(t.lifetime_lines, -1),"                \
    " coalesce(t.lifetime_ratings, -1), coalesce(t.disk_free, -1),"            \
    " t.clock_offset_ms, coalesce(c.gen, 0), coalesce(c.received_to, 0),"      \
    " coalesce(c.reported_to, 0),"                                             \
    " (SELECT count(*) FROM flags g WHERE g.device_no = d.device_no), d.kind," \
    " d.point"
#define DEVICE_TABLES                                                          \
    " FROM devices d LEFT JOIN contacts t ON t.device_no = d.device_no"        \
    " LEFT JOIN chains c ON c.device_no = d.device_no AND c.gen ="             \
    " (SELECT max(gen) FROM chains m WHERE m.device_no = d.device_no)"
// Cells of form_totals, one row an answer and one a form, from the lines of the
// forms that `where` names. Of two answers to one question the first one holds.
#define FORM_CELLS(where)                                                      \
    "told AS (SELECT f.device_no, f.gen, f.seq, f.survey_no, f.version,"       \
    "  (f.at + 25200000) / 86400000 AS day, e.value ->> 'q' AS question,"      \
    "  coalesce(CAST(e.value ->> 'level' AS bigint), 0) AS level,"             \
    "  row_number() OVER (PARTITION BY f.device_no, f.gen, f.seq,"             \
    "  e.value ->> 'q' ORDER BY e.key) AS place"                               \
    "  FROM forms f JOIN lines l ON l.device_no = f.device_no"                 \
    "   AND l.gen = f.gen AND l.seq = f.seq,"                                  \
    "  json_each(text_of(l.bytes), '$.answers') e " where "),"                 \
    " answers AS (SELECT * FROM told WHERE place = 1),"                        \
    " cells AS (SELECT day, survey_no, version, device_no, question, level"    \
    "  FROM answers UNION ALL SELECT day, survey_no, version, device_no, '',"  \
    "  CASE WHEN max(level) = 0 THEN 0"                                        \
    "   WHEN min(CASE level WHEN 0 THEN 5 ELSE level END) >= 4 THEN 5"         \
    "   ELSE 1 END FROM answers"                                               \
    "  GROUP BY device_no, gen, seq, day, survey_no, version),"                \
    " counted AS (SELECT day, survey_no, version, device_no, question,"        \
    "  count(*) FILTER (WHERE level = 0) AS level_0,"                          \
    "  count(*) FILTER (WHERE level = 1) AS level_1,"                          \
    "  count(*) FILTER (WHERE level = 2) AS level_2,"                          \
    "  count(*) FILTER (WHERE level = 3) AS level_3,"                          \
    "  count(*) FILTER (WHERE level = 4) AS level_4,"                          \
    "  count(*) FILTER (WHERE level = 5) AS level_5"                           \
    "  FROM cells GROUP BY day, survey_no, version, device_no, question)"
#define HEADS_IN_3                                                             \
    "heads (device_no, gen, last) AS (SELECT d.device_no,"                     \
    " CAST(h.value ->> 1 AS bigint), CAST(h.value ->> 2 AS bigint)"            \
    " FROM json_each(?3) h JOIN devices d ON d.id = h.value ->> 0)"
#define FORM_COLUMNS                                                           \
    "day, survey_no, version, device_no, question, level_0, level_1, level_2," \
    " level_3, level_4, level_5"
// Rows of struct office_form_total.
#define FORM_GROUPS(rows)                                                      \
    "SELECT coalesce(c.code, ''), t.version, d.desk AS paper, t.question,"     \
    " sum(level_0), sum(level_1), sum(level_2), sum(level_3), sum(level_4),"   \
    " sum(level_5) FROM " rows " t JOIN devices d USING (device_no)"           \
    " LEFT JOIN codes c ON c.code_no = t.survey_no"                            \
    " WHERE t.day BETWEEN ?1 AND ?2"                                           \
    " GROUP BY t.survey_no, c.code, t.version, d.desk, t.question"             \
    " ORDER BY 1, 2, 3, 4"
// When an open one ends by itself: nobody came, or its device showed it and has
// not been heard of for a day.
#define INVITATION_ENDS_AT                                                     \
    "(CASE state WHEN 0 THEN expires_at ELSE state_at + 86400000 END)"

// Columns of struct office_person, for read_person().
#define PERSON_COLUMNS                                                         \
    "p.person_no, p.name, p.display, p.role, p.officer, p.added_at,"           \
    " p.disabled_at, p.password_due"

// The columns of struct time_thread, in its order.
#define CHAIN_THREAD                                                           \
    "c.contact_boot, c.contact_began_at, c.line_boot, c.line_began_at,"        \
    " c.line_quality, c.line_up_ms, c.line_made_at"

// The parts of struct office_tally, as they are kept; in the order in which
// totals_sql.c reads them.
#define TOTAL_COUNTS                                                           \
    "level_1, level_2, level_3, level_4, level_5, declined, timeout,"          \
    " withdrawn, offered, offered_rated"
#define TOTAL_DOUBTS                                                           \
    "flagged_1, flagged_2, flagged_3, flagged_4, flagged_5,"                   \
    " marked_1, marked_2, marked_3, marked_4, marked_5,"                       \
    " aside_1, aside_2, aside_3, aside_4, aside_5"
#define FIVE_SUMS(name)                                                        \
    "sum(" name "_1), sum(" name "_2), sum(" name "_3), sum(" name "_4),"      \
    " sum(" name "_5)"
#define TOTAL_SUMS                                                             \
    FIVE_SUMS("level")                                                         \
    ", sum(declined), sum(timeout), sum(withdrawn),"                           \
    " sum(offered), sum(offered_rated), " FIVE_SUMS("flagged") ", " FIVE_SUMS( \
        "marked") ", " FIVE_SUMS("aside")

#define PAPER_COLUMNS                                                          \
    "kind, number, name, made_at, mail, tries, next_at, sent_at, said"

#define ALERT_COLUMNS                                                          \
    "alert_no, kind, subject, label, detail, opened_at, ended_at,"             \
    " acknowledged_at, acknowledged_by, comment"

// The sums of struct publish_sums, from steps.
#define PUBLISHED_SUMS                                                         \
    "sum(level_1), sum(level_2), sum(level_3), sum(level_4), sum(level_5),"    \
    " sum(offered_rated)"

// ?1 dimension; ?2…?3 half-months; ?4…?5 and ?6…?7 days. A union of three
// ranges, each of which is read through the primary key.
#define TOTAL_ROWS                                                             \
    "(SELECT * FROM totals WHERE dimension = ?1 AND grain = 1"                 \
    "  AND period BETWEEN ?2 AND ?3"                                           \
    " UNION ALL SELECT * FROM totals WHERE dimension = ?1 AND grain = 0"       \
    "  AND period BETWEEN ?4 AND ?5"                                           \
    " UNION ALL SELECT * FROM totals WHERE dimension = ?1 AND grain = 0"       \
    "  AND period BETWEEN ?6 AND ?7) t"

// Of either table of totals, ?1 dimension; ?2…?3 quarters, ?4…?5 and ?6…?7
// half-months, ?8…?9 and ?10…?11 days.
#define TOTALS_IN(totals, grain, from, to)                                     \
    "SELECT * FROM " totals " WHERE dimension = ?1 AND grain = " #grain        \
    " AND period BETWEEN ?" #from " AND ?" #to
#define ALSO_IN(totals, grain, from, to)                                       \
    " UNION ALL " TOTALS_IN(totals, grain, from, to)
#define LONG_ROWS(totals)                                                      \
    "(" TOTALS_IN(totals, 2, 2, 3) ALSO_IN(totals, 1, 4, 5)                    \
        ALSO_IN(totals, 1, 6, 7) ALSO_IN(totals, 0, 8, 9)                      \
            ALSO_IN(totals, 0, 10, 11) ") t"

// The columns of which they are sums.
#define TOTAL_COLUMNS TOTAL_COUNTS ", " TOTAL_DOUBTS

// Each period of ?2…?7, so that its cells are found through the primary key,
// which has the period before the key.
#define EACH_PERIOD                                                            \
    "WITH RECURSIVE periods (grain, period, last) AS"                          \
    " (SELECT column1, column2, column3 FROM (VALUES (1, ?2, ?3),"             \
    "  (0, ?4, ?5), (0, ?6, ?7)) v WHERE column2 <= column3"                   \
    "  UNION ALL SELECT grain, period + 1, last FROM periods"                  \
    "  WHERE period < last) "
// ?1 dimension; ?8…?9 keys.
#define PART_OF(totals)                                                        \
    " FROM periods p CROSS JOIN " totals " t ON t.dimension = ?1"              \
    " AND t.grain = p.grain AND t.period = p.period"                           \
    " AND t.key BETWEEN ?8 AND ?9"
// ?1 dimension; ?8 that of the firsts, which are tried one by one; ?9 second.
#define PART_OF_FIRSTS(totals)                                                 \
    " FROM periods p CROSS JOIN (SELECT dimension AS d, grain AS g,"           \
    "  period AS m, key AS first FROM " totals ") f ON d = ?8"                 \
    " AND g = p.grain AND m = p.period"                                        \
    " CROSS JOIN " totals " t ON t.dimension = ?1 AND t.grain = p.grain"       \
    " AND t.period = p.period AND t.key = (first << 32) + ?9"
#define REACH_OF(totals)                                                       \
    "SELECT (SELECT min(period) FROM " totals " WHERE dimension = 0"           \
    "  AND grain = 0), (SELECT max(period) FROM " totals                       \
    "  WHERE dimension = 0 AND grain = 0)"

// The same sums from rows of visits.
#define RATED_SUMS(which)                                                      \
    "count(*) FILTER (WHERE outcome = 0 AND level = 1" which "),"              \
    " count(*) FILTER (WHERE outcome = 0 AND level = 2" which "),"             \
    " count(*) FILTER (WHERE outcome = 0 AND level = 3" which "),"             \
    " count(*) FILTER (WHERE outcome = 0 AND level = 4" which "),"             \
    " count(*) FILTER (WHERE outcome = 0 AND level = 5" which ")"
#define DOUBT_SUMS                                                             \
    RATED_SUMS(" AND doubts & 1 <> 0")                                         \
    ", " RATED_SUMS(" AND doubts & 2 <> 0") ", " RATED_SUMS(" AND doubts <> "  \
                                                            "0")
#define VISIT_SUMS                                                             \
    RATED_SUMS("")                                                             \
    ", count(*) FILTER (WHERE outcome = 1),"                                   \
    " count(*) FILTER (WHERE outcome = 2),"                                    \
    " count(*) FILTER (WHERE outcome = 3), count(*) FILTER (WHERE mode = 0),"  \
    " count(*) FILTER (WHERE mode = 0 AND outcome = 0), " DOUBT_SUMS

// Local milliseconds: Vietnam is 7 hours ahead of UTC, all year.
#define LOCAL_MS "(at + 25200000)"
#define LOCAL_DAY "(" LOCAL_MS " / 86400000)"
// ?4…?9 what a filter asks for; NULL: anything.
#define FILTERED                                                               \
    " AND (?4 IS NULL OR counter_no = ?4) AND (?5 IS NULL OR field_no = ?5)"   \
    " AND (?6 IS NULL OR procedure_no = ?6)"                                   \
    " AND (?7 IS NULL OR officer_no = ?7) AND (?8 IS NULL OR step_no = ?8)"    \
    " AND (?9 IS NULL OR mode = ?9)"
// ?1…?2 local days.
#define COUNTED "counted = 1 AND " LOCAL_DAY " BETWEEN ?1 AND ?2" FILTERED
#define RECOUNT_CODE(column)                                                   \
    "SELECT coalesce(k.code, ''), coalesce(k.code, ''), " VISIT_SUMS           \
    " FROM visits LEFT JOIN codes k ON k.code_no = " column " WHERE " COUNTED  \
    " GROUP BY 1 ORDER BY 1"
#define RECOUNT_NUMBER(expression)                                             \
    "SELECT " expression " AS number, " VISIT_SUMS                             \
    " FROM visits WHERE " COUNTED " GROUP BY number ORDER BY number"

#define RECOUNT_DEVICE                                                         \
    "SELECT d.id, d.name, " VISIT_SUMS                                         \
    " FROM visits JOIN devices d USING (device_no) WHERE " COUNTED             \
    " GROUP BY d.id, d.name ORDER BY d.id"
// 1970-01-01 was a Thursday: day 4 of the week.
#define HOUR_OF_WEEK                                                           \
    "((" LOCAL_DAY " + 3) % 7 + 1) * 24 + " LOCAL_MS " / 3600000 % 24"

// The visits up to the heads in ?3, [[device, generation, line], …]. It takes
// the table's name, so that a recount reads it instead. A visit counts here
// when no other of its transaction and step among them comes before it
// (claim.h).
#define UP_TO_HEADS                                                            \
    "WITH " HEADS_IN_3 ","                                                     \
    " held AS MATERIALIZED (SELECT v.*, d.id AS device_id FROM main.visits v"  \
    "  JOIN devices d USING (device_no)"                                       \
    "  JOIN heads h ON h.device_no = v.device_no AND h.gen = v.gen"            \
    "  AND v.seq <= h.last),"                                                  \
    " ranked AS (SELECT *, row_number() OVER (PARTITION BY transaction_code,"  \
    "  step_no ORDER BY outcome <> 0, claim_at, device_id, gen, seq) AS place" \
    "  FROM held WHERE transaction_code IS NOT NULL),"                         \
    " visits AS (SELECT device_no, gen, seq, at, outcome, level, mode,"        \
    "  counter_no, field_no, procedure_no, step_no, officer_no, doubts,"       \
    "  CASE place WHEN 1 THEN 1 ELSE 0 END AS counted"                         \
    "  FROM ranked UNION ALL SELECT device_no, gen, seq, at, outcome, level,"  \
    "  mode, counter_no, field_no, procedure_no, step_no, officer_no, doubts," \
    "  counted FROM held WHERE transaction_code IS NULL) "

// As transactions_sql.c reads and binds them.
#define TRANSACTION_COLUMNS                                                    \
    "step_no, counter_no, field_no, procedure_no, officer_no, queued_at,"      \
    " called_at, done_at, timeliness"
#define TRANSACTION_CONTENT                                                    \
    "unit = ?1 AND step_no = ?2 AND counter_no = ?3 AND field_no = ?4"         \
    " AND procedure_no = ?5 AND officer_no = ?6 AND queued_at = ?7"            \
    " AND called_at = ?8 AND done_at = ?9 AND timeliness = ?10"                \
    " AND due_at = ?11 AND result = ?12"
#define TRANSACTION_SUMS                                                       \
    "transactions, early, on_time, late, called_known, called_ms,"             \
    " called_within, called_waits, done_known, done_ms, done_within,"          \
    " done_waits"

// The sums of struct office_reason_total, from rows of reason_totals.
#define REASON_SUMS                                                            \
    "sum(level_1), sum(level_2), sum(level_3), sum(level_4), sum(level_5)"
// As columns: the key's number and its code, the reason, sums. Channels have
// numbers and no codes, and come in the order of these.
#define REASON_GROUPS                                                          \
    " LEFT JOIN codes k ON k.code_no = t.key"                                  \
    " LEFT JOIN codes r ON r.code_no = t.reason_no"                            \
    " GROUP BY t.key, k.code, t.reason_no, r.code"                             \
    " ORDER BY CASE ?1 WHEN 7 THEN t.key END, coalesce(k.code, ''),"           \
    " coalesce(r.code, '')"
// Periods from…to, as far as there are totals; then the totals of key ?8 in
// them, one look-up a period.
#define REASON_SPAN(end, grain)                                                \
    "(SELECT " end "(period) FROM reason_totals"                               \
    " WHERE dimension = ?1 AND grain = " grain ")"
#define REASON_PERIODS(name, grain, from, to)                                  \
    name " (period) AS (SELECT max(" from ", coalesce(" REASON_SPAN(           \
        "min", grain) ", 0)) UNION ALL SELECT period + 1 FROM " name           \
                      " WHERE period < min(" to                                \
                      ", " REASON_SPAN("max", grain) ")) "
#define REASON_ROWS_OF(name, grain, to)                                        \
    "SELECT t.* FROM " name " p CROSS JOIN reason_totals t"                    \
    " ON t.dimension = ?1 AND t.grain = " grain " AND t.period = p.period"     \
    " AND t.key = ?8 WHERE p.period <= " to

#define REASON_HALVES REASON_PERIODS("halves", "1", "?2", "?3")
#define REASON_BEFORE REASON_PERIODS("before", "0", "?4", "?5")
#define REASON_AFTER REASON_PERIODS("after", "0", "?6", "?7")
#define ROWS_OF_HALVES REASON_ROWS_OF("halves", "1", "?3")
#define ROWS_OF_BEFORE REASON_ROWS_OF("before", "0", "?5")
#define ROWS_OF_AFTER REASON_ROWS_OF("after", "0", "?7")

// The same as REASON_GROUPS gives, from the lines of visits: what they name,
// and that counted. ?10: the dimension.
#define REASONS_NAMED(column)                                                  \
    "named AS (SELECT DISTINCT device_no, gen, seq, level,"                    \
    "  " column " AS key, e.atom AS reason"                                    \
    "  FROM visits JOIN lines l USING (device_no, gen, seq),"                  \
    "  json_each(text_of(l.bytes), '$.reasons') e"                             \
    "  WHERE " COUNTED " AND outcome = 0 AND e.type = 'text'"                  \
    "  AND e.atom <> '')"
#define NAMED_COUNTED                                                          \
    " SELECT t.key, coalesce(k.code, ''), t.reason,"                           \
    " count(*) FILTER (WHERE t.level = 1),"                                    \
    " count(*) FILTER (WHERE t.level = 2),"                                    \
    " count(*) FILTER (WHERE t.level = 3),"                                    \
    " count(*) FILTER (WHERE t.level = 4),"                                    \
    " count(*) FILTER (WHERE t.level = 5)"                                     \
    " FROM (SELECT key, level, reason FROM named"                              \
    "  UNION ALL SELECT key, level, '' FROM (SELECT DISTINCT device_no, gen,"  \
    "   seq, level, key FROM named) n) t"                                      \
    " LEFT JOIN codes k ON k.code_no = t.key"                                  \
    " GROUP BY t.key, k.code, t.reason"                                        \
    " ORDER BY CASE ?10 WHEN 7 THEN t.key END, coalesce(k.code, ''), t.reason"
#define RECOUNT_REASONS(column) "WITH " REASONS_NAMED(column) NAMED_COUNTED
#define RECOUNT_REASONS_TO(column)                                             \
    UP_TO_HEADS ", " REASONS_NAMED(column) NAMED_COUNTED

#define COMMENT_PLACE_ROWS(where)                                              \
    "SELECT quarter, device_no, gen, seq, round, level, counter_no, field_no," \
    " reasons FROM comment_places WHERE " where "quarter BETWEEN ?1 AND ?2"    \
    " ORDER BY quarter DESC"

#define RATING_CODE(column)                                                    \
    "(SELECT code FROM codes WHERE code_no = v." column "), "

// Columns of struct case_standing, for case_standing_read().
#define CASE_STANDING                                                          \
    "c.state, c.version, c.owner, c.answered_by, c.due_from, c.answered_day,"  \
    " c.closed_day, c.reopened"
#define CASE_CODE(column)                                                      \
    "coalesce((SELECT code FROM codes WHERE code_no = " column "), ''), "
#define CASE_ROWS(index)                                                       \
    "SELECT c.case_no, " CASE_STANDING ", c.device_no, c.gen, c.seq,"          \
    " c.quarter, c.ticket, c.opened_day, c.deadline_days,"                     \
    " coalesce(p.display, ''), v.at, c.level, v.mode, d.id, " CASE_CODE(       \
        "c.counter_no") CASE_CODE("c.field_no") CASE_CODE("v.procedure_no")    \
        CASE_CODE(                                                             \
            "v.step_no") " l.bytes FROM cases c " index                        \
                         " CROSS JOIN devices d ON d.device_no = c.device_no"  \
                         " CROSS JOIN visits v ON v.device_no = c.device_no "  \
                         "AND v.gen = c.gen"                                   \
                         "  AND v.seq = c.seq"                                 \
                         " CROSS JOIN lines l ON l.device_no = c.device_no "   \
                         "AND l.gen = c.gen"                                   \
                         "  AND l.seq = c.seq LEFT JOIN people p ON p.name = " \
                         "c.owner"
// PostgreSQL thinks that a row hardly ever meets ?6 IS NULL, so that a walk in
// order would not end early, and orders all rows; so it does for "& 1 = 1". Of
// what is "<> 0" it thinks that nearly all rows meet it.
#define MEETS(condition) " AND CASE WHEN " condition " THEN 1 ELSE 0 END <> 0"
// As bind_wanted() of case_rows_sql.c binds them. The index is named: each
// statement is there for the one that it passes over, in order: of a bound
// value alone SQLite thinks that it leaves next to nothing, and sorts.
#define CASE_LIST_BY(index, where)                                             \
    CASE_ROWS("INDEXED BY " index)                                             \
    " WHERE " where "(c.quarter, c.ticket) < (?1, ?2) AND c.quarter >= ?3"     \
    " AND ?4 >> CAST(c.state AS int) & 1 <> 0 AND c.due_from < ?5" MEETS(      \
        "?6 IS NULL OR c.owner = ?6")                                          \
        MEETS("?7 IS NULL OR c.counter_no ="                                   \
              " (SELECT code_no FROM codes WHERE code = ?7)")                  \
            MEETS("?8 IS NULL OR c.field_no ="                                 \
                  " (SELECT code_no FROM codes WHERE code = ?8)") " ORDER BY " \
            "c.quarter DESC, c.ticket DESC LIMIT ?10"
// Of the counter ?1 and the field ?2, if they are told.
#define CASE_PLACE                                                             \
    " AND (?1 IS NULL"                                                         \
    "  OR counter_no = (SELECT code_no FROM codes WHERE code = ?1))"           \
    " AND (?2 IS NULL"                                                         \
    "  OR field_no = (SELECT code_no FROM codes WHERE code = ?2))"

// What a case is part of in case_totals: 1 or 0 in each column.
#define CASE_PART(condition, name)                                             \
    "CASE WHEN " condition " THEN 1 ELSE 0 END AS " name
#define CASE_PARTS                                                             \
    CASE_PART("state < 4", "opened, ")                                         \
    CASE_PART("state < 2", "waiting, ")                                        \
    CASE_PART("state < 2 AND due_from = opened_day", "fresh, ")                \
    CASE_PART("state IN (2, 3)", "answered, ")                                 \
    CASE_PART("state IN (2, 3) AND answered_day <= plain_due", "in_time, ")    \
    CASE_PART("state = 3", "closed, ")                                         \
    CASE_PART("state < 4 AND reopened > 0", "again")

// The counted ratings of counter ?1 on the local day ?2.
#define DAY_VISITS                                                             \
    "counter_days s CROSS JOIN visits v ON v.device_no = s.device_no"          \
    " AND v.gen = s.gen AND v.seq BETWEEN s.first AND s.last"
#define OF_DAY                                                                 \
    "s.counter_no = ?1 AND s.day = ?2 AND v.counter_no = ?1"                   \
    " AND (v.at + 25200000) / 86400000 = ?2 AND v.counted = 1"                 \
    " AND v.outcome = 0"
// For judging_read_flags(): a row for each of a flag's visits.
#define KEPT_FLAGS                                                             \
    "SELECT f.flag_no, f.rule, f.lifted_at <> 0, f.figures, f.officer_no,"     \
    " x.device_no, x.gen, x.seq"                                               \
    " FROM visit_flags f JOIN flag_visits x USING (flag_no)"
// For visit_read_facts().
#define VISIT_FACTS_OF                                                         \
    "at, outcome, level, mode, counter_no, field_no, procedure_no, step_no,"   \
    " officer_no, doubts"
// What of a visit `v` is doubted, in the bits of tally.h.
#define DOUBTS                                                                 \
    "(CASE WHEN EXISTS (SELECT 1 FROM flag_visits x"                           \
    "  JOIN visit_flags f USING (flag_no)"                                     \
    "  WHERE x.device_no = v.device_no AND x.gen = v.gen AND x.seq = v.seq"    \
    "  AND f.lifted_at = 0) THEN 1 ELSE 0 END"                                 \
    " + CASE WHEN EXISTS (SELECT 1 FROM visit_marks m"                         \
    "  WHERE m.device_no = v.device_no AND m.gen = v.gen AND m.seq = v.seq"    \
    "  AND m.withdrawn_at = 0) THEN 2 ELSE 0 END)"
#define OFFICER_PARTS                                                          \
    "v.officer_no, v.field_no, count(*), count(*) FILTER (WHERE v.level >= "   \
    "?3)"

// What a device signed: where its chain ended, and the line that is held there.
#define SIGNED_ROWS(to, head, rows)                                            \
    "SELECT d.id, b.gen, " to ", " head ", b.nonce, b.signature,"              \
    " d.public_key, l.hash,"                                                   \
    " EXISTS (SELECT 1 FROM flags g WHERE g.device_no = b.device_no"           \
    "  AND g.gen = b.gen AND g.kind = 'fork')"                                 \
    " FROM " rows " LEFT JOIN devices d ON d.device_no = b.device_no"          \
    " LEFT JOIN lines l ON l.device_no = b.device_no AND l.gen = b.gen"        \
    "  AND l.seq = " to

// Devices from which something is awaited, at counter ?1 (NULL: anywhere), with
// their last contact and what each was told.
#define WATCHED_DEVICES                                                        \
    "(SELECT d.device_no, d.name, d.counter, t.seen_at AS seen,"               \
    "  (SELECT f.body FROM configurations f WHERE f.device_no = d.device_no"   \
    "   ORDER BY f.version DESC LIMIT 1) AS told"                              \
    "  FROM devices d LEFT JOIN contacts t ON t.device_no = d.device_no"       \
    "  WHERE d.enrolled_at <> 0 AND d.revoked_at = 0 AND d.kind = 0"           \
    "  AND (?1 IS NULL OR d.counter = ?1)) w"
// At ?2, when a device that was told nothing else has a heartbeat of ?3.
#define IS_SILENT                                                              \
    "coalesce(seen, 0) < ?2 - 2 * coalesce(1000 *"                             \
    " CAST(json_extract(told, '$.heartbeat_s') AS bigint), ?3)"
// Of the devices at counter ?1; NULL: of all.
#define AT_COUNTER(table)                                                      \
    "(?1 IS NULL OR " table ".device_no IN"                                    \
    " (SELECT device_no FROM devices WHERE counter = ?1))"

const char *const office_statements[STATEMENT_COUNT] = {
    [DEVICE_NEXT] = NEXT("device_no", "devices"),
    [DEVICE_ADD] =
        "INSERT INTO devices (id, name, unit, counter, field, added_at, point,"
        " device_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [DEVICE_BY_ID] = DEVICE_COLUMNS DEVICE_TABLES " WHERE d.id = ?1",
    [DEVICE_BY_TOKEN] = DEVICE_COLUMNS DEVICE_TABLES " WHERE d.token_hash = ?1",
    [DEVICE_BY_NO] = DEVICE_COLUMNS DEVICE_TABLES " WHERE d.device_no = ?1",
    // Counters are mostly numbers: 3 before 10.
    [DEVICE_LIST] = DEVICE_COLUMNS DEVICE_TABLES
    " ORDER BY d.kind, length(d.counter), d.counter, d.device_no",
    [DEVICE_STATES] = DEVICE_COLUMNS
    ", coalesce(t.state, ''), c.line_quality,"
    " (SELECT coalesce(sum(max(0, max(m.reported_to,"
    "   coalesce((SELECT max(h.last) FROM holes h"
    "    WHERE h.device_no = m.device_no AND h.gen = m.gen), 0))"
    "   - m.received_to)), 0) FROM chains m"
    "  WHERE m.device_no = d.device_no)"
    " + (SELECT coalesce(sum(last), 0) FROM (SELECT max(h.last) AS last"
    "   FROM holes h WHERE h.device_no = d.device_no AND NOT EXISTS"
    "   (SELECT 1 FROM chains m WHERE m.device_no = h.device_no"
    "    AND m.gen = h.gen) GROUP BY h.gen) g),"
    " (SELECT coalesce(sum(l.last - l.first + 1), 0) FROM lost_lines l"
    "  WHERE l.device_no = d.device_no),"
    " (SELECT coalesce(max(f.made_at), 0) FROM configurations f"
    "  WHERE f.device_no = d.device_no),"
    " (SELECT count(*) FROM devices w WHERE w.counter = d.counter"
    "  AND w.kind = 0 AND w.enrolled_at > 0 AND w.revoked_at = 0"
    "  AND w.device_no <> d.device_no),"
    " (SELECT r.id FROM devices r WHERE r.device_no = d.replaces)" DEVICE_TABLES
    " ORDER BY d.kind, length(d.counter), d.counter, d.device_no",
    [DEVICE_CHANGE] = "UPDATE devices SET name = ?2, counter = ?3, field = ?4,"
                      " point = ?5 WHERE id = ?1",
    [DEVICE_NO] = "SELECT device_no FROM devices WHERE id = ?1",
    [DEVICE_ENROL] =
        "UPDATE devices SET enrolled_at = ?2, public_key = ?3, token_hash = ?4"
        " WHERE device_no = ?1",
    [DEVICE_RENEW] = "UPDATE devices SET token_hash = ?2 WHERE device_no = ?1",
    [DEVICE_REVOKE] = "UPDATE devices SET revoked_at = ?2"
                      " WHERE device_no = ?1 AND revoked_at = 0",
    [DEVICE_SUCCEED] = "UPDATE devices SET replaces = ?2 WHERE id = ?1",
    [DEVICE_REPLACED] = "SELECT r.id FROM devices d JOIN devices r"
                        " ON r.device_no = d.replaces"
                        " WHERE d.device_no = ?1 AND r.revoked_at = 0",
    // Of one that is to be replaced: who waits to do so.
    [SUCCESSOR_CODES_DROP] =
        "UPDATE enrolment_codes SET used_at = ?2 WHERE used_at = 0"
        " AND device_no IN (SELECT device_no FROM devices WHERE replaces = ?1"
        "  AND enrolled_at = 0)",
    [SUCCESSORS_DROP] = "UPDATE devices SET revoked_at = ?2 WHERE replaces = ?1"
                        " AND enrolled_at = 0 AND revoked_at = 0",
    [CODE_ADD] = "INSERT INTO enrolment_codes (hash, device_no, expires_at)"
                 " VALUES (?1, ?2, ?3)",
    [CODE_FIND] = "SELECT device_no, expires_at, used_at FROM enrolment_codes"
                  " WHERE hash = ?1",
    [CODE_USE] = "UPDATE enrolment_codes SET used_at = ?2 WHERE hash = ?1",
    [CODE_USE_ALL] = "UPDATE enrolment_codes SET used_at = ?2"
                     " WHERE device_no = ?1 AND used_at = 0",
    [FLAG_ADD] = "INSERT INTO flags (device_no, gen, seq, kind, detail, at)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    [FLAG_LIST] = "SELECT d.id, g.gen, g.seq, g.kind, g.detail, g.at"
                  " FROM flags g JOIN devices d ON d.device_no = g.device_no"
                  " WHERE ?1 IS NULL OR d.id = ?1"
                  " ORDER BY g.at, g.device_no, g.gen, g.seq",
    [CONTACT_PUT] =
        "INSERT INTO contacts (device_no, seen_at, version, pending,"
        " lifetime_lines, lifetime_ratings, disk_free, clock_offset_ms, state)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT (device_no) DO UPDATE SET"
        " seen_at = max(contacts.seen_at, excluded.seen_at),"
        " version = CASE WHEN excluded.version = '' THEN contacts.version"
        "  ELSE excluded.version END,"
        " pending = CASE WHEN excluded.state = '' THEN contacts.pending"
        "  ELSE excluded.pending END,"
        " lifetime_lines = CASE WHEN excluded.state = '' THEN "
        "contacts.lifetime_lines"
        "  ELSE excluded.lifetime_lines END,"
        " lifetime_ratings = CASE WHEN excluded.state = ''"
        "  THEN contacts.lifetime_ratings ELSE excluded.lifetime_ratings END,"
        " disk_free = CASE WHEN excluded.state = '' THEN contacts.disk_free"
        "  ELSE excluded.disk_free END,"
        " clock_offset_ms = coalesce(excluded.clock_offset_ms,"
        "  contacts.clock_offset_ms),"
        " state = CASE WHEN excluded.state = '' THEN contacts.state"
        "  ELSE excluded.state END",

    [PHONE_FIND] =
        "SELECT public_key, revoked_at, kind FROM devices WHERE id = ?1",
    [PHONE_ADD] = "INSERT INTO devices (id, name, unit, counter, field,"
                  " added_at, enrolled_at, public_key, kind, device_no)"
                  " VALUES (?1, ?2, ?3, '', '', ?4, ?4, ?5, 1, ?6)",
    [PHONE_REVOKE_OTHERS] = "UPDATE devices SET revoked_at = ?2"
                            " WHERE kind = 1 AND desk = 0 AND id <> ?1"
                            " AND revoked_at = 0",
    [PHONE_HAS_LINE] =
        "SELECT 1 FROM devices d CROSS JOIN ids i ON i.device_no = d.device_no"
        " AND i.id = ?1 WHERE d.kind = 1 LIMIT 1",

    [CONFIGURATION_LAST] =
        "SELECT c.version, c.body FROM devices d JOIN configurations c"
        " ON c.device_no = d.device_no WHERE d.id = ?1"
        " ORDER BY c.version DESC LIMIT 1",
    [CONFIGURATION_ADD] =
        "INSERT INTO configurations (device_no, version, made_at, body)"
        " VALUES (?1, ?2, ?3, ?4)",
    [CONFIGURED_DEVICES] = "SELECT id FROM devices WHERE revoked_at = 0"
                           " AND kind = 0 ORDER BY device_no",
    [TRANSACTION_KEY_NEXT] = NEXT("key_no", "transaction_keys"),
    [TRANSACTION_KEY_ADD] =
        "INSERT INTO transaction_keys (unit, period, from_day, to_day, made_at,"
        " key, key_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [TRANSACTION_KEY_IS] = "SELECT 1 FROM transaction_keys WHERE unit = ?1"
                           " AND from_day <= ?2 AND to_day >= ?2"
                           " AND key IS NOT NULL",
    [TRANSACTION_KEY_GET] = "SELECT period, from_day, to_day, key"
                            " FROM transaction_keys WHERE key_no = ?1"
                            " AND key IS NOT NULL",
    [TRANSACTION_KEYS] = "SELECT period, from_day, to_day, key, key_no"
                         " FROM transaction_keys WHERE unit = ?1"
                         " AND to_day >= ?2 AND key IS NOT NULL"
                         " ORDER BY from_day LIMIT ?3",
    [ARRIVALS_FORGET] =
        "UPDATE comment_arrivals SET forgotten_at = ?3"
        " WHERE forgotten_at = 0 AND (device_no, id) IN"
        " (SELECT device_no, id FROM comment_arrivals"
        "  WHERE forgotten_at = 0 AND received_at < ?1 LIMIT ?2)"
        " RETURNING device_no, id",
    [COMMENT_DELETE] = "DELETE FROM comments WHERE device_no = ?1 AND id = ?2",
    [INVITATION_CODES_FORGET] =
        "UPDATE invitations SET code = '' WHERE invitation_no IN"
        " (SELECT invitation_no FROM invitations WHERE code <> ''"
        "  AND state >= 2 AND made_at < ?1 LIMIT ?2)",
    [TRANSACTION_CODES_FORGET] =
        "UPDATE transactions SET code = NULL WHERE transaction_no IN"
        " (SELECT transaction_no FROM transactions WHERE code IS NOT NULL"
        "  AND done_at < ?1 AND received_at < ?1 LIMIT ?2)",
    [TRANSACTION_KEYS_DESTROY] =
        "UPDATE transaction_keys SET key = NULL, destroyed_at = ?2"
        " WHERE to_day < ?1 AND key IS NOT NULL",
    [TRANSACTION_KEY_UNITS] =
        "SELECT DISTINCT unit FROM transaction_keys ORDER BY unit",

    [KEY_NEXT] = NEXT("key_no", "api_keys"),
    [KEY_ADD] = "INSERT INTO api_keys (role, name, hash, added_at, key_no)"
                " VALUES (?1, ?2, ?3, ?4, ?5)",
    [KEY_FIND] = "SELECT key_no, role, name, added_at, revoked_at"
                 " FROM api_keys WHERE hash = ?1 AND revoked_at = 0",
    [KEY_LIST] = "SELECT key_no, role, name, added_at, revoked_at"
                 " FROM api_keys ORDER BY key_no",
    [KEY_REVOKE] = "UPDATE api_keys SET revoked_at = ?2"
                   " WHERE key_no = ?1 AND revoked_at = 0",
    [KEY_EXISTS] = "SELECT 1 FROM api_keys WHERE key_no = ?1",

    [KNOWN_DEVICE] = "SELECT device_no, enrolled_at, revoked_at,"
                     " (SELECT coalesce(max(version), 0) FROM configurations f"
                     "  WHERE f.device_no = d.device_no)"
                     " FROM devices d WHERE id = ?1",
    [KNOWN_CHAINS] = "SELECT gen, received_to, head, reported_to,"
                     " " CHAIN_THREAD " FROM chains c"
                     " WHERE device_no = ?1 ORDER BY gen",
    [KNOWN_HEADS] = "SELECT seq, head FROM heads"
                    " WHERE device_no = ?1 AND gen = ?2 AND seq > ?3",
    [KNOWN_CODES] = "SELECT code, code_no FROM codes",
    [KNOWN_NUMBERS] = "SELECT (" NEXT("batch_no", "batches") "), (" NEXT(
        "case_no", "cases") ")",
    [CODES_ADD] = "INSERT INTO codes (code_no, code) VALUES (?1, ?2)",

    [CHAIN_PUT] =
        "INSERT INTO chains (device_no, gen, received_to, head, reported_to,"
        " contact_boot, contact_began_at, line_boot, line_began_at,"
        " line_quality, line_up_ms, line_made_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (device_no, gen) DO UPDATE"
        " SET received_to = excluded.received_to, head = excluded.head,"
        " reported_to = excluded.reported_to,"
        " contact_boot = excluded.contact_boot,"
        " contact_began_at = excluded.contact_began_at,"
        " line_boot = excluded.line_boot,"
        " line_began_at = excluded.line_began_at,"
        " line_quality = excluded.line_quality,"
        " line_up_ms = excluded.line_up_ms,"
        " line_made_at = excluded.line_made_at",
    [CHAIN_HELD] = "SELECT c.received_to FROM devices d JOIN chains c"
                   " ON c.device_no = d.device_no WHERE d.id = ?1"
                   " AND c.gen = ?2",
    [CHAIN_NEWEST] = "SELECT max(c.gen) FROM devices d JOIN chains c"
                     " ON c.device_no = d.device_no WHERE d.id = ?1",
    [LINE_ADD] = "INSERT INTO lines (device_no, gen, seq, batch_no, verdict,"
                 " hash, reason, bytes)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                 " ON CONFLICT DO NOTHING",
    [ARRIVAL_ADD] =
        "INSERT INTO comment_arrivals (device_no, id, received_at,"
        " forgotten_at) VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING",
    [ARRIVAL_FORGOTTEN] = "SELECT forgotten_at FROM comment_arrivals"
                          " WHERE device_no = ?1 AND id = ?2",
    [COMMENT_ADD] = "INSERT INTO comments (device_no, id, received_at, sealed)"
                    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    [COMMENT_GET] = "SELECT c.sealed FROM devices d JOIN comments c"
                    " ON c.device_no = d.device_no"
                    " WHERE d.id = ?1 AND c.id = ?2",
    [COMMENT_SEALED] =
        "SELECT sealed FROM comments WHERE device_no = ?1 AND id = ?2",
    [COMMENT_VISIT] = "SELECT v.level, v.mode, v.counted, " RATING_CODE(
        "counter_no")
        RATING_CODE(
            "field_no") " (SELECT state FROM cases c WHERE c.device_no = "
                        "v.device_no"
                        "  AND c.gen = v.gen AND c.seq = v.seq), l.bytes FROM "
                        "visits v"
                        " JOIN lines l ON l.device_no = v.device_no AND l.gen "
                        "= v.gen"
                        "  AND l.seq = v.seq"
                        " WHERE v.device_no = ?1 AND v.gen = ?2 AND v.seq = ?3",
    [COMMENT_PLACE_ADD] =
        "INSERT INTO comment_places (quarter, device_no, gen, seq, level,"
        " counter_no, field_no, reasons, round)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
    [COMMENT_PLACE_FIND] =
        "SELECT 1 FROM comment_places p WHERE quarter = ?1 AND device_no = ?2"
        " AND gen = ?3 AND seq = ?4 AND level = ?5 AND counter_no = ?6"
        " AND field_no = ?7 AND reasons = ?8 AND EXISTS (SELECT 1"
        "  FROM round_spans s WHERE s.round = p.round AND s.device_no = ?2"
        "  AND s.gen = ?3 AND ?4 BETWEEN s.first AND s.last)",
    [COMMENT_PLACES] = COMMENT_PLACE_ROWS(""),
    [COMMENT_PLACES_OF_LEVEL] = COMMENT_PLACE_ROWS("level = ?3 AND "),
    [COMMENT_PLACES_OF_COUNTER] = COMMENT_PLACE_ROWS("counter_no = ?3 AND "),
    [COMMENT_PLACES_OF_FIELD] = COMMENT_PLACE_ROWS("field_no = ?3 AND "),
    [LINES_GET] = "SELECT seq, hash, verdict, reason FROM lines"
                  " WHERE device_no = ?1 AND gen = ?2 AND seq BETWEEN ?3 AND ?4"
                  " ORDER BY seq",
    [LINE_HASH] = "SELECT l.hash FROM devices d JOIN lines l"
                  " ON l.device_no = d.device_no"
                  " WHERE d.id = ?1 AND l.gen = ?2 AND l.seq = ?3",
    [ID_ADD] = "INSERT INTO ids (device_no, id, gen, seq)"
               " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    [ID_GET] = "SELECT gen, seq FROM ids WHERE device_no = ?1 AND id = ?2",
    [BATCH_ADD] =
        "INSERT INTO batches (batch_no, device_no, gen, stored_to, signed_to,"
        " signed_head, nonce, signature, device_sent_at, boot, up_ms,"
        " received_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [BATCH_LAST_AT] = "SELECT received_at FROM batches"
                      " ORDER BY batch_no DESC LIMIT 1",
    [BOOT_ADD] = "INSERT INTO boots (device_no, gen, boot, began_at)"
                 " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    [BOOT_GET] = "SELECT began_at FROM boots"
                 " WHERE device_no = ?1 AND gen = ?2 AND boot = ?3",
    // For a database of before schema 10: nothing younger stands in them.
    [OLD_LINES] = "SELECT l.device_no, l.gen, l.seq, l.batch_no, l.verdict,"
                  " l.bytes, d.id, d.enrolled_at, b.boot, b.up_ms,"
                  " b.received_at FROM lines l"
                  " JOIN devices d ON d.device_no = l.device_no"
                  " JOIN batches b ON b.batch_no = l.batch_no"
                  " ORDER BY l.device_no, l.gen, l.seq",
    [OLD_AHEAD] = "SELECT seq, bytes FROM lines WHERE device_no = ?1"
                  " AND gen = ?2 AND seq >= ?3 AND batch_no = ?4 ORDER BY seq",
    [OLD_VISIT] = "UPDATE visits SET at = ?4, quality = ?5"
                  " WHERE device_no = ?1 AND gen = ?2 AND seq = ?3",
    [OLD_THREAD] = "UPDATE chains SET contact_boot = ?3, contact_began_at = ?4,"
                   " line_boot = ?5, line_began_at = ?6, line_quality = ?7,"
                   " line_up_ms = ?8, line_made_at = ?9"
                   " WHERE device_no = ?1 AND gen = ?2",
    [HEAD_ADD] = "INSERT INTO heads (device_no, gen, seq, head, nonce,"
                 " signature, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [ASIDE_ADD] = "INSERT INTO asides (device_no, gen, seq, hash, kind,"
                  " received_at, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                  " ON CONFLICT DO NOTHING",
    [VISIT_ADD] =
        "INSERT INTO visits (device_no, gen, seq, at, quality, device_at,"
        " outcome, level, mode, counter_no, field_no, procedure_no, step_no,"
        " officer_no, transaction_code, counted, claim_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
        " ?15, ?16, ?17) ON CONFLICT DO NOTHING",
    [VISIT_HOLDER] =
        "SELECT v.device_no, d.id, v.gen, v.seq, v.at, v.level, v.mode,"
        " v.counter_no, v.field_no, v.procedure_no, v.step_no, v.officer_no,"
        " v.outcome, v.claim_at, v.doubts"
        " FROM visits v JOIN devices d ON d.device_no = v.device_no"
        " WHERE v.transaction_code = ?1 AND v.step_no = ?2"
        " AND v.counted = 1",
    [VISITS_CLAIMED] =
        "SELECT DISTINCT w.atom FROM json_each(?1) w CROSS JOIN visits v"
        " ON v.transaction_code = w.atom AND v.counted = 1",
    [VISIT_UNCOUNT] = "UPDATE visits SET counted = 0"
                      " WHERE device_no = ?1 AND gen = ?2 AND seq = ?3",
    [ROUND_LAST] = "SELECT round, quarter, (SELECT coalesce(sum(last - first"
                   " + 1), 0) FROM round_spans s WHERE s.round = r.round)"
                   " FROM rounds r ORDER BY round DESC LIMIT 1",
    [ROUND_ADD] = "INSERT INTO rounds (round, quarter) VALUES (?1, ?2)",
    [ROUND_FROM] = "SELECT coalesce(min(round), 0) FROM rounds"
                   " WHERE quarter >= ?1 OR quarter = 0",
    [ROUND_SPAN_ADD] = "INSERT INTO round_spans (round, device_no, gen, first,"
                       " last) VALUES (?1, ?2, ?3, ?4, ?5)"
                       " ON CONFLICT DO NOTHING",
    // Of round ?1, of the times ?2…?3; ?4: with those that stopped counting.
    // Place by place: of visits between two columns PostgreSQL thinks that they
    // are a ninth of a device's, and reads all visits instead.
    [ROUND_VISITS] =
        "WITH RECURSIVE places (device_no, gen, seq, last) AS"
        " (SELECT device_no, gen, first, last FROM round_spans"
        "  WHERE round = ?1 UNION ALL SELECT device_no, gen, seq + 1, last"
        "  FROM places WHERE seq < last)"
        " SELECT v.device_no, v.gen, v.seq FROM places p CROSS JOIN visits v"
        " ON v.device_no = p.device_no AND v.gen = p.gen AND v.seq = p.seq"
        " WHERE v.at >= ?2 AND v.at < ?3"
        " UNION ALL SELECT v.device_no, v.gen, v.seq FROM recounts r"
        " CROSS JOIN visits v ON v.device_no = r.device_no AND v.gen = r.gen"
        "  AND v.seq = r.seq"
        " WHERE ?4 <> 0 AND r.round = ?1 AND v.at >= ?2 AND v.at < ?3",
    [RECOUNT_ADD] = "INSERT INTO recounts (round, device_no, gen, seq)"
                    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    [TICKET_KEY] = "SELECT key FROM ticket_key",
    [RATING_DEVICE] =
        "SELECT d.id FROM visits v JOIN devices d ON d.device_no = v.device_no"
        " WHERE v.device_no = ?1 AND v.gen = ?2 AND v.seq = ?3",
    // Of the places [device, generation, line] in the list ?1.
    [RATINGS] =
        "SELECT v.at, v.quality, v.outcome, v.level, v.mode, v.counted, d.id,"
        " " RATING_CODE("counter_no") RATING_CODE("field_no")
            RATING_CODE("procedure_no") RATING_CODE("step_no") RATING_CODE(
                "officer_no") " (SELECT group_concat(kind, ' ') FROM flags f"
                              "  WHERE f.device_no = v.device_no"
                              "  AND f.gen = v.gen AND f.seq = v.seq),"
                              " l.bytes, w.key FROM json_each(?1) w"
                              " CROSS JOIN visits v ON v.device_no ="
                              "  CAST(w.value ->> 0 AS bigint)"
                              "  AND v.gen = CAST(w.value ->> 1 AS bigint)"
                              "  AND v.seq = CAST(w.value ->> 2 AS bigint)"
                              " CROSS JOIN devices d"
                              " ON d.device_no = v.device_no"
                              " CROSS JOIN lines l"
                              " ON l.device_no = v.device_no"
                              "  AND l.gen = v.gen AND l.seq = v.seq"
                              " ORDER BY w.key",
    [TOTAL_ADD] =
        "INSERT INTO totals (dimension, grain, period, key, " TOTAL_COUNTS ")"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
        " ?13, ?14)"
        " ON CONFLICT (dimension, grain, period, key) DO UPDATE SET"
        " level_1 = totals.level_1 + excluded.level_1,"
        " level_2 = totals.level_2 + excluded.level_2,"
        " level_3 = totals.level_3 + excluded.level_3,"
        " level_4 = totals.level_4 + excluded.level_4,"
        " level_5 = totals.level_5 + excluded.level_5,"
        " declined = totals.declined + excluded.declined,"
        " timeout = totals.timeout + excluded.timeout,"
        " withdrawn = totals.withdrawn + excluded.withdrawn,"
        " offered = totals.offered + excluded.offered,"
        " offered_rated = totals.offered_rated + excluded.offered_rated",
    // Of a cell that is there.
    [TOTAL_DOUBT] =
        "UPDATE totals SET"
        " flagged_1 = flagged_1 + ?5,"
        " flagged_2 = flagged_2 + ?6,"
        " flagged_3 = flagged_3 + ?7,"
        " flagged_4 = flagged_4 + ?8,"
        " flagged_5 = flagged_5 + ?9,"
        " marked_1 = marked_1 + ?10,"
        " marked_2 = marked_2 + ?11,"
        " marked_3 = marked_3 + ?12,"
        " marked_4 = marked_4 + ?13,"
        " marked_5 = marked_5 + ?14,"
        " aside_1 = aside_1 + ?15,"
        " aside_2 = aside_2 + ?16,"
        " aside_3 = aside_3 + ?17,"
        " aside_4 = aside_4 + ?18,"
        " aside_5 = aside_5 + ?19"
        " WHERE dimension = ?1 AND grain = ?2 AND period = ?3 AND key = ?4",

    [LINE_BYTES] = "SELECT bytes FROM lines"
                   " WHERE device_no = ?1 AND gen = ?2 AND seq = ?3",
    [FORM_DESK] = "SELECT desk FROM devices WHERE device_no = ?1",
    [FORM_ADD] = "INSERT INTO forms (device_no, gen, seq, at, survey_no,"
                 " version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [FORM_COUNTED] = "WITH " FORM_CELLS(
        "WHERE f.device_no = ?1 AND f.gen = ?2"
        " AND f.seq = ?3") " SELECT " FORM_COLUMNS " FROM counted",
    [FORM_TOTAL_ADD] =
        "INSERT INTO form_totals (" FORM_COLUMNS ")"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        " ON CONFLICT (day, survey_no, version, device_no, question)"
        " DO UPDATE SET level_0 = form_totals.level_0 + excluded.level_0,"
        " level_1 = form_totals.level_1 + excluded.level_1,"
        " level_2 = form_totals.level_2 + excluded.level_2,"
        " level_3 = form_totals.level_3 + excluded.level_3,"
        " level_4 = form_totals.level_4 + excluded.level_4,"
        " level_5 = form_totals.level_5 + excluded.level_5",
    [FORM_TOTALS] = FORM_GROUPS("form_totals"),
    [FORM_RECOUNT_TO] = "WITH " HEADS_IN_3 ", " FORM_CELLS(
        ", heads h WHERE h.device_no = f.device_no"
        " AND h.gen = f.gen AND f.seq <= h.last") ", found (" FORM_COLUMNS
                                                  ") AS (SELECT * FROM "
                                                  "counted) " FORM_GROUPS(
                                                      "found"),
    [FORM_GET] = "SELECT f.at, f.version, c.code, d.desk FROM forms f"
                 " JOIN devices d USING (device_no)"
                 " LEFT JOIN codes c ON c.code_no = f.survey_no"
                 " WHERE f.device_no = ?1 AND f.gen = ?2 AND f.seq = ?3",
    [ISSUE_NEWEST] =
        "SELECT issue_no, body FROM issues WHERE kind = ?1 AND by_what = ?2"
        " AND period_kind = ?3 AND period = ?4 ORDER BY issue_no DESC LIMIT 1",
    [ISSUE_BODY] = "SELECT body FROM issues WHERE issue_no = ?1",
    [ISSUE_LIST] =
        "SELECT issue_no, kind, by_what, period_kind, period, number,"
        " coalesce(restates, 0), at, who, hash FROM issues"
        " WHERE issue_no < ?1 ORDER BY issue_no DESC LIMIT ?2",
    [ISSUE_NEXT] = NEXT("issue_no", "issues"),
    [ISSUE_ADD] = "INSERT INTO issues (kind, by_what, period_kind, period,"
                  " number, restates, at, who, hash, body, issue_no)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [DESK_FIND] = "SELECT id, revoked_at FROM devices"
                  " WHERE desk = 1 AND public_key = ?1",
    [DESK_ADD] = "INSERT INTO devices (id, name, unit, counter, field,"
                 " added_at, enrolled_at, public_key, kind, desk, device_no)"
                 " VALUES (?1, ?2, ?3, '', '', ?4, ?4, ?5, 1, 1, ?6)",
    [REASON_ADD] =
        "INSERT INTO reason_totals (dimension, grain, period, key, reason_no,"
        " level_1, level_2, level_3, level_4, level_5)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT (dimension, grain, period, key, reason_no) DO UPDATE SET"
        " level_1 = reason_totals.level_1 + excluded.level_1,"
        " level_2 = reason_totals.level_2 + excluded.level_2,"
        " level_3 = reason_totals.level_3 + excluded.level_3,"
        " level_4 = reason_totals.level_4 + excluded.level_4,"
        " level_5 = reason_totals.level_5 + excluded.level_5",
    // Put together outside of SQL, as those of codes.
    [REASON_TOTALS] = "SELECT key, reason_no, level_1, level_2, level_3,"
                      " level_4, level_5 FROM " LONG_ROWS("reason_totals"),
    // ?1…?7 as in TOTAL_ROWS.
    [REASON_TOTALS_OF] =
        "WITH RECURSIVE " REASON_HALVES "," REASON_BEFORE "," REASON_AFTER
        " SELECT t.key, coalesce(k.code, ''), coalesce(r.code, "
        "''), " REASON_SUMS " FROM (" ROWS_OF_HALVES
        " UNION ALL " ROWS_OF_BEFORE " UNION ALL " ROWS_OF_AFTER
        ") t" REASON_GROUPS,
    [REASON_RECOUNT_ALL] = RECOUNT_REASONS("0"),
    [REASON_RECOUNT_TO_ALL] = RECOUNT_REASONS_TO("0"),
    [REASON_RECOUNT_COUNTERS] = RECOUNT_REASONS("counter_no"),
    [REASON_RECOUNT_TO_COUNTERS] = RECOUNT_REASONS_TO("counter_no"),
    [REASON_RECOUNT_FIELDS] = RECOUNT_REASONS("field_no"),
    [REASON_RECOUNT_TO_FIELDS] = RECOUNT_REASONS_TO("field_no"),
    [REASON_RECOUNT_PROCEDURES] = RECOUNT_REASONS("procedure_no"),
    [REASON_RECOUNT_TO_PROCEDURES] = RECOUNT_REASONS_TO("procedure_no"),
    [REASON_RECOUNT_OFFICERS] = RECOUNT_REASONS("officer_no"),
    [REASON_RECOUNT_TO_OFFICERS] = RECOUNT_REASONS_TO("officer_no"),
    [REASON_RECOUNT_CHANNELS] = RECOUNT_REASONS("mode"),
    [REASON_RECOUNT_TO_CHANNELS] = RECOUNT_REASONS_TO("mode"),

    [TOTALS_NUMBERS] = "SELECT key, " TOTAL_SUMS " FROM " TOTAL_ROWS
                       " GROUP BY key ORDER BY key",
    // A year has thousands of them: they are put together outside of SQL.
    [TOTALS_CODES] = "SELECT grain, period, key, " TOTAL_COLUMNS
                     " FROM " LONG_ROWS("totals"),
    [TOTALS_DEVICES] =
        "SELECT d.id, d.name, " TOTAL_SUMS " FROM " TOTAL_ROWS
        " JOIN devices d ON d.device_no = key GROUP BY d.id, d.name"
        " ORDER BY d.id",
    [TOTALS_PERIODS] =
        "SELECT grain, period, " TOTAL_COLUMNS " FROM " TOTAL_ROWS,
    [TOTALS_REACH] = REACH_OF("totals"),
    [PART_TOTALS] = EACH_PERIOD
    "SELECT t.grain, t.period, t.key, " TOTAL_COLUMNS PART_OF("totals"),
    [PART_TOTALS_OF_FIRSTS] = EACH_PERIOD
    "SELECT t.grain, t.period, t.key, " TOTAL_COLUMNS PART_OF_FIRSTS("totals"),
    [DEVICE_NAME] = "SELECT id, name FROM devices WHERE device_no = ?1",
    [FILTER_COUNTED] =
        "SELECT EXISTS (SELECT 1 FROM totals WHERE dimension = ?1"
        " AND grain = 1 AND key = ?2) OR EXISTS (SELECT 1 FROM"
        " transaction_totals WHERE dimension = ?1 AND grain = 1 AND key = ?2)",
    [FILTER_DEVICE] = "SELECT EXISTS (SELECT 1 FROM devices WHERE kind = 0"
                      " AND (counter = ?1 OR field = ?2))",
    [TOTALS_SPAN] =
        "SELECT min(period), max(period) FROM totals WHERE dimension = 0"
        " AND grain = 0 AND (level_1 <> 0 OR level_2 <> 0 OR level_3 <> 0"
        " OR level_4 <> 0 OR level_5 <> 0 OR declined <> 0 OR timeout <> 0"
        " OR withdrawn <> 0)",
    [RECOUNT_DAYS] = RECOUNT_NUMBER(LOCAL_DAY),
    [RECOUNT_TO_DAYS] = UP_TO_HEADS RECOUNT_NUMBER(LOCAL_DAY),
    [RECOUNT_COUNTERS] = RECOUNT_CODE("counter_no"),
    [RECOUNT_TO_COUNTERS] = UP_TO_HEADS RECOUNT_CODE("counter_no"),
    [RECOUNT_FIELDS] = RECOUNT_CODE("field_no"),
    [RECOUNT_TO_FIELDS] = UP_TO_HEADS RECOUNT_CODE("field_no"),
    [RECOUNT_PROCEDURES] = RECOUNT_CODE("procedure_no"),
    [RECOUNT_TO_PROCEDURES] = UP_TO_HEADS RECOUNT_CODE("procedure_no"),
    [RECOUNT_OFFICERS] = RECOUNT_CODE("officer_no"),
    [RECOUNT_TO_OFFICERS] = UP_TO_HEADS RECOUNT_CODE("officer_no"),
    [RECOUNT_STEPS] = RECOUNT_CODE("step_no"),
    [RECOUNT_TO_STEPS] = UP_TO_HEADS RECOUNT_CODE("step_no"),
    [RECOUNT_DEVICES] = RECOUNT_DEVICE,
    [RECOUNT_TO_DEVICES] = UP_TO_HEADS RECOUNT_DEVICE,
    [RECOUNT_CHANNELS] = RECOUNT_NUMBER("mode"),
    [RECOUNT_TO_CHANNELS] = UP_TO_HEADS RECOUNT_NUMBER("mode"),
    [RECOUNT_HOURS] = RECOUNT_NUMBER(HOUR_OF_WEEK),
    [RECOUNT_TO_HOURS] = UP_TO_HEADS RECOUNT_NUMBER(HOUR_OF_WEEK),
    [HEADS_LIST] = "SELECT d.id, c.gen, c.received_to, c.head FROM chains c"
                   " JOIN devices d USING (device_no)"
                   " WHERE c.received_to > 0 ORDER BY d.id, c.gen",

    [TRUST_DEVICES] =
        "SELECT count(*), count(*) FILTER (WHERE " IS_SILENT "),"
        " count(*) FILTER (WHERE seen IS NULL),"
        " coalesce(max(seen), 0), coalesce(min(coalesce(seen, 0)), 0)"
        " FROM " WATCHED_DEVICES,
    [TRUST_SILENT] =
        "SELECT name, counter, coalesce(seen, 0), told,"
        " (SELECT coalesce(sum(level_1 + level_2 + level_3 + level_4 + level_5"
        "  + declined + timeout + withdrawn), 0) FROM totals t"
        "  WHERE t.dimension = 5 AND t.grain = 0 AND t.period BETWEEN"
        "  (seen + 25200000) / 86400000 - ?4 + 1"
        "  AND (seen + 25200000) / 86400000 AND t.key = device_no)"
        " FROM " WATCHED_DEVICES " WHERE " IS_SILENT
        " ORDER BY length(counter), counter, device_no",
    [HOLE_ADD] = "INSERT INTO holes (device_no, gen, first, last,"
                 " declared_gen) VALUES (?1, ?2, ?3, ?4, ?5)"
                 " ON CONFLICT DO NOTHING",
    [HOLE_FIND] = "SELECT 1 FROM holes WHERE device_no = ?1 AND gen = ?2"
                  " AND first <= ?3 AND last >= ?4 LIMIT 1",
    [LOST_ADD] = "INSERT INTO lost_lines (device_no, gen, first, last, at)"
                 " VALUES (?1, ?2, ?3, ?4, ?5)",
    // A chain that ends in lines that its device gave up never goes over them,
    // and where all of them are given up there is no chain.
    [TRUST_MISSING] =
        "SELECT (SELECT coalesce(sum(max(0, max(c.reported_to,"
        "  coalesce((SELECT max(h.last) FROM holes h"
        "   WHERE h.device_no = c.device_no AND h.gen = c.gen), 0))"
        "  - c.received_to)), 0) FROM chains c WHERE " AT_COUNTER(
            "c") ")"
                 " + (SELECT coalesce(sum(last), 0) FROM (SELECT max(h.last) "
                 "AS last"
                 "  FROM holes h WHERE NOT EXISTS (SELECT 1 FROM chains c"
                 "   WHERE c.device_no = h.device_no AND c.gen = h.gen)"
                 "  AND " AT_COUNTER("h") " GROUP BY h.device_no, h.gen) g)"
                                          " + (SELECT coalesce(sum(last - "
                                          "first + 1), 0) FROM lost_lines l"
                                          "  WHERE " AT_COUNTER("l") ")",
    [TRUST_UNANCHORED] =
        "SELECT count(*) FROM visits WHERE counted = 1 AND quality > 0"
        " AND at >= ?1 AND at < ?2" FILTERED,
    [TRUST_FLAGGED] = "SELECT count(DISTINCT device_no) FROM flags f"
                      " WHERE " AT_COUNTER("f"),
    [TRUST_DUPLICATES] = "SELECT count(*) FROM visits WHERE counted = 0"
                         " AND at >= ?1 AND at < ?2" FILTERED,

    [INVITATION_NEXT] = NEXT("invitation_no", "invitations"),
    [INVITATION_ADD] =
        "INSERT INTO invitations (id, unit, counter, code, procedure, field,"
        " step, officer, queued_at, called_at, done_at, result, made_at,"
        " made_by, expires_at, state_at, invitation_no) VALUES (?1, ?2, ?3,"
        " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?13, ?16)",
    [INVITATION_GET] = INVITATION_COLUMNS " WHERE id = ?1",
    [INVITATION_OPEN_FOR] = INVITATION_COLUMNS
    " WHERE code = ?1 AND code <> '' AND step = ?2 AND state < 2"
    " AND " INVITATION_ENDS_AT " > ?3",
    [INVITATION_OPEN_AT] = INVITATION_COLUMNS
    " WHERE counter = ?2 AND unit = ?1 AND state < 2"
    " AND " INVITATION_ENDS_AT " > ?3 ORDER BY invitation_no LIMIT ?4",
    [INVITATION_MADE_AT] =
        INVITATION_COLUMNS " WHERE counter = ?2 AND unit = ?1 AND made_at >= ?3"
                           " ORDER BY made_at DESC, invitation_no DESC",
    [INVITATION_COUNT_OPEN] =
        "SELECT count(*) FROM invitations WHERE counter = ?2 AND unit = ?1"
        " AND state < 2 AND " INVITATION_ENDS_AT " > ?3",
    // Before a new one is added, so that the unique key means open ones. The
    // index holds the open ones alone; SQLite does not find that by itself.
    [INVITATION_EXPIRE] = "UPDATE invitations INDEXED BY invitations_open"
                          " SET state = 6, state_at = " INVITATION_ENDS_AT
                          " WHERE state < 2 AND " INVITATION_ENDS_AT " <= ?1",
    // By a device of its own counter.
    [INVITATION_SHOW] = "UPDATE invitations SET state = 1, state_at = ?2"
                        " WHERE id = ?1 AND state = 0 AND counter ="
                        " (SELECT counter FROM devices WHERE device_no = ?3)"
                        " RETURNING counter",
    [INVITATION_WITHDRAW] =
        "UPDATE invitations SET state = 5, state_at = ?2, reason = ?3"
        " WHERE id = ?1 AND state < 2",
    [INVITATION_END] =
        "UPDATE invitations SET state = ?2, state_at = ?3 WHERE id = ?1"
        " AND (state IN (0, 1, 6) OR (?2 = 2 AND state IN (3, 4)))"
        " RETURNING counter",
    [INVITATION_RATED_ALREADY] =
        "SELECT 1 FROM visits WHERE transaction_code = ?1 AND step_no ="
        " CASE ?2 WHEN '' THEN 0 ELSE"
        " (SELECT code_no FROM codes WHERE code = ?2) END"
        " AND counted = 1 AND outcome = 0",
    [INVITATION_COUNTER_EXISTS] =
        "SELECT 1 FROM devices WHERE counter = ?2 AND unit = ?1"
        " AND enrolled_at > 0 AND revoked_at = 0 LIMIT 1",
    [INVITATION_WITHDRAWALS] =
        "SELECT reason, count(*) FROM invitations WHERE state = 5"
        " AND state_at >= ?1 AND state_at < ?2"
        " AND (?3 IS NULL OR counter = ?3) AND (?4 IS NULL OR field = ?4)"
        " AND (?5 IS NULL OR procedure = ?5)"
        " AND (?6 IS NULL OR officer = ?6) AND (?7 IS NULL OR step = ?7)"
        " AND (?8 IS NULL OR ?8 = 'transaction') GROUP BY reason"
        " ORDER BY count(*) DESC, reason",
    [SEAT_GET] = "SELECT officer, from_at, to_at, by FROM seats"
                 " WHERE unit = ?1 AND counter = ?2 AND to_at = 0",
    [SEAT_LIST] = "SELECT officer, from_at, to_at, by FROM seats"
                  " WHERE unit = ?1 AND counter = ?2 AND from_at < ?4"
                  " AND (to_at = 0 OR to_at > ?3) ORDER BY seat_no",
    // Theirs elsewhere, and whoever sits there. A clock that went back makes no
    // seat end before it began.
    [SEAT_CLEAR] = "UPDATE seats SET to_at = max(?4, from_at) WHERE to_at = 0"
                   " AND unit = ?1 AND (counter = ?2 OR officer = ?3)",
    [SEAT_NEXT] = NEXT("seat_no", "seats"),
    [SEAT_ADD] = "INSERT INTO seats (unit, counter, officer, from_at, by,"
                 " seat_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SEAT_LEAVE] = "UPDATE seats SET to_at = max(?4, from_at) WHERE to_at = 0"
                   " AND unit = ?1 AND counter = ?2 AND officer = ?3",
    [AUDIT_ADD] =
        "INSERT INTO audit (audit_no, at, who, action, target, detail, hash)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [AUDIT_LAST] = "SELECT audit_no, hash FROM audit"
                   " ORDER BY audit_no DESC LIMIT 1",
    [AUDIT_ROWS] = "SELECT audit_no, at, who, action, target, detail, hash"
                   " FROM audit ORDER BY audit_no",
    [AUDIT_CHAIN] = "UPDATE audit SET hash = ?2 WHERE audit_no = ?1",
    [AUDIT_HASH] = "SELECT hash FROM audit WHERE audit_no = ?1",
    [AUDIT_LIST] =
        "SELECT audit_no, at, who, action, target, detail FROM audit"
        " WHERE audit_no < ?1 AND (?2 IS NULL OR who = ?2)"
        " AND (?3 IS NULL OR action = ?3) ORDER BY audit_no DESC LIMIT ?4",
    [DOCUMENT_NEWEST] =
        "SELECT coalesce(max(version), 0) FROM documents WHERE name = ?1",
    [DOCUMENT_LIST] = "SELECT version, at, who, body FROM documents"
                      " WHERE name = ?1 ORDER BY version DESC",
    [DOCUMENT_ADD] = "INSERT INTO documents (name, version, at, who, body)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)",

    [DOCUMENT_TOLD] =
        "SELECT 1 FROM audit WHERE action = 'settings-changed'"
        " AND target = ?1 AND at = ?2 AND who = ?3 AND detail = ?4",
    [VERIFY_DOCUMENTS] = "SELECT name, version, at, who, body FROM documents"
                         " ORDER BY name, version",
    [VERIFY_DOCUMENTS_GONE] =
        "SELECT target, detail FROM audit WHERE action = 'settings-changed'"
        " AND NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.name = target"
        " AND detail LIKE 'version ' || d.version || ', %')",
    [CASE_ADD] =
        "INSERT INTO cases (device_no, gen, seq, ticket, level, counter_no,"
        " field_no, quarter, opened_day, deadline_days, case_no, state,"
        " version, owner, answered_by, due_from, answered_day, closed_day,"
        " reopened) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0,"
        " '', '', 0, 0, 0, 0)",
    [CASE_PUT] =
        "UPDATE cases SET state = ?2, version = ?3, owner = ?4,"
        " answered_by = ?5, due_from = ?6, answered_day = ?7, closed_day = ?8,"
        " reopened = ?9 WHERE case_no = ?1",
    // A case begins new, and its time runs once its first event is told.
    [CASE_TOTALS_OPEN] =
        "INSERT INTO case_totals (deadline_days, grain, period, counter_no,"
        " field_no, opened, waiting, fresh, answered, in_time, closed,"
        " reopened) VALUES (?1, 0, ?2, ?3, ?4, 1, 1, 0, 0, 0, 0, 0),"
        " (?1, 1, ?2 / 32, ?3, ?4, 1, 1, 0, 0, 0, 0, 0)"
        " ON CONFLICT (deadline_days, grain, period, counter_no, field_no)"
        " DO UPDATE SET opened = case_totals.opened + 1,"
        " waiting = case_totals.waiting + 1",
    // ?2: -1 takes the case ?1 off its total of grain ?3, whose periods are ?4
    // days, 1 puts it on.
    [CASE_TOTALS_MOVE] =
        "UPDATE case_totals SET opened = case_totals.opened + ?2 * c.opened,"
        " waiting = case_totals.waiting + ?2 * c.waiting,"
        " fresh = case_totals.fresh + ?2 * c.fresh,"
        " answered = case_totals.answered + ?2 * c.answered,"
        " in_time = case_totals.in_time + ?2 * c.in_time,"
        " closed = case_totals.closed + ?2 * c.closed,"
        " reopened = case_totals.reopened + ?2 * c.again"
        " FROM (SELECT deadline_days, opened_day / ?4 AS period, counter_no,"
        "  field_no, " CASE_PARTS " FROM cases WHERE case_no = ?1) c"
        " WHERE case_totals.deadline_days = c.deadline_days"
        " AND case_totals.grain = ?3 AND case_totals.period = c.period"
        " AND case_totals.counter_no = c.counter_no"
        " AND case_totals.field_no = c.field_no",
    [CASE_BY_TICKET] = "SELECT c.case_no, " CASE_STANDING " FROM cases c"
                       " WHERE c.ticket = ?1 AND c.quarter < ?2",
    [CASE_OF_RATING] = "SELECT c.case_no, " CASE_STANDING " FROM cases c"
                       " WHERE c.device_no = ?1 AND c.gen = ?2 AND c.seq = ?3",
    [CASE_OF_TRANSACTION] =
        "SELECT c.case_no, " CASE_STANDING " FROM visits v"
        " JOIN cases c ON c.device_no = v.device_no AND c.gen = v.gen"
        "  AND c.seq = v.seq"
        " WHERE v.transaction_code = ?1 AND v.counted = 1 AND v.at < ?2"
        " ORDER BY v.at DESC LIMIT 1",
    [CASE_EVENT_ADD] =
        "INSERT INTO case_events (event_no, case_no, n, at, kind, who, body,"
        " hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [CASE_EVENT_LAST] = "SELECT event_no, hash FROM case_events"
                        " ORDER BY event_no DESC LIMIT 1",
    [CASE_EVENT_OF] = "SELECT kind, who, at FROM case_events"
                      " WHERE case_no = ?1 ORDER BY n DESC LIMIT 1",
    [CASE_EVENT_HASH] = "SELECT hash FROM case_events WHERE event_no = ?1",
    [CASE_EVENTS] = "SELECT event_no, case_no, n, at, kind, who, body, hash"
                    " FROM case_events ORDER BY event_no",
    [CASE_LIST] = CASE_LIST_BY("cases_by_quarter", ""),
    [CASE_LIST_OPEN] = CASE_LIST_BY("cases_open", "c.state < 3 AND "),
    [CASE_LIST_OF_STATE] =
        CASE_LIST_BY("cases_by_state", "c.state = (SELECT ?9) AND "),
    [CASE_LIST_OF_OWNER] =
        CASE_LIST_BY("cases_by_owner", "c.owner = (SELECT ?6) AND "),
    [CASE_LIST_OF_COUNTER] = CASE_LIST_BY(
        "cases_by_counter",
        "c.counter_no = (SELECT code_no FROM codes WHERE code = ?7) AND "),
    [CASE_LIST_OF_FIELD] = CASE_LIST_BY(
        "cases_by_field",
        "c.field_no = (SELECT code_no FROM codes WHERE code = ?8) AND "),
    [CASE_GET] = CASE_ROWS("") " WHERE c.ticket = ?1 AND c.quarter < ?2",
    [CASE_HISTORY] =
        "SELECT e.n, e.at, e.kind, e.who, coalesce(p.display, ''), e.body"
        " FROM cases c JOIN case_events e ON e.case_no = c.case_no"
        " LEFT JOIN people p ON 'user ' || p.name = e.who"
        " WHERE c.ticket = ?1 ORDER BY e.n",
    [CASE_STATE] = "SELECT state FROM cases WHERE ticket = ?1",
    [CASE_TOTALS] =
        "SELECT counter_no, field_no, opened, waiting, fresh, answered,"
        " in_time, closed, reopened FROM case_totals WHERE deadline_days = ?3"
        " AND grain = ?4 AND period BETWEEN ?5 AND ?6" CASE_PLACE,
    [CASE_DEADLINE_NEXT] =
        "SELECT min(deadline_days) FROM case_totals WHERE deadline_days > ?1",
    [CASE_WAITING_AGAIN] =
        "SELECT counter_no, field_no FROM cases INDEXED BY cases_waiting_again"
        " WHERE state < 2 AND due_from <> opened_day AND deadline_days = ?3"
        " AND due_from < ?4 AND opened_day BETWEEN ?5 AND ?6" CASE_PLACE,
    [CASE_ANSWERED_FROM] =
        "SELECT min(due_from) FROM cases INDEXED BY cases_answered"
        " WHERE state IN (2, 3) AND deadline_days = ?1 AND due_from > ?2",
    [CASE_ANSWERED_BETWEEN] =
        "SELECT counter_no, field_no FROM cases INDEXED BY cases_answered"
        " WHERE state IN (2, 3) AND deadline_days = ?3 AND due_from = ?4"
        " AND answered_day > ?7 AND answered_day <= ?8"
        " AND opened_day BETWEEN ?5 AND ?6" CASE_PLACE,
    [VERIFY_CASES] =
        "SELECT c.case_no, " CASE_STANDING ", d.id, c.gen, c.seq, c.level,"
        " c.deadline_days, v.level, v.counted,"
        " v.counter_no IS NOT DISTINCT FROM c.counter_no"
        "  AND v.field_no IS NOT DISTINCT FROM c.field_no,"
        " c.opened_day FROM cases c LEFT JOIN devices d ON d.device_no = "
        "c.device_no"
        " LEFT JOIN visits v ON v.device_no = c.device_no AND v.gen = c.gen"
        "  AND v.seq = c.seq AND v.outcome = 0 ORDER BY c.case_no",
    [VERIFY_CASE_EVENTS] =
        "SELECT event_no, case_no, n, at, kind, who, body FROM case_events"
        " WHERE case_no = ?1 ORDER BY n",
    [VERIFY_CASE_STRAYS] =
        "SELECT e.event_no FROM case_events e WHERE NOT EXISTS"
        " (SELECT 1 FROM cases c WHERE c.case_no = e.case_no)",
    // Totals and what the cases give, one taken off the other.
    [VERIFY_CASE_TOTALS] =
        "WITH recount AS (SELECT deadline_days, opened_day, counter_no,"
        "  field_no, " CASE_PARTS " FROM cases)"
        " SELECT grain, period, counter_no, field_no FROM ("
        " SELECT * FROM case_totals UNION ALL"
        " SELECT deadline_days, 0, opened_day, counter_no, field_no, -opened,"
        "  -waiting, -fresh, -answered, -in_time, -closed, -again FROM recount"
        " UNION ALL"
        " SELECT deadline_days, 1, opened_day / 32, counter_no, field_no,"
        "  -opened, -waiting, -fresh, -answered, -in_time, -closed, -again"
        "  FROM recount) b"
        " GROUP BY deadline_days, grain, period, counter_no, field_no"
        " HAVING sum(opened) <> 0 OR sum(waiting) <> 0 OR sum(fresh) <> 0"
        "  OR sum(answered) <> 0 OR sum(in_time) <> 0 OR sum(closed) <> 0"
        "  OR sum(reopened) <> 0",
    [CODE_TEXT] = "SELECT code FROM codes WHERE code_no = ?1",
    // Of the numbers in the list ?1: which of them, and the code.
    [CODE_TEXTS] = "SELECT w.key, k.code FROM json_each(?1) w CROSS JOIN codes k"
                   " ON k.code_no = CAST(w.atom AS bigint)",
    [CODE_NO] = "SELECT code_no FROM codes WHERE code = ?1",
    [TRANSACTION_FIND] =
        "SELECT transaction_no, " TRANSACTION_COLUMNS ", due_at, result"
        " FROM transactions WHERE unit = ?1 AND code = ?2 AND step_no = ?3",
    [TRANSACTION_NAMELESS] =
        "SELECT transaction_no, " TRANSACTION_COLUMNS ", due_at, result"
        " FROM transactions WHERE " TRANSACTION_CONTENT
        " AND (code IS NULL OR key_period <> '' AND key_period NOT IN"
        "  (SELECT atom FROM json_each(?13) w)) LIMIT 1",
    [TRANSACTION_SAME] =
        "SELECT count(*) FROM transactions WHERE " TRANSACTION_CONTENT,
    [TRANSACTION_NEXT] = NEXT("transaction_no", "transactions"),
    [TRANSACTION_ADD] =
        "INSERT INTO transactions (unit, code, received_at, step_no,"
        " counter_no, field_no, procedure_no, officer_no, queued_at,"
        " called_at, done_at, timeliness, due_at, result, key_period,"
        " transaction_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " ?11, ?12, ?13, ?14, ?15, ?16)",
    [TRANSACTION_REPLACE] =
        "UPDATE transactions SET code = ?2, received_at = ?3, step_no = ?4,"
        " counter_no = ?5, field_no = ?6, procedure_no = ?7, officer_no = ?8,"
        " queued_at = ?9, called_at = ?10, done_at = ?11, timeliness = ?12,"
        " due_at = ?13, result = ?14, key_period = ?15"
        " WHERE transaction_no = ?1",
    [TRANSACTION_ROWS] = "SELECT " TRANSACTION_COLUMNS " FROM transactions"
                         " WHERE done_at >= ?1 AND done_at < ?2",
    [TRANSACTION_TOTAL_GET] =
        "SELECT " TRANSACTION_SUMS " FROM transaction_totals"
        " WHERE dimension = ?1 AND grain = ?2 AND period = ?3 AND key = ?4",
    [TRANSACTION_TOTAL_PUT] =
        "INSERT INTO transaction_totals (dimension, grain, period, key,"
        " " TRANSACTION_SUMS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
        " ON CONFLICT (dimension, grain, period, key) DO UPDATE SET"
        " transactions = excluded.transactions,"
        " early = excluded.early,"
        " on_time = excluded.on_time,"
        " late = excluded.late,"
        " called_known = excluded.called_known,"
        " called_ms = excluded.called_ms,"
        " called_within = excluded.called_within,"
        " called_waits = excluded.called_waits,"
        " done_known = excluded.done_known,"
        " done_ms = excluded.done_ms,"
        " done_within = excluded.done_within,"
        " done_waits = excluded.done_waits",
    [TRANSACTION_TOTAL_DROP] =
        "DELETE FROM transaction_totals"
        " WHERE dimension = ?1 AND grain = ?2 AND period = ?3 AND key = ?4",
    // ?1…?7 as in TOTAL_ROWS.
    [TRANSACTION_TOTALS] = "SELECT grain, period, key, " TRANSACTION_SUMS
                           " FROM " LONG_ROWS("transaction_totals"),
    [TRANSACTION_REACH] = REACH_OF("transaction_totals"),
    [TRANSACTION_PART] = EACH_PERIOD
    "SELECT t.grain, t.period, t.key, " TRANSACTION_SUMS PART_OF(
        "transaction_totals"),
    [TRANSACTION_PART_OF_FIRSTS] = EACH_PERIOD
    "SELECT t.grain, t.period, t.key, " TRANSACTION_SUMS PART_OF_FIRSTS(
        "transaction_totals"),
    [TRANSACTION_ALL_TOTALS] =
        "SELECT dimension, grain, period, key, " TRANSACTION_SUMS
        " FROM transaction_totals",
    [PERSON_NEXT] = NEXT("person_no", "people"),
    [PERSON_ADD] = "INSERT INTO people (name, display, role, officer, hash,"
                   " added_at, password_due, person_no)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [PERSON_CLASH] = "SELECT 1 FROM people WHERE name = ?1"
                     " OR (officer = ?2 AND officer <> '' AND disabled_at = 0)",
    [PERSON_FIND] =
        "SELECT " PERSON_COLUMNS ", p.hash FROM people p WHERE p.name = ?1",
    [PERSON_LIST] =
        "SELECT " PERSON_COLUMNS " FROM people p ORDER BY p.person_no",
    [PERSON_DISABLE] = "UPDATE people SET disabled_at = ?2"
                       " WHERE name = ?1 AND disabled_at = 0",
    [PERSON_ENABLE] = "UPDATE people SET disabled_at = 0 WHERE name = ?1",
    [PERSON_SET_HASH] =
        "UPDATE people SET hash = ?2, password_due = ?3 WHERE name = ?1",
    [PERSON_CHANGE] = "UPDATE people SET display = ?2, role = ?3, officer = ?4"
                      " WHERE name = ?1",
    // Others than this one who may sign in as admin.
    [PERSON_OTHER_ADMINS] = "SELECT count(*) FROM people WHERE name <> ?1"
                            " AND role = 'admin' AND disabled_at = 0",
    [PERSON_OFFICER_OF] = "SELECT 1 FROM people WHERE officer = ?1"
                          " AND name <> ?2 AND disabled_at = 0",
    [SESSION_ADD] = "INSERT INTO sessions VALUES (?1, ?2, ?3, ?3)",
    // Made and used within the rules; a time to come is a clock that was set
    // back, by more than a few minutes.
    [SESSION_FIND] =
        "SELECT " PERSON_COLUMNS ", s.made_at, s.used_at FROM sessions s"
        " JOIN people p ON p.person_no = s.person_no WHERE s.hash = ?1"
        " AND p.disabled_at = 0 AND s.made_at > ?2 AND s.used_at > ?3"
        " AND s.used_at <= ?4",
    [SESSION_TOUCH] =
        "UPDATE sessions SET used_at = max(used_at, ?2) WHERE hash = ?1",
    [SESSION_END] = "DELETE FROM sessions WHERE hash = ?1",
    [SESSION_END_ALL] = "DELETE FROM sessions WHERE person_no ="
                        " (SELECT person_no FROM people WHERE name = ?1)",
    [SESSION_END_OTHERS] =
        "DELETE FROM sessions WHERE person_no ="
        " (SELECT person_no FROM people WHERE name = ?1) AND hash <> ?2",
    [SESSION_LIST] = "SELECT made_at, used_at, hash = ?2 FROM sessions"
                     " WHERE person_no = ?1 AND made_at > ?3 AND used_at > ?4"
                     " ORDER BY used_at DESC, made_at DESC",
    [SESSION_END_OLD] = "DELETE FROM sessions WHERE made_at <= ?1"
                        " OR used_at <= ?2 OR used_at > ?3",
    [SESSION_END_MANY] =
        "DELETE FROM sessions WHERE person_no = ?1 AND hash NOT IN"
        " (SELECT hash FROM sessions WHERE person_no = ?1"
        "  ORDER BY used_at DESC, made_at DESC LIMIT ?2)",
    [TRIES_GET] = "SELECT wrong, locks, last_at, locked_until"
                  " FROM sign_in_tries WHERE subject = ?1",
    [TRIES_PUT] = "INSERT INTO sign_in_tries (subject, wrong, locks, last_at,"
                  " locked_until) VALUES (?1, ?2, ?3, ?4, ?5)"
                  " ON CONFLICT (subject) DO UPDATE SET"
                  " wrong = excluded.wrong, locks = excluded.locks,"
                  " last_at = excluded.last_at,"
                  " locked_until = excluded.locked_until",
    [TRIES_FORGET] = "DELETE FROM sign_in_tries WHERE subject = ?1",
    [TRIES_FORGET_OLD] = "DELETE FROM sign_in_tries WHERE last_at <= ?1",

    [VERIFY_NAME] = "SELECT 1 FROM sqlite_schema WHERE name = ?1",
    // The next chain that has lines, after (?1, ?2): skips from one to the
    // next through the primary key.
    [VERIFY_CHAIN] =
        "SELECT l.device_no, l.gen, d.id, d.enrolled_at, c.received_to,"
        " c.head, " CHAIN_THREAD
        " FROM lines l LEFT JOIN devices d ON d.device_no = l.device_no"
        " LEFT JOIN chains c ON c.device_no = l.device_no AND c.gen = l.gen"
        " WHERE (l.device_no, l.gen) > (?1, ?2)"
        " ORDER BY l.device_no, l.gen LIMIT 1",
    [VERIFY_EMPTY_CHAINS] =
        "SELECT d.id, c.gen, c.received_to FROM chains c"
        " LEFT JOIN devices d ON d.device_no = c.device_no"
        " WHERE c.received_to > 0 AND NOT EXISTS (SELECT 1 FROM lines l"
        "  WHERE l.device_no = c.device_no AND l.gen = c.gen)",
    [VERIFY_LINES] =
        "SELECT seq, verdict, hash, bytes, batch_no, reason IS NOT NULL"
        " FROM lines WHERE device_no = ?1 AND gen = ?2 ORDER BY seq",
    [VERIFY_VISITS] =
        "SELECT seq, at, quality, device_at, outcome, level, mode,"
        " counter_no, field_no, procedure_no, step_no, officer_no,"
        " transaction_code, counted, claim_at, doubts"
        " FROM visits WHERE device_no = ?1 AND gen = ?2 ORDER BY seq",
    [VERIFY_IDS] = "SELECT id, gen, seq FROM ids WHERE device_no = ?1"
                   " ORDER BY id",
    [VERIFY_BATCH] = "SELECT device_no, gen, stored_to, boot, up_ms,"
                     " received_at FROM batches WHERE batch_no = ?1",
    [VERIFY_COUNTS] =
        "SELECT count(*) FROM ids WHERE device_no = ?1 AND gen = ?2",
    [VERIFY_ALL_COUNTS] = "SELECT (SELECT count(*) FROM ids),"
                          " (SELECT count(*) FROM visits)",
    [VERIFY_SIGNED] = SIGNED_ROWS(
        "b.signed_to", "b.signed_head",
        "batches b") " UNION ALL " SIGNED_ROWS("b.seq", "b.head", "heads b"),
    [VERIFY_STORED] =
        "SELECT d.id, b.gen, max(b.stored_to), coalesce(c.received_to, 0)"
        " FROM batches b LEFT JOIN devices d ON d.device_no = b.device_no"
        " LEFT JOIN chains c ON c.device_no = b.device_no AND c.gen = b.gen"
        " GROUP BY b.device_no, d.id, b.gen, c.received_to"
        " HAVING max(b.stored_to) > coalesce(c.received_to, 0)",
    [VERIFY_ASIDES] = "SELECT d.id, a.gen, a.seq, a.hash, a.bytes"
                      " FROM asides a"
                      " LEFT JOIN devices d ON d.device_no = a.device_no",
    // Batches that brought no line, or another one last than they say.
    [VERIFY_IDLE_BATCHES] =
        "SELECT d.id, b.gen, b.stored_to FROM batches b"
        " LEFT JOIN devices d ON d.device_no = b.device_no"
        " WHERE NOT EXISTS (SELECT 1 FROM lines l"
        "  WHERE l.device_no = b.device_no AND l.gen = b.gen"
        "  AND l.seq = b.stored_to AND l.batch_no = b.batch_no)",
    // How far a chain is known to reach comes from its lines, or from a head
    // that the device signed.
    [VERIFY_REPORTED] =
        "SELECT id, gen, reported_to, known FROM"
        " (SELECT d.id, c.gen, c.reported_to,"
        "  max(c.received_to, coalesce((SELECT max(h.seq) FROM heads h"
        "   WHERE h.device_no = c.device_no AND h.gen = c.gen), 0)) AS known"
        "  FROM chains c LEFT JOIN devices d ON d.device_no = c.device_no) r"
        " WHERE reported_to <> known",
    // What a device gave up and the chain has not gone over.
    [VERIFY_GIVEN_UP] =
        "SELECT d.id, h.gen, max(h.first, coalesce(c.received_to, 0) + 1),"
        " h.last FROM holes h"
        " LEFT JOIN devices d ON d.device_no = h.device_no"
        " LEFT JOIN chains c ON c.device_no = h.device_no AND c.gen = h.gen"
        " WHERE h.last > coalesce(c.received_to, 0)",
    // A line that was set aside has its flag, and a flag its line.
    [VERIFY_UNFLAGGED] =
        "SELECT d.id, a.gen, a.seq FROM asides a"
        " LEFT JOIN devices d ON d.device_no = a.device_no"
        " WHERE a.kind = 'fork' AND NOT EXISTS (SELECT 1 FROM flags f"
        "  WHERE f.device_no = a.device_no AND f.gen = a.gen"
        "  AND f.kind = 'fork')"
        " UNION ALL SELECT d.id, l.gen, l.seq FROM lines l"
        " LEFT JOIN devices d ON d.device_no = l.device_no"
        " WHERE l.verdict = 2 AND NOT EXISTS (SELECT 1 FROM flags f"
        "  WHERE f.device_no = l.device_no AND f.gen = l.gen"
        "  AND f.seq = l.seq AND f.kind = 'conflict')",
    [VERIFY_IDLE_FLAGS] =
        "SELECT d.id, f.gen, f.seq, f.kind FROM flags f"
        " LEFT JOIN devices d ON d.device_no = f.device_no"
        " WHERE f.kind = 'conflict' AND NOT EXISTS (SELECT 1 FROM lines l"
        "  WHERE l.device_no = f.device_no AND l.gen = f.gen"
        "  AND l.seq = f.seq AND l.verdict = 2)"
        " OR f.kind = 'fork' AND f.detail NOT LIKE '%: head %'"
        "  AND NOT EXISTS (SELECT 1 FROM asides a"
        "   WHERE a.device_no = f.device_no AND a.gen = f.gen"
        "   AND a.seq = f.seq AND a.kind = 'fork')",
    // Rows of lines that are not there; only when their number is not right.
    [VERIFY_STRAY_IDS] =
        "SELECT d.id, i.gen, i.seq, i.id, l.bytes FROM ids i"
        " LEFT JOIN devices d ON d.device_no = i.device_no"
        " LEFT JOIN lines l ON l.device_no = i.device_no AND l.gen = i.gen"
        "  AND l.seq = i.seq",
    [VERIFY_STRAY_VISITS] =
        "SELECT d.id, v.gen, v.seq FROM visits v"
        " LEFT JOIN devices d ON d.device_no = v.device_no"
        " WHERE NOT EXISTS (SELECT 1 FROM lines l"
        "  WHERE l.device_no = v.device_no AND l.gen = v.gen)",
    // The sealed text of a comment, and the line that carries its hash.
    [VERIFY_COMMENTS] =
        "SELECT d.id, coalesce(i.gen, 0), coalesce(i.seq, 0), c.sealed,"
        " l.bytes FROM comments c"
        " LEFT JOIN devices d ON d.device_no = c.device_no"
        " LEFT JOIN ids i ON i.device_no = c.device_no AND i.id = c.id"
        " LEFT JOIN lines l ON l.device_no = i.device_no AND l.gen = i.gen"
        "  AND l.seq = i.seq",
    // Each comment that came or is here; what the trail says of its leaving.
    [VERIFY_ARRIVALS] =
        "WITH runs AS MATERIALIZED (SELECT at, max(target) AS before"
        "  FROM audit WHERE action = 'comments-forgotten' GROUP BY at),"
        " known AS (SELECT device_no, id FROM comment_arrivals"
        "  UNION SELECT device_no, id FROM comments)"
        " SELECT d.id, coalesce(i.gen, 0), coalesce(i.seq, 0),"
        " a.id IS NOT NULL, c.id IS NOT NULL, coalesce(a.forgotten_at, 0) <> 0,"
        " a.received_at, r.before"
        " FROM known k"
        " LEFT JOIN devices d ON d.device_no = k.device_no"
        " LEFT JOIN ids i ON i.device_no = k.device_no AND i.id = k.id"
        " LEFT JOIN comment_arrivals a ON a.device_no = k.device_no"
        "  AND a.id = k.id"
        " LEFT JOIN comments c ON c.device_no = k.device_no AND c.id = k.id"
        " LEFT JOIN runs r ON r.at = a.forgotten_at",
    [VERIFY_COMMENT_COUNT] = "SELECT count(*) FROM comment_places",
    // Only when their number is not right.
    [VERIFY_COMMENT_PLACES] =
        "SELECT d.id, p.gen, p.seq, v.at / 900000 = p.quarter, l.bytes"
        " FROM comment_places p"
        " LEFT JOIN devices d ON d.device_no = p.device_no"
        " LEFT JOIN visits v ON v.device_no = p.device_no AND v.gen = p.gen"
        "  AND v.seq = p.seq"
        " LEFT JOIN lines l ON l.device_no = v.device_no AND l.gen = v.gen"
        "  AND l.seq = v.seq",
    [VERIFY_CHECKPOINTS] =
        "SELECT checkpoint_no, at, unit, size, root, signature"
        " FROM checkpoints ORDER BY checkpoint_no",
    [VERIFY_CHECKPOINT_HEADS] =
        "SELECT h.device, h.gen, h.seq, h.head, l.hash"
        " FROM checkpoint_heads h LEFT JOIN devices d ON d.id = h.device"
        " LEFT JOIN lines l ON l.device_no = d.device_no AND l.gen = h.gen"
        "  AND l.seq = h.seq"
        " WHERE h.checkpoint_no = ?1 ORDER BY h.device, h.gen",
    [PAPER_LAST] = "SELECT number FROM papers WHERE kind = ?1"
                   " ORDER BY number DESC LIMIT 1",
    [PAPER_ADD] =
        "INSERT INTO papers (kind, number, name, made_at, mail, next_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    [PAPER_NEXT_MAIL] = "SELECT " PAPER_COLUMNS " FROM papers WHERE mail = 1"
                        " AND next_at <= ?1 ORDER BY next_at LIMIT 1",
    [PAPER_KEEP_MAIL] =
        "UPDATE papers SET mail = ?3, tries = ?4, next_at = ?5, sent_at = ?6,"
        " said = ?7 WHERE kind = ?1 AND number = ?2",
    [PAPERS_LIST] = "SELECT " PAPER_COLUMNS " FROM papers"
                    " ORDER BY made_at DESC, kind, number DESC LIMIT ?1",

    // ?3: none but those that have ended.
    [ALERTS_LIST] = "SELECT " ALERT_COLUMNS " FROM alerts WHERE alert_no < ?1"
                    " AND (?3 = 0 OR ended_at <> 0)"
                    " ORDER BY alert_no DESC LIMIT ?2",
    [ALERTS_LIST_OPEN] =
        "SELECT " ALERT_COLUMNS " FROM alerts WHERE alert_no < ?1"
        " AND ended_at = 0 ORDER BY alert_no DESC LIMIT ?2",
    [ALERTS_COUNT_OPEN] = "SELECT count(*) FROM alerts WHERE ended_at = 0",
    [ALERT_IS_OPEN] = "SELECT 1 FROM alerts WHERE kind = ?1 AND subject = ?2"
                      " AND ended_at = 0",
    [ALERT_NEXT_OPEN] = "SELECT alert_no, kind, subject FROM alerts"
                        " WHERE ended_at = 0 AND alert_no > ?1"
                        " ORDER BY alert_no LIMIT 1",
    [ALERT_NEXT] = NEXT("alert_no", "alerts"),
    [ALERT_ADD] = "INSERT INTO alerts (kind, subject, label, detail,"
                  " opened_at, alert_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ALERT_END] = "UPDATE alerts SET ended_at = ?2 WHERE alert_no = ?1",
    [ALERT_ACKNOWLEDGED_AT] =
        "SELECT acknowledged_at FROM alerts WHERE alert_no = ?1",
    [ALERT_ACKNOWLEDGE] =
        "UPDATE alerts SET acknowledged_at = ?2, acknowledged_by = ?3,"
        " comment = ?4 WHERE alert_no = ?1",
    [ALERT_DEVICES] =
        "SELECT d.id, d.name, d.counter, d.enrolled_at,"
        " coalesce(t.seen_at, 0), coalesce(t.state, ''), d.point FROM devices d"
        " LEFT JOIN contacts t ON t.device_no = d.device_no"
        " WHERE d.enrolled_at <> 0 AND d.revoked_at = 0 AND d.kind = 0"
        " ORDER BY d.id",

    // What each group has in steps, its share of those of several included;
    // ?2: of officers.
    [PUBLISHED_TOLD] =
        "SELECT key, max(to_day), " PUBLISHED_SUMS " FROM"
        " (SELECT * FROM published_steps WHERE month = ?1"
        "  AND kind = CASE ?2 WHEN 0 THEN 0 ELSE 2 END"
        "  UNION ALL SELECT s.step_no, s.at, s.kind, s.month, p.key, s.to_day,"
        "   p.level_1, p.level_2, p.level_3, p.level_4, p.level_5,"
        "   p.offered_rated FROM published_steps s"
        "   JOIN published_parts p ON p.step_no = s.step_no"
        "   WHERE s.month = ?1 AND s.kind = 1 AND ?2 = 0) s"
        " GROUP BY key ORDER BY key",
    [PUBLISHED_STEP_NEXT] = NEXT("step_no", "published_steps"),
    [PUBLISHED_STEP_ADD] =
        "INSERT INTO published_steps (step_no, at, kind, month, key, to_day,"
        " level_1, level_2, level_3, level_4, level_5, offered_rated)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [PUBLISHED_PART_ADD] =
        "INSERT INTO published_parts (step_no, key, level_1, level_2, level_3,"
        " level_4, level_5, offered_rated)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [PUBLISHED_FLOW_NEXT] = NEXT("flow_no", "published_flows"),
    [PUBLISHED_FLOW_ADD] =
        "INSERT INTO published_flows (at, month, transactions, silent, waits,"
        " wait_ms, waits_within, flow_no)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [PUBLISHED_OF_FIELDS] =
        "SELECT kind, month, key, max(to_day), " PUBLISHED_SUMS
        " FROM published_steps WHERE month BETWEEN ?1 AND ?2 AND kind IN (0, 1)"
        " GROUP BY kind, month, key ORDER BY kind, month, key",
    [PUBLISHED_OF_OFFICER] =
        "SELECT kind, month, key, max(to_day), " PUBLISHED_SUMS
        " FROM published_steps WHERE month BETWEEN ?1 AND ?2 AND kind = 2"
        " AND key = ?3 GROUP BY kind, month, key ORDER BY kind, month, key",
    [PUBLISHED_FLOW] =
        "SELECT coalesce(sum(transactions), 0), coalesce(sum(silent), 0),"
        " coalesce(sum(waits), 0), coalesce(sum(wait_ms), 0),"
        " coalesce(sum(waits_within), 0) FROM published_flows"
        " WHERE month BETWEEN ?1 AND ?2",

    [CHECKPOINT_NEXT] = NEXT("checkpoint_no", "checkpoints"),
    [CHECKPOINT_ADD] = "INSERT INTO checkpoints (checkpoint_no, at, unit, size,"
                       " root, signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [CHECKPOINT_HEADS] =
        "SELECT d.id, c.gen, c.received_to, c.head FROM chains c"
        " JOIN devices d ON d.device_no = c.device_no"
        " WHERE c.received_to > 0 ORDER BY d.id, c.gen",
    [CHECKPOINT_HEAD_ADD] =
        "INSERT INTO checkpoint_heads VALUES (?1, ?2, ?3, ?4, ?5)",
    [CHECKPOINT_UNIT] =
        "SELECT unit FROM devices ORDER BY device_no DESC LIMIT 1",
    [CHECKPOINT_TRAIL_ADD] =
        "INSERT INTO checkpoint_trails VALUES (?1, ?2, ?3, ?4)",
    [CHECKPOINT_TRAILS] = "SELECT name, size, head FROM checkpoint_trails"
                          " WHERE checkpoint_no = ?1 ORDER BY name",
    // A visit that is not counted needs one before it that is.
    [VERIFY_DUPLICATES] =
        "SELECT d.id, v.gen, v.seq FROM visits v"
        " JOIN devices d ON d.device_no = v.device_no"
        " WHERE v.counted = 0 AND NOT EXISTS (SELECT 1 FROM visits w"
        "  JOIN devices e ON e.device_no = w.device_no"
        "  WHERE w.transaction_code = v.transaction_code"
        "  AND w.step_no = v.step_no AND w.counted = 1"
        "  AND (w.outcome <> 0, w.claim_at, e.id, w.gen, w.seq)"
        "   < (v.outcome <> 0, v.claim_at, d.id, v.gen, v.seq))",
    [VERIFY_ISSUES] =
        "SELECT i.issue_no, i.hash, i.body, EXISTS (SELECT 1 FROM audit a"
        "  WHERE a.action = 'report-issued' AND a.at = i.at AND a.who = i.who"
        "  AND a.target = i.kind || ' ' || i.period_kind || ':' || i.period"
        "  AND a.detail = 'issue ' || i.issue_no || ', sha256 '"
        "  || lower(hex(i.hash)))"
        " FROM issues i ORDER BY i.issue_no",
    [VERIFY_ISSUES_GONE] =
        "SELECT target, detail FROM audit WHERE action = 'report-issued'"
        " AND NOT EXISTS (SELECT 1 FROM issues i"
        "  WHERE detail LIKE 'issue ' || i.issue_no || ', %')",
    // What people decided about flags and ratings, on either side alone.
    [VERIFY_DECISIONS] =
        "WITH held (action, at, who, reason) AS ("
        "  SELECT 'flag-lifted', lifted_at, lifted_by, lift_reason"
        "  FROM visit_flags WHERE lifted_at <> 0"
        "  UNION ALL SELECT 'rating-marked', at, who, reason FROM visit_marks"
        "  UNION ALL SELECT 'mark-withdrawn', withdrawn_at, withdrawn_by,"
        "  withdraw_reason FROM visit_marks WHERE withdrawn_at <> 0),"
        " told AS (SELECT action, at, who, detail FROM audit WHERE action IN"
        "  ('flag-lifted', 'rating-marked', 'mark-withdrawn'))"
        " SELECT action, who, reason, 1 FROM"
        "  (SELECT * FROM held EXCEPT SELECT * FROM told) h"
        " UNION ALL SELECT action, who, detail, 0 FROM"
        "  (SELECT * FROM told EXCEPT SELECT * FROM held) t",
    [VERIFY_FLAG_COUNTS] =
        "SELECT flag_no, ratings, held FROM (SELECT flag_no, ratings,"
        "  (SELECT count(*) FROM flag_visits x WHERE x.flag_no = f.flag_no)"
        "  AS held FROM visit_flags f) g WHERE ratings <> held",
    [VERIFY_FORM_COUNT] = "SELECT count(*) FROM forms",
    [VERIFY_FORM_TOTALS] = "WITH " FORM_CELLS(
        "") ", kept AS (SELECT " FORM_COLUMNS " FROM form_totals)"
            " SELECT DISTINCT day, question FROM"
            " (SELECT * FROM"
            "  (SELECT * FROM counted EXCEPT SELECT * FROM kept) c"
            "  UNION ALL SELECT * FROM"
            "  (SELECT * FROM kept EXCEPT SELECT * FROM counted) k) b"
            " ORDER BY 1, 2",
    [VERIFY_REASONS] = "SELECT dimension, grain, period, key, reason_no,"
                       " level_1, level_2, level_3, level_4, level_5"
                       " FROM reason_totals",
    [VERIFY_TOTALS] = "SELECT dimension, grain, period, key, " TOTAL_COUNTS
                      ", " TOTAL_DOUBTS " FROM totals",
    [VERIFY_RATINGS] = "SELECT " VISIT_FACTS_OF ", bytes FROM visits"
                       " JOIN lines USING (device_no, gen, seq)"
                       " WHERE counted = 1 AND outcome = 0",

    [COUNTER_DAY_ADD] =
        "INSERT INTO counter_days (counter_no, day, device_no, gen, first,"
        " last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (counter_no, day, device_no, gen) DO UPDATE SET"
        " first = min(counter_days.first, excluded.first),"
        " last = max(counter_days.last, excluded.last)",
    [DUE_DAY_ADD] = "INSERT INTO due_days (counter_no, day) VALUES (?1, ?2)"
                    " ON CONFLICT DO NOTHING",
    [DUE_DAY_NEXT] = "SELECT day, counter_no FROM due_days"
                     " ORDER BY day DESC, counter_no LIMIT 1",
    [DUE_DAY_DROP] = "DELETE FROM due_days WHERE counter_no = ?1 AND day = ?2",
    [DAYS_FROM] = "SELECT DISTINCT day, counter_no FROM counter_days"
                  " WHERE day >= ?1",
    [DUE_COUNT] = "SELECT (SELECT count(*) FROM due_days)"
                  " + (SELECT count(*) FROM due_months WHERE since <= ?1)",
    [DUE_MONTH_ADD] = "INSERT INTO due_months (month, since) VALUES (?1, ?2)"
                      " ON CONFLICT DO NOTHING",
    [DUE_MONTH_NEXT] = "SELECT month FROM due_months WHERE since <= ?1"
                       " ORDER BY month DESC LIMIT 1",
    [DUE_MONTH_DROP] = "DELETE FROM due_months WHERE month = ?1",
    [JUDGING_RULES] = "SELECT from_day, version, thresholds, hours"
                      " FROM judging_rules ORDER BY rules_no",
    [JUDGING_RULES_LAST] = "SELECT version, thresholds, hours"
                           " FROM judging_rules ORDER BY rules_no DESC LIMIT 1",
    [JUDGING_RULES_NEXT] = NEXT("rules_no", "judging_rules"),
    [JUDGING_RULES_ADD] =
        "INSERT INTO judging_rules (at, from_day, version, thresholds, hours,"
        " rules_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [JUDGED_RATINGS] =
        "SELECT v.device_no, v.gen, v.seq, v.at, v.quality, v.level, v.mode,"
        " v.transaction_code IS NOT NULL, l.bytes FROM " DAY_VISITS
        " CROSS JOIN lines l ON l.device_no = v.device_no AND l.gen = v.gen"
        "  AND l.seq = v.seq WHERE " OF_DAY,
    [FLAGS_OF_DAY] =
        KEPT_FLAGS " WHERE f.first_day = ?1 AND f.counter_no = ?2 AND f.rule <> 6"
        " ORDER BY f.flag_no, x.device_no, x.gen, x.seq",
    [FLAGS_OF_MONTH] =
        KEPT_FLAGS " WHERE f.first_day = ?1 AND f.counter_no = 0 AND f.rule = 6"
        " ORDER BY f.flag_no, x.device_no, x.gen, x.seq",
    [VISIT_FLAG_NEXT] = NEXT("flag_no", "visit_flags"),
    [VISIT_FLAG_ADD] =
        "INSERT INTO visit_flags (rule, counter_no, officer_no, first_day,"
        " last_day, figures, version, since, ratings, flag_no)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [VISIT_FLAG_CHANGE] = "UPDATE visit_flags SET figures = ?2, version = ?3,"
                          " ratings = ?4 WHERE flag_no = ?1"
                          " AND lifted_at = 0 AND"
                          " (figures <> ?2 OR version <> ?3 OR ratings <> ?4)",
    [VISIT_FLAG_DROP] = "DELETE FROM visit_flags WHERE flag_no = ?1"
                        " AND lifted_at = 0",
    [VISIT_FLAG_STATE] = "SELECT lifted_at FROM visit_flags WHERE flag_no = ?1",
    [VISIT_FLAG_LIFT] =
        "UPDATE visit_flags SET lifted_at = ?2, lifted_by = ?3,"
        " lift_reason = ?4 WHERE flag_no = ?1 AND lifted_at = 0",
    [FLAG_VISIT_ADD] = "INSERT INTO flag_visits (flag_no, device_no, gen, seq)"
                       " VALUES (?1, ?2, ?3, ?4)",
    [FLAG_VISIT_DROP] = "DELETE FROM flag_visits WHERE flag_no = ?1"
                        " AND device_no = ?2 AND gen = ?3 AND seq = ?4",
    [FLAG_VISITS_DROP] = "DELETE FROM flag_visits WHERE flag_no = ?1",
    [FLAG_VISITS] = "SELECT device_no, gen, seq FROM flag_visits"
                    " WHERE flag_no = ?1 LIMIT ?2",
    [VISIT_FLAGS_LIST] =
        "SELECT f.flag_no, f.rule, c.code, o.code, f.first_day, f.last_day,"
        " f.figures, f.version, f.since, f.lifted_at, f.lifted_by,"
        " f.lift_reason, f.ratings FROM visit_flags f"
        " LEFT JOIN codes c ON c.code_no = f.counter_no"
        " LEFT JOIN codes o ON o.code_no = f.officer_no"
        " WHERE f.first_day <= ?2 AND f.last_day >= ?1"
        " AND (?3 < 0 OR f.rule = ?3) AND (?4 IS NULL OR c.code = ?4)"
        " AND (?5 = 0 OR (?5 = 1) = (f.lifted_at = 0)) AND f.flag_no < ?6"
        " ORDER BY f.flag_no DESC LIMIT ?7",
    // A flag spans a month at most. In the order of the index, rows of one
    // counter's day stand together.
    [VISIT_FLAGS_COUNT] =
        "SELECT rule, sum(flags), sum(ratings), sum(lifted),"
        " count(*) FILTER (WHERE flags > 0) FROM (SELECT rule,"
        "  count(*) FILTER (WHERE lifted_at = 0) AS flags,"
        "  coalesce(sum(ratings) FILTER (WHERE lifted_at = 0), 0) AS ratings,"
        "  count(*) FILTER (WHERE lifted_at <> 0) AS lifted FROM visit_flags"
        "  WHERE first_day BETWEEN ?1 - 31 AND ?2 AND last_day >= ?1"
        "  GROUP BY first_day, counter_no, officer_no, rule) days GROUP BY "
        "rule",
    [OFFICER_DAY_DROP] =
        "DELETE FROM officer_days WHERE counter_no = ?1 AND day = ?2",
    [OFFICER_DAY] = "SELECT " OFFICER_PARTS " FROM " DAY_VISITS " WHERE " OF_DAY
                    " AND v.officer_no <> 0 GROUP BY v.officer_no, v.field_no",
    [OFFICER_DAY_ADD] =
        "INSERT INTO officer_days (counter_no, day, officer_no, field_no,"
        " rated, satisfied) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [OFFICER_MONTH] =
        "SELECT officer_no, field_no, sum(rated), sum(satisfied)"
        " FROM officer_days WHERE day BETWEEN ?1 AND ?2"
        " GROUP BY officer_no, field_no ORDER BY officer_no, field_no",
    [OFFICER_RATINGS] =
        "SELECT v.device_no, v.gen, v.seq FROM"
        " (SELECT DISTINCT day, counter_no FROM officer_days"
        "  WHERE officer_no = ?1 AND day BETWEEN ?2 AND ?3) o"
        " CROSS JOIN counter_days s ON s.counter_no = o.counter_no"
        "  AND s.day = o.day CROSS JOIN visits v"
        " ON v.device_no = s.device_no AND v.gen = s.gen"
        "  AND v.seq BETWEEN s.first AND s.last"
        " WHERE v.officer_no = ?1 AND v.counter_no = o.counter_no"
        " AND (v.at + 25200000) / 86400000 = o.day"
        " AND v.counted = 1 AND v.outcome = 0"
        " ORDER BY v.device_no, v.gen, v.seq",
    [RETOTAL_VISITS] = "SELECT " VISIT_FACTS_OF ", device_no FROM visits"
                       " WHERE counted = 1 AND at >= ?1 AND at < ?2",
    [RETOTAL_KEPT] = "SELECT dimension, grain, period, key, " TOTAL_COUNTS
                     ", " TOTAL_DOUBTS " FROM totals WHERE period BETWEEN"
                     " CASE grain WHEN 0 THEN ?1 WHEN 1 THEN ?3 ELSE ?5 END AND"
                     " CASE grain WHEN 0 THEN ?2 WHEN 1 THEN ?4 ELSE ?6 END",
    [RETOTAL_LAST] =
        "SELECT coalesce(max(audit_no), 0) FROM audit WHERE action = ?1",
    [DOUBTS_OF] =
        "SELECT " VISIT_FACTS_OF ", " DOUBTS ", counted"
        " FROM visits v WHERE device_no = ?1 AND gen = ?2 AND seq = ?3",
    [DOUBTS_SET] = "UPDATE visits SET doubts = ?4"
                   " WHERE device_no = ?1 AND gen = ?2 AND seq = ?3",
    [VISIT_MARK_NEXT] = NEXT("mark_no", "visit_marks"),
    [VISIT_MARK_ADD] =
        "INSERT INTO visit_marks (device_no, gen, seq, at, who, reason,"
        " mark_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    [VISIT_MARK_WITHDRAW] =
        "UPDATE visit_marks SET withdrawn_at = ?4, withdrawn_by = ?5,"
        " withdraw_reason = ?6 WHERE device_no = ?1 AND gen = ?2 AND seq = ?3"
        " AND withdrawn_at = 0",
    [VISIT_MARKS_LIST] =
        "SELECT m.device_no, m.gen, m.seq, v.at, c.code, m.reason, m.who, m.at,"
        " m.withdrawn_at, m.withdrawn_by, m.withdraw_reason"
        " FROM visit_marks m JOIN visits v ON v.device_no = m.device_no"
        "  AND v.gen = m.gen AND v.seq = m.seq"
        " LEFT JOIN codes c ON c.code_no = v.counter_no"
        " WHERE v.at >= ?1 AND v.at < ?2 ORDER BY m.mark_no DESC LIMIT ?3",
    // Days with flags as well, should their visits be gone.
    [VERIFY_JUDGED_DAYS] =
        "SELECT day, counter_no FROM counter_days UNION"
        " SELECT first_day, counter_no FROM visit_flags WHERE rule <> 6"
        " EXCEPT SELECT day, counter_no FROM due_days",
    // Not while a day of it is due, or it is itself.
    [VERIFY_JUDGED_MONTHS] =
        "SELECT DISTINCT day, 0 FROM officer_days WHERE"
        " NOT EXISTS (SELECT 1 FROM due_days)"
        " AND NOT EXISTS (SELECT 1 FROM due_months)"
        " UNION SELECT first_day, 0 FROM visit_flags WHERE rule = 6"
        " AND NOT EXISTS (SELECT 1 FROM due_days)"
        " AND NOT EXISTS (SELECT 1 FROM due_months) ORDER BY 1",
    [VERIFY_OFFICERS] =
        "WITH held AS (SELECT officer_no, field_no, rated, satisfied"
        "  FROM officer_days WHERE counter_no = ?1 AND day = ?2),"
        " given AS (SELECT " OFFICER_PARTS " FROM " DAY_VISITS " WHERE " OF_DAY
        "  AND v.officer_no <> 0 GROUP BY v.officer_no, v.field_no)"
        " SELECT (SELECT count(*) FROM (SELECT * FROM held"
        "  EXCEPT SELECT * FROM given) h)"
        " + (SELECT count(*) FROM (SELECT * FROM given"
        "  EXCEPT SELECT * FROM held) g)",
    [VERIFY_DOUBTS] =
        "SELECT d.id, v.gen, v.seq FROM (SELECT device_no, gen, seq"
        "  FROM flag_visits UNION SELECT device_no, gen, seq FROM visit_marks)"
        " x JOIN visits v USING (device_no, gen, seq)"
        " JOIN devices d USING (device_no) WHERE v.doubts <> " DOUBTS,
    [VERIFY_DOUBTED] =
        "SELECT count(*) FILTER (WHERE doubts <> 0), (SELECT count(*) FROM"
        "  (SELECT x.device_no, x.gen, x.seq FROM flag_visits x"
        "   JOIN visit_flags f USING (flag_no) WHERE f.lifted_at = 0"
        "   UNION SELECT device_no, gen, seq FROM visit_marks"
        "   WHERE withdrawn_at = 0) x), sum(counted),"
        " (SELECT count(*) FROM " DAY_VISITS
        "  WHERE v.counter_no = s.counter_no"
        "  AND (v.at + 25200000) / 86400000 = s.day AND v.counted = 1)"
        " FROM visits",
    [PAPER_CLAIM] = "UPDATE papers SET next_at = ?4 WHERE kind = ?1"
                    " AND number = ?2 AND mail = 1 AND next_at = ?3",
    [WRITING_TAKE] = "UPDATE writing SET epoch = epoch + 1 WHERE only_row = 1"
                     " RETURNING epoch",
    [WRITING_EPOCH] = "SELECT epoch FROM writing WHERE only_row = 1",
    [DOCUMENTS_COUNT] = "SELECT count(*) FROM documents",
};
