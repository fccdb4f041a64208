#include "office/device_settings.h"
#include "common/ids.h"
#include "ledger/record.h"
#include "survey/hours.h"
#include "vietnamese/text.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind { WORD, NUMBER, TEXT, FIELDS, HOURS, HOLIDAYS };

static const char *const MODES[] = {"walk-up", "transaction", NULL};
static const char *const WALK_UPS[] = {"off", "on", "fields", NULL};
static const char *const ORDERS[] = {"best-first", "worst-first", NULL};
static const char *const REASONS[] = {"all", "low", NULL};
static const char *const TYPINGS[] = {"telex", "telex-new", "vni", "vni-new",
                                      NULL};

static const struct value {
    const char *key;
    enum kind kind;
    size_t offset; // of its member in the defaults; not of the last three
    const char *const *words;
    int least, most;
} VALUES[] = {
    {"volume", NUMBER, offsetof(struct office_defaults, volume), NULL, 0, 100},
    {"typing", WORD, offsetof(struct office_defaults, typing), TYPINGS, 0, 0},
    {"survey", TEXT, offsetof(struct office_defaults, survey), NULL, 0, 0},
    {"levels", NUMBER, offsetof(struct office_defaults, levels), NULL, 3, 5},
    {"order", WORD, offsetof(struct office_defaults, order), ORDERS, 0, 0},
    {"reasons", WORD, offsetof(struct office_defaults, reasons), REASONS, 0, 0},
    {"rating_s", NUMBER, offsetof(struct office_defaults, rating_s), NULL, 20,
     180},
    {"mode", WORD, offsetof(struct office_defaults, mode), MODES, 0, 0},
    {"walk_up", WORD, offsetof(struct office_defaults, walk_up), WALK_UPS, 0,
     0},
    {"walk_up_fields", FIELDS, 0, NULL, 0, 0},
    {"contact_s", NUMBER, offsetof(struct office_defaults, contact_s), NULL, 30,
     3600},
    {"heartbeat_s", NUMBER, offsetof(struct office_defaults, heartbeat_s), NULL,
     5, 60},
    {"hotline", TEXT, offsetof(struct office_defaults, hotline), NULL, 0, 0},
    {"hours", HOURS, 0, NULL, 0, 0},
    {"holidays", HOLIDAYS, 0, NULL, 0, 0}};
enum { VALUE_COUNT = sizeof VALUES / sizeof *VALUES };

const char *const DEVICE_SETTINGS_MEMBERS[] = {"unit", "points", "counters",
                                               NULL};
static const struct value *find_value(const char *key)
{
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        if (strcmp(VALUES[i].key, key) == 0) {
            return &VALUES[i];
        }
    }
    return NULL;
}

// --- Checking ---------------------------------------------------------------

// Where a value stands: "counters.3.volume: " goes before what is wrong.
struct place {
    const char *level, *code; // code NULL: the unit
    struct buf *message;
};

static bool refuse(const struct place *place, const char *key, const char *what)
{
    if (place->code) {
        buf_printf(place->message, "%s.%.64s.%.64s: %s", place->level,
                   place->code, key, what);
    } else {
        buf_printf(place->message, "%s.%.64s: %s", place->level, key, what);
    }
    return false;
}

static bool refuse_words(const struct place *place, const struct value *value)
{
    refuse(place, value->key, "must be");
    for (const char *const *word = value->words; *word; word++) {
        buf_printf(place->message, "%s \"%s\"",
                   word == value->words ? ""
                   : word[1]            ? ","
                                        : " or",
                   *word);
    }
    return false;
}

static bool check_word(const struct place *place, const struct value *value,
                       const json_t *given)
{
    const char *text = json_string_value(given);
    for (const char *const *word = value->words; text && *word; word++) {
        if (strcmp(*word, text) == 0) {
            return true;
        }
    }
    return refuse_words(place, value);
}

static bool check_number(const struct place *place, const struct value *value,
                         const json_t *given)
{
    json_int_t number = json_integer_value(given);
    if (!json_is_integer(given) || number < value->least ||
        number > value->most) {
        refuse(place, value->key, "must be a whole number");
        buf_printf(place->message, " from %d to %d", value->least, value->most);
        return false;
    }
    return strcmp(value->key, "levels") != 0 || number != 4 ||
           refuse(place, value->key, "give 5 or 3");
}

// One line, as a screen shows it; "" is a text too: no hotline.
static bool check_text(const struct place *place, const char *key,
                       const json_t *given, size_t size)
{
    const char *text = json_string_value(given);
    size_t length = json_string_length(given);
    bool plain = text && length < size && text_is_nfc(text, length);
    for (size_t i = 0; plain && i < length; i++) {
        plain = (unsigned char)text[i] >= ' ' && text[i] != 0x7f;
    }
    return plain ||
           refuse(place, key, "must be one short line of plain text in NFC");
}

