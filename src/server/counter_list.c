// GET /api/v1/counters: where citizens may be invited, and who sits there. GET
// /api/v1/counters/{N}/recent: what was completed there, for the officer to
// pick from.
#include "common/clock.h"
#include "office/people.h"
#include "office/seats.h"
#include "server/context.h"
#include "server/counter_facts.h"
#include "server/handlers.h"
#include "server/recent.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

// --- The counters -----------------------------------------------------------

struct listing {
    const char *unit;
    struct office_device *rows; // one a counter: of its devices the last heard
    size_t count, capacity;
    bool failed;
};

// A place for one more; NULL on no memory.
static struct office_device *add_row(struct listing *listing)
{
    if (!listing->rows || listing->count == listing->capacity) {
        size_t capacity = listing->capacity ? 2 * listing->capacity : 16;
        struct office_device *rows =
            realloc(listing->rows, capacity * sizeof *rows);
        if (!rows) {
            return NULL;
        }
        listing->rows = rows;
        listing->capacity = capacity;
    }
    return &listing->rows[listing->count++];
}

// Devices of one counter come one after the other.
static bool add_counter(void *ctx, const struct office_device *device)
{
    struct listing *listing = ctx;
    if (device->state != OFFICE_DEVICE_ACTIVE || device->counter[0] == '\0' ||
        strcmp(device->unit, listing->unit) != 0) {
        return true;
    }
    struct office_device *row =
        listing->count > 0 ? &listing->rows[listing->count - 1] : NULL;
    if (row && strcmp(row->counter, device->counter) == 0) {
        if (device->last_seen_at > row->last_seen_at) {
            *row = *device;
        }
        return true;
    }
    row = add_row(listing);
    listing->failed = !row;
    if (row) {
        *row = *device;
    }
    return row != NULL;
}

static json_t *field_object(const struct office_field *field)
{
    return json_pack("{s:s, s:s, s:s}", "code", field->code, "vi", field->vi,
                     "en", field->en);
}

// NULL on no memory.
static json_t *fields_array(const struct server *server)
{
    size_t count = 0;
    const struct office_field *fields =
        server->fields ? fields_list(server->fields, &count) : NULL;
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(array, field_object(&fields[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

struct counter_row {
    const struct office_device *device;
    struct seat seat;
    char display[OFFICE_NAME_SIZE];
};

static json_t *counter_object(const struct server *server,
                              const struct counter_row *row, int64_t now)
{
    const struct office_device *device = row->device;
    char seen[CLOCK_ISO_SIZE];
    clock_format(device->last_seen_at, seen);
    return json_pack(
        "{s:s, s:s?, s:s?, s:s?, s:s?, s:b, s:s?}", "counter", device->counter,
        "name", device->name[0] ? device->name : NULL, "field",
        device->field[0] ? device->field : NULL, "officer",
        row->seat.officer[0] ? row->seat.officer : NULL, "officer_name",
        row->display[0] ? row->display : NULL, "in_contact",
        now < device->last_seen_at + contact_patience_ms(server), "seen_at",
        device->last_seen_at ? seen : NULL);
}

static enum office_result find_who_sits(struct office *office, const char *unit,
                                        struct counter_row *row)
{
    enum office_result result =
        office_find_seat(office, unit, row->device->counter, &row->seat);
    if (result == OFFICE_OK) {
        result = officer_display(office, row->seat.officer, row->display);
    }
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

static enum office_result read_counters(struct request *request, json_t *array)
{
    struct server *server = request->server;
    const char *unit = server->settings.unit_code;
    int64_t now = clock_wall_ms();
    struct listing listing = {.unit = unit};
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_list_devices(office, add_counter, &listing);
    for (size_t i = 0; i < listing.count && result == OFFICE_OK; i++) {
        struct counter_row row = {.device = &listing.rows[i]};
        result = find_who_sits(office, unit, &row);
        if (result == OFFICE_OK &&
            json_array_append_new(array, counter_object(server, &row, now)) !=
                0) {
            listing.failed = true;
        }
    }
    readers_give(server->readers, office);
    free(listing.rows);
    return listing.failed && result == OFFICE_OK ? OFFICE_ERROR : result;
}

enum handling counters_handle(struct request *request)
{
    const struct server *server = request->server;
    json_t *array = json_array();
    enum office_result result = read_counters(request, array);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    const char *mode = server->settings.defaults.mode;
    reply_json(request, 200,
               json_pack("{s:s, s:o, s:o}", "mode", mode ? mode : "walk-up",
                         "fields", fields_array(server), "counters", array));
    return HANDLING_DONE;
}

// --- What was completed -----------------------------------------------------

static bool list_recent(void *ctx, const struct transaction *transaction)
{
    json_t *array = ctx;
    char done[CLOCK_ISO_SIZE];
    clock_format(transaction->done_at, done);
    const char *procedure = transaction->texts[TRANSACTION_PROCEDURE];
    const char *field = transaction->texts[TRANSACTION_FIELD];
    const char *step = transaction->texts[TRANSACTION_STEP];
    return json_array_append_new(
               array, json_pack("{s:s, s:s?, s:s?, s:s?, s:s}", "transaction",
                                transaction->code, "procedure",
                                procedure[0] ? procedure : NULL, "field",
                                field[0] ? field : NULL, "step",
                                step[0] ? step : NULL, "done_at", done)) == 0;
}

enum handling counter_recent_handle(struct request *request)
{
    char counter[RECORD_CODE_SIZE];
    if (!counter_find(request, counter)) {
        return HANDLING_DONE;
    }
    json_t *array = json_array();
    recent_list(request->server->recent, counter, clock_wall_ms(), list_recent,
                array);
    reply_json(
        request, 200,
        json_pack("{s:s, s:o}", "counter", counter, "transactions", array));
    return HANDLING_DONE;
}
