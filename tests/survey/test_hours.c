// Opening hours: when a counter works and what its dark screen says. The week
// of the examples begins on Monday 23/11/2026.
#include "common/clock.h"
#include "survey/hours.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WEEK                                                                   \
    "{\"hours\":{\"mon\":[\"07:30-11:30\",\"13:30-17:00\"],"                   \
    "\"tue\":[\"07:30-11:30\",\"13:30-17:00\"],"                               \
    "\"wed\":[\"07:30-11:30\",\"13:30-17:00\"],"                               \
    "\"thu\":[\"07:30-11:30\",\"13:30-17:00\"],"                               \
    "\"fri\":[\"07:30-11:30\",\"13:30-17:00\"],\"sat\":[\"08:00-11:00\"]},"    \
    "\"holidays\":[\"2026-11-26\"]}"

static bool read(const char *text, struct hours *out, char message[256])
{
    char why[JSON_MESSAGE_SIZE];
    struct buf buf = {0};
    json_t *object = json_read(text, strlen(text), why);
    assert_non_null(object);
    bool ok = hours_read(object, out, &buf);
    snprintf(message, 256, "%s", buf_text(&buf));
    buf_free(&buf);
    json_decref(object);
    return ok;
}

static struct hours week(void)
{
    struct hours hours;
    char message[256];
    assert_true(read(WEEK, &hours, message));
    return hours;
}

static int64_t wall(const char *local)
{
    char text[40];
    int64_t ms;
    snprintf(text, sizeof text, "%s+07:00", local);
    assert_true(clock_parse(text, strlen(text), &ms));
    return ms;
}

// "open until 2026-11-23T11:30:00", or "closed".
static void check(const struct hours *hours, const char *at, bool open,
                  const char *until)
{
    struct hours_now now;
    hours_at(hours, wall(at), true, &now);
    if (now.open != open || now.changes_at != wall(until)) {
        char got[CLOCK_ISO_SIZE];
        clock_format(now.changes_at, got);
        fail_msg("%s: %s until %s", at, now.open ? "open" : "closed", got);
    }
}

static void test_day_opens_and_closes(void **state)
{
    (void)state;
    struct hours hours = week();
    check(&hours, "2026-11-23T00:00:00", false, "2026-11-23T07:30:00");
    check(&hours, "2026-11-23T07:29:59.999", false, "2026-11-23T07:30:00");
    check(&hours, "2026-11-23T07:30:00", true, "2026-11-23T11:30:00");
    check(&hours, "2026-11-23T11:29:59.999", true, "2026-11-23T11:30:00");
    check(&hours, "2026-11-23T11:30:00", false, "2026-11-23T13:30:00");
    check(&hours, "2026-11-23T16:59:00", true, "2026-11-23T17:00:00");
    check(&hours, "2026-11-23T17:00:00", false, "2026-11-24T07:30:00");
}

static void test_weekend_and_holiday_stay_closed(void **state)
{
    (void)state;
    struct hours hours = week();
    // Thursday the 26th is a holiday.
    check(&hours, "2026-11-25T18:00:00", false, "2026-11-27T07:30:00");
    check(&hours, "2026-11-26T09:00:00", false, "2026-11-27T07:30:00");
    // From Saturday noon until Monday.
    check(&hours, "2026-11-28T10:00:00", true, "2026-11-28T11:00:00");
    check(&hours, "2026-11-28T11:00:00", false, "2026-11-30T07:30:00");
}

static void test_spans_that_touch_are_one(void **state)
{
    (void)state;
    struct hours hours;
    char message[256];
    assert_true(read("{\"hours\":{\"mon\":[\"08:00-12:00\",\"12:00-24:00\"],"
                     "\"tue\":[\"00:00-06:00\"]}}",
                     &hours, message));
    check(&hours, "2026-11-23T09:00:00", true, "2026-11-24T06:00:00");
    check(&hours, "2026-11-23T23:59:59", true, "2026-11-24T06:00:00");
}

static void test_without_hours_or_clock_it_is_open(void **state)
{
    (void)state;
    struct hours hours;
    struct hours_now now;
    char message[256];
    assert_true(read("{\"holidays\":[\"2026-11-23\"]}", &hours, message));
    hours_at(&hours, wall("2026-11-23T03:00:00"), true, &now);
    assert_true(now.open);
    assert_true(now.changes_at == INT64_MAX);
    hours = week();
    hours_at(&hours, wall("2026-11-22T03:00:00"), false, &now);
    assert_true(now.open);
    // A week without any hour: closed, and no opening is known.
    assert_true(read("{\"hours\":{}}", &hours, message));
    hours_at(&hours, wall("2026-11-23T09:00:00"), true, &now);
    assert_false(now.open);
    assert_true(now.changes_at == INT64_MAX);
}

static void check_open(const struct hours *hours, const char *from,
                       const char *to, int minutes)
{
    assert_int_equal(hours_open_ms(hours, wall(from), wall(to)),
                     minutes * INT64_C(60000));
}

