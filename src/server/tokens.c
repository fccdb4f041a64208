// POST /api/v1/tokens: a one-time token for a receipt that is printed before
// the work is done.
#include "common/clock.h"
#include "common/ids.h"
#include "server/context.h"
#include "server/dossier.h"
#include "server/handlers.h"
#include "server/invitation_body.h"
#include "server/request.h"
#include "server/token_link.h"
#include <stdio.h>

enum handling token_handle(struct request *request)
{
    char why[JSON_MESSAGE_SIZE], expires[CLOCK_ISO_SIZE];
    struct invitation wanted;
    struct token_link link;
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    bool read = token_body_read(object, clock_wall_ms(), &wanted, why);
    json_decref(object);
    if (!read) {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){.line = 1, .reason = why}, "%s",
                      why);
        return HANDLING_DONE;
    }
    if (!dossier_keep(request, wanted.made_at, wanted.transaction)) {
        return HANDLING_DONE;
    }
    if (wanted.transaction[0] == '\0') {
        // Without it nothing would tell two answers from one.
        reply_problem(request, PROBLEM_BUSY, NULL,
                      "the server has no key for dossiers' codes today");
        return HANDLING_DONE;
    }
    id_new_v7(wanted.made_at, wanted.id);
    snprintf(wanted.unit, sizeof wanted.unit, "%s",
             request->server->settings.unit_code);
    if (token_link_make(request, &wanted, &link)) {
        clock_format(wanted.expires_at, expires);
        reply_json(request, 201,
                   json_pack("{s:s, s:s, s:s, s:s}", "id", wanted.id, "token",
                             link.token, "url", link.url, "expires_at",
                             expires));
    }
    return HANDLING_DONE;
}
