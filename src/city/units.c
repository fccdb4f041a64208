#include "city/units.h"
#include "common/date.h"
#include "vietnamese/text.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    bool has_book;
} KINDS[CITY_KIND_COUNT] = {
    [CITY_COUNTRY] = {"country", false}, [CITY_PROVINCE] = {"province", false},
    [CITY_CITY] = {"city", false},       [CITY_CLUSTER] = {"cluster", false},
    [CITY_WARD] = {"ward", true},        [CITY_COMMUNE] = {"commune", true},
    [CITY_ZONE] = {"zone", true}};

const char *city_kind_name(enum city_kind kind)
{
    return KINDS[kind].name;
}

bool city_kind_parse(const char *name, enum city_kind *out)
{
    for (int i = 0; i < CITY_KIND_COUNT; i++) {
        if (strcmp(KINDS[i].name, name) == 0) {
            *out = (enum city_kind)i;
            return true;
        }
    }
    return false;
}

bool city_kind_has_book(enum city_kind kind)
{
    return KINDS[kind].has_book;
}

void city_units_begin(struct city_units *out)
{
    *out = (struct city_units){.classes = {20000, 50000}, .class_count = 2};
}

// --- Values with days -------------------------------------------------------

static void free_values(struct city_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->all[i].text);
    }
    free(values->all);
}

static void free_unit(struct city_unit *unit)
{
    free_values(&unit->names);
    free_values(&unit->parents);
    free_values(&unit->people);
}

void city_units_free(struct city_units *units)
{
    for (size_t i = 0; i < units->count; i++) {
        free_unit(&units->all[i]);
    }
    free(units->all);
    free(units->scopes);
    *units = (struct city_units){.count = 0};
}

// Takes the place of what began on the same day. False: out of memory.
static bool put_value(struct city_values *values, int32_t from,
                      const char *text, int64_t number)
{
    size_t at = 0;
    char *copy = strdup(text);
    while (at < values->count && values->all[at].from < from) {
        at++;
    }
    bool is_there = at < values->count && values->all[at].from == from;
    struct city_value *all =
        !copy      ? NULL
        : is_there ? values->all
                   : realloc(values->all, (values->count + 1) * sizeof *all);
    if (!all) {
        free(copy);
        return false;
    }
    values->all = all;
    if (is_there) {
        free(all[at].text);
    } else {
        memmove(&all[at + 1], &all[at], (values->count - at) * sizeof *all);
        values->count++;
    }
    all[at] = (struct city_value){from, copy, number};
    return true;
}

static const struct city_value *value_at(const struct city_values *values,
                                         int32_t day)
{
    size_t at = 0;
    while (at + 1 < values->count && values->all[at + 1].from <= day) {
        at++;
    }
    return values->count > 0 ? &values->all[at] : NULL;
}

// --- Questions ---------------------------------------------------------------

static struct city_unit *find(const struct city_units *units, const char *code)
{
    for (size_t i = 0; i < units->count; i++) {
        if (strcasecmp(units->all[i].code, code) == 0) {
            return &units->all[i];
        }
    }
    return NULL;
}

const struct city_unit *city_find(const struct city_units *units,
                                  const char *code)
{
    return find(units, code);
}

bool city_lives(const struct city_unit *unit, int32_t day)
{
    return unit->from <= day && day <= unit->until;
}

const char *city_name(const struct city_unit *unit, int32_t day)
{
    return value_at(&unit->names, day)->text;
}

const char *city_parent(const struct city_unit *unit, int32_t day)
{
    return value_at(&unit->parents, day)->text;
}

int64_t city_people(const struct city_unit *unit, int32_t day)
{
    const struct city_value *value = value_at(&unit->people, day);
    return value ? value->number : 0;
}

bool city_is_under(const struct city_units *units, const struct city_unit *unit,
                   const char *above, int32_t day)
{
    for (size_t i = 0; unit && i <= units->count; i++) {
        if (strcmp(unit->code, above) == 0) {
            return true;
        }
        unit = find(units, city_parent(unit, day));
    }
    return false;
}

