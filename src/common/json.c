#include "common/json.h"
#include "common/date.h"
#include "common/json_memory.h"
#include <stdio.h>
#include <string.h>

// jansson bounds nesting at 2,048 only; ours is bounded before it reads, by
// counting brackets outside texts.
static bool is_too_deep(const char *bytes, size_t size, size_t *out_at)
{
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];
        if (in_text && c == '\\') {
            i++;
        } else if (c == '"') {
            in_text = !in_text;
        } else if (!in_text && (c == '{' || c == '[')) {
            if (++depth > JSON_DEPTH_MAX) {
                *out_at = i;
                return true;
            }
        } else if (!in_text && (c == '}' || c == ']')) {
            depth--;
        }
    }
    return false;
}

// jansson may quote a part of a character. The message goes into answers and
// databases: it stays UTF-8, which jansson itself tells.
static void mend(char *message)
{
    json_t *text = json_string(message);
    for (char *c = message; !text && *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    json_decref(text);
}

json_t *json_read(const char *bytes, size_t size, char *message)
{
    size_t at;
    const char *nul = size ? memchr(bytes, '\0', size) : NULL;
    if (nul) {
        snprintf(message, JSON_MESSAGE_SIZE, "NUL byte at offset %zu",
                 (size_t)(nul - bytes));
        return NULL;
    }
    if (is_too_deep(bytes, size, &at)) {
        snprintf(message, JSON_MESSAGE_SIZE,
                 "nested deeper than %d at offset %zu", JSON_DEPTH_MAX, at);
        return NULL;
    }
    struct json_reading reading;
    if (!json_reading_begin(&reading, bytes, size)) {
        snprintf(message, JSON_MESSAGE_SIZE, "out of memory");
        return NULL;
    }
    json_error_t error;
    json_t *value =
        json_loadb(reading.bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (json_reading_ran_out(&reading)) {
        snprintf(message, JSON_MESSAGE_SIZE, "out of memory");
        json_decref(value);
        value = NULL;
    } else if (!value) {
        snprintf(message, JSON_MESSAGE_SIZE, "line %d, column %d: %.150s",
                 error.line, error.column, error.text);
        mend(message);
    }
    json_reading_end(&reading);
    return value;
}

static int append_chunk(const char *bytes, size_t size, void *ctx)
{
    struct buf *out = ctx;
    buf_append(out, bytes, size);
    return buf_ok(out) ? 0 : -1;
}

bool json_write(const json_t *value, struct buf *out)
{
    return json_dump_callback(value, append_chunk, out,
                              JSON_COMPACT | JSON_ENCODE_ANY) == 0 &&
           buf_ok(out);
}

bool json_get_text(const json_t *object, const char *key, const char **out_text)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return false;
    *out_text = json_string_value(value);
    return true;
}

bool json_get_day(const json_t *object, const char *key, int32_t *out_day)
{
    const char *text;
    return json_get_text(object, key, &text) && date_parse_iso(text, out_day);
}

bool json_get_int(const json_t *object, const char *key, int64_t *out_number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        return false;
    *out_number = json_integer_value(value);
    return true;
}

bool json_get_bool(const json_t *object, const char *key, bool *out_value)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_boolean(value))
        return false;
    *out_value = json_is_true(value);
    return true;
}

bool json_copy_text(const json_t *object, const char *key, char *out,
                    size_t size)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value) || json_string_length(value) >= size)
        return false;
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return true;
}
