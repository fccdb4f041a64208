// /cong-khai and GET /api/v1/public/summary: what everybody may know;
// GET /api/v1/results/mine: what an officer may know of their own.
#include "report/board.h"
#include "common/clock.h"
#include "common/date.h"
#include "server/context.h"
#include "server/etag.h"
#include "server/handlers.h"
#include "server/request.h"
#include <string.h>

// What is told changes once a day.
static const char A_QUARTER[] = "public, max-age=900";

static void reply_tagged(struct request *request, struct buf *body)
{
    char etag[ETAG_SIZE];
    etag_make(buf_text(body), body->size, etag);
    if (buf_ok(body) && etag_is_known(request->headers.if_none_match, etag)) {
        buf_free(body);
        reply_status(request, 304);
    } else {
        reply_bytes(request, 200, "application/json", body);
    }
    reply_header(request, "ETag", "%s", etag);
    request->reply.cache = A_QUARTER;
}

static bool read_look(struct server *server, struct board_look *out)
{
    struct buf message = {0};
    int64_t version;
    json_t *body = documents_take(server->documents, "board", &version);
    bool ok = board_look_read(body, out, &message);
    json_decref(body);
    buf_free(&message);
    return ok;
}

enum handling public_summary_handle(struct request *request)
{
    struct server *server = request->server;
    const struct board_names names = {server->settings.defaults.fields,
                                      server->settings.defaults.field_count};
    struct board_look look;
    struct board board = {.today = date_day_of_wall_ms(clock_wall_ms())};
    struct buf body = {0};
    bool ok = read_look(server, &look);
    if (ok && look.is_on) {
        struct office *office = readers_take(server->readers);
        ok = board_build(office, &server->method, board.today, &board);
        readers_give(server->readers, office);
    }
    if (!ok) {
        reply_office_failure(request, OFFICE_ERROR);
        return HANDLING_DONE;
    }
    ok = board_write_json(&board, &look, &names, &body);
    board_free(&board);
    if (ok) {
        reply_tagged(request, &body);
    } else {
        buf_free(&body);
        reply_status(request, 500);
    }
    return HANDLING_DONE;
}

// False: the reply is set.
static bool read_switch(struct request *request, const char *name, bool *out)
{
    const char *value = NULL;
    if (!request_argument(request, name, &value)) {
        return false;
    }
    if (value && strcmp(value, "1") != 0) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: give 1, or leave it away", name);
        return false;
    }
    *out = value != NULL;
    return true;
}

// In a frame of the ward's own site, when the configuration says which.
enum handling board_page_handle(struct request *request)
{
    bool is_embedded = false, is_screen = false;
    if (!read_switch(request, "embed", &is_embedded) ||
        !read_switch(request, "tv", &is_screen)) {
        return HANDLING_DONE;
    }
    enum handling handling = page_handle(request);
    if (is_embedded) {
        request->reply.ancestors = request->server->settings.frame_ancestors;
    }
    return handling;
}

enum handling own_results_handle(struct request *request)
{
    struct server *server = request->server;
    struct own_results results;
    struct buf body = {0};
    struct office *office = readers_take(server->readers);
    bool built = own_results_build(office, &server->method,
                                   date_day_of_wall_ms(clock_wall_ms()),
                                   request->person.officer, &results);
    readers_give(server->readers, office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
    } else if (own_results_write_json(&results, &body)) {
        reply_bytes(request, 200, "application/json", &body);
    } else {
        buf_free(&body);
        reply_status(request, 500);
    }
    return HANDLING_DONE;
}
