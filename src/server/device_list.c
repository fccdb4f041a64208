// GET /api/v1/devices and /api/v1/devices.csv: every device with what it said
// of itself last, beside what is known of it here; ?point= and ?state= narrow.
#include "common/clock.h"
#include "office/corrected_time.h"
#include "office/device_settings.h"
#include "report/csv.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <string.h>

struct listing {
    json_t *array, *points;      // NULL: no memory
    const char *point, *state;   // wanted; NULL: all
    struct office_defaults base; // for the heartbeats
    int64_t now;
};

static json_t *count_or_null(int64_t count)
{
    return count >= 0 ? json_integer(count) : json_null();
}

static int64_t heartbeat_ms(const struct listing *listing,
                            const struct office_device *device)
{
    struct device_effect effect;
    device_settings_apply(listing->base.apart, device, &listing->base, &effect);
    return effect.defaults.heartbeat_s * INT64_C(1000);
}

// Two heartbeats without one.
static bool is_silent(const struct listing *listing,
                      const struct office_device *device)
{
    return device->state == OFFICE_DEVICE_ACTIVE &&
           device->kind == OFFICE_DEVICE_KIND_COUNTER &&
           listing->now - device->last_seen_at >
               2 * heartbeat_ms(listing, device);
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

// {"version","reason"} of the configuration that its screen would not show.
static json_t *refused_or_null(const json_t *state)
{
    const json_t *refused = json_object_get(state, "config_refused");
    const char *reason = "";
    int64_t version = 0;
    json_get_text(refused, "reason", &reason);
    return json_get_int(refused, "version", &version)
               ? json_pack("{s:I, s:s}", "version", (json_int_t)version,
                           "reason", reason)
               : json_null();
}

static bool set(json_t *row, const char *key, json_t *value)
{
    return json_object_set_new(row, key, value) == 0;
}

// A program that is older does not say everything: what its courier holds is
// then what its screen shows.
static bool add_state(json_t *row, const char *text)
{
    char why[JSON_MESSAGE_SIZE];
    int64_t held = -1, applied;
    json_t *state = text ? json_read(text, strlen(text), why) : NULL;
    const json_t *oldest = json_object_get(state, "oldest_at");
    const json_t *faults = json_object_get(state, "faults");
    json_get_int(state, "config", &held);
    applied = held;
    json_get_int(state, "config_applied", &applied);
    bool done =
        set(row, "config_held", count_or_null(held)) &&
        set(row, "config_applied", count_or_null(applied)) &&
        set(row, "config_refused", refused_or_null(state)) &&
        set(row, "oldest_pending_at",
            json_is_string(oldest) ? json_deep_copy(oldest) : json_null()) &&
        set(row, "faults",
            json_is_array(faults) ? json_deep_copy(faults) : json_array());
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
        "{s:s, s:o, s:o, s:o, s:s?, s:I, s:I, s:I, s:I, s:o, s:b, s:I, s:s?}",
        "version", device->version, "pending", count_or_null(device->pending),
        "disk_free_mib",
        count_or_null(device->disk_free < 0 ? -1 : device->disk_free >> 20),
        "clock_offset_ms",
        device->has_clock_offset ? json_integer(device->clock_offset_ms)
                                 : json_null(),
        "clock_quality", state->has_quality ? quality : NULL, "missing",
        (json_int_t)state->missing, "lost", (json_int_t)state->lost, "flags",
        (json_int_t)device->flag_count, "config_version",
        (json_int_t)device->config_version, "configured_at",
        reply_time(state->configured_at), "silent", is_silent(listing, device),
        "twins", (json_int_t)state->twins, "replaces",
        state->replaces[0] != '\0' ? state->replaces : NULL);
    bool done = facts && json_object_update(row, facts) == 0;
    json_decref(facts);
    return done;
}

static bool is_wanted(const struct listing *listing,
                      const struct office_device *device)
{
    const char *state = office_device_state_name(device->state);
    return (!listing->point || strcmp(listing->point, device->point) == 0) &&
           (!listing->state || strcmp(listing->state, state) == 0);
}

// By its code; its name comes from the settings.
static bool note_point(struct listing *listing,
                       const struct office_device *device)
{
    const json_t *named = json_object_get(
        json_object_get(listing->base.apart, "points"), device->point);
    const char *name = "";
    json_get_text(named, "name", &name);
    return device->point[0] == '\0' || device->state == OFFICE_DEVICE_REVOKED ||
           json_object_get(listing->points, device->point) ||
           set(listing->points, device->point, json_string(name));
}

static bool list_device(void *ctx, const struct office_device_state_row *state)
{
    struct listing *listing = ctx;
    bool done = note_point(listing, &state->device);
    if (done && is_wanted(listing, &state->device)) {
        json_t *row = make_row(&state->device);
        done = row && add_facts(row, listing, state) &&
               add_state(row, state->state) &&
               json_array_append(listing->array, row) == 0;
        json_decref(row);
    }
    if (!done) {
        json_decref(listing->array);
        listing->array = NULL;
    }
    return done;
}

