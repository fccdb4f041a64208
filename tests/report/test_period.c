#include "common/date.h"
#include "report/period.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// First and last days, read off a wall calendar.
static const struct {
    const char *period;
    const char *first, *last;
} DAYS[] = {
    {"hanh-chinh:2026-01", "2025-12-15", "2026-01-14"},
    {"hanh-chinh:2026-02", "2026-01-15", "2026-02-14"},
    {"hanh-chinh:2026-03", "2026-02-15", "2026-03-14"},
    {"hanh-chinh:2024-03", "2024-02-15", "2024-03-14"},
    {"hanh-chinh:2026-12", "2026-11-15", "2026-12-14"},
    {"hanh-chinh:2026-Q1", "2025-12-15", "2026-03-14"},
    {"hanh-chinh:2026-Q2", "2026-03-15", "2026-06-14"},
    {"hanh-chinh:2026-Q3", "2026-06-15", "2026-09-14"},
    {"hanh-chinh:2026-Q4", "2026-09-15", "2026-12-14"},
    {"hanh-chinh:2026-H1", "2025-12-15", "2026-06-14"},
    {"hanh-chinh:2026-H2", "2026-06-15", "2026-12-14"},
    {"hanh-chinh:2026", "2025-12-15", "2026-12-14"},
    {"hanh-chinh:2000", "1999-12-15", "2000-12-14"},
    {"duong-lich:2026-01", "2026-01-01", "2026-01-31"},
    {"duong-lich:2026-02", "2026-02-01", "2026-02-28"},
    {"duong-lich:2024-02", "2024-02-01", "2024-02-29"},
    {"duong-lich:2100-02", "2100-02-01", "2100-02-28"},
    {"duong-lich:2026-12", "2026-12-01", "2026-12-31"},
    {"duong-lich:2026-Q1", "2026-01-01", "2026-03-31"},
    {"duong-lich:2026-Q2", "2026-04-01", "2026-06-30"},
    {"duong-lich:2026-Q3", "2026-07-01", "2026-09-30"},
    {"duong-lich:2026-Q4", "2026-10-01", "2026-12-31"},
    {"duong-lich:2026-H1", "2026-01-01", "2026-06-30"},
    {"duong-lich:2026-H2", "2026-07-01", "2026-12-31"},
    {"duong-lich:2026", "2026-01-01", "2026-12-31"},
    {"duong-lich:2999", "2999-01-01", "2999-12-31"},
};

static void test_period_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++) {
        struct buf message = {0};
        struct period period;
        char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
        assert_true(period_parse(DAYS[i].period, &period, &message));
        date_format_iso(period.first, first);
        date_format_iso(period.last, last);
        assert_string_equal(first, DAYS[i].first);
        assert_string_equal(last, DAYS[i].last);
        assert_string_equal(buf_text(&message), "");
        buf_free(&message);
    }
}

static void test_period_code_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++) {
        struct buf message = {0};
        struct period period;
        char code[PERIOD_CODE_SIZE];
        assert_true(period_parse(DAYS[i].period, &period, &message));
        period_code(&period, code);
        assert_string_equal(code, strchr(DAYS[i].period, ':') + 1);
        buf_free(&message);
    }
}

// Both kinds cover every day once: the next period begins where one ends.
static void test_periods_leave_no_day_out(void **state)
{
    (void)state;
    static const int count[] = {12, 4, 2, 1};
    for (int kind = PERIOD_OFFICIAL; kind <= PERIOD_CALENDAR; kind++) {
        for (int span = PERIOD_MONTH; span <= PERIOD_YEAR; span++) {
            int32_t next = 0;
            for (int i = 0; i < 5 * count[span]; i++) {
                struct period period =
                    period_make((enum period_kind)kind, (enum period_span)span,
                                2023 + i / count[span], i % count[span] + 1);
                if (i > 0)
                    assert_int_equal(period.first, next);
                assert_true(period.last > period.first);
                next = period.last + 1;
            }
        }
    }
}

