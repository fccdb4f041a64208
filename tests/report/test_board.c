// The public board's figures, worked out by hand, and what they leave out.
#include "common/clock.h"
#include "common/date.h"
#include "postgres/database.h"
#include "report/board.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

enum { NOVEMBER = 2026 * 12 + 10 };

static struct made_office made;
static struct report_method method;

static int start(void **state)
{
    struct buf message = {0};
    (void)state;
    made_office_open(&made);
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &method, &message));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_office_close(&made);
    return 0;
}

static void tell(int kind, int month, const char *key, int low, int high)
{
    static const char *const none[] = {"SELECT 1"};
    static int step;
    char script[512];
    struct sql *sql = NULL;
    assert_int_equal(database_open(made.path, SQL_WRITER, none, 1, &sql),
                     SQL_OK);
    snprintf(script, sizeof script,
             "INSERT INTO published_steps (step_no, at, kind, month, key,"
             " to_day, level_1, level_2, level_3, level_4, level_5,"
             " offered_rated)"
             " VALUES (%d, 1, %d, %d, '%s', 20771, %d, 0, 0, 0, %d, %d)",
             ++step, kind, month, key, low, high, high);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

// Of one part: how the fields of these sizes are shown, "60 45 -31".
static void expect_rows(const int *sizes, size_t count, int mixed,
                        const char *expected)
{
    struct board_row rows[8] = {0};
    struct board_part part = {.rows = rows, .row_count = count};
    struct buf text = {0};
    char keys[8][4];
    part.total.levels[4] = mixed;
    for (size_t i = 0; i < count; i++) {
        snprintf(keys[i], sizeof keys[i], "%zu", i);
        rows[i].key = keys[i];
        rows[i].sums.levels[4] = sizes[i];
        part.total.levels[4] += sizes[i];
    }
    board_choose_rows(&part);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s%d", i > 0 ? " " : "",
                   rows[i].is_shown ? "" : "-",
                   (int)publish_rated(&rows[i].sums));
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void test_what_is_left_out_cannot_be_worked_out(void **state)
{
    (void)state;
    expect_rows((int[]){30, 45}, 2, 0, "45 30");
    expect_rows((int[]){29, 45}, 2, 0, "-45 -29");
    expect_rows((int[]){60, 12, 31, 45}, 4, 7, "60 45 -31 -12");
    // 29 + 1 that nobody can tell apart: what is left is thirty.
    expect_rows((int[]){60, 29}, 2, 6, "60 -29");
    expect_rows((int[]){60}, 1, 5, "-60");
    expect_rows((int[]){20, 20}, 2, 0, "-20 -20");
}

static json_t *board_on(const char *today)
{
    static const struct office_field fields[] = {
        {"chung-thuc", "Chứng thực", "Certification"}};
    const struct board_names names = {fields, 1};
    char why[JSON_MESSAGE_SIZE];
    struct board_look look = {.is_on = true,
                              .title = {"Kết quả", "Results"},
                              .levels = true,
                              .fields = true,
                              .coverage = true,
                              .waiting = true,
                              .turn_s = 20};
    struct board board;
    struct buf text = {0};
    int32_t day;
    assert_true(date_parse_iso(today, &day));
    assert_true(board_build(made.office, &method, day, &board));
    assert_true(board_write_json(&board, &look, &names, &text));
    board_free(&board);
    json_t *object = json_read(buf_text(&text), text.size, why);
    assert_non_null(object);
    buf_free(&text);
    return object;
}

static const json_t *part_of(const json_t *board, size_t span)
{
    return json_array_get(json_object_get(board, "periods"), span);
}

static void expect_text(const json_t *object, const char *key, const char *text)
{
    const char *found = NULL;
    assert_true(json_get_text(object, key, &found));
    assert_string_equal(found, text);
}

static double real_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void test_three_periods_follow_the_official_calendar(void **state)
{
    static const struct {
        const char *today, *last, *running, *year;
    } cases[] = {
        // The 14th is old enough on the 16th.
        {"2026-11-15", "hanh-chinh:2026-10", "hanh-chinh:2026-11", "2026"},
        {"2026-11-16", "hanh-chinh:2026-11", "hanh-chinh:2026-12", "2026"},
        {"2026-12-16", "hanh-chinh:2026-12", "hanh-chinh:2027-01", "2027"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *board = board_on(cases[i].today);
        const char *const codes[] = {cases[i].last, cases[i].running,
                                     cases[i].year};
        for (size_t span = 0; span < 3; span++) {
            const char *code = NULL;
            assert_true(json_get_text(part_of(board, span), "code", &code));
            assert_holds(codes[span], code);
        }
        json_decref(board);
    }
}

static void test_figures_of_a_month_and_the_year(void **state)
{
    (void)state;
    tell(PUBLISHED_FIELD, NOVEMBER, "chung-thuc", 1, 24);
    json_t *board = board_on("2026-11-20");
    // 25 are too few, and nobody learns how many there are.
    assert_true(json_is_false(json_object_get(part_of(board, 0), "told")));
    assert_null(json_object_get(part_of(board, 0), "rated"));
    json_decref(board);
    tell(PUBLISHED_FIELD, NOVEMBER, "chung-thuc", 0, 15);
    tell(PUBLISHED_FIELD, NOVEMBER - 1, "dat-dai", 3, 27);
    tell(PUBLISHED_OFFICER, NOVEMBER, "cb-07", 2, 45);
    board = board_on("2026-11-20");
    const json_t *month = part_of(board, 0), *year = part_of(board, 2);
    // 39 of 40; 66 of 70 = 94,28…
    assert_int_equal(real_of(month, "rated"), 40);
    assert_float_equal(real_of(month, "sat"), 97.5, 0.001);
    expect_text(json_object_get(month, "verdict"), "95", "dat");
    assert_int_equal(real_of(year, "rated"), 70);
    assert_float_equal(real_of(year, "sat"), 94.3, 0.001);
    const json_t *rows = json_object_get(year, "fields");
    assert_int_equal(json_array_size(rows), 2);
    expect_text(json_object_get(json_array_get(rows, 0), "label"), "vi",
                "Chứng thực");
    expect_text(json_object_get(json_array_get(rows, 1), "label"), "en",
                "dat-dai");
    assert_true(json_is_false(json_object_get(part_of(board, 1), "told")));
    json_decref(board);
}

static void test_an_officer_sees_whole_per_cents_and_fives(void **state)
{
    char why[JSON_MESSAGE_SIZE];
    struct own_results results;
    struct buf text = {0};
    int32_t day;
    (void)state;
    assert_true(date_parse_iso("2026-11-20", &day));
    assert_true(
        own_results_build(made.office, &method, day, "cb-07", &results));
    assert_true(own_results_write_json(&results, &text));
    json_t *object = json_read(buf_text(&text), text.size, why);
    const json_t *own = json_object_get(part_of(object, 0), "own");
    const json_t *unit = json_object_get(part_of(object, 0), "unit");
    // 45 of 47 = 95,74 %; Wilson 85,75 – 98,83.
    assert_int_equal(real_of(own, "rated_from"), 45);
    assert_int_equal(real_of(own, "sat"), 96);
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(own, "range"), 0)),
        85);
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(own, "range"), 1)),
        99);
    assert_int_equal(real_of(unit, "rated_from"), 40);
    assert_true(json_is_null(json_object_get(part_of(object, 1), "own")));
    json_decref(object);
    buf_free(&text);
    // Nobody's code is nobody's figures.
    assert_true(own_results_build(made.office, &method, day, "", &results));
    assert_int_equal(publish_rated(&results.parts[0].own), 0);
}

