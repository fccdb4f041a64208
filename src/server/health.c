// GET /healthz, for watchers: 200 while batches can be stored. GET /metrics,
// for Prometheus; a city tells of all its wards.
#include "common/clock.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/metrics_join.h"
#include "server/request.h"

enum { RETRY_S = 10 };

enum handling health_handle(struct request *request)
{
    struct writer_figures figures = writer_figures(request->server->writer);
    bool is_cut_off = request->server->is_cut_off;
    if (is_cut_off || !figures.is_well) {
        reply_problem(
            request, PROBLEM_BUSY, NULL, "%s; see the log",
            is_cut_off ? "the database cannot be reached"
            : figures.turns.is_held
                ? "somebody holds the turn to write, and nobody writes"
                : "the last batch could not be stored");
        reply_header(request, "Retry-After", "%d", RETRY_S);
        return HANDLING_DONE;
    }
    reply_json(
        request, 200,
        json_pack("{s:s, s:s}", "status", "ok", "version", HAILONG_VERSION));
    return HANDLING_DONE;
}

// What cannot be read is left out: a watcher sees that it is not there.
static void write_office(struct server *server, struct office *office,
                         struct buf *out)
{
    struct upkeep upkeep;
    int64_t now = clock_wall_ms();
    if (upkeep_look(server->identity.directory, server->identity.database,
                    office, now, &upkeep)) {
        metrics_write_upkeep(&upkeep, now, out);
    }
    metrics_write_devices(office, out);
}

// False: the database is away. One that is known to be is not asked, and one
// that does not answer is asked once: who scrapes waits for ten seconds.
static bool reach_office(struct server *server, struct buf *out)
{
    struct office *office =
        server->is_cut_off ? NULL : readers_take(server->readers);
    bool is_reachable = office && office_schema(office) >= 0;
    metrics_write_reachable(is_reachable, out);
    if (is_reachable) {
        write_office(server, office, out);
    }
    if (office) {
        readers_give(server->readers, office);
    }
    return is_reachable;
}

// `connections` NULL: those who listen tell of them. False as above.
static bool tell(struct server *server,
                 const struct connections_count *connections, struct buf *out)
{
    struct writer_figures writer = writer_figures(server->writer);
    metrics_write(&server->metrics, connections, &writer,
                  atomic_load(&server->bodies.used), hub_count(server->hub),
                  clock_mono_us(), out);
    if (office_is_url(server->identity.database)) {
        metrics_write_turns(&writer.turns, out);
    }
    if (server->retotaling) {
        struct retotaling_figures retotal =
            retotaling_figures(server->retotaling);
        metrics_write_retotal(&retotal, out);
    }
    if (connections) {
        metrics_write_program(server->started_at, server->certificate_until,
                              out);
    }
    return reach_office(server, out);
}

static void tell_ward(void *ctx, const char *code, struct server *server)
{
    struct metrics_join *join = ctx;
    struct buf up = {0}, text = {0};
    bool is_up = server && tell(server, NULL, &text) &&
                 writer_figures(server->writer).is_well;
    metrics_write_ward(code, is_up, &up);
    metrics_join_add(join, NULL, buf_text(&up));
    metrics_join_add(join, code, buf_text(&text));
    buf_free(&text);
    buf_free(&up);
}

// The city's own figures stand under its own code. One ward after the other, so
// that an answer takes one reader at a time.
static bool tell_city(struct server *city, const struct buf *own,
                      struct buf *out)
{
    struct metrics_join join = {0};
    metrics_join_add(&join, city->settings.unit_code, buf_text(own));
    wards_each(city->wards, tell_ward, &join);
    bool done = metrics_join_write(&join, out);
    metrics_join_free(&join);
    return done;
}

enum handling metrics_handle(struct request *request)
{
    struct server *server = request->server;
    struct connections_count connections = http_connections(request->http);
    struct buf own = {0}, body = {0};
    tell(server, &connections, &own);
    if (!server->wards) {
        reply_bytes(request, 200, METRICS_TYPE, &own);
        return HANDLING_DONE;
    }
    metrics_write_shared(office_count_connections(), &own);
    if (tell_city(server, &own, &body)) {
        reply_bytes(request, 200, METRICS_TYPE, &body);
    } else {
        buf_free(&body);
        reply_status(request, 500);
    }
    buf_free(&own);
    return HANDLING_DONE;
}
