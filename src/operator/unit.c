// hailong unit add | rename | move | merge | dissolve | take-back | set |
// person | classes | list: the units of a city, in its registry. The server may
// run meanwhile: it looks at the registry every few seconds.
#include "city/registry.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "office/people.h"
#include "operator/command.h"
#include "operator/listing.h"
#include "vietnamese/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CITY_OPTION                                                            \
    {                                                                          \
        "hailong", "city", CONFIG_TEXT, NULL, 0, 0,                            \
            "the city's directory, or its registry on PostgreSQL"              \
    }
#define FROM_OPTION                                                            \
    {                                                                          \
        "hailong", "from", CONFIG_TEXT, NULL, 0, 0,                            \
            "the first day on which it holds, such as 2026-07-01"              \
    }
#define PEOPLE_OPTION                                                          \
    {                                                                          \
        "hailong", "people", CONFIG_INTEGER, "0", 0, 2000000000,               \
            "how many people live there; the class in the league table"        \
    }
#define KIND_OPTION                                                            \
    {                                                                          \
        "hailong", "kind", CONFIG_TEXT, "ward", 0, 0,                          \
            "country, province, city, cluster, ward, commune or zone"          \
    }
#define BOOK_OPTION                                                              \
    {                                                                            \
        "hailong", "book", CONFIG_TEXT, NULL, 0, 0,                              \
            "where its ratings lie: a directory, or postgresql://…; default: " \
            "wards/CODE in the city's"                                           \
    }

static const struct config_key ADD_KEYS[] = {
    CITY_OPTION,
    {"hailong", "code", CONFIG_TEXT, NULL, 0, 0, "its code, such as H24.12"},
    KIND_OPTION,
    {"hailong", "name", CONFIG_TEXT, NULL, 0, 0, "its whole name"},
    {"hailong", "parent", CONFIG_TEXT, NULL, 0, 0, "code of the unit above"},
    PEOPLE_OPTION,
    FROM_OPTION,
    BOOK_OPTION,
    {0}};
static const struct config_key RENAME_KEYS[] = {
    CITY_OPTION,
    {"hailong", "name", CONFIG_TEXT, NULL, 0, 0, "its new name"},
    FROM_OPTION,
    {0}};
static const struct config_key MOVE_KEYS[] = {
    CITY_OPTION,
    {"hailong", "parent", CONFIG_TEXT, NULL, 0, 0,
     "code of the unit above from then on"},
    FROM_OPTION,
    {0}};
static const struct config_key MERGE_KEYS[] = {
    CITY_OPTION,
    {"hailong", "into", CONFIG_TEXT, NULL, 0, 0,
     "code of the unit that goes on"},
    {"hailong", "name", CONFIG_TEXT, NULL, 0, 0,
     "its name, when it begins that day"},
    KIND_OPTION,
    {"hailong", "parent", CONFIG_TEXT, NULL, 0, 0,
     "with --name: code of the unit above"},
    PEOPLE_OPTION,
    FROM_OPTION,
    {0}};
static const struct config_key DISSOLVE_KEYS[] = {
    CITY_OPTION, FROM_OPTION, {0}};
static const struct config_key TAKE_BACK_KEYS[] = {
    CITY_OPTION,
    {"hailong", "what", CONFIG_TEXT, NULL, 0, 0,
     "what does not change after all: name, parent, people or end"},
    {"hailong", "from", CONFIG_TEXT, NULL, 0, 0,
     "the day on which it was to change; it must not have come yet"},
    {0}};
static const struct config_key SET_KEYS[] = {
    {"hailong", "host", CONFIG_TEXT, NULL, 0, 0,
     "host name of the server that it had alone, whose devices go on here"},
    CITY_OPTION,
    PEOPLE_OPTION,
    FROM_OPTION,
    BOOK_OPTION,
    {0}};
static const struct config_key PERSON_KEYS[] = {
    CITY_OPTION,
    {"hailong", "unit", CONFIG_TEXT, NULL, 0, 0,
     "code of the unit whose figures, and those below, the person sees; "
     "none: no figures any more"},
    {0}};
