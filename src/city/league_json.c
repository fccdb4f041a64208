#include "city/league.h"
#include "common/date.h"
#include "vietnamese/number.h"
#include <stdlib.h>

// Enough digits for every figure here, and few enough that 99.8 is written so.
enum { DIGITS = 15 };

static json_t *count_or_null(int64_t count)
{
    return count == FIGURES_UNKNOWN ? json_null() : json_integer(count);
}

static json_t *fixed_or_null(int64_t value, int decimals)
{
    double unit = 1;
    for (int i = 0; i < decimals; i++) {
        unit *= 10;
    }
    return value == FIGURES_UNKNOWN ? json_null()
                                    : json_real((double)value / unit);
}

static json_t *rate_text(int64_t value, int decimals, bool few)
{
    struct buf text = {0};
    if (value != FIGURES_UNKNOWN) {
        number_append_fixed(value, decimals, &text);
        buf_append_text(&text, " %");
    } else if (few) {
        buf_printf(&text, "ít hơn %d", FIGURES_LEAST);
    } else {
        buf_append_text(&text, "Chưa có số liệu");
    }
    json_t *json = json_string(buf_text(&text));
    buf_free(&text);
    return json;
}

static json_t *levels_or_null(const struct figures_counts *counts, bool few)
{
    return few ? json_null()
               : json_pack("[I, I, I, I, I]", (json_int_t)counts->levels[0],
                           (json_int_t)counts->levels[1],
                           (json_int_t)counts->levels[2],
                           (json_int_t)counts->levels[3],
                           (json_int_t)counts->levels[4]);
}

static json_t *wilson_or_null(int64_t satisfied, int64_t rated, bool few)
{
    if (few) {
        return json_null();
    }
    struct figures_interval interval = figures_wilson(satisfied, rated);
    return json_pack("[o, o]",
                     fixed_or_null(interval.low, FIGURES_WILSON_DECIMALS),
                     fixed_or_null(interval.high, FIGURES_WILSON_DECIMALS));
}

// Of fewer than FIGURES_LEAST ratings nothing is told but their number.
static json_t *tell_figures(const struct league_figures *figures,
                            const struct figures_method *method)
{
    const struct figures_counts *counts = &figures->counts;
    int64_t rated = figures_rated(counts);
    int64_t satisfied = figures_satisfied(counts, method);
    bool few = rated < FIGURES_LEAST;
    int64_t rate = few ? FIGURES_UNKNOWN
                       : figures_percent(satisfied, rated, method->decimals);
    return json_pack(
        "{s:o, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:I, "
        "s:I, s:I, s:b}",
        "levels", levels_or_null(counts, few), "rated", (json_int_t)rated,
        "satisfied", count_or_null(few ? FIGURES_UNKNOWN : satisfied), "sat",
        fixed_or_null(rate, method->decimals), "sat_text",
        rate_text(rate, method->decimals, rated > 0), "wilson",
        wilson_or_null(satisfied, rated, few), "offered",
        (json_int_t)counts->offered, "declined", (json_int_t)counts->declined,
        "timeout", (json_int_t)counts->timeout, "withdrawn",
        (json_int_t)counts->withdrawn, "transactions",
        count_or_null(counts->transactions), "response",
        fixed_or_null(
            figures_percent(rated, counts->transactions, method->decimals),
            method->decimals),
        "devices", (json_int_t)figures->devices, "silent",
        (json_int_t)figures->silent, "missing", (json_int_t)figures->missing,
        "away", figures->is_away);
}

static json_t *day_json(int32_t day)
{
    char text[DATE_ISO_SIZE];
    date_format_iso(day, text);
    return json_string(text);
}

// The names that it had in the period, with the first day of each.
static json_t *tell_names(const struct city_unit *unit,
                          const struct period *period)
{
    json_t *names = json_array();
    const struct city_values *all = &unit->names;
    for (size_t i = 0; i < all->count; i++) {
        bool is_over =
            i + 1 < all->count && all->all[i + 1].from <= period->first;
        if (all->all[i].from <= period->last && !is_over) {
            json_array_append_new(names, json_pack("{s:s, s:o}", "name",
                                                   all->all[i].text, "from",
                                                   day_json(all->all[i].from)));
        }
    }
    return names;
}

