#include "support/json_shape.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/ids.h"
#include "vietnamese/text.h"
#include <regex.h>
#include <string.h>

enum { PART_SIZE = 128 };

static bool complain(struct buf *why, const char *what, const json_t *about)
{
    if (why) {
        char *text = json_dumps(about, JSON_ENCODE_ANY | JSON_COMPACT);
        buf_printf(why, "%s: %.300s", what, text ? text : "?");
        free(text);
    }
    return false;
}

const json_t *json_shape_resolve(const json_t *document, const json_t *node)
{
    const char *path = json_string_value(json_object_get(node, "$ref"));
    if (!path) {
        return node;
    }
    const json_t *found = document;
    for (path += strncmp(path, "#/", 2) == 0 ? 2 : 0; *path;) {
        char part[PART_SIZE];
        size_t size = strcspn(path, "/");
        if (size >= sizeof part) {
            return NULL;
        }
        memcpy(part, path, size);
        part[size] = '\0';
        found = json_object_get(found, part);
        path += size + (path[size] == '/');
    }
    return json_shape_resolve(document, found);
}

static bool is_type(const char *type, const json_t *value)
{
    return strcmp(type, "string") == 0    ? json_is_string(value)
           : strcmp(type, "integer") == 0 ? json_is_integer(value)
           : strcmp(type, "number") == 0  ? json_is_number(value)
           : strcmp(type, "boolean") == 0 ? json_is_boolean(value)
           : strcmp(type, "array") == 0   ? json_is_array(value)
           : strcmp(type, "object") == 0  ? json_is_object(value)
           : strcmp(type, "null") == 0    ? json_is_null(value)
                                          : false;
}

static bool fits_type(const json_t *type, const json_t *value)
{
    size_t i;
    const json_t *one;
    if (json_is_string(type)) {
        return is_type(json_string_value(type), value);
    }
    json_array_foreach(type, i, one)
    {
        if (is_type(json_string_value(one), value)) {
            return true;
        }
    }
    return false;
}

static bool fits_pattern(const char *pattern, const char *text)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        return false;
    }
    bool fits = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return fits;
}

static bool fits_format(const char *format, const char *text)
{
    int64_t at;
    int32_t day;
    return strcmp(format, "date-time") == 0
               ? clock_parse(text, strlen(text), &at)
           : strcmp(format, "date") == 0 ? date_parse_iso(text, &day)
           : strcmp(format, "uuid") == 0 ? id_is_valid(text, strlen(text))
           : strcmp(format, "uri") == 0  ? strstr(text, "://") != NULL
                                         : false;
}

static bool fits_enum(const json_t *values, const json_t *value)
{
    size_t i;
    const json_t *one;
    json_array_foreach(values, i, one)
    {
        if (json_equal(one, value)) {
            return true;
        }
    }
    return false;
}

static bool fits_any(const json_t *document, const json_t *schemas,
                     const json_t *value)
{
    size_t i;
    const json_t *one;
    json_array_foreach(schemas, i, one)
    {
        if (json_shape_fits(document, one, value, NULL)) {
            return true;
        }
    }
    return false;
}

static bool fits_properties(const json_t *document, const json_t *schema,
                            const json_t *value, struct buf *why)
{
    const char *key;
    json_t *member;
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *known = json_object_get(schema, "properties");
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        const json_t *own = json_object_get(known, key);
        own = own ? own : others;
        if (!own) {
            return complain(why, key, json_true()) ||
                   complain(why, " is not told of by", schema);
        }
        if (!json_is_true(own) &&
            !json_shape_fits(document, own, member, why)) {
            return complain(why, "\n in", json_null()) ||
                   complain(why, key, member);
        }
    }
    return true;
}

static bool fits_required(const json_t *names, const json_t *value,
                          struct buf *why)
{
    size_t i;
    const json_t *name;
    json_array_foreach(names, i, name)
    {
        if (!json_object_get(value, json_string_value(name))) {
            return complain(why, "missing", name);
        }
    }
    return true;
}

static bool fits_items(const json_t *document, const json_t *schema,
                       const json_t *value, struct buf *why)
{
    size_t i;
    const json_t *item;
    json_array_foreach(value, i, item)
    {
        if (!json_shape_fits(document, schema, item, why)) {
            return false;
        }
    }
    return true;
}

// Keywords say something about values of their own type alone.
static bool fits_keyword(const json_t *document, const json_t *schema,
                         const char *key, const json_t *rule,
                         const json_t *value, struct buf *why)
{
    static const char *const words[] = {"description", "default", "title",
                                        "contentEncoding", "properties"};
    const char *text = json_string_value(value);
    double number = json_number_value(value), bound = json_number_value(rule);
    size_t letters = text ? text_letters(text, strlen(text)) : 0;
    size_t size = json_array_size(value);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(key, words[i]) == 0) {
            return true;
        }
    }
    if (strcmp(key, "type") == 0) {
        return fits_type(rule, value) || complain(why, "type", schema);
    }
    if (strcmp(key, "const") == 0) {
        return json_equal(rule, value) || complain(why, "const", rule);
    }
    if (strcmp(key, "enum") == 0) {
        return fits_enum(rule, value) || complain(why, "enum", rule);
    }
    if (strcmp(key, "anyOf") == 0) {
        return fits_any(document, rule, value) || complain(why, "anyOf", rule);
    }
    if (strcmp(key, "required") == 0) {
        return !json_is_object(value) || fits_required(rule, value, why);
    }
    if (strcmp(key, "additionalProperties") == 0) {
        return true; // with the properties
    }
    if (strcmp(key, "items") == 0) {
        return fits_items(document, rule, value, why);
    }
    if (strcmp(key, "minItems") == 0) {
        return !json_is_array(value) || (double)size >= bound ||
               complain(why, key, rule);
    }
    if (strcmp(key, "maxItems") == 0) {
        return !json_is_array(value) || (double)size <= bound ||
               complain(why, key, rule);
    }
    if (strcmp(key, "minimum") == 0) {
        return !json_is_number(value) || number >= bound ||
               complain(why, key, rule);
    }
    if (strcmp(key, "maximum") == 0) {
        return !json_is_number(value) || number <= bound ||
               complain(why, key, rule);
    }
    if (strcmp(key, "minLength") == 0) {
        return !text || (double)letters >= bound || complain(why, key, rule);
    }
    if (strcmp(key, "maxLength") == 0) {
        return !text || (double)letters <= bound || complain(why, key, rule);
    }
    if (strcmp(key, "pattern") == 0) {
        return !text || fits_pattern(json_string_value(rule), text) ||
               complain(why, key, rule);
    }
    if (strcmp(key, "format") == 0) {
        return !text || fits_format(json_string_value(rule), text) ||
               complain(why, "format", rule);
    }
    return complain(why, "a keyword that is not known", schema);
}

bool json_shape_fits(const json_t *document, const json_t *schema,
                     const json_t *value, struct buf *why)
{
    const char *key;
    json_t *rule;
    schema = json_shape_resolve(document, schema);
    if (!json_is_object(schema)) {
        return complain(why, "no schema for", value);
    }
    json_object_foreach((json_t *)(uintptr_t)schema, key, rule)
    {
        if (!fits_keyword(document, schema, key, rule, value, why)) {
            return complain(why, "\n which has", value);
        }
    }
    bool names_members = json_object_get(schema, "properties") ||
                         json_object_get(schema, "additionalProperties");
    return !json_is_object(value) || !names_members ||
           fits_properties(document, schema, value, why);
}
