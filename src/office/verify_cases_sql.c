// Cases: the events of each, one after the other, give its row; the first names
// its rating, which is there, and counts unless the case is superseded. And the
// totals made of the rows.
#include "common/date.h"
#include "common/json.h"
#include "office/cases_sql.h"
#include "office/verify_sql.h"
#include <string.h>

// A row of VERIFY_CASES.
struct row {
    int64_t no;
    struct case_standing standing;
    char device[ID_SIZE];
    int64_t gen, seq, level, deadline_days, opened_day;
    bool has_visit, is_counted, is_placed;
    int64_t visit_level;
};

static void read_row(struct sql_statement *s, struct row *out)
{
    *out = (struct row){
        .no = sql_int(s, 0),
        .gen = sql_int(s, 10),
        .seq = sql_int(s, 11),
        .level = sql_int(s, 12),
        .deadline_days = sql_int(s, 13),
        .has_visit = !sql_is_null(s, 14),
        .visit_level = sql_int(s, 14),
        .is_counted = sql_int(s, 15) == 1,
        .is_placed = sql_int(s, 16) == 1,
        .opened_day = sql_int(s, 17),
    };
    case_standing_read(s, 1, &out->standing);
    column_text(s, 9, out->device, sizeof out->device);
}

static void find(struct verifying *v, const struct row *row, const char *why)
{
    verify_find(v, row->device, row->gen, row->seq, "case %lld of it %s",
                (long long)row->no, why);
}

static void check_rating(struct verifying *v, const struct row *row)
{
    bool is_superseded = row->standing.state == CASE_SUPERSEDED;
    if (!row->has_visit) {
        find(v, row, "is about no rating that is there");
    } else if (row->visit_level != row->level || !row->is_placed) {
        find(v, row, "says another level, counter or field than the rating");
    } else if (row->is_counted == is_superseded) {
        find(v, row,
             is_superseded ? "is superseded, and the rating counts"
                           : "is in force, and the rating counts not");
    }
}

// Which rating the case is about, and how long it may take, as the first event
// says.
static bool fits_opening(const struct row *row, const char *body)
{
    char message[JSON_MESSAGE_SIZE];
    const char *device = "";
    int64_t gen = 0, seq = 0, level = 0, days = 0;
    json_t *object = json_read(body, strlen(body), message);
    json_get_text(object, "device", &device);
    json_get_int(object, "gen", &gen);
    json_get_int(object, "seq", &seq);
    json_get_int(object, "level", &level);
    json_get_int(object, "deadline_days", &days);
    bool fits = strcmp(device, row->device) == 0 && gen == row->gen &&
                seq == row->seq && level == row->level &&
                days == row->deadline_days;
    json_decref(object);
    return fits;
}

// "" when the event says no owner.
static void read_owner(const char *body, char out[PERSON_NAME_SIZE])
{
    char message[JSON_MESSAGE_SIZE];
    json_t *object = json_read(body, strlen(body), message);
    out[0] = '\0';
    json_copy_text(object, "owner", out, PERSON_NAME_SIZE);
    json_decref(object);
}

// NULL, or what is wrong with the event.
static const char *follow(const struct row *row, const struct case_event *event,
                          struct case_standing *standing)
{
    char owner[PERSON_NAME_SIZE];
    const char *why;
    struct case_change change = {.person = case_person(event->who),
                                 .owner = owner,
                                 .day = date_day_of_wall_ms(event->at)};
    read_owner(event->body, owner);
    if (event->n != standing->version + 1) {
        return "has events that do not follow each other";
    }
    if (!case_kind_parse(event->kind, &change.kind) ||
        !case_apply(standing, &change, &why)) {
        return "has an event that could not be";
    }
    if (change.kind == CASE_OPENS &&
        (change.day != row->opened_day || !fits_opening(row, event->body))) {
        return "was opened for another rating, or another time";
    }
    return NULL;
}

static bool is_same(const struct case_standing *a,
                    const struct case_standing *b)
{
    return a->state == b->state && a->version == b->version &&
           strcmp(a->owner, b->owner) == 0 &&
           strcmp(a->answered_by, b->answered_by) == 0 &&
           a->due_from == b->due_from && a->answered_day == b->answered_day &&
           a->closed_day == b->closed_day && a->reopened == b->reopened;
}

static enum sql_result check_events(struct verifying *v, const struct row *row)
{
    struct case_standing standing = {.version = 0};
    struct case_event event;
    const char *why = NULL;
    struct sql_statement *s = sql_use(v->sql, VERIFY_CASE_EVENTS);
    sql_bind_int(s, 1, row->no);
    enum sql_result result;
    while (!why && (result = sql_step(s)) == SQL_OK) {
        why = case_event_read(s, &event) ? follow(row, &event, &standing)
                                         : "has an event that cannot be read";
    }
    sql_done(s);
    if (!why && !is_same(&standing, &row->standing)) {
        why = "is not what its events give";
    }
    if (why) {
        find(v, row, why);
        return SQL_OK;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result check_strays(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_CASE_STRAYS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        verify_find(v, "", 0, 0,
                    "entry %lld of the trail cases is about a case that is "
                    "gone",
                    (long long)sql_int(s, 0));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result check_case_totals(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_CASE_TOTALS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        bool is_day = sql_int(s, 0) == 0;
        int64_t days = is_day ? 1 : CASE_BLOCK_DAYS;
        char day[DATE_ISO_SIZE];
        date_format_iso((int32_t)(sql_int(s, 1) * days), day);
        verify_find(v, "", 0, 0,
                    "the total of cases of the %s %s, keys %lld and %lld, is "
                    "not what its cases give",
                    is_day ? "day" : "32 days from", day,
                    (long long)sql_int(s, 2), (long long)sql_int(s, 3));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result verify_cases(struct verifying *v)
{
    struct row row;
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_CASES);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        read_row(s, &row);
        check_rating(v, &row);
        v->sum->cases++;
        enum sql_result checked = check_events(v, &row);
        if (checked != SQL_OK) {
            result = checked;
            break;
        }
    }
    sql_done(s);
    if (result == SQL_NONE || result == SQL_OK) {
        result = check_strays(v);
    }
    return result == SQL_OK && !v->is_stopped ? check_case_totals(v) : result;
}
