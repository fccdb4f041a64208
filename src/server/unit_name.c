#include "server/unit_name.h"
#include "common/log.h"
#include "server/pages.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

struct called {
    struct called *before;
    struct page_unit *page;
    char text[];
};

// Names are few over a server's life: all of them are kept.
struct unit_name {
    const struct i18n *texts;
    const char *base;
    _Atomic(struct called *) now;
};

static void free_called(struct called *called)
{
    page_unit_close(called->page);
    free(called);
}

bool unit_name_change(struct unit_name *name, const char *text)
{
    size_t size = strlen(text) + 1;
    struct called *called = calloc(1, sizeof *called + size);
    if (!called) {
        log_error(MODULE, "out of memory");
        return false;
    }
    memcpy(called->text, text, size);
    called->page = page_unit_open(name->texts, called->text, name->base);
    if (!called->page) {
        free_called(called);
        return false;
    }
    called->before = atomic_load(&name->now);
    atomic_store(&name->now, called);
    return true;
}

struct unit_name *unit_name_open(const struct i18n *texts, const char *name,
                                 const char *base)
{
    struct unit_name *opened = calloc(1, sizeof *opened);
    if (!opened) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    opened->texts = texts;
    opened->base = base;
    if (!unit_name_change(opened, name)) {
        free(opened);
        return NULL;
    }
    return opened;
}

void unit_name_close(struct unit_name *name)
{
    if (!name) {
        return;
    }
    struct called *before, *called = atomic_load(&name->now);
    for (; called; called = before) {
        before = called->before;
        free_called(called);
    }
    free(name);
}

const char *unit_name_now(const struct unit_name *name)
{
    return atomic_load(&name->now)->text;
}

const struct page_unit *unit_name_page(const struct unit_name *name)
{
    return atomic_load(&name->now)->page;
}
