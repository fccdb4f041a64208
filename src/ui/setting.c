#include "ui/setting.h"
#include "common/date.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

struct reader {
    const json_t *object;
    struct buf *message;
};

static bool refuse(const struct reader *r, const char *key, const char *what)
{
    buf_printf(r->message, "%s: %s", key, what);
    return false;
}

// The member, or NULL when it is missing or null: then the default holds.
static const json_t *member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

static bool read_text(const struct reader *r, const json_t *object,
                      const char *key, char *out, size_t size)
{
    const json_t *value = member(object, key);
    if (!value)
        return true;
    if (!json_is_string(value))
        return refuse(r, key, "is no text");
    struct buf nfc = {0};
    bool ok = text_append_nfc(json_string_value(value),
                              json_string_length(value), &nfc) &&
              nfc.size < size && strlen(buf_text(&nfc)) == nfc.size;
    if (ok)
        memcpy(out, buf_text(&nfc), nfc.size + 1);
    buf_free(&nfc);
    return ok || refuse(r, key, "is too long or no proper text");
}

// One of two words; `out` becomes 0 for the first and 1 for the second.
static bool read_choice(const struct reader *r, const char *key,
                        const char *first, const char *second, int *out)
{
    const json_t *value = member(r->object, key);
    if (!value)
        return true;
    const char *text = json_string_value(value);
    if (text && strcmp(text, first) == 0)
        *out = 0;
    else if (text && strcmp(text, second) == 0)
        *out = 1;
    else {
        buf_printf(r->message, "%s: must be \"%s\" or \"%s\"", key, first,
                   second);
        return false;
    }
    return true;
}

static bool read_int(const struct reader *r, const char *key, int64_t least,
                     int64_t most, int64_t *out)
{
    const json_t *value = member(r->object, key);
    if (!value)
        return true;
    int64_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    if (number < least || number > most) {
        buf_printf(r->message, "%s: must be a whole number from %lld to %lld",
                   key, (long long)least, (long long)most);
        return false;
    }
    *out = number;
    return true;
}

static bool read_unit(const struct reader *r, struct setting *out)
{
    const json_t *unit = member(r->object, "unit");
    if (unit && !json_is_object(unit))
        return refuse(r, "unit", "is no object");
    return read_text(r, unit, "code", out->unit_code, sizeof out->unit_code) &&
           read_text(r, unit, "name", out->unit_name, sizeof out->unit_name);
}

static bool read_names(const struct reader *r, const json_t *object,
                       struct setting_field *out)
{
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++)
        if (!read_text(r, object, i18n_code((enum i18n_language)i),
                       out->name[i], sizeof out->name[i]))
            return false;
    // A field that has one name only is shown with it in every language.
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++)
        if (!out->name[i][0])
            memcpy(out->name[i], out->name[I18N_VI], sizeof out->name[i]);
    return true;
}

static bool read_field(const struct reader *r, struct setting *out)
{
    const json_t *field = member(r->object, "field");
    if (field && !json_is_object(field))
        return refuse(r, "field", "is no object");
    return read_text(r, field, "code", out->field.code,
                     sizeof out->field.code) &&
           read_names(r, field, &out->field);
}

// Each with a code and a Vietnamese name, each code once.
static bool read_choice_of_field(const struct reader *r, const json_t *object,
                                 struct setting *out)
{
    struct setting_field *field = &out->fields[out->field_count];
    if (!json_is_object(object))
        return refuse(r, "fields", "holds something that is no object");
    if (!read_text(r, object, "code", field->code, sizeof field->code) ||
        !read_names(r, object, field))
        return false;
    if (!field->code[0] || !field->name[I18N_VI][0])
        return refuse(r, "fields", "one has no code or no name");
    for (size_t i = 0; i < out->field_count; i++)
        if (strcmp(out->fields[i].code, field->code) == 0)
            return refuse(r, "fields", "one stands there twice");
    out->field_count++;
    return true;
}

static bool read_fields(const struct reader *r, struct setting *out)
{
    const json_t *list = member(r->object, "fields");
    if (list && !json_is_array(list))
        return refuse(r, "fields", "is no list");
    if (json_array_size(list) > SETTING_FIELDS_MAX)
        return refuse(r, "fields", "has more than 8");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_choice_of_field(r, json_array_get(list, i), out))
            return false;
    return true;
}

static bool read_walk_up(const struct reader *r, struct setting *out)
{
    const json_t *value = member(r->object, "walk_up");
    const char *text = json_string_value(value);
    if (!value)
        out->walk_up = out->mode == RECORD_TRANSACTION ? FLOW_WALK_UP_OFF
                                                       : FLOW_WALK_UP_ON;
    else if (text && strcmp(text, "on") == 0)
        out->walk_up = FLOW_WALK_UP_ON;
    else if (text && strcmp(text, "off") == 0)
        out->walk_up = FLOW_WALK_UP_OFF;
    else if (text && strcmp(text, "fields") == 0)
        out->walk_up = FLOW_WALK_UP_FIELDS;
    else
        return refuse(r, "walk_up", "must be \"on\", \"off\" or \"fields\"");
    return out->walk_up != FLOW_WALK_UP_FIELDS || out->field_count > 0 ||
           refuse(r, "walk_up", "\"fields\" needs fields to choose from");
}

static bool read_privacy(const struct reader *r, struct setting *out)
{
    return pseudonym_keys_read(r->object, &out->privacy) ||
           refuse(r, "privacy",
                  "or transaction_keys is not what a server writes");
}