// The name becomes a part of a path.
static bool check_survey(const struct place *place, const json_t *given)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *text = json_string_value(given);
    return (text && text[0] != '\0' && strlen(text) < RECORD_CODE_SIZE &&
            text[strspn(text, letters)] == '\0') ||
           refuse(place, "survey",
                  "must be the name of a question set, such as \"quay\"");
}

static bool is_code_before(const json_t *list, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (json_equal(json_array_get(list, i), json_array_get(list, at))) {
            return true;
        }
    }
    return false;
}

static bool check_fields(const struct place *place, const json_t *given)
{
    size_t count = json_array_size(given);
    bool good = count > 0 && count <= DEVICE_SETTINGS_TILES;
    for (size_t i = 0; good && i < count; i++) {
        const char *code = json_string_value(json_array_get(given, i));
        good = code && code[0] != '\0' && strlen(code) < RECORD_CODE_SIZE &&
               !is_code_before(given, i);
    }
    return good || refuse(place, "walk_up_fields",
                          "must be a list of 1 to 8 codes of fields, each "
                          "once");
}

// Of the week or of the days on which all is closed.
static bool check_hours(const struct place *place, const char *key,
                        const json_t *level)
{
    struct hours hours;
    struct buf why = {0};
    if (!place->code) {
        return refuse(place, key,
                      "of the whole unit stand in the settings hours");
    }
    json_t *own = json_pack("{s:O}", key, json_object_get(level, key));
    bool good = own && hours_read(own, &hours, &why);
    if (!good) {
        buf_printf(place->message, "%s.%.64s.%s", place->level, place->code,
                   why.size > 0 ? buf_text(&why) : "hours: out of memory");
    }
    json_decref(own);
    buf_free(&why);
    return good;
}

static bool check_value(const struct place *place, const struct value *value,
                        const json_t *given, const json_t *level)
{
    switch (value->kind) {
    case WORD:
        return check_word(place, value, given);
    case NUMBER:
        return check_number(place, value, given);
    case TEXT:
        return strcmp(value->key, "survey") == 0
                   ? check_survey(place, given)
                   : check_text(place, value->key, given, RECORD_CODE_SIZE);
    case FIELDS:
        return check_fields(place, given);
    case HOURS:
    case HOLIDAYS:
        break;
    }
    return check_hours(place, value->key, level);
}

static bool refuse_key(const struct place *place, const char *key)
{
    refuse(place, key, "is not known here; write");
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        buf_printf(place->message, " %s", VALUES[i].key);
    }
    return false;
}

static bool check_level(const struct place *place, json_t *level)
{
    const char *key;
    json_t *given;
    bool is_point = strcmp(place->level, "points") == 0;
    if (!json_is_object(level)) {
        return refuse(place, "", "is no object; write {\"volume\":40}");
    }
    json_object_foreach(level, key, given)
    {
        const struct value *value = find_value(key);
        bool is_name = is_point && strcmp(key, "name") == 0;
        if (is_name ? !check_text(place, key, given, OFFICE_NAME_SIZE)
            : value ? !check_value(place, value, given, level)
                    : !refuse_key(place, key)) {
            return false;
        }
    }
    return true;
}

static bool check_levels(const json_t *document, const char *name,
                         struct buf *message)
{
    const char *code;
    json_t *level, *levels = json_object_get(document, name);
    if (levels && !json_is_object(levels)) {
        buf_printf(message, "%s: is no object; write {\"3\":{\"volume\":40}}",
                   name);
        return false;
    }
    json_object_foreach(levels, code, level)
    {
        const struct place place = {name, code, message};
        if (code[0] == '\0' || strlen(code) >= RECORD_CODE_SIZE) {
            buf_printf(message, "%s: a code is empty or too long", name);
            return false;
        }
        if (!check_level(&place, level)) {
            return false;
        }
    }
    return true;
}

bool device_settings_check(const json_t *document, struct buf *message)
{
    const struct place unit = {"unit", NULL, message};
    json_t *level = json_object_get(document, "unit");
    return (!level || check_level(&unit, level)) &&
           check_levels(document, "points", message) &&
           check_levels(document, "counters", message);
}

// --- Applying ---------------------------------------------------------------

static void add_tile(struct device_effect *out, const struct office_field *tile)
{
    if (out->defaults.tile_count < DEVICE_SETTINGS_TILES) {
        out->tiles[out->defaults.tile_count++] = *tile;
    }
}

static const struct office_field *
find_field(const struct office_defaults *defaults, const char *code)
{
    for (size_t i = 0; i < defaults->field_count; i++) {
        if (strcmp(defaults->fields[i].code, code) == 0) {
            return &defaults->fields[i];
        }
    }
    return NULL;
}

