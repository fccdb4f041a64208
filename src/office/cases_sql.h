// What the files of cases share.
#pragma once
#include "office/audit_sql.h"
#include "office/cases.h"
#include "office/ingest_sql.h"

enum { CASE_BLOCK_DAYS = 32 }; // of the coarser totals

// A row of case_events.
struct case_event {
    int64_t case_no, n, at;
    const char *kind, *who, *body;
};
// Reads the columns of CASE_EVENTS behind the number. False: one is no text.
bool case_event_read(struct sql_statement *s, struct case_event *out);
bool case_events_extend(struct trail *trail, const struct case_event *event);
// The trail as it stands.
enum sql_result case_events_last(struct sql *sql, struct trail *out);
// "user an" without what is before the name; "" for the server.
const char *case_person(const char *who);
// Reads CASE_STANDING from `column` on.
void case_standing_read(struct sql_statement *s, int column,
                        struct case_standing *out);

// The document's, in the writer's memory: what levels open cases.
enum sql_result case_find_rules(struct office *office,
                                const struct case_rules **out);
// A rating of the running ingest, counted or not: opens a case for it, or adds
// to the case of its transaction. Does nothing for levels that open none.
enum sql_result case_of_rating(struct taking *taking,
                               const struct office_line *line,
                               const struct tally_facts *facts,
                               bool is_counted);
// The rating there counts no more.
enum sql_result case_supersede(struct taking *taking, int64_t device_no,
                               int64_t gen, int64_t seq);

// The shortest time that cases are given, above `after`; 0: none.
enum sql_result case_deadline_next(struct sql *sql, int after, int *out);
// The first day from which such a time, running, is not over before `today`.
int32_t case_first_not_overdue(const struct calendar *calendar,
                               int deadline_days, int32_t today);
