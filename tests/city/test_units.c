// The units of a city over time: who exists, how it is called and under whom it
// stands on a day, what a merger makes of two, and what is refused.
#include "city/units.h"
#include "common/date.h"
#include "support/check.h"
#include <stdio.h>
#include <string.h>

static struct city_units units;

static int setup(void **state)
{
    (void)state;
    city_units_begin(&units);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_units_free(&units);
    return 0;
}

static bool apply(const char *text, struct buf *message)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *change = json_read(text, strlen(text), why);
    assert_non_null(change);
    bool done = city_units_apply(&units, change, message);
    json_decref(change);
    return done;
}

static void must(const char *text)
{
    struct buf message = {0};
    if (!apply(text, &message)) {
        fail_msg("%s: %s", text, buf_text(&message));
    }
}

static void refuses(const char *text, const char *why)
{
    struct buf message = {0};
    assert_false(apply(text, &message));
    if (!strstr(buf_text(&message), why)) {
        fail_msg("%s: \"%s\" does not say \"%s\"", text, buf_text(&message),
                 why);
    }
    buf_free(&message);
}

static int32_t day(const char *text)
{
    int32_t out;
    assert_true(date_parse_iso(text, &out));
    return out;
}

static const struct city_unit *unit(const char *code)
{
    const struct city_unit *found = city_find(&units, code);
    assert_non_null(found);
    return found;
}

// A city, two clusters, three wards.
static void make_city(void)
{
    must("{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
         "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}");
    must("{\"do\":\"add\",\"unit\":\"H24.A\",\"kind\":\"cluster\","
         "\"name\":\"Cụm A\",\"parent\":\"H24\",\"from\":\"2026-01-01\"}");
    must("{\"do\":\"add\",\"unit\":\"H24.B\",\"kind\":\"cluster\","
         "\"name\":\"Cụm B\",\"parent\":\"H24\",\"from\":\"2026-01-01\"}");
    must("{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
         "\"name\":\"Phường Bình Minh\",\"parent\":\"H24.A\","
         "\"people\":18000,\"from\":\"2026-01-01\"}");
    must("{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
         "\"name\":\"Phường Mẫu Một\",\"parent\":\"H24.A\","
         "\"people\":20001,\"from\":\"2026-01-01\"}");
    must("{\"do\":\"add\",\"unit\":\"H24.14\",\"kind\":\"commune\","
         "\"name\":\"Xã Mẫu Hai\",\"parent\":\"H24.B\","
         "\"from\":\"2026-01-01\"}");
}

static void test_units_have_new_names_from_a_day_on(void **state)
{
    (void)state;
    make_city();
    must("{\"do\":\"name\",\"unit\":\"H24.12\",\"name\":\"Phường Bình An\","
         "\"from\":\"2026-07-01\"}");
    assert_string_equal(city_name(unit("H24.12"), day("2026-06-30")),
                        "Phường Bình Minh");
    assert_string_equal(city_name(unit("H24.12"), day("2026-07-01")),
                        "Phường Bình An");
    // The same day again: the mistake is put right.
    must("{\"do\":\"name\",\"unit\":\"H24.12\",\"name\":\"Phường An Bình\","
         "\"from\":\"2026-07-01\"}");
    assert_string_equal(city_name(unit("H24.12"), day("2027-01-01")),
                        "Phường An Bình");
    assert_string_equal(city_name(unit("H24.12"), day("2026-06-30")),
                        "Phường Bình Minh");
}

static void test_units_move_from_a_day_on(void **state)
{
    (void)state;
    make_city();
    must("{\"do\":\"parent\",\"unit\":\"H24.12\",\"parent\":\"H24.B\","
         "\"from\":\"2026-05-10\"}");
    const struct city_unit *moved = unit("H24.12");
    assert_true(city_is_under(&units, moved, "H24.A", day("2026-05-09")));
    assert_false(city_is_under(&units, moved, "H24.B", day("2026-05-09")));
    assert_false(city_is_under(&units, moved, "H24.A", day("2026-05-10")));
    assert_true(city_is_under(&units, moved, "H24.B", day("2026-05-10")));
    assert_true(city_is_under(&units, moved, "H24", day("2026-05-10")));
    assert_true(city_is_under(&units, moved, "H24.12", day("2026-05-10")));
    // A code that only begins like another one is not above it.
    assert_false(city_is_under(&units, moved, "H24.1", day("2026-05-10")));
}

