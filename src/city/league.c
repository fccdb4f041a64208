#include "city/league.h"
#include "common/clock.h"
#include "common/log.h"
#include "vietnamese/number.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "city";

// --- Sums ------------------------------------------------------------------

static bool is_empty(const struct figures_counts *counts)
{
    return figures_rated(counts) == 0 && counts->declined == 0 &&
           counts->timeout == 0 && counts->withdrawn == 0;
}

// Transactions that one of both does not know are unknown together, unless
// nobody came there.
static int64_t add_transactions(const struct figures_counts *a,
                                const struct figures_counts *b)
{
    if (a->transactions == FIGURES_UNKNOWN) {
        return is_empty(a) ? b->transactions : FIGURES_UNKNOWN;
    }
    if (b->transactions == FIGURES_UNKNOWN) {
        return is_empty(b) ? a->transactions : FIGURES_UNKNOWN;
    }
    return a->transactions + b->transactions;
}

static void add_counts(struct figures_counts *sum,
                       const struct figures_counts *more)
{
    int64_t transactions = add_transactions(sum, more);
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        sum->levels[i] += more->levels[i];
        sum->aside[i] += more->aside[i];
    }
    sum->declined += more->declined;
    sum->timeout += more->timeout;
    sum->withdrawn += more->withdrawn;
    sum->offered += more->offered;
    sum->offered_rated += more->offered_rated;
    sum->flagged += more->flagged;
    sum->marked += more->marked;
    sum->transactions = transactions;
}

static const struct league_figures NOTHING = {
    .counts = {.transactions = FIGURES_UNKNOWN}};

static void add_figures(struct league_figures *sum,
                        const struct league_figures *more)
{
    add_counts(&sum->counts, &more->counts);
    sum->devices += more->devices;
    sum->silent += more->silent;
    sum->missing += more->missing;
    sum->is_away |= more->is_away;
}

// --- One book ----------------------------------------------------------------

struct building {
    const struct league_books *books;
    const struct report_method *method;
    struct league_row *row;
    bool failed;
};

static void read_report(struct office *office, const struct building *building,
                        struct league_part *part)
{
    struct report report;
    const struct report_request request = {.period = {.kind = PERIOD_DAYS,
                                                      .first = part->part.first,
                                                      .last = part->part.last},
                                           .by = REPORT_BY_NONE,
                                           .now_ms = clock_wall_ms()};
    if (!report_build(office, building->method, &request, &report)) {
        part->figures.is_away = true;
        return;
    }
    part->figures.counts = report.total.counts;
    part->figures.devices = report.complete.devices;
    part->figures.silent = report.complete.silent;
    part->figures.missing = report.complete.missing;
    report_free(&report);
}

static bool add_part(void *ctx, const struct city_part *part)
{
    struct building *building = ctx;
    struct league_row *row = building->row;
    struct league_part *parts =
        realloc(row->parts, (row->part_count + 1) * sizeof *parts);
    building->failed |= !parts;
    if (!parts) {
        return false;
    }
    row->parts = parts;
    struct league_part *own = &parts[row->part_count++];
    *own = (struct league_part){*part, NOTHING};
    const struct league_books *books = building->books;
    struct office *office = books->take(books->ctx, part->unit->code);
    if (office) {
        read_report(office, building, own);
        books->give(books->ctx, part->unit->code, office);
    } else {
        own->figures.is_away = true;
    }
    add_figures(&row->figures, &own->figures);
    return true;
}

// --- Bands -------------------------------------------------------------------

struct place {
    struct league_row *row;
    struct figures_interval interval;
};

// From the most satisfied on.
static int compare_places(const void *a, const void *b)
{
    const struct place *one = a, *other = b;
    if (one->interval.high != other->interval.high) {
        return one->interval.high > other->interval.high ? -1 : 1;
    }
    return one->interval.low > other->interval.low ? -1 : 1;
}

