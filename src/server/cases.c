// GET /api/v1/cases, /api/v1/cases/ID and /api/v1/cases/summary: what became of
// low ratings, for the Office and the leaders. Like single ratings, a case is
// told when the quarter of an hour in which it was opened is over.
#include "office/cases.h"
#include "common/clock.h"
#include "common/date.h"
#include "office/ingest.h"
#include "office/people.h"
#include "report/period.h"
#include "server/case_json.h"
#include "server/context.h"
#include "server/days.h"
#include "server/handlers.h"
#include "server/opened.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 50, LIMIT_MOST = 200 };

static bool take_calendar(struct server *server, struct calendar *out)
{
    struct buf why = {0};
    int64_t version;
    json_t *body = documents_take(server->documents, "calendar", &version);
    bool is_read = calendar_read(body, out, &why);
    json_decref(body);
    buf_free(&why);
    return is_read;
}

static struct case_view make_view(struct server *server,
                                  const struct calendar *calendar, int64_t now)
{
    return (struct case_view){server->settings.defaults.linked, calendar,
                              date_day_of_wall_ms(now)};
}

// --- What is asked ----------------------------------------------------------

static const unsigned ALL_STATES = (1 << CASE_STATE_COUNT) - 1;
static const unsigned OPEN_STATES =
    1 << CASE_NEW | 1 << CASE_ASSIGNED | 1 << CASE_ANSWERED;

// "open", or one of the states; all when it is missing.
static bool read_states(struct request *request, unsigned *out)
{
    const char *name = NULL;
    enum case_state state;
    if (!request_argument(request, "state", &name)) {
        return false;
    }
    if (!name || strcmp(name, "open") == 0) {
        *out = name ? OPEN_STATES : ALL_STATES;
    } else if (case_state_parse(name, &state)) {
        *out = 1u << state;
    } else {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "state: is unknown; one of open new assigned answered "
                      "closed superseded");
        return false;
    }
    return true;
}

static bool read_limit(struct request *request, size_t *out)
{
    const char *text = NULL;
    char *end = NULL;
    if (!request_argument(request, "limit", &text)) {
        return false;
    }
    unsigned long limit = text ? strtoul(text, &end, 10) : LIMIT;
    bool ok = !text || (*text >= '1' && *text <= '9' && *end == '\0' &&
                        limit <= LIMIT_MOST);
    if (!ok) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "limit: must be a number from 1 to %d", LIMIT_MOST);
    }
    *out = limit;
    return ok;
}

static bool read_after(struct request *request, struct office_cursor *out)
{
    const char *text = NULL;
    if (!request_argument(request, "after", &text)) {
        return false;
    }
    if (text && !office_cursor_read(text, out)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "after: is none of the cursors that this server gives "
                      "as next; begin without it");
        return false;
    }
    return true;
}

static bool read_flag(struct request *request, const char *name, bool *out)
{
    const char *text = NULL;
    if (!request_argument(request, name, &text)) {
        return false;
    }
    *out = text && strcmp(text, "1") == 0;
    if (text && !*out) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: must be 1, or be left away", name);
        return false;
    }
    return true;
}

// --- The list ---------------------------------------------------------------

struct page {
    struct case_view view;
    json_t *rows;
    size_t count;
    struct office_cursor last;
    bool failed;
};

static bool add_row(void *ctx, const struct office_case *row)
{
    struct page *page = ctx;
    page->last = row->place;
    page->count++;
    page->failed |=
        json_array_append_new(page->rows, case_json(&page->view, row)) != 0;
    return !page->failed;
}

static void answer_page(struct request *request, struct page *page,
                        size_t limit)
{
    char next[OFFICE_CURSOR_SIZE];
    bool has_more = page->count == limit;
    office_cursor_write(&page->last, next);
    json_t *answer = json_pack("{s:o, s:s?, s:b}", "cases", page->rows, "next",
                               has_more ? next : NULL, "more", has_more);
    if (page->failed) {
        json_decref(answer);
        answer = NULL;
    }
    reply_json(request, 200, answer);
}

