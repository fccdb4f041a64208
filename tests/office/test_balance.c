// Kept totals against rows, without holding either: what is the same leaves
// nothing, and whatever differs is wrong in its own slice alone.
#include "common/date.h"
#include "office/balance.h"
#include "support/check.h"
#include <stdlib.h>
#include <string.h>

enum { VISITS = 400, NUMBERS = sizeof(struct office_tally) / sizeof(int64_t) };

static bool has_all(enum tally_dimension dimension)
{
    (void)dimension;
    return true;
}
static const struct balance_kind everything = {has_all, true};

static bool has_two(enum tally_dimension dimension)
{
    return dimension == TALLY_COUNTER || dimension == TALLY_PROCEDURE;
}
static const struct balance_kind two = {has_two, false};

// Invented visits of the days around the end of a quarter, always the same.
static struct tally_facts visit(unsigned n)
{
    unsigned draw = n * 2654435761u;
    int32_t day = date_to_day((struct date){2026, 6, 28}) + (int)(draw % 5);
    return (struct tally_facts){
        .at = date_wall_ms_of_day(day) + (int)(draw >> 8) % 10 * 3600 * 1000,
        .outcome = draw % 7 == 0 ? RECORD_DECLINED : RECORD_RATED,
        .mode = draw % 3 ? RECORD_TRANSACTION : RECORD_WALK_UP,
        .level = (int)(draw >> 4) % 5 + 1,
        .doubts = draw % 11 == 0 ? DOUBT_FLAGGED : 0,
        .counter = (draw >> 6) % 4,
        .field = (draw >> 9) % 3,
        .procedure = (draw >> 12) % 9,
        .officer = (draw >> 15) % 4,
        .step = (draw >> 18) % 2,
        .device = (draw >> 6) % 4 + 1,
    };
}

static uint64_t worth(const struct balance *balance,
                      const struct office_tally *sum)
{
    int64_t numbers[NUMBERS];
    memcpy(numbers, sum, sizeof numbers);
    return balance_weigh(balance, numbers, NUMBERS);
}

static void add_visits(struct balance *balance, const struct balance_kind *kind)
{
    balance_begin(balance, kind);
    for (unsigned i = 0; i < VISITS; i++) {
        const struct tally_facts facts = visit(i);
        const struct tally_place place = tally_place_of(&facts);
        const struct office_tally sum = tally_sum_of(&facts, 1);
        balance_add(balance, &place, worth(balance, &sum));
    }
}

static bool take(struct balance *balance, const struct tally_cell *cell)
{
    return balance_take(balance, cell->dimension, cell->grain, cell->period,
                        cell->key, worth(balance, &cell->sum));
}

static struct tally count_visits(void)
{
    struct tally tally = {.failed = false};
    for (unsigned i = 0; i < VISITS; i++) {
        const struct tally_facts facts = visit(i);
        tally_add(&tally, &facts, 1);
    }
    tally_fold(&tally);
    assert_false(tally.failed);
    return tally;
}

// The balance of all visits and of the cells but this one.
static void balance_without(struct balance *balance, const struct tally *tally,
                            size_t left_out)
{
    add_visits(balance, &everything);
    for (size_t i = 0; i < tally->count; i++) {
        if (i != left_out) {
            assert_true(take(balance, &tally->cells[i]));
        }
    }
}

static void expect_only(struct balance *balance, const struct tally_cell *cell)
{
    assert_int_equal(balance_end(balance), 1);
    assert_true(
        balance_wants(balance, cell->dimension, cell->grain, cell->period));
    assert_false(balance_next(balance));
}

static void test_totals_that_are_right(void **state)
{
    struct tally tally = count_visits();
    struct balance balance;
    (void)state;
    balance_without(&balance, &tally, SIZE_MAX);
    assert_int_equal(balance_end(&balance), 0);
    assert_false(balance_next(&balance));
    balance_free(&balance);
    tally_free(&tally);
}

static void test_each_total_that_is_gone(void **state)
{
    struct tally tally = count_visits();
    (void)state;
    // Every dimension, pair and grain is among them.
    for (size_t i = 0; i < tally.count; i += 3) {
        struct balance balance;
        balance_without(&balance, &tally, i);
        expect_only(&balance, &tally.cells[i]);
        balance_free(&balance);
    }
    tally_free(&tally);
}

// Takes one more row off: `change` times 1 in this number of the cell.
static void expect_wrong(const struct tally *tally, size_t i, size_t number,
                         int64_t change)
{
    struct balance balance;
    struct tally_cell cell = tally->cells[i];
    int64_t numbers[NUMBERS];
    balance_without(&balance, tally, i);
    memcpy(numbers, &cell.sum, sizeof numbers);
    numbers[number] += change;
    memcpy(&cell.sum, numbers, sizeof numbers);
    assert_true(take(&balance, &cell));
    expect_only(&balance, &cell);
    balance_free(&balance);
}

