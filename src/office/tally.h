// Totals in memory: what one commit, or a recount, adds to the cells of every
// breakdown. A visit adds to a cell of each dimension, and to one of each pair
// of dimensions that is kept, from which a breakdown of a part of all visits is
// read. Pure.
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

// Of a pair the dimension with fewer keys comes first, so that both sides can
// be read: what stands beside a first key is a range of keys, and for a second
// key there are few firsts to try. Stored as a dimension of its own, 16 × first
// + second, with the key first × 2^32 + second.
struct tally_pair {
    enum tally_dimension first, second;
};
enum { TALLY_PAIR_COUNT = 17 };
extern const struct tally_pair tally_pairs[TALLY_PAIR_COUNT];
// The stored dimension of the two, in any order; −1 when it is not kept.
int tally_pair_dimension(enum tally_dimension a, enum tally_dimension b);
int64_t tally_pair_key(int64_t first, int64_t second);
int64_t tally_pair_first(int64_t key);
int64_t tally_pair_second(int64_t key);
// "counter", or of a pair "counter and field". False: no totals are kept under
// this number.
enum { TALLY_NAME_SIZE = 32 };
bool tally_dimension_name(int dimension, char out[TALLY_NAME_SIZE]);

enum tally_grain {
    TALLY_DAY = 0,
    TALLY_HALF_MONTH = 1,
    TALLY_QUARTER = 2, // where tally_has_quarters()
    TALLY_GRAIN_COUNT
};
// No period of any grain is later: half-months until the year 9999 are
// fewer, and this day is in the year 2627.
enum { TALLY_PERIOD_MOST = 240000 };

// The half-month of a local day: (year × 12 + month − 1) × 2, plus 1 from the
// 15th on. And back: its first and last day.
int32_t tally_half_month(int32_t day);
int32_t tally_first_day(int32_t half_month);
int32_t tally_last_day(int32_t half_month);
// The calendar's quarter of a half-month, year × 4 + quarter − 1; and back: the
// first of its six half-months.
int32_t tally_quarter(int32_t half_month);
int32_t tally_first_half(int32_t quarter);
// Of a dimension with hundreds of keys a year is read from quarters.
bool tally_has_quarters(int dimension);

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

// Whether there are totals that hold it: a rating has one of the five levels.
bool tally_is_countable(const struct tally_facts *facts);

// Where a row stands: its day and its key in each dimension.
struct tally_place {
    int64_t day;
    int64_t keys[TALLY_DIMENSION_COUNT];
};
struct tally_place tally_place_of(const struct tally_facts *facts);
// What the visit adds to each of its cells; `sign` −1 takes it away.
struct office_tally tally_sum_of(const struct tally_facts *facts, int sign);

// Which cells a tally makes.
struct tally_choice {
    bool (*wants)(const void *ctx, int dimension, enum tally_grain grain,
                  int32_t period); // NULL: all
    const void *ctx;
};
bool tally_chooses(const struct tally_choice *choice, int dimension,
                   enum tally_grain grain, int32_t period);

struct tally_cell {
    int dimension; // enum tally_dimension, or that of a pair
    enum tally_grain grain;
    int32_t period;
    int64_t key;
    struct office_tally sum;
};

// Visits that are alike in everything but what they count as.
struct tally_group;

struct tally {
    struct tally_choice choice;
    struct map alike; // of the groups
    struct tally_group *groups;
    size_t group_count;
    struct map index; // of the cells
    struct tally_cell *cells;
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};

// Adds the visit; `sign` −1 takes it away. The cells show it after
// tally_fold().
void tally_add(struct tally *tally, const struct tally_facts *facts, int sign);
// Once, after the last visit: makes the cells of all dimensions and pairs, of
// every grain.
void tally_fold(struct tally *tally);
// NULL when there is none.
struct tally_cell *tally_find(const struct tally *tally, int dimension,
                              enum tally_grain grain, int32_t period,
                              int64_t key);
// Takes a cell away; one that is not there is then there, below zero.
void tally_take(struct tally *tally, const struct tally_cell *cell);
bool tally_is_zero(const struct office_tally *sum);
// True when nothing is flagged or marked in it.
bool tally_is_undoubted(const struct office_tally *sum);
void tally_merge(struct office_tally *into, const struct office_tally *add);
// Keeps the choice.
void tally_clear(struct tally *tally);
void tally_free(struct tally *tally);