enum handling cases_handle(struct request *request)
{
    struct server *server = request->server;
    struct office_cases_wanted wanted = {.now = clock_wall_ms()};
    struct calendar calendar;
    struct period days;
    bool is_overdue = false;
    if (!days_read(request, &days) || !read_states(request, &wanted.states) ||
        !read_limit(request, &wanted.limit) ||
        !read_after(request, &wanted.after) ||
        !read_flag(request, "overdue", &is_overdue) ||
        !request_argument(request, "owner", &wanted.owner) ||
        !request_argument(request, "counter", &wanted.counter) ||
        !request_argument(request, "field", &wanted.field)) {
        return HANDLING_DONE;
    }
    if (!take_calendar(server, &calendar)) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    wanted.first_day = days.first;
    wanted.last_day = days.last;
    wanted.overdue_by = is_overdue ? &calendar : NULL;
    wanted.states &= is_overdue ? OPEN_STATES : ALL_STATES;
    struct page page = {.view = make_view(server, &calendar, wanted.now),
                        .rows = json_array()};
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_list_cases(office, &wanted, add_row, &page);
    readers_give(server->readers, office);
    if (result == OFFICE_OK) {
        answer_page(request, &page, wanted.limit);
    } else {
        json_decref(page.rows);
        reply_office_failure(request, result);
    }
    return HANDLING_DONE;
}

// --- One case ---------------------------------------------------------------

struct one {
    struct server *server;
    struct case_view view;
    struct case_standing standing;
    char device[ID_SIZE], record_id[ID_SIZE], hash[DIGEST_HEX_SIZE];
    json_t *object;
    json_t *reason_texts;
    json_t *history;
    json_t *owners;
};

static void add_reason(struct one *one, const char *reason)
{
    const struct i18n *texts = one->server->texts;
    json_object_set_new(
        one->reason_texts, reason,
        json_pack("{s:s, s:s}", "vi", i18n_text(texts, I18N_VI, reason), "en",
                  i18n_text(texts, I18N_EN, reason)));
}

static bool take_one(void *ctx, const struct office_case *row)
{
    struct one *one = ctx;
    one->standing = row->standing;
    one->object = case_json(&one->view, row);
    snprintf(one->device, sizeof one->device, "%s", row->device);
    snprintf(one->record_id, sizeof one->record_id, "%s", row->record_id);
    snprintf(one->hash, sizeof one->hash, "%s", row->comment_hash);
    for (size_t i = 0; i < row->reason_count; i++) {
        add_reason(one, row->reasons[i]);
    }
    return true;
}

static bool add_event(void *ctx, const struct office_case_event *event)
{
    struct one *one = ctx;
    return json_array_append_new(one->history, case_event_json(event)) == 0;
}

static bool add_owner(void *ctx, const struct office_person *person)
{
    struct one *one = ctx;
    if (person->role != PERSON_OFFICE || person->disabled_at != 0) {
        return true;
    }
    return json_array_append_new(one->owners,
                                 json_pack("{s:s, s:s}", "name", person->name,
                                           "display", person->display)) == 0;
}

// What the caller could do now.
static json_t *list_actions(const struct request *request,
                            const struct case_standing *standing)
{
    static const struct {
        enum case_kind kind;
        const char *name;
    } actions[] = {{CASE_ASSIGN, "assign"},
                   {CASE_ANSWER, "answer"},
                   {CASE_CONFIRM, "confirm"},
                   {CASE_RETURN, "return"},
                   {CASE_REOPEN, "reopen"}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        struct case_standing after = *standing;
        const struct case_change change = {
            actions[i].kind, request->person.name, request->person.name, 1};
        const char *why;
        if (case_may(request, actions[i].kind) &&
            case_apply(&after, &change, &why)) {
            json_array_append_new(list, json_string(actions[i].name));
        }
    }
    return list;
}

// What the citizen wrote, its long numbers masked; null: nothing.
static enum office_result read_comment(struct office *office, struct one *one,
                                       json_t **out)
{
    struct office_comment comment = {.quarter_at = 0};
    struct opened opened;
    struct buf sealed = {0};
    *out = json_null();
    if (one->hash[0] == '\0') {
        return OFFICE_OK;
    }
    enum office_result result =
        office_comment(office, one->device, one->record_id, &sealed);
    if (result == OFFICE_OK || result == OFFICE_NONE) {
        memcpy(comment.hash, one->hash, sizeof comment.hash);
        comment.sealed = result == OFFICE_OK ? buf_text(&sealed) : NULL;
        comment.sealed_size = sealed.size;
        result = OFFICE_ERROR;
        if (opened_make(&comment, &one->server->identity.box, &opened)) {
            *out = json_pack("{s:s, s:s, s:i}", "state",
                             opened_state_name(opened.state), "text",
                             buf_text(&opened.text), "masked",
                             (int)opened.masked);
            result = OFFICE_OK;
        }
        opened_free(&opened);
    }
    buf_free(&sealed);
    return result;
}

static json_t *list_causes(struct server *server)
{
    int64_t version;
    json_t *body = documents_take(server->documents, "cases", &version);
    json_t *causes = json_incref(json_object_get(body, "causes"));
    json_decref(body);
    return causes;
}

