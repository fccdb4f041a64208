// GET /healthz, for watchers: 200 while batches can be stored. GET /metrics,
// for Prometheus.
#include "common/clock.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/request.h"

enum handling health_handle(struct request *request)
{
    struct writer_figures figures = writer_figures(request->server->writer);
    if (!figures.is_well) {
        reply_problem(request, PROBLEM_BUSY, NULL,
                      "the last batch could not be stored; see the log");
        return HANDLING_DONE;
    }
    reply_json(
        request, 200,
        json_pack("{s:s, s:s}", "status", "ok", "version", HAILONG_VERSION));
    return HANDLING_DONE;
}

// What cannot be read is left out: a watcher sees that it is not there.
static void write_office(struct server *server, struct buf *out)
{
    struct upkeep upkeep;
    int64_t now = clock_wall_ms();
    struct office *office = readers_take(server->readers);
    metrics_write_reachable(office_schema(office) >= 0, out);
    if (upkeep_look(server->identity.directory, server->identity.database,
                    office, now, &upkeep)) {
        metrics_write_upkeep(&upkeep, now, out);
    }
    metrics_write_devices(office, out);
    readers_give(server->readers, office);
}

enum handling metrics_handle(struct request *request)
{
    struct server *server = request->server;
    struct writer_figures writer = writer_figures(server->writer);
    struct connections_count connections = http_connections(request->http);
    struct buf body = {0};
    metrics_write(&server->metrics, &connections, &writer,
                  atomic_load(&server->bodies.used), hub_count(server->hub),
                  clock_mono_us(), &body);
    write_office(server, &body);
    reply_bytes(request, 200, METRICS_TYPE, &body);
    return HANDLING_DONE;
}
