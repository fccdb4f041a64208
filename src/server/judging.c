#include "server/judging.h"
#include "common/clock.h"
#include "common/log.h"
#include "office/device_settings.h"
#include "office/devices.h"
#include "office/judging.h"
#include "server/context.h"

static const char MODULE[] = "server";

// How long the writer may judge before requests have their turn, and how many
// ratings are looked at in one transaction of it.
enum { TURN_US = 150000, RATINGS = 1000, LOOK_S = 3 };

// Hours of counters that are not the unit's.
struct apart {
    const json_t *unit, *devices; // the documents
    json_t *counters;
    bool are_old; // the devices that are looked at
    bool failed;
};

// Of a counter with several devices the first one in force says where it is.
static bool add_counter(void *ctx, const struct office_device *device)
{
    struct apart *apart = ctx;
    bool is_old = device->state == OFFICE_DEVICE_REVOKED;
    if (device->kind != OFFICE_DEVICE_KIND_COUNTER ||
        is_old != apart->are_old ||
        json_object_get(apart->counters, device->counter)) {
        return true;
    }
    json_t *own = device_settings_hours(apart->devices, apart->unit,
                                        device->point, device->counter);
    apart->failed =
        json_object_set_new(apart->counters, device->counter, own) != 0;
    return !apart->failed;
}

static void drop_same(struct apart *apart)
{
    const char *code;
    json_t *own;
    void *next;
    json_object_foreach_safe(apart->counters, next, code, own)
    {
        if (json_equal(own, apart->unit)) {
            json_object_del(apart->counters, code);
        }
    }
}

static enum office_result add_counters(struct office *office,
                                       struct apart *apart, bool are_old)
{
    apart->are_old = are_old;
    enum office_result result = office_list_devices(office, add_counter, apart);
    return result == OFFICE_OK && apart->failed ? OFFICE_ERROR : result;
}

// The unit's hours with "counters" beside them, where there are any. Late
// ratings come of revoked devices too.
static enum office_result gather_hours(struct server *server,
                                       struct office *office, json_t **out)
{
    int64_t version;
    json_t *unit = documents_take(server->documents, "hours", &version);
    json_t *devices = documents_take(server->documents, "devices", &version);
    struct apart apart = {
        .unit = unit, .devices = devices, .counters = json_object()};
    enum office_result result = add_counters(office, &apart, false);
    if (result == OFFICE_OK) {
        result = add_counters(office, &apart, true);
    }
    drop_same(&apart);
    json_t *hours = result == OFFICE_OK ? json_copy(unit) : NULL;
    if (hours && json_object_size(apart.counters) > 0 &&
        json_object_set(hours, "counters", apart.counters) != 0) {
        json_decref(hours);
        hours = NULL;
    }
    json_decref(apart.counters);
    json_decref(unit);
    json_decref(devices);
    *out = hours;
    return result == OFFICE_OK && !hours ? OFFICE_ERROR : result;
}

enum office_result judging_set_rules(struct server *server,
                                     struct office *office)
{
    int64_t version;
    struct buf thresholds = {0}, hours = {0};
    json_t *body = documents_take(server->documents, "integrity", &version);
    json_t *week = NULL;
    enum office_result result = gather_hours(server, office, &week);
    if (result == OFFICE_OK) {
        bool ok = json_write(body, &thresholds) && json_write(week, &hours);
        const struct office_rules rules = {buf_text(&thresholds), version,
                                           buf_text(&hours)};
        result = ok ? office_set_rules(office, &rules, clock_wall_ms())
                    : OFFICE_ERROR;
    }
    if (result != OFFICE_OK) {
        log_error(MODULE,
                  "suspicious ratings are judged by the rules of "
                  "before: %s",
                  office_result_name(result));
    }
    buf_free(&thresholds);
    buf_free(&hours);
    json_decref(body);
    json_decref(week);
    return result;
}

static bool is_anything_due(void *ctx)
{
    struct server *server = ctx;
    int64_t due = 0;
    struct office *office = readers_take(server->readers);
    enum office_result result = office_count_due(office, clock_wall_ms(), &due);
    readers_give(server->readers, office);
    return result == OFFICE_OK && due > 0;
}

static enum office_result judge(struct office *office, void *ctx)
{
    int64_t until = clock_mono_us() + TURN_US, left = 0;
    enum office_result result;
    (void)ctx;
    do {
        result = office_judge(office, RATINGS, clock_wall_ms(), &left);
    } while (result == OFFICE_OK && left > 0 && clock_mono_us() < until);
    return result;
}

struct chore judging_chore(struct server *server)
{
    return (struct chore){.every_s = LOOK_S,
                          .look = is_anything_due,
                          .work = judge,
                          .ctx = server};
}
