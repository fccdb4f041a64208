// Cases as they are read and counted.
#include "common/date.h"
#include "office/cases_sqlite.h"
#include "office/ticket.h"
#include <limits.h>
#include <string.h>

int32_t case_due_day(const struct calendar *calendar, int32_t due_from,
                     int deadline_days)
{
    return calendar_add_working_days(calendar, due_from, deadline_days);
}

bool case_is_overdue(const struct calendar *calendar,
                     const struct case_standing *standing, int deadline_days,
                     int32_t today)
{
    return (standing->state == CASE_NEW || standing->state == CASE_ASSIGNED) &&
           case_due_day(calendar, standing->due_from, deadline_days) < today;
}

// --- Rows -------------------------------------------------------------------

// The columns of CASE_COLUMNS behind the standing's.
enum {
    COL_DEVICE_NO = 9,
    COL_GEN,
    COL_SEQ,
    COL_QUARTER,
    COL_TICKET,
    COL_OPENED_DAY,
    COL_DEADLINE_DAYS,
    COL_DISPLAY,
    COL_AT,
    COL_LEVEL,
    COL_MODE,
    COL_DEVICE,
    COL_COUNTER,
    COL_FIELD,
    COL_PROCEDURE,
    COL_STEP,
    COL_BYTES
};

static const char *text_or_none(struct sql_statement *s, int column)
{
    const char *text = sql_text(s, column);
    return text ? text : "";
}

static bool give(struct sql_statement *s, office_case_row *row, void *ctx)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    size_t size;
    const void *bytes = sql_bytes(s, COL_BYTES, &size);
    bool is_read = bytes && record_read(bytes, size, &record, why);
    struct office_case out = {
        .rating = {sql_int(s, COL_DEVICE_NO), sql_int(s, COL_GEN),
                   sql_int(s, COL_SEQ)},
        .place = {sql_int(s, COL_QUARTER), sql_int(s, COL_TICKET)},
        .opened_at = sql_int(s, COL_QUARTER) * OFFICE_QUARTER_MS,
        .opened_day = (int32_t)sql_int(s, COL_OPENED_DAY),
        .deadline_days = (int)sql_int(s, COL_DEADLINE_DAYS),
        .owner_display = text_or_none(s, COL_DISPLAY),
        .rated_at = sql_int(s, COL_AT),
        .level = (int)sql_int(s, COL_LEVEL),
        .mode = (enum record_mode)sql_int(s, COL_MODE),
        .device = text_or_none(s, COL_DEVICE),
        .counter = text_or_none(s, COL_COUNTER),
        .field = text_or_none(s, COL_FIELD),
        .procedure = text_or_none(s, COL_PROCEDURE),
        .step = text_or_none(s, COL_STEP),
        .reasons = record.reasons,
        .reason_count = is_read ? record.reason_count : 0,
        .record_id = is_read ? record.id : "",
        .comment_hash = is_read ? record.comment_hash : "",
    };
    case_standing_read(s, 1, &out.standing);
    ticket_write(out.place.ticket, out.id);
    return row(ctx, &out);
}

static bool is_wanted(struct sql_statement *s,
                      const struct office_cases_wanted *wanted)
{
    struct case_standing standing;
    if (!wanted->overdue_by) {
        return true;
    }
    case_standing_read(s, 1, &standing);
    return case_is_overdue(wanted->overdue_by, &standing,
                           (int)sql_int(s, COL_DEADLINE_DAYS),
                           date_day_of_wall_ms(wanted->now));
}

static void bind_wanted(struct sql_statement *s,
                        const struct office_cases_wanted *wanted)
{
    bool is_first = wanted->after.round == 0;
    sql_bind_int(s, 1, is_first ? INT64_MAX : wanted->after.round);
    sql_bind_int(s, 2, is_first ? INT64_MAX : wanted->after.ticket);
    sql_bind_int(s, 3, wanted->now / OFFICE_QUARTER_MS);
    sql_bind_int(s, 4, wanted->first_day);
    sql_bind_int(s, 5, wanted->last_day);
    sql_bind_int(s, 6, wanted->states);
    sql_bind_text(s, 7, wanted->owner);
    sql_bind_text(s, 8, wanted->counter);
    sql_bind_text(s, 9, wanted->field);
}

// The states that the smaller index has.
static const unsigned OPEN_STATES =
    1 << CASE_NEW | 1 << CASE_ASSIGNED | 1 << CASE_ANSWERED;

