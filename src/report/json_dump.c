// A report's JSON as text. jansson prints each number through printf and asks
// for room a piece at a time, which takes longer than all the figures; what it
// would write for the values of reports is written here, to the byte, and any
// other value is left to it.
#include "report/json_parts.h"
#include <math.h>
#include <string.h>

static bool dump(const json_t *value, struct buf *out);

static int append(const char *bytes, size_t size, void *ctx)
{
    struct buf *out = ctx;
    buf_append(out, bytes, size);
    return buf_ok(out) ? 0 : -1;
}

static bool leave(const json_t *value, struct buf *out)
{
    return json_dump_callback(value, append, out,
                              JSON_COMPACT | JSON_ENCODE_ANY |
                                  JSON_REAL_PRECISION(JSON_PARTS_DIGITS)) == 0;
}

// `point` > 0: that many digits stand behind a point.
static void append_number(uint64_t number, int point, struct buf *out)
{
    char digits[32];
    char *end = digits + sizeof digits, *at = end;
    do {
        if (point > 0 && end - at == point)
            *--at = '.';
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 || (point > 0 && end - at <= point + 1));
    buf_append(out, at, (size_t)(end - at));
}

static bool dump_integer(const json_t *value, struct buf *out)
{
    json_int_t number = json_integer_value(value);
    if (number < 0)
        return leave(value, out);
    append_number((uint64_t)number, 0, out);
    return true;
}

// Whole hundredths that 15 digits tell exactly, without a last 0 behind the
// first digit.
static bool dump_real(const json_t *value, struct buf *out)
{
    double real = json_real_value(value);
    double hundredths = rint(real * 100);
    if (!(real >= 0 && real < 1e10) || signbit(real) ||
        hundredths / 100 != real)
        return leave(value, out);
    uint64_t number = (uint64_t)hundredths;
    if (number % 10 == 0)
        append_number(number / 10, 1, out);
    else
        append_number(number, 2, out);
    return true;
}

static void dump_text(const char *text, size_t size, struct buf *out)
{
    buf_append_char(out, '"');
    buf_append(out, text, size);
    buf_append_char(out, '"');
}

// jansson holds texts as UTF-8 that is checked.
static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
            return false;
    }
    return true;
}

static bool dump_string(const json_t *value, struct buf *out)
{
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);
    if (!is_plain(text, size))
        return leave(value, out);
    dump_text(text, size, out);
    return true;
}

static bool dump_array(const json_t *array, struct buf *out)
{
    bool ok = true;
    buf_append_char(out, '[');
    for (size_t i = 0; ok && i < json_array_size(array); i++) {
        if (i > 0)
            buf_append_char(out, ',');
        ok = dump(json_array_get(array, i), out);
    }
    buf_append_char(out, ']');
    return ok;
}

// Names of members are the program's own, but those of a document from outside
// may be any.
static bool dump_name(const char *name, struct buf *out)
{
    size_t size = strlen(name);
    if (is_plain(name, size)) {
        dump_text(name, size, out);
        return true;
    }
    json_t *text = json_string(name);
    bool ok = text && leave(text, out);
    json_decref(text);
    return ok;
}

static bool dump_object(const json_t *object, struct buf *out)
{
    // Reading by iterator changes nothing.
    json_t *members = (json_t *)object;
    bool ok = true, is_first = true;
    buf_append_char(out, '{');
    for (void *at = json_object_iter(members); ok && at;
         at = json_object_iter_next(members, at)) {
        if (!is_first)
            buf_append_char(out, ',');
        is_first = false;
        ok = dump_name(json_object_iter_key(at), out);
        buf_append_char(out, ':');
        ok = ok && dump(json_object_iter_value(at), out);
    }
    buf_append_char(out, '}');
    return ok;
}

static bool dump(const json_t *value, struct buf *out)
{
    if (!value)
        return false;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return dump_object(value, out);
    case JSON_ARRAY:
        return dump_array(value, out);
    case JSON_STRING:
        return dump_string(value, out);
    case JSON_INTEGER:
        return dump_integer(value, out);
    case JSON_REAL:
        return dump_real(value, out);
    case JSON_TRUE:
        buf_append_text(out, "true");
        return true;
    case JSON_FALSE:
        buf_append_text(out, "false");
        return true;
    case JSON_NULL:
        buf_append_text(out, "null");
        return true;
    }
    return false;
}

bool json_parts_dump(const json_t *object, struct buf *out)
{
    return dump(object, out) && buf_ok(out);
}
