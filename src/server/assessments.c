// GET and PUT /api/v1/assessments/PERIOD: what the Office enters for the nine
// indices of a period, with versions.
#include "common/clock.h"
#include "office/documents.h"
#include "report/assessment_sheet.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>

// The document's name. False: the reply is set.
static bool read_name(struct request *request, char out[ASSESSMENT_NAME_SIZE])
{
    struct period period;
    struct buf message = {0};
    bool done = period_parse(request->part, &period, &message) &&
                assessment_sheet_name(&period, out);
    if (!done) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "%s",
                      buf_text(&message));
    }
    buf_free(&message);
    return done;
}

enum handling assessment_handle(struct request *request)
{
    struct server *server = request->server;
    char name[ASSESSMENT_NAME_SIZE], why[JSON_MESSAGE_SIZE];
    int64_t version = 0;
    struct buf body = {0};
    if (!read_name(request, name)) {
        return HANDLING_DONE;
    }
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_read_document(office, name, &version, &body);
    readers_give(server->readers, office);
    if (result == OFFICE_OK || result == OFFICE_NONE) {
        json_t *object = result == OFFICE_OK
                             ? json_read(body.data, body.size, why)
                             : json_object();
        reply_json(request, 200,
                   json_pack("{s:s, s:I, s:o}", "period", request->part,
                             "version", (json_int_t)version, "body", object));
    } else {
        reply_office_failure(request, result);
    }
    buf_free(&body);
    return HANDLING_DONE;
}

struct putting {
    char name[ASSESSMENT_NAME_SIZE];
    struct buf text;
    struct document_wish wish;
    int64_t version;
};

static void free_putting(void *work)
{
    struct putting *putting = work;
    buf_free(&putting->text);
    free(putting);
}

static enum office_result put(struct office *office, void *ctx)
{
    struct putting *work = ctx;
    work->wish.at = clock_wall_ms();
    return office_put_document(office, &work->wish, &work->version);
}

static bool read_put(const json_t *object, struct putting *out,
                     struct buf *message)
{
    struct assessment_sheet sheet;
    const json_t *body = json_object_get(object, "body");
    if (!json_get_int(object, "version", &out->wish.expected) ||
        out->wish.expected < 0) {
        buf_append_text(message, "version: is missing; send the one that was "
                                 "changed, as GET told it");
        return false;
    }
    return assessment_sheet_read(body, &sheet, message) &&
           json_write(body, &out->text);
}

enum handling put_assessment_handle(struct request *request)
{
    struct buf message = {0};
    struct putting *work = calloc(1, sizeof *work);
    if (!work) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free_putting;
    json_t *object =
        read_name(request, work->name) ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    bool read = read_put(object, work, &message);
    json_decref(object);
    if (!read) {
        reply_unreadable(request, &message);
        return HANDLING_DONE;
    }
    work->wish.name = work->name;
    work->wish.body = buf_text(&work->text);
    work->wish.who = request->who;
    return request_write(request, put);
}

void put_assessment_finish(struct request *request)
{
    const struct putting *work = request->work;
    reply_version(request, "period", request->part, work->version);
}
