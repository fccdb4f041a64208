#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "office/devices.h"
#include "server/metrics.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// The format wants all of one name together, so the devices are listed first.
struct watched {
    char id[ID_SIZE], counter[RECORD_CODE_SIZE];
    int64_t seen_at, oldest_at; // 0: never, none waits
    int64_t pending, disk_free; // -1: not told
    int64_t missing, flags;
    int64_t clock_offset_ms;
    bool has_clock_offset;
    json_t *faults; // NULL: none told
};

struct watching {
    struct watched *all;
    size_t count, capacity;
};

static void free_watching(struct watching *watching)
{
    for (size_t i = 0; i < watching->count; i++) {
        json_decref(watching->all[i].faults);
    }
    free(watching->all);
}

static struct watched *add(struct watching *watching)
{
    if (watching->count == watching->capacity) {
        size_t more = watching->capacity ? watching->capacity * 2 : 32;
        struct watched *all = realloc(watching->all, more * sizeof *all);
        if (!all) {
            log_error("server", "out of memory");
            return NULL;
        }
        watching->all = all;
        watching->capacity = more;
    }
    struct watched *watched = &watching->all[watching->count++];
    *watched = (struct watched){.seen_at = 0};
    return watched;
}

static void read_said(const char *text, struct watched *out)
{
    char why[JSON_MESSAGE_SIZE];
    const char *oldest;
    json_t *state = text ? json_read(text, strlen(text), why) : NULL;
    if (json_get_text(state, "oldest_at", &oldest)) {
        clock_parse(oldest, strlen(oldest), &out->oldest_at);
    }
    out->faults = json_incref(json_object_get(state, "faults"));
    json_decref(state);
}

static bool take_device(void *ctx, const struct office_device_state_row *row)
{
    const struct office_device *device = &row->device;
    if (device->state != OFFICE_DEVICE_ACTIVE) {
        return true;
    }
    struct watched *watched = add(ctx);
    if (!watched) {
        return false;
    }
    memcpy(watched->id, device->id, sizeof watched->id);
    memcpy(watched->counter, device->counter, sizeof watched->counter);
    watched->seen_at = device->last_seen_at;
    watched->pending = device->pending;
    watched->disk_free = device->disk_free;
    watched->missing = row->missing;
    watched->flags = device->flag_count;
    watched->clock_offset_ms = device->clock_offset_ms;
    watched->has_clock_offset = device->has_clock_offset;
    read_said(row->state, watched);
    return true;
}

static void write_label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\n') {
            buf_append_text(out, "\\n");
            continue;
        }
        if (*value == '"' || *value == '\\') {
            buf_append_char(out, '\\');
        }
        buf_append_char(out, *value);
    }
    buf_append_char(out, '"');
}

static void write_labels(struct buf *out, const char *name,
                         const struct watched *watched)
{
    buf_printf(out, "%s{", name);
    write_label(out, "device", watched->id);
    buf_append_text(out, ",");
    write_label(out, "counter", watched->counter);
}

// What a family says of one device; false: nothing.
typedef bool device_value(const struct watched *watched, int64_t *out);

static bool seen(const struct watched *watched, int64_t *out)
{
    *out = watched->seen_at / 1000;
    return watched->seen_at > 0;
}

static bool pending(const struct watched *watched, int64_t *out)
{
    *out = watched->pending;
    return watched->pending >= 0;
}

static bool oldest(const struct watched *watched, int64_t *out)
{
    *out = watched->oldest_at / 1000;
    return watched->oldest_at > 0 && watched->pending > 0;
}

static bool disk_free(const struct watched *watched, int64_t *out)
{
    *out = watched->disk_free;
    return watched->disk_free >= 0;
}

static bool missing(const struct watched *watched, int64_t *out)
{
    *out = watched->missing;
    return true;
}

static bool flags(const struct watched *watched, int64_t *out)
{
    *out = watched->flags;
    return true;
}

static bool clock_offset(const struct watched *watched, int64_t *out)
{
    *out = watched->clock_offset_ms / 1000;
    return watched->has_clock_offset;
}

static const struct {
    const char *name, *help;
    device_value *value;
} FAMILIES[] = {
    {"hailong_device_last_contact_timestamp_seconds",
     "When the device was heard of last.", seen},
    {"hailong_device_pending_lines",
     "Lines that waited on the device at its last contact.", pending},
    {"hailong_device_oldest_pending_timestamp_seconds",
     "When the oldest of them was written.", oldest},
    {"hailong_device_disk_free_bytes", "Free on the device's disk.", disk_free},
    {"hailong_device_missing_lines",
     "Lines that the device told of and that have not come.", missing},
    {"hailong_device_flags",
     "Forks and conflicts, which a person must look at.", flags},
    {"hailong_device_clock_offset_seconds",
     "By how much the device's clock was ahead of the server's.",
     clock_offset}};

// One that a device says twice would make the whole answer unreadable.
static const char *fault_at(const struct watched *watched, size_t index)
{
    const char *fault =
        json_string_value(json_array_get(watched->faults, index));
    for (size_t i = 0; fault && i < index; i++) {
        const char *before =
            json_string_value(json_array_get(watched->faults, i));
        if (before && strcmp(before, fault) == 0) {
            return NULL;
        }
    }
    return fault;
}

static void write_faults(struct buf *out, const struct watched *watched)
{
    for (size_t i = 0; i < json_array_size(watched->faults); i++) {
        const char *fault = fault_at(watched, i);
        if (fault) {
            write_labels(out, "hailong_device_fault", watched);
            buf_append_text(out, ",");
            write_label(out, "fault", fault);
            buf_append_text(out, "} 1\n");
        }
    }
}

bool metrics_write_devices(struct office *office, struct buf *out)
{
    struct watching watching = {.count = 0};
    bool done =
        office_list_device_states(office, take_device, &watching) == OFFICE_OK;
    for (size_t f = 0; done && f < sizeof FAMILIES / sizeof *FAMILIES; f++) {
        buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", FAMILIES[f].name,
                   FAMILIES[f].help, FAMILIES[f].name);
        for (size_t i = 0; i < watching.count; i++) {
            int64_t value;
            if (FAMILIES[f].value(&watching.all[i], &value)) {
                write_labels(out, FAMILIES[f].name, &watching.all[i]);
                buf_printf(out, "} %" PRId64 "\n", value);
            }
        }
    }
    if (done) {
        buf_append_text(out, "# HELP hailong_device_fault What the device says "
                             "is wrong with it.\n"
                             "# TYPE hailong_device_fault gauge\n");
    }
    for (size_t i = 0; done && i < watching.count; i++) {
        write_faults(out, &watching.all[i]);
    }
    free_watching(&watching);
    return done;
}
