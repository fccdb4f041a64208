// Working days, over the calendar that is shipped.
#include "common/date.h"
#include "common/file.h"
#include "office/calendar.h"
#include "support/check.h"

static struct calendar shipped;

static int32_t day(const char *iso)
{
    int32_t day = 0;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

static bool is_worked(const char *iso)
{
    return calendar_is_working_day(&shipped, day(iso));
}

static void expect_reached(const char *from, int count, const char *to)
{
    char reached[DATE_ISO_SIZE];
    date_format_iso(calendar_add_working_days(&shipped, day(from), count),
                    reached);
    assert_string_equal(reached, to);
}

static int left(const char *from, const char *due)
{
    return calendar_working_days_left(&shipped, day(from), day(due));
}

static void test_weekends_are_off(void **state)
{
    (void)state;
    assert_true(is_worked("2026-11-27"));  // Friday
    assert_false(is_worked("2026-11-28")); // Saturday
    assert_false(is_worked("2026-11-29")); // Sunday
    assert_true(is_worked("2026-11-30"));
    expect_reached("2026-11-27", 1, "2026-11-30");
    expect_reached("2026-11-29", 5, "2026-12-04");
    expect_reached("2026-11-29", 0, "2026-11-29");
}

// Friday the 13th, then nine days off, then Monday the 23rd.
static void test_tet_takes_nine_days(void **state)
{
    (void)state;
    assert_true(is_worked("2026-02-13"));
    for (int32_t at = day("2026-02-14"); at <= day("2026-02-22"); at++) {
        assert_false(calendar_is_working_day(&shipped, at));
    }
    assert_true(is_worked("2026-02-23"));
    expect_reached("2026-02-12", 2, "2026-02-23");
    expect_reached("2026-02-13", 5, "2026-02-27");
    expect_reached("2026-02-17", 1, "2026-02-23");
}

static void test_swapped_days(void **state)
{
    (void)state;
    // Friday off for Saturday worked.
    assert_false(is_worked("2026-01-02"));
    assert_true(is_worked("2026-01-10"));
    expect_reached("2026-01-09", 1, "2026-01-10");
    expect_reached("2026-01-10", 1, "2026-01-12");
    // Worked before, off after: from Friday 28 August to Thursday 3 September.
    assert_true(is_worked("2026-08-22"));
    assert_false(is_worked("2026-08-31"));
    expect_reached("2026-08-21", 1, "2026-08-22");
    expect_reached("2026-08-28", 1, "2026-09-03");
    expect_reached("2026-08-20", 5, "2026-08-26");
}

static void test_other_holidays(void **state)
{
    (void)state;
    assert_false(is_worked("2026-04-27")); // for Sunday the 26th
    assert_true(is_worked("2026-04-28"));
    expect_reached("2026-04-29", 1, "2026-05-04");
}

static void test_over_the_ends_of_years(void **state)
{
    (void)state;
    // 31 December 2025 is a Wednesday; 1 and 2 January are off.
    expect_reached("2025-12-31", 1, "2026-01-05");
    // 1 January 2027 is a Friday.
    expect_reached("2026-12-31", 1, "2027-01-04");
    expect_reached("2026-12-28", 5, "2027-01-05");
}

static void test_days_that_are_left(void **state)
{
    (void)state;
    assert_int_equal(left("2026-11-27", "2026-12-04"), 5);
    assert_int_equal(left("2026-12-04", "2026-12-04"), 0);
    // Overdue since Friday: the weekend is no delay.
    assert_int_equal(left("2026-12-06", "2026-12-04"), 0);
    assert_int_equal(left("2026-12-07", "2026-12-04"), -1);
    assert_int_equal(left("2026-02-13", "2026-02-23"), 1);
    assert_int_equal(left("2026-02-24", "2026-02-13"), -2);
}

static enum calendar_coverage coverage(const char *first, const char *last)
{
    return calendar_coverage(&shipped, day(first), day(last));
}

static void test_what_is_not_known_is_said(void **state)
{
    (void)state;
    assert_int_equal(coverage("2026-01-01", "2026-12-31"), CALENDAR_ANNOUNCED);
    assert_int_equal(coverage("2026-12-31", "2027-01-01"), CALENDAR_STATUTORY);
    assert_int_equal(coverage("2027-12-31", "2028-01-01"), CALENDAR_UNKNOWN);
    assert_int_equal(coverage("2025-12-31", "2026-01-01"), CALENDAR_UNKNOWN);
}

static void expect_refused(const char *text, const char *part)
{
    struct calendar calendar;
    struct buf why = {0};
    char message[JSON_MESSAGE_SIZE];
    json_t *body = json_read(text, strlen(text), message);
    assert_non_null(body);
    assert_false(calendar_read(body, &calendar, &why));
    assert_holds(buf_text(&why), part);
    json_decref(body);
    buf_free(&why);
}

#define WITH(years, holidays, swaps)                                           \
    "{\"years\":[" years "],\"holidays\":[" holidays "],\"swaps\":[" swaps "]" \
                                                                           "}"

static void test_bad_data_is_named(void **state)
{
    (void)state;
    expect_refused("{}", "years: must be a list");
    expect_refused(WITH("{\"year\":26,\"announced\":true}", "", ""),
                   "years[0].year: is no year");
    expect_refused(WITH("{\"year\":2026}", "", ""), "years[0].announced:");
    expect_refused(WITH("{\"year\":2026,\"announced\":true},"
                        "{\"year\":2026,\"announced\":true}",
                        "", ""),
                   "years[1].year: 2026 is there twice");
    expect_refused(WITH("",
                        "{\"from\":\"2026-02-30\",\"to\":\"2026-03-01\","
                        "\"name\":\"Tết\"}",
                        ""),
                   "holidays[0].from: is no day");
    expect_refused(WITH("",
                        "{\"from\":\"2026-03-02\",\"to\":\"2026-03-01\","
                        "\"name\":\"Tết\"}",
                        ""),
                   "holidays[0].to: comes before from");
    expect_refused(
        WITH("", "{\"from\":\"2026-03-02\",\"to\":\"2026-03-02\"}", ""),
        "holidays[0].name: is missing");
    expect_refused(WITH("", "",
                        "{\"off\":\"2026-11-28\",\"worked\":\"2026-11-29\","
                        "\"name\":\"x\"}"),
                   "swaps[0].off: is off anyway");
    expect_refused(WITH("", "",
                        "{\"off\":\"2026-11-27\",\"worked\":\"2026-11-26\","
                        "\"name\":\"x\"}"),
                   "swaps[0].worked: is worked anyway");
}

static int start(void **state)
{
    struct buf text = {0}, why = {0};
    char message[JSON_MESSAGE_SIZE];
    (void)state;
    bool is_read =
        file_read(TEST_SOURCE "/assets/settings/calendar.json", 65536, &text);
    json_t *body =
        is_read ? json_read(buf_text(&text), text.size, message) : NULL;
    bool is_sound = body && calendar_read(body, &shipped, &why);
    json_decref(body);
    buf_free(&text);
    buf_free(&why);
    return is_sound ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weekends_are_off),
        cmocka_unit_test(test_tet_takes_nine_days),
        cmocka_unit_test(test_swapped_days),
        cmocka_unit_test(test_other_holidays),
        cmocka_unit_test(test_over_the_ends_of_years),
        cmocka_unit_test(test_days_that_are_left),
        cmocka_unit_test(test_what_is_not_known_is_said),
        cmocka_unit_test(test_bad_data_is_named),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
