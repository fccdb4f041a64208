// Half-months, and totals in memory.
#include "common/date.h"
#include "office/tally.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int32_t day(const char *iso)
{
    int32_t day;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

static void expect_half(const char *iso, const char *first, const char *last)
{
    int32_t half = tally_half_month(day(iso));
    assert_int_equal(tally_first_day(half), day(first));
    assert_int_equal(tally_last_day(half), day(last));
}

static void test_half_months(void **state)
{
    (void)state;
    expect_half("2026-11-01", "2026-11-01", "2026-11-14");
    expect_half("2026-11-14", "2026-11-01", "2026-11-14");
    expect_half("2026-11-15", "2026-11-15", "2026-11-30");
    expect_half("2026-12-31", "2026-12-15", "2026-12-31");
    expect_half("2024-02-29", "2024-02-15", "2024-02-29"); // leap year
    expect_half("2025-02-28", "2025-02-15", "2025-02-28");
    assert_int_equal(tally_half_month(day("2027-01-01")),
                     tally_half_month(day("2026-12-31")) + 1);
    assert_int_equal(tally_half_month(day("0000-01-01")), 0);
}

static void test_quarters(void **state)
{
    (void)state;
    int32_t first = tally_quarter(tally_half_month(day("2026-01-01")));
    assert_int_equal(first, 2026 * 4);
    assert_int_equal(tally_quarter(tally_half_month(day("2026-03-31"))), first);
    assert_int_equal(tally_quarter(tally_half_month(day("2026-04-01"))),
                     first + 1);
    assert_int_equal(tally_first_half(first),
                     tally_half_month(day("2026-01-01")));
    assert_true(tally_has_quarters(TALLY_PROCEDURE));
    assert_false(tally_has_quarters(TALLY_COUNTER));
}

static struct tally_facts visit(const char *iso, int hour)
{
    return (struct tally_facts){
        .at = date_wall_ms_of_day(day(iso)) + hour * 3600 * 1000,
        .outcome = RECORD_RATED,
        .mode = RECORD_TRANSACTION,
        .level = 5,
        .counter = 3,
    };
}

static void test_visits_go_to_their_cells(void **state)
{
    struct tally tally = {.failed = false};
    struct tally_facts monday = visit("2026-11-23", 9);
    struct tally_facts later = visit("2026-11-15", 16);
    (void)state;
    later.outcome = RECORD_TIMEOUT;
    later.level = 0;
    tally_add(&tally, &monday, 1);
    tally_add(&tally, &later, 1);
    tally_fold(&tally);

    struct tally_cell *cell =
        tally_find(&tally, TALLY_COUNTER, TALLY_DAY, day("2026-11-23"), 3);
    assert_non_null(cell);
    assert_int_equal(cell->sum.levels[4], 1);
    assert_int_equal(cell->sum.offered, 1);
    assert_int_equal(cell->sum.offered_rated, 1);
    cell = tally_find(&tally, TALLY_ALL, TALLY_HALF_MONTH,
                      tally_half_month(day("2026-11-30")), 0);
    assert_non_null(cell);
    assert_int_equal(cell->sum.levels[4], 1);
    assert_int_equal(cell->sum.timeout, 1);
    assert_int_equal(cell->sum.offered, 2);
    assert_int_equal(cell->sum.offered_rated, 1);
    // Monday at nine; the 15th was a Sunday, at four.
    assert_non_null(tally_find(&tally, TALLY_HOUR_OF_WEEK, TALLY_DAY,
                               day("2026-11-23"), 1 * 24 + 9));
    assert_non_null(tally_find(&tally, TALLY_HOUR_OF_WEEK, TALLY_DAY,
                               day("2026-11-15"), 7 * 24 + 16));
    assert_null(
        tally_find(&tally, TALLY_COUNTER, TALLY_DAY, day("2026-11-24"), 3));
    tally_free(&tally);
}

static void test_taking_away_leaves_nothing(void **state)
{
    struct tally tally = {.failed = false};
    struct tally_facts one = visit("2026-11-23", 9);
    (void)state;
    tally_add(&tally, &one, 1);
    tally_add(&tally, &one, -1);
    tally_fold(&tally);
    assert_true(tally.count > 0);
    for (size_t i = 0; i < tally.count; i++) {
        assert_true(tally_is_zero(&tally.cells[i].sum));
    }
    tally_free(&tally);
}

// More keys than any first size of the tables.
static void test_many_keys(void **state)
{
    struct map map = {.count = 0};
    (void)state;
    for (int64_t i = 0; i < 5000; i++) {
        assert_true(map_put(&map, &i, sizeof i, i * 3));
    }
    for (int64_t i = 0; i < 5000; i++) {
        int64_t value = -1;
        assert_true(map_get(&map, &i, sizeof i, &value));
        assert_int_equal(value, i * 3);
    }
    int64_t other = 5000, value;
    assert_false(map_get(&map, &other, sizeof other, &value));
    assert_false(map_get(&map, &other, 3, &value)); // part of a key is none
    assert_true(map_put(&map, "", 0, 7));
    assert_true(map_get(&map, "", 0, &value));
    assert_int_equal(value, 7);
    map_clear(&map);
    other = 1;
    assert_false(map_get(&map, &other, sizeof other, &value));
    map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_months),
        cmocka_unit_test(test_quarters),
        cmocka_unit_test(test_visits_go_to_their_cells),
        cmocka_unit_test(test_taking_away_leaves_nothing),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
