// Whether an officer's share of satisfied ratings is further from that of the
// peers than chance explains.
//
// The test is exact. Within a field, if officer and peers are alike, how many
// of the satisfied ratings are the officer's follows the hypergeometric
// distribution; the fields' distributions are put together, so that an officer
// who works where people are seldom pleased is compared with those who work
// there too (the conditional test of Cochran, Mantel and Haenszel, by adding up
// instead of approximating). The chance is that of a sum as unlikely as the
// officer's, or more so. Pure.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One field, in one month.
struct outlier_field {
    int64_t own, own_satisfied;
    int64_t peers, peers_satisfied;
};

// From 0 to 1; 1 when nothing can be compared. Below 0: memory ran out.
double outlier_chance(const struct outlier_field *fields, size_t count);

// Points of per cent that the officer's share lies above (or below 0: under)
// what peers would have had over the same fields, in tenths. False when no
// field has ratings of both.
bool outlier_distance(const struct outlier_field *fields, size_t count,
                      int64_t *out_tenths);
