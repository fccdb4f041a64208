// POST /api/v1/reports/issued makes a report and keeps it to the byte; where
// one of the same period was issued before, as its restatement. GET lists them,
// GET /api/v1/reports/issued/N?format gives one.
#include "office/issues.h"
#include "common/clock.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/reports.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 32, LISTED_MOST = 200 };

// --- Issuing ----------------------------------------------------------------

struct issuing {
    struct office_issue issue;
    char number[NUMBER_SIZE];
    char period[PERIOD_CODE_SIZE];
    struct buf body;
    int64_t restatement; // its number; 0: it is the first
};

static void free_issuing(void *work)
{
    struct issuing *issuing = work;
    buf_free(&issuing->body);
    free(issuing);
}

static enum office_result keep(struct office *office, void *ctx)
{
    struct issuing *issuing = ctx;
    return office_add_issue(office, &issuing->issue, issuing->body.data,
                            issuing->body.size);
}

// NULL when it is missing. False when it is no text.
static bool read_text(const json_t *object, const char *key, const char **out,
                      struct buf *message)
{
    const json_t *value = json_object_get(object, key);
    *out = json_string_value(value);
    if (value && !*out) {
        buf_printf(message, "%s: is no text", key);
    }
    return !value || *out;
}

static bool read_wish(const json_t *object, struct issuing *out,
                      struct report_request *wanted, struct buf *message)
{
    const char *number;
    struct report_ask ask = {0};
    if (!read_text(object, "number", &number, message) ||
        !read_text(object, "period", &ask.period, message) ||
        !read_text(object, "from", &ask.from, message) ||
        !read_text(object, "to", &ask.to, message) ||
        !read_text(object, "by", &ask.by, message) ||
        !read_text(object, "report", &ask.kind, message)) {
        return false;
    }
    if (!ask.kind) {
        buf_append_text(message, "report: is missing; one of R1 to R10");
        return false;
    }
    if (number && strlen(number) >= sizeof out->number) {
        buf_append_text(message, "number: is too long; give it as 07/BC-UBND");
        return false;
    }
    snprintf(out->number, sizeof out->number, "%s", number ? number : "");
    return report_read_request(&ask, wanted, message);
}

static void name_issue(const struct request *request,
                       const struct report_request *wanted, struct issuing *out)
{
    period_code(&wanted->period, out->period);
    out->issue = (struct office_issue){
        .kind = report_kind_name(wanted->kind),
        .by = report_by_name(wanted->by),
        .period_kind = period_kind_name(wanted->period.kind),
        .period = out->period,
        .number = out->number,
        .at = wanted->now_ms,
        .who = request->who};
}

// Makes it the restatement of what was issued before, when it can be.
static void restate(const struct server *server, const struct buf *before,
                    struct made_report *made, struct issuing *out)
{
    struct made_report old;
    struct buf message = {0};
    char why[JSON_MESSAGE_SIZE];
    if (!made_report_read(before->data, before->size, &old, why)) {
        return;
    }
    made_report_restate(made, &old, server->texts, &message);
    out->restatement = made_report_restatement(made);
    made_report_free(&old);
    buf_free(&message);
}

static bool write_body(struct server *server, struct office *office,
                       const struct report_request *wanted, struct issuing *out)
{
    struct office_issue *issue = &out->issue;
    struct made_report made;
    struct buf before = {0};
    enum office_result found =
        office_newest_issue(office, issue->kind, issue->by, issue->period_kind,
                            issue->period, &issue->restates, &before);
    bool done = (found == OFFICE_OK || found == OFFICE_NONE) &&
                reports_make(server, office, REPORT_VIEW_OFFICE, wanted, &made);
    if (done) {
        if (found == OFFICE_OK) {
            restate(server, &before, &made, out);
        }
        done = made_report_write(&made, server->texts, REPORT_VIEW_OFFICE,
                                 MADE_JSON, NULL, &out->body);
        made_report_free(&made);
    }
    buf_free(&before);
    return done;
}

