#include "server/routes.h"
#include "office/batch_body.h"
#include "server/handlers.h"
#include "server/permit.h"
#include <string.h>

enum { SMALL_BODY = 4096 };

const struct route PUBLIC_ROUTES[] = {
    {ROUTE_ENROL, "POST", "/api/v1/devices/enrol", BODY_JSON, SMALL_BODY,
     permit_anybody, enrol_handle, enrol_finish},
    {ROUTE_BATCHES, "POST", "/api/v1/batches", BODY_NDJSON, BATCH_BYTES_MAX,
     permit_sender, batches_handle, batches_finish},
    {ROUTE_DEVICE_CONFIG, "GET", "/api/v1/devices/me/config", BODY_NONE, 0,
     permit_device, device_config_handle, NULL},
    {ROUTE_SUMMARY, "GET", "/api/v1/reports/summary", BODY_NONE, 0,
     permit_report_reader, summary_handle, NULL},
    {ROUTE_HEALTH, "GET", "/healthz", BODY_NONE, 0, permit_anybody,
     health_handle, NULL},
    {ROUTE_TIME, "GET", "/api/v1/time", BODY_NONE, 0, permit_anybody,
     time_handle, NULL},
    {ROUTE_METRICS, "GET", "/metrics", BODY_NONE, 0, permit_anybody,
     metrics_handle, NULL},
    {0}};

const struct route ADMIN_ROUTES[] = {
    {ROUTE_ADMIN_ADD_DEVICE, "POST", "/admin/v1/devices", BODY_JSON, SMALL_BODY,
     permit_admin, admin_add_device_handle, admin_add_device_finish},
    // A body may come, and is not looked at.
    {ROUTE_ADMIN_REVOKE_DEVICE, "POST", "/admin/v1/devices/*/revoke", BODY_NONE,
     SMALL_BODY, permit_admin, admin_revoke_device_handle, admin_revoke_finish},
    {ROUTE_ADMIN_BATCHES, "POST", "/admin/v1/batches", BODY_NDJSON,
     BATCH_BYTES_MAX, permit_admin, carried_batches_handle, batches_finish},
    {ROUTE_ADMIN_ADD_KEY, "POST", "/admin/v1/keys", BODY_JSON, SMALL_BODY,
     permit_admin, admin_add_key_handle, admin_add_key_finish},
    {ROUTE_ADMIN_REVOKE_KEY, "POST", "/admin/v1/keys/*/revoke", BODY_NONE,
     SMALL_BODY, permit_admin, admin_revoke_key_handle, admin_revoke_finish},
    {ROUTE_ADMIN_ADD_CHECKPOINT, "POST", "/admin/v1/checkpoints", BODY_NONE,
     SMALL_BODY, permit_admin, admin_add_checkpoint_handle,
     admin_add_checkpoint_finish},
    {0}};

const char *route_name(enum route_id id)
{
    static const char *const names[ROUTE_COUNT] = {
        [ROUTE_NONE] = "none",
        [ROUTE_ENROL] = "enrol",
        [ROUTE_BATCHES] = "batches",
        [ROUTE_DEVICE_CONFIG] = "device_config",
        [ROUTE_SUMMARY] = "summary",
        [ROUTE_HEALTH] = "health",
        [ROUTE_TIME] = "time",
        [ROUTE_METRICS] = "metrics",
        [ROUTE_ADMIN_ADD_DEVICE] = "admin_add_device",
        [ROUTE_ADMIN_REVOKE_DEVICE] = "admin_revoke_device",
        [ROUTE_ADMIN_BATCHES] = "admin_batches",
        [ROUTE_ADMIN_ADD_KEY] = "admin_add_key",
        [ROUTE_ADMIN_REVOKE_KEY] = "admin_revoke_key",
        [ROUTE_ADMIN_ADD_CHECKPOINT] = "admin_add_checkpoint"};
    return names[id];
}

// Compares a path with a pattern of at most one "*".
static bool fits(const char *pattern, const char *path,
                 char out_part[ROUTE_PART_SIZE])
{
    size_t before = strcspn(pattern, "*");
    out_part[0] = '\0';
    if (pattern[before] == '\0') {
        return strcmp(pattern, path) == 0;
    }
    if (strncmp(pattern, path, before) != 0) {
        return false;
    }
    size_t size = strcspn(path + before, "/");
    if (size == 0 || size >= ROUTE_PART_SIZE ||
        strcmp(pattern + before + 1, path + before + size) != 0) {
        return false;
    }
    memcpy(out_part, path + before, size);
    out_part[size] = '\0';
    return true;
}

static bool serves(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

enum route_match route_find(const struct route *table, const char *method,
                            const char *path, const struct route **out_route,
                            char out_part[ROUTE_PART_SIZE], struct buf *allow)
{
    enum route_match match = ROUTE_BAD_PATH;
    for (const struct route *route = table; route->method; route++) {
        if (!fits(route->path, path, out_part)) {
            continue;
        }
        if (serves(route, method)) {
            *out_route = route;
            return ROUTE_FOUND;
        }
        match = ROUTE_BAD_METHOD;
        buf_append_text(allow, allow->size > 0 ? ", " : "");
        buf_append_text(allow, strcmp(route->method, "GET") == 0
                                   ? "GET, HEAD"
                                   : route->method);
    }
    return match;
}