struct parts {
    char text[400];
};

static bool write_part(void *ctx, const struct city_part *part)
{
    struct parts *parts = ctx;
    char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    date_format_iso(part->first, first);
    date_format_iso(part->last, last);
    size_t size = strlen(parts->text);
    snprintf(parts->text + size, sizeof parts->text - size, "%s %s %s; ",
             part->unit->code, first, last);
    return true;
}

static void assert_parts(const char *code, const char *from, const char *to,
                         const char *expected)
{
    struct parts parts = {.text = ""};
    assert_true(
        city_parts(&units, unit(code), day(from), day(to), write_part, &parts));
    assert_string_equal(parts.text, expected);
}

static void make_merger(void)
{
    make_city();
    must("{\"do\":\"add\",\"unit\":\"H24.20\",\"kind\":\"ward\","
         "\"name\":\"Phường Mẫu Chung\",\"parent\":\"H24.A\","
         "\"people\":38001,\"from\":\"2026-07-01\"}");
    must("{\"do\":\"merge\",\"units\":[\"H24.12\",\"H24.13\"],"
         "\"into\":\"H24.20\",\"from\":\"2026-07-01\"}");
}

static void test_units_merge_on_a_day(void **state)
{
    (void)state;
    make_merger();
    assert_true(city_lives(unit("H24.12"), day("2026-06-30")));
    assert_false(city_lives(unit("H24.12"), day("2026-07-01")));
    assert_false(city_lives(unit("H24.20"), day("2026-06-30")));
    assert_true(city_lives(unit("H24.20"), day("2026-07-01")));
    assert_parts("H24.20", "2026-01-01", "2026-12-31",
                 "H24.20 2026-07-01 2026-12-31; "
                 "H24.12 2026-01-01 2026-12-31; "
                 "H24.13 2026-01-01 2026-12-31; ");
    // Before its day it is not there, and they are their own.
    assert_parts("H24.20", "2026-01-01", "2026-06-30", "");
    assert_parts("H24.12", "2026-01-01", "2026-06-30",
                 "H24.12 2026-01-01 2026-06-30; ");
    assert_parts("H24.14", "2026-01-01", "2026-12-31",
                 "H24.14 2026-01-01 2026-12-31; ");
}

static void test_units_merge_twice(void **state)
{
    (void)state;
    make_merger();
    must("{\"do\":\"merge\",\"units\":[\"H24.20\"],\"into\":\"H24.14\","
         "\"from\":\"2026-10-01\"}");
    assert_parts("H24.14", "2026-03-01", "2026-12-31",
                 "H24.14 2026-03-01 2026-12-31; "
                 "H24.20 2026-07-01 2026-12-31; "
                 "H24.12 2026-03-01 2026-12-31; "
                 "H24.13 2026-03-01 2026-12-31; ");
}

static void test_units_stand_in_classes(void **state)
{
    (void)state;
    make_city();
    int32_t today = day("2026-11-30");
    assert_int_equal(city_class(&units, unit("H24.12"), today), 0);
    assert_int_equal(city_class(&units, unit("H24.13"), today), 1);
    assert_int_equal(city_class(&units, unit("H24.14"), today), -1);
    must("{\"do\":\"people\",\"unit\":\"H24.14\",\"people\":50001,"
         "\"from\":\"2026-11-30\"}");
    assert_int_equal(city_class(&units, unit("H24.14"), today), 2);
    must("{\"do\":\"classes\",\"bounds\":[30000]}");
    assert_int_equal(city_class(&units, unit("H24.13"), today), 0);
    assert_int_equal(city_class(&units, unit("H24.14"), today), 1);
}

static void test_units_know_who_sees_what(void **state)
{
    (void)state;
    make_city();
    assert_string_equal(city_scope_of(&units, "an"), "");
    must("{\"do\":\"person\",\"person\":\"an\",\"unit\":\"H24\"}");
    must("{\"do\":\"person\",\"person\":\"binh\",\"unit\":\"H24.B\"}");
    assert_string_equal(city_scope_of(&units, "an"), "H24");
    assert_string_equal(city_scope_of(&units, "binh"), "H24.B");
    must("{\"do\":\"person\",\"person\":\"an\",\"unit\":\"H24.A\"}");
    assert_string_equal(city_scope_of(&units, "an"), "H24.A");
    must("{\"do\":\"person\",\"person\":\"an\",\"unit\":null}");
    assert_string_equal(city_scope_of(&units, "an"), "");
    assert_string_equal(city_scope_of(&units, "binh"), "H24.B");
}