static void apply_fields(const json_t *given, struct device_effect *out)
{
    out->defaults.tile_count = 0;
    for (size_t i = 0; i < json_array_size(given); i++) {
        const char *code = json_string_value(json_array_get(given, i));
        const struct office_field *field =
            code ? find_field(&out->defaults, code) : NULL;
        if (field) {
            add_tile(out, field);
        }
    }
}

static void apply_value(const struct value *value, const json_t *given,
                        struct device_effect *out)
{
    char *member = (char *)&out->defaults + value->offset;
    switch (value->kind) {
    case WORD:
    case TEXT:
        *(const char **)(void *)member = json_string_value(given);
        break;
    case NUMBER:
        *(int *)(void *)member = (int)json_integer_value(given);
        break;
    case FIELDS:
        apply_fields(given, out);
        break;
    case HOURS:
        out->defaults.hours = given;
        break;
    case HOLIDAYS:
        out->defaults.holidays = given;
        break;
    }
}

static void apply_level(const json_t *level, struct device_effect *out)
{
    const char *key;
    json_t *given;
    const char *mode = json_string_value(json_object_get(level, "mode"));
    if (mode) {
        out->defaults.walk_up = strcmp(mode, "walk-up") == 0 ? "on" : "off";
    }
    json_object_foreach((json_t *)level, key, given)
    {
        const struct value *value = find_value(key);
        if (value) {
            apply_value(value, given, out);
        }
    }
}

static const json_t *level_of(const json_t *document, const char *name,
                              const char *code)
{
    return code[0] != '\0'
               ? json_object_get(json_object_get(document, name), code)
               : NULL;
}

// Tiles are for the choice alone. Without a list: the first fields that there
// are.
static void settle_tiles(struct device_effect *out)
{
    const struct office_defaults *defaults = &out->defaults;
    bool named = defaults->tile_count > 0;
    if (!defaults->walk_up || strcmp(defaults->walk_up, "fields") != 0) {
        out->defaults.tile_count = 0;
        return;
    }
    for (size_t i = 0; !named && i < defaults->field_count; i++) {
        add_tile(out, &defaults->fields[i]);
    }
}

void device_settings_apply(const json_t *document,
                           const struct office_device *device,
                           const struct office_defaults *base,
                           struct device_effect *out)
{
    out->defaults = *base;
    out->defaults.tiles = out->tiles;
    out->defaults.tile_count = 0;
    for (size_t i = 0; i < base->tile_count; i++) {
        add_tile(out, &base->tiles[i]);
    }
    apply_level(json_object_get(document, "unit"), out);
    apply_level(level_of(document, "points", device->point), out);
    apply_level(level_of(document, "counters", device->counter), out);
    settle_tiles(out);
}

json_t *device_settings_hours(const json_t *document, const json_t *unit,
                              const char *point, const char *counter)
{
    struct device_effect effect;
    struct office_device device = {0};
    const struct office_defaults base = {
        .hours = json_object_get(unit, "hours"),
        .holidays = json_object_get(unit, "holidays")};
    snprintf(device.point, sizeof device.point, "%s", point);
    snprintf(device.counter, sizeof device.counter, "%s", counter);
    device_settings_apply(document, &device, &base, &effect);
    return json_pack("{s:O*, s:O*}", "hours", effect.defaults.hours, "holidays",
                     effect.defaults.holidays);
}

// --- Whether it suits -------------------------------------------------------

static bool know_fields(const json_t *level, const struct office_defaults *base,
                        struct buf *message)
{
    const json_t *list = json_object_get(level, "walk_up_fields");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *code = json_string_value(json_array_get(list, i));
        if (code && !find_field(base, code)) {
            buf_printf(message,
                       "walk_up_fields: \"%.64s\" is no field of the unit",
                       code);
            return false;
        }
    }
    return true;
}

bool device_settings_suit(const json_t *document,
                          const struct office_device *device,
                          const struct office_defaults *base,
                          struct buf *message)
{
    struct device_effect effect;
    if (!know_fields(json_object_get(document, "unit"), base, message) ||
        !know_fields(level_of(document, "points", device->point), base,
                     message) ||
        !know_fields(level_of(document, "counters", device->counter), base,
                     message)) {
        return false;
    }
    device_settings_apply(document, device, base, &effect);
    const struct office_defaults *own = &effect.defaults;
    if (strcmp(own->mode, "walk-up") == 0 && strcmp(own->walk_up, "off") == 0) {
        buf_append_text(message, "walk_up: off would leave the counter without "
                                 "a way to rate; say mode transaction with it");
        return false;
    }
    if (strcmp(own->walk_up, "fields") == 0 && own->tile_count == 0) {
        buf_append_text(message, "walk_up: fields needs fields to choose from; "
                                 "name them in walk_up_fields");
        return false;
    }
    return true;
}
