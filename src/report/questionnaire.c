#include "report/questionnaire.h"
#include "common/file.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

const char *const QUESTIONNAIRES[] = {"sipas", "mam-non",   "tieu-hoc",
                                      "thcs",  "tram-y-te", NULL};

enum { FILE_MAX = 256 * 1024, QUESTION_MAX = 15, PATH_ROOM = 64 };

static bool read_item(const json_t *object, struct questionnaire *out,
                      const char **out_why)
{
    struct questionnaire_item item = {.factor = out->factor_count};
    if (out->item_count == QUESTIONNAIRE_ITEMS_MAX) {
        *out_why = "items: are too many";
        return false;
    }
    if (!json_get_text(object, "q", &item.question) ||
        item.question[0] == '\0' || strlen(item.question) > QUESTION_MAX ||
        !json_get_text(object, "text", &item.text) || item.text[0] == '\0') {
        *out_why = "items: one has no question or no text";
        return false;
    }
    if (questionnaire_find(out, item.question)) {
        *out_why = "items: a question stands twice";
        return false;
    }
    out->items[out->item_count++] = item;
    return true;
}

static bool read_factor(const json_t *object, struct questionnaire *out,
                        const char **out_why)
{
    const json_t *items = json_object_get(object, "items");
    struct questionnaire_factor factor = {.first = out->item_count,
                                          .count = json_array_size(items)};
    if (out->factor_count == QUESTIONNAIRE_FACTORS_MAX || factor.count == 0 ||
        !json_get_text(object, "key", &factor.key) ||
        !json_get_text(object, "name", &factor.name)) {
        *out_why = "factors: one has no key, name or items, or are too many";
        return false;
    }
    for (size_t i = 0; i < factor.count; i++) {
        if (!read_item(json_array_get(items, i), out, out_why))
            return false;
    }
    out->factors[out->factor_count++] = factor;
    return true;
}

bool questionnaire_read(json_t *object, struct questionnaire *out,
                        const char **out_why)
{
    struct questionnaire set = {.object = object};
    const json_t *factors = json_object_get(object, "factors");
    if (!json_get_text(object, "id", &set.id) ||
        !json_get_text(object, "name", &set.name) ||
        !json_get_int(object, "version", &set.version) || set.version < 1) {
        *out_why = "id, name or version: is missing or wrong";
        return false;
    }
    if (json_array_size(factors) == 0) {
        *out_why = "factors: are none";
        return false;
    }
    for (size_t i = 0; i < json_array_size(factors); i++) {
        if (!read_factor(json_array_get(factors, i), &set, out_why))
            return false;
    }
    *out = set;
    json_incref(object);
    return true;
}

bool questionnaire_load(const char *id, struct questionnaire *out,
                        struct buf *message)
{
    char name[PATH_ROOM], path[PATH_MAX], why[JSON_MESSAGE_SIZE];
    const char *fault = "";
    struct buf bytes = {0};
    json_t *object = NULL;
    snprintf(name, sizeof name, "surveys/%s.json", id);
    bool done = false;
    if (!file_find_asset(name, path, sizeof path)) {
        buf_printf(message,
                   "%s: is not among the program's files; install the "
                   "program again, or set HAILONG_ASSETS",
                   name);
    } else if (!file_read(path, FILE_MAX, &bytes)) {
        buf_printf(message, "%s: %s", path, strerror(errno));
    } else if (!(object = json_read(buf_text(&bytes), bytes.size, why))) {
        buf_printf(message, "%s: %s", path, why);
    } else if (!questionnaire_read(object, out, &fault)) {
        buf_printf(message, "%s: %s", path, fault);
    } else {
        done = true;
    }
    json_decref(object);
    buf_free(&bytes);
    return done;
}

void questionnaire_free(struct questionnaire *set)
{
    json_decref(set->object);
    *set = (struct questionnaire){0};
}

const struct questionnaire_item *
questionnaire_find(const struct questionnaire *set, const char *question)
{
    for (size_t i = 0; i < set->item_count; i++) {
        if (strcmp(set->items[i].question, question) == 0)
            return &set->items[i];
    }
    return NULL;
}
