#include "report/json_parts.h"
#include "common/clock.h"
#include "common/date.h"
#include "report/state.h"
#include "report/words.h"
#include <stdio.h>
#include <string.h>

json_t *json_parts_fixed(int64_t value, int decimals)
{
    if (value == FIGURES_UNKNOWN)
        return json_null();
    double unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    return json_real((double)value / unit);
}

json_t *json_parts_moment(int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    if (wall_ms <= 0)
        return json_null();
    clock_format(wall_ms, text);
    return json_string(text);
}

// The object when all went well, else NULL.
static json_t *whole(json_t *object, int failures)
{
    if (failures == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *json_parts_period(const struct period *period, const struct i18n *texts)
{
    char code[PERIOD_CODE_SIZE], first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    struct buf label = {0};
    json_t *object = json_object();
    int failures = 0;
    period_code(period, code);
    date_format_iso(period->first, first);
    date_format_iso(period->last, last);
    words_period(texts, period, &label);
    failures |= !buf_ok(&label);
    failures |= json_object_set_new(
        object, "kind", json_string(period_kind_name(period->kind)));
    failures |= json_object_set_new(object, "code", json_string(code));
    failures |= json_object_set_new(object, "from", json_string(first));
    failures |= json_object_set_new(object, "to", json_string(last));
    failures |=
        json_object_set_new(object, "label", json_string(buf_text(&label)));
    buf_free(&label);
    return whole(object, failures);
}

static json_t *silent_devices(const struct report_complete *complete)
{
    json_t *array = json_array();
    for (size_t i = 0; i < complete->silent_count; i++) {
        const struct report_silent *silent = &complete->silents[i];
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:o, s:I}", "name", silent->name,
                             "counter", silent->counter, "since",
                             json_parts_moment(silent->since), "unsent",
                             (json_int_t)silent->unsent));
    }
    // A row that found no memory is no row.
    if (json_array_size(array) != complete->silent_count) {
        json_decref(array);
        return NULL;
    }
    return array;
}

json_t *json_parts_complete(const struct report_complete *complete,
                            int32_t last)
{
    const struct {
        const char *key;
        int64_t count;
    } counts[] = {{"devices", complete->devices},
                  {"silent", complete->silent},
                  {"never_seen", complete->never_seen},
                  {"missing", complete->missing},
                  {"flagged_devices", complete->flagged},
                  {"duplicates", complete->duplicates},
                  {"unanchored", complete->unanchored},
                  {"unsent", complete->unsent}};
    json_t *object = json_object();
    int failures = json_object_set_new(
        object, "complete", json_boolean(state_is_complete(complete, last)));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        failures |= json_object_set_new(object, counts[i].key,
                                        json_integer(counts[i].count));
    failures |= json_object_set_new(
        object, "oldest_contact", json_parts_moment(complete->oldest_contact));
    failures |=
        json_object_set_new(object, "silent_devices", silent_devices(complete));
    return whole(object, failures);
}

json_t *json_parts_ledger(const struct report_head *heads, size_t count)
{
    json_t *array = json_array();
    int failures = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        failures |=
            json_object_set_new(object, "device", json_string(heads[i].device));
        failures |=
            json_object_set_new(object, "gen", json_integer(heads[i].gen));
        failures |=
            json_object_set_new(object, "to", json_integer(heads[i].to));
        failures |=
            json_object_set_new(object, "head", json_string(heads[i].head));
        failures |= json_array_append_new(array, object);
    }
    return whole(array, failures);
}

// --- Reading ----------------------------------------------------------------

static bool refuse(char *message, const char *where, const char *what)
{
    snprintf(message, JSON_MESSAGE_SIZE, "%s: %s", where, what);
    return false;
}

bool json_parts_read_count(const json_t *object, const char *key, int64_t *out,
                           char *message)
{
    int64_t value = 0;
    if (!json_get_int(object, key, &value) || value < 0)
        return refuse(message, key, "is no count");
    *out = value;
    return true;
}

bool json_parts_read_moment(const json_t *object, const char *key, int64_t *out,
                            char *message)
{
    const char *text;
    int64_t wall_ms = 0;
    if (!json_is_null(json_object_get(object, key)) &&
        (!json_get_text(object, key, &text) ||
         !clock_parse(text, strlen(text), &wall_ms)))
        return refuse(message, key, "is no time");
    *out = wall_ms;
    return true;
}

