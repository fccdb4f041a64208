// Single visits given out: in an order that lasts and tells nothing.
#include "common/clock.h"
#include "common/date.h"
#include "office/ratings.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>

enum { MINUTE = 60 * 1000, VISITS = 64 };

struct fixture {
    struct made_office made;
    struct ledger_maker a, b;
};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-11-23T09:00:00+07:00"), &f->a);
    made_office_enrol(&f->made, "4", at("2026-11-23T09:00:00+07:00"), &f->b);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->a);
    maker_free(&f->b);
    made_office_close(&f->made);
    free(f);
    return 0;
}

// What was given, in its order.
struct given {
    size_t count;
    struct {
        char id[OFFICE_RATING_ID_SIZE];
        int64_t at;
        int level;
        bool is_counted;
    } rows[2 * VISITS];
};

static bool take(void *ctx, const struct office_rating *rating)
{
    struct given *given = ctx;
    assert_true(given->count < 2 * VISITS);
    memcpy(given->rows[given->count].id, rating->id, sizeof rating->id);
    given->rows[given->count].at = rating->at;
    given->rows[given->count].level = rating->level;
    given->rows[given->count].is_counted = rating->is_counted;
    given->count++;
    return true;
}

// Goes on from `after`, in pages, to the end.
static void read_all(struct fixture *f, int64_t now, size_t limit,
                     struct office_cursor *after, struct given *out)
{
    size_t before;
    out->count = 0;
    do {
        struct office_ratings_wanted wanted = {.after = *after,
                                               .now = now,
                                               .last_day = OFFICE_DAY_MOST,
                                               .with_recounts = true,
                                               .limit = limit};
        before = out->count;
        assert_int_equal(
            office_ratings(f->made.office, &wanted, take, out, after),
            OFFICE_OK);
        assert_true(out->count - before <= limit);
    } while (out->count > before);
}

static size_t count_of(const struct given *given, const char *id)
{
    size_t count = 0;
    for (size_t i = 0; i < given->count; i++)
        count += strcmp(given->rows[i].id, id) == 0;
    return count;
}

static void test_a_round_is_given_out_when_it_is_over(void **state)
{
    struct fixture *f = *state;
    struct office_cursor after = {0};
    struct given given;
    maker_wait(&f->a, 5 * MINUTE);
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 0);
    made_office_send(&f->made, &f->a, 1, 2, at("2026-11-23T09:06:00+07:00"));
    read_all(f, at("2026-11-23T09:14:59+07:00"), 10, &after, &given);
    assert_int_equal(given.count, 0);
    read_all(f, at("2026-11-23T09:15:00+07:00"), 10, &after, &given);
    assert_int_equal(given.count, 2);
    assert_int_equal(given.rows[0].level + given.rows[1].level, 5);
    assert_true(given.rows[0].is_counted && given.rows[1].is_counted);
    read_all(f, at("2026-11-23T09:15:00+07:00"), 10, &after, &given);
    assert_int_equal(given.count, 0);
}

// A quarter that nobody reads stands between; the second one's visits are
// older than the first one's.
static void test_going_on_misses_and_repeats_nothing(void **state)
{
    struct fixture *f = *state;
    struct office_cursor after = {0}, again = {0};
    struct given first, second, all;
    maker_wait(&f->a, 20 * MINUTE);
    for (int i = 0; i < 10; i++) {
        maker_rate(&f->b, 3); // from 9:00 on
        maker_rate(&f->a, 5); // from 9:20 on
    }
    made_office_send(&f->made, &f->a, 1, 10, at("2026-11-23T09:26:00+07:00"));
    read_all(f, at("2026-11-23T09:31:00+07:00"), 3, &after, &first);
    assert_int_equal(first.count, 10);
    made_office_send(&f->made, &f->b, 1, 4, at("2026-11-23T09:32:00+07:00"));
    made_office_send(&f->made, &f->b, 5, 10, at("2026-11-23T09:50:00+07:00"));
    read_all(f, at("2026-11-23T10:05:00+07:00"), 3, &after, &second);
    assert_int_equal(second.count, 10);
    read_all(f, at("2026-11-23T10:05:00+07:00"), 7, &again, &all);
    assert_int_equal(all.count, 20);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(first.rows[i].level, 5);
        assert_int_equal(second.rows[i].level, 3);
        assert_string_equal(all.rows[i].id, first.rows[i].id);
        assert_string_equal(all.rows[10 + i].id, second.rows[i].id);
        assert_int_equal(count_of(&all, all.rows[i].id), 1);
    }
}

