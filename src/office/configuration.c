#include "office/configuration.h"
#include "common/json.h"
#include <string.h>

static bool set_text(json_t *object, const char *key, const char *text)
{
    return !text || text[0] == '\0' ||
           json_object_set_new(object, key, json_string(text)) == 0;
}

static bool set_number(json_t *object, const char *key, int number)
{
    return number < 0 ||
           json_object_set_new(object, key, json_integer(number)) == 0;
}

static bool set_value(json_t *object, const char *key, const json_t *value)
{
    return !value ||
           json_object_set_new(object, key, json_deep_copy(value)) == 0;
}

static json_t *make_tile(const struct office_field *field)
{
    return json_pack("{s:s, s:s, s:s}", "code", field->code, "vi", field->vi,
                     "en", field->en);
}

static bool set_tiles(json_t *object, const struct office_defaults *defaults)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < defaults->tile_count; i++) {
        ok = json_array_append_new(list, make_tile(&defaults->tiles[i])) == 0;
    }
    if (ok && defaults->tile_count > 0) {
        ok = json_object_set(object, "fields", list) == 0;
    }
    json_decref(list);
    return ok;
}

static json_t *make_unit(const struct office_device *device,
                         const struct office_defaults *defaults)
{
    return json_pack("{s:s, s:s}", "code", device->unit, "name",
                     defaults->unit_name ? defaults->unit_name : "");
}

static json_t *make_field(const struct office_device *device,
                          const struct office_defaults *defaults)
{
    const char *code = device->field;
    if (code[0] == '\0') {
        return json_null();
    }
    for (size_t i = 0; i < defaults->field_count; i++) {
        const struct office_field *field = &defaults->fields[i];
        if (strcmp(field->code, code) == 0) {
            return make_tile(field);
        }
    }
    return json_pack("{s:s, s:s, s:s}", "code", code, "vi", code, "en", code);
}

bool office_configuration_build(const struct office_device *device,
                                const struct office_defaults *defaults,
                                const json_t *keys, int64_t version,
                                struct buf *out)
{
    json_t *object = json_object();
    bool ok =
        object &&
        json_object_set_new(object, "version", json_integer(version)) == 0 &&
        json_object_set_new(object, "unit", make_unit(device, defaults)) == 0 &&
        set_text(object, "counter", device->counter) &&
        json_object_set_new(object, "field", make_field(device, defaults)) ==
            0 &&
        set_text(object, "mode", defaults->mode) &&
        set_text(object, "walk_up", defaults->walk_up) &&
        set_tiles(object, defaults) &&
        set_number(object, "contact_s", defaults->contact_s) &&
        set_text(object, "privacy",
                 defaults->linked ? "linked" : "anonymous") &&
        set_value(object, "transaction_keys", keys) &&
        set_text(object, "survey", defaults->survey) &&
        set_number(object, "levels", defaults->levels) &&
        set_text(object, "order", defaults->order) &&
        set_text(object, "hotline", defaults->hotline) &&
        set_number(object, "rating_s", defaults->rating_s) &&
        set_text(object, "reasons", defaults->reasons) &&
        set_number(object, "first_contact_s", defaults->first_contact_s) &&
        set_number(object, "heartbeat_s", defaults->heartbeat_s) &&
        set_text(object, "typing", defaults->typing) &&
        set_number(object, "volume", defaults->volume) &&
        set_value(object, "hours", defaults->hours) &&
        set_value(object, "holidays", defaults->holidays) &&
        set_value(object, "notices", defaults->notices) &&
        json_object_set_new(object, "test", json_boolean(defaults->test)) ==
            0 &&
        json_write(object, out);
    json_decref(object);
    return ok;
}