static bool read_numbers(const struct reader *r, struct setting *out)
{
    int64_t levels = out->levels, rating_s = out->rating_ms / 1000;
    int64_t volume = out->volume, contact_s = out->contact_ms / 1000;
    if (!json_get_int(r->object, "version", &out->version) || out->version < 0)
        return refuse(r, "version", "must be a whole number");
    if (!read_int(r, "levels", 3, 5, &levels) ||
        !read_int(r, "rating_s", 20, 180, &rating_s) ||
        !read_int(r, "volume", 0, 100, &volume) ||
        !read_int(r, "contact_s", 30, 3600, &contact_s))
        return false;
    if (levels == 4)
        return refuse(r, "levels", "must be 5 or 3");
    out->levels = (int)levels;
    out->rating_ms = rating_s * 1000;
    out->volume = (int)volume;
    out->contact_ms = contact_s * 1000;
    const json_t *test = member(r->object, "test");
    if (test && !json_is_boolean(test))
        return refuse(r, "test", "must be true or false");
    out->test = json_is_true(test);
    return true;
}

static bool read_words(const struct reader *r, struct setting *out)
{
    int transaction = 0, worst_first = 0, low = 0;
    if (!read_choice(r, "mode", "walk-up", "transaction", &transaction) ||
        !read_choice(r, "order", "best-first", "worst-first", &worst_first) ||
        !read_choice(r, "reasons", "all", "low", &low))
        return false;
    out->mode = transaction ? RECORD_TRANSACTION : RECORD_WALK_UP;
    out->order = worst_first ? RECORD_WORST_FIRST : RECORD_BEST_FIRST;
    out->reasons_low = low;
    return true;
}

// The name becomes part of a path: letters, digits and dashes only.
static bool is_name(const char *text)
{
    return *text &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool read_typing(const struct reader *r, struct setting *out)
{
    const json_t *value = member(r->object, "typing");
    return !value ||
           compose_find(json_string_value(value), &out->typing, &out->tones) ||
           refuse(r, "typing",
                  "must be \"telex\", \"telex-new\", \"vni\" or "
                  "\"vni-new\"");
}

static bool read_notice(const struct reader *r, const json_t *object,
                        struct setting_notice *out)
{
    const char *from = json_string_value(json_object_get(object, "from"));
    const char *to = json_string_value(json_object_get(object, "to"));
    return read_text(r, object, "vi", out->text[I18N_VI],
                     sizeof out->text[I18N_VI]) &&
           read_text(r, object, "en", out->text[I18N_EN],
                     sizeof out->text[I18N_EN]) &&
           ((from && to && date_parse_iso(from, &out->first) &&
             date_parse_iso(to, &out->last)) ||
            refuse(r, "notices", "needs from and to, such as \"2026-11-20\""));
}

static bool read_notices(const struct reader *r, struct setting *out)
{
    const json_t *list = member(r->object, "notices");
    if (!list)
        return true;
    if (!json_is_array(list) || json_array_size(list) > SETTING_NOTICES_MAX)
        return refuse(r, "notices", "is no list of at most 8");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_notice(r, json_array_get(list, i), &out->notices[i]))
            return false;
    out->notice_count = json_array_size(list);
    return true;
}

// A configuration from the future says so by its format. What it means is not
// guessed at.
static bool read_format(const struct reader *r)
{
    const json_t *value = member(r->object, "format");
    if (!value || (json_is_integer(value) && json_integer_value(value) >= 1 &&
                   json_integer_value(value) <= SETTING_FORMAT))
        return true;
    if (!json_is_integer(value))
        return refuse(r, "format", "must be a whole number");
    buf_printf(r->message,
               "format: %lld needs a newer program; this one, " HAILONG_VERSION
               ", reads up to %d",
               (long long)json_integer_value(value), SETTING_FORMAT);
    return false;
}

bool setting_read(const json_t *object, struct setting *out,
                  struct buf *message)
{
    const struct reader r = {object, message};
    struct setting read = {.survey = "quay",
                           .counter = "1",
                           .mode = RECORD_WALK_UP,
                           .levels = 5,
                           .order = RECORD_BEST_FIRST,
                           .rating_ms = 60000,
                           .contact_ms = 120000,
                           .volume = SETTING_VOLUME};
    if (!json_is_object(object))
        return refuse(&r, "configuration", "is no object");
    if (!read_format(&r) || !read_unit(&r, &read) || !read_field(&r, &read) ||
        !read_text(&r, object, "counter", read.counter, sizeof read.counter) ||
        !read_text(&r, object, "survey", read.survey, sizeof read.survey) ||
        !read_text(&r, object, "hotline", read.hotline, sizeof read.hotline) ||
        !read_words(&r, &read) || !read_typing(&r, &read) ||
        !read_fields(&r, &read) || !read_walk_up(&r, &read) ||
        !read_numbers(&r, &read) || !read_privacy(&r, &read) ||
        !read_notices(&r, &read) || !hours_read(object, &read.hours, message))
        return false;
    if (!read.counter[0])
        return refuse(&r, "counter", "is empty");
    if (!is_name(read.survey))
        return refuse(&r, "survey", "is no name of a question set");
    *out = read;
    return true;
}

const struct setting_field *setting_field(const struct setting *setting,
                                          const char *code)
{
    if (!code[0])
        return NULL;
    if (strcmp(setting->field.code, code) == 0)
        return &setting->field;
    for (size_t i = 0; i < setting->field_count; i++)
        if (strcmp(setting->fields[i].code, code) == 0)
            return &setting->fields[i];
    return NULL;
}
