#include "report/assessment_sheet.h"
#include "report/figures.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(struct buf *message, const char *where, const char *what)
{
    buf_printf(message, "%s: %s", where, what);
    return false;
}

static bool read_count(const json_t *object, const char *key, int64_t *out)
{
    int64_t value;
    if (!json_get_int(object, key, &value) || value < 0 ||
        value > FIGURES_COUNT_MAX)
        return false;
    *out = value;
    return true;
}

static bool read_index(const char *key, const json_t *object,
                       struct assessment_sheet *out, struct buf *message)
{
    char *end;
    long number = strtol(key, &end, 10);
    struct assessment_points points;
    if (*end != '\0' || number < 1 || number > ASSESSMENT_INDICES)
        return refuse(message, "indices", "are numbered from 1 to 9");
    if (!read_count(object, "two", &points.two) ||
        !read_count(object, "one", &points.one) ||
        !read_count(object, "none", &points.none))
        return refuse(message, "indices",
                      "need the counts two, one and none, whole numbers");
    out->indices[number - 1] = points;
    out->has_index[number - 1] = true;
    return true;
}

static bool read_complaints(const json_t *object, struct assessment_sheet *out,
                            struct buf *message)
{
    if (!read_count(object, "all", &out->complaints) ||
        !read_count(object, "in_time", &out->in_time) ||
        !read_count(object, "satisfied", &out->satisfied))
        return refuse(message, "complaints",
                      "need the counts all, in_time and satisfied");
    if (out->in_time > out->complaints || out->satisfied > out->complaints)
        return refuse(message, "complaints", "are fewer than a part of them");
    out->has_complaints = true;
    return true;
}

static bool is_known(const char *key)
{
    static const char *const KEYS[] = {"indices", "complaints", "clean"};
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        if (strcmp(KEYS[i], key) == 0)
            return true;
    }
    return false;
}

bool assessment_sheet_read(const json_t *body, struct assessment_sheet *out,
                           struct buf *message)
{
    struct assessment_sheet sheet = {.clean = FIGURES_UNKNOWN};
    const json_t *complaints = json_object_get(body, "complaints");
    const char *key;
    json_t *value;
    if (!json_is_object(body))
        return refuse(message, "body", "is no object");
    json_object_foreach((json_t *)body, key, value)
    {
        if (!is_known(key))
            return refuse(message, key,
                          "is none of indices, complaints, "
                          "clean");
    }
    json_object_foreach(json_object_get(body, "indices"), key, value)
    {
        if (!read_index(key, value, &sheet, message))
            return false;
    }
    if (complaints && !read_complaints(complaints, &sheet, message))
        return false;
    if (json_object_get(body, "clean") &&
        !read_count(body, "clean", &sheet.clean))
        return refuse(message, "clean", "is no count");
    *out = sheet;
    return true;
}

bool assessment_sheet_name(const struct period *period,
                           char out[ASSESSMENT_NAME_SIZE])
{
    char code[PERIOD_CODE_SIZE];
    if (period->kind == PERIOD_DAYS)
        return false;
    period_code(period, code);
    snprintf(out, ASSESSMENT_NAME_SIZE, "tt01:%s:%s",
             period_kind_name(period->kind), code);
    return true;
}
