#include "integrity/outlier.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Probabilities of first, first + 1, … satisfied ratings of the officer.
struct spread {
    int64_t first;
    double *chances;
    size_t count;
};

static double log_choose(int64_t n, int64_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) -
           lgamma((double)(n - k) + 1);
}

static bool is_comparable(const struct outlier_field *field)
{
    return field->own > 0 && field->peers > 0;
}

// What is rarer than this at either end plays no part in any sum.
static void trim(struct spread *spread)
{
    const double least = 1e-30;
    size_t from = 0;
    while (spread->count - from > 1 && spread->chances[from] < least) {
        from++;
    }
    memmove(spread->chances, spread->chances + from,
            (spread->count - from) * sizeof *spread->chances);
    spread->first += (int64_t)from;
    spread->count -= from;
    while (spread->count > 1 && spread->chances[spread->count - 1] < least) {
        spread->count--;
    }
}

static bool find_spread(const struct outlier_field *field, struct spread *out)
{
    int64_t all = field->own + field->peers;
    int64_t satisfied = field->own_satisfied + field->peers_satisfied;
    int64_t low = satisfied > field->peers ? satisfied - field->peers : 0;
    int64_t high = satisfied < field->own ? satisfied : field->own;
    size_t count = (size_t)(high - low) + 1;
    double *chances = malloc(count * sizeof *chances);
    if (!chances) {
        return false;
    }
    double whole = log_choose(all, field->own);
    for (size_t i = 0; i < count; i++) {
        int64_t k = low + (int64_t)i;
        chances[i] = exp(log_choose(satisfied, k) +
                         log_choose(all - satisfied, field->own - k) - whole);
    }
    *out = (struct spread){low, chances, count};
    trim(out);
    return true;
}

// The spread of the sum; takes the place of `sum`.
static bool add_spread(struct spread *sum, const struct spread *more)
{
    size_t count = sum->count + more->count - 1;
    double *chances = calloc(count, sizeof *chances);
    if (!chances) {
        return false;
    }
    for (size_t i = 0; i < sum->count; i++) {
        for (size_t k = 0; k < more->count; k++) {
            chances[i + k] += sum->chances[i] * more->chances[k];
        }
    }
    free(sum->chances);
    *sum = (struct spread){sum->first + more->first, chances, count};
    trim(sum);
    return true;
}

static double chance_of(const struct spread *sum, int64_t seen)
{
    // Sums of equal chance may differ in the last digits.
    const double alike = 1 + 1e-7;
    if (seen < sum->first || seen >= sum->first + (int64_t)sum->count) {
        return 0;
    }
    size_t at = (size_t)(seen - sum->first);
    double chance = 0;
    for (size_t i = 0; i < sum->count; i++) {
        if (sum->chances[i] <= sum->chances[at] * alike) {
            chance += sum->chances[i];
        }
    }
    return chance < 1 ? chance : 1;
}

double outlier_chance(const struct outlier_field *fields, size_t count)
{
    double one = 1;
    struct spread sum = {0, malloc(sizeof one), 1};
    int64_t seen = 0;
    bool done = sum.chances != NULL;
    if (done) {
        sum.chances[0] = one;
    }
    for (size_t i = 0; done && i < count; i++) {
        struct spread field = {0};
        if (!is_comparable(&fields[i])) {
            continue;
        }
        done = find_spread(&fields[i], &field) && add_spread(&sum, &field);
        free(field.chances);
        seen += fields[i].own_satisfied;
    }
    double chance = done ? chance_of(&sum, seen) : -1;
    free(sum.chances);
    return chance;
}

bool outlier_distance(const struct outlier_field *fields, size_t count,
                      int64_t *out_tenths)
{
    double own = 0, satisfied = 0, expected = 0;
    for (size_t i = 0; i < count; i++) {
        const struct outlier_field *field = &fields[i];
        if (!is_comparable(field)) {
            continue;
        }
        own += (double)field->own;
        satisfied += (double)field->own_satisfied;
        expected += (double)field->own * (double)field->peers_satisfied /
                    (double)field->peers;
    }
    if (own == 0) {
        return false;
    }
    *out_tenths = llround(1000 * (satisfied - expected) / own);
    return true;
}
