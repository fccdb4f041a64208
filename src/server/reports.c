// GET /api/v1/reports/summary?period|from&to&by&report&format: the figures, of
// all visits or of those that counter, field, procedure, officer, step or
// channel leave.
// GET /api/v1/reports/R1 … R10, likewise: one of the Office's own.
#include "server/reports.h"
#include "common/log.h"
#include "report/made_report.h"
#include "server/comment_source.h"
#include "server/context.h"
#include "server/counter_facts.h"
#include "server/handlers.h"
#include "server/query.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

static bool read_filter(struct request *request, struct report_ask *out)
{
    for (int i = 0; i < REPORT_BY_COUNT; i++) {
        enum report_by by = (enum report_by)i;
        if (report_filters_by(by) &&
            !request_argument(request, report_by_name(by), &out->filter[by])) {
            return false;
        }
    }
    return true;
}

bool reports_read_query(struct request *request, const char *kind,
                        struct report_request *out,
                        enum made_format *out_format)
{
    struct report_ask ask = {0};
    const char *format = NULL;
    struct buf message = {0};
    if (!request_argument(request, "period", &ask.period) ||
        !request_argument(request, "from", &ask.from) ||
        !request_argument(request, "to", &ask.to) ||
        !request_argument(request, "by", &ask.by) ||
        !request_argument(request, "report", &ask.kind) ||
        !request_argument(request, "format", &format) ||
        !read_filter(request, &ask)) {
        return false;
    }
    if (kind) {
        ask.kind = kind;
    }
    *out_format = MADE_JSON;
    bool ok = report_read_request(&ask, out, &message);
    if (!ok) {
        query_refuse(request, buf_text(&message));
    } else if (format && !made_format_parse(format, out_format)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "format: is unknown; one of json csv text xlsx pdf");
        ok = false;
    }
    buf_free(&message);
    return ok;
}

enum report_view reports_view(const struct request *request)
{
    return request->caller & (CALLER_KEY_OFFICE | CALLER_OFFICE)
               ? REPORT_VIEW_OFFICE
               : REPORT_VIEW_OTHERS;
}

// What a row is called here: a field by the unit's name for it, an officer by
// that of the person who has the code. "": as before.
static bool find_name(const struct server *server, struct office *office,
                      enum report_by by, const char *key,
                      char out[OFFICE_NAME_SIZE])
{
    out[0] = '\0';
    if (by == REPORT_BY_FIELD) {
        const struct office_field *field = fields_find(server->fields, key);
        snprintf(out, OFFICE_NAME_SIZE, "%s", field ? field->vi : "");
    }
    return by != REPORT_BY_OFFICER ||
           officer_display(office, key, out) == OFFICE_OK;
}

static bool name_rows(const struct server *server, struct office *office,
                      struct report *report)
{
    for (size_t i = 0; i < report->row_count; i++) {
        struct report_row *row = &report->rows[i];
        char name[OFFICE_NAME_SIZE];
        if (!find_name(server, office, report->by, row->key, name)) {
            return false;
        }
        char *label = name[0] != '\0' ? strdup(name) : NULL;
        if (name[0] != '\0' && !label) {
            log_error(MODULE, "out of memory for the names of a report");
            return false;
        }
        if (label) {
            free(row->label);
            row->label = label;
        }
    }
    return true;
}

static const char *field_name(const void *ctx, const char *code)
{
    const struct office_field *field = fields_find(ctx, code);
    return field ? field->vi : NULL;
}

bool reports_make(struct server *server, struct office *office,
                  enum report_view view, const struct report_request *wanted,
                  struct made_report *out)
{
    const struct comments_source comments = comment_source(server);
    const struct document_source source = {.office = office,
                                           .texts = server->texts,
                                           .method = &server->method,
                                           .view = view,
                                           .comments = &comments,
                                           .field_name = field_name,
                                           .names = server->fields};
    struct made_report made;
    if (!made_report_build(&source, wanted, &made)) {
        return false;
    }
    if (!made.is_document && !name_rows(server, office, &made.report)) {
        made_report_free(&made);
        return false;
    }
    *out = made;
    return true;
}

static void answer(struct request *request, const struct report_request *wanted,
                   enum made_format format)
{
    struct server *server = request->server;
    enum report_view view = reports_view(request);
    struct made_report made;
    struct buf body = {0};
    struct office *office = readers_take(server->readers);
    bool built = reports_make(server, office, view, wanted, &made);
    readers_give(server->readers, office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
        return;
    }
    bool written = made_report_write(&made, server->texts, view, format,
                                     &server->settings.letter, &body);
    made_report_free(&made);
    if (written) {
        reply_bytes(request, 200, made_format_type(format), &body);
    } else {
        log_error(MODULE, "a report cannot be written");
        buf_free(&body);
        reply_status(request, 500);
    }
}

bool reports_are_available(struct request *request, enum report_kind kind)
{
    if (!report_kind_is_document(kind) || report_documents_has(kind)) {
        return true;
    }
    reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                  "report \"%s\": is not available on this server",
                  report_kind_name(kind));
    return false;
}

enum handling summary_handle(struct request *request)
{
    struct report_request wanted;
    enum made_format format;
    if (!reports_read_query(request, NULL, &wanted, &format)) {
        return HANDLING_DONE;
    }
    if (report_kind_is_document(wanted.kind)) {
        const char *name = report_kind_name(wanted.kind);
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "report \"%s\": has tables of its own; ask "
                      "/api/v1/reports/%s",
                      name, name);
        return HANDLING_DONE;
    }
    answer(request, &wanted, format);
    return HANDLING_DONE;
}

enum handling report_handle(struct request *request)
{
    struct report_request wanted;
    enum report_kind kind;
    enum made_format format;
    struct buf message = {0};
    if (!report_parse_kind(request->part, &kind, &message)) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "%s",
                      buf_text(&message));
    } else if (reports_read_query(request, request->part, &wanted, &format) &&
               reports_are_available(request, kind)) {
        answer(request, &wanted, format);
    }
    buf_free(&message);
    return HANDLING_DONE;
}
