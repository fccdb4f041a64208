// What PostgreSQL undoes for another's sake is taken again, and counts once.
// What a device sends again is known before it is added, by one question.
// Skipped where no scratch cluster is named.
#include "postgres/database.h"
#include "support/office_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct made_office made;
    struct ledger_maker maker;
};

// Monday, 23 November 2026, 08:00 in Việt Nam.
static const int64_t monday_ms = INT64_C(1795395600000);

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", monday_ms, &f->maker);
    maker_wait(&f->maker, 3600 * 1000);
    maker_rate(&f->maker, 5);
    maker_rate(&f->maker, 4);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->maker);
    made_office_close(&f->made);
    free(f);
    return 0;
}

// From now on the first `times` lines that are added meet with `what`. Numbers
// of a sequence are not given back when a transaction is undone.
static void trouble(struct fixture *f, int times, const char *what)
{
    static const char *const none[1];
    struct sql *sql = NULL;
    char script[800];
    assert_int_equal(database_open(f->made.path, SQL_WRITER, none, 0, &sql),
                     SQL_OK);
    snprintf(script, sizeof script,
             "CREATE SEQUENCE tries;"
             "CREATE FUNCTION trouble() RETURNS TRIGGER LANGUAGE plpgsql AS $$"
             " BEGIN IF nextval('tries') <= %d THEN %s; END IF;"
             " RETURN NEW; END $$;"
             "CREATE TRIGGER troubled BEFORE INSERT ON lines"
             " FOR EACH ROW EXECUTE FUNCTION trouble()",
             times, what);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

static void expect_taken_once(struct fixture *f)
{
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[3], 1);
    assert_int_equal(all.levels[2] + all.levels[1] + all.levels[0], 0);
}

static void expect_taken(struct fixture *f)
{
    struct made_batch sent;
    made_batch_start(&sent, &f->maker, 1, 2, f->maker.wall_ms);
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.batch.received_to, 2);
    made_batch_free(&sent);
    expect_taken_once(f);
}

static void run_with(void **state, int times, const char *what)
{
    struct fixture *f = *state;
    if (!office_is_url(f->made.path))
        skip();
    trouble(f, times, what);
    expect_taken(f);
}

static void test_a_serialization_failure_is_tried_again(void **state)
{
    run_with(state, 2, "RAISE EXCEPTION 'other' USING ERRCODE = '40001'");
}

static void test_a_deadlock_is_tried_again(void **state)
{
    run_with(state, 1, "RAISE EXCEPTION 'knot' USING ERRCODE = '40P01'");
}

static void test_a_lost_connection_is_tried_again(void **state)
{
    run_with(state, 1, "PERFORM pg_terminate_backend(pg_backend_pid())");
}

// Bounded: the device is told to come again, and then it is taken.
static void test_what_never_ends_is_busy(void **state)
{
    struct fixture *f = *state;
    struct made_batch sent;
    if (!office_is_url(f->made.path))
        skip();
    trouble(f, 4, "RAISE EXCEPTION 'other' USING ERRCODE = '40001'");
    made_batch_start(&sent, &f->maker, 1, 2, f->maker.wall_ms);
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1),
                     OFFICE_BUSY);
    made_batch_free(&sent);
    expect_taken(f);
}

enum { LOOKED_FOR, TRIED, COUNTERS };

// Since they were made: how often somebody looked for lines, and how many lines
// and visits somebody tried to add. It is told when a connection ends.
static void count_work(struct fixture *f, int64_t out[COUNTERS])
{
    static const char *const texts[] = {
        "SELECT count(*) FROM pg_stat_activity WHERE datname ="
        " current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'",
        "SELECT sum(idx_scan) FILTER (WHERE relname = 'lines'), sum(n_tup_ins)"
        " FROM pg_stat_user_tables WHERE relname IN ('lines', 'visits')"};
    struct sql *sql = NULL;
    struct sql_statement *s;
    office_close(f->made.office);
    assert_int_equal(database_open(f->made.path, SQL_WRITER, texts, 2, &sql),
                     SQL_OK);
    do {
        s = sql_use(sql, 0);
        assert_int_equal(sql_step(s), SQL_OK);
    } while (sql_int(s, 0) > 0);
    s = sql_use(sql, 1);
    assert_int_equal(sql_step(s), SQL_OK);
    out[LOOKED_FOR] = sql_int(s, 0);
    out[TRIED] = sql_int(s, 1);
    sql_close(sql);
    f->made.office = NULL;
    made_office_reopen(&f->made);
}