static const struct config_key CLASSES_KEYS[] = {CITY_OPTION, {0}};
static const struct config_key LIST_KEYS[] = {
    CITY_OPTION,
    {"hailong", "day", CONFIG_TEXT, NULL, 0, 0,
     "as on this day; default: today"},
    {"hailong", "changes", CONFIG_FLAG, "no", 0, 0,
     "every change instead, with who made it and when"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

// --- The registry

// NULL, and said, when it cannot be opened.
static struct registry *open_registry(const struct config *config,
                                      enum registry_mode mode, bool is_new,
                                      struct console *console)
{
    char address[PATH_MAX];
    struct registry *registry = NULL;
    const char *city = config_text(config, "city");
    if (!registry_address(city, address)) {
        console_complain(console, "--city: the path or the name of the schema "
                                  "is too long, or is none");
        return NULL;
    }
    bool is_url = office_is_url(city);
    if (is_new && !is_url && !file_make_directory(city)) {
        console_complain(console, "%s cannot be made: %s", city,
                         strerror(errno));
        return NULL;
    }
    // The first unit makes the registry; no later one makes a second by a slip.
    enum sql_result result = registry_open(
        address, is_new ? REGISTRY_WRITES : REGISTRY_READS, &registry);
    if (result == SQL_OK && mode == REGISTRY_WRITES && !is_new) {
        registry_close(registry);
        registry = NULL;
        result = registry_open(address, mode, &registry);
    }
    if (result == SQL_NONE)
        console_complain(console,
                         "%s: there is no registry here; check --city, or add "
                         "the city itself first (unit add --kind city, "
                         "without --parent)",
                         is_url ? "PostgreSQL" : city);
    else if (result != SQL_OK)
        console_complain(console, "the registry cannot be opened: %s",
                         result == SQL_BUSY
                             ? "it is busy or out of reach; try again"
                             : "the cause is above");
    return registry;
}

// Adds them, gives them back, and says what was done.
static int add_changes(const struct config *config, json_t *const *changes,
                       size_t count, bool is_new, const char *done,
                       struct console *console)
{
    struct buf message = {0};
    struct registry *registry =
        open_registry(config, REGISTRY_WRITES, is_new, console);
    bool ok =
        registry && registry_add(registry, (const json_t *const *)changes,
                                 count, "admin", clock_wall_ms(), &message);
    registry_close(registry);
    if (ok)
        buf_printf(&console->out, "%s\n", done);
    else if (message.size > 0)
        console_complain(console, "--%s", buf_text(&message));
    for (size_t i = 0; i < count; i++)
        json_decref(changes[i]);
    buf_free(&message);
    return ok ? COMMAND_DONE : COMMAND_FAILED;
}

static int add_change(const struct config *config, json_t *change,
                      const char *done, struct console *console)
{
    json_t *changes[] = {change};
    return add_changes(config, changes, 1, false, done, console);
}

// --- The changes

// NULL, and said, when it is missing or cannot be kept. The caller frees it.
static char *need_name(const struct config *config, struct console *console)
{
    struct buf name = {0};
    const char *text = command_need(config, "name", console);
    if (text && !text_append_nfc(text, strlen(text), &name))
        console_complain(console, "--name: is no UTF-8");
    return text ? buf_take(&name) : NULL;
}

static void set_optional(json_t *change, const char *key, const char *text)
{
    if (text && text[0] != '\0')
        json_object_set_new(change, key, json_string(text));
}

static void set_people(json_t *change, const struct config *config)
{
    if (config_is_set(config, "people"))
        json_object_set_new(change, "people",
                            json_integer(config_integer(config, "people")));
}

static json_t *new_unit(const struct config *config, const char *code,
                        const char *name, const char *from)
{
    json_t *change = json_pack("{s:s, s:s, s:s, s:s, s:s}", "do", "add", "unit",
                               code, "kind", config_text(config, "kind"),
                               "name", name, "from", from);
    set_optional(change, "parent", config_text(config, "parent"));
    set_people(change, config);
    return change;
}

static int add(const struct config *config, struct console *console)
{
    const char *city = command_need(config, "city", console);
    const char *code = command_need(config, "code", console);
    const char *from = command_need(config, "from", console);
    char *name = need_name(config, console);
    struct buf done = {0};
    int status = COMMAND_MISUSED;
    if (city && code && from && name) {
        json_t *change = new_unit(config, code, name, from);
        set_optional(change, "book", config_text(config, "book"));
        buf_printf(&done, "Added: %s (%s)", code, name);
        status = add_changes(config, &change, 1, !config_text(config, "parent"),
                             buf_text(&done), console);
    }
    buf_free(&done);
    free(name);
    return status;
}

static int rename_unit(const struct config *config, struct console *console)
{
    const char *code = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *from = command_need(config, "from", console);
    char *name = need_name(config, console);
    struct buf done = {0};
    int status = COMMAND_MISUSED;
    if (city && from && name) {
        buf_printf(&done, "%s is called %s from %s on", code, name, from);
        status = add_change(config,
                            json_pack("{s:s, s:s, s:s, s:s}", "do", "name",
                                      "unit", code, "name", name, "from", from),
                            buf_text(&done), console);
    }
    buf_free(&done);
    free(name);
    return status;
}

static int move(const struct config *config, struct console *console)
{
    const char *code = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *parent = command_need(config, "parent", console);
    const char *from = command_need(config, "from", console);
    struct buf done = {0};
    int status = COMMAND_MISUSED;
    if (city && parent && from) {
        buf_printf(&done, "%s stands below %s from %s on", code, parent, from);
        status =
            add_change(config,
                       json_pack("{s:s, s:s, s:s, s:s}", "do", "parent", "unit",
                                 code, "parent", parent, "from", from),
                       buf_text(&done), console);
    }
    buf_free(&done);
    return status;
}

// "H24.12,H24.13" as an array.
static json_t *split(const char *text)
{
    json_t *array = json_array();
    while (*text) {
        size_t size = strcspn(text, ",");
        json_array_append_new(array, json_stringn(text, size));
        text += size + (text[size] == ',');
    }
    return array;
}

static int merge(const struct config *config, struct console *console)
{
    const char *codes = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *into = command_need(config, "into", console);
    const char *from = command_need(config, "from", console);
    bool is_new = config_text(config, "name") != NULL;
    char *name = is_new ? need_name(config, console) : NULL;
    struct buf done = {0};
    int status = COMMAND_MISUSED;
    if (city && into && from && (name || !is_new)) {
        json_t *changes[2];
        size_t count = 0;
        if (is_new)
            changes[count++] = new_unit(config, into, name, from);
        changes[count++] =
            json_pack("{s:s, s:o, s:s, s:s}", "do", "merge", "units",
                      split(codes), "into", into, "from", from);
        buf_printf(&done,
                   "%s: a part of %s from %s on; enrol their devices with %s "
                   "anew that day, and revoke the old ones once they are empty",
                   codes, into, from, into);
        status = add_changes(config, changes, count, false, buf_text(&done),
                             console);
    }
    buf_free(&done);
    free(name);
    return status;
}

static int dissolve(const struct config *config, struct console *console)
{
    const char *code = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *from = command_need(config, "from", console);
    struct buf done = {0};
    int status = COMMAND_MISUSED;
    if (city && from) {
        buf_printf(&done,
                   "%s is no more from %s on; its figures stay its own; revoke "
                   "its devices once they are empty",
                   code, from);
        status = add_change(config,
                            json_pack("{s:s, s:s, s:s}", "do", "dissolve",
                                      "unit", code, "from", from),
                            buf_text(&done), console);
    }
    buf_free(&done);
    return status;
}

// What held already was shown to somebody.
static bool is_to_come(const char *text, struct console *console)
{
    int32_t day = 0;
    if (date_parse_iso(text, &day) &&
        day <= date_day_of_wall_ms(clock_wall_ms())) {
        console_complain(console,
                         "--from: %s has come already; say what holds instead, "
                         "with the same day",
                         text);
        return false;
    }
    return true;
}

static int take_back(const struct config *config, struct console *console)
{
    const char *code = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *what = command_need(config, "what", console);
    const char *from = command_need(config, "from", console);
    struct buf done = {0};
    int status = COMMAND_MISUSED;
    if (city && what && from && is_to_come(from, console)) {
        buf_printf(&done, "%s: its %s does not change on %s", code, what, from);
        status = add_change(config,
                            json_pack("{s:s, s:s, s:s, s:s}", "do", "take-back",
                                      "unit", code, "what", what, "from", from),
                            buf_text(&done), console);
    }
    buf_free(&done);
    return status;
}

static int set(const struct config *config, struct console *console)
{
    const char *code = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *book = config_text(config, "book");
    const char *host = config_text(config, "host");
    bool counts = config_is_set(config, "people");
    const char *from = counts ? command_need(config, "from", console) : "";
    json_t *changes[3];
    size_t count = 0;
    if (!city || !from)
        return COMMAND_MISUSED;
    if (!counts && !book && !host) {
        console_complain(console,
                         "--people, --book or --host is missing; see --help");
        return COMMAND_MISUSED;
    }
    if (counts) {
        changes[count] = json_pack("{s:s, s:s, s:s}", "do", "people", "unit",
                                   code, "from", from);
        set_people(changes[count++], config);
    }
    if (book)
        changes[count++] = json_pack("{s:s, s:s, s:s}", "do", "book", "unit",
                                     code, "book", book);
    if (host)
        changes[count++] = json_pack("{s:s, s:s, s:s}", "do", "host", "unit",
                                     code, "host", host);
    return add_changes(
        config, changes, count, false,
        book ? "Set; a server that runs opens the book there within seconds"
             : "Set",
        console);
}

// A slip in the name would leave a person without figures, and say nothing.
// Who is not there yet may still come, so it is no mistake.
static void tell_of_nobody(const char *city, const char *name,
                           struct console *console)
{
    char path[PATH_MAX];
    struct office_person person;
    struct office *office = NULL;
    bool is_url = office_is_url(city);
    if (!is_url && !file_join(path, sizeof path, city, "office.db"))
        return;
    if (is_url)
        snprintf(path, sizeof path, "%s", city);
    bool is_there = is_url || file_exists(path);
    if (is_there && office_open(path, OFFICE_READER, &office) != OFFICE_OK)
        return;
    enum office_result result =
        is_there ? office_find_person(office, name, &person, NULL)
                 : OFFICE_NONE;
    office_close(office);
    if (result == OFFICE_NONE)
        console_complain(console,
                         "nobody is called %s in the city yet; add that person "
                         "(hailong user add, with the city's %s), or check the "
                         "name",
                         name,
                         is_url ? "--db and --keys" : "directory as --data");
}

static int person(const struct config *config, struct console *console)
{
    const char *name = config_operand(config, 0);
    const char *city = command_need(config, "city", console);
    const char *unit = command_need(config, "unit", console);
    struct buf done = {0};
    if (!city || !unit)
        return COMMAND_MISUSED;
    bool is_none = strcmp(unit, "none") == 0;
    buf_printf(&done, "%s sees %s%s", name, is_none ? "no figures" : unit,
               is_none ? "" : " and what stands below it");
    int status =
        add_change(config,
                   json_pack("{s:s, s:s, s:s?}", "do", "person", "person", name,
                             "unit", is_none ? NULL : unit),
                   buf_text(&done), console);
    buf_free(&done);
    if (status == COMMAND_DONE && !is_none)
        tell_of_nobody(city, name, console);
    return status;
}

static int classes(const struct config *config, struct console *console)
{
    json_t *bounds = json_array();
    const char *text = config_operand(config, 0);
    if (!command_need(config, "city", console)) {
        json_decref(bounds);
        return COMMAND_MISUSED;
    }
    while (*text) {
        char *end;
        long long bound = strtoll(text, &end, 10);
        if (end == text || (*end != ',' && *end != '\0')) {
            console_complain(console,
                             "\"%s\": give numbers of people, such as "
                             "20000,50000",
                             config_operand(config, 0));
            json_decref(bounds);
            return COMMAND_MISUSED;
        }
        json_array_append_new(bounds, json_integer(bound));
        text = end + (*end == ',');
    }
    return add_change(
        config, json_pack("{s:s, s:o}", "do", "classes", "bounds", bounds),
        "Set", console);
}

// --- What there is

static const char *day_text(int32_t day, char out[DATE_ISO_SIZE])
{
    out[0] = '\0';
    if (day != CITY_NO_END)
        date_format_iso(day, out);
    return out;
}

static void list_units(const struct city_units *units, int32_t day,
                       struct buf *out)
{
    static const char *const HEAD[] = {"UNIT", "KIND",  "PARENT", "PEOPLE",
                                       "FROM", "UNTIL", "INTO",   "NAME"};
    struct listing listing;
    char text[DATE_ISO_SIZE];
    listing_start(&listing, HEAD, sizeof HEAD / sizeof HEAD[0]);
    for (size_t i = 0; i < units->count; i++) {
        const struct city_unit *unit = &units->all[i];
        int64_t people = city_people(unit, day);
        listing_add(&listing, unit->code);
        listing_add(&listing, city_kind_name(unit->kind));
        listing_add(&listing, city_parent(unit, day));
        listing_add_count(&listing, people > 0 ? people : -1);
        listing_add(&listing, day_text(unit->from, text));
        listing_add(&listing, day_text(unit->until, text));
        listing_add(&listing, unit->into);
        listing_add(&listing, city_name(unit, day));
    }
    listing_print(&listing, out);
    for (size_t i = 0; i < units->scope_count; i++)
        buf_printf(out, "%s sees %s and what stands below it\n",
                   units->scopes[i].person, units->scopes[i].unit);
}

static json_t *tell_units(const struct city_units *units, int32_t day)
{
    json_t *rows = json_array(), *people = json_array();
    char from[DATE_ISO_SIZE], until[DATE_ISO_SIZE];
    for (size_t i = 0; i < units->count; i++) {
        const struct city_unit *unit = &units->all[i];
        const char *parent = city_parent(unit, day);
        day_text(unit->until, until);
        json_array_append_new(
            rows,
            json_pack("{s:s, s:s, s:s, s:s?, s:I, s:s, s:s?, s:s?, s:s}",
                      "unit", unit->code, "kind", city_kind_name(unit->kind),
                      "name", city_name(unit, day), "parent",
                      parent[0] != '\0' ? parent : NULL, "people",
                      (json_int_t)city_people(unit, day), "from",
                      day_text(unit->from, from), "until",
                      until[0] != '\0' ? until : NULL, "into",
                      unit->into[0] != '\0' ? unit->into : NULL, "book",
                      unit->book));
    }
    for (size_t i = 0; i < units->scope_count; i++)
        json_array_append_new(people, json_pack("{s:s, s:s}", "person",
                                                units->scopes[i].person, "unit",
                                                units->scopes[i].unit));
    return json_pack("{s:o, s:o}", "units", rows, "people", people);
}

static bool list_change(void *ctx, const struct registry_change *change)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(change->at, at);
    buf_printf(ctx, "%lld  %s  %s  %s\n", (long long)change->number, at,
               change->who, change->body);
    return true;
}

// `day` as it was given; today.
static bool read_day(const struct config *config, int32_t *out,
                     struct console *console)
{
    const char *text = config_text(config, "day");
    *out = date_day_of_wall_ms(clock_wall_ms());
    if (text && !date_parse_iso(text, out)) {
        console_complain(console, "--day: give a day such as 2026-07-01");
        return false;
    }
    return true;
}

static bool list_from(const struct config *config, struct registry *registry,
                      int32_t day, struct console *console)
{
    struct city_units units;
    struct buf message = {0};
    int64_t number;
    if (registry_read(registry, &units, &number, &message) != SQL_OK) {
        console_complain(console, "%s", buf_text(&message));
        buf_free(&message);
        return false;
    }
    if (config_flag(config, "json"))
        listing_print_object(tell_units(&units, day), &console->out);
    else if (config_flag(config, "changes"))
        registry_list(registry, list_change, &console->out);
    else
        list_units(&units, day, &console->out);
    city_units_free(&units);
    return true;
}

static int list(const struct config *config, struct console *console)
{
    int32_t day;
    if (!command_need(config, "city", console) ||
        !read_day(config, &day, console))
        return COMMAND_MISUSED;
    struct registry *registry =
        open_registry(config, REGISTRY_READS, false, console);
    bool done = registry && list_from(config, registry, day, console);
    registry_close(registry);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_UNIT_ADD = {"unit add", "add a unit to a city",
                                         NULL, ADD_KEYS, add};
const struct command COMMAND_UNIT_RENAME = {"unit rename",
                                            "another name from a day on",
                                            "UNIT", RENAME_KEYS, rename_unit};
const struct command COMMAND_UNIT_MOVE = {
    "unit move", "below another unit from a day on", "UNIT", MOVE_KEYS, move};
const struct command COMMAND_UNIT_MERGE = {
    "unit merge", "units become a part of another on a day", "UNIT,UNIT…",
    MERGE_KEYS, merge};
const struct command COMMAND_UNIT_DISSOLVE = {"unit dissolve",
                                              "a unit is no more from a day on",
                                              "UNIT", DISSOLVE_KEYS, dissolve};
const struct command COMMAND_UNIT_TAKE_BACK = {
    "unit take-back", "a change that is still to come is not made", "UNIT",
    TAKE_BACK_KEYS, take_back};
const struct command COMMAND_UNIT_SET = {
    "unit set", "a unit's people, its book or its host", "UNIT", SET_KEYS, set};
const struct command COMMAND_UNIT_PERSON = {
    "unit person", "whose figures a person of the city sees", "NAME",
    PERSON_KEYS, person};
const struct command COMMAND_UNIT_CLASSES = {
    "unit classes", "where classes of size end, in people", "N,N…",
    CLASSES_KEYS, classes};
const struct command COMMAND_UNIT_LIST = {
    "unit list", "a city's units, or every change of them", NULL, LIST_KEYS,
    list};