// Whoever reads the report reads the days.
static bool has_days(const json_t *object, const struct period *period,
                     struct buf *message)
{
    const char *from = "", *to = "";
    struct period days;
    bool has = json_get_text(object, "from", &from) &&
               json_get_text(object, "to", &to) &&
               period_parse_days(from, to, &days, message) &&
               days.first == period->first && days.last == period->last;
    if (!has && message->size == 0)
        buf_append_text(message, "from and to are not the days of its code");
    return has;
}

static bool parse_period(const json_t *object, const char *kind,
                         struct period *out, struct buf *message)
{
    const char *from = "", *to = "", *code = "";
    struct buf text = {0};
    if (strcmp(kind, period_kind_name(PERIOD_DAYS)) == 0)
        return json_get_text(object, "from", &from) &&
               json_get_text(object, "to", &to) &&
               period_parse_days(from, to, out, message);
    if (!json_get_text(object, "code", &code))
        return false;
    buf_printf(&text, "%s:%s", kind, code);
    bool done = period_parse(buf_text(&text), out, message) &&
                has_days(object, out, message);
    buf_free(&text);
    return done;
}

bool json_parts_read_period(const json_t *object, struct period *out,
                            char *message)
{
    const char *kind;
    struct buf why = {0};
    bool done = json_get_text(object, "kind", &kind) &&
                parse_period(object, kind, out, &why);
    if (!done)
        refuse(message, "period", why.size > 0 ? buf_text(&why) : "is missing");
    buf_free(&why);
    return done;
}

// Reports of before have none.
static bool read_silent_devices(const json_t *state,
                                struct report_complete *out, char *message)
{
    const json_t *array = json_object_get(state, "silent_devices");
    size_t count = json_array_size(array);
    if (array && !json_parts_read_count(state, "unsent", &out->unsent, message))
        return false;
    for (size_t i = 0; i < count && i < REPORT_SILENT_MAX; i++) {
        const json_t *object = json_array_get(array, i);
        struct report_silent *silent = &out->silents[out->silent_count++];
        if (!json_parts_read_moment(object, "since", &silent->since, message) ||
            !json_parts_read_count(object, "unsent", &silent->unsent, message))
            return false;
        if (!json_copy_text(object, "name", silent->name,
                            sizeof silent->name) ||
            !json_copy_text(object, "counter", silent->counter,
                            sizeof silent->counter)) {
            snprintf(message, JSON_MESSAGE_SIZE,
                     "silent_devices: one has no name or no counter");
            return false;
        }
    }
    return true;
}

bool json_parts_read_complete(const json_t *object, struct report_complete *out,
                              char *message)
{
    const json_t *state = json_object_get(object, "complete");
    struct report_complete read = {0};
    const struct {
        const char *key;
        int64_t *count;
    } counts[] = {
        {"devices", &read.devices},         {"silent", &read.silent},
        {"never_seen", &read.never_seen},   {"missing", &read.missing},
        {"flagged_devices", &read.flagged}, {"duplicates", &read.duplicates},
        {"unanchored", &read.unanchored}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (!json_parts_read_count(state, counts[i].key, counts[i].count,
                                   message))
            return false;
    }
    if (!json_parts_read_moment(state, "oldest_contact", &read.oldest_contact,
                                message) ||
        !json_parts_read_moment(object, "data_as_of", &read.data_as_of,
                                message))
        return false;
    if (!read_silent_devices(state, &read, message))
        return false;
    *out = read;
    return true;
}

static bool read_head(const json_t *object, struct report_head *out,
                      char *message)
{
    const char *device = "", *hash = "";
    if (!json_parts_read_count(object, "gen", &out->gen, message) ||
        !json_parts_read_count(object, "to", &out->to, message))
        return false;
    if (!json_get_text(object, "device", &device) ||
        !id_is_valid(device, strlen(device)))
        return refuse(message, "ledger", "names no device");
    if (!json_get_text(object, "head", &hash) ||
        strlen(hash) != sizeof out->head - 1)
        return refuse(message, "ledger", "holds no hash");
    memcpy(out->device, device, sizeof out->device);
    memcpy(out->head, hash, sizeof out->head);
    return true;
}

bool json_parts_read_ledger(const json_t *array, struct report_head **heads,
                            size_t *count, char *message)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct report_head head = {0};
        if (!read_head(json_array_get(array, i), &head, message))
            return false;
        if (!state_append_head(heads, count, &head))
            return refuse(message, "ledger", "does not fit into memory");
    }
    return true;
}
