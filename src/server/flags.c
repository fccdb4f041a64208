// GET /api/v1/flags: which ratings the rules find suspicious, which were marked
// after an appeal, and how far the judging is. POST /api/v1/flags/ID/lift, POST
// and DELETE /api/v1/ratings/ID/mark: what a person decides of them.
#include "office/flags.h"
#include "common/clock.h"
#include "common/date.h"
#include "office/judging.h"
#include "server/context.h"
#include "server/days.h"
#include "server/handlers.h"
#include "server/request.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 50, LIMIT_MOST = 200, MARKS = 200, REASON_LETTERS = 500 };

// --- Reading ----------------------------------------------------------------

struct page {
    struct server *server;
    json_t *flags, *marks;
    int64_t last;
    size_t count;
    bool failed;
};

static json_t *moment(int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    return wall_ms > 0 ? json_string(text) : json_null();
}

static json_t *day_text(int32_t day)
{
    char text[DATE_ISO_SIZE];
    date_format_iso(day, text);
    return json_string(text);
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *sentence(const struct page *page,
                        const struct office_rating_flag *flag,
                        enum i18n_language language)
{
    struct buf text = {0};
    integrity_explain(page->server->texts, language, flag->rule, &flag->figures,
                      &text);
    json_t *string = json_string(buf_text(&text));
    buf_free(&text);
    return string;
}

// The quarter of an hour as a time, the others as they are.
static json_t *figures_json(const struct integrity_figures *figures)
{
    json_t *object = integrity_figures_write(figures);
    if (figures->from > 0) {
        json_object_set_new(object, "from", moment(figures->from));
    }
    return object;
}

static bool add_flag(void *ctx, const struct office_rating_flag *flag)
{
    struct page *page = ctx;
    json_t *ids = json_array();
    for (size_t i = 0; i < flag->id_count; i++) {
        json_array_append_new(ids, json_string(flag->ids[i]));
    }
    json_t *object = json_pack(
        "{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:o,"
        " s:o, s:o}",
        "id", (json_int_t)flag->no, "rule", integrity_rule_name(flag->rule),
        "counter", text_or_null(flag->counter), "officer",
        text_or_null(flag->officer), "from", day_text(flag->first_day), "to",
        day_text(flag->last_day), "text", sentence(page, flag, I18N_VI),
        "text_en", sentence(page, flag, I18N_EN), "figures",
        figures_json(&flag->figures), "thresholds", (json_int_t)flag->version,
        "since", moment(flag->since), "ratings", (json_int_t)flag->ratings,
        "ids", ids, "lifted_at", moment(flag->lifted_at), "lifted_by",
        text_or_null(flag->lifted_by), "lift_reason",
        text_or_null(flag->lift_reason));
    page->failed |= json_array_append_new(page->flags, object) != 0;
    page->last = flag->no;
    page->count++;
    return !page->failed;
}

static bool add_mark(void *ctx, const struct office_mark *mark)
{
    struct page *page = ctx;
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o}", "id", mark->id,
        "rated_at", moment(mark->rated_at), "counter",
        text_or_null(mark->counter), "reason", mark->reason, "by", mark->who,
        "at", moment(mark->at), "withdrawn_at", moment(mark->withdrawn_at),
        "withdrawn_by", text_or_null(mark->withdrawn_by), "withdraw_reason",
        text_or_null(mark->withdraw_reason));
    page->failed |= json_array_append_new(page->marks, object) != 0;
    return !page->failed;
}

static json_t *count_json(enum integrity_rule rule,
                          const struct office_flag_count *count,
                          const json_t *thresholds)
{
    const char *name = integrity_rule_name(rule);
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:O}", "rule", name, "flags",
                     (json_int_t)count->flags, "ratings",
                     (json_int_t)count->ratings, "lifted",
                     (json_int_t)count->lifted, "counter_days",
                     (json_int_t)count->counter_days, "thresholds",
                     json_object_get(thresholds, name));
}

static bool read_number(struct request *request, const char *name, int64_t most,
                        int64_t *out)
{
    const char *text = NULL;
    char *end = NULL;
    if (!request_argument(request, name, &text)) {
        return false;
    }
    if (!text) {
        return true;
    }
    long long number = strtoll(text, &end, 10);
    if (*text < '1' || *text > '9' || *end != '\0' || number > most) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: must be a number from 1 to %lld", name,
                      (long long)most);
        return false;
    }
    *out = number;
    return true;
}

static bool read_rule(struct request *request, int *out)
{
    const char *name = NULL;
    enum integrity_rule rule;
    if (!request_argument(request, "rule", &name)) {
        return false;
    }
    *out = -1;
    if (!name) {
        return true;
    }
    if (!integrity_parse_rule(name, &rule)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "rule: is unknown; one of burst run no-transaction "
                      "outside-hours too-fast same-touch officer-outlier");
        return false;
    }
    *out = (int)rule;
    return true;
}

static bool read_state(struct request *request, enum office_flag_state *out)
{
    static const char *const names[] = {"all", "on", "lifted"};
    const char *name = NULL;
    if (!request_argument(request, "state", &name)) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (strcmp(name ? name : "all", names[i]) == 0) {
            *out = (enum office_flag_state)i;
            return true;
        }
    }
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                  "state: is unknown; one of all on lifted");
    return false;
}

static enum office_result read_all(struct office *office,
                                   const struct office_flags_wanted *wanted,
                                   struct office_flag_count *counts,
                                   int64_t *out_due, struct page *page)
{
    enum office_result result =
        office_list_rating_flags(office, wanted, add_flag, page);
    if (result == OFFICE_OK) {
        result = office_count_flags(office, wanted->first_day, wanted->last_day,
                                    counts);
    }
    if (result == OFFICE_OK) {
        result = office_list_marks(office, wanted->first_day, wanted->last_day,
                                   MARKS, add_mark, page);
    }
    return result == OFFICE_OK
               ? office_count_due(office, clock_wall_ms(), out_due)
               : result;
}