// False: the reply is set.
static bool read_wanted(struct request *request, struct listing *out)
{
    if (!request_argument(request, "point", &out->point) ||
        !request_argument(request, "state", &out->state)) {
        return false;
    }
    for (int i = OFFICE_DEVICE_WAITING; i <= OFFICE_DEVICE_REVOKED; i++) {
        if (!out->state ||
            strcmp(out->state, office_device_state_name(
                                   (enum office_device_state)i)) == 0) {
            return true;
        }
    }
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                  "state: must be waiting, active or revoked");
    return false;
}

static enum office_result list_all(struct server *server,
                                   struct listing *listing)
{
    int64_t version;
    json_t *apart = documents_take(server->documents, "devices", &version);
    listing->base = server->base;
    listing->base.apart = apart;
    listing->now = clock_wall_ms();
    listing->array = json_array();
    listing->points = json_object();
    struct office *office = readers_take(server->readers);
    enum office_result result =
        listing->points
            ? office_list_device_states(office, list_device, listing)
            : OFFICE_ERROR;
    readers_give(server->readers, office);
    json_decref(apart);
    listing->base.apart = NULL;
    return result;
}

static void free_listing(struct listing *listing)
{
    json_decref(listing->array);
    json_decref(listing->points);
}

enum handling devices_handle(struct request *request)
{
    char now[CLOCK_ISO_SIZE];
    struct listing listing = {.point = NULL};
    if (!read_wanted(request, &listing)) {
        return HANDLING_DONE;
    }
    enum office_result result = list_all(request->server, &listing);
    if (result != OFFICE_OK) {
        free_listing(&listing);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    clock_format(listing.now, now);
    reply_json(request, 200,
               json_pack("{s:s, s:I, s:o, s:o}", "now", now, "heartbeat_s",
                         (json_int_t)listing.base.heartbeat_s, "points",
                         listing.points, "devices", listing.array));
    return HANDLING_DONE;
}

// --- As a sheet -------------------------------------------------------------

// Members of a row, in the order of the columns.
static const char *const COLUMNS[] = {"counter",        "point",
                                      "name",           "field",
                                      "device",         "state",
                                      "last_seen_at",   "silent",
                                      "pending",        "oldest_pending_at",
                                      "missing",        "lost",
                                      "flags",          "disk_free_mib",
                                      "clock_quality",  "clock_offset_ms",
                                      "version",        "config_version",
                                      "config_applied", "config_refused",
                                      "faults",         "twins",
                                      "replaces",       "enrolled_at"};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static void add_list(const json_t *list, struct buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        buf_append_text(out, i > 0 ? " " : "");
        buf_append_text(out, word ? word : "");
    }
}

static void add_cell(const json_t *value, struct buf *out)
{
    struct buf text = {0};
    if (json_is_string(value)) {
        buf_append_text(&text, json_string_value(value));
    } else if (json_is_integer(value)) {
        buf_printf(&text, "%lld", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        buf_append_text(&text, json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        add_list(value, &text);
    } else if (json_is_object(value)) {
        const char *reason = "";
        int64_t version = 0;
        json_get_text(value, "reason", &reason);
        json_get_int(value, "version", &version);
        buf_printf(&text, "%lld: %s", (long long)version, reason);
    }
    csv_add(buf_text(&text), out);
    buf_free(&text);
}

static void write_sheet(const json_t *rows, struct buf *out)
{
    size_t at;
    json_t *row;
    buf_append_text(out, CSV_BEGIN);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        csv_add(COLUMNS[i], out);
        buf_append_text(out, i + 1 < COLUMN_COUNT ? "," : CSV_END);
    }
    json_array_foreach(rows, at, row)
    {
        for (size_t i = 0; i < COLUMN_COUNT; i++) {
            add_cell(json_object_get(row, COLUMNS[i]), out);
            buf_append_text(out, i + 1 < COLUMN_COUNT ? "," : CSV_END);
        }
    }
}

enum handling devices_csv_handle(struct request *request)
{
    struct buf sheet = {0};
    struct listing listing = {.point = NULL};
    if (!read_wanted(request, &listing)) {
        return HANDLING_DONE;
    }
    enum office_result result = list_all(request->server, &listing);
    if (result == OFFICE_OK && listing.array) {
        write_sheet(listing.array, &sheet);
        reply_bytes(request, 200, "text/csv; charset=utf-8; header=present",
                    &sheet);
        reply_header(request, "Content-Disposition", "%s",
                     "attachment; filename=\"thiet-bi.csv\"");
    } else {
        reply_office_failure(request,
                             result == OFFICE_OK ? OFFICE_ERROR : result);
    }
    free_listing(&listing);
    return HANDLING_DONE;
}
