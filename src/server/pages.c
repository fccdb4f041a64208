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

struct page_unit {
    struct buf names[I18N_LANGUAGE_COUNT];
    const char *base;
};

struct page_unit *page_unit_open(const struct i18n *texts, const char *name,
                                 const char *base)
{
    struct page_unit *unit = calloc(1, sizeof *unit);
    bool ok = unit != NULL;
    for (int i = 0; ok && i < I18N_LANGUAGE_COUNT; i++) {
        struct buf text = {0};
        i18n_format(texts, (enum i18n_language)i, i18n_unit(name, true), &name,
                    1, &text);
        html_append(&unit->names[i], buf_text(&text));
        ok = buf_ok(&text) && buf_ok(&unit->names[i]);
        buf_free(&text);
    }
    if (!ok) {
        log_error(MODULE, "out of memory");
        page_unit_close(unit);
        return NULL;
    }
    unit->base = base;
    return unit;
}

void page_unit_close(struct page_unit *unit)
{
    for (int i = 0; unit && i < I18N_LANGUAGE_COUNT; i++) {
        buf_free(&unit->names[i]);
    }
    free(unit);
}

static void fill_names(const char *from, const struct page_unit *unit,
                       struct buf *out)
{
    static const char begin[] = "@unit.";
    enum { BEGIN = sizeof begin - 1, PLACE = BEGIN + 3 }; // "vi@"
    const char *found;
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

static void fill_paths(const char *from, const char *base, struct buf *out)
{
    static const char begin[] = "=\"/";
    const char *found;
    while ((found = strstr(from, begin))) {
        buf_append(out, from, (size_t)(found + 2 - from));
        buf_append_text(out, base);
        from = found + 2;
    }
    buf_append_text(out, from);
}

void pages_fill(const struct page *page, const struct page_unit *unit,
                struct buf *out)
{
    struct buf named = {0};
    fill_names(page->bytes, unit, &named);
    fill_paths(buf_text(&named), unit->base, out);
    out->failed |= !buf_ok(&named);
    buf_free(&named);
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

void page_tag(const void *bytes, size_t size, char out[PAGE_TAG_SIZE])
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex_of(bytes, size, hex);
    snprintf(out, PAGE_TAG_SIZE, "\"%.32s\"", hex);
}

// Makes a page of what its file holds. False: it is logged.
static bool put_together(const char *folder, struct buf *bytes)
{
    struct buf whole = {0};
    bool ok = include_parts(folder, bytes, &whole);
    buf_free(bytes);
    *bytes = whole;
    return ok;
}

static bool read_page(const char *folder, const char *path, const char *name,
                      struct page *out)
{
    struct buf bytes = {0};
    if (!file_read(path, FILE_MAX, &bytes)) {
        log_error(MODULE, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    out->has_places = strncmp(out->type, "text/html", 9) == 0;
    if (out->has_places && !put_together(folder, &bytes)) {
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
    page_tag(out->bytes, out->size, out->tag);
    return true;
}

// The file `path`, served as `name`.
static bool add(struct list *list, const char *folder, const char *path,
                const char *name)
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
    bool done = read_page(folder, path, name, &page);
    // What was read of it is freed with the others.
    list->all[list->count++] = page;
    return done;
}

static bool read_folder(struct pages *pages, enum pages_folder folder)
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
                 add(&pages->lists[folder], path, file, entry->d_name);
        }
    }
    closedir(stream);
    return ok;
}

// The drawing of charts comes with the system, not with this program; pages
// that get no such file show their tables alone.
static bool read_chart(struct pages *pages, const char *file)
{
    if (access(file, R_OK) != 0) {
        log_warn(MODULE,
                 "%s: %s; pages show tables without charts (install "
                 "libjs-chart.js, or set --chart-js)",
                 file, strerror(errno));
        return true;
    }
    return add(&pages->lists[PAGES_WEB], "", file, "chart.js");
}

struct pages *pages_open(const char *chart_file)
{
    struct pages *pages = calloc(1, sizeof *pages);
    bool ok = pages != NULL;
    if (!ok) {
        log_error(MODULE, "out of memory");
    }
    for (int folder = 0; ok && folder < PAGES_FOLDER_COUNT; folder++) {
        ok = read_folder(pages, (enum pages_folder)folder);
    }
    ok = ok && read_chart(pages, chart_file);
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
