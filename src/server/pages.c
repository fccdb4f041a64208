#include "server/pages.h"
#include "common/buf.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "server/html.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

enum { FILE_MAX = 1 << 20, FILES_MAX = 256 };

static const struct {
    const char *asset;
    const char *begin; // of the names that are served; "" : all
} FOLDERS[PAGES_FOLDER_COUNT] = {[PAGES_WEB] = {"web", ""},
                                 [PAGES_FONTS] = {"fonts", "BeVietnamPro-"},
                                 [PAGES_API] = {"api", ""}};

static const struct {
    const char *ending;
    const char *type;
} TYPES[] = {{".html", "text/html; charset=utf-8"},
             {".css", "text/css; charset=utf-8"},
             {".js", "text/javascript; charset=utf-8"},
             {".svg", "image/svg+xml"},
             {".png", "image/png"},
             {".ttf", "font/ttf"},
             {".json", "application/json"}};

struct list {
    struct page *all;
    size_t count;
};

struct pages {
    struct list lists[PAGES_FOLDER_COUNT];
};

// NULL: files with this name are not served.
static const char *type_of(const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        size_t ending = strlen(TYPES[i].ending);
        if (size > ending &&
            strcmp(name + size - ending, TYPES[i].ending) == 0) {
            return TYPES[i].type;
        }
    }
    return NULL;
}

// The unit's name, ready to stand in a page.
struct unit {
    struct buf names[I18N_LANGUAGE_COUNT];
};

static bool name_unit(const struct i18n *texts, const char *unit_name,
                      struct unit *out)
{
    bool ok = true;
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++) {
        struct buf name = {0};
        i18n_format(texts, (enum i18n_language)i, "unit.name", &unit_name, 1,
                    &name);
        html_append(&out->names[i], buf_text(&name));
        ok = ok && buf_ok(&name) && buf_ok(&out->names[i]);
        buf_free(&name);
    }
    return ok;
}

static void free_unit(struct unit *unit)
{
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++) {
        buf_free(&unit->names[i]);
    }
}

static void fill_in(const struct buf *text, const struct unit *unit,
                    struct buf *out)
{
    static const char begin[] = "@unit.";
    enum { BEGIN = sizeof begin - 1, PLACE = BEGIN + 3 }; // "vi@"
    const char *from = buf_text(text), *found;
    while ((found = strstr(from, begin))) {
        bool is_english = strncmp(found + BEGIN, "en@", 3) == 0;
        bool is_place = is_english || strncmp(found + BEGIN, "vi@", 3) == 0;
        buf_append(out, from, (size_t)(found - from));
        buf_append_text(
            out, is_place
                     ? buf_text(&unit->names[is_english ? I18N_EN : I18N_VI])
                     : begin);
        from = found + (is_place ? (int)PLACE : (int)BEGIN);
    }
    buf_append_text(out, from);
}

static void make_tag(struct page *page)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex_of(page->bytes, page->size, hex);
    snprintf(page->tag, sizeof page->tag, "\"%.32s\"", hex);
}

static bool read_page(const char *path, const char *name,
                      const struct unit *unit, struct page *out)
{
    struct buf bytes = {0};
    if (!file_read(path, FILE_MAX, &bytes)) {
        log_error(MODULE, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    if (strncmp(out->type, "text/html", 9) == 0) {
        struct buf filled = {0};
        fill_in(&bytes, unit, &filled);
        buf_free(&bytes);
        bytes = filled;
    }
    out->name = strdup(name);
    out->size = bytes.size;
    out->bytes = buf_take(&bytes);
    if (!out->name || !out->bytes) {
        log_error(MODULE, "%s: out of memory, or it is empty", path);
        buf_free(&bytes);
        return false;
    }
    make_tag(out);
    return true;
}

static bool add(struct list *list, const char *folder, const char *name,
                const struct unit *unit)
{
    char path[PATH_MAX];
    struct page page = {.type = type_of(name)};
    if (!page.type) {
        return true;
    }
    bool fits =
        list->count < FILES_MAX && file_join(path, sizeof path, folder, name);
    struct page *all =
        fits ? realloc(list->all, (list->count + 1) * sizeof *all) : NULL;
    if (!all) {
        log_error(MODULE, "%s/%s: too many files, or out of memory", folder,
                  name);
        return false;
    }
    list->all = all;
    bool done = read_page(path, name, unit, &page);
    // What was read of it is freed with the others.
    list->all[list->count++] = page;
    return done;
}

static bool read_folder(struct pages *pages, enum pages_folder folder,
                        const struct unit *unit)
{
    char path[PATH_MAX];
    struct dirent *entry;
    const char *begin = FOLDERS[folder].begin;
    DIR *stream = file_find_asset(FOLDERS[folder].asset, path, sizeof path)
                      ? opendir(path)
                      : NULL;
    if (!stream) {
        log_error(MODULE,
                  "the folder %s of the program's files is not found; set "
                  "HAILONG_ASSETS to where it lies",
                  FOLDERS[folder].asset);
        return false;
    }
    bool ok = true;
    while (ok && (entry = readdir(stream))) {
        if (entry->d_name[0] != '.' &&
            strncmp(entry->d_name, begin, strlen(begin)) == 0) {
            ok = add(&pages->lists[folder], path, entry->d_name, unit);
        }
    }
    closedir(stream);
    return ok;
}

struct pages *pages_open(const struct i18n *texts, const char *unit_name)
{
    struct unit unit = {0};
    struct pages *pages = calloc(1, sizeof *pages);
    bool ok = pages && name_unit(texts, unit_name, &unit);
    if (!ok) {
        log_error(MODULE, "out of memory");
    }
    for (int folder = 0; ok && folder < PAGES_FOLDER_COUNT; folder++) {
        ok = read_folder(pages, (enum pages_folder)folder, &unit);
    }
    free_unit(&unit);
    if (!ok) {
        pages_close(pages);
        return NULL;
    }
    return pages;
}

void pages_close(struct pages *pages)
{
    if (!pages) {
        return;
    }
    for (int folder = 0; folder < PAGES_FOLDER_COUNT; folder++) {
        struct list *list = &pages->lists[folder];
        for (size_t i = 0; i < list->count; i++) {
            free(list->all[i].name);
            free(list->all[i].bytes);
        }
        free(list->all);
    }
    free(pages);
}

const struct page *pages_find(const struct pages *pages,
                              enum pages_folder folder, const char *name)
{
    const struct list *list = &pages->lists[folder];
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->all[i].name, name) == 0) {
            return &list->all[i];
        }
    }
    return NULL;
}
