// POST /admin/v1/checkpoints: signs what is held now.
#include "common/clock.h"
#include "office/checkpoint.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>

struct checkpoint_work {
    const struct server *server;
    struct checkpoint made;
};

static enum office_result add_checkpoint(struct office *office, void *ctx)
{
    struct checkpoint_work *work = ctx;
    const struct server *server = work->server;
    return office_add_checkpoint(office, &server->identity.key,
                                 server->settings.unit_code, clock_wall_ms(),
                                 &work->made);
}

enum handling admin_add_checkpoint_handle(struct request *request)
{
    struct checkpoint_work *work = calloc(1, sizeof *work);
    if (!work) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    work->server = request->server;
    request->work = work;
    request->free_work = free;
    request->job.work = add_checkpoint;
    request->job.work_ctx = work;
    return request_wait(request);
}

void admin_add_checkpoint_finish(struct request *request)
{
    const struct checkpoint_work *work = request->work;
    struct buf text = {0};
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    checkpoint_write(&work->made, &text);
    reply_json(request, 201,
               buf_ok(&text) ? json_pack("{s:s}", "text", buf_text(&text))
                             : NULL);
    buf_free(&text);
}
