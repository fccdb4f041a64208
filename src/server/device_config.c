// GET /api/v1/devices/me/config: what a device is told, signed, so that a
// device believes it whoever brought it.
#include "ledger/digest.h"
#include "office/configuration.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdio.h>
#include <string.h>

enum { ETAG_SIZE = DIGEST_HEX_SIZE + 2 };

// The hash and not the version: a server that was restored from a backup may
// give one version to two contents.
static void make_etag(const struct buf *body, char out[ETAG_SIZE])
{
    char hash[DIGEST_HEX_SIZE];
    digest_hex_of(buf_text(body), body->size, hash);
    snprintf(out, ETAG_SIZE, "\"%s\"", hash);
}

// If-None-Match (RFC 9110, section 13.1.2): "*", or tags with commas between
// them, compared weakly.
static bool is_known(const char *list, const char *etag)
{
    size_t size = strlen(etag);
    if (!list) {
        return false;
    }
    list += strspn(list, " \t");
    if (strcmp(list, "*") == 0) {
        return true;
    }
    while (*list) {
        list += strspn(list, " \t,");
        if (strncmp(list, "W/", 2) == 0) {
            list += 2;
        }
        if (strncmp(list, etag, size) == 0 && strchr(", \t", list[size])) {
            return true;
        }
        list += strcspn(list, ",");
    }
    return false;
}

enum handling device_config_handle(struct request *request)
{
    struct server *server = request->server;
    struct buf body = {0};
    int64_t version;
    char etag[ETAG_SIZE];
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_read_configuration(office, request->device.id, &version, &body);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        buf_free(&body);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    make_etag(&body, etag);
    key_sign(&server->identity.key, buf_text(&body), body.size, signature);
    if (is_known(request->headers.if_none_match, etag)) {
        buf_free(&body);
        reply_status(request, 304);
    } else {
        reply_bytes(request, 200, "application/json", &body);
    }
    reply_header(request, "ETag", "%s", etag);
    reply_header(request, "Hailong-Signature", "%s", signature);
    return HANDLING_DONE;
}
