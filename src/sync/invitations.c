#include "sync/invitations.h"
#include "common/clock.h"
#include <stdio.h>
#include <string.h>

static bool refuse(char *reason, const char *what)
{
    snprintf(reason, JSON_MESSAGE_SIZE, "%s", what);
    return false;
}

// A text that may be missing.
static bool read_text(const json_t *object, const char *key, char *out,
                      size_t size)
{
    const json_t *value = json_object_get(object, key);
    out[0] = '\0';
    return !value || json_is_null(value) ||
           (json_is_string(value) &&
            record_copy_text(json_string_value(value),
                             json_string_length(value), out, size));
}

static bool read_time(const json_t *object, const char *key, int64_t *out)
{
    const char *text;
    return json_get_text(object, key, &text) &&
           clock_parse(text, strlen(text), out);
}

static bool read_one(const json_t *object, struct courier_invitation *out)
{
    return json_is_object(object) &&
           json_copy_text(object, "id", out->id, sizeof out->id) &&
           id_is_valid(out->id, strlen(out->id)) &&
           read_text(object, "transaction", out->transaction,
                     sizeof out->transaction) &&
           read_text(object, "procedure", out->procedure,
                     sizeof out->procedure) &&
           read_text(object, "field", out->field, sizeof out->field) &&
           read_text(object, "step", out->step, sizeof out->step) &&
           read_text(object, "officer", out->officer, sizeof out->officer) &&
           read_time(object, "made_at", &out->made_at) &&
           read_time(object, "expires_at", &out->expires_at);
}

static bool stands_before(const struct courier_invitations *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->list[i].id, id) == 0)
            return true;
    return false;
}

static bool read_list(const json_t *list, struct courier_invitations *out,
                      char *reason)
{
    if (!json_is_array(list))
        return refuse(reason, "it has no list of invitations");
    if (json_array_size(list) > COURIER_INVITATIONS_MAX)
        return refuse(reason, "it has more than 5 invitations");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct courier_invitation one;
        if (!read_one(json_array_get(list, i), &one)) {
            snprintf(reason, JSON_MESSAGE_SIZE,
                     "invitation %zu is not as it must be", i + 1);
            return false;
        }
        if (stands_before(out, one.id))
            return refuse(reason, "an invitation stands there twice");
        out->list[out->count++] = one;
    }
    return true;
}

bool invitations_read(const char *bytes, size_t size,
                      struct courier_invitations *out, char *reason)
{
    struct courier_invitations read = {.count = 0};
    json_t *object = json_read(bytes, size, reason);
    if (!object)
        return false;
    bool ok = read_list(json_object_get(object, "invitations"), &read, reason);
    if (ok && !read_time(object, "server_time", &read.server_ms))
        ok = refuse(reason, "it does not say the server's time");
    json_decref(object);
    if (!ok)
        return false;
    memcpy(out->list, read.list, sizeof out->list);
    out->count = read.count;
    out->server_ms = read.server_ms;
    return true;
}
