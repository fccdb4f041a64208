// What comes with time: the keys of a server that runs over midnight.
#include "common/clock.h"
#include "common/date.h"
#include "office/transaction_keys.h"
#include "server/caretaker.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdlib.h>
#include <time.h>

struct fixture {
    struct made_office made;
    struct ledger_maker device;
    struct writer *writer;
    struct office *reader;
    struct office_defaults defaults;
    _Atomic int looks, parts;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", clock_wall_ms(), &f->device);
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &f->reader),
                     OFFICE_OK);
    f->writer = writer_start(f->made.path, f->made.office);
    assert_non_null(f->writer);
    f->made.office = NULL; // the writer's now
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    office_close(f->reader);
    writer_close(f->writer);
    maker_free(&f->device);
    made_office_close(&f->made);
    free(f);
    return 0;
}

static size_t count_keys(struct fixture *f)
{
    struct pseudonym_keys keys = {0};
    assert_int_equal(office_transaction_keys(f->reader, "H24.12", &keys),
                     OFFICE_OK);
    return keys.count;
}

static void nap(void)
{
    const struct timespec part = {.tv_nsec = 20 * 1000 * 1000};
    nanosleep(&part, NULL);
}

static enum office_result turn_keys(struct office *office, void *ctx)
{
    struct fixture *f = ctx;
    bool is_emptied;
    return office_turn_keys(office, &f->defaults, clock_wall_ms(), &is_emptied);
}

static bool look_and_see(void *ctx)
{
    struct fixture *f = ctx;
    f->looks++;
    return false;
}

static void test_a_new_day_turns_the_keys(void **state)
{
    struct fixture *f = *state;
    struct chore chore = {.work = turn_keys, .ctx = f};
    struct caretaker *caretaker = caretaker_start(f->writer, &chore, 1);
    assert_non_null(caretaker);
    for (int i = 0; i < 3000 && count_keys(f) == 0; i++)
        nap();
    caretaker_stop(caretaker);
    writer_finish(f->writer);
    assert_int_equal(count_keys(f), 2);
}

static void test_a_day_that_is_done_is_left_alone(void **state)
{
    struct fixture *f = *state;
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    // A test at midnight has two.
    struct chore chore = {.done_day = today, .work = turn_keys, .ctx = f};
    struct caretaker *caretaker = caretaker_start(f->writer, &chore, 1);
    assert_non_null(caretaker);
    caretaker_stop(caretaker);
    writer_finish(f->writer);
    assert_true(count_keys(f) == 0 ||
                date_day_of_wall_ms(clock_wall_ms()) != today);
}

// Somebody reads for long, as a backup does. What was destroyed stays in the
// log until then; batches are stored all the while, and watchers hear nothing
// else.
static void test_a_reader_makes_nobody_unwell(void **state)
{
    struct fixture *f = *state;
    struct chore chore = {.work = turn_keys, .ctx = f};
    assert_int_equal(office_begin_reading(f->reader), OFFICE_OK);
    assert_int_equal(count_keys(f), 0);
    struct caretaker *caretaker = caretaker_start(f->writer, &chore, 1);
    assert_non_null(caretaker);
    caretaker_stop(caretaker);
    bool is_well = writer_figures(f->writer).is_well;
    writer_finish(f->writer);
    office_end_reading(f->reader);
    assert_true(is_well);
    assert_int_equal(count_keys(f), 2);
}

// The server ends while it works: everybody comes home.
static void test_it_ends_with_its_work_done(void **state)
{
    struct fixture *f = *state;
    struct chore chore = {.work = turn_keys, .ctx = f};
    struct caretaker *caretaker = caretaker_start(f->writer, &chore, 1);
    assert_non_null(caretaker);
    caretaker_stop(caretaker);
    writer_finish(f->writer);
    assert_int_equal(count_keys(f), 2);
}

// What finds nothing to write leaves the writer alone; and the chore after it
// has its turn.
static void test_a_look_that_finds_nothing_writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct chore chores[] = {
        {.every_s = 3600, .look = look_and_see, .work = turn_keys, .ctx = f},
        {.look = look_and_see, .ctx = f}};
    struct caretaker *caretaker = caretaker_start(f->writer, chores, 2);
    assert_non_null(caretaker);
    for (int i = 0; i < 3000 && f->looks < 2; i++)
        nap();
    caretaker_stop(caretaker);
    writer_finish(f->writer);
    assert_int_equal(f->looks, 2);
    assert_int_equal(count_keys(f), 0);
}

static enum office_result do_a_part(struct office *office, void *ctx)
{
    struct fixture *f = ctx;
    (void)office;
    f->parts++;
    return OFFICE_OK;
}

static bool has_parts_left(void *ctx)
{
    const struct fixture *f = ctx;
    return f->parts < 5;
}

static bool look_and_want(void *ctx)
{
    struct fixture *f = ctx;
    f->looks++;
    return true;
}

// What is done in parts needs no look and no rest between them.
static void test_it_goes_on_with_what_has_parts(void **state)
{
    struct fixture *f = *state;
    struct chore chore = {.every_s = 3600,
                          .look = look_and_want,
                          .work = do_a_part,
                          .goes_on = has_parts_left,
                          .ctx = f};
    struct caretaker *caretaker = caretaker_start(f->writer, &chore, 1);
    assert_non_null(caretaker);
    for (int i = 0; i < 500 && f->parts < 5; i++)
        nap();
    caretaker_stop(caretaker);
    writer_finish(f->writer);
    assert_int_equal(f->parts, 5);
    assert_int_equal(f->looks, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_new_day_turns_the_keys),
        T(test_a_day_that_is_done_is_left_alone),
        T(test_a_reader_makes_nobody_unwell),
        T(test_it_ends_with_its_work_done),
        T(test_a_look_that_finds_nothing_writes_nothing),
        T(test_it_goes_on_with_what_has_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
