#include "office/balance.h"
#include "common/ids.h"
#include "ledger/digest.h"
#include <stdlib.h>
#include <string.h>

// 2^61 − 1, a prime: products are reduced by shifts.
#define PRIME ((UINT64_C(1) << 61) - 1)

uint64_t balance_plus(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    return sum >= PRIME ? sum - PRIME : sum;
}

static uint64_t reduce(uint64_t number)
{
    return balance_plus(number & PRIME, number >> 61);
}

uint64_t balance_times(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return balance_plus((uint64_t)product & PRIME, (uint64_t)(product >> 61));
}

// What a random number is of.
enum { OF_TIME, OF_KEY, OF_NUMBER, OF_MUCH, OF_THING };

static uint64_t random_of(const struct balance *balance, int kind, int what,
                          int grain, int64_t number)
{
    const struct {
        int64_t number;
        int32_t kind, what, grain, zero;
    } name = {number, kind, what, grain, 0};
    return reduce(digest_short(balance->key, &name, sizeof name));
}

uint64_t balance_random(const struct balance *balance, int what, int64_t number)
{
    return random_of(balance, OF_THING, what, 0, number);
}

// A kept number may be anything: what is the same modulo the prime, and another
// number, must weigh something else.
static uint64_t weigh_one(const struct balance *balance, size_t i,
                          int64_t number)
{
    const int64_t prime = (int64_t)PRIME;
    int64_t rest = number % prime;
    int64_t times = number / prime - (rest < 0);
    uint64_t worth = balance_times(balance->weights[i],
                                   (uint64_t)(rest < 0 ? rest + prime : rest));
    return times == 0 ? worth
                      : balance_plus(worth, random_of(balance, OF_MUCH, (int)i,
                                                      0, times));
}

uint64_t balance_weigh(const struct balance *balance, const int64_t *numbers,
                       size_t count)
{
    uint64_t worth = 0;
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] != 0) {
            worth = balance_plus(worth, weigh_one(balance, i, numbers[i]));
        }
    }
    return worth;
}

static bool has_visits(enum tally_dimension dimension)
{
    (void)dimension;
    return true;
}

const struct balance_kind balance_visits = {has_visits, true};

uint64_t balance_weigh_visits(const struct balance *balance,
                              const struct office_tally *sum)
{
    int64_t numbers[sizeof *sum / sizeof(int64_t)];
    _Static_assert(sizeof numbers / sizeof numbers[0] <= BALANCE_NUMBERS_MOST,
                   "a weight for each number");
    memcpy(numbers, sum, sizeof numbers);
    return balance_weigh(balance, numbers, sizeof numbers / sizeof numbers[0]);
}

static void add_dimension(struct balance *balance, int stored,
                          enum tally_dimension first,
                          enum tally_dimension second)
{
    balance->dimensions[balance->dimension_count++] =
        (struct balance_dimension){stored, first, second};
}

void balance_begin(struct balance *balance, const struct balance_kind *kind)
{
    *balance = (struct balance){.wrong = 0};
    id_random(balance->key, sizeof balance->key);
    for (int d = 0; d < TALLY_DIMENSION_COUNT; d++) {
        if (kind->has((enum tally_dimension)d)) {
            add_dimension(balance, d, (enum tally_dimension)d, TALLY_ALL);
        }
    }
    for (size_t i = 0; i < TALLY_PAIR_COUNT && kind->has_pairs; i++) {
        const struct tally_pair *pair = &tally_pairs[i];
        if (kind->has(pair->first) && kind->has(pair->second)) {
            add_dimension(balance,
                          tally_pair_dimension(pair->first, pair->second),
                          pair->first, pair->second);
        }
    }
    for (size_t i = 0; i < BALANCE_NUMBERS_MOST; i++) {
        balance->weights[i] = random_of(balance, OF_NUMBER, (int)i, 0, 0);
    }
}

void balance_free(struct balance *balance)
{
    map_free(&balance->index);
    free(balance->slices);
    *balance = (struct balance){.wrong = 0};
}

// --- Slices -----------------------------------------------------------------

static int32_t slice_period(int dimension, enum tally_grain grain,
                            int32_t period)
{
    int32_t half = grain == TALLY_DAY       ? tally_half_month(period)
                   : grain == TALLY_QUARTER ? tally_first_half(period)
                                            : period;
    return tally_has_quarters(dimension) ? tally_quarter(half) : half;
}

