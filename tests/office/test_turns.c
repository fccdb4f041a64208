// Several processes write one database of PostgreSQL: each finds what the
// others left, whatever it remembers. Skipped where no scratch cluster is
// named.
#include "common/clock.h"
#include "common/log.h"
#include "office/cases.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

// A session that took the turn and does something else: another server's that
// is slow or hangs, or somebody's with psql.
static struct sql *hold_turn(struct fixture *f)
{
    struct sql *holder = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &holder),
                     SQL_OK);
    assert_int_equal(sql_run(holder,
                             "SET application_name = 'forgotten';"
                             "BEGIN; UPDATE writing SET epoch = epoch + 1"),
                     SQL_OK);
    return holder;
}

static enum office_result send_one(struct fixture *f, int64_t seq)
{
    struct made_batch sent;
    maker_rate(&f->device, 4);
    made_batch_start(&sent, &f->device, seq, seq, f->device.wall_ms);
    enum office_result result = office_ingest(f->other, &sent.batch, 1);
    made_batch_free(&sent);
    return result;
}

struct said {
    int count; // of what was said of turns
    int others;
    char last[512];
};

static void hear(void *ctx, enum log_level level, const char *module,
                 const char *text)
{
    struct said *said = ctx;
    (void)module;
    if (level < LOG_WARN) {
        return;
    }
    said->count += strstr(text, "turn to write") != NULL;
    said->others += strstr(text, "turn to write") == NULL;
    snprintf(said->last, sizeof said->last, "%s", text);
}

static int64_t us_since(int64_t began_us)
{
    return clock_mono_us() - began_us;
}

static void *give_back_later(void *ctx)
{
    usleep(3500 * 1000);
    assert_int_equal(sql_run(ctx, "COMMIT"), SQL_OK);
    return NULL;
}

// Another's turn that lasts longer than one bounded wait: with patience it is
// waited for, and nobody hears of it.
static void test_turns_of_others_are_waited_for(void **state)
{
    struct office_patience patience = {0};
    struct said said = {0};
    struct fixture f;
    pthread_t thread;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    office_be_patient(f.other, &patience);
    struct sql *holder = hold_turn(&f);
    log_set_sink(hear, &said);
    int64_t began_us = clock_mono_us();
    assert_int_equal(pthread_create(&thread, NULL, give_back_later, holder), 0);
    patience.until_us = began_us + INT64_C(60000000);
    assert_int_equal(send_one(&f, 1), OFFICE_OK);
    assert_true(us_since(began_us) >= 3400 * 1000);
    pthread_join(thread, NULL);
    log_set_sink(NULL, NULL);
    assert_int_equal(said.count, 0);
    assert_int_equal(said.others, 0);
    struct office_turns turns = office_turns(f.other);
    assert_false(turns.is_missed);
    assert_false(turns.is_held);
    assert_int_equal(turns.given_up, 0);
    // Longer than 2 s; the clock of a busy machine says whether than 8 s too.
    assert_int_equal(turns.waits[4] + turns.waits[5], 1);
    assert_true(turns.waited_us >= 3400 * 1000);
    assert_int_equal(made_office_all(f.made.office).levels[3], 1);
    sql_close(holder);
    close_both(&f);
}

// It is told apart from one that is not given back: who holds it is named, what
// comes then waits no longer than once, and it is over when the turn is given
// back, or goes on to another.
static void test_turns_that_are_held_are_told(void **state)
{
    struct office_patience patience = {INT64_MAX};
    struct said said = {0};
    struct fixture f;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    office_be_patient(f.other, &patience);
    struct sql *holder = hold_turn(&f);
    log_set_sink(hear, &said);
    int64_t began_us = clock_mono_us();
    assert_int_equal(send_one(&f, 1), OFFICE_BUSY);
    assert_true(us_since(began_us) >= OFFICE_HELD_S * INT64_C(1000000));
    assert_true(office_turns(f.other).is_missed);
    assert_true(office_turns(f.other).is_held);
    assert_int_equal(office_turns(f.other).given_up, 1);
    assert_int_equal(said.count, 1);
    assert_int_equal(said.others, 0);
    assert_holds(said.last, "held by pid ");
    assert_holds(said.last, ", user office, forgotten, idle in transaction, ");
    assert_holds(said.last, "pg_terminate_backend");
    // At once from now on: two seconds, not ten.
    began_us = clock_mono_us();
    assert_int_equal(office_ingest(f.other, NULL, 0), OFFICE_BUSY);
    assert_true(us_since(began_us) < OFFICE_HELD_S * INT64_C(1000000));
    assert_true(office_turns(f.other).is_held);
    // Somebody else's turn is progress.
    patience.until_us = 0;
    assert_int_equal(sql_run(holder, "COMMIT"), SQL_OK);
    sql_close(holder);
    holder = hold_turn(&f);
    assert_int_equal(office_ingest(f.other, NULL, 0), OFFICE_BUSY);
    assert_true(office_turns(f.other).is_missed);
    assert_false(office_turns(f.other).is_held);
    assert_holds(said.last, "others write");
    log_set_sink(NULL, NULL);
    sql_close(holder); // and what it held with it
    assert_int_equal(send_one(&f, 1), OFFICE_OK);
    assert_false(office_turns(f.other).is_missed);
    assert_int_equal(office_turns(f.other).given_up, 3);
    close_both(&f);
}

// A program that hangs in its turn: PostgreSQL ends its session, when it has
// asked for nothing as long as its answers may take.
static void test_turns_of_who_hangs_come_to_an_end(void **state)
{
    enum { LIMIT_S = 3 };
    struct office_patience patience = {0};
    struct fixture f;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    open_both(&f);
    office_be_patient(f.other, &patience);
    office_limit_answers(LIMIT_S);
    struct sql *holder = hold_turn(&f);
    office_limit_answers(0);
    int64_t began_us = clock_mono_us();
    patience.until_us = began_us + INT64_C(60000000);
    assert_int_equal(send_one(&f, 1), OFFICE_OK);
    assert_true(us_since(began_us) >= (LIMIT_S - 1) * INT64_C(1000000));
    assert_int_equal(sql_run(holder, "COMMIT"), SQL_BUSY);
    sql_close(holder);
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
        cmocka_unit_test(test_turns_of_others_are_waited_for),
        cmocka_unit_test(test_turns_that_are_held_are_told),
        cmocka_unit_test(test_turns_of_who_hangs_come_to_an_end),
        cmocka_unit_test(test_turns_begin_together_on_an_empty_database),
        cmocka_unit_test(test_turns_on_a_file_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
