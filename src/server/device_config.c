// GET /api/v1/devices/me/config: what a device is told, signed, so that a
// device believes it whoever brought it.
#include "office/configuration.h"
#include "server/context.h"
#include "server/etag.h"
#include "server/handlers.h"
#include "server/request.h"

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
    etag_make(buf_text(&body), body.size, etag);
    key_sign(&server->identity.key, buf_text(&body), body.size, signature);
    if (etag_is_known(request->headers.if_none_match, etag)) {
        buf_free(&body);
        reply_status(request, 304);
    } else {
        reply_bytes(request, 200, "application/json", &body);
    }
    reply_header(request, "ETag", "%s", etag);
    reply_header(request, "Hailong-Signature", "%s", signature);
    return HANDLING_DONE;
}
