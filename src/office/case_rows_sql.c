// Cases as they are read.
#include "common/date.h"
#include "office/cases_sql.h"
#include "office/ticket.h"

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

// The first quarter of the local day.
static int64_t quarter_of_day(int64_t day)
{
    enum { QUARTERS = 96, OFFSET = 28 }; // Vietnam: seven hours before UTC
    return day * QUARTERS - OFFSET;
}

static struct office_cursor
first_before(const struct office_cases_wanted *wanted)
{
    int64_t now = wanted->now / OFFICE_QUARTER_MS;
    int64_t end = quarter_of_day((int64_t)wanted->last_day + 1);
    struct office_cursor before = {now < end ? now : end, 0};
    return wanted->after.round != 0 && wanted->after.round < before.round
               ? wanted->after
               : before;
}

static void bind_wanted(struct sql_statement *s,
                        const struct office_cases_wanted *wanted,
                        const struct office_cursor *before, int64_t due_before)
{
    sql_bind_int(s, 1, before->round);
    sql_bind_int(s, 2, before->ticket);
    sql_bind_int(s, 3, quarter_of_day(wanted->first_day));
    sql_bind_int(s, 4, wanted->states);
    sql_bind_int(s, 5, due_before);
    sql_bind_text(s, 6, wanted->owner);
    sql_bind_text(s, 7, wanted->counter);
    sql_bind_text(s, 8, wanted->field);
}

static const unsigned WAITING_STATES = 1 << CASE_NEW | 1 << CASE_ASSIGNED;
static const unsigned OPEN_STATES =
    1 << CASE_NEW | 1 << CASE_ASSIGNED | 1 << CASE_ANSWERED;

// The one state among the bits.
static int only_state(unsigned states)
{
    int state = 0;
    while (states >> state != 1) {
        state++;
    }
    return state;
}

// What passes over the fewest.
static size_t choose_list(const struct office_cases_wanted *wanted)
{
    bool is_one = (wanted->states & (wanted->states - 1)) == 0;
    if (wanted->owner) {
        return CASE_LIST_OF_OWNER;
    }
    if (wanted->counter) {
        return CASE_LIST_OF_COUNTER;
    }
    if (wanted->field) {
        return CASE_LIST_OF_FIELD;
    }
    if (is_one) {
        return CASE_LIST_OF_STATE;
    }
    return (wanted->states & ~OPEN_STATES) == 0 ? CASE_LIST_OPEN : CASE_LIST;
}

// All that are overdue run from an earlier day than this.
static enum sql_result find_due_before(struct sql *sql,
                                       const struct office_cases_wanted *wanted,
                                       int64_t *out)
{
    int shortest = 0;
    *out = INT64_MAX;
    if (!wanted->overdue_by) {
        return SQL_OK;
    }
    enum sql_result result = case_deadline_next(sql, 0, &shortest);
    *out = case_first_not_overdue(wanted->overdue_by, shortest,
                                  date_day_of_wall_ms(wanted->now));
    return result;
}

struct listing {
    const struct office_cases_wanted *wanted;
    int64_t due_before;
    struct office_cursor before; // rows that are still to be looked at
    size_t given;
    bool is_over;
    office_case_row *row;
    void *ctx;
};

// PostgreSQL gives all of an answer: it is asked for so much at a time.
static enum sql_result list_part(struct listing *listing, struct sql *sql)
{
    const struct office_cases_wanted *wanted = listing->wanted;
    size_t statement = choose_list(wanted), most = wanted->limit, looked = 0;
    struct sql_statement *s = sql_use(sql, statement);
    enum sql_result result = SQL_NONE;
    bind_wanted(s, wanted, &listing->before, listing->due_before);
    if (statement == CASE_LIST_OF_STATE) {
        sql_bind_int(s, 9, only_state(wanted->states));
    }
    sql_bind_int(s, 10, (int64_t)most);
    while (!listing->is_over && (result = sql_step(s)) == SQL_OK) {
        looked++;
        listing->before = (struct office_cursor){sql_int(s, COL_QUARTER),
                                                 sql_int(s, COL_TICKET)};
        if (is_wanted(s, wanted)) {
            listing->given++;
            listing->is_over = !give(s, listing->row, listing->ctx) ||
                               listing->given == wanted->limit;
        }
    }
    listing->is_over = listing->is_over || looked < most;
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum office_result office_list_cases(struct office *office,
                                     const struct office_cases_wanted *asked,
                                     office_case_row *row, void *ctx)
{
    struct office_cases_wanted wanted = *asked;
    struct listing listing = {.wanted = &wanted, .row = row, .ctx = ctx};
    wanted.states &= wanted.overdue_by ? WAITING_STATES : ~0U;
    listing.before = first_before(&wanted);
    listing.is_over = wanted.states == 0 || wanted.limit == 0;
    enum sql_result result =
        find_due_before(office->sql, &wanted, &listing.due_before);
    while (result == SQL_OK && !listing.is_over) {
        result = list_part(&listing, office->sql);
    }
    return office_result_of(result);
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
