// The table of a city's wards, with figures worked out by hand: three small
// wards, a merger in the middle of the year, a ward with another name, a book
// that is away.
#include "city/league.h"
#include "common/date.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <string.h>

static struct city_units units;
static const struct report_method METHOD = {
    .rules = {.satisfied = {[3] = true, [4] = true}, .decimals = 1}};

// Levels 1 to 5 with so many ratings each.
static struct league_row row_of(int64_t satisfied, int64_t others)
{
    return (struct league_row){
        .figures = {.counts = {.levels = {[0] = others, [4] = satisfied},
                               .transactions = FIGURES_UNKNOWN}}};
}

// By hand (Wilson, 95 %): 90 of 100: 82,56–94,48; 80 of 100: 71,12–86,66;
// 60 of 100: 50,20–69,06. The first two overlap; the third stands below both.
static void test_bands_part_where_no_interval_reaches(void **state)
{
    struct league_row rows[] = {row_of(60, 40), row_of(90, 10), row_of(80, 20)};
    (void)state;
    league_band(rows, 3, &METHOD.rules);
    assert_int_equal(rows[1].band, 1);
    assert_int_equal(rows[2].band, 1);
    assert_int_equal(rows[0].band, 2);
}

// 95 of 100: 88,82–97,85; 88 of 100: 80,19–93,00; 79 of 100: 70,02–85,83: the
// first and the last do not overlap, and the one between ties them together.
static void test_bands_do_not_part_what_is_tied(void **state)
{
    struct league_row rows[] = {row_of(95, 5), row_of(79, 21), row_of(88, 12)};
    (void)state;
    league_band(rows, 3, &METHOD.rules);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rows[i].band, 1);
    }
}

static void test_few_ratings_stand_in_no_band(void **state)
{
    struct league_row rows[] = {row_of(29, 0), row_of(15, 15), row_of(0, 0),
                                row_of(400, 0)};
    (void)state;
    rows[3].figures.is_away = true;
    league_band(rows, 4, &METHOD.rules);
    assert_int_equal(rows[0].band, LEAGUE_NO_BAND);
    assert_int_equal(rows[1].band, 1);
    assert_int_equal(rows[2].band, LEAGUE_NO_BAND);
    assert_int_equal(rows[3].band, LEAGUE_NO_BAND);
}

// --- Over books

// The books of H24.12, H24.13, H24.14 and H24.20.
enum { BOOKS = 4 };
static const char *const CODES[BOOKS] = {"H24.12", "H24.13", "H24.14",
                                         "H24.20"};
static struct made_office books[BOOKS];
static struct ledger_maker makers[BOOKS];
static bool is_shut[BOOKS];

static struct office *take(void *ctx, const char *code)
{
    (void)ctx;
    for (int i = 0; i < BOOKS; i++) {
        if (strcmp(CODES[i], code) == 0) {
            return is_shut[i] ? NULL : books[i].office;
        }
    }
    fail_msg("no book of %s", code);
    return NULL;
}

static void give(void *ctx, const char *code, struct office *office)
{
    (void)ctx, (void)code, (void)office;
}

static const struct league_books BOOK = {take, give, NULL};

static void change(const char *text)
{
    char why[JSON_MESSAGE_SIZE];
    struct buf message = {0};
    json_t *body = json_read(text, strlen(text), why);
    assert_non_null(body);
    if (!city_units_apply(&units, body, &message)) {
        fail_msg("%s", buf_text(&message));
    }
    json_decref(body);
}

static int32_t day(const char *text)
{
    int32_t out;
    assert_true(date_parse_iso(text, &out));
    return out;
}

// So many ratings of a level at a book on a day, from ten o'clock on.
static void rate(int book, const char *on, int level, int count)
{
    struct ledger_maker *maker = &makers[book];
    int64_t from = maker->count + 1;
    int64_t at = date_wall_ms_of_day(day(on)) + 10 * 3600000;
    maker_wait(maker, at - maker->wall_ms);
    for (int i = 0; i < count; i++) {
        maker_rate(maker, level);
    }
    assert_int_equal(made_office_send(&books[book], maker, from, maker->count,
                                      maker->wall_ms),
                     OFFICE_BATCH_OK);
}