static void test_the_order_of_a_round_tells_nothing(void **state)
{
    struct fixture *f = *state;
    struct office_cursor after = {0};
    struct given given;
    int64_t received_at = at("2026-11-23T11:01:00+07:00");
    for (int i = 0; i < VISITS; i++)
        maker_rate(&f->a, 5); // each half a minute after the one before
    for (int i = 0; i < VISITS; i++)
        made_office_send(&f->made, &f->a, i + 1, i + 1, received_at + i);
    read_all(f, at("2026-11-23T12:00:00+07:00"), VISITS, &after, &given);
    assert_int_equal(given.count, VISITS);
    size_t rising = 0;
    for (size_t i = 1; i < given.count; i++)
        rising += given.rows[i].at > given.rows[i - 1].at;
    // Of 63 steps about half; 16 standard deviations to be all.
    assert_true(rising > 10 && rising < 53);
}

static void write_about(struct ledger_maker *maker, int level)
{
    struct record record;
    maker_visit(maker, level, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, "T-1");
    maker_write(maker, &record);
}

static void test_a_visit_that_stops_counting_is_given_again(void **state)
{
    struct fixture *f = *state;
    struct office_cursor after = {0};
    struct given before, later;
    write_about(&f->a, 2);
    maker_wait(&f->b, 2 * MINUTE);
    write_about(&f->b, 5);
    maker_wait(&f->b, MINUTE);
    made_office_send(&f->made, &f->b, 1, 1, f->b.wall_ms);
    read_all(f, at("2026-11-23T09:15:00+07:00"), 5, &after, &before);
    assert_int_equal(before.count, 1);
    assert_true(before.rows[0].is_counted);
    maker_wait(&f->a, 20 * MINUTE);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    read_all(f, at("2026-11-23T09:30:00+07:00"), 1, &after, &later);
    assert_int_equal(later.count, 2);
    assert_int_equal(count_of(&later, before.rows[0].id), 1);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(later.rows[i].is_counted, later.rows[i].level == 2);
    // Once in a file of all.
    struct office_ratings_wanted wanted = {.now =
                                               at("2026-11-23T09:30:00+07:00"),
                                           .last_day = OFFICE_DAY_MOST,
                                           .limit = 10};
    later.count = 0;
    assert_int_equal(
        office_ratings(f->made.office, &wanted, take, &later, &after),
        OFFICE_OK);
    assert_int_equal(later.count, 2);
}

static void test_days_are_those_of_the_visits(void **state)
{
    struct fixture *f = *state;
    struct office_cursor last;
    struct given given = {0};
    int32_t day = date_day_of_wall_ms(f->a.wall_ms);
    maker_rate(&f->a, 1);
    maker_wait(&f->a, 24 * 60 * MINUTE);
    maker_rate(&f->a, 2);
    maker_wait(&f->a, 24 * 60 * MINUTE);
    maker_rate(&f->a, 3);
    made_office_send(&f->made, &f->a, 1, 3, f->a.wall_ms);
    struct office_ratings_wanted wanted = {.now = f->a.wall_ms + 20 * MINUTE,
                                           .first_day = day + 1,
                                           .last_day = day + 1,
                                           .limit = 10};
    assert_int_equal(
        office_ratings(f->made.office, &wanted, take, &given, &last),
        OFFICE_OK);
    assert_int_equal(given.count, 1);
    assert_int_equal(given.rows[0].level, 2);
    wanted.first_day = day + 3;
    wanted.last_day = day + 9;
    given.count = 0;
    assert_int_equal(
        office_ratings(f->made.office, &wanted, take, &given, &last),
        OFFICE_OK);
    assert_int_equal(given.count, 0);
}

// The server's clock is set: nothing is held back for ever, nothing is lost.
static void test_a_server_whose_clock_was_set(void **state)
{
    struct fixture *f = *state;
    struct office_cursor after = {0};
    struct given given;
    maker_rate(&f->a, 1);
    maker_rate(&f->a, 2);
    maker_rate(&f->a, 3);
    made_office_send(&f->made, &f->a, 1, 1, at("2026-11-23T09:05:00+07:00"));
    made_office_send(&f->made, &f->a, 2, 2, at("2036-11-23T09:05:00+07:00"));
    read_all(f, at("2026-11-23T09:20:00+07:00"), 5, &after, &given);
    assert_int_equal(given.count, 1);
    made_office_send(&f->made, &f->a, 3, 3, at("2026-11-23T09:25:00+07:00"));
    read_all(f, at("2026-11-23T09:30:00+07:00"), 5, &after, &given);
    assert_int_equal(given.count, 2);
}