int city_class(const struct city_units *units, const struct city_unit *unit,
               int32_t day)
{
    int64_t people = city_people(unit, day);
    int class = 0;
    if (people == 0) {
        return -1;
    }
    while ((size_t) class < units->class_count &&
           people > units->classes[class]) {
        class ++;
    }
    return class;
}

const char *city_scope_of(const struct city_units *units, const char *person)
{
    for (size_t i = 0; i < units->scope_count; i++) {
        if (strcmp(units->scopes[i].person, person) == 0) {
            return units->scopes[i].unit;
        }
    }
    return "";
}

static int32_t later(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

bool city_parts(const struct city_units *units, const struct city_unit *unit,
                int32_t first, int32_t last, city_part_row *row, void *ctx)
{
    struct city_part part = {unit, later(first, unit->from), last};
    if (part.first <= last && !row(ctx, &part)) {
        return false;
    }
    for (size_t i = 0; i < units->count; i++) {
        const struct city_unit *before = &units->all[i];
        if (strcmp(before->into, unit->code) == 0 && before->until < last &&
            !city_parts(units, before, first, last, row, ctx)) {
            return false;
        }
    }
    return true;
}

// --- Changes

// A change while it is read.
struct reading {
    struct city_units *units;
    const json_t *change;
    struct buf *message;
};

__attribute__((format(printf, 2, 3))) static void
say(const struct reading *reading, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(reading->message, format, args);
    va_end(args);
}
// False, for whoever returns it.
#define refuse(...) (say(__VA_ARGS__), false)

static bool is_code(const char *text)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                "TUVWXYZ0123456789.-";
    size_t size = strlen(text);
    return size > 0 && size < CITY_CODE_SIZE && strspn(text, signs) == size &&
           text[0] != '.' && text[0] != '-';
}

static bool read_code(const struct reading *reading, const char *key,
                      const char **out)
{
    const char *code;
    if (!json_get_text(reading->change, key, &code) || !is_code(code)) {
        return refuse(reading,
                      "%s: give a unit's code, such as H24.12: letters, "
                      "digits, . and -, at most %d",
                      key, CITY_CODE_SIZE - 1);
    }
    *out = code;
    return true;
}

static bool read_unit(const struct reading *reading, const char *key,
                      struct city_unit **out)
{
    const char *code;
    if (!read_code(reading, key, &code)) {
        return false;
    }
    struct city_unit *unit = find(reading->units, code);
    if (!unit) {
        return refuse(reading,
                      "%s: there is no unit %s; \"hailong unit list\" shows "
                      "them",
                      key, code);
    }
    *out = unit;
    return true;
}

static bool read_name(const struct reading *reading, const char **out)
{
    const char *name;
    if (!json_get_text(reading->change, "name", &name) || name[0] == '\0' ||
        strlen(name) >= CITY_NAME_SIZE || strpbrk(name, "\n\r\t") ||
        !text_is_nfc(name, strlen(name))) {
        return refuse(reading,
                      "name: give the unit's whole name on one line, as NFC, "
                      "at most %d bytes",
                      CITY_NAME_SIZE - 1);
    }
    *out = name;
    return true;
}

static bool read_day(const struct reading *reading, int32_t *out)
{
    const char *text;
    if (!json_get_text(reading->change, "from", &text) ||
        !date_parse_iso(text, out)) {
        return refuse(reading, "from: give the first day on which it holds, "
                               "such as 2026-07-01");
    }
    return true;
}

// Optional: 0.
static bool read_people(const struct reading *reading, int64_t *out)
{
    int64_t people = 0;
    if (json_object_get(reading->change, "people") &&
        (!json_get_int(reading->change, "people", &people) || people < 1 ||
         people > 2000000000)) {
        return refuse(reading, "people: give a number of people above 0");
    }
    *out = people;
    return true;
}

static bool read_book(const struct reading *reading, const char **out)
{
    const char *book = "";
    if (json_object_get(reading->change, "book") &&
        (!json_get_text(reading->change, "book", &book) ||
         strlen(book) >= CITY_BOOK_SIZE || strpbrk(book, "\n\r"))) {
        return refuse(reading,
                      "book: give a directory, or postgresql://…, on one line");
    }
    *out = book;
    return true;
}

