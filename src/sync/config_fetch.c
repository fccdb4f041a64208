#include "sync/config_fetch.h"
#include "common/log.h"
#include <stdio.h>

enum { ANSWER_MAX = 256 * 1024 };

static const char module[] = "config";

static enum sync_outcome keep(const struct transport_answer *answer,
                              const struct device *device,
                              struct courier *courier, bool is_shown)
{
    char reason[JSON_MESSAGE_SIZE];
    int64_t version = 0;
    if (!key_verify(device->server_key, buf_text(&answer->body),
                    answer->body.size, answer->signature)) {
        log_error(module, "a configuration came without the server's "
                          "signature; the last good one stays");
        return SYNC_OPERATOR;
    }
    json_t *object =
        json_read(buf_text(&answer->body), answer->body.size, reason);
    bool ok = json_is_object(object) &&
              json_get_int(object, "version", &version) && version > 0;
    if (!ok)
        log_error(module, "the configuration cannot be read: %s",
                  object ? "it has no version" : reason);
    json_decref(object);
    if (!ok)
        return SYNC_REJECTED;
    if (is_shown && courier_keep_shown_config(courier) != SQL_OK)
        return SYNC_RETRY;
    if (courier_put_config(courier, version, answer->etag,
                           buf_text(&answer->body), answer->body.size,
                           answer->signature) != SQL_OK)
        return SYNC_RETRY;
    log_info(module, "configuration %lld is kept", (long long)version);
    return SYNC_DONE;
}

enum sync_outcome config_fetch(struct transport *transport,
                               const struct device *device,
                               struct courier *courier, int64_t shown)
{
    char etag[TRANSPORT_HEADER_SIZE] = "", url[DEVICE_TEXT_SIZE + 64];
    int64_t version = 0;
    struct buf held = {0};
    courier_config(courier, &version, etag, sizeof etag, &held);
    buf_free(&held);
    snprintf(url, sizeof url, "%s/api/v1/devices/me/config", device->server);
    struct transport_request request = {.method = "GET",
                                        .url = url,
                                        .token = device->token,
                                        .etag = *etag ? etag : NULL,
                                        .answer_max = ANSWER_MAX};
    struct transport_answer answer;
    enum transport_result result = transport_ask(transport, &request, &answer);
    enum sync_outcome outcome = policy_outcome(result, answer.status);
    if (result == TRANSPORT_ANSWERED && answer.status == 304)
        outcome = SYNC_DONE;
    else if (outcome == SYNC_DONE)
        outcome = keep(&answer, device, courier, version == shown);
    transport_answer_free(&answer);
    return outcome;
}
