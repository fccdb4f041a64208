// POST /api/v1/settings/devices/preview: which devices a document would change,
// and how, before it is saved.
#include "server/device_settings.h"
#include "common/file.h"
#include "office/device_settings.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include "survey/survey.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

// What holds but for the document, for any thread. The opening hours are
// borrowed from `hours`.
static struct office_defaults base_of(const struct server *server,
                                      const json_t *hours)
{
    struct office_defaults base = server->base;
    base.hours = json_object_get(hours, "hours");
    base.holidays = json_object_get(hours, "holidays");
    return base;
}

static bool is_told(const struct office_device *device)
{
    return device->kind == OFFICE_DEVICE_KIND_COUNTER &&
           device->state != OFFICE_DEVICE_REVOKED;
}

// --- Whether it suits -------------------------------------------------------

struct suiting {
    const json_t *body;
    struct office_defaults base;
    json_t *seen; // counters that have a device
    struct buf *message;
    bool suits;
};

static bool suit(struct suiting *work, const struct office_device *device,
                 const char *level, const char *code)
{
    struct buf why = {0};
    work->suits = device_settings_suit(work->body, device, &work->base, &why);
    if (!work->suits) {
        buf_printf(work->message, "%s%s%s.%s", level, *code ? "." : "", code,
                   buf_text(&why));
    }
    buf_free(&why);
    return work->suits;
}

static bool suit_device(void *ctx, const struct office_device *device)
{
    struct suiting *work = ctx;
    if (!is_told(device)) {
        return true;
    }
    json_object_set_new(work->seen, device->counter, json_true());
    return suit(work, device, "counters", device->counter);
}

// A counter without a device, and a point: as if one stood there.
static bool suit_levels(struct suiting *work, const char *name)
{
    const char *code;
    json_t *level;
    bool are_points = strcmp(name, "points") == 0;
    json_object_foreach(json_object_get(work->body, name), code, level)
    {
        struct office_device device = {.kind = OFFICE_DEVICE_KIND_COUNTER};
        snprintf(are_points ? device.point : device.counter, RECORD_CODE_SIZE,
                 "%s", code);
        bool known = !are_points && json_object_get(work->seen, code);
        if (!known && !suit(work, &device, name, code)) {
            return false;
        }
    }
    return true;
}

// --- Question sets ----------------------------------------------------------

static bool know_survey(const json_t *level, const char *where,
                        struct buf *message)
{
    char file[RECORD_CODE_SIZE + 16], path[PATH_MAX];
    struct buf why = {0};
    struct survey survey;
    const char *name = json_string_value(json_object_get(level, "survey"));
    if (!name) {
        return true;
    }
    snprintf(file, sizeof file, "surveys/%s.json", name);
    bool known = file_find_asset(file, path, sizeof path) &&
                 survey_load(path, &survey, &why);
    if (!known) {
        buf_printf(message,
                   "%.80s.survey: there is no question set \"%s\" for screens; "
                   "the page Quản trị lists those that there are",
                   where, name);
    }
    buf_free(&why);
    return known;
}

static bool know_surveys(const json_t *body, struct buf *message)
{
    static const char *const levels[] = {"points", "counters"};
    char where[RECORD_CODE_SIZE + 16];
    const char *code;
    json_t *level;
    if (!know_survey(json_object_get(body, "unit"), "unit", message)) {
        return false;
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        json_object_foreach(json_object_get(body, levels[i]), code, level)
        {
            snprintf(where, sizeof where, "%s.%s", levels[i], code);
            if (!know_survey(level, where, message)) {
                return false;
            }
        }
    }
    return true;
}

bool device_settings_suit_all(struct server *server, struct office *office,
                              const json_t *body, struct buf *message)
{
    static const struct office_device nowhere = {.counter = ""};
    struct suiting work = {.body = body,
                           .base = base_of(server, NULL),
                           .seen = json_object(),
                           .message = message,
                           .suits = true};
    bool suits = know_surveys(body, message) &&
                 suit(&work, &nowhere, "unit", "") &&
                 suit_levels(&work, "points");
    if (suits && office_list_devices(office, suit_device, &work) != OFFICE_OK) {
        buf_append_text(message, "the devices cannot be read; try again");
        work.suits = false;
    }
    suits = suits && work.suits && suit_levels(&work, "counters");
    json_decref(work.seen);
    return suits;
}

// --- What it would change ---------------------------------------------------

struct preview {
    struct office_defaults now, then;
    json_t *rows; // NULL: no memory
    json_int_t count;
};

static bool add_change(json_t *changes, const char *key, const json_t *from,
                       const json_t *to)
{
    json_t *nothing = json_null();
    return json_array_append_new(changes,
                                 json_pack("{s:s, s:O, s:O}", "key", key,
                                           "from", from ? from : nothing, "to",
                                           to ? to : nothing)) == 0;
}

