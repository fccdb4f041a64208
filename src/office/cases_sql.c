#include "office/cases_sql.h"
#include "common/date.h"
#include "common/log.h"
#include "office/documents.h"
#include "office/people_sql.h"
#include "office/rounds_sql.h"
#include "office/ticket.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char SERVER[] = "server";

// --- The trail of events ----------------------------------------------------

bool case_event_read(struct sql_statement *s, struct case_event *out)
{
    *out = (struct case_event){sql_int(s, 1),  sql_int(s, 2),  sql_int(s, 3),
                               sql_text(s, 4), sql_text(s, 5), sql_text(s, 6)};
    return out->kind && out->who && out->body;
}

bool case_events_extend(struct trail *trail, const struct case_event *event)
{
    char case_no[24], n[24], at[24];
    const char *const fields[] = {case_no,     n,          at,
                                  event->kind, event->who, event->body};
    snprintf(case_no, sizeof case_no, "%" PRId64, event->case_no);
    snprintf(n, sizeof n, "%" PRId64, event->n);
    snprintf(at, sizeof at, "%" PRId64, event->at);
    return trail_add(trail, fields, sizeof fields / sizeof fields[0]);
}

enum sql_result case_events_last(struct sql *sql, struct trail *out)
{
    struct sql_statement *s = sql_use(sql, CASE_EVENT_LAST);
    enum sql_result result = sql_step(s);
    *out = (struct trail){.size = 0};
    if (result == SQL_OK) {
        out->size = sql_int(s, 0);
        column_bytes(s, 1, out->head, sizeof out->head);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

const char *case_person(const char *who)
{
    static const char user[] = "user ";
    size_t size = sizeof user - 1;
    return strncmp(who, user, size) == 0 ? who + size : "";
}

static enum sql_result add_event(struct sql *sql,
                                 const struct case_event *event)
{
    struct trail trail;
    enum sql_result result = case_events_last(sql, &trail);
    if (result != SQL_OK) {
        return result;
    }
    if (!case_events_extend(&trail, event)) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(sql, CASE_EVENT_ADD);
    sql_bind_int(s, 1, trail.size);
    sql_bind_int(s, 2, event->case_no);
    sql_bind_int(s, 3, event->n);
    sql_bind_int(s, 4, event->at);
    sql_bind_text(s, 5, event->kind);
    sql_bind_text(s, 6, event->who);
    sql_bind_text(s, 7, event->body);
    sql_bind_bytes(s, 8, trail.head, sizeof trail.head);
    return sql_put(s);
}

void case_standing_read(struct sql_statement *s, int column,
                        struct case_standing *out)
{
    *out = (struct case_standing){
        .state = (enum case_state)sql_int(s, column),
        .version = sql_int(s, column + 1),
        .due_from = (int32_t)sql_int(s, column + 4),
        .answered_day = (int32_t)sql_int(s, column + 5),
        .closed_day = (int32_t)sql_int(s, column + 6),
        .reopened = (int)sql_int(s, column + 7),
    };
    column_text(s, column + 2, out->owner, sizeof out->owner);
    column_text(s, column + 3, out->answered_by, sizeof out->answered_by);
}

static enum sql_result move_totals(struct sql *sql, int64_t case_no, int by)
{
    static const int days_of_grain[] = {1, 32};
    enum sql_result result = SQL_OK;
    for (int grain = 0; grain < 2 && result == SQL_OK; grain++) {
        struct sql_statement *s = sql_use(sql, CASE_TOTALS_MOVE);
        sql_bind_int(s, 1, case_no);
        sql_bind_int(s, 2, by);
        sql_bind_int(s, 3, grain);
        sql_bind_int(s, 4, days_of_grain[grain]);
        result = sql_put(s);
    }
    return result;
}

static enum sql_result put_row(struct sql *sql, int64_t case_no,
                               const struct case_standing *standing)
{
    struct sql_statement *s = sql_use(sql, CASE_PUT);
    sql_bind_int(s, 1, case_no);
    sql_bind_int(s, 2, standing->state);
    sql_bind_int(s, 3, standing->version);
    sql_bind_text(s, 4, standing->owner);
    sql_bind_text(s, 5, standing->answered_by);
    sql_bind_int(s, 6, standing->due_from);
    sql_bind_int(s, 7, standing->answered_day);
    sql_bind_int(s, 8, standing->closed_day);
    sql_bind_int(s, 9, standing->reopened);
    return sql_put(s);
}

static enum sql_result put_standing(struct sql *sql, int64_t case_no,
                                    const struct case_standing *standing)
{
    enum sql_result result = move_totals(sql, case_no, -1);
    if (result == SQL_OK) {
        result = put_row(sql, case_no, standing);
    }
    return result == SQL_OK ? move_totals(sql, case_no, 1) : result;
}

// --- With the ingest --------------------------------------------------------

enum sql_result case_find_rules(struct office *office,
                                const struct case_rules **out)
{
    struct buf text = {0}, why = {0};
    char message[JSON_MESSAGE_SIZE];
    int64_t version;
    *out = &office->case_rules;
    if (office->has_case_rules) {
        return SQL_OK;
    }
    case_rules_default(&office->case_rules);
    enum office_result result =
        office_read_document(office, "cases", &version, &text);
    if (result == OFFICE_OK) {
        json_t *body = json_read(buf_text(&text), text.size, message);
        if (!body || !case_rules_read(body, &office->case_rules, &why)) {
            log_error("office",
                      "the settings cases, version %lld, cannot be used, and "
                      "levels 1 and 2 open cases: %s",
                      (long long)version, body ? buf_text(&why) : message);
            case_rules_default(&office->case_rules);
        }
        json_decref(body);
    }
    buf_free(&text);
    buf_free(&why);
    if (result != OFFICE_OK && result != OFFICE_NONE) {
        return result == OFFICE_BUSY ? SQL_BUSY : SQL_ERROR;
    }
    office->has_case_rules = true;
    return SQL_OK;
}

static int64_t quarter_of(int64_t wall_ms)
{
    return wall_ms / OFFICE_QUARTER_MS;
}

static int32_t day_of_quarter(int64_t quarter)
{
    return date_day_of_wall_ms(quarter * OFFICE_QUARTER_MS);
}

// By the server, of what a batch brought.
static enum sql_result tell(struct taking *taking, int64_t case_no,
                            struct case_standing *standing, enum case_kind kind,
                            const char *body)
{
    int64_t quarter = quarter_of(taking->batch->received_at);
    const struct case_change change = {
        .kind = kind, .person = "", .day = day_of_quarter(quarter)};
    const struct case_event event = {
        .case_no = case_no,
        .n = standing->version + 1,
        .at = quarter * OFFICE_QUARTER_MS,
        .kind = case_kind_name(kind),
        .who = SERVER,
        .body = body,
    };
    struct sql *sql = taking->office->sql;
    const char *why;
    if (!case_apply(standing, &change, &why)) {
        return SQL_OK;
    }
    enum sql_result result = put_standing(sql, case_no, standing);
    return result == SQL_OK ? add_event(sql, &event) : result;
}

static enum sql_result add_case(struct taking *taking,
                                const struct tally_facts *facts, int64_t ticket,
                                int64_t seq, int deadline_days, int64_t no)
{
    int64_t quarter = quarter_of(taking->batch->received_at);
    struct sql_statement *s = sql_use(taking->office->sql, CASE_ADD);
    sql_bind_int(s, 1, facts->device);
    sql_bind_int(s, 2, taking->chain->gen);
    sql_bind_int(s, 3, seq);
    sql_bind_int(s, 4, ticket);
    sql_bind_int(s, 5, facts->level);
    sql_bind_int(s, 6, facts->counter);
    sql_bind_int(s, 7, facts->field);
    sql_bind_int(s, 8, quarter);
    sql_bind_int(s, 9, day_of_quarter(quarter));
    sql_bind_int(s, 10, deadline_days);
    sql_bind_int(s, 11, no);
    return sql_put(s);
}

static enum sql_result open_totals(struct sql *sql,
                                   const struct tally_facts *facts,
                                   int32_t opened_day, int deadline_days)
{
    struct sql_statement *s = sql_use(sql, CASE_TOTALS_OPEN);
    sql_bind_int(s, 1, deadline_days);
    sql_bind_int(s, 2, opened_day);
    sql_bind_int(s, 3, facts->counter);
    sql_bind_int(s, 4, facts->field);
    return sql_put(s);
}

static enum sql_result make_ticket(struct office *office,
                                   const struct ticket_place *place,
                                   int64_t *out)
{
    unsigned char key[TICKET_KEY_BYTES];
    enum sql_result result = rating_ticket_key(office, key);
    if (result == SQL_OK) {
        *out = ticket_make(key, place);
    }
    return result;
}

static enum sql_result open_case(struct taking *taking, int64_t seq,
                                 const struct tally_facts *facts,
                                 const struct case_rules *rules)
{
    const struct ticket_place place = {facts->device, taking->chain->gen, seq};
    struct case_standing standing = {.version = 0};
    char body[200];
    int64_t case_no = taking->office->next_case++, ticket = 0;
    enum sql_result result = make_ticket(taking->office, &place, &ticket);
    if (result == SQL_OK) {
        result =
            add_case(taking, facts, ticket, seq, rules->deadline_days, case_no);
    }
    if (result == SQL_OK) {
        int64_t quarter = quarter_of(taking->batch->received_at);
        result = open_totals(taking->office->sql, facts,
                             day_of_quarter(quarter), rules->deadline_days);
    }
    if (result != SQL_OK) {
        return result;
    }
    snprintf(body, sizeof body,
             "{\"device\":\"%s\",\"gen\":%" PRId64 ",\"seq\":%" PRId64
             ",\"level\":%d,\"deadline_days\":%d}",
             taking->batch->proof.device, taking->chain->gen, seq, facts->level,
             rules->deadline_days);
    return tell(taking, case_no, &standing, CASE_OPENS, body);
}

// Steps to the first row of a look-up for a case.
static enum sql_result take_case(struct sql_statement *s, int64_t *out_no,
                                 struct case_standing *out)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_no = sql_int(s, 0);
        case_standing_read(s, 1, out);
    }
    sql_done(s);
    return result;
}