// A cluster with three wards, two of which become one on 1 July.
static int setup(void **state)
{
    (void)state;
    city_units_begin(&units);
    change("{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
           "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}");
    change("{\"do\":\"add\",\"unit\":\"H24.A\",\"kind\":\"cluster\","
           "\"name\":\"Cụm A\",\"parent\":\"H24\",\"from\":\"2026-01-01\"}");
    change("{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
           "\"name\":\"Phường Bình Minh\",\"parent\":\"H24.A\","
           "\"people\":9000,\"from\":\"2026-01-01\"}");
    change("{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
           "\"name\":\"Phường Mẫu Một\",\"parent\":\"H24.A\","
           "\"people\":15000,\"from\":\"2026-01-01\"}");
    change("{\"do\":\"add\",\"unit\":\"H24.14\",\"kind\":\"commune\","
           "\"name\":\"Xã Mẫu Hai\",\"parent\":\"H24\","
           "\"people\":12000,\"from\":\"2026-01-01\"}");
    change("{\"do\":\"add\",\"unit\":\"H24.20\",\"kind\":\"ward\","
           "\"name\":\"Phường Mẫu Chung\",\"parent\":\"H24.A\","
           "\"people\":24000,\"from\":\"2026-07-01\"}");
    change("{\"do\":\"merge\",\"units\":[\"H24.12\",\"H24.13\"],"
           "\"into\":\"H24.20\",\"from\":\"2026-07-01\"}");
    change("{\"do\":\"name\",\"unit\":\"H24.14\",\"name\":\"Xã Mẫu Mới\","
           "\"from\":\"2026-05-01\"}");
    for (int i = 0; i < BOOKS; i++) {
        is_shut[i] = false;
        made_office_open_fast(&books[i]);
        made_office_enrol(&books[i], "1",
                          date_wall_ms_of_day(day("2026-01-05")), &makers[i]);
    }
    rate(0, "2026-03-02", 5, 20);
    rate(0, "2026-03-03", 1, 20);
    rate(1, "2026-04-01", 5, 12);
    rate(1, "2026-06-30", 2, 3);
    // What a device of before still said after the merger.
    rate(1, "2026-07-02", 4, 2);
    rate(2, "2026-02-02", 5, 60);
    rate(2, "2026-09-01", 3, 4);
    rate(3, "2026-08-03", 4, 7);
    rate(3, "2026-08-04", 1, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < BOOKS; i++) {
        maker_free(&makers[i]);
        made_office_close(&books[i]);
    }
    city_units_free(&units);
    return 0;
}

static void build(const char *unit, const char *from, const char *to,
                  struct league *out)
{
    const struct period period = {
        .kind = PERIOD_DAYS, .first = day(from), .last = day(to)};
    assert_true(league_build(&units, city_find(&units, unit), &period, &METHOD,
                             &BOOK, out));
}

static const struct league_row *row(const struct league *league,
                                    const char *code)
{
    for (size_t i = 0; i < league->count; i++) {
        if (strcmp(league->rows[i].unit->code, code) == 0) {
            return &league->rows[i];
        }
    }
    return NULL;
}

static void assert_counts(const struct league_figures *figures, int64_t rated,
                          int64_t satisfied)
{
    assert_int_equal(figures_rated(&figures->counts), rated);
    assert_int_equal(figures_satisfied(&figures->counts, &METHOD.rules),
                     satisfied);
}

// H24.12: 20 of 40; H24.13: 12 of 15, and 2 of 2 that came late; H24.20 itself:
// 7 of 8. Together 41 of 65.
static void test_league_of_a_year_adds_a_merger_by_day(void **state)
{
    struct league league;
    (void)state;
    build("H24", "2026-01-01", "2026-12-31", &league);
    assert_int_equal(league.count, 2);
    assert_null(row(&league, "H24.12"));
    const struct league_row *merged = row(&league, "H24.20");
    assert_counts(&merged->figures, 65, 41);
    assert_int_equal(merged->part_count, 3);
    assert_counts(&merged->parts[0].figures, 8, 7);
    assert_string_equal(merged->parts[1].part.unit->code, "H24.12");
    assert_counts(&merged->parts[1].figures, 40, 20);
    assert_counts(&merged->parts[2].figures, 17, 14);
    assert_counts(&row(&league, "H24.14")->figures, 64, 60);
    assert_counts(&league.total, 129, 101);
    assert_int_equal(merged->figures.devices, 3);
    league_free(&league);
}