static enum office_result read_one(struct office *office, const char *id,
                                   int64_t now, struct one *out)
{
    enum office_result result =
        office_find_case(office, id, now, take_one, out);
    if (result == OFFICE_OK) {
        result = office_list_case_events(office, id, add_event, out);
    }
    if (result == OFFICE_OK) {
        result = office_list_people(office, add_owner, out);
    }
    json_t *comment = NULL;
    if (result == OFFICE_OK) {
        result = read_comment(office, out, &comment);
        json_object_set_new(out->object, "comment", comment);
    }
    return result;
}

enum handling case_handle(struct request *request)
{
    struct server *server = request->server;
    struct calendar calendar;
    int64_t now = clock_wall_ms();
    if (!take_calendar(server, &calendar)) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    struct one one = {.server = server,
                      .view = make_view(server, &calendar, now),
                      .reason_texts = json_object(),
                      .history = json_array(),
                      .owners = json_array()};
    struct office *office = readers_take(server->readers);
    enum office_result result = read_one(office, request->part, now, &one);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        json_decref(one.object);
        json_decref(one.reason_texts);
        json_decref(one.history);
        json_decref(one.owners);
        if (result == OFFICE_NONE) {
            reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                          "there is no case %s, or not yet: it shows when its "
                          "quarter of an hour is over",
                          request->part);
        } else {
            reply_office_failure(request, result);
        }
        return HANDLING_DONE;
    }
    json_object_set_new(one.object, "history", one.history);
    json_object_set_new(one.object, "may",
                        list_actions(request, &one.standing));
    json_object_set_new(one.object, "owners", one.owners);
    json_object_set_new(one.object, "causes", list_causes(server));
    json_object_set_new(one.object, "reason_texts", one.reason_texts);
    reply_json(request, 200, one.object);
    return HANDLING_DONE;
}

// --- The figures ------------------------------------------------------------

static json_t *figures_json(const char *code,
                            const struct case_figures *figures)
{
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "key", code, "opened",
        (json_int_t)figures->opened, "waiting", (json_int_t)figures->waiting,
        "overdue", (json_int_t)figures->overdue, "answered",
        (json_int_t)figures->answered, "in_time", (json_int_t)figures->in_time,
        "closed", (json_int_t)figures->closed, "reopened",
        (json_int_t)figures->reopened);
}

static bool add_figures(void *ctx, const char *code,
                        const struct case_figures *figures)
{
    json_t *rows = ctx;
    return json_array_append_new(rows, figures_json(code, figures)) == 0;
}

static bool read_breakdown(struct request *request, enum case_breakdown *out)
{
    static const char *const names[] = {"none", "counter", "field"};
    const char *name = NULL;
    if (!request_argument(request, "by", &name)) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (!name || strcmp(name, names[i]) == 0) {
            *out = (enum case_breakdown)i;
            return true;
        }
    }
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                  "by: is unknown; one of none counter field");
    return false;
}

static void answer_figures(struct request *request, const struct period *days,
                           const struct calendar *calendar, int32_t today,
                           json_t *total, json_t *rows)
{
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    int32_t last = days->last < today ? days->last : today;
    date_format_iso(days->first, from);
    date_format_iso(days->last, to);
    reply_json(request, 200,
               json_pack("{s:{s:s, s:s}, s:s, s:O, s:o}", "period", "from",
                         from, "to", to, "calendar",
                         calendar_coverage_name(
                             calendar_coverage(calendar, last, today)),
                         "total", json_array_get(total, 0), "rows", rows));
    json_decref(total);
}

enum handling case_summary_handle(struct request *request)
{
    struct server *server = request->server;
    struct calendar calendar;
    struct period days;
    struct case_figures_wanted wanted = {
        .today = date_day_of_wall_ms(clock_wall_ms()), .calendar = &calendar};
    enum case_breakdown by;
    if (!days_read(request, &days) || !read_breakdown(request, &by) ||
        !request_argument(request, "counter", &wanted.counter) ||
        !request_argument(request, "field", &wanted.field)) {
        return HANDLING_DONE;
    }
    if (!take_calendar(server, &calendar)) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    wanted.first_day = days.first;
    wanted.last_day = days.last;
    json_t *total = json_array(), *rows = json_array();
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_count_cases(office, &wanted, add_figures, total);
    wanted.by = by;
    if (result == OFFICE_OK && by != CASES_BY_NONE) {
        result = office_count_cases(office, &wanted, add_figures, rows);
    }
    readers_give(server->readers, office);
    if (result == OFFICE_OK) {
        answer_figures(request, &days, &calendar, wanted.today, total, rows);
    } else {
        json_decref(total);
        json_decref(rows);
        reply_office_failure(request, result);
    }
    return HANDLING_DONE;
}
