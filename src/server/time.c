// GET /api/v1/time?nonce=: what time it is, signed. A device whose clock was
// lost takes every certificate for one that is not valid yet, and would never
// be heard of again; this it can ask without believing a date.
#include "common/clock.h"
#include "ledger/proof.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <string.h>

enum handling time_handle(struct request *request)
{
    struct proof_time time;
    const char *nonce = NULL;
    if (!request_argument(request, "nonce", &nonce)) {
        return HANDLING_DONE;
    }
    if (!nonce || !proof_nonce_is_valid(nonce)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "nonce: give 32 lower-case hex digits of your own");
        return HANDLING_DONE;
    }
    memcpy(time.nonce, nonce, sizeof time.nonce);
    clock_format(clock_wall_ms(), time.at);
    proof_sign_time(&request->server->identity.key, &time);
    reply_json(request, 200,
               json_pack("{s:s, s:s}", "at", time.at, "sig", time.signature));
    reply_header(request, "Cache-Control", "no-store");
    return HANDLING_DONE;
}
