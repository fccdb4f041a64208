// GET /api/v1/units: the units that the caller sees, as they are today.
// GET /api/v1/league?period|from&to&unit&format: their wards side by side.
// GET /api/v1/units/CODE/summary?period|from&to&by&format: a ward's own
// figures.
//
// A person of the city sees the subtree that the registry gives them, as it
// stood on the period's last day; a key of the city sees all of it.
#include "city/league.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/query.h"
#include "server/reports.h"
#include "server/request.h"
#include <string.h>

static const char MODULE[] = "city";

// The units, for as long as they are held. NULL: this server has no city; the
// reply is set.
static const struct city_units *hold_units(struct request *request)
{
    struct wards *wards = request->server->wards;
    if (wards) {
        return wards_hold_units(wards);
    }
    reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                  "this is the server of one unit; a city has one that is "
                  "started with --city");
    return NULL;
}

// Where the caller's subtree begins; "": nowhere.
static const char *scope_of(const struct request *request,
                            const struct city_units *units)
{
    bool is_key =
        (request->caller & (CALLER_KEY_OFFICE | CALLER_KEY_LEADER)) != 0;
    return is_key ? request->server->settings.unit_code
                  : city_scope_of(units, request->person.name);
}

// The unit that is asked for, by default where the caller's subtree begins.
// NULL: it is none, or not the caller's; the reply is set.
static const struct city_unit *find_unit(struct request *request,
                                         const struct city_units *units,
                                         const char *code, int32_t day)
{
    const char *scope = scope_of(request, units);
    const struct city_unit *unit = city_find(units, code ? code : scope);
    if (scope[0] == '\0') {
        reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                      "no unit is yours to see; who runs the server says which "
                      "one is: hailong unit person");
        return NULL;
    }
    if (!unit) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "the city has no such unit");
        return NULL;
    }
    if (!city_is_under(units, unit, scope, day)) {
        reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                      "the unit is not below %s on the period's last day",
                      scope);
        return NULL;
    }
    return unit;
}

// --- The units ------------------------------------------------------------

struct open_wards {
    struct wards *wards;
    json_t *rows;
};

static json_t *tell_unit(const struct city_unit *unit, int32_t day,
                         bool is_open)
{
    const char *parent = city_parent(unit, day);
    char from[DATE_ISO_SIZE], until[DATE_ISO_SIZE] = "";
    int64_t people = city_people(unit, day);
    date_format_iso(unit->from, from);
    if (unit->until != CITY_NO_END) {
        date_format_iso(unit->until, until);
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s?, s:o, s:s, s:s?, s:s?, s:o}", "unit", unit->code,
        "name", city_name(unit, day), "kind", city_kind_name(unit->kind),
        "parent", parent[0] != '\0' ? parent : NULL, "people",
        people > 0 ? json_integer(people) : json_null(), "from", from, "until",
        until[0] != '\0' ? until : NULL, "into",
        unit->into[0] != '\0' ? unit->into : NULL, "open",
        city_kind_has_book(unit->kind) ? json_boolean(is_open) : json_null());
}

enum handling units_handle(struct request *request)
{
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    struct wards *wards = request->server->wards;
    const struct city_units *units = hold_units(request);
    if (!units) {
        return HANDLING_DONE;
    }
    const struct city_unit *top = find_unit(request, units, NULL, today);
    if (top) {
        json_t *rows = json_array();
        for (size_t i = 0; i < units->count; i++) {
            const struct city_unit *unit = &units->all[i];
            if (city_is_under(units, unit, top->code, today)) {
                json_array_append_new(
                    rows,
                    tell_unit(unit, today, wards_is_open(wards, unit->code)));
            }
        }
        reply_json(request, 200,
                   json_pack("{s:s, s:o}", "unit", top->code, "units", rows));
    }
    wards_let_units(wards);
    return HANDLING_DONE;
}

// --- The league table ------------------------------------------------------

struct books {
    struct wards *wards;
    struct server *taken; // the league reads one at a time
};

static struct office *take_book(void *ctx, const char *code)
{
    struct books *books = ctx;
    books->taken = wards_take(books->wards, code);
    return books->taken ? readers_take(books->taken->readers) : NULL;
}

static void give_book(void *ctx, const char *code, struct office *office)
{
    struct books *books = ctx;
    readers_give(books->taken->readers, office);
    wards_give(books->wards, code);
}

struct league_ask {
    struct period period;
    const char *unit;
    bool as_csv;
};

static bool read_league(struct request *request, struct league_ask *out)
{
    struct report_ask ask = {0};
    struct report_request wanted;
    struct buf message = {0};
    const char *format = NULL;
    if (!request_argument(request, "period", &ask.period) ||
        !request_argument(request, "from", &ask.from) ||
        !request_argument(request, "to", &ask.to) ||
        !request_argument(request, "unit", &out->unit) ||
        !request_argument(request, "format", &format)) {
        return false;
    }
    bool ok = report_read_request(&ask, &wanted, &message);
    if (ok && format && strcmp(format, "json") != 0 &&
        strcmp(format, "csv") != 0) {
        buf_append_text(&message, "format: is unknown; one of json csv");
        ok = false;
    }
    if (ok) {
        out->period = wanted.period;
        out->as_csv = format && strcmp(format, "csv") == 0;
    } else {
        query_refuse(request, buf_text(&message));
    }
    buf_free(&message);
    return ok;
}

