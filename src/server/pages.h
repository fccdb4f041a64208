// The files that browsers get: pages, styles, scripts, pictures and fonts, and
// the document about the API, from the program's assets. All are read when the
// server starts, and only what was there then is ever served, whatever a path
// says. Any thread.
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include <stdbool.h>
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
    bool has_places; // a page, whose places are filled in for each unit
};

// What stands in the places of a unit's pages.
struct page_unit;

// In pages (.html) @part.NAME@ becomes the file NAME.part beside them.
// `chart_file` is served as /web/chart.js when it is there. NULL on failure,
// logged.
struct pages *pages_open(const char *chart_file);
void pages_close(struct pages *pages); // accepts NULL
// NULL when there is none. Lives as long as `pages`.
const struct page *pages_find(const struct pages *pages,
                              enum pages_folder folder, const char *name);

// `base` stands before each path of the unit (settings.h), and is borrowed.
// NULL when memory ran out; logged.
struct page_unit *page_unit_open(const struct i18n *texts, const char *name,
                                 const char *base);
void page_unit_close(struct page_unit *unit); // accepts NULL
// A page with places, as the unit's readers get it: @unit.vi@ and @unit.en@
// become the unit's name in that language, and an attribute that begins with a
// slash, which is a path of this server, gets the base before it.
void pages_fill(const struct page *page, const struct page_unit *unit,
                struct buf *out);
// For ETag, with its quotes.
void page_tag(const void *bytes, size_t size, char out[PAGE_TAG_SIZE]);
