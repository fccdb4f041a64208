// The two indices of a questionnaire. A is the share of answers of level 4 or
// 5, B the mean level as a share of 5. A factor is the unweighted mean of its
// items, the whole that of its factors, both of unrounded values; an answer
// that is left blank is none. Rounded half away from zero at the end, without
// floating point: sums are carried to 27 decimals. Pure.
#pragma once
#include "report/figures.h"
#include <stddef.h>
#include <stdint.h>

enum { INDICES_DECIMALS = 2 };

// How often each level was chosen; levels[0]: left blank.
struct indices_item {
    int64_t levels[FIGURES_LEVELS + 1];
};
struct indices_factor {
    const struct indices_item *items;
    size_t count;
};
// Per cent × 100; FIGURES_UNKNOWN without an answer.
struct indices {
    int64_t a, b;
};

int64_t indices_answers(const struct indices_item *item);
int64_t indices_good(const struct indices_item *item); // of level 4 or 5
struct indices indices_of_item(const struct indices_item *item);
// Of the items that were answered.
struct indices indices_of_factor(const struct indices_factor *factor);
// Unknown when one of the factors is.
struct indices indices_overall(const struct indices_factor *factors,
                               size_t count);