static void test_units_refuse_what_does_not_fit(void **state)
{
    (void)state;
    make_merger();
    refuses("{\"do\":\"dance\"}", "\"dance\" is no change");
    refuses("{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
            "\"name\":\"x\",\"parent\":\"H24\",\"from\":\"2026-01-01\"}",
            "is there already");
    refuses("{\"do\":\"add\",\"unit\":\"../x\",\"kind\":\"ward\","
            "\"name\":\"x\",\"parent\":\"H24\",\"from\":\"2026-01-01\"}",
            "unit: give a unit's code");
    refuses("{\"do\":\"add\",\"unit\":\"H24.15\",\"kind\":\"ward\","
            "\"name\":\"x\",\"from\":\"2026-01-01\"}",
            "parent: is missing");
    refuses("{\"do\":\"add\",\"unit\":\"H24.15\",\"kind\":\"ward\","
            "\"name\":\"x\",\"parent\":\"H24.14\",\"from\":\"2026-01-01\"}",
            "has no units below");
    refuses("{\"do\":\"add\",\"unit\":\"H24.15\",\"kind\":\"ward\","
            "\"name\":\"x\",\"parent\":\"H24\",\"from\":\"2025-12-31\"}",
            "does not exist on 2025-12-31");
    refuses("{\"do\":\"parent\",\"unit\":\"H24\",\"parent\":\"H24.A\","
            "\"from\":\"2026-02-01\"}",
            "stands below");
    refuses("{\"do\":\"name\",\"unit\":\"H24.12\",\"name\":\"x\","
            "\"from\":\"2026-07-01\"}",
            "ended on 2026-06-30");
    refuses("{\"do\":\"merge\",\"units\":[\"H24.12\"],\"into\":\"H24.14\","
            "\"from\":\"2026-08-01\"}",
            "has ended already");
    refuses("{\"do\":\"merge\",\"units\":[\"H24.14\"],\"into\":\"H24.14\","
            "\"from\":\"2026-08-01\"}",
            "part of itself");
    refuses("{\"do\":\"merge\",\"units\":[\"H24.A\"],\"into\":\"H24.14\","
            "\"from\":\"2026-08-01\"}",
            "move the units below");
    refuses("{\"do\":\"merge\",\"units\":[\"H24.14\"],\"into\":\"H24.20\","
            "\"from\":\"2026-06-01\"}",
            "does not exist on 2026-06-01");
    refuses("{\"do\":\"merge\",\"units\":[],\"into\":\"H24.20\","
            "\"from\":\"2026-08-01\"}",
            "give the codes");
    refuses("{\"do\":\"classes\",\"bounds\":[5,5]}", "larger");
    refuses("{\"do\":\"person\",\"person\":\"an\",\"unit\":\"H99\"}",
            "no unit H99");
    assert_int_equal(units.count, 7);
    assert_int_equal(unit("H24.14")->until, CITY_NO_END);
}

// A circle that would close only later, when another move is due, is one.
static void test_units_refuse_a_circle_of_later(void **state)
{
    (void)state;
    make_city();
    must("{\"do\":\"parent\",\"unit\":\"H24.B\",\"parent\":\"H24.A\","
         "\"from\":\"2026-09-01\"}");
    refuses("{\"do\":\"parent\",\"unit\":\"H24.A\",\"parent\":\"H24.B\","
            "\"from\":\"2026-03-01\"}",
            "stands below");
}

static void test_units_dissolve_on_a_day(void **state)
{
    (void)state;
    make_city();
    must("{\"do\":\"dissolve\",\"unit\":\"H24.14\",\"from\":\"2026-07-01\"}");
    assert_true(city_lives(unit("H24.14"), day("2026-06-30")));
    assert_false(city_lives(unit("H24.14"), day("2026-07-01")));
    assert_string_equal(unit("H24.14")->into, "");
    refuses("{\"do\":\"dissolve\",\"unit\":\"H24.14\",\"from\":\"2026-05-01\"}",
            "has an end already");
    refuses("{\"do\":\"dissolve\",\"unit\":\"H24.A\",\"from\":\"2026-07-01\"}",
            "H24.12 stands below it");
    // One that is to come there later is in its way too.
    must("{\"do\":\"parent\",\"unit\":\"H24.13\",\"parent\":\"H24.B\","
         "\"from\":\"2026-09-01\"}");
    refuses("{\"do\":\"dissolve\",\"unit\":\"H24.B\",\"from\":\"2026-08-01\"}",
            "H24.13 stands below it");
    must("{\"do\":\"parent\",\"unit\":\"H24.13\",\"parent\":\"H24.A\","
         "\"from\":\"2026-09-01\"}");
    must("{\"do\":\"dissolve\",\"unit\":\"H24.B\",\"from\":\"2026-08-01\"}");
}

