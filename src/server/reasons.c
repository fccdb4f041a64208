// GET /api/v1/reasons?period|from&to&by=, or in place of by one of counter=
// field= procedure= officer= channel=: why citizens rated as they did.
#include "report/reasons.h"
#include "server/context.h"
#include "server/counter_facts.h"
#include "server/handlers.h"
#include "server/query.h"
#include "server/request.h"
#include <string.h>

static bool read_by(struct request *request, enum report_by *out)
{
    const char *name = NULL;
    if (!request_argument(request, "by", &name)) {
        return false;
    }
    if (name && (!report_parse_by(name, out) || !reasons_by_fits(*out))) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "by: is unknown; one of none counter field procedure "
                      "officer channel");
        return false;
    }
    return true;
}

static bool read_within(struct request *request, struct reasons_ask *ask)
{
    static const enum report_by filters[] = {
        REPORT_BY_COUNTER, REPORT_BY_FIELD, REPORT_BY_PROCEDURE,
        REPORT_BY_OFFICER, REPORT_BY_CHANNEL};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const char *key = NULL;
        if (!request_argument(request, report_by_name(filters[i]), &key)) {
            return false;
        }
        if (!key) {
            continue;
        }
        if (ask->within != REPORT_BY_NONE || ask->by != REPORT_BY_NONE) {
            reply_problem(
                request, PROBLEM_BAD_REQUEST, NULL,
                "%s: stands beside %s; reasons are kept by one of "
                "them at a time",
                report_by_name(filters[i]),
                ask->by != REPORT_BY_NONE ? "by" : report_by_name(ask->within));
            return false;
        }
        ask->within = filters[i];
        ask->key = key;
    }
    return true;
}

// A field has the unit's name, an officer that of the person with the code.
static char *name_of(const struct server *server, struct office *office,
                     enum report_by by, const char *key)
{
    char name[OFFICE_NAME_SIZE] = "";
    if (by == REPORT_BY_FIELD) {
        const struct office_field *field = fields_find(server->fields, key);
        return field ? strdup(field->vi) : NULL;
    }
    bool is_known = by == REPORT_BY_OFFICER &&
                    officer_display(office, key, name) == OFFICE_OK &&
                    name[0] != '\0';
    return is_known ? strdup(name) : NULL;
}

static void name_rows(const struct server *server, struct office *office,
                      struct reasons *reasons)
{
    reasons->total.label =
        name_of(server, office, reasons->within, reasons->key);
    for (size_t i = 0; i < reasons->row_count; i++) {
        struct reasons_row *row = &reasons->rows[i];
        row->label = name_of(server, office, reasons->by, row->key);
    }
}

enum handling reasons_handle(struct request *request)
{
    struct server *server = request->server;
    struct reasons_ask ask = {.by = REPORT_BY_NONE, .within = REPORT_BY_NONE};
    struct reasons reasons;
    if (!query_period(request, &ask.period) || !read_by(request, &ask.by) ||
        !read_within(request, &ask)) {
        return HANDLING_DONE;
    }
    struct office *office = readers_take(server->readers);
    const struct phone_look *look = phone_looks_take(server->phone_looks);
    bool built =
        reasons_build(office, &server->method, &look->survey, &ask, &reasons);
    if (built) {
        name_rows(server, office, &reasons);
    }
    phone_looks_give(server->phone_looks, look);
    readers_give(server->readers, office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
        return HANDLING_DONE;
    }
    bool is_office =
        (request->caller & (CALLER_KEY_OFFICE | CALLER_OFFICE)) != 0;
    reply_json(
        request, 200,
        reasons_json(&reasons, server->texts,
                     is_office ? REPORT_VIEW_OFFICE : REPORT_VIEW_OTHERS));
    reasons_free(&reasons);
    return HANDLING_DONE;
}