// False: the reply is set.
static bool prepare(struct request *request, const json_t *object,
                    struct issuing *out)
{
    struct server *server = request->server;
    struct report_request wanted;
    struct buf message = {0};
    bool read = read_wish(object, out, &wanted, &message);
    if (!read) {
        reply_unreadable(request, &message);
    }
    buf_free(&message);
    if (!read || !reports_are_available(request, wanted.kind)) {
        return false;
    }
    if (wanted.kind == REPORT_COMMENTS) {
        reply_problem(request, PROBLEM_UNREADABLE, NULL,
                      "report \"R6\": is never kept; what citizens wrote must "
                      "be deletable");
        return false;
    }
    name_issue(request, &wanted, out);
    struct office *office = readers_take(server->readers);
    bool done = write_body(server, office, &wanted, out);
    readers_give(server->readers, office);
    if (!done) {
        reply_office_failure(request, OFFICE_ERROR);
    }
    return done;
}

enum handling issue_report_handle(struct request *request)
{
    struct issuing *issuing = calloc(1, sizeof *issuing);
    if (!issuing) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = issuing;
    request->free_work = free_issuing;
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    bool ready = prepare(request, object, issuing);
    json_decref(object);
    return ready ? request_write(request, keep) : HANDLING_DONE;
}

static json_t *describe(const struct office_issue *issue)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(issue->at, at);
    return json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s}", "issue",
        (json_int_t)issue->no, "report", issue->kind, "by", issue->by,
        "period_kind", issue->period_kind, "period", issue->period, "number",
        issue->number, "restates",
        issue->restates > 0 ? json_integer(issue->restates) : json_null(),
        "issued_at", at, "issued_by", issue->who, "sha256", issue->hash);
}

void issue_report_finish(struct request *request)
{
    const struct issuing *issuing = request->work;
    enum office_result result = request->job.result;
    if (result != OFFICE_OK) {
        // Somebody issued it just now: once more, and it restates that one.
        reply_office_failure(request,
                             result == OFFICE_NONE ? OFFICE_BUSY : result);
    } else {
        json_t *object = describe(&issuing->issue);
        json_object_set_new(object, "restatement",
                            json_integer(issuing->restatement));
        reply_json(request, 201, object);
    }
}

// --- The archive ------------------------------------------------------------

static bool take_issue(void *ctx, const struct office_issue *issue)
{
    return json_array_append_new(ctx, describe(issue)) == 0;
}

enum handling issued_reports_handle(struct request *request)
{
    struct server *server = request->server;
    json_t *array = json_array();
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_list_issues(office, 0, LISTED_MOST, take_issue, array);
    readers_give(server->readers, office);
    if (result != OFFICE_OK && result != OFFICE_NONE) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(request, 200, json_pack("{s:o}", "issued", array));
    return HANDLING_DONE;
}

// As it was issued, to the byte; other forms are made of it.
static void answer_issue(struct request *request, enum made_format format,
                         struct buf *body)
{
    const struct server *server = request->server;
    char why[JSON_MESSAGE_SIZE];
    struct made_report made;
    struct buf out = {0};
    if (format == MADE_JSON) {
        reply_bytes(request, 200, made_format_type(format), body);
        return;
    }
    bool done = made_report_read(body->data, body->size, &made, why);
    if (done) {
        done = made_report_write(&made, server->texts, REPORT_VIEW_OFFICE,
                                 format, &server->settings.letter, &out);
        made_report_free(&made);
    }
    if (done) {
        reply_bytes(request, 200, made_format_type(format), &out);
    } else {
        buf_free(&out);
        reply_status(request, 500);
    }
}

enum handling issued_report_handle(struct request *request)
{
    struct server *server = request->server;
    enum made_format format = MADE_JSON;
    const char *name = NULL;
    char *end;
    struct buf body = {0};
    int64_t no = strtoll(request->part, &end, 10);
    if (!request_argument(request, "format", &name)) {
        return HANDLING_DONE;
    }
    if (name && !made_format_parse(name, &format)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "format: is unknown; one of json csv text xlsx pdf");
        return HANDLING_DONE;
    }
    struct office *office = readers_take(server->readers);
    enum office_result result =
        *end == '\0' ? office_read_issue(office, no, &body) : OFFICE_NONE;
    readers_give(server->readers, office);
    if (result == OFFICE_OK) {
        answer_issue(request, format, &body);
    } else if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "no report of this number was issued; GET "
                      "/api/v1/reports/issued lists them");
    } else {
        reply_office_failure(request, result);
    }
    buf_free(&body);
    return HANDLING_DONE;
}