static void reply_league(struct request *request,
                         const struct city_units *units,
                         const struct city_unit *unit,
                         const struct league_ask *ask)
{
    struct server *server = request->server;
    struct books taken = {.wards = server->wards};
    const struct league_books books = {take_book, give_book, &taken};
    struct league league;
    struct buf body = {0};
    if (!league_build(units, unit, &ask->period, &server->method, &books,
                      &league)) {
        reply_status(request, 500);
        return;
    }
    bool done = ask->as_csv ? league_write_csv(&league, &body)
                            : league_write_json(&league, units, &body);
    league_free(&league);
    if (done) {
        reply_bytes(request, 200,
                    ask->as_csv ? "text/csv; charset=utf-8"
                                : "application/json",
                    &body);
    } else {
        buf_free(&body);
        reply_status(request, 500);
    }
}

enum handling league_handle(struct request *request)
{
    struct league_ask ask = {.unit = NULL};
    if (!read_league(request, &ask)) {
        return HANDLING_DONE;
    }
    const struct city_units *units = hold_units(request);
    if (units) {
        const struct city_unit *unit =
            find_unit(request, units, ask.unit, ask.period.last);
        if (unit) {
            reply_league(request, units, unit, &ask);
        }
        wards_let_units(request->server->wards);
    }
    return HANDLING_DONE;
}

// --- One ward's figures ------------------------------------------------------

// The caller gives it back. NULL: there is none that the caller sees, or its
// book is not open; the reply is set.
static struct server *take_ward(struct request *request, int32_t day)
{
    struct server *ward = NULL;
    const struct city_units *units = hold_units(request);
    if (!units) {
        return NULL;
    }
    const struct city_unit *unit =
        find_unit(request, units, request->part, day);
    if (unit && !city_kind_has_book(unit->kind)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s has no book of its own; ask /api/v1/league",
                      unit->code);
    } else if (unit) {
        ward = wards_take(request->server->wards, unit->code);
        if (!ward) {
            reply_problem(request, PROBLEM_BUSY, NULL,
                          "the book of %s is not open", unit->code);
            reply_header(request, "Retry-After", "15");
        }
    }
    wards_let_units(request->server->wards);
    return ward;
}

// What the city asks of a ward: its figures, and nothing of a single officer.
static bool may_be_asked(struct request *request,
                         const struct report_request *wanted)
{
    bool names_officer = wanted->by == REPORT_BY_OFFICER;
    for (size_t i = 0; i < wanted->filter.count; i++) {
        names_officer |= wanted->filter.parts[i].by == REPORT_BY_OFFICER;
    }
    if (!names_officer && !report_kind_is_document(wanted->kind)) {
        return true;
    }
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                  names_officer ? "officer: is for the unit itself alone"
                                : "report: this one is the unit's own");
    return false;
}

static void reply_summary(struct request *request, struct server *ward,
                          const struct report_request *wanted,
                          enum made_format format)
{
    struct made_report made;
    struct buf body = {0};
    struct office *office = readers_take(ward->readers);
    bool built = reports_make(ward, office, REPORT_VIEW_OTHERS, wanted, &made);
    readers_give(ward->readers, office);
    if (!built) {
        reply_office_failure(request, OFFICE_ERROR);
        return;
    }
    bool written = made_report_write(&made, ward->texts, REPORT_VIEW_OTHERS,
                                     format, &ward->settings.letter, &body);
    made_report_free(&made);
    if (written) {
        reply_bytes(request, 200, made_format_type(format), &body);
    } else {
        log_error(MODULE, "a report cannot be written");
        buf_free(&body);
        reply_status(request, 500);
    }
}

enum handling unit_summary_handle(struct request *request)
{
    struct report_request wanted;
    enum made_format format;
    if (!reports_read_query(request, NULL, &wanted, &format) ||
        !may_be_asked(request, &wanted)) {
        return HANDLING_DONE;
    }
    struct server *ward = take_ward(request, wanted.period.last);
    if (ward) {
        reply_summary(request, ward, &wanted, format);
        wards_give(request->server->wards, request->part);
    }
    return HANDLING_DONE;
}

// The page asks for the figures itself, and is told what it may not see.
enum handling city_page_handle(struct request *request)
{
    const struct city_units *units = hold_units(request);
    if (!units) {
        return HANDLING_DONE;
    }
    bool is_there = request->part[0] == '\0' || city_find(units, request->part);
    wards_let_units(request->server->wards);
    if (is_there) {
        return page_handle(request);
    }
    reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                  "the city has no such unit");
    return HANDLING_DONE;
}