static bool find_slice(const struct balance *balance, int dimension,
                       int32_t period, size_t *out)
{
    const int32_t name[2] = {dimension, period};
    int64_t at;
    if (!map_get(&balance->index, name, sizeof name, &at)) {
        return false;
    }
    *out = (size_t)at;
    return true;
}

static bool make_room(struct balance *balance)
{
    if (balance->count < balance->capacity) {
        return true;
    }
    size_t capacity = balance->capacity ? balance->capacity * 2 : 256;
    struct balance_slice *slices =
        realloc(balance->slices, capacity * sizeof *slices);
    if (!slices) {
        return false;
    }
    balance->slices = slices;
    balance->capacity = capacity;
    return true;
}

// The slice, made when there is none. False on no memory.
static bool take_slice(struct balance *balance, int dimension, int32_t period,
                       size_t *out)
{
    const int32_t name[2] = {dimension, period};
    if (find_slice(balance, dimension, period, out)) {
        return true;
    }
    if (!make_room(balance) ||
        !map_put(&balance->index, name, sizeof name, (int64_t)balance->count)) {
        balance->failed = true;
        return false;
    }
    *out = balance->count++;
    balance->slices[*out] =
        (struct balance_slice){.dimension = dimension, .period = period};
    return true;
}

// --- Adding and taking ------------------------------------------------------

static uint64_t time_factor(const struct balance *balance, int dimension,
                            enum tally_grain grain, int32_t period)
{
    return random_of(balance, OF_TIME, dimension, (int)grain, period);
}

static uint64_t key_factor(const struct balance *balance,
                           enum tally_dimension dimension, int64_t key)
{
    return random_of(balance, OF_KEY, (int)dimension, 0, key);
}

// A row is in a total of each grain.
static uint64_t day_factor(const struct balance *balance, int dimension,
                           int32_t day)
{
    int32_t half = tally_half_month(day);
    uint64_t factor =
        balance_plus(time_factor(balance, dimension, TALLY_DAY, day),
                     time_factor(balance, dimension, TALLY_HALF_MONTH, half));
    return tally_has_quarters(dimension)
               ? balance_plus(factor,
                              time_factor(balance, dimension, TALLY_QUARTER,
                                          tally_quarter(half)))
               : factor;
}

static bool use_day(struct balance *balance, int32_t day)
{
    if (balance->has_day && balance->day == day) {
        return true;
    }
    for (size_t i = 0; i < balance->dimension_count; i++) {
        int stored = balance->dimensions[i].stored;
        if (!take_slice(balance, stored, slice_period(stored, TALLY_DAY, day),
                        &balance->day_slices[i])) {
            return false;
        }
        balance->day_factors[i] = day_factor(balance, stored, day);
    }
    balance->has_day = true;
    balance->day = day;
    return true;
}

static void use_keys(struct balance *balance, const int64_t *keys)
{
    for (int d = 0; d < TALLY_DIMENSION_COUNT; d++) {
        if (!balance->has_key[d] || balance->keys[d] != keys[d]) {
            balance->has_key[d] = true;
            balance->keys[d] = keys[d];
            balance->key_factors[d] =
                key_factor(balance, (enum tally_dimension)d, keys[d]);
        }
    }
}

void balance_add(struct balance *balance, const struct tally_place *place,
                 uint64_t worth)
{
    if (worth == 0 || !use_day(balance, (int32_t)place->day)) {
        return;
    }
    use_keys(balance, place->keys);
    for (size_t i = 0; i < balance->dimension_count; i++) {
        const struct balance_dimension *d = &balance->dimensions[i];
        struct balance_slice *slice = &balance->slices[balance->day_slices[i]];
        uint64_t factor = balance->key_factors[d->first];
        if (d->second != TALLY_ALL) {
            factor = balance_times(factor, balance->key_factors[d->second]);
        }
        factor = balance_times(factor, balance->day_factors[i]);
        slice->left = balance_plus(slice->left, balance_times(factor, worth));
    }
}

static const struct balance_dimension *
find_dimension(const struct balance *balance, int stored)
{
    for (size_t i = 0; i < balance->dimension_count; i++) {
        if (balance->dimensions[i].stored == stored) {
            return &balance->dimensions[i];
        }
    }
    return NULL;
}