static void test_league_of_before_the_merger_has_both(void **state)
{
    struct league league;
    (void)state;
    build("H24", "2026-01-01", "2026-06-30", &league);
    assert_int_equal(league.count, 3);
    assert_counts(&row(&league, "H24.12")->figures, 40, 20);
    assert_counts(&row(&league, "H24.13")->figures, 15, 12);
    assert_counts(&row(&league, "H24.14")->figures, 60, 60);
    assert_null(row(&league, "H24.20"));
    // All three have up to 20.000 people. 60 of 60 (93,98–100) and 20 of 40
    // (35,20–64,80) are apart; 15 ratings are too few.
    assert_int_equal(row(&league, "H24.14")->band, 1);
    assert_int_equal(row(&league, "H24.12")->band, 2);
    assert_int_equal(row(&league, "H24.13")->band, LEAGUE_NO_BAND);
    assert_string_equal(league.rows[2].unit->code, "H24.13");
    league_free(&league);
}

static void test_league_compares_inside_classes_alone(void **state)
{
    struct league league;
    (void)state;
    build("H24", "2026-01-01", "2026-12-31", &league);
    // 24.000 and 12.000 people: each is the best of its class.
    assert_int_equal(row(&league, "H24.20")->class, 1);
    assert_int_equal(row(&league, "H24.20")->band, 1);
    assert_int_equal(row(&league, "H24.14")->class, 0);
    assert_int_equal(row(&league, "H24.14")->band, 1);
    league_free(&league);
}

static void test_league_is_of_a_subtree(void **state)
{
    struct league league;
    struct league_figures sum;
    (void)state;
    build("H24.A", "2026-01-01", "2026-12-31", &league);
    assert_int_equal(league.count, 1);
    assert_counts(&league.total, 65, 41);
    league_free(&league);
    build("H24", "2026-01-01", "2026-12-31", &league);
    league_sum(&league, &units, city_find(&units, "H24.A"), &sum);
    assert_counts(&sum, 65, 41);
    league_free(&league);
}

// It says so, and is not compared.
static void test_league_goes_on_without_a_book(void **state)
{
    struct league league;
    (void)state;
    is_shut[0] = true;
    build("H24", "2026-01-01", "2026-12-31", &league);
    const struct league_row *merged = row(&league, "H24.20");
    assert_true(merged->figures.is_away);
    assert_int_equal(merged->band, LEAGUE_NO_BAND);
    assert_counts(&merged->figures, 25, 21);
    assert_true(merged->parts[1].figures.is_away);
    assert_false(row(&league, "H24.14")->figures.is_away);
    assert_true(league.total.is_away);
    league_free(&league);
}

static void test_league_writes_the_names_of_the_day(void **state)
{
    struct league league;
    struct buf text = {0};
    (void)state;
    build("H24", "2026-01-01", "2026-04-30", &league);
    assert_true(league_write_csv(&league, &text));
    assert_non_null(strstr(buf_text(&text),
                           "1,1,\"H24.14\",\"Xã Mẫu Hai\",60,60,\"100,0\","
                           "\"93,98\",\"100,00\",,,1,1,0\r\n"));
    league_free(&league);
    buf_clear(&text);
    build("H24", "2026-01-01", "2026-12-31", &league);
    assert_true(league_write_csv(&league, &text));
    // 60 of 64: 93,75 %.
    assert_non_null(
        strstr(buf_text(&text), "\"Xã Mẫu Mới\",64,60,\"93,8\",\"85,00\","));
    league_free(&league);
    buf_free(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bands_part_where_no_interval_reaches),
        cmocka_unit_test(test_bands_do_not_part_what_is_tied),
        cmocka_unit_test(test_few_ratings_stand_in_no_band),
        TEST(test_league_of_a_year_adds_a_merger_by_day),
        TEST(test_league_of_before_the_merger_has_both),
        TEST(test_league_compares_inside_classes_alone),
        TEST(test_league_is_of_a_subtree),
        TEST(test_league_goes_on_without_a_book),
        TEST(test_league_writes_the_names_of_the_day)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