static void test_units_are_needed_by_who_joins_them(void **state)
{
    (void)state;
    make_merger();
    refuses("{\"do\":\"dissolve\",\"unit\":\"H24.20\",\"from\":\"2026-07-01\"}",
            "H24.12 becomes a part of it");
    must("{\"do\":\"dissolve\",\"unit\":\"H24.20\",\"from\":\"2026-07-02\"}");
}

// A merger that was not meant: both go on, and the new unit never is.
static void test_units_take_back_a_merger(void **state)
{
    (void)state;
    make_merger();
    refuses("{\"do\":\"take-back\",\"unit\":\"H24.12\",\"what\":\"end\","
            "\"from\":\"2026-07-02\"}",
            "does not end then");
    must("{\"do\":\"take-back\",\"unit\":\"H24.12\",\"what\":\"end\","
         "\"from\":\"2026-07-01\"}");
    must("{\"do\":\"take-back\",\"unit\":\"H24.13\",\"what\":\"end\","
         "\"from\":\"2026-07-01\"}");
    must("{\"do\":\"dissolve\",\"unit\":\"H24.20\",\"from\":\"2026-07-01\"}");
    assert_true(city_lives(unit("H24.12"), day("2026-12-31")));
    assert_false(city_lives(unit("H24.20"), day("2026-07-01")));
    assert_parts("H24.12", "2026-01-01", "2026-12-31",
                 "H24.12 2026-01-01 2026-12-31; ");
}

static void test_units_take_back_a_name_and_a_move(void **state)
{
    (void)state;
    make_city();
    must("{\"do\":\"name\",\"unit\":\"H24.12\",\"name\":\"Phường Bình An\","
         "\"from\":\"2026-07-01\"}");
    must("{\"do\":\"name\",\"unit\":\"H24.12\",\"name\":\"Phường Mẫu Ba\","
         "\"from\":\"2026-09-01\"}");
    must("{\"do\":\"take-back\",\"unit\":\"H24.12\",\"what\":\"name\","
         "\"from\":\"2026-07-01\"}");
    assert_string_equal(city_name(unit("H24.12"), day("2026-08-31")),
                        "Phường Bình Minh");
    assert_string_equal(city_name(unit("H24.12"), day("2026-09-01")),
                        "Phường Mẫu Ba");
    must("{\"do\":\"parent\",\"unit\":\"H24.12\",\"parent\":\"H24.B\","
         "\"from\":\"2026-05-10\"}");
    must("{\"do\":\"take-back\",\"unit\":\"H24.12\",\"what\":\"parent\","
         "\"from\":\"2026-05-10\"}");
    assert_true(
        city_is_under(&units, unit("H24.12"), "H24.A", day("2026-12-31")));
    // What it began with has nothing before it.
    refuses("{\"do\":\"take-back\",\"unit\":\"H24.12\",\"what\":\"name\","
            "\"from\":\"2026-01-01\"}",
            "nothing of that changes then");
    refuses("{\"do\":\"take-back\",\"unit\":\"H24.12\",\"what\":\"book\","
            "\"from\":\"2026-07-01\"}",
            "what: give");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_units_have_new_names_from_a_day_on),
        TEST(test_units_move_from_a_day_on),
        TEST(test_units_merge_on_a_day),
        TEST(test_units_merge_twice),
        TEST(test_units_stand_in_classes),
        TEST(test_units_know_who_sees_what),
        TEST(test_units_refuse_what_does_not_fit),
        TEST(test_units_refuse_a_circle_of_later),
        TEST(test_units_dissolve_on_a_day),
        TEST(test_units_are_needed_by_who_joins_them),
        TEST(test_units_take_back_a_merger),
        TEST(test_units_take_back_a_name_and_a_move)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