// Dissatisfied again: the newest case of the transaction hears of it.
static enum sql_result rate_again(struct taking *taking,
                                  const struct office_line *line,
                                  const struct tally_facts *facts)
{
    struct case_standing standing;
    char body[32];
    int64_t case_no;
    const char *claims = office_visit_claims(&line->visit);
    if (!claims) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(taking->office->sql, CASE_OF_TRANSACTION);
    sql_bind_text(s, 1, claims);
    sql_bind_int(s, 2, facts->at);
    enum sql_result result = take_case(s, &case_no, &standing);
    if (result != SQL_OK) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    snprintf(body, sizeof body, "{\"level\":%d}", facts->level);
    return tell(taking, case_no, &standing, CASE_RATED_AGAIN, body);
}

enum sql_result case_of_rating(struct taking *taking,
                               const struct office_line *line,
                               const struct tally_facts *facts, bool is_counted)
{
    const struct case_rules *rules;
    enum sql_result result = case_find_rules(taking->office, &rules);
    if (result != SQL_OK || !rules->levels[facts->level]) {
        return result;
    }
    result = rate_again(taking, line, facts);
    return result == SQL_OK && is_counted
               ? open_case(taking, line->seq, facts, rules)
               : result;
}

enum sql_result case_supersede(struct taking *taking, int64_t device_no,
                               int64_t gen, int64_t seq)
{
    struct case_standing standing;
    int64_t case_no;
    struct sql_statement *s = sql_use(taking->office->sql, CASE_OF_RATING);
    sql_bind_int(s, 1, device_no);
    sql_bind_int(s, 2, gen);
    sql_bind_int(s, 3, seq);
    enum sql_result result = take_case(s, &case_no, &standing);
    if (result != SQL_OK) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    return tell(taking, case_no, &standing, CASE_SUPERSEDE, "{}");
}