// What differs, by key; NULL on no memory.
static json_t *compare(json_t *now, json_t *then)
{
    const char *key;
    json_t *value;
    json_t *changes = now && then ? json_array() : NULL;
    bool done = changes != NULL;
    json_object_foreach(then, key, value)
    {
        const json_t *before = json_object_get(now, key);
        if (done && (!before || !json_equal(before, value))) {
            done = add_change(changes, key, before, value);
        }
    }
    json_object_foreach(now, key, value)
    {
        if (done && !json_object_get(then, key)) {
            done = add_change(changes, key, value, NULL);
        }
    }
    if (!done) {
        json_decref(changes);
        return NULL;
    }
    return changes;
}

// `changes` is given up.
static bool add_row(json_t *rows, const struct office_device *device,
                    json_t *changes)
{
    if (json_array_size(changes) == 0) {
        json_decref(changes);
        return changes != NULL;
    }
    return json_array_append_new(
               rows,
               json_pack("{s:s, s:s, s:s, s:s, s:o}", "device", device->id,
                         "counter", device->counter, "point", device->point,
                         "name", device->name, "changes", changes)) == 0;
}

static bool preview_device(void *ctx, const struct office_device *device)
{
    struct preview *preview = ctx;
    if (!is_told(device)) {
        return true;
    }
    json_t *now = office_configuration_make(device, &preview->now, NULL, 0);
    json_t *then = office_configuration_make(device, &preview->then, NULL, 0);
    bool done = add_row(preview->rows, device, compare(now, then));
    json_decref(now);
    json_decref(then);
    preview->count++;
    if (!done) {
        json_decref(preview->rows);
        preview->rows = NULL;
    }
    return done;
}

// The server's own settings, by the keys of the document.
static json_t *describe_base(const struct office_defaults *base)
{
    static const char *const own[] = {"version", "unit",    "field",
                                      "privacy", "notices", "first_contact_s",
                                      "test",    "fields"};
    static const struct office_device nowhere = {.counter = ""};
    struct office_defaults plain = *base;
    plain.apart = NULL;
    json_t *object = office_configuration_make(&nowhere, &plain, NULL, 0);
    json_t *codes = json_array();
    for (size_t i = 0; i < base->tile_count; i++) {
        json_array_append_new(codes, json_string(base->tiles[i].code));
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        json_object_del(object, own[i]);
    }
    if (!object || json_object_set(object, "walk_up_fields", codes) != 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(codes);
    return object;
}

static enum office_result preview_all(struct server *server,
                                      struct office *office, const json_t *body,
                                      json_t **out)
{
    int64_t version;
    json_t *hours = documents_take(server->documents, "hours", &version);
    json_t *kept = documents_take(server->documents, "devices", &version);
    struct preview preview = {.now = base_of(server, hours),
                              .rows = json_array()};
    preview.then = preview.now;
    preview.now.apart = kept;
    preview.then.apart = body;
    enum office_result result =
        office_list_devices(office, preview_device, &preview);
    *out = preview.rows ? json_pack("{s:I, s:o, s:I, s:o}", "version",
                                    (json_int_t)version, "base",
                                    describe_base(&preview.now), "devices",
                                    preview.count, "changed", preview.rows)
                        : NULL;
    json_decref(kept);
    json_decref(hours);
    return result;
}

// NULL: the reply is set.
static json_t *read_body(struct request *request)
{
    struct buf message = {0};
    json_t *object = request_object(request);
    json_t *body = json_incref(json_object_get(object, "body"));
    if (object && !json_is_object(body)) {
        buf_append_text(&message,
                        "body: is no object; send the whole document");
    } else if (object) {
        document_check(document_find("devices"), body, &message);
    }
    if (message.size > 0) {
        reply_unreadable(request, &message);
        json_decref(body);
        body = NULL;
    }
    json_decref(object);
    return body;
}

enum handling preview_devices_handle(struct request *request)
{
    struct server *server = request->server;
    struct buf message = {0};
    json_t *answer = NULL, *body = read_body(request);
    if (!body) {
        return HANDLING_DONE;
    }
    struct office *office = readers_take(server->readers);
    bool suits = device_settings_suit_all(server, office, body, &message);
    enum office_result result =
        suits ? preview_all(server, office, body, &answer) : OFFICE_OK;
    readers_give(server->readers, office);
    if (!suits) {
        reply_unreadable(request, &message);
    } else if (result != OFFICE_OK) {
        json_decref(answer);
        reply_office_failure(request, result);
    } else {
        reply_json(request, 200, answer);
    }
    json_decref(body);
    return HANDLING_DONE;
}