static void test_each_number_of_a_total(void **state)
{
    // The prime; and what weighs the same modulo it must not pass either.
    static const int64_t changes[] = {1,
                                      -1,
                                      (INT64_C(1) << 61) - 1,
                                      1 - (INT64_C(1) << 61),
                                      3 * ((INT64_C(1) << 61) - 1),
                                      INT64_C(1) << 61};
    struct tally tally = count_visits();
    (void)state;
    for (size_t number = 0; number < NUMBERS; number++) {
        for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
            expect_wrong(&tally, (number * 37 + c) % tally.count, number,
                         changes[c]);
        }
    }
    tally_free(&tally);
}

// Two numbers that changed places, two cells that did, a sum that stayed.
static void test_changes_that_keep_the_sum(void **state)
{
    struct tally tally = count_visits();
    (void)state;
    for (size_t i = 0; i + 1 < tally.count; i += 5) {
        struct balance balance;
        struct tally_cell cell = tally.cells[i];
        balance_without(&balance, &tally, i);
        cell.sum.levels[0]++;
        cell.sum.levels[1]--;
        assert_true(take(&balance, &cell));
        expect_only(&balance, &cell);
        balance_free(&balance);

        balance_without(&balance, &tally, i);
        cell = tally.cells[i];
        cell.key += 1000;
        assert_true(take(&balance, &cell));
        expect_only(&balance, &cell);
        balance_free(&balance);
    }
    tally_free(&tally);
}

static void test_what_no_total_can_be(void **state)
{
    struct balance balance;
    (void)state;
    balance_begin(&balance, &two);
    assert_false(balance_take(&balance, TALLY_FIELD, TALLY_DAY, 20000, 1, 1));
    assert_false(balance_take(&balance, 99, TALLY_DAY, 20000, 1, 1));
    assert_false(balance_take(&balance, TALLY_COUNTER, (enum tally_grain)7,
                              20000, 1, 1));
    assert_false(balance_take(&balance, TALLY_COUNTER, TALLY_DAY,
                              TALLY_PERIOD_MOST + 1, 1, 1));
    assert_int_equal(balance_end(&balance), 0);
    // A quarter of counters is kept by nobody, and is wrong where it stands.
    assert_true(
        balance_take(&balance, TALLY_COUNTER, TALLY_QUARTER, 2026 * 4, 1, 1));
    assert_int_equal(balance_end(&balance), 1);
    balance_free(&balance);
}

// Counters by the half-month, procedures by the quarter: 28 June to 2 July.
static void test_slices(void **state)
{
    struct balance balance;
    (void)state;
    add_visits(&balance, &two);
    assert_int_equal(balance_end(&balance), 4);
    int32_t june = date_to_day((struct date){2026, 6, 30});
    assert_true(balance_wants(&balance, TALLY_COUNTER, TALLY_DAY, june));
    assert_true(balance_wants(&balance, TALLY_COUNTER, TALLY_DAY, june - 15));
    assert_false(balance_wants(&balance, TALLY_COUNTER, TALLY_DAY, june - 16));
    assert_true(balance_wants(&balance, TALLY_PROCEDURE, TALLY_DAY, june - 90));
    assert_true(
        balance_wants(&balance, TALLY_PROCEDURE, TALLY_QUARTER, 2026 * 4 + 1));
    assert_false(balance_wants(&balance, TALLY_FIELD, TALLY_DAY, june));
    balance_free(&balance);
}

// However narrow, each wrong slice is wanted once; and where there is room,
// more at a time.
static void test_a_few_at_a_time(void **state)
{
    struct balance balance;
    static const size_t wanted_after[] = {7, 7 + 14, 7 + 14 + 28, 52};
    size_t wanted = 0, turns = 0;
    (void)state;
    add_visits(&balance, &everything);
    // 26 dimensions and pairs before and after the end of June.
    assert_int_equal(balance_end(&balance), 2 * BALANCE_DIMENSIONS_MOST);
    assert_int_equal(balance.to, 52);
    assert_true(balance_narrow(&balance)); // 26
    assert_true(balance_narrow(&balance)); // 13
    assert_true(balance_narrow(&balance)); // 7
    do {
        for (size_t i = 0; i < balance.count; i++) {
            const struct balance_slice *slice = &balance.slices[i];
            enum tally_grain grain = tally_has_quarters(slice->dimension)
                                         ? TALLY_QUARTER
                                         : TALLY_HALF_MONTH;
            wanted +=
                balance_wants(&balance, slice->dimension, grain, slice->period);
        }
        assert_true(turns < 4);
        assert_int_equal(wanted, wanted_after[turns++]);
    } while (balance_next(&balance));
    assert_int_equal(wanted, 52);
    assert_int_equal(turns, 4);

    assert_int_equal(balance_end(&balance), 52);
    while (balance_narrow(&balance))
        ;
    assert_int_equal(balance.from, balance.to);
    balance_free(&balance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_that_are_right),
        cmocka_unit_test(test_each_total_that_is_gone),
        cmocka_unit_test(test_each_number_of_a_total),
        cmocka_unit_test(test_changes_that_keep_the_sum),
        cmocka_unit_test(test_what_no_total_can_be),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_a_few_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