static bool is_total(const struct balance_dimension *dimension,
                     enum tally_grain grain, int32_t period)
{
    return dimension && (unsigned)grain < TALLY_GRAIN_COUNT &&
           period >= -TALLY_PERIOD_MOST && period <= TALLY_PERIOD_MOST;
}

bool balance_take(struct balance *balance, int dimension,
                  enum tally_grain grain, int32_t period, int64_t key,
                  uint64_t worth)
{
    const struct balance_dimension *d = find_dimension(balance, dimension);
    size_t at;
    if (!is_total(d, grain, period)) {
        return false;
    }
    if (worth == 0 ||
        !take_slice(balance, dimension, slice_period(dimension, grain, period),
                    &at)) {
        return true;
    }
    uint64_t factor = time_factor(balance, dimension, grain, period);
    if (d->second == TALLY_ALL) {
        factor = balance_times(factor, key_factor(balance, d->first, key));
    } else {
        factor = balance_times(
            factor, key_factor(balance, d->first, tally_pair_first(key)));
        factor = balance_times(
            factor, key_factor(balance, d->second, tally_pair_second(key)));
    }
    struct balance_slice *slice = &balance->slices[at];
    slice->left =
        balance_plus(slice->left, PRIME - balance_times(factor, worth));
    return true;
}

// --- What is wrong ----------------------------------------------------------

size_t balance_end(struct balance *balance)
{
    balance->wrong = 0;
    for (size_t i = 0; i < balance->count; i++) {
        struct balance_slice *slice = &balance->slices[i];
        slice->rank = slice->left != 0 ? ++balance->wrong : 0;
    }
    balance->from = 1;
    balance->to = balance->wrong;
    return balance->wrong;
}

static bool is_wanted(const struct balance *balance,
                      const struct balance_slice *slice)
{
    return slice->rank >= balance->from && slice->rank <= balance->to;
}

static struct balance_slice *find_wanted(const struct balance *balance,
                                         int dimension, enum tally_grain grain,
                                         int32_t period)
{
    size_t at;
    if (!is_total(find_dimension(balance, dimension), grain, period) ||
        !find_slice(balance, dimension, slice_period(dimension, grain, period),
                    &at)) {
        return NULL;
    }
    struct balance_slice *slice = &balance->slices[at];
    return is_wanted(balance, slice) ? slice : NULL;
}

bool balance_wants(const void *balance, int dimension, enum tally_grain grain,
                   int32_t period)
{
    return find_wanted(balance, dimension, grain, period) != NULL;
}

bool balance_knows(const void *balance, int dimension, enum tally_grain grain,
                   int32_t period)
{
    return is_total(find_dimension(balance, dimension), grain, period);
}

void balance_days(const struct balance *balance, int32_t *out_first,
                  int32_t *out_last)
{
    *out_first = INT32_MAX;
    *out_last = INT32_MIN;
    for (size_t i = 0; i < balance->count; i++) {
        const struct balance_slice *slice = &balance->slices[i];
        if (!is_wanted(balance, slice)) {
            continue;
        }
        bool is_quarter = tally_has_quarters(slice->dimension);
        int32_t period = slice->period;
        int32_t half = is_quarter ? tally_first_half(period) : period;
        int32_t last = is_quarter ? tally_first_half(period + 1) - 1 : period;
        if (tally_first_day(half) < *out_first) {
            *out_first = tally_first_day(half);
        }
        if (tally_last_day(last) > *out_last) {
            *out_last = tally_last_day(last);
        }
    }
}

bool balance_narrow(struct balance *balance)
{
    size_t more = (balance->to - balance->from) / 2;
    bool is_narrower = balance->to > balance->from;
    balance->to = balance->from + more;
    return is_narrower;
}

bool balance_next(struct balance *balance)
{
    size_t wide = balance->to - balance->from + 1;
    if (balance->to >= balance->wrong) {
        return false;
    }
    balance->from = balance->to + 1;
    balance->to = balance->to + 2 * wide;
    if (balance->to > balance->wrong) {
        balance->to = balance->wrong;
    }
    return true;
}

void balance_name(struct balance *balance, int dimension,
                  enum tally_grain grain, int32_t period)
{
    struct balance_slice *slice =
        find_wanted(balance, dimension, grain, period);
    if (slice) {
        slice->is_named = true;
    }
}
