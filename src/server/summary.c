// GET /api/v1/reports/summary?period|from&to&by&report&format: the figures.
#include "common/log.h"
#include "report/report.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
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

static bool read_query(struct request *request, struct report_request *out,
                       enum format *out_format)
{
    struct report_ask ask = {0};
    const char *format = NULL;
    struct buf message = {0};
    if (!request_argument(request, "period", &ask.period) ||
        !request_argument(request, "from", &ask.from) ||
        !request_argument(request, "to", &ask.to) ||
        !request_argument(request, "by", &ask.by) ||
        !request_argument(request, "report", &ask.kind) ||
        !request_argument(request, "format", &format)) {
        return false;
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

enum handling summary_handle(struct request *request)
{
    struct server *server = request->server;
    struct report_request wanted;
    struct report report;
    enum format format;
    struct buf body = {0};
    if (!read_query(request, &wanted, &format)) {
        return HANDLING_DONE;
    }
    struct office *office = readers_take(server->readers);
    bool built = report_build(office, &server->method, &wanted, &report);
    readers_give(server->readers, office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
        return HANDLING_DONE;
    }
    enum report_view view =
        request->caller & (CALLER_KEY_OFFICE | CALLER_OFFICE)
            ? REPORT_VIEW_OFFICE
            : REPORT_VIEW_OTHERS;
    bool written = write_report(&report, server, format, view, &body);
    report_free(&report);
    if (written) {
        reply_bytes(request, 200, FORMATS[format].type, &body);
    } else {
        log_error(MODULE, "a report cannot be written");
        buf_free(&body);
        reply_status(request, 500);
    }
    return HANDLING_DONE;
}