static bool is_compared(const struct league_row *row)
{
    return !row->figures.is_away &&
           figures_rated(&row->figures.counts) >= FIGURES_RELIABLE;
}

void league_band(struct league_row *rows, size_t count,
                 const struct figures_method *method)
{
    struct place *places = calloc(count + 1, sizeof *places);
    size_t used = 0;
    int band = 0;
    int64_t reach = INT64_MAX; // the lowest end of the band so far
    for (size_t i = 0; i < count; i++) {
        const struct figures_counts *counts = &rows[i].figures.counts;
        rows[i].band = LEAGUE_NO_BAND;
        if (places && is_compared(&rows[i])) {
            places[used++] = (struct place){
                &rows[i], figures_wilson(figures_satisfied(counts, method),
                                         figures_rated(counts))};
        }
    }
    if (used > 0) {
        qsort(places, used, sizeof *places, compare_places);
    }
    for (size_t i = 0; i < used; i++) {
        if (band == 0 || places[i].interval.high < reach) {
            band++;
            reach = places[i].interval.low;
        } else if (places[i].interval.low < reach) {
            reach = places[i].interval.low;
        }
        places[i].row->band = band;
    }
    free(places);
}

// --- The table ---------------------------------------------------------------

// Those without a class, and without a band, come last.
static int compare_rows(const void *a, const void *b)
{
    const struct league_row *one = a, *other = b;
    unsigned classes[] = {(unsigned)one->class, (unsigned)other->class};
    unsigned bands[] = {(unsigned)one->band - 1, (unsigned)other->band - 1};
    if (classes[0] != classes[1]) {
        return classes[0] < classes[1] ? -1 : 1;
    }
    if (bands[0] != bands[1]) {
        return bands[0] < bands[1] ? -1 : 1;
    }
    return strcmp(one->unit->code, other->unit->code);
}

static void set_bands(struct league *league)
{
    size_t from = 0;
    while (from < league->count) {
        size_t to = from;
        while (to < league->count &&
               league->rows[to].class == league->rows[from].class) {
            to++;
        }
        league_band(&league->rows[from], to - from, &league->method);
        from = to;
    }
}

static bool add_row(struct league *league, const struct city_units *units,
                    const struct city_unit *unit, struct building *building)
{
    int32_t last = league->period.last;
    struct league_row *row = &league->rows[league->count++];
    *row = (struct league_row){.unit = unit,
                               .figures = NOTHING,
                               .class = city_class(units, unit, last)};
    building->row = row;
    city_parts(units, unit, league->period.first, last, add_part, building);
    add_figures(&league->total, &row->figures);
    return !building->failed;
}

static bool fill(struct league *league, const struct city_units *units,
                 struct building *building)
{
    int32_t last = league->period.last;
    for (size_t i = 0; i < units->count; i++) {
        const struct city_unit *unit = &units->all[i];
        if (city_kind_has_book(unit->kind) && city_lives(unit, last) &&
            city_is_under(units, unit, league->unit->code, last) &&
            !add_row(league, units, unit, building)) {
            return false;
        }
    }
    return true;
}

bool league_build(const struct city_units *units, const struct city_unit *unit,
                  const struct period *period,
                  const struct report_method *method,
                  const struct league_books *books, struct league *out)
{
    struct league league = {.period = *period,
                            .method = method->rules,
                            .unit = unit,
                            .total = NOTHING,
                            .rows =
                                calloc(units->count + 1, sizeof *league.rows)};
    struct building building = {.books = books, .method = method};
    if (!league.rows || !fill(&league, units, &building)) {
        log_error(MODULE, "out of memory for a table of wards");
        league_free(&league);
        return false;
    }
    qsort(league.rows, league.count, sizeof *league.rows, compare_rows);
    set_bands(&league);
    qsort(league.rows, league.count, sizeof *league.rows, compare_rows);
    *out = league;
    return true;
}