enum office_result office_list_cases(struct office *office,
                                     const struct office_cases_wanted *wanted,
                                     office_case_row *row, void *ctx)
{
    bool is_open = (wanted->states & ~OPEN_STATES) == 0;
    struct sql_statement *s =
        sql_use(office->sql, is_open ? CASE_LIST_OPEN : CASE_LIST);
    enum sql_result result = SQL_NONE;
    size_t given = 0;
    bind_wanted(s, wanted);
    while (given < wanted->limit && (result = sql_step(s)) == SQL_OK) {
        if (!is_wanted(s, wanted)) {
            continue;
        }
        given++;
        if (!give(s, row, ctx)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

enum office_result office_find_case(struct office *office, const char *id,
                                    int64_t now, office_case_row *row,
                                    void *ctx)
{
    int64_t ticket;
    if (!ticket_read(id, &ticket)) {
        return OFFICE_NONE;
    }
    struct sql_statement *s = sql_use(office->sql, CASE_GET);
    sql_bind_int(s, 1, ticket);
    sql_bind_int(s, 2, now / OFFICE_QUARTER_MS);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        give(s, row, ctx);
    }
    sql_done(s);
    return office_result_of(result);
}

enum office_result office_list_case_events(struct office *office,
                                           const char *id,
                                           office_case_event_row *row,
                                           void *ctx)
{
    int64_t ticket;
    if (!ticket_read(id, &ticket)) {
        return OFFICE_NONE;
    }
    struct sql_statement *s = sql_use(office->sql, CASE_HISTORY);
    enum sql_result result;
    sql_bind_int(s, 1, ticket);
    while ((result = sql_step(s)) == SQL_OK) {
        const struct office_case_event event = {
            sql_int(s, 0),      sql_int(s, 1),      text_or_none(s, 2),
            text_or_none(s, 3), text_or_none(s, 4), text_or_none(s, 5)};
        if (!row(ctx, &event)) {
            result = SQL_NONE;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

// --- Figures ----------------------------------------------------------------

struct counting {
    const struct case_figures_wanted *wanted;
    case_figures_row *row;
    void *ctx;
    bool has_code;
    char code[RECORD_CODE_SIZE];
    struct case_figures figures;
};

// A row of CASE_COUNT: how many cases are alike.
static void add_group(struct counting *c, struct sql_statement *s)
{
    const struct case_figures_wanted *wanted = c->wanted;
    struct case_figures *f = &c->figures;
    struct case_standing standing = {.state = (enum case_state)sql_int(s, 1),
                                     .due_from = (int32_t)sql_int(s, 3),
                                     .answered_day = (int32_t)sql_int(s, 4)};
    int deadline_days = (int)sql_int(s, 2);
    int64_t count = sql_int(s, 6);
    bool is_answered =
        standing.state == CASE_ANSWERED || standing.state == CASE_CLOSED;
    f->opened += count;
    f->reopened += sql_int(s, 5) ? count : 0;
    f->closed += standing.state == CASE_CLOSED ? count : 0;
    if (is_answered) {
        f->answered += count;
        f->in_time += standing.answered_day <= case_due_day(wanted->calendar,
                                                            standing.due_from,
                                                            deadline_days)
                          ? count
                          : 0;
        return;
    }
    f->waiting += count;
    f->overdue += case_is_overdue(wanted->calendar, &standing, deadline_days,
                                  wanted->today)
                      ? count
                      : 0;
}

static bool give_figures(struct counting *c)
{
    bool goes_on = !c->has_code || c->row(c->ctx, c->code, &c->figures);
    c->figures = (struct case_figures){.opened = 0};
    return goes_on;
}

static void bind_figures(struct sql_statement *s,
                         const struct case_figures_wanted *wanted)
{
    sql_bind_int(s, 1, wanted->first_day);
    sql_bind_int(s, 2, wanted->last_day);
    sql_bind_text(s, 3, wanted->counter);
    sql_bind_text(s, 4, wanted->field);
}

enum office_result office_count_cases(struct office *office,
                                      const struct case_figures_wanted *wanted,
                                      case_figures_row *row, void *ctx)
{
    static const size_t statements[] = {[CASES_BY_NONE] = CASE_COUNT,
                                        [CASES_BY_COUNTER] =
                                            CASE_COUNT_COUNTERS,
                                        [CASES_BY_FIELD] = CASE_COUNT_FIELDS};
    // Of everything there is one row, be it of zeros.
    struct counting c = {.wanted = wanted,
                         .row = row,
                         .ctx = ctx,
                         .has_code = wanted->by == CASES_BY_NONE};
    struct sql_statement *s = sql_use(office->sql, statements[wanted->by]);
    enum sql_result result;
    bind_figures(s, wanted);
    while ((result = sql_step(s)) == SQL_OK) {
        const char *code = text_or_none(s, 0);
        if (c.has_code && strcmp(code, c.code) != 0 && !give_figures(&c)) {
            break;
        }
        column_text(s, 0, c.code, sizeof c.code);
        c.has_code = true;
        add_group(&c, s);
    }
    sql_done(s);
    if (result == SQL_NONE) {
        give_figures(&c);
    }
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}
