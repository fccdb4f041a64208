// Totals of transactions in memory, as tally.h holds those of visits: what one
// commit, or a recount, adds to the cells of every breakdown, and every pair of
// two, that transactions have. Devices and channels are none: no transaction
// tells one. Pure.
#pragma once
#include "office/map.h"
#include "office/tally.h"
#include "office/waits.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// When a dossier was done, measured by the day that was promised. The numbers
// stand in the database: never renumber.
enum timeliness {
    TIMELINESS_UNTOLD = 0,
    TIMELINESS_BEFORE = 1,
    TIMELINESS_ON = 2,
    TIMELINESS_LATE = 3,
    TIMELINESS_COUNT
};

struct transaction_sum {
    int64_t count;
    int64_t timely[TIMELINESS_COUNT];
    struct waits called; // ticket to call
    struct waits done;   // ticket to end
};
void transaction_sum_merge(struct transaction_sum *into,
                           const struct transaction_sum *add);
bool transaction_sum_equal(const struct transaction_sum *a,
                           const struct transaction_sum *b);
void transaction_sum_free(struct transaction_sum *sum);

// A transaction in numbers: keys of the dimensions, 0 for none, and times, 0
// for none that was told.
struct transaction_facts {
    int64_t queued_at, called_at, done_at;
    enum timeliness timeliness;
    int64_t counter, field, procedure, officer, step;
};

struct tally_place transaction_place_of(const struct transaction_facts *facts);
// Adds the transaction to a sum; `sign` −1 takes it away.
void transaction_sum_add(struct transaction_sum *sum,
                         const struct transaction_facts *facts, int sign);
// Empties without giving memory back.
void transaction_sum_clear(struct transaction_sum *sum);

struct transaction_cell {
    int dimension; // as in tally.h
    enum tally_grain grain;
    int32_t period;
    int64_t key;
    struct transaction_sum sum;
};

struct transaction_tally {
    struct tally_choice choice;
    struct map index; // of the cells
    struct transaction_cell *cells;
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};

// Whether a transaction tells what the dimension is by.
bool transaction_tells(enum tally_dimension dimension);
// Adds the transaction to the day cells of its dimensions, by the local day and
// hour of its end; `sign` −1 takes it away.
void transaction_tally_add(struct transaction_tally *tally,
                           const struct transaction_facts *facts, int sign);
// Once, after the last: adds the cells of the longer grains.
void transaction_tally_fold(struct transaction_tally *tally);
// NULL when there is none.
struct transaction_cell *
transaction_tally_find(const struct transaction_tally *tally, int dimension,
                       enum tally_grain grain, int32_t period, int64_t key);
// Keeps the choice.
void transaction_tally_clear(struct transaction_tally *tally);
void transaction_tally_free(struct transaction_tally *tally);