// --- By people --------------------------------------------------------------

struct changing {
    const struct case_wish *wish;
    struct case_outcome *out;
};

static enum sql_result find_last(struct sql *sql, int64_t case_no,
                                 struct case_outcome *out)
{
    struct sql_statement *s = sql_use(sql, CASE_EVENT_OF);
    sql_bind_int(s, 1, case_no);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        const char *kind = sql_text(s, 0);
        if (!kind || !case_kind_parse(kind, &out->last_kind)) {
            result = SQL_CORRUPT;
        }
        column_text(s, 1, out->last_who, sizeof out->last_who);
        out->last_at = sql_int(s, 2);
    }
    sql_done(s);
    return result;
}

// Nothing is done, and why is told.
static enum sql_result refuse(struct case_outcome *out, const char *why)
{
    out->is_done = false;
    out->why = why;
    return SQL_OK;
}

// Only a person of the office can look after a case. SQL_NONE: it is none.
static enum sql_result check_owner(struct sql *sql, const char *name)
{
    struct office_person person;
    enum sql_result result = person_find(sql, name, &person, NULL);
    bool is_fit = result == SQL_OK && person.role == PERSON_OFFICE &&
                  person.disabled_at == 0;
    return result == SQL_OK && !is_fit ? SQL_NONE : result;
}

