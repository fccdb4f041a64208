// GET /api/v1/devices: every device with what it said of itself last, beside
// what is known of it here.
#include "common/clock.h"
#include "office/corrected_time.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <string.h>

struct listing {
    json_t *array;
    int64_t now, patience_ms;
};

static json_t *count_or_null(int64_t count)
{
    return count >= 0 ? json_integer(count) : json_null();
}

// Two heartbeats without one.
static bool is_silent(const struct listing *listing,
                      const struct office_device *device)
{
    return device->state == OFFICE_DEVICE_ACTIVE &&
           device->kind == OFFICE_DEVICE_KIND_COUNTER &&
           listing->now - device->last_seen_at > listing->patience_ms;
}

// What it is and where.
static json_t *make_row(const struct office_device *device)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "device",
        device->id, "kind", office_device_kind_name(device->kind), "state",
        office_device_state_name(device->state), "counter", device->counter,
        "name", device->name, "field", device->field, "point", device->point,
        "added_at", reply_time(device->added_at), "enrolled_at",
        reply_time(device->enrolled_at), "revoked_at",
        reply_time(device->revoked_at), "last_seen_at",
        reply_time(device->last_seen_at));
}

// A program that is older does not say everything.
static bool add_state(json_t *row, const char *text)
{
    char why[JSON_MESSAGE_SIZE];
    int64_t config = -1;
    json_t *state = text ? json_read(text, strlen(text), why) : NULL;
    const json_t *oldest = json_object_get(state, "oldest_at");
    const json_t *faults = json_object_get(state, "faults");
    json_get_int(state, "config", &config);
    bool done =
        json_object_set_new(row, "config_applied", count_or_null(config)) ==
            0 &&
        json_object_set_new(row, "oldest_pending_at",
                            json_is_string(oldest) ? json_deep_copy(oldest)
                                                   : json_null()) == 0 &&
        json_object_set_new(row, "faults",
                            json_is_array(faults) ? json_deep_copy(faults)
                                                  : json_array()) == 0;
    json_decref(state);
    return done;
}

static bool add_facts(json_t *row, const struct listing *listing,
                      const struct office_device_state_row *state)
{
    const struct office_device *device = &state->device;
    const char quality[] = {
        time_quality_letter((enum time_quality)state->clock_quality), '\0'};
    json_t *facts = json_pack(
        "{s:s, s:o, s:o, s:o, s:s?, s:I, s:I, s:I, s:I, s:o, s:b}", "version",
        device->version, "pending", count_or_null(device->pending),
        "disk_free_mib",
        count_or_null(device->disk_free < 0 ? -1 : device->disk_free >> 20),
        "clock_offset_ms",
        device->has_clock_offset ? json_integer(device->clock_offset_ms)
                                 : json_null(),
        "clock_quality", state->has_quality ? quality : NULL, "missing",
        (json_int_t)state->missing, "lost", (json_int_t)state->lost, "flags",
        (json_int_t)device->flag_count, "config_version",
        (json_int_t)device->config_version, "configured_at",
        reply_time(state->configured_at), "silent", is_silent(listing, device));
    bool done = facts && json_object_update(row, facts) == 0;
    json_decref(facts);
    return done;
}

static bool list_device(void *ctx, const struct office_device_state_row *state)
{
    struct listing *listing = ctx;
    json_t *row = make_row(&state->device);
    bool done = row && add_facts(row, listing, state) &&
                add_state(row, state->state) &&
                json_array_append(listing->array, row) == 0;
    json_decref(row);
    if (!done) {
        json_decref(listing->array);
        listing->array = NULL; // no memory
    }
    return done;
}

enum handling devices_handle(struct request *request)
{
    struct server *server = request->server;
    char now[CLOCK_ISO_SIZE];
    int64_t heartbeat_s = server->settings.defaults.heartbeat_s;
    struct listing listing = {.array = json_array(),
                              .now = clock_wall_ms(),
                              .patience_ms = 2 * 1000 * heartbeat_s};
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_list_device_states(office, list_device, &listing);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        json_decref(listing.array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    clock_format(listing.now, now);
    reply_json(request, 200,
               json_pack("{s:s, s:I, s:o}", "now", now, "heartbeat_s",
                         (json_int_t)heartbeat_s, "devices", listing.array));
    return HANDLING_DONE;
}