static bool no_memory(const struct reading *reading)
{
    return refuse(reading, "out of memory");
}

// A unit can stand below `parent` on that day.
static bool check_parent(const struct reading *reading, const char *parent,
                         int32_t day)
{
    char text[DATE_ISO_SIZE];
    const struct city_unit *above = find(reading->units, parent);
    if (!above) {
        return refuse(reading, "parent: there is no unit %s; add it first",
                      parent);
    }
    if (city_kind_has_book(above->kind)) {
        return refuse(reading,
                      "parent: %s is a %s, which has no units below it", parent,
                      city_kind_name(above->kind));
    }
    if (!city_lives(above, day)) {
        date_format_iso(day, text);
        return refuse(reading, "parent: %s does not exist on %s", parent, text);
    }
    return true;
}

static bool append_unit(const struct reading *reading, struct city_unit *unit)
{
    struct city_units *units = reading->units;
    struct city_unit *all =
        units->count < CITY_UNITS_MAX
            ? realloc(units->all, (units->count + 1) * sizeof *all)
            : NULL;
    if (!all) {
        free_unit(unit);
        return no_memory(reading);
    }
    units->all = all;
    all[units->count++] = *unit;
    return true;
}

static bool add(const struct reading *reading)
{
    struct city_unit unit = {.until = CITY_NO_END};
    const char *code, *name, *kind, *book, *parent = "";
    int64_t people;
    if (!read_code(reading, "unit", &code) || !read_name(reading, &name) ||
        !read_day(reading, &unit.from) || !read_people(reading, &people) ||
        !read_book(reading, &book)) {
        return false;
    }
    if (find(reading->units, code)) {
        return refuse(reading,
                      "unit: %s is there already; a code is never "
                      "used again",
                      code);
    }
    if (!json_get_text(reading->change, "kind", &kind) ||
        !city_kind_parse(kind, &unit.kind)) {
        return refuse(reading, "kind: give country, province, city, cluster, "
                               "ward, commune or zone");
    }
    json_get_text(reading->change, "parent", &parent);
    if (parent[0] != '\0' && !check_parent(reading, parent, unit.from)) {
        return false;
    }
    if (parent[0] == '\0' && city_kind_has_book(unit.kind)) {
        return refuse(reading, "parent: is missing; give the unit above it");
    }
    if (book[0] != '\0' && !city_kind_has_book(unit.kind)) {
        return refuse(reading, "book: a %s has none", kind);
    }
    memcpy(unit.code, code, strlen(code) + 1);
    memcpy(unit.book, book, strlen(book) + 1);
    if (!put_value(&unit.names, unit.from, name, 0) ||
        !put_value(&unit.parents, unit.from, parent, 0) ||
        (people > 0 && !put_value(&unit.people, unit.from, "", people))) {
        free_unit(&unit);
        return no_memory(reading);
    }
    return append_unit(reading, &unit);
}

// The unit and the day of a change of one value.
static bool read_change(const struct reading *reading, struct city_unit **out,
                        int32_t *out_day)
{
    char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    if (!read_unit(reading, "unit", out) || !read_day(reading, out_day)) {
        return false;
    }
    if (*out_day < (*out)->from) {
        date_format_iso((*out)->from, first);
        return refuse(reading, "from: %s begins on %s", (*out)->code, first);
    }
    if (*out_day > (*out)->until) {
        date_format_iso((*out)->until, last);
        return refuse(reading, "from: %s ended on %s", (*out)->code, last);
    }
    return true;
}

static bool rename_unit(const struct reading *reading)
{
    struct city_unit *unit;
    const char *name;
    int32_t day;
    if (!read_change(reading, &unit, &day) || !read_name(reading, &name)) {
        return false;
    }
    return put_value(&unit->names, day, name, 0) || no_memory(reading);
}

