// The configuration of a device: what the screen reads out of it, and that the
// server's writer and the screen's reader mean the same.
#include "fuzz/fuzz.h"
#include "office/configuration.h"
#include "ui/setting.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

static void check_nfc(const char *text, size_t size)
{
    fuzz_check_text(text, size);
    HOLDS(text_is_nfc(text, strlen(text)));
}

static void check(const struct setting *s)
{
    check_nfc(s->unit_code, sizeof s->unit_code);
    check_nfc(s->unit_name, sizeof s->unit_name);
    check_nfc(s->counter, sizeof s->counter);
    check_nfc(s->field.code, sizeof s->field.code);
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++)
        check_nfc(s->field.name[i], sizeof s->field.name[i]);
    check_nfc(s->hotline, sizeof s->hotline);
    HOLDS(s->version >= 0);
    HOLDS(s->counter[0] != '\0');
    HOLDS(s->levels == 5 || s->levels == 3);
    HOLDS(s->mode == RECORD_WALK_UP || s->mode == RECORD_TRANSACTION);
    HOLDS(s->rating_ms >= 20000 && s->rating_ms <= 180000);
    HOLDS(s->contact_ms >= 30000 && s->contact_ms <= 3600000);
    HOLDS(s->field_count <= SETTING_FIELDS_MAX);
    HOLDS(s->walk_up != FLOW_WALK_UP_FIELDS || s->field_count > 0);
    for (size_t i = 0; i < s->field_count; i++) {
        const struct setting_field *field = &s->fields[i];
        check_nfc(field->code, sizeof field->code);
        HOLDS(field->code[0] != '\0' && field->name[I18N_VI][0] != '\0');
        for (int j = 0; j < I18N_LANGUAGE_COUNT; j++)
            check_nfc(field->name[j], sizeof field->name[j]);
    }
    // It becomes the name of a file.
    HOLDS(s->survey[0] != '\0' && !strpbrk(s->survey, "/.\\"));
}

static void copy(char *out, size_t size, const char *text)
{
    HOLDS((size_t)snprintf(out, size, "%s", text) < size);
}

static const char *walk_up_word(const struct setting *s)
{
    return s->walk_up == FLOW_WALK_UP_ON    ? "on"
           : s->walk_up == FLOW_WALK_UP_OFF ? "off"
                                            : "fields";
}

static void check_fields(const struct setting *told,
                         const struct setting *heard)
{
    HOLDS(heard->walk_up == told->walk_up);
    HOLDS(heard->field_count == told->field_count);
    for (size_t i = 0; i < told->field_count; i++) {
        HOLDS(strcmp(heard->fields[i].code, told->fields[i].code) == 0);
        HOLDS(memcmp(heard->fields[i].name, told->fields[i].name,
                     sizeof told->fields[i].name[0]) == 0);
    }
}

// The server tells a device what `s` says; the device must understand `s`.
static void check_told(const struct setting *s)
{
    struct office_device device = {.id = ""};
    copy(device.unit, sizeof device.unit, s->unit_code);
    copy(device.counter, sizeof device.counter, s->counter);
    copy(device.field, sizeof device.field, s->field.code);
    const struct office_field field = {s->field.code, s->field.name[I18N_VI],
                                       s->field.name[I18N_EN]};
    struct office_field tiles[SETTING_FIELDS_MAX];
    for (size_t i = 0; i < s->field_count; i++)
        tiles[i] =
            (struct office_field){s->fields[i].code, s->fields[i].name[I18N_VI],
                                  s->fields[i].name[I18N_EN]};
    const struct office_defaults defaults = {
        .walk_up = walk_up_word(s),
        .tiles = tiles,
        .tile_count = s->field_count,
        .contact_s = (int)(s->contact_ms / 1000),
        .linked = s->privacy.linked,
        .unit_name = s->unit_name,
        .mode = s->mode == RECORD_WALK_UP ? "walk-up" : "transaction",
        .survey = s->survey,
        .levels = s->levels,
        .order = s->order == RECORD_BEST_FIRST ? "best-first" : "worst-first",
        .hotline = s->hotline,
        .rating_s = (int)(s->rating_ms / 1000),
        .reasons = s->reasons_low ? "low" : "all",
        .first_contact_s = -1,
        .heartbeat_s = -1,
        .test = s->test,
        .fields = &field,
        .field_count = 1};
    struct buf told = {0}, message = {0};
    char why[JSON_MESSAGE_SIZE];
    struct setting heard;
    HOLDS(office_configuration_build(&device, &defaults, NULL, s->version,
                                     &told));
    json_t *object = json_read(told.data, told.size, why);
    HOLDS(object);
    HOLDS(setting_read(object, &heard, &message));
    check(&heard);
    HOLDS(heard.version == s->version && heard.test == s->test);
    HOLDS(heard.levels == s->levels && heard.mode == s->mode);
    HOLDS(heard.order == s->order && heard.rating_ms == s->rating_ms);
    HOLDS(heard.reasons_low == s->reasons_low);
    HOLDS(strcmp(heard.unit_name, s->unit_name) == 0);
    HOLDS(strcmp(heard.counter, s->counter) == 0);
    HOLDS(strcmp(heard.survey, s->survey) == 0);
    HOLDS(strcmp(heard.hotline, s->hotline) == 0);
    HOLDS(heard.contact_ms == s->contact_ms);
    HOLDS(heard.privacy.linked == s->privacy.linked);
    check_fields(s, &heard);
    if (s->field.code[0] && s->field.name[I18N_VI][0])
        HOLDS(memcmp(heard.field.name, s->field.name,
                     sizeof s->field.name[0]) == 0);
    json_decref(object);
    buf_free(&told);
    buf_free(&message);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    char why[JSON_MESSAGE_SIZE] = "";
    struct buf message = {0};
    struct setting setting;
    fuzz_start();
    json_t *object = json_read((const char *)data, size, why);
    if (!object) {
        HOLDS(why[0] != '\0');
        return 0;
    }
    if (setting_read(object, &setting, &message)) {
        HOLDS(message.size == 0);
        check(&setting);
        check_told(&setting);
    } else {
        HOLDS(message.size > 0);
        fuzz_check_text(buf_text(&message), message.size + 1);
    }
    buf_free(&message);
    json_decref(object);
    return 0;
}
