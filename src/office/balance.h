// Whether kept totals are what the rows give, told without holding either. Each
// total is multiplied by a random number of its own; what the rows give is
// added, what is kept taken off, modulo a prime. Where both are the same
// nothing is left. Where they differ nothing is left once in 2^58, whoever made
// them differ: the numbers are new each time and leave this process never (what
// is left is a polynomial of degree 5 in them; Schwartz and Zippel). Pure.
//
//   balance_begin(&balance, &kind);
//   balance_add(…);   of each row
//   balance_take(…);  of each kept total
//   if (balance_end(&balance) > 0) …
//
// What is left is kept apart by slices: the totals of one dimension in one
// half-month, or in one quarter where quarters are kept. So who counts again to
// name what is wrong counts little: tallies with balance_wants() as their
// choice, for as many slices at a time as there is room.
//
//   do { count; too much? balance_narrow(…), count again; name what differs; }
//   while (balance_next(&balance));
#pragma once
#include "office/map.h"
#include "office/tally.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BALANCE_DIMENSIONS_MOST = TALLY_DIMENSION_COUNT + TALLY_PAIR_COUNT,
    BALANCE_NUMBERS_MOST = 32
};

// By what there are totals.
struct balance_kind {
    bool (*has)(enum tally_dimension dimension);
    bool has_pairs; // of those that it has
};

struct balance_dimension {
    int stored;
    enum tally_dimension first, second; // second TALLY_ALL: no pair
};

struct balance_slice {
    int dimension;
    int32_t period; // a half-month, or a quarter where tally_has_quarters()
    uint64_t left;
    size_t rank;   // among the wrong ones, from 1; 0: nothing is left
    bool is_named; // balance_name() was told
};

struct balance {
    unsigned char key[16];
    struct balance_dimension dimensions[BALANCE_DIMENSIONS_MOST];
    size_t dimension_count;
    uint64_t weights[BALANCE_NUMBERS_MOST];
    struct map index; // of the slices
    struct balance_slice *slices;
    size_t count, capacity;
    size_t wrong, from, to; // ranks that are wanted, both included
    // Of the last day and keys that were added: the next are mostly the same.
    bool has_day;
    int32_t day;
    size_t day_slices[BALANCE_DIMENSIONS_MOST];
    uint64_t day_factors[BALANCE_DIMENSIONS_MOST];
    bool has_key[TALLY_DIMENSION_COUNT];
    int64_t keys[TALLY_DIMENSION_COUNT];
    uint64_t key_factors[TALLY_DIMENSION_COUNT];
    bool failed; // memory ran out: nothing in it can be used
};

void balance_begin(struct balance *balance, const struct balance_kind *kind);
void balance_free(struct balance *balance);

// Of visits; and what their total is worth.
extern const struct balance_kind balance_visits;
uint64_t balance_weigh_visits(const struct balance *balance,
                              const struct office_tally *sum);
// What a total's numbers are worth together, and what one of two things is.
uint64_t balance_weigh(const struct balance *balance, const int64_t *numbers,
                       size_t count);
uint64_t balance_random(const struct balance *balance, int what,
                        int64_t number);
uint64_t balance_plus(uint64_t a, uint64_t b);
uint64_t balance_times(uint64_t a, uint64_t b);

// Adds a row's worth to the totals of every dimension and grain.
void balance_add(struct balance *balance, const struct tally_place *place,
                 uint64_t worth);
// Takes a kept total off. False: there is no such total.
bool balance_take(struct balance *balance, int dimension,
                  enum tally_grain grain, int32_t period, int64_t key,
                  uint64_t worth);
// How many slices are wrong; all of them are wanted.
size_t balance_end(struct balance *balance);

// For struct tally_choice: whether the total is of a wanted slice.
bool balance_wants(const void *balance, int dimension, enum tally_grain grain,
                   int32_t period);
// Likewise, whether there can be such a total at all.
bool balance_knows(const void *balance, int dimension, enum tally_grain grain,
                   int32_t period);
// The first and last day of what is wanted.
void balance_days(const struct balance *balance, int32_t *out_first,
                  int32_t *out_last);
// Wants half as many. False: it is one already.
bool balance_narrow(struct balance *balance);
// Wants up to twice as many of those that come next. False: that were all.
bool balance_next(struct balance *balance);
// A total of this slice was named.
void balance_name(struct balance *balance, int dimension,
                  enum tally_grain grain, int32_t period);