static void expect_complaint(const char *body, const char *key)
{
    char why[JSON_MESSAGE_SIZE];
    struct board_look look;
    struct buf message = {0};
    json_t *object = json_read(body, strlen(body), why);
    assert_false(board_look_read(object, &look, &message));
    assert_holds(buf_text(&message), key);
    json_decref(object);
    buf_free(&message);
}

static void test_a_wrong_setting_is_named(void **state)
{
    (void)state;
    expect_complaint("{}", "on:");
    expect_complaint("{\"on\":true,\"levels\":true,\"fields\":true,"
                     "\"coverage\":true,\"waiting\":1}",
                     "waiting:");
    expect_complaint("{\"on\":true,\"levels\":true,\"fields\":true,"
                     "\"coverage\":true,\"waiting\":true,\"turn_s\":20,"
                     "\"title\":{\"vi\":\"a\"}}",
                     "title.en:");
    expect_complaint("{\"on\":true,\"levels\":true,\"fields\":true,"
                     "\"coverage\":true,\"waiting\":true,\"turn_s\":1,"
                     "\"title\":{\"vi\":\"a\",\"en\":\"b\"}}",
                     "turn_s:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left_out_cannot_be_worked_out),
        cmocka_unit_test(test_three_periods_follow_the_official_calendar),
        cmocka_unit_test(test_figures_of_a_month_and_the_year),
        cmocka_unit_test(test_an_officer_sees_whole_per_cents_and_fives),
        cmocka_unit_test(test_a_wrong_setting_is_named)};
    return cmocka_run_group_tests(tests, start, stop);
}
