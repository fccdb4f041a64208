// GET /api/v1/reports/summary?period|from&to&by&report&format: the figures, of
// all visits or of those that counter, field, procedure, officer, step or
// channel leave.
// GET /api/v1/reports/R1 … R10, likewise: one of the Office's own.
#include "common/log.h"
#include "report/documents.h"
#include "report/report.h"
#include "server/comment_source.h"
#include "server/context.h"
#include "server/counter_facts.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

enum format {
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_TEXT,
    FORMAT_XLSX,
    FORMAT_PDF,
    FORMAT_COUNT
};
static const struct {
    const char *name;
    const char *type;
} FORMATS[FORMAT_COUNT] = {
    [FORMAT_JSON] = {"json", "application/json"},
    [FORMAT_CSV] = {"csv", "text/csv; charset=utf-8; header=present"},
    [FORMAT_TEXT] = {"text", "text/plain; charset=utf-8"},
    [FORMAT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument."
                             "spreadsheetml.sheet"},
    [FORMAT_PDF] = {"pdf", "application/pdf"}};

static bool read_format(const char *name, enum format *out)
{
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (!name || strcmp(FORMATS[i].name, name) == 0) {
            *out = (enum format)i; // without a name the first
            return true;
        }
    }
    return false;
}

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

// `kind` is what the path names; NULL: nothing, and the query may.
static bool read_query(struct request *request, const char *kind,
                       struct report_request *out, enum format *out_format)
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
    bool ok = report_read_request(&ask, out, &message);
    if (!ok) {
        reply_problem(request, PROBLEM_BAD_REQUEST,
                      &(struct problem_members){.reason = buf_text(&message)},
                      "%s", buf_text(&message));
    } else if (!read_format(format, out_format)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "format: is unknown; one of json csv text xlsx pdf");
        ok = false;
    }
    buf_free(&message);
    return ok;
}

static bool write_form(const struct report *report, const struct server *server,
                       enum format format, struct buf *out)
{
    const struct i18n *texts = server->texts;
    switch (format) {
    case FORMAT_CSV:
        return report_write_csv(report, texts, out);
    case FORMAT_XLSX:
        return report_write_xlsx(report, texts, out);
    case FORMAT_PDF:
        return report_write_pdf(report, texts, &server->settings.letter, out);
    default:
        return report_write_text(report, texts, out);
    }
}

// The other writers know no view. They write what a reader without the
// Office's rights would get: the report as it comes out of its JSON.
static bool write_restricted(const struct report *report,
                             const struct server *server, enum format format,
                             struct buf *out)
{
    char message[JSON_MESSAGE_SIZE];
    struct buf json = {0};
    struct report seen;
    bool ok =
        report_write_json(report, server->texts, REPORT_VIEW_OTHERS, &json) &&
        report_read_json(buf_text(&json), json.size, &seen, message);
    buf_free(&json);
    if (!ok) {
        return false;
    }
    ok = write_form(&seen, server, format, out);
    report_free(&seen);
    return ok;
}

static bool write_report(const struct report *report,
                         const struct server *server, enum format format,
                         enum report_view view, struct buf *out)
{
    if (format == FORMAT_JSON) {
        return report_write_json(report, server->texts, view, out);
    }
    if (view != REPORT_VIEW_OFFICE) {
        return write_restricted(report, server, format, out);
    }
    return write_form(report, server, format, out);
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

static enum report_view view_of(const struct request *request)
{
    return request->caller & (CALLER_KEY_OFFICE | CALLER_OFFICE)
               ? REPORT_VIEW_OFFICE
               : REPORT_VIEW_OTHERS;
}

static void reply_report(struct request *request, enum format format,
                         bool written, struct buf *body)
{
    if (written) {
        reply_bytes(request, 200, FORMATS[format].type, body);
    } else {
        log_error(MODULE, "a report cannot be written");
        buf_free(body);
        reply_status(request, 500);
    }
}

static void answer_counts(struct request *request,
                          const struct report_request *wanted,
                          enum format format)
{
    struct server *server = request->server;
    struct report report;
    struct buf body = {0};
    struct office *office = readers_take(server->readers);
    bool built = report_build(office, &server->method, wanted, &report);
    bool named = built && name_rows(server, office, &report);
    readers_give(server->readers, office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
        return;
    }
    bool written =
        named && write_report(&report, server, format, view_of(request), &body);
    report_free(&report);
    reply_report(request, format, written, &body);
}

static bool write_document(const struct report_document *document,
                           const struct server *server, enum format format,
                           struct buf *out)
{
    const struct i18n *texts = server->texts;
    switch (format) {
    case FORMAT_CSV:
        return report_document_write_csv(document, texts, out);
    case FORMAT_TEXT:
        return report_document_write_text(document, texts, out);
    case FORMAT_XLSX:
        return report_document_write_xlsx(document, texts, out);
    case FORMAT_PDF:
        return report_document_write_pdf(document, texts,
                                         &server->settings.letter, out);
    default:
        return report_document_write_json(document, texts, out);
    }
}

static void answer_document(struct request *request,
                            const struct report_request *wanted,
                            enum format format)
{
    struct server *server = request->server;
    struct report_document document;
    struct buf body = {0};
    if (!report_documents_has(wanted->kind)) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "report \"%s\": is not available on this server",
                      report_kind_name(wanted->kind));
        return;
    }
    const struct comments_source comments = comment_source(server);
    struct document_source source = {.office = readers_take(server->readers),
                                     .texts = server->texts,
                                     .method = &server->method,
                                     .view = view_of(request),
                                     .comments = &comments};
    bool built = report_documents_build(&source, wanted, &document);
    readers_give(server->readers, source.office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
        return;
    }
    bool written = write_document(&document, server, format, &body);
    report_document_free(&document);
    reply_report(request, format, written, &body);
}

enum handling summary_handle(struct request *request)
{
    struct report_request wanted;
    enum format format;
    if (!read_query(request, NULL, &wanted, &format)) {
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
    answer_counts(request, &wanted, format);
    return HANDLING_DONE;
}

enum handling report_handle(struct request *request)
{
    struct report_request wanted;
    enum report_kind kind;
    enum format format;
    struct buf message = {0};
    if (!report_parse_kind(request->part, &kind, &message)) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "%s",
                      buf_text(&message));
    } else if (read_query(request, request->part, &wanted, &format)) {
        if (report_kind_is_document(kind)) {
            answer_document(request, &wanted, format);
        } else {
            answer_counts(request, &wanted, format);
        }
    }
    buf_free(&message);
    return HANDLING_DONE;
}
