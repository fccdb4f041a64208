#include "server/handout.h"
#include "server/context.h"
#include "server/peer.h"
#include "server/request.h"
#include <stdio.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000 };
// In the form of a voucher's code, to see whether the address can be carried.
static const char ANY_CODE[] = "00000-00000";

// "https://host/" and what has no scheme, as people write it.
static bool read_server(const char *text, char out[DEVICE_TEXT_SIZE])
{
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == '/') {
        size--;
    }
    int length =
        snprintf(out, DEVICE_TEXT_SIZE, "%s%.*s",
                 strstr(text, "://") ? "" : "https://", (int)size, text);
    return length > 0 && length < DEVICE_TEXT_SIZE;
}

static void find_server(const struct request *request,
                        char out[DEVICE_TEXT_SIZE])
{
    const struct server_settings *settings = &request->server->settings;
    const char *host = request->headers.host;
    out[0] = '\0';
    if (settings->public_url) {
        read_server(settings->public_url, out);
        strncat(out, settings->base, DEVICE_TEXT_SIZE - 1 - strlen(out));
    } else if (host && request->caller != 0) {
        // The admin listener's own address is nobody else's.
        snprintf(out, DEVICE_TEXT_SIZE, "%s://%s%s",
                 peer_is_secure(request) ? "https" : "http", host,
                 settings->base);
    }
}

static bool read_hours(const json_t *object, int64_t *out_ms)
{
    int64_t hours = 0;
    *out_ms = 0;
    if (!json_object_get(object, "valid_h")) {
        return true;
    }
    if (!json_get_int(object, "valid_h", &hours) || hours < 1 ||
        hours > SECRET_CODE_HOURS_MAX) {
        return false;
    }
    *out_ms = hours * HOUR_MS;
    return true;
}

// False for what is there and no text.
static bool find_text(const json_t *object, const char *key,
                      const char **out_text)
{
    const json_t *value = json_object_get(object, key);
    *out_text = json_string_value(value);
    return !value || json_is_null(value) || *out_text;
}

bool handout_read(struct request *request, const json_t *object,
                  struct handout *out)
{
    const char *server = NULL, *pin = NULL;
    struct buf any = {0};
    *out = (struct handout){.valid_ms = 0};
    snprintf(out->pin, sizeof out->pin, "%s", request->server->pin);
    find_server(request, out->server);
    if (!read_hours(object, &out->valid_ms)) {
        request_refuse(request, "valid_h: must be 1 to 72 hours");
        return false;
    }
    bool is_good =
        find_text(object, "server", &server) &&
        find_text(object, "pin", &pin) &&
        (!server || read_server(server, out->server)) &&
        (!pin || json_copy_text(object, "pin", out->pin, sizeof out->pin)) &&
        ((!server && !pin) || handout_write(out, ANY_CODE, &any));
    buf_free(&any);
    if (!is_good) {
        request_refuse(request, "server, pin: write them as https://host or "
                                "https://host:port, and sha256//BASE64");
    }
    return is_good;
}

bool handout_write(const struct handout *handout, const char *code,
                   struct buf *out)
{
    struct voucher voucher = {.server = ""};
    memcpy(voucher.server, handout->server, sizeof voucher.server);
    snprintf(voucher.code, sizeof voucher.code, "%s", code);
    // Over plain HTTP there is no key to know.
    if (strncmp(handout->server, "https://", 8) == 0) {
        snprintf(voucher.pin, sizeof voucher.pin, "%s", handout->pin);
    }
    return voucher_write(&voucher, out);
}
