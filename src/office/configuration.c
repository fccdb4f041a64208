#include "office/configuration.h"
#include "common/json.h"
#include "office/device_settings.h"
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

json_t *office_configuration_make(const struct office_device *device,
                                  const struct office_defaults *defaults,
                                  const json_t *keys, int64_t version)
{
    struct device_effect effect;
    device_settings_apply(defaults->apart, device, defaults, &effect);
    const struct office_defaults *own = &effect.defaults;
    json_t *object = json_object();
    bool ok =
        object &&
        json_object_set_new(object, "version", json_integer(version)) == 0 &&
        json_object_set_new(object, "unit", make_unit(device, own)) == 0 &&
        set_text(object, "counter", device->counter) &&
        json_object_set_new(object, "field", make_field(device, own)) == 0 &&
        set_text(object, "mode", own->mode) &&
        set_text(object, "walk_up", own->walk_up) && set_tiles(object, own) &&
        set_number(object, "contact_s", own->contact_s) &&
        set_text(object, "privacy", own->linked ? "linked" : "anonymous") &&
        set_value(object, "transaction_keys", keys) &&
        set_text(object, "survey", own->survey) &&
        set_number(object, "levels", own->levels) &&
        set_text(object, "order", own->order) &&
        set_text(object, "hotline", own->hotline) &&
        set_number(object, "rating_s", own->rating_s) &&
        set_text(object, "reasons", own->reasons) &&
        set_number(object, "first_contact_s", own->first_contact_s) &&
        set_number(object, "heartbeat_s", own->heartbeat_s) &&
        set_text(object, "typing", own->typing) &&
        set_number(object, "volume", own->volume) &&
        set_value(object, "hours", own->hours) &&
        set_value(object, "holidays", own->holidays) &&
        set_value(object, "notices", own->notices) &&
        json_object_set_new(object, "test", json_boolean(own->test)) == 0;
    if (!ok) {
        json_decref(object);
        return NULL;
    }
    return object;
}

bool office_configuration_build(const struct office_device *device,
                                const struct office_defaults *defaults,
                                const json_t *keys, int64_t version,
                                struct buf *out)
{
    json_t *object = office_configuration_make(device, defaults, keys, version);
    bool ok = object && json_write(object, out);
    json_decref(object);
    return ok;
}