// The period before ends on the day before, and is as long in its own kind.
static void test_period_before(void **state)
{
    (void)state;
    static const struct {
        const char *period, *before; // NULL: none
    } cases[] = {
        {"hanh-chinh:2026-01", "hanh-chinh:2025-12"},
        {"duong-lich:2026-11", "duong-lich:2026-10"},
        {"duong-lich:2026-Q1", "duong-lich:2025-Q4"},
        {"hanh-chinh:2026-H2", "hanh-chinh:2026-H1"},
        {"hanh-chinh:2026-H1", "hanh-chinh:2025-H2"},
        {"duong-lich:2026", "duong-lich:2025"},
        {"duong-lich:2000", NULL},
        {"duong-lich:2000-01", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message = {0};
        struct period period, before = {0}, expected;
        assert_true(period_parse(cases[i].period, &period, &message));
        assert_int_equal(period_before(&period, &before),
                         cases[i].before != NULL);
        if (cases[i].before) {
            assert_true(period_parse(cases[i].before, &expected, &message));
            assert_memory_equal(&before, &expected, sizeof before);
            assert_int_equal(before.last, period.first - 1);
        }
        buf_free(&message);
    }
    struct buf message = {0};
    struct period week, before;
    char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    assert_true(period_parse_days("2026-03-02", "2026-03-08", &week, &message));
    assert_true(period_before(&week, &before));
    date_format_iso(before.first, first);
    date_format_iso(before.last, last);
    assert_string_equal(first, "2026-02-23");
    assert_string_equal(last, "2026-03-01");
}

static void test_period_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *period;
        const char *why; // a part of the message
    } cases[] = {
        {"", "known kind"},
        {"2026-01", "known kind"},
        {"thang:2026-01", "known kind"},
        {"Hanh-chinh:2026-01", "known kind"},
        {"khoang-ngay:2026-01", "known kind"},
        {"hanh-chinh:", "no year"},
        {"hanh-chinh:26-01", "no year"},
        {"hanh-chinh:2026-1", "no year"},
        {"hanh-chinh:2026-001", "no year"},
        {"hanh-chinh:2026-01 ", "no year"},
        {"hanh-chinh:2026-Q", "no year"},
        {"hanh-chinh:2026-q1", "no year"},
        {"hanh-chinh:2026/01", "no year"},
        {"hanh-chinh:-026-01", "no year"},
        {"hanh-chinh:2026-13", "no month 13"},
        {"hanh-chinh:2026-00", "no month 0"},
        {"duong-lich:2026-Q5", "no quarter 5"},
        {"duong-lich:2026-Q0", "no quarter 0"},
        {"duong-lich:2026-H3", "no half 3"},
        {"duong-lich:1999-01", "2000–2999"},
        {"duong-lich:3000", "2000–2999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message = {0};
        struct period period = {.year = -1};
        assert_false(period_parse(cases[i].period, &period, &message));
        assert_non_null(strstr(buf_text(&message), cases[i].why));
        assert_int_equal(period.year, -1);
        buf_free(&message);
    }
}

static void test_period_any_days(void **state)
{
    (void)state;
    struct buf message = {0};
    struct period period;
    char code[PERIOD_CODE_SIZE];
    assert_true(
        period_parse_days("2024-02-29", "2024-03-01", &period, &message));
    assert_int_equal(period.last - period.first, 1);
    assert_int_equal(period.kind, PERIOD_DAYS);
    period_code(&period, code);
    assert_string_equal(code, "2024-02-29/2024-03-01");
    assert_true(
        period_parse_days("2026-11-23", "2026-11-23", &period, &message));
    assert_int_equal(period.first, period.last);
    buf_free(&message);
}

static void test_period_any_days_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *why;
    } cases[] = {
        {"2026-02-29", "2026-03-01", "from \"2026-02-29\""},
        {"2026-02-01", "2026-02-30", "to \"2026-02-30\""},
        {"23/11/2026", "2026-11-30", "from \"23/11/2026\""},
        {"2026-11-24", "2026-11-23", "is after"},
        {"1999-12-31", "2026-01-01", "2000–2999"},
        {"2026-01-01", "3000-01-01", "2000–2999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message = {0};
        struct period period;
        assert_false(
            period_parse_days(cases[i].from, cases[i].to, &period, &message));
        assert_non_null(strstr(buf_text(&message), cases[i].why));
        buf_free(&message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_period_days),
        cmocka_unit_test(test_period_code_reads_back),
        cmocka_unit_test(test_periods_leave_no_day_out),
        cmocka_unit_test(test_period_before),
        cmocka_unit_test(test_period_refuses),
        cmocka_unit_test(test_period_any_days),
        cmocka_unit_test(test_period_any_days_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