// Of all days from `day` on on which some parent changes, `unit` must not come
// to stand below itself.
static bool makes_circle(const struct city_units *units,
                         const struct city_unit *unit, const char *parent,
                         int32_t day)
{
    const struct city_unit *above = find(units, parent);
    if (city_is_under(units, above, unit->code, day)) {
        return true;
    }
    for (size_t i = 0; i < units->count; i++) {
        const struct city_values *parents = &units->all[i].parents;
        for (size_t j = 0; j < parents->count; j++) {
            if (parents->all[j].from > day &&
                city_is_under(units, above, unit->code, parents->all[j].from)) {
                return true;
            }
        }
    }
    return false;
}

static bool move_unit(const struct reading *reading)
{
    struct city_unit *unit;
    const char *parent;
    int32_t day;
    if (!read_change(reading, &unit, &day) ||
        !read_code(reading, "parent", &parent) ||
        !check_parent(reading, parent, day)) {
        return false;
    }
    if (makes_circle(reading->units, unit, parent, day)) {
        return refuse(reading, "parent: %s stands below %s itself", parent,
                      unit->code);
    }
    return put_value(&unit->parents, day, parent, 0) || no_memory(reading);
}

static bool count_people(const struct reading *reading)
{
    struct city_unit *unit;
    int32_t day;
    int64_t people;
    if (!read_change(reading, &unit, &day) || !read_people(reading, &people)) {
        return false;
    }
    if (people == 0) {
        return refuse(reading, "people: is missing");
    }
    return put_value(&unit->people, day, "", people) || no_memory(reading);
}

static bool change_book(const struct reading *reading)
{
    struct city_unit *unit;
    const char *book;
    if (!read_unit(reading, "unit", &unit) || !read_book(reading, &book)) {
        return false;
    }
    if (!city_kind_has_book(unit->kind)) {
        return refuse(reading, "book: a %s has none",
                      city_kind_name(unit->kind));
    }
    memcpy(unit->book, book, strlen(book) + 1);
    return true;
}

static bool change_host(const struct reading *reading)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
    struct city_unit *unit;
    const char *host = NULL;
    if (!read_unit(reading, "unit", &unit)) {
        return false;
    }
    if (!json_get_text(reading->change, "host", &host) ||
        strlen(host) >= CITY_HOST_SIZE || host[strspn(host, signs)] != '\0') {
        return refuse(reading, "host: give a name such as h24-12.example, in "
                               "small letters, with the port where it has one");
    }
    for (size_t i = 0; host[0] != '\0' && i < reading->units->count; i++) {
        const struct city_unit *other = &reading->units->all[i];
        if (other != unit && strcmp(other->host, host) == 0) {
            return refuse(reading, "host: it is the one of %s", other->code);
        }
    }
    memcpy(unit->host, host, strlen(host) + 1);
    return true;
}

// --- Mergers -----------------------------------------------------------------

// One that is to end before `day`.
static bool check_source(const struct reading *reading, const char *code,
                         const struct city_unit *into, int32_t day)
{
    char text[DATE_ISO_SIZE];
    const struct city_unit *unit = find(reading->units, code);
    date_format_iso(day, text);
    if (!unit) {
        return refuse(reading, "units: there is no unit %s", code);
    }
    if (unit == into) {
        return refuse(reading,
                      "units: %s cannot become a part of itself; name only "
                      "those that end",
                      code);
    }
    if (!city_kind_has_book(unit->kind)) {
        return refuse(reading,
                      "units: %s is a %s; move the units below it elsewhere "
                      "instead",
                      code, city_kind_name(unit->kind));
    }
    if (unit->until != CITY_NO_END) {
        return refuse(reading, "units: %s has ended already", code);
    }
    if (unit->from >= day) {
        return refuse(reading, "units: %s does not exist before %s", code,
                      text);
    }
    return true;
}

static bool check_sources(const struct reading *reading, const json_t *sources,
                          const struct city_unit *into, int32_t day)
{
    size_t count = json_array_size(sources);
    if (count == 0) {
        return refuse(reading, "units: give the codes of those that end");
    }
    for (size_t i = 0; i < count; i++) {
        const char *code = json_string_value(json_array_get(sources, i));
        if (!code || !check_source(reading, code, into, day)) {
            return code ? false : refuse(reading, "units: give codes");
        }
    }
    return true;
}

