// The files that browsers get: pages, styles, scripts, pictures and fonts, and
// the document about the API, from the program's assets. All are read when the
// server starts, and only what was there then is ever served, whatever a path
// says. Any thread.
#pragma once
#include "i18n/i18n.h"
#include <stddef.h>

struct pages;

enum pages_folder {
    PAGES_WEB,   // assets/web
    PAGES_FONTS, // assets/fonts, those of the house style
    PAGES_API,   // assets/api
    PAGES_FOLDER_COUNT
};

enum { PAGE_TAG_SIZE = 40 };

struct page {
    char *name;              // "style.css"
    const char *type;        // of the media, by the name's ending
    char tag[PAGE_TAG_SIZE]; // for ETag, with its quotes
    char *bytes;
    size_t size;
};

// In pages (.html) @part.NAME@ becomes the file NAME.part beside them, and then
// @unit.vi@ and @unit.en@ the unit's name in that language. `chart_file` is
// served as /web/chart.js when it is there. NULL on failure, logged.
struct pages *pages_open(const struct i18n *texts, const char *unit_name,
                         const char *chart_file);
void pages_close(struct pages *pages); // accepts NULL
// NULL when there is none. Lives as long as `pages`.
const struct page *pages_find(const struct pages *pages,
                              enum pages_folder folder, const char *name);
