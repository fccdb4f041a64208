#include "i18n/i18n.h"
#include "common/file.h"
#include "common/json.h"
#include "common/log.h"
#include "vietnamese/number.h"
#include "vietnamese/text.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20, ASKED_MAX = 64 };

static const char module[] = "i18n";
static const char *const codes[I18N_LANGUAGE_COUNT] = {"vi", "en"};

struct entry {
    char *id;
    char *texts[I18N_LANGUAGE_COUNT]; // NULL: missing
};

struct i18n {
    struct entry *entries; // the first `sorted` by id: all once it is open
    size_t count, sorted;
    pthread_mutex_t lock;
    // Unknown ids that were asked for, so that each is logged once. Guarded by
    // lock; when full, further ones stay unlogged.
    char *asked[ASKED_MAX];
    size_t asked_count;
    bool spoken[I18N_LANGUAGE_COUNT];
};

const char *i18n_code(enum i18n_language language)
{
    return codes[language];
}

bool i18n_parse_code(const char *code, enum i18n_language *out_language)
{
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++) {
        if (strcmp(code, codes[i]) != 0)
            continue;
        *out_language = (enum i18n_language)i;
        return true;
    }
    return false;
}

static struct entry *find(const struct i18n *i18n, const char *id)
{
    size_t low = 0, high = i18n->sorted;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(id, i18n->entries[middle].id);
        if (order == 0)
            return &i18n->entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

// The entry of an id: a new one at the end, where there is room, when it is not
// among those that are sorted.
static struct entry *add(struct i18n *i18n, const char *id)
{
    struct entry *found = find(i18n, id);
    char *copy = found ? NULL : strdup(id);
    if (!copy)
        return found;
    i18n->entries[i18n->count] = (struct entry){.id = copy};
    return &i18n->entries[i18n->count++];
}

static bool make_room(struct i18n *i18n, size_t more)
{
    size_t size = (i18n->count + more) * sizeof *i18n->entries;
    struct entry *grown = realloc(i18n->entries, size ? size : 1);
    if (grown)
        i18n->entries = grown;
    return grown != NULL;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->id, ((const struct entry *)b)->id);
}

static void sort_entries(struct i18n *i18n)
{
    if (i18n->count > i18n->sorted)
        qsort(i18n->entries, i18n->count, sizeof *i18n->entries,
              compare_entries);
    i18n->sorted = i18n->count;
}

static bool take_text(struct i18n *i18n, enum i18n_language language,
                      const char *path, const char *id, const json_t *value,
                      struct buf *message)
{
    if (!json_is_string(value)) {
        buf_printf(message, "%s: %s: is no text; write \"%s\": \"…\"", path, id,
                   id);
        return false;
    }
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);
    struct buf normal = {0};
    if (!text_is_nfc(text, size))
        log_warn(module, "%s: %s: not NFC; normalised", path, id);
    struct entry *entry = NULL;
    if (text_append_nfc(text, size, &normal))
        entry = add(i18n, id);
    if (!entry) {
        buf_printf(message, "%s: %s: out of memory", path, id);
        buf_free(&normal);
        return false;
    }
    entry->texts[language] = buf_take(&normal);
    return entry->texts[language] != NULL;
}

static bool read_language(struct i18n *i18n, const char *directory,
                          enum i18n_language language, struct buf *message)
{
    char path[PATH_MAX], name[16], why[JSON_MESSAGE_SIZE];
    struct buf bytes = {0};
    json_t *object = NULL;
    bool ok = false;
    snprintf(name, sizeof name, "%s.json", codes[language]);
    if (!file_join(path, sizeof path, directory, name) ||
        !file_read(path, FILE_LIMIT, &bytes)) {
        buf_printf(message, "%s/%s: cannot be read: %s; install it again",
                   directory, name, strerror(errno));
        goto done;
    }
    object = json_read(buf_text(&bytes), bytes.size, why);
    if (!json_is_object(object)) {
        buf_printf(message, "%s: %s", path,
                   object ? "line 1, column 1: not an object of texts" : why);
        goto done;
    }
    const char *id;
    json_t *value;
    ok = make_room(i18n, json_object_size(object));
    if (!ok)
        buf_printf(message, "%s: out of memory", path);
    json_object_foreach(object, id, value)
    {
        ok = ok && take_text(i18n, language, path, id, value, message);
    }
    sort_entries(i18n);
done:
    json_decref(object);
    buf_free(&bytes);
    return ok;
}

bool i18n_speaks(const struct i18n *i18n, enum i18n_language language)
{
    return i18n->spoken[language];
}

static void log_missing(const struct i18n *i18n)
{
    for (size_t i = 0; i < i18n->count; i++) {
        const struct entry *entry = &i18n->entries[i];
        for (int language = 0; language < I18N_LANGUAGE_COUNT; language++)
            if (!entry->texts[language] && i18n->spoken[language])
                log_warn(module, "%s: no text in %s", entry->id,
                         codes[language]);
    }
}