static bool merge(const struct reading *reading)
{
    struct city_unit *into;
    int32_t day;
    char text[DATE_ISO_SIZE];
    const json_t *sources = json_object_get(reading->change, "units");
    if (!read_unit(reading, "into", &into) || !read_day(reading, &day)) {
        return false;
    }
    date_format_iso(day, text);
    if (!city_kind_has_book(into->kind)) {
        return refuse(reading, "into: %s is a %s and keeps no ratings",
                      into->code, city_kind_name(into->kind));
    }
    if (!city_lives(into, day)) {
        return refuse(reading, "into: %s does not exist on %s", into->code,
                      text);
    }
    if (!check_sources(reading, sources, into, day)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(sources); i++) {
        struct city_unit *unit =
            find(reading->units, json_string_value(json_array_get(sources, i)));
        unit->until = day - 1;
        memcpy(unit->into, into->code, sizeof unit->into);
    }
    return true;
}

// --- Ends, and what was not meant

// Whether it stands below `parent` on some day from `day` on.
static bool will_be_under(const struct city_unit *unit, const char *parent,
                          int32_t day)
{
    const struct city_values *parents = &unit->parents;
    for (size_t i = 0; i < parents->count; i++) {
        int32_t first = later(parents->all[i].from, day);
        int32_t next =
            i + 1 < parents->count ? parents->all[i + 1].from : CITY_NO_END;
        if (strcmp(parents->all[i].text, parent) == 0 && next > day &&
            unit->until >= first) {
            return true;
        }
    }
    return false;
}

// Nothing may lean on a unit that is no more.
static bool check_unneeded(const struct reading *reading,
                           const struct city_unit *unit, int32_t day)
{
    for (size_t i = 0; i < reading->units->count; i++) {
        const struct city_unit *other = &reading->units->all[i];
        if (strcmp(other->into, unit->code) == 0 && other->until >= day - 1) {
            return refuse(reading,
                          "unit: %s becomes a part of it; take that back first",
                          other->code);
        }
        if (will_be_under(other, unit->code, day)) {
            return refuse(reading, "unit: %s stands below it; move it first",
                          other->code);
        }
    }
    return true;
}

// A unit that ends on the day on which it would begin never is.
static bool dissolve(const struct reading *reading)
{
    struct city_unit *unit;
    int32_t day;
    if (!read_change(reading, &unit, &day) ||
        !check_unneeded(reading, unit, day)) {
        return false;
    }
    if (unit->until != CITY_NO_END) {
        return refuse(reading, "unit: %s has an end already", unit->code);
    }
    unit->until = day - 1;
    return true;
}

static bool take_back_end(const struct reading *reading, struct city_unit *unit,
                          int32_t day)
{
    const char *parent = city_parent(unit, day);
    if (unit->until != day - 1) {
        return refuse(reading, "from: %s does not end then", unit->code);
    }
    if (parent[0] != '\0' && !check_parent(reading, parent, day)) {
        return false;
    }
    unit->until = CITY_NO_END;
    unit->into[0] = '\0';
    return true;
}

// What it began with stays: there is nothing before it.
static struct city_value *value_from(const struct city_values *values,
                                     int32_t day)
{
    for (size_t i = 1; i < values->count; i++) {
        if (values->all[i].from == day) {
            return &values->all[i];
        }
    }
    return NULL;
}

static void take_out(struct city_values *values, struct city_value *value)
{
    size_t at = (size_t)(value - values->all);
    free(value->text);
    values->count--;
    memmove(value, value + 1, (values->count - at) * sizeof *value);
}

