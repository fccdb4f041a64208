// Cases in the database: opened with the commit of the rating that they are
// about (visits_sql.c), changed by people, read and counted. What a case is
// stands in case_rules.h. Outside a case has the name of its rating
// (ratings.h), and like a rating it is given out when the quarter of an hour in
// which it was opened is over.
#pragma once
#include "office/calendar.h"
#include "office/case_rules.h"
#include "office/office.h"
#include "office/ratings.h"
#include "office/ticket.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- Changing ---------------------------------------------------------------

struct case_wish {
    const char *id;
    int64_t expected;    // the version that was looked at
    enum case_kind kind; // one of those that people do
    const char *person;  // sign-in name
    const char *owner;   // of CASE_ASSIGN; a person of the office
    const char *body;    // JSON for the event
    int64_t now;
};

struct case_outcome {
    bool is_done;
    // Else why not, in English; `is_late`: because somebody changed the case
    // after the expected version.
    const char *why;
    bool is_late;
    // What holds now, and the last event.
    struct case_standing standing;
    enum case_kind last_kind;
    char last_who[PERSON_WHO_SIZE];
    int64_t last_at;
};
// Writer only. OFFICE_NONE: there is no such case.
enum office_result office_change_case(struct office *office,
                                      const struct case_wish *wish,
                                      struct case_outcome *out);

// --- Reading ----------------------------------------------------------------

// Texts live during the call; "" for what was not told.
struct office_case {
    char id[OFFICE_RATING_ID_SIZE];
    struct ticket_place rating;
    struct office_cursor place; // its quarter and ticket
    int64_t opened_at;          // begin of its quarter
    int32_t opened_day;
    int deadline_days;
    struct case_standing standing;
    const char *owner_display;
    int64_t rated_at; // corrected
    int level;
    enum record_mode mode;
    const char *device, *counter, *field, *procedure, *step;
    const char (*reasons)[RECORD_REASON_SIZE];
    size_t reason_count;
    const char *record_id;    // of the visit's record; for its comment
    const char *comment_hash; // "": none was written
};
// False ends the reading.
typedef bool office_case_row(void *ctx, const struct office_case *row);

struct office_cases_wanted {
    struct office_cursor after; // zeros: from the newest
    int64_t now;
    int32_t first_day, last_day;         // of the opening
    unsigned states;                     // bits 1 << enum case_state
    const struct calendar *overdue_by;   // only those overdue; NULL: all
    const char *owner, *counter, *field; // NULL: any
    size_t limit;
};
// Newest first.
enum office_result office_list_cases(struct office *office,
                                     const struct office_cases_wanted *wanted,
                                     office_case_row *row, void *ctx);
// One case. OFFICE_NONE: there is none, or its quarter is not over.
enum office_result office_find_case(struct office *office, const char *id,
                                    int64_t now, office_case_row *row,
                                    void *ctx);

struct office_case_event {
    int64_t n, at;
    const char *kind, *who;
    const char *display; // the person's; ""
    const char *body;    // JSON
};
typedef bool office_case_event_row(void *ctx,
                                   const struct office_case_event *event);
// In order.
enum office_result office_list_case_events(struct office *office,
                                           const char *id,
                                           office_case_event_row *row,
                                           void *ctx);

// The day by which it is to be answered.
int32_t case_due_day(const struct calendar *calendar, int32_t due_from,
                     int deadline_days);
// Not answered, and that day is past.
bool case_is_overdue(const struct calendar *calendar,
                     const struct case_standing *standing, int deadline_days,
                     int32_t today);

// --- Counting ---------------------------------------------------------------

// Superseded cases are in none of these. What was opened is counted at once.
// Read from totals, which change in the commit of each event.
struct case_figures {
    int64_t opened;
    int64_t waiting;  // new or assigned
    int64_t overdue;  // of these
    int64_t answered; // and waiting for the second person, or closed
    int64_t in_time;  // of these
    int64_t closed;   // confirmed
    int64_t reopened; // at least once
};

enum case_breakdown { CASES_BY_NONE, CASES_BY_COUNTER, CASES_BY_FIELD };

struct case_figures_wanted {
    int32_t first_day, last_day; // of the opening
    int32_t today;
    const struct calendar *calendar;
    const char *counter, *field; // NULL: any
    enum case_breakdown by;
};
// A row for each code, in order; CASES_BY_NONE gives one, with "".
typedef bool case_figures_row(void *ctx, const char *code,
                              const struct case_figures *figures);
enum office_result office_count_cases(struct office *office,
                                      const struct case_figures_wanted *wanted,
                                      case_figures_row *row, void *ctx);
