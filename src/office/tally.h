// Totals in memory: what one commit, or a recount, adds to the cells of every
// breakdown. Pure.
#pragma once
#include "ledger/record.h"
#include "office/map.h"
#include "office/totals.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The numbers stand in the database: never renumber.
enum tally_dimension {
    TALLY_ALL = 0, // key 0
    TALLY_COUNTER = 1,
    TALLY_FIELD = 2,
    TALLY_PROCEDURE = 3,
    TALLY_OFFICER = 4,
    TALLY_DEVICE = 5,
    TALLY_STEP = 6,
    TALLY_CHANNEL = 7,      // key: enum record_mode
    TALLY_HOUR_OF_WEEK = 8, // key: weekday (1 Monday … 7) × 24 + hour
    TALLY_DIMENSION_COUNT
};

enum tally_grain { TALLY_DAY = 0, TALLY_HALF_MONTH = 1 };
// No period of either grain is later: half-months until the year 9999 are
// fewer, and this day is in the year 2627.
enum { TALLY_PERIOD_MOST = 240000 };

// The half-month of a local day: (year × 12 + month − 1) × 2, plus 1 from the
// 15th on. And back: its first and last day.
int32_t tally_half_month(int32_t day);
int32_t tally_first_day(int32_t half_month);
int32_t tally_last_day(int32_t half_month);

// What is doubted of a visit. The numbers stand in the database.
enum { DOUBT_FLAGGED = 1, DOUBT_MARKED = 2 };

// A visit in numbers: keys of the dimensions, 0 for none.
struct tally_facts {
    int64_t at; // corrected
    enum record_outcome outcome;
    enum record_mode mode;
    int level;
    int doubts; // of the bits above
    int64_t counter, field, procedure, officer, step, device;
};

struct tally_cell {
    enum tally_dimension dimension;
    enum tally_grain grain;
    int32_t period;
    int64_t key;
    struct office_tally sum;
};

struct tally {
    struct map index; // of the cells
    struct tally_cell *cells;
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};

// Adds the visit to the day cells of all dimensions; `sign` −1 takes it away.
void tally_add(struct tally *tally, const struct tally_facts *facts, int sign);
// Once, after the last visit: adds the half-month cells.
void tally_fold(struct tally *tally);
// NULL when there is none.
struct tally_cell *tally_find(const struct tally *tally,
                              enum tally_dimension dimension,
                              enum tally_grain grain, int32_t period,
                              int64_t key);
bool tally_is_zero(const struct office_tally *sum);
// True when nothing is flagged or marked in it.
bool tally_is_undoubted(const struct office_tally *sum);
void tally_merge(struct office_tally *into, const struct office_tally *add);
void tally_clear(struct tally *tally);
void tally_free(struct tally *tally);
