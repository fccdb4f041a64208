#include "fleet/books.h"
#include "city/registry.h"
#include "common/clock.h"
#include "common/date.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool books_of_one(const struct server_place *place, const char *server,
                  struct books *out)
{
    *out = (struct books){.all = calloc(1, sizeof *out->all)};
    if (!out->all)
        return false;
    struct book *book = out->all;
    out->count = 1;
    book->place = *place;
    snprintf(book->unit, sizeof book->unit, "H24.12");
    return snprintf(book->url, sizeof book->url, "%s", server) < BOOK_URL_SIZE;
}

static bool add(const char *directory, const char *server,
                const struct city_unit *unit, struct books *books,
                struct console *console)
{
    struct book *book = &books->all[books->count];
    const char *url = registry_url(unit);
    if (!registry_directory(directory, unit, book->directory) ||
        !server_place_of(book->directory, &book->place, console))
        return false;
    if (url)
        snprintf(book->place.database, sizeof book->place.database, "%s", url);
    memcpy(book->unit, unit->code, sizeof book->unit);
    books->count++;
    return snprintf(book->url, sizeof book->url, "%s/w/%s", server,
                    unit->code) < BOOK_URL_SIZE;
}

static bool read_units(const char *city, struct city_units *units,
                       struct console *console)
{
    char address[PATH_MAX];
    struct registry *registry = NULL;
    struct buf message = {0};
    int64_t number;
    if (!registry_address(city, address) ||
        registry_open(address, REGISTRY_READS, &registry) != SQL_OK) {
        console_complain(console, "--city: there is no registry of a city; see "
                                  "hailong unit add");
        return false;
    }
    bool good = registry_read(registry, units, &number, &message) == SQL_OK;
    if (!good)
        console_complain(console, "--city: %s", buf_text(&message));
    registry_close(registry);
    buf_free(&message);
    return good;
}

bool books_of_city(const struct books_city *city, const char *server,
                   struct books *out, struct console *console)
{
    struct city_units units;
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    *out = (struct books){0};
    city_units_begin(&units);
    bool good = read_units(city->city, &units, console);
    out->all = good ? calloc(units.count + 1, sizeof *out->all) : NULL;
    good = out->all != NULL;
    for (size_t i = 0; good && i < units.count; i++) {
        const struct city_unit *unit = &units.all[i];
        if (city_kind_has_book(unit->kind) && city_lives(unit, today))
            good = add(city->directory, server, unit, out, console);
    }
    city_units_free(&units);
    if (good && out->count == 0)
        console_complain(console, "--city: no ward stands in its registry");
    return good && out->count > 0;
}

void books_free(struct books *books)
{
    free(books->all);
    *books = (struct books){0};
}
