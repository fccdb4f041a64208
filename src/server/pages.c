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
#include <unistd.h>

static const char MODULE[] = "server";

enum { FILE_MAX = 1 << 20, FILES_MAX = 256, PART_NAME_SIZE = 64 };

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

// In `text` each @part.NAME@ becomes the file NAME.part of the folder.
static bool include_parts(const char *folder, const struct buf *text,
                          struct buf *out)
{
    static const char begin[] = "@part.";
    const char *from = buf_text(text), *found;
    while ((found = strstr(from, begin))) {
        char path[PATH_MAX], name[PART_NAME_SIZE];
        struct buf part = {0};
        const char *start = found + sizeof begin - 1;
        size_t size = strcspn(start, "@");
        bool ok = size < sizeof name - sizeof ".part" && start[size] == '@' &&
                  !memchr(start, '/', size);
        if (ok) {
            snprintf(name, sizeof name, "%.*s.part", (int)size, start);
            ok = file_join(path, sizeof path, folder, name) &&
                 file_read(path, FILE_MAX, &part);
        }
        if (!ok) {
            log_error(MODULE, "%s: the part \"%.40s\" of a page is not there",
                      folder, found);
            buf_free(&part);
            return false;
        }
        buf_append(out, from, (size_t)(found - from));
        buf_append_text(out, buf_text(&part));
        buf_free(&part);
        from = start + size + 1;
    }
    buf_append_text(out, from);
    return true;
}

static void make_tag(struct page *page)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex_of(page->bytes, page->size, hex);
    snprintf(page->tag, sizeof page->tag, "\"%.32s\"", hex);
}

// Makes a page of what its file holds. False: it is logged.
static bool put_together(const char *folder, const struct unit *unit,
                         struct buf *bytes)
{
    struct buf whole = {0}, filled = {0};
    bool ok = include_parts(folder, bytes, &whole);
    if (ok) {
        fill_in(&whole, unit, &filled);
    }
    buf_free(&whole);
    buf_free(bytes);
    *bytes = filled;
    return ok;
}

static bool read_page(const char *folder, const char *path, const char *name,
                      const struct unit *unit, struct page *out)
{
    struct buf bytes = {0};
    if (!file_read(path, FILE_MAX, &bytes)) {
        log_error(MODULE, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    if (strncmp(out->type, "text/html", 9) == 0 &&
        !put_together(folder, unit, &bytes)) {
        buf_free(&bytes);
        return false;
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

// The file `path`, served as `name`.
static bool add(struct list *list, const char *folder, const char *path,
                const char *name, const struct unit *unit)
{
    struct page page = {.type = type_of(name)};
    if (!page.type) {
        return true;
    }
    struct page *all = list->count < FILES_MAX
                           ? realloc(list->all, (list->count + 1) * sizeof *all)
                           : NULL;
    if (!all) {
        log_error(MODULE, "%s: too many files, or out of memory", path);
        return false;
    }
    list->all = all;
    bool done = read_page(folder, path, name, unit, &page);
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
        char file[PATH_MAX];
        if (entry->d_name[0] != '.' &&
            strncmp(entry->d_name, begin, strlen(begin)) == 0) {
            ok = file_join(file, sizeof file, path, entry->d_name) &&
                 add(&pages->lists[folder], path, file, entry->d_name, unit);
        }
    }
    closedir(stream);
    return ok;
}

// The drawing of charts comes with the system, not with this program; pages
// that get no such file show their tables alone.
static bool read_chart(struct pages *pages, const char *file,
                       const struct unit *unit)
{
    if (access(file, R_OK) != 0) {
        log_warn(MODULE,
                 "%s: %s; pages show tables without charts (install "
                 "libjs-chart.js, or set --chart-js)",
                 file, strerror(errno));
        return true;
    }
    return add(&pages->lists[PAGES_WEB], "", file, "chart.js", unit);
}

struct pages *pages_open(const struct i18n *texts, const char *unit_name,
                         const char *chart_file)
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
    ok = ok && read_chart(pages, chart_file, &unit);
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