static void test_what_comes_again_is_known_by_one_question(void **state)
{
    enum { LINES = 60, NEW = 40 };
    struct fixture *f = *state;
    struct made_batch sent;
    int64_t before[COUNTERS], after[COUNTERS];
    if (!office_is_url(f->made.path))
        skip();
    for (int i = 2; i < LINES + NEW; i++)
        maker_rate(&f->maker, 3);
    assert_int_equal(
        made_office_send(&f->made, &f->maker, 1, LINES, f->maker.wall_ms),
        OFFICE_BATCH_OK);
    count_work(f, before);
    made_batch_start(&sent, &f->maker, 1, LINES + NEW, f->maker.wall_ms);
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.received_to, LINES + NEW);
    for (int i = 0; i < LINES + NEW; i++)
        assert_int_equal(sent.lines[i].status,
                         i < LINES ? OFFICE_LINE_ALREADY : OFFICE_LINE_STORED);
    made_batch_free(&sent);
    count_work(f, after);
    assert_int_equal(after[TRIED] - before[TRIED], 2 * NEW);
    // Not once a line; what plans the question may look, too.
    assert_in_range(after[LOOKED_FOR] - before[LOOKED_FOR], 1, 3);
    assert_int_equal(made_office_all(f->made.office).levels[2],
                     LINES + NEW - 2);
}

// A visit a minute for each of these transactions.
static void visit(struct ledger_maker *maker, int level, int from, int to)
{
    for (int i = from; i < to; i++) {
        struct record record;
        maker_wait(maker, 60000);
        maker_visit(maker, level, &record);
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "T-%d", i);
        maker_write(maker, &record);
    }
}

// Who rated a transaction at two counters is counted once, the first time, and
// what came with it is not undone for that. One such rating is held, and one
// comes in the same group, behind the later one.
static void test_a_second_rating_undoes_nothing(void **state)
{
    enum { EACH = 30 };
    struct fixture *f = *state;
    struct ledger_maker other;
    struct made_batch sent[2];
    int64_t before[COUNTERS], after[COUNTERS];
    if (!office_is_url(f->made.path))
        skip();
    made_office_enrol(&f->made, "4", monday_ms, &other);
    maker_wait(&other, 5 * 3600 * 1000);
    visit(&f->maker, 5, 0, 2 * EACH);
    visit(&other, 3, 0, 1);
    visit(&other, 3, 2 * EACH - 1, 3 * EACH);
    assert_int_equal(
        made_office_send(&f->made, &f->maker, 1, EACH, f->maker.wall_ms),
        OFFICE_BATCH_OK);
    count_work(f, before);
    made_batch_start(&sent[0], &other, 1, EACH + 2, other.wall_ms);
    made_batch_start(&sent[1], &f->maker, EACH + 1, 2 * EACH + 2,
                     f->maker.wall_ms);
    struct office_batch group[] = {sent[0].batch, sent[1].batch};
    assert_int_equal(office_ingest(f->made.office, group, 2), OFFICE_OK);
    made_batch_free(&sent[0]);
    made_batch_free(&sent[1]);
    maker_free(&other);
    count_work(f, after);
    assert_int_equal(after[TRIED] - before[TRIED], 2 * (2 * EACH + 4));
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 2 * EACH + 1);
    assert_int_equal(all.levels[2], EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_a_serialization_failure_is_tried_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_deadlock_is_tried_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_lost_connection_is_tried_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_never_ends_is_busy, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_comes_again_is_known_by_one_question, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_second_rating_undoes_nothing,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