static json_t *tell_part(const struct league_part *part,
                         const struct league *league)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "unit", part->part.unit->code,
                     "name", city_name(part->part.unit, part->part.unit->until),
                     "from", day_json(part->part.first), "to",
                     day_json(part->part.last), "figures",
                     tell_figures(&part->figures, &league->method));
}

// A unit that is made of itself alone has none to tell apart.
static json_t *tell_parts(const struct league_row *row,
                          const struct league *league)
{
    json_t *parts = json_array();
    for (size_t i = 0; row->part_count > 1 && i < row->part_count; i++) {
        json_array_append_new(parts, tell_part(&row->parts[i], league));
    }
    return parts;
}

static json_t *tell_row(const struct league_row *row,
                        const struct league *league)
{
    int32_t last = league->period.last;
    int64_t people = city_people(row->unit, last);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "unit",
        row->unit->code, "name", city_name(row->unit, last), "kind",
        city_kind_name(row->unit->kind), "parent", city_parent(row->unit, last),
        "people", people > 0 ? json_integer(people) : json_null(), "class",
        row->class == LEAGUE_NO_CLASS ? json_null()
                                      : json_integer(row->class + 1),
        "band",
        row->band == LEAGUE_NO_BAND ? json_null() : json_integer(row->band),
        "names", tell_names(row->unit, &league->period), "parts",
        tell_parts(row, league), "figures",
        tell_figures(&row->figures, &league->method));
}

// Units without a book, with the sums of what stands below them.
static json_t *tell_groups(const struct league *league,
                           const struct city_units *units)
{
    int32_t last = league->period.last;
    json_t *groups = json_array();
    for (size_t i = 0; i < units->count; i++) {
        const struct city_unit *unit = &units->all[i];
        struct league_figures sum;
        if (city_kind_has_book(unit->kind) || !city_lives(unit, last) ||
            !city_is_under(units, unit, league->unit->code, last)) {
            continue;
        }
        league_sum(league, units, unit, &sum);
        json_array_append_new(
            groups,
            json_pack("{s:s, s:s, s:s, s:s, s:o}", "unit", unit->code, "name",
                      city_name(unit, last), "kind", city_kind_name(unit->kind),
                      "parent", city_parent(unit, last), "figures",
                      tell_figures(&sum, &league->method)));
    }
    return groups;
}

// Each by the most people that it has; the last one has no end.
static json_t *tell_classes(const struct city_units *units)
{
    json_t *classes = json_array();
    for (size_t i = 0; i <= units->class_count; i++) {
        json_array_append_new(
            classes,
            json_pack("{s:I, s:o}", "class", (json_int_t)i + 1, "people_to",
                      i < units->class_count ? json_integer(units->classes[i])
                                             : json_null()));
    }
    return classes;
}

static json_t *tell_period(const struct period *period)
{
    char code[PERIOD_CODE_SIZE];
    period_code(period, code);
    return json_pack("{s:s, s:s, s:o, s:o}", "kind",
                     period_kind_name(period->kind), "code", code, "from",
                     day_json(period->first), "to", day_json(period->last));
}

bool league_write_json(const struct league *league,
                       const struct city_units *units, struct buf *out)
{
    int32_t last = league->period.last;
    json_t *rows = json_array();
    for (size_t i = 0; i < league->count; i++) {
        json_array_append_new(rows, tell_row(&league->rows[i], league));
    }
    json_t *object = json_pack(
        "{s:o, s:{s:s, s:s, s:s}, s:o, s:o, s:o, s:o, s:{s:i, s:i}}", "period",
        tell_period(&league->period), "unit", "unit", league->unit->code,
        "name", city_name(league->unit, last), "kind",
        city_kind_name(league->unit->kind), "classes", tell_classes(units),
        "total", tell_figures(&league->total, &league->method), "groups",
        tell_groups(league, units), "rows", rows, "limits", "least",
        (int)FIGURES_LEAST, "reliable", (int)FIGURES_RELIABLE);
    char *text =
        object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS))
               : NULL;
    json_decref(object);
    if (text) {
        buf_append_text(out, text);
    }
    free(text);
    return text && buf_ok(out);
}
