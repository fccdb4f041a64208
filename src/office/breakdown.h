// How a breakdown reads totals: which half-months and days make up a period,
// and which row of the breakdown a kept total belongs to. Shared by the totals
// of visits and those of transactions. Pure.
#pragma once
#include "office/tally.h"
#include "office/totals.h"
#include <stdint.h>

// Whose cells hold the breakdown.
enum tally_dimension breakdown_dimension(enum office_breakdown by);

// From and to, both included; none when from > to.
struct day_range {
    int32_t from, to;
};

// Whole half-months inside, days at the edges.
struct day_ranges {
    struct day_range half_months, before, after;
};

// The same with whole quarters inside, half-months and then days beside them.
struct long_ranges {
    struct day_range quarters, halves_before, halves_after;
    struct day_range before, after; // days
};

// Kept within the years 0 to 9999.
struct day_range breakdown_clamp(int32_t from_day, int32_t to_day);
// Days are read as days where each has a row of its own.
struct day_ranges breakdown_split(enum office_breakdown by,
                                  struct day_range days);
// No quarters where none are kept.
struct long_ranges breakdown_split_long(enum office_breakdown by,
                                        struct day_range days);

// The number of the row, from the period of a total or from its key.
int64_t breakdown_of_period(enum office_breakdown by, enum tally_grain grain,
                            int32_t period);
int64_t breakdown_of_key(enum office_breakdown by, int64_t key);

// The row's key as text; "" for breakdowns by code, which the database names.
enum { BREAKDOWN_KEY_SIZE = 48 };
void breakdown_key(enum office_breakdown by, int64_t number,
                   char out[BREAKDOWN_KEY_SIZE]);