// The id that was given out leads to the visit, and the visit to the id.
static void test_an_id_leads_to_its_visit(void **state)
{
    struct fixture *f = *state;
    struct office_cursor after = {0};
    struct given given;
    struct office_rating_place place;
    char id[OFFICE_RATING_ID_SIZE];
    for (int level = 1; level <= 5; level++)
        maker_rate(&f->b, level);
    made_office_send(&f->made, &f->b, 1, 5, at("2026-11-23T09:06:00+07:00"));
    read_all(f, at("2026-11-23T09:30:00+07:00"), 5, &after, &given);
    assert_int_equal(given.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(
            office_find_rating(f->made.office, given.rows[i].id, &place),
            OFFICE_OK);
        assert_string_equal(place.device, f->b.device);
        // Line 1 has level 1, and so on.
        assert_int_equal(place.at.seq, given.rows[i].level);
        assert_int_equal(office_name_rating(f->made.office, &place.at, id),
                         OFFICE_OK);
        assert_string_equal(id, given.rows[i].id);
    }
}

static void test_an_id_of_nothing_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "0123456789abcdef",
                                      "0123456789abcde",
                                      "0123456789ABCDEF",
                                      "ffffffffffffffff",
                                      "../../etc/passwd",
                                      "00123456789abcdef"};
    struct fixture *f = *state;
    struct office_rating_place place;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(office_find_rating(f->made.office, bad[i], &place),
                         OFFICE_NONE);
}

// Any place has one ticket and leads back, the last ones too; beyond them it
// has one and does not.
static void test_tickets_lead_back(void **state)
{
    static const unsigned char key[TICKET_KEY_BYTES] = "sixteen letters";
    static const struct ticket_place near[] = {
        {1, 1, 1},
        {1, 1, 2},
        {2, 1, 1},
        {1, 2, 1},
        {TICKET_DEVICE_MOST, TICKET_GEN_MOST, TICKET_SEQ_MOST}};
    static const struct ticket_place far[] = {
        {TICKET_DEVICE_MOST + 1, 1, 1},
        {1, TICKET_GEN_MOST + 1, 1},
        {1, 1, TICKET_SEQ_MOST + 1},
        {INT64_MAX, INT64_MAX, INT64_MAX}};
    struct ticket_place got;
    (void)state;
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        int64_t ticket = ticket_make(key, &near[i]);
        assert_true(ticket >= 0);
        assert_true(ticket_find(key, ticket, &got));
        assert_memory_equal(&got, &near[i], sizeof got);
    }
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        int64_t ticket = ticket_make(key, &far[i]);
        assert_true(ticket >= 0);
        assert_false(ticket_find(key, ticket, &got));
    }
}

static void test_only_its_own_cursors_are_read(void **state)
{
    static const char *const bad[] = {"",
                                      "1",
                                      "1.",
                                      ".0000000000000000",
                                      "1.000000000000000",
                                      "1.00000000000000000",
                                      "1.000000000000000g",
                                      "1.ffffffffffffffff",
                                      "01.0000000000000000",
                                      " 1.0000000000000000",
                                      "1.0000000000000000 ",
                                      "-1.0000000000000000",
                                      "1.000000000000000A",
                                      "1-0000000000000000", // of before
                                      "1000000000000000.0000000000000000"};
    struct office_cursor cursor = {0x1f, INT64_MAX}, got;
    char text[OFFICE_CURSOR_SIZE];
    (void)state;
    office_cursor_write(&cursor, text);
    assert_string_equal(text, "1f.7fffffffffffffff");
    assert_true(office_cursor_read(text, &got));
    assert_memory_equal(&got, &cursor, sizeof got);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (office_cursor_read(bad[i], &got))
            fail_msg("taken: \"%s\"", bad[i]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_round_is_given_out_when_it_is_over),
        T(test_going_on_misses_and_repeats_nothing),
        T(test_the_order_of_a_round_tells_nothing),
        T(test_a_visit_that_stops_counting_is_given_again),
        T(test_days_are_those_of_the_visits),
        T(test_a_server_whose_clock_was_set),
        T(test_an_id_leads_to_its_visit),
        T(test_an_id_of_nothing_is_refused),
        cmocka_unit_test(test_tickets_lead_back),
        cmocka_unit_test(test_only_its_own_cursors_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
