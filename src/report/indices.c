#include "report/indices.h"

// Shares as whole numbers of 10^-27; a count up to FIGURES_COUNT_MAX times this
// fits into 128 bits.
typedef __int128 wide;
static const int64_t THOUSAND_MILLIONS = 1000000000;
// Truncation makes each share smaller by less than one unit; this many lift
// what lies on a half back onto it.
enum { LIFT = 1000 };

static wide one(void)
{
    return (wide)THOUSAND_MILLIONS * THOUSAND_MILLIONS * THOUSAND_MILLIONS;
}

int64_t indices_answers(const struct indices_item *item)
{
    int64_t sum = 0;
    for (int level = 1; level <= FIGURES_LEVELS; level++)
        sum += item->levels[level];
    return sum;
}

int64_t indices_good(const struct indices_item *item)
{
    return item->levels[FIGURES_LEVELS] + item->levels[FIGURES_LEVELS - 1];
}

static int64_t points_of(const struct indices_item *item)
{
    int64_t sum = 0;
    for (int level = 1; level <= FIGURES_LEVELS; level++)
        sum += level * item->levels[level];
    return sum;
}

// Unrounded.
struct shares {
    wide a, b;
};

static struct shares shares_of_item(const struct indices_item *item)
{
    int64_t answers = indices_answers(item);
    return (struct shares){one() * indices_good(item) / answers,
                           one() / FIGURES_LEVELS * points_of(item) / answers};
}

static int64_t round_share(wide share)
{
    const int64_t per_cent = 10000; // with two decimals
    return (int64_t)(((share + LIFT) * per_cent * 2 + one()) / (one() * 2));
}

static struct indices rounded(struct shares shares)
{
    return (struct indices){round_share(shares.a), round_share(shares.b)};
}

static const struct indices UNKNOWN = {FIGURES_UNKNOWN, FIGURES_UNKNOWN};

struct indices indices_of_item(const struct indices_item *item)
{
    return indices_answers(item) > 0 ? rounded(shares_of_item(item)) : UNKNOWN;
}

// False when none of the items was answered.
static bool shares_of_factor(const struct indices_factor *factor,
                             struct shares *out)
{
    struct shares sum = {0, 0};
    int64_t answered = 0;
    for (size_t i = 0; i < factor->count; i++) {
        if (indices_answers(&factor->items[i]) == 0)
            continue;
        struct shares shares = shares_of_item(&factor->items[i]);
        sum.a += shares.a;
        sum.b += shares.b;
        answered++;
    }
    if (answered == 0)
        return false;
    *out = (struct shares){sum.a / answered, sum.b / answered};
    return true;
}

struct indices indices_of_factor(const struct indices_factor *factor)
{
    struct shares shares;
    return shares_of_factor(factor, &shares) ? rounded(shares) : UNKNOWN;
}

struct indices indices_overall(const struct indices_factor *factors,
                               size_t count)
{
    struct shares sum = {0, 0}, shares;
    for (size_t i = 0; i < count; i++) {
        if (!shares_of_factor(&factors[i], &shares))
            return UNKNOWN;
        sum.a += shares.a;
        sum.b += shares.b;
    }
    if (count == 0)
        return UNKNOWN;
    return rounded((struct shares){sum.a / (wide)count, sum.b / (wide)count});
}