static enum sql_result audit_change(struct sql *sql,
                                    const struct case_wish *wish,
                                    const char *who, int64_t version)
{
    char action[40], detail[PERSON_NAME_SIZE + 48];
    snprintf(action, sizeof action, "case-%s", case_kind_name(wish->kind));
    snprintf(detail, sizeof detail, "version %" PRId64 "%s%s", version,
             wish->owner ? ", to user " : "", wish->owner ? wish->owner : "");
    const struct audit_entry entry = {wish->now, who, action, wish->id, detail};
    return audit_put(sql, &entry);
}

static enum sql_result keep_change(struct sql *sql, int64_t case_no,
                                   const struct case_wish *wish,
                                   const struct case_standing *standing)
{
    char who[PERSON_WHO_SIZE];
    snprintf(who, sizeof who, "user %s", wish->person);
    const struct case_event event = {
        .case_no = case_no,
        .n = standing->version,
        .at = wish->now,
        .kind = case_kind_name(wish->kind),
        .who = who,
        .body = wish->body,
    };
    enum sql_result result = put_standing(sql, case_no, standing);
    if (result == SQL_OK) {
        result = add_event(sql, &event);
    }
    return result == SQL_OK ? audit_change(sql, wish, who, standing->version)
                            : result;
}

static enum sql_result change(struct sql *sql, void *ctx)
{
    struct changing *changing = ctx;
    const struct case_wish *wish = changing->wish;
    struct case_outcome *out = changing->out;
    const struct case_change asked = {wish->kind, wish->person, wish->owner,
                                      date_day_of_wall_ms(wish->now)};
    int64_t case_no, ticket;
    *out = (struct case_outcome){.is_done = false};
    if (!ticket_read(wish->id, &ticket)) {
        return SQL_NONE;
    }
    struct sql_statement *s = sql_use(sql, CASE_BY_TICKET);
    sql_bind_int(s, 1, ticket);
    sql_bind_int(s, 2, quarter_of(wish->now));
    enum sql_result result = take_case(s, &case_no, &out->standing);
    if (result == SQL_OK) {
        result = find_last(sql, case_no, out);
    }
    if (result == SQL_OK && out->standing.version != wish->expected) {
        out->is_late = true;
        return refuse(out, "somebody changed it meanwhile");
    }
    if (result == SQL_OK && wish->owner) {
        result = check_owner(sql, wish->owner);
        if (result == SQL_NONE) {
            return refuse(out, "the owner is no person of the office who may "
                               "sign in");
        }
    }
    if (result != SQL_OK) {
        return result;
    }
    if (!case_apply(&out->standing, &asked, &out->why)) {
        return SQL_OK;
    }
    out->is_done = true;
    return keep_change(sql, case_no, wish, &out->standing);
}

enum office_result office_change_case(struct office *office,
                                      const struct case_wish *wish,
                                      struct case_outcome *out)
{
    struct changing changing = {wish, out};
    return office_result_of(office_work(office, change, &changing));
}