// All languages, or as many as can be read. `spoken` counts them.
static struct i18n *open_some(const char *directory, bool all,
                              struct buf *message)
{
    size_t spoken = 0;
    struct i18n *i18n = calloc(1, sizeof *i18n);
    if (!i18n) {
        buf_append_text(message, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&i18n->lock, NULL);
    for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
        size_t said = message->size;
        i18n->spoken[language] = read_language(
            i18n, directory, (enum i18n_language)language, message);
        spoken += i18n->spoken[language];
        if (i18n->spoken[language] || all)
            continue;
        log_error(module, "%s", buf_text(message) + said);
    }
    if (spoken == 0 || (all && spoken < I18N_LANGUAGE_COUNT)) {
        i18n_close(i18n);
        return NULL;
    }
    log_missing(i18n);
    return i18n;
}

struct i18n *i18n_open(const char *directory, struct buf *message)
{
    return open_some(directory, true, message);
}

struct i18n *i18n_open_rest(const char *directory, struct buf *message)
{
    return open_some(directory, false, message);
}

void i18n_close(struct i18n *i18n)
{
    if (!i18n)
        return;
    for (size_t i = 0; i < i18n->count; i++) {
        free(i18n->entries[i].id);
        for (int language = 0; language < I18N_LANGUAGE_COUNT; language++)
            free(i18n->entries[i].texts[language]);
    }
    for (size_t i = 0; i < i18n->asked_count; i++)
        free(i18n->asked[i]);
    pthread_mutex_destroy(&i18n->lock);
    free(i18n->entries);
    free(i18n);
}

static void log_unknown(struct i18n *i18n, const char *id)
{
    pthread_mutex_lock(&i18n->lock);
    bool known = i18n->asked_count == ASKED_MAX;
    for (size_t i = 0; i < i18n->asked_count && !known; i++)
        known = strcmp(i18n->asked[i], id) == 0;
    char *copy = known ? NULL : strdup(id);
    if (copy)
        i18n->asked[i18n->asked_count++] = copy;
    pthread_mutex_unlock(&i18n->lock);
    if (copy)
        log_warn(module, "%s: no such text; shown as it is", id);
}

const char *i18n_text(const struct i18n *i18n, enum i18n_language language,
                      const char *id)
{
    const struct entry *entry = find(i18n, id);
    if (!entry) {
        // The texts are immutable; only the list of what was asked grows.
        log_unknown((struct i18n *)i18n, id);
        return id;
    }
    if (entry->texts[language])
        return entry->texts[language];
    if (entry->texts[I18N_VI])
        return entry->texts[I18N_VI];
    for (int other = 0; other < I18N_LANGUAGE_COUNT; other++)
        if (entry->texts[other])
            return entry->texts[other];
    return entry->id;
}

const char *i18n_unit(const char *name, bool whole)
{
    static const char *const kinds[] = {"Phường ", "Xã ",   "Đặc khu ",
                                        "Cụm ",    "Tỉnh ", "Thành phố "};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
            return whole ? "unit.named" : "unit.named_short";
    }
    return whole ? "unit.name" : "unit.short";
}

void i18n_format(const struct i18n *i18n, enum i18n_language language,
                 const char *id, const char *const *values, size_t count,
                 struct buf *out)
{
    const char *text = i18n_text(i18n, language, id);
    while (*text) {
        size_t plain = strcspn(text, "{");
        buf_append(out, text, plain);
        text += plain;
        if (!*text)
            break;
        size_t place = text[1] >= '1' && text[1] <= '9' && text[2] == '}'
                           ? (size_t)(text[1] - '0')
                           : 0;
        if (place > 0 && place <= count) {
            buf_append_text(out, values[place - 1]);
            text += 3;
        } else {
            buf_append_char(out, *text++);
        }
    }
}

void i18n_number(enum i18n_language language, int64_t value, int decimals,
                 struct buf *out)
{
    int64_t unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    if (language == I18N_VI)
        number_append_fixed(value, decimals, out);
    else if (decimals > 0)
        buf_printf(out, "%s%lld.%0*lld", value < 0 ? "-" : "",
                   llabs(value / unit), decimals, llabs(value % unit));
    else
        buf_printf(out, "%lld", (long long)value);
}

size_t i18n_count(const struct i18n *i18n)
{
    return i18n->count;
}

const char *i18n_id(const struct i18n *i18n, size_t index)
{
    return i18n->entries[index].id;
}

bool i18n_has(const struct i18n *i18n, enum i18n_language language,
              const char *id)
{
    const struct entry *entry = find(i18n, id);
    return entry && entry->texts[language];
}