static void answer(struct request *request, struct page *page,
                   const struct office_flags_wanted *wanted,
                   const struct office_flag_count *counts, int64_t due)
{
    int64_t version;
    json_t *thresholds =
        documents_take(request->server->documents, "integrity", &version);
    json_t *rules = json_array();
    bool has_more = page->count == wanted->limit;
    for (int i = 0; i < INTEGRITY_RULE_COUNT; i++) {
        json_array_append_new(
            rules, count_json((enum integrity_rule)i, &counts[i], thresholds));
    }
    json_decref(thresholds);
    reply_json(request, 200,
               json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "version",
                         (json_int_t)version, "due", (json_int_t)due, "rules",
                         rules, "flags", page->flags, "next",
                         has_more ? json_integer(page->last) : json_null(),
                         "marks", page->marks));
}

enum handling flags_handle(struct request *request)
{
    struct server *server = request->server;
    struct period days;
    int64_t limit = LIMIT, due = 0;
    struct office_flags_wanted wanted = {.below = 0};
    struct office_flag_count counts[INTEGRITY_RULE_COUNT];
    if (!days_read(request, &days) || !read_rule(request, &wanted.rule) ||
        !read_state(request, &wanted.state) ||
        !read_number(request, "limit", LIMIT_MOST, &limit) ||
        !read_number(request, "below", INT64_MAX, &wanted.below) ||
        !request_argument(request, "counter", &wanted.counter)) {
        return HANDLING_DONE;
    }
    wanted.first_day = days.first;
    wanted.last_day = days.last;
    wanted.limit = (size_t)limit;
    struct page page = {
        .server = server, .flags = json_array(), .marks = json_array()};
    struct office *office = readers_take(server->readers);
    enum office_result result = read_all(office, &wanted, counts, &due, &page);
    readers_give(server->readers, office);
    if (result == OFFICE_OK && !page.failed) {
        answer(request, &page, &wanted, counts, due);
    } else {
        json_decref(page.flags);
        json_decref(page.marks);
        reply_office_failure(request,
                             result == OFFICE_OK ? OFFICE_ERROR : result);
    }
    return HANDLING_DONE;
}

// --- Deciding ---------------------------------------------------------------

enum act { LIFT, MARK, WITHDRAW };

struct deciding {
    enum act act;
    int64_t flag_no;
    char id[OFFICE_RATING_ID_SIZE];
    char reason[REASON_LETTERS * 4 + 1];
    char who[PERSON_NAME_SIZE + 8];
    bool is_done;
};

static enum office_result decide(struct office *office, void *ctx)
{
    struct deciding *d = ctx;
    const struct office_decision decision = {d->reason, d->who,
                                             clock_wall_ms()};
    switch (d->act) {
    case LIFT:
        return office_lift_flag(office, d->flag_no, &decision, &d->is_done);
    case MARK:
        return office_mark_rating(office, d->id, &decision, &d->is_done);
    default:
        return office_withdraw_mark(office, d->id, &decision, &d->is_done);
    }
}

static bool read_reason(struct request *request, struct deciding *d)
{
    const char *reason = "";
    json_t *object = request_object(request);
    if (!object) {
        return false;
    }
    bool ok =
        json_get_text(object, "reason", &reason) &&
        record_copy_text(reason, strlen(reason), d->reason, sizeof d->reason) &&
        strspn(d->reason, " ") < strlen(d->reason) &&
        text_letters(d->reason, strlen(d->reason)) <= REASON_LETTERS;
    json_decref(object);
    if (!ok) {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){.line = 1, .reason = "reason"},
                      "reason: must be a text of 1 to %d letters on one line",
                      REASON_LETTERS);
    }
    return ok;
}

static enum handling begin(struct request *request, enum act act)
{
    char *end = NULL;
    struct deciding *d = calloc(1, sizeof *d);
    if (!d) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = d;
    request->free_work = free;
    d->act = act;
    snprintf(d->who, sizeof d->who, "user %s", request->person.name);
    if (act == LIFT) {
        d->flag_no = strtoll(request->part, &end, 10);
        d->flag_no = *end == '\0' ? d->flag_no : 0;
    } else if (strlen(request->part) < sizeof d->id) {
        memcpy(d->id, request->part, strlen(request->part) + 1);
    }
    return read_reason(request, d) ? request_write(request, decide)
                                   : HANDLING_DONE;
}

enum handling flag_lift_handle(struct request *request)
{
    return begin(request, LIFT);
}

enum handling rating_mark_handle(struct request *request)
{
    return begin(request, MARK);
}

enum handling mark_withdraw_handle(struct request *request)
{
    return begin(request, WITHDRAW);
}

static void tell_missing(struct request *request, enum act act)
{
    if (act == LIFT) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "there is no flag %s; its rule may have taken it back",
                      request->part);
    } else {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "there is no rating %s that counts", request->part);
    }
}

void decision_finish(struct request *request)
{
    static const char *const late[] = {
        [LIFT] = "it was lifted already; load the page again to see by whom",
        [MARK] = "it is marked already; load the page again to see by whom",
        [WITHDRAW] = "it has no mark any more; load the page again"};
    const struct deciding *d = request->work;
    if (request->job.result == OFFICE_NONE) {
        tell_missing(request, d->act);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else if (!d->is_done) {
        reply_problem(request, PROBLEM_CHANGED, NULL, "%s", late[d->act]);
    } else {
        reply_json(request, 200,
                   json_pack("{s:s, s:s}", "id", request->part, "by", d->who));
    }
}