void league_free(struct league *league)
{
    for (size_t i = 0; i < league->count; i++) {
        free(league->rows[i].parts);
    }
    free(league->rows);
    *league = (struct league){.count = 0};
}

void league_sum(const struct league *league, const struct city_units *units,
                const struct city_unit *unit, struct league_figures *out)
{
    *out = NOTHING;
    for (size_t i = 0; i < league->count; i++) {
        if (city_is_under(units, league->rows[i].unit, unit->code,
                          league->period.last)) {
            add_figures(out, &league->rows[i].figures);
        }
    }
}

// --- CSV ---------------------------------------------------------------------

// A cell that no spreadsheet takes for a formula.
static void put_text(struct buf *out, const char *text)
{
    buf_append_text(out, "\"");
    if (text[0] != '\0' && strchr("=+-@\t\r", text[0])) {
        buf_append_char(out, '\'');
    }
    for (; *text; text++) {
        buf_append_text(out, *text == '"' ? "\"\"" : (char[]){*text, '\0'});
    }
    buf_append_text(out, "\"");
}

static void put_count(struct buf *out, int64_t count)
{
    if (count == FIGURES_UNKNOWN) {
        buf_append_char(out, ',');
    } else {
        buf_printf(out, ",%" PRId64, count);
    }
}

// A rate with a comma in it, as Vietnamese spreadsheets read it.
static void put_rate(struct buf *out, int64_t value, int decimals)
{
    buf_append_char(out, ',');
    if (value != FIGURES_UNKNOWN) {
        buf_append_char(out, '"');
        number_append_fixed(value, decimals, out);
        buf_append_char(out, '"');
    }
}

static void put_rates(struct buf *out, const struct league *league,
                      const struct figures_counts *counts)
{
    int64_t rated = figures_rated(counts);
    int64_t satisfied = figures_satisfied(counts, &league->method);
    bool few = rated < FIGURES_LEAST;
    struct figures_interval interval = {FIGURES_UNKNOWN, FIGURES_UNKNOWN};
    if (!few) {
        interval = figures_wilson(satisfied, rated);
    }
    put_count(out, rated);
    put_count(out, few ? FIGURES_UNKNOWN : satisfied);
    put_rate(out,
             few ? FIGURES_UNKNOWN
                 : figures_percent(satisfied, rated, league->method.decimals),
             league->method.decimals);
    put_rate(out, interval.low, FIGURES_WILSON_DECIMALS);
    put_rate(out, interval.high, FIGURES_WILSON_DECIMALS);
    put_count(out, counts->transactions);
    put_rate(
        out,
        figures_percent(rated, counts->transactions, league->method.decimals),
        league->method.decimals);
}

bool league_write_csv(const struct league *league, struct buf *out)
{
    buf_append_text(out, "\xEF\xBB\xBF"
                         "Nhóm dân số,Nhóm kết quả,Mã đơn vị,Đơn vị,Số đánh "
                         "giá,Hài lòng,Tỷ lệ hài lòng (%),Khoảng tin cậy 95 % "
                         "từ,đến,Hồ sơ,Đánh giá trên hồ sơ (%),Thiết bị,Mất "
                         "liên lạc,Dòng chưa nhận\r\n");
    for (size_t i = 0; i < league->count; i++) {
        const struct league_row *row = &league->rows[i];
        if (row->class != LEAGUE_NO_CLASS) {
            buf_printf(out, "%d", row->class + 1);
        }
        put_count(out, row->band == LEAGUE_NO_BAND ? FIGURES_UNKNOWN
                                                   : (int64_t)row->band);
        buf_append_char(out, ',');
        put_text(out, row->unit->code);
        buf_append_char(out, ',');
        put_text(out, city_name(row->unit, league->period.last));
        put_rates(out, league, &row->figures.counts);
        put_count(out, row->figures.devices);
        put_count(out, row->figures.silent);
        put_count(out, row->figures.missing);
        buf_append_text(out, "\r\n");
    }
    return buf_ok(out);
}
