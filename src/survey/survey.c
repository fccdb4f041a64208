#include "survey/survey.h"
#include "common/file.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include "vietnamese/text.h"
#include <errno.h>
#include <string.h>

static const char *const LIST_NAMES[SURVEY_LIST_COUNT] = {"high", "low"};

// What is being read, for the message.
struct reader {
    const char *path;
    struct buf *message;
};

static bool refuse(const struct reader *r, const char *key, int index,
                   const char *what)
{
    if (index < 0)
        buf_printf(r->message, "%s: %s: %s", r->path, key, what);
    else
        buf_printf(r->message, "%s: %s[%d]: %s", r->path, key, index, what);
    return false;
}

static bool read_list_name(const json_t *object, enum survey_list *out)
{
    const char *name;
    if (!json_get_text(object, "reasons", &name))
        return false;
    for (int i = 0; i < SURVEY_LIST_COUNT; i++) {
        if (strcmp(name, LIST_NAMES[i]) == 0) {
            *out = (enum survey_list)i;
            return true;
        }
    }
    return false;
}

static bool read_level(const struct reader *r, const json_t *item, int index,
                       struct survey_level *out)
{
    int64_t level;
    if (!json_get_int(item, "level", &level) || level < 1 || level > 5)
        return refuse(r, "levels", index, "\"level\" must be 1 to 5");
    out->level = (int)level;
    if (!json_copy_text(item, "text", out->text, sizeof out->text))
        return refuse(r, "levels", index,
                      "\"text\" must name a text in at most 31 bytes");
    if (!json_get_bool(item, "satisfied", &out->satisfied))
        return refuse(r, "levels", index,
                      "\"satisfied\" must be true or false");
    if (!read_list_name(item, &out->reasons))
        return refuse(r, "levels", index,
                      "\"reasons\" must be \"high\" or \"low\"");
    return true;
}

static bool read_levels(const struct reader *r, const json_t *root,
                        struct survey *out)
{
    const json_t *list = json_object_get(root, "levels");
    size_t count = json_array_size(list);
    if (count < 2 || count > SURVEY_LEVELS_MAX)
        return refuse(r, "levels", -1, "must be a list of 2 to 5 levels");
    for (size_t i = 0; i < count; i++) {
        struct survey_level *level = &out->levels[i];
        if (!read_level(r, json_array_get(list, i), (int)i, level))
            return false;
        if (i > 0 && level->level >= out->levels[i - 1].level)
            return refuse(r, "levels", (int)i,
                          "must be below the level before it (best first)");
    }
    out->level_count = count;
    return true;
}

static bool read_reasons(const struct reader *r, const json_t *root,
                         enum survey_list which, struct survey *out)
{
    const char *name = LIST_NAMES[which];
    const json_t *list =
        json_object_get(json_object_get(root, "reasons"), name);
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > SURVEY_REASONS_MAX)
        return refuse(r, "reasons", -1,
                      which == SURVEY_HIGH
                          ? "\"high\" must be a list of at most 9 reasons"
                          : "\"low\" must be a list of at most 9 reasons");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        struct survey_reason *reason = &out->reasons[which][i];
        if (!json_copy_text(item, "text", reason->text, sizeof reason->text) ||
            !json_copy_text(item, "group", reason->group,
                            sizeof reason->group) ||
            !json_copy_text(item, "icon", reason->icon, sizeof reason->icon))
            return refuse(r, name, (int)i,
                          "needs \"text\", \"group\" and \"icon\", each a "
                          "text of at most 31 bytes");
        for (size_t k = 0; k < i; k++)
            if (strcmp(out->reasons[which][k].text, reason->text) == 0)
                return refuse(r, name, (int)i, "\"text\" stands twice");
    }
    out->reason_count[which] = count;
    return true;
}

static bool read_set(const struct reader *r, const json_t *root,
                     struct survey *out)
{
    if (!json_copy_text(root, "id", out->id, sizeof out->id) || !out->id[0])
        return refuse(r, "id", -1, "must be a text of at most 63 bytes");
    if (!json_get_int(root, "version", &out->version) || out->version < 1)
        return refuse(r, "version", -1, "must be a whole number from 1");
    return read_levels(r, root, out) &&
           read_reasons(r, root, SURVEY_HIGH, out) &&
           read_reasons(r, root, SURVEY_LOW, out);
}

bool survey_load(const char *path, struct survey *out, struct buf *message)
{
    const struct reader r = {path, message};
    struct buf bytes = {0};
    char why[JSON_MESSAGE_SIZE];
    if (!file_read(path, SURVEY_FILE_MAX, &bytes)) {
        buf_printf(message, "%s: %s", path, strerror(errno));
        buf_free(&bytes);
        return false;
    }
    struct survey read = {0};
    bool ok = false;
    json_t *root = json_read(bytes.data, bytes.size, why);
    if (!root)
        buf_printf(message, "%s: %s", path, why);
    else
        ok = read_set(&r, root, &read);
    json_decref(root);
    buf_free(&bytes);
    if (ok)
        *out = read;
    return ok;
}

static bool check_label(const struct survey *survey, const struct i18n *i18n,
                        const char *id, struct buf *message)
{
    if (!i18n_has(i18n, I18N_VI, id) && i18n_speaks(i18n, I18N_VI)) {
        buf_printf(message, "set %s: %s: there is no such text in vi.json",
                   survey->id, id);
        return false;
    }
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++) {
        const char *text = i18n_text(i18n, (enum i18n_language)i, id);
        size_t letters = text_letters(text, strlen(text));
        if (letters <= SURVEY_LABEL_LETTERS)
            continue;
        buf_printf(message,
                   "set %s: %s: %zu letters in %s; a label may have %d",
                   survey->id, id, letters, i18n_code((enum i18n_language)i),
                   SURVEY_LABEL_LETTERS);
        return false;
    }
    return true;
}

bool survey_check_words(const struct survey *survey, const struct i18n *i18n,
                        struct buf *message)
{
    bool ok = true;
    if (!i18n)
        return true;
    for (size_t i = 0; i < survey->level_count && ok; i++)
        ok = check_label(survey, i18n, survey->levels[i].text, message);
    for (int list = 0; list < SURVEY_LIST_COUNT; list++)
        for (size_t i = 0; i < survey->reason_count[list] && ok; i++)
            ok = check_label(survey, i18n, survey->reasons[list][i].text,
                             message);
    return ok;
}

size_t survey_shown(const struct survey *survey, int wanted, bool worst_first,
                    const struct survey_level *out[SURVEY_LEVELS_MAX])
{
    // The outer faces go first when there are more levels than wanted.
    bool inner = wanted == 3 && survey->level_count == SURVEY_LEVELS_MAX;
    size_t first = inner ? 1 : 0, count = 0;
    for (size_t i = first; i < survey->level_count - first; i++)
        out[count++] = &survey->levels[i];
    for (size_t i = 0; worst_first && i < count / 2; i++) {
        const struct survey_level *kept = out[i];
        out[i] = out[count - 1 - i];
        out[count - 1 - i] = kept;
    }
    return count;
}

const struct survey_level *survey_level(const struct survey *survey, int level)
{
    for (size_t i = 0; i < survey->level_count; i++)
        if (survey->levels[i].level == level)
            return &survey->levels[i];
    return NULL;
}
