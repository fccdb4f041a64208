// The wards that devices are played for: one, or all of a city that are not
// ended today. Each has a directory, a database, and an address for devices.
#pragma once
#include "city/units.h"
#include "operator/server_data.h"
#include <stddef.h>

enum { BOOK_URL_SIZE = 512 };

struct book {
    struct server_place place; // of `directory`
    char directory[PATH_MAX];
    char unit[CITY_CODE_SIZE];
    char url[BOOK_URL_SIZE];
};

struct books {
    struct book *all;
    size_t count;
};

struct books_city {
    const char *city;      // as --city names it
    const char *directory; // the same, or beside PostgreSQL that of the keys
};

// `server` is the address without a slash at its end. False, and said, when
// there is none or memory ran out. Free it in either case.
bool books_of_one(const struct server_place *place, const char *server,
                  struct books *out);
bool books_of_city(const struct books_city *city, const char *server,
                   struct books *out, struct console *console);
void books_free(struct books *books);
