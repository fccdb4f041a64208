// The table that compares a city's wards over a period: each with its share of
// satisfied citizens, never without the interval, the number of ratings, the
// coverage and how complete its data is; inside classes of size.
//
// Nobody is ranked. Inside a class wards stand in bands: two whose intervals
// overlap, or are tied together by others between them, are in the same band,
// for their difference may be chance. A ward with fewer ratings than
// FIGURES_RELIABLE, or whose book could not be read, is in no band.
//
// A ward's figures are those of its own book and of the units that became a
// part of it (units.h, city_parts()); which wards there are, how they are
// called and under whom they stand is that of the period's last day.
#pragma once
#include "city/units.h"
#include "report/report.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEAGUE_NO_BAND = 0, LEAGUE_NO_CLASS = -1 };

struct league_figures {
    struct figures_counts counts;
    int64_t devices, silent; // of these, without contact
    int64_t missing;         // lines known to exist, not received
    bool is_away;            // a book could not be read: it is not in here
};

struct league_part {
    struct city_part part;
    struct league_figures figures;
};

struct league_row {
    const struct city_unit *unit;
    struct league_figures figures;
    int class; // from 0, the smallest; LEAGUE_NO_CLASS: its people are unknown
    int band;  // from 1, the most satisfied; LEAGUE_NO_BAND
    struct league_part *parts; // of which it is made, itself first
    size_t part_count;
};

struct league {
    struct period period;
    struct figures_method method;
    const struct city_unit *unit; // whose subtree it is
    struct league_row *rows;      // by class, band and code
    size_t count;
    struct league_figures total;
};

// Where the books are: `take` gives a handle for reading, NULL when it is not
// open; `give` takes it back.
struct league_books {
    struct office *(*take)(void *ctx, const char *code);
    void (*give)(void *ctx, const char *code, struct office *office);
    void *ctx;
};

// `out` borrows from `units`. `unit` may be a ward itself. False: out of
// memory; logged.
bool league_build(const struct city_units *units, const struct city_unit *unit,
                  const struct period *period,
                  const struct report_method *method,
                  const struct league_books *books, struct league *out);
void league_free(struct league *league);

// The sums of what stands below `unit` in the league.
void league_sum(const struct league *league, const struct city_units *units,
                const struct city_unit *unit, struct league_figures *out);

// Sets the bands of rows of one class. Pure.
void league_band(struct league_row *rows, size_t count,
                 const struct figures_method *method);

// As CSV for spreadsheets (RFC 4180, with a byte order mark). False when memory
// ran out.
bool league_write_csv(const struct league *league, struct buf *out);
// One JSON object: the classes, the total, the units above wards with the sums
// of theirs, and the rows. False when memory ran out.
bool league_write_json(const struct league *league,
                       const struct city_units *units, struct buf *out);
