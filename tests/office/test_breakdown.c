// A period is read in pieces: whole quarters, half-months and days.
#include "common/date.h"
#include "office/breakdown.h"
#include "support/check.h"

static int32_t day(const char *iso)
{
    int32_t day;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

static int32_t half(const char *iso)
{
    return tally_half_month(day(iso));
}

static void expect_range(struct day_range range, int32_t from, int32_t to)
{
    assert_int_equal(range.from, from);
    assert_int_equal(range.to, to);
}

static void expect_none(struct day_range range)
{
    assert_true(range.from > range.to);
}

// The official year 2026 runs from 15 December 2025 to 14 December 2026.
static void test_an_official_year_by_procedure(void **state)
{
    (void)state;
    struct day_range year = {day("2025-12-15"), day("2026-12-14")};
    struct long_ranges ranges = breakdown_split_long(OFFICE_BY_PROCEDURE, year);
    expect_range(ranges.halves_before, half("2025-12-15"), half("2025-12-15"));
    expect_range(ranges.quarters, 2026 * 4, 2026 * 4 + 2);
    expect_range(ranges.halves_after, half("2026-10-01"), half("2026-12-01"));
    expect_none(ranges.before);
    expect_none(ranges.after);
}

static void test_a_calendar_year_by_procedure(void **state)
{
    (void)state;
    struct day_range year = {day("2026-01-01"), day("2026-12-31")};
    struct long_ranges ranges = breakdown_split_long(OFFICE_BY_PROCEDURE, year);
    expect_range(ranges.quarters, 2026 * 4, 2026 * 4 + 3);
    expect_none(ranges.halves_before);
    expect_none(ranges.halves_after);
    expect_none(ranges.before);
    expect_none(ranges.after);
}

static void test_quarters_are_kept_of_procedures_alone(void **state)
{
    (void)state;
    struct day_range year = {day("2026-01-01"), day("2026-12-31")};
    struct long_ranges ranges = breakdown_split_long(OFFICE_BY_FIELD, year);
    expect_none(ranges.quarters);
    expect_range(ranges.halves_before, half("2026-01-01"), half("2026-12-31"));
}

// The day after the range, which begins on `next`; the same when it is empty.
static int32_t follow(struct day_range days, int32_t next)
{
    if (days.from > days.to)
        return next;
    assert_int_equal(days.from, next);
    return days.to + 1;
}

static int32_t follow_halves(struct day_range halves, int32_t next)
{
    struct day_range days = {1, 0};
    if (halves.from <= halves.to)
        days = (struct day_range){tally_first_day(halves.from),
                                  tally_last_day(halves.to)};
    return follow(days, next);
}

static int32_t follow_quarters(struct day_range quarters, int32_t next)
{
    struct day_range halves = {1, 0};
    if (quarters.from <= quarters.to)
        halves = (struct day_range){tally_first_half(quarters.from),
                                    tally_first_half(quarters.to + 1) - 1};
    return follow_halves(halves, next);
}

// Every day is read once, whatever the period.
static void test_pieces_are_the_whole_period(void **state)
{
    (void)state;
    int32_t first = day("2027-10-01"), last = day("2029-01-31");
    for (int32_t from = first; from <= last; from++) {
        for (int32_t to = from; to <= last; to++) {
            struct long_ranges pieces = breakdown_split_long(
                OFFICE_BY_PROCEDURE, (struct day_range){from, to});
            int32_t next = follow(pieces.before, from);
            next = follow_halves(pieces.halves_before, next);
            next = follow_quarters(pieces.quarters, next);
            next = follow_halves(pieces.halves_after, next);
            next = follow(pieces.after, next);
            assert_int_equal(next, to + 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_official_year_by_procedure),
        cmocka_unit_test(test_a_calendar_year_by_procedure),
        cmocka_unit_test(test_quarters_are_kept_of_procedures_alone),
        cmocka_unit_test(test_pieces_are_the_whole_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
