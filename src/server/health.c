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

enum handling metrics_handle(struct request *request)
{
    struct server *server = request->server;
    struct writer_figures writer = writer_figures(server->writer);
    struct connections_count connections = http_connections(request->http);
    struct buf body = {0};
    metrics_write(&server->metrics, &connections, &writer,
                  atomic_load(&server->bodies.used), hub_count(server->hub),
                  clock_mono_us(), &body);
    reply_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8",
                &body);
    return HANDLING_DONE;
}