static bool take_back_value(const struct reading *reading,
                            struct city_unit *unit, struct city_values *values,
                            int32_t day)
{
    struct city_value *value = value_from(values, day);
    if (!value) {
        return refuse(reading, "from: nothing of that changes then for %s",
                      unit->code);
    }
    if (values == &unit->parents) {
        const char *before = value[-1].text;
        if (before[0] != '\0' && !check_parent(reading, before, day)) {
            return false;
        }
        if (before[0] != '\0' &&
            makes_circle(reading->units, unit, before, day)) {
            return refuse(reading, "what: %s stands below %s itself by then",
                          before, unit->code);
        }
    }
    take_out(values, value);
    return true;
}

static bool take_back(const struct reading *reading)
{
    struct city_unit *unit;
    const char *what = "";
    int32_t day;
    if (!read_unit(reading, "unit", &unit) || !read_day(reading, &day)) {
        return false;
    }
    json_get_text(reading->change, "what", &what);
    if (strcmp(what, "end") == 0) {
        return take_back_end(reading, unit, day);
    }
    struct city_values *values = strcmp(what, "name") == 0     ? &unit->names
                                 : strcmp(what, "parent") == 0 ? &unit->parents
                                 : strcmp(what, "people") == 0 ? &unit->people
                                                               : NULL;
    return values ? take_back_value(reading, unit, values, day)
                  : refuse(reading, "what: give name, parent, people or end");
}

// --- People and classes

static void drop_scope(struct city_units *units, const char *person)
{
    for (size_t i = 0; i < units->scope_count; i++) {
        if (strcmp(units->scopes[i].person, person) == 0) {
            units->scopes[i] = units->scopes[--units->scope_count];
            return;
        }
    }
}

static bool put_scope(const struct reading *reading)
{
    struct city_units *units = reading->units;
    struct city_unit *unit = NULL;
    struct city_scope scope = {.unit = ""};
    if (!json_copy_text(reading->change, "person", scope.person,
                        sizeof scope.person) ||
        scope.person[0] == '\0') {
        return refuse(reading, "person: give the name that is typed to sign "
                               "in");
    }
    const json_t *where = json_object_get(reading->change, "unit");
    if (!json_is_null(where) && !read_unit(reading, "unit", &unit)) {
        return false;
    }
    struct city_scope *scopes =
        realloc(units->scopes, (units->scope_count + 1) * sizeof *scopes);
    if (!scopes) {
        return no_memory(reading);
    }
    units->scopes = scopes;
    drop_scope(units, scope.person);
    if (unit) {
        memcpy(scope.unit, unit->code, sizeof scope.unit);
        units->scopes[units->scope_count++] = scope;
    }
    return true;
}

static bool put_classes(const struct reading *reading)
{
    int64_t classes[CITY_CLASSES_MAX];
    const json_t *bounds = json_object_get(reading->change, "bounds");
    size_t count = json_array_size(bounds);
    bool fits = json_is_array(bounds) && count <= CITY_CLASSES_MAX;
    for (size_t i = 0; fits && i < count; i++) {
        classes[i] = json_integer_value(json_array_get(bounds, i));
        fits = classes[i] > 0 && (i == 0 || classes[i] > classes[i - 1]);
    }
    if (!fits) {
        return refuse(reading,
                      "bounds: give up to %d numbers of people, each larger "
                      "than the one before",
                      CITY_CLASSES_MAX);
    }
    memcpy(reading->units->classes, classes, count * sizeof *classes);
    reading->units->class_count = count;
    return true;
}

bool city_units_apply(struct city_units *units, const json_t *change,
                      struct buf *message)
{
    static const struct {
        const char *name;
        bool (*apply)(const struct reading *reading);
    } changes[] = {{"add", add},
                   {"name", rename_unit},
                   {"parent", move_unit},
                   {"people", count_people},
                   {"merge", merge},
                   {"dissolve", dissolve},
                   {"take-back", take_back},
                   {"book", change_book},
                   {"host", change_host},
                   {"person", put_scope},
                   {"classes", put_classes}};
    struct reading reading = {units, change, message};
    const char *what = "";
    json_get_text(change, "do", &what);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        if (strcmp(changes[i].name, what) == 0) {
            return changes[i].apply(&reading);
        }
    }
    return refuse(&reading, "do: \"%s\" is no change", what);
}
