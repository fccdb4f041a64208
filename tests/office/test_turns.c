// Several processes write one database of PostgreSQL: each finds what the
// others left, whatever it remembers. Skipped where no scratch cluster is
// named.
#include "office/cases.h"
#include "postgres/database.h"
#include "support/office_maker.h"
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t ENROLLED = INT64_C(1795395600000); // 2026-11-23 08:00

struct fixture {
    struct made_office made;
    struct office *other;
    struct ledger_maker device;
};

static void open_both(struct fixture *f)
{
    made_office_open(&f->made);
    assert_int_equal(office_open(f->made.path, OFFICE_WRITER, &f->other),
                     OFFICE_OK);
    made_office_enrol(&f->made, "3", ENROLLED, &f->device);
    maker_wait(&f->device, 3600 * 1000);
}

static void close_both(struct fixture *f)
{
    maker_free(&f->device);
    office_close(f->other);
    made_office_close(&f->made);
}

// Three ratings more of this level, sent to `office`.
static void send_level(struct fixture *f, struct office *office, int64_t from,
                       int level)
{
    struct made_batch sent;
    for (int i = 0; i < 3; i++) {
        maker_rate(&f->device, level);
    }
    made_batch_start(&sent, &f->device, from, from + 2, f->device.wall_ms);
    assert_int_equal(office_ingest(office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.batch.received_to, from + 2);
    for (size_t i = 0; i < sent.batch.line_count; i++) {
        assert_int_equal(sent.lines[i].status, OFFICE_LINE_STORED);
    }
    made_batch_free(&sent);
}

static void send_three(struct fixture *f, struct office *office, int64_t from)
{
    send_level(f, office, from, 4);
}

static bool count_case(void *ctx, const struct office_case *row)
{
    int *count = ctx;
    (void)row;
    (*count)++;
    return true;
}

// What was rated low is a case, whose number nobody else has.
static void test_turns_number_cases_in_one_row(void **state)
{
    struct office_cases_wanted all = {
        .last_day = INT32_MAX, .states = UINT_MAX, .limit = 100};
    struct fixture f;
    int count = 0;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    send_level(&f, f.made.office, 1, 1);
    send_level(&f, f.other, 4, 2);
    send_level(&f, f.made.office, 7, 1);
    all.now = f.device.wall_ms + INT64_C(3600000);
    assert_int_equal(office_list_cases(f.other, &all, count_case, &count),
                     OFFICE_OK);
    assert_int_equal(count, 9);
    close_both(&f);
}

static void test_turns_go_on_where_the_other_stopped(void **state)
{
    struct fixture f;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    for (int64_t i = 0; i < 6; i++) {
        send_three(&f, i % 2 == 0 ? f.made.office : f.other, 1 + 3 * i);
    }
    assert_int_equal(made_office_all(f.made.office).levels[3], 18);
    close_both(&f);
}

static void test_turns_of_others_are_told_apart(void **state)
{
    struct fixture f;
    int64_t before = 0, after = 0, others;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    assert_int_equal(office_turns(f.other).epoch, 0);
    assert_int_equal(office_read_epoch(f.other, &before), OFFICE_OK);
    assert_int_equal(office_turns(f.made.office).epoch, before);
    // The turns in which the tables were made, before anything was remembered.
    others = office_turns(f.made.office).others;
    assert_int_equal(others, office_schema(f.made.office));
    send_three(&f, f.other, 1);
    send_three(&f, f.made.office, 4);
    assert_int_equal(office_read_epoch(f.made.office, &after), OFFICE_OK);
    assert_int_equal(after, before + 2);
    assert_int_equal(office_turns(f.other).others, before);
    assert_int_equal(office_turns(f.made.office).others, others + 1);
    assert_int_equal(office_turns(f.made.office).epoch, after);
    close_both(&f);
}

// A newer program's tables: the one that is open writes no more.
static void test_turns_after_a_newer_program_are_refused(void **state)
{
    struct fixture f;
    struct made_batch sent;
    struct sql *newer = NULL;
    bool is_outdated = true;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    send_three(&f, f.other, 1);
    assert_int_equal(office_is_outdated(f.other, &is_outdated), OFFICE_OK);
    assert_false(is_outdated);
    assert_int_equal(database_open(f.made.path, SQL_WRITER, NULL, 0, &newer),
                     SQL_OK);
    assert_int_equal(sql_run(newer, "UPDATE schema_version SET version = 9999;"
                                    "UPDATE writing SET epoch = epoch + 1"),
                     SQL_OK);
    sql_close(newer);
    assert_int_equal(office_is_outdated(f.other, &is_outdated), OFFICE_OK);
    assert_true(is_outdated);
    maker_rate(&f.device, 4);
    made_batch_start(&sent, &f.device, 4, 4, f.device.wall_ms);
    assert_int_equal(office_ingest(f.other, &sent.batch, 1), OFFICE_ERROR);
    made_batch_free(&sent);
    assert_int_equal(made_office_all(f.made.office).levels[3], 3);
    close_both(&f);
}

enum { OPENERS = 4, ROUNDS = 5 };

struct opener {
    pthread_t thread;
    pthread_barrier_t *together;
    const char *address;
    struct office *office;
    enum office_result result;
};

static void *open_one(void *ctx)
{
    struct opener *opener = ctx;
    pthread_barrier_wait(opener->together);
    opener->result =
        office_open(opener->address, OFFICE_WRITER, &opener->office);
    return NULL;
}

static void open_together(const char *address)
{
    struct opener openers[OPENERS] = {0};
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, OPENERS);
    for (int i = 0; i < OPENERS; i++) {
        openers[i].together = &together;
        openers[i].address = address;
        assert_int_equal(
            pthread_create(&openers[i].thread, NULL, open_one, &openers[i]), 0);
    }
    for (int i = 0; i < OPENERS; i++) {
        int64_t epoch = 0;
        pthread_join(openers[i].thread, NULL);
        assert_int_equal(openers[i].result, OFFICE_OK);
        // A turn for each step, of the one program that made it.
        assert_int_equal(office_read_epoch(openers[i].office, &epoch),
                         OFFICE_OK);
        assert_int_equal(epoch, office_schema(openers[i].office));
        office_close(openers[i].office);
    }
    pthread_barrier_destroy(&together);
}

// Servers that start at the same moment: one makes the tables, all have them.
static void test_turns_begin_together_on_an_empty_database(void **state)
{
    char address[SCRATCH_URL_SIZE];
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    for (int round = 0; round < ROUNDS; round++) {
        assert_true(scratch_database_make(address));
        open_together(address);
        scratch_database_drop(address);
    }
}

// A file has one writer, which pays nothing for turns.
static void test_turns_on_a_file_there_are_none(void **state)
{
    struct made_office made;
    struct ledger_maker device;
    int64_t epoch = 7;
    (void)state;
    made_office_open(&made);
    if (office_is_url(made.path)) {
        made_office_close(&made);
        skip();
    }
    made_office_enrol(&made, "3", ENROLLED, &device);
    assert_int_equal(office_read_epoch(made.office, &epoch), OFFICE_OK);
    assert_int_equal(epoch, 0);
    assert_int_equal(office_turns(made.office).epoch, 0);
    maker_free(&device);
    made_office_close(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns_go_on_where_the_other_stopped),
        cmocka_unit_test(test_turns_number_cases_in_one_row),
        cmocka_unit_test(test_turns_of_others_are_told_apart),
        cmocka_unit_test(test_turns_after_a_newer_program_are_refused),
        cmocka_unit_test(test_turns_begin_together_on_an_empty_database),
        cmocka_unit_test(test_turns_on_a_file_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