static void test_how_long_it_is_open(void **state)
{
    (void)state;
    struct hours hours = week(), always = {.given = false};
    // Four hours and three and a half.
    check_open(&hours, "2026-11-23T00:00:00", "2026-11-24T00:00:00", 450);
    check_open(&hours, "2026-11-23T08:00:00", "2026-11-23T14:00:00", 240);
    check_open(&hours, "2026-11-23T11:30:00", "2026-11-23T13:30:00", 0);
    // Wednesday evening to Saturday: Friday, and one of Saturday's hours.
    check_open(&hours, "2026-11-25T17:00:00", "2026-11-28T09:00:00", 510);
    check_open(&hours, "2026-11-24T00:00:00", "2026-11-23T00:00:00", 0);
    check_open(&always, "2026-11-23T11:30:00", "2026-11-23T13:30:00", 120);
    check_open(&always, "2026-11-23T13:30:00", "2026-11-23T11:30:00", 0);
}

static void test_since_when_it_is_open(void **state)
{
    static const char touching[] = "{\"hours\":{\"sat\":[\"08:00-09:00\",\"09:"
                                   "00-11:00\",\"13:00-15:00\"]}}";
    struct hours hours;
    char why[256];
    (void)state;
    assert_true(read(touching, &hours, why)); // 2026-11-28 is a Saturday
    assert_int_equal(hours_open_since(&hours, wall("2026-11-28T10:30:00")),
                     wall("2026-11-28T08:00:00"));
    assert_int_equal(hours_open_since(&hours, wall("2026-11-28T13:00:00")),
                     wall("2026-11-28T13:00:00"));
    assert_int_equal(hours_open_since(&hours, wall("2026-11-28T11:00:00")), 0);
    assert_int_equal(hours_open_since(&hours, wall("2026-11-27T10:30:00")), 0);
    assert_true(read("{}", &hours, why));
    assert_int_equal(hours_open_since(&hours, wall("2026-11-28T10:30:00")), 0);
}

static void test_bad_hours_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"{\"hours\":[]}", "hours: is no object"},
        {"{\"hours\":{\"t2\":[]}}", "hours.t2: is no weekday"},
        {"{\"hours\":{\"mon\":\"07:30-11:30\"}}", "hours.mon: is no list"},
        {"{\"hours\":{\"mon\":[\"7:30-11:30\"]}}", "hours.mon: span 1"},
        {"{\"hours\":{\"mon\":[\"11:30-07:30\"]}}", "hours.mon: span 1"},
        {"{\"hours\":{\"mon\":[\"07:30-07:30\"]}}", "hours.mon: span 1"},
        {"{\"hours\":{\"mon\":[\"07:30-24:01\"]}}", "hours.mon: span 1"},
        {"{\"hours\":{\"mon\":[\"07:60-11:30\"]}}", "hours.mon: span 1"},
        {"{\"hours\":{\"mon\":[\"08:00-12:00\",\"11:59-13:00\"]}}",
         "hours.mon: span 2"},
        {"{\"hours\":{\"sun\":[1]}}", "hours.sun: span 1"},
        {"{\"holidays\":\"2026-01-01\"}", "holidays: is no list"},
        {"{\"holidays\":[\"2026-02-30\"]}", "holidays: day 1"},
        {"{\"holidays\":[\"2026-01-01\",\"1/1/2026\"]}", "holidays: day 2"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct hours hours = {.holiday_count = 7};
        char message[256];
        assert_false(read(bad[i].text, &hours, message));
        if (!strstr(message, bad[i].says))
            fail_msg("%s: %s", bad[i].text, message);
        assert_int_equal(hours.holiday_count, 7); // untouched
    }
}

static char *words(const char *text, enum i18n_language language)
{
    static char out[512];
    struct buf lines = {0}, message = {0};
    struct hours hours;
    char why[256];
    struct i18n *i18n = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    assert_non_null(i18n);
    assert_true(read(text, &hours, why));
    hours_append_lines(&hours, i18n, language, &lines);
    snprintf(out, sizeof out, "%s", buf_text(&lines));
    buf_free(&lines);
    buf_free(&message);
    i18n_close(i18n);
    return out;
}

#define NB "\u00a0"

static void test_week_in_words(void **state)
{
    (void)state;
    assert_string_equal(words(WEEK, I18N_VI),
                        "Thứ" NB "Hai – Thứ" NB "Sáu: 07:30" NB "–" NB
                        "11:30 và" NB "13:30" NB "–" NB "17:00\n"
                        "Thứ" NB "Bảy: 08:00" NB "–" NB "11:00");
    assert_string_equal(words("{\"hours\":{\"sun\":[\"06:00-07:00\","
                              "\"08:00-09:00\",\"10:00-24:00\"]}}",
                              I18N_EN),
                        "Sunday: 06:00" NB "–" NB "07:00, 08:00" NB "–" NB
                        "09:00 and" NB "10:00" NB "–" NB "24:00");
    assert_string_equal(words("{\"hours\":{}}", I18N_VI), "");
    assert_string_equal(words("{}", I18N_VI), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_day_opens_and_closes),
        cmocka_unit_test(test_weekend_and_holiday_stay_closed),
        cmocka_unit_test(test_spans_that_touch_are_one),
        cmocka_unit_test(test_without_hours_or_clock_it_is_open),
        cmocka_unit_test(test_how_long_it_is_open),
        cmocka_unit_test(test_since_when_it_is_open),
        cmocka_unit_test(test_bad_hours_are_named),
        cmocka_unit_test(test_week_in_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
