// The units of a city as a tree over time: cities, clusters, wards, with the
// days on which one began, was renamed, got another parent, or became a part of
// another. It is what the changes of the registry (registry.h) give, one after
// the other, and nothing else; a change that does not fit what stands there is
// refused with a reason. Pure.
//
// Days are local (common/date.h). What holds from a day on holds until the next
// of its kind; a later change with the same day takes its place, which is how a
// mistake is put right. Points and counters are a ward's own and unknown here.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CITY_CODE_SIZE = 32,
    CITY_NAME_SIZE = 200,
    CITY_BOOK_SIZE = 512,
    CITY_HOST_SIZE = 256,
    CITY_PERSON_SIZE = 32,
    CITY_CLASSES_MAX = 6,
    CITY_UNITS_MAX = 20000
};
// The last day of a unit that has not ended.
#define CITY_NO_END INT32_MAX

enum city_kind {
    CITY_COUNTRY,
    CITY_PROVINCE,
    CITY_CITY,
    CITY_CLUSTER, // whatever stands between a city and its wards
    CITY_WARD,    // phường
    CITY_COMMUNE, // xã
    CITY_ZONE,    // đặc khu
    CITY_KIND_COUNT
};
const char *city_kind_name(enum city_kind kind); // "ward", …
bool city_kind_parse(const char *name, enum city_kind *out);
// Wards, communes and zones keep a book of ratings and have no units below.
bool city_kind_has_book(enum city_kind kind);

// One value of a unit, from a day on.
struct city_value {
    int32_t from;
    char *text;     // a name, or a parent's code ("": none)
    int64_t number; // of people
};
struct city_values {
    struct city_value *all; // by day
    size_t count;
};

struct city_unit {
    char code[CITY_CODE_SIZE];
    enum city_kind kind;
    int32_t from, until;       // first and last day; CITY_NO_END
    char into[CITY_CODE_SIZE]; // what goes on after `until`; "": nothing does
    struct city_values names, parents, people;
    char book[CITY_BOOK_SIZE]; // "": where books lie (registry.h)
    char host[CITY_HOST_SIZE]; // under which devices and people knew its own
                               // server before; ""
};

// Who sees the figures of which subtree, beside what their role allows.
struct city_scope {
    char person[CITY_PERSON_SIZE];
    char unit[CITY_CODE_SIZE];
};

struct city_units {
    struct city_unit *all; // in the order in which they were added
    size_t count;
    struct city_scope *scopes;
    size_t scope_count;
    int64_t classes[CITY_CLASSES_MAX]; // people; each begins the next class
    size_t class_count;
};

// The first classes, until the registry sets others: up to 20.000 people, up to
// 50.000, above.
void city_units_begin(struct city_units *out);
void city_units_free(struct city_units *units);

// Applies one change: an object with "do" and, by that,
//   add      unit kind name parent? people? from book?
//   name     unit name from
//   parent   unit parent from
//   people   unit people from
//   merge    units[] into from     the last day of each is the day before
//   dissolve unit from             likewise; nothing goes on after it
//   take-back unit what from       what was to change that day does not: its
//                                  name, parent, people or end
//   book     unit book
//   host     unit host
//   person   person unit|null      null: sees nothing any more
//   classes  bounds[]
// False with a `message`, in English, that says what is wrong and what to do;
// nothing has changed then.
bool city_units_apply(struct city_units *units, const json_t *change,
                      struct buf *message);

// Capital or small letters are the same in a code. NULL: there is none.
const struct city_unit *city_find(const struct city_units *units,
                                  const char *code);
bool city_lives(const struct city_unit *unit, int32_t day);
// As on this day; before its first day what it began with.
const char *city_name(const struct city_unit *unit, int32_t day);
const char *city_parent(const struct city_unit *unit, int32_t day); // "": none
int64_t city_people(const struct city_unit *unit, int32_t day); // 0: not told
// Whether it is `above` or stands below it on that day.
bool city_is_under(const struct city_units *units, const struct city_unit *unit,
                   const char *above, int32_t day);
// 0 for the smallest; -1: its people are not told.
int city_class(const struct city_units *units, const struct city_unit *unit,
               int32_t day);
// The unit whose subtree a person sees; "": none.
const char *city_scope_of(const struct city_units *units, const char *person);

// What a unit's figures of a period are made of: its own book, and those of the
// units that became a part of it, each with the days that count. Of such a unit
// what came late counts too: its days after its end belong to who goes on.
// Until the period's last day has come to the end of a unit, it is its own.
struct city_part {
    const struct city_unit *unit;
    int32_t first, last;
};
typedef bool city_part_row(void *ctx, const struct city_part *part);
// The unit itself comes first. False: a row said so.
bool city_parts(const struct city_units *units, const struct city_unit *unit,
                int32_t first, int32_t last, city_part_row *row, void *ctx);
