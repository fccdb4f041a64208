#include "sync/trusted_time.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "ledger/proof.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 1024 };

static const char module[] = "time";

// The nonce is ours, so what is signed was said after we asked.
static bool read_answer(const struct transport_answer *answer,
                        const unsigned char server_key[KEY_PUBLIC_BYTES],
                        struct proof_time *time, int64_t *out_ms)
{
    char reason[JSON_MESSAGE_SIZE];
    json_t *object =
        json_read(buf_text(&answer->body), answer->body.size, reason);
    bool ok = json_copy_text(object, "at", time->at, sizeof time->at) &&
              json_copy_text(object, "sig", time->signature,
                             sizeof time->signature) &&
              proof_verify_time(server_key, time) &&
              clock_parse(time->at, strlen(time->at), out_ms);
    json_decref(object);
    return ok;
}

bool trusted_time_ask(struct transport *transport, const struct device *device,
                      struct courier_anchor *out)
{
    char url[DEVICE_TEXT_SIZE + 96];
    struct proof_time time;
    struct transport_answer answer;
    int64_t server_ms = 0;
    proof_new_nonce(time.nonce);
    snprintf(url, sizeof url, "%s/api/v1/time?nonce=%s", device->server,
             time.nonce);
    const struct transport_request request = {.method = "GET",
                                              .url = url,
                                              .answer_max = ANSWER_MAX,
                                              .any_date = true};
    enum transport_result result = transport_ask(transport, &request, &answer);
    bool ok = result == TRANSPORT_ANSWERED && answer.status == 200 &&
              read_answer(&answer, device->server_key, &time, &server_ms);
    if (ok) {
        *out = (struct courier_anchor){.up_ms = answer.up_ms -
                                                answer.round_trip_ms / 2,
                                       .server_ms = server_ms,
                                       .round_trip_ms = answer.round_trip_ms};
        clock_boot_id(out->boot);
        log_info(module, "the server says that it is %s", time.at);
    } else if (result == TRANSPORT_ANSWERED) {
        log_error(module,
                  "the server was asked for the time and answered %d, "
                  "without a signature that fits",
                  answer.status);
    } else {
        log_error(module, "the server was asked for the time: %s",
                  answer.message);
    }
    transport_answer_free(&answer);
    return ok;
}

int64_t trusted_time_to_judge_by(const struct courier_anchor *anchor,
                                 const char *boot, int64_t up_ms,
                                 int64_t wall_ms)
{
    if (strcmp(anchor->boot, boot) != 0)
        return 0;
    int64_t server_s = (anchor->server_ms + (up_ms - anchor->up_ms)) / 1000;
    return llabs(server_s - wall_ms / 1000) > TRUSTED_TIME_DAY_S ? server_s : 0;
}

void trusted_time_apply(struct transport *transport, struct courier *courier)
{
    char boot[CLOCK_BOOT_ID_SIZE];
    struct courier_anchor anchor;
    int64_t wall_s = 0;
    clock_boot_id(boot);
    if (courier_anchor(courier, &anchor) == SQL_OK)
        wall_s = trusted_time_to_judge_by(&anchor, boot, clock_boot_ms(),
                                          clock_wall_ms());
    transport_set_time(transport, wall_s);
}
