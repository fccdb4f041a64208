// A connection to PostgreSQL. Skipped where no scratch cluster is named.
#include "postgres/database.h"
#include "support/scratch_database.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    ADD,
    ALL,
    SUM,
    WHERE_NOTE,
    COUNT_ADD,
    KINDS,
    LONG,
    BROKEN,
    SYNC,
    PATIENCE,
    PARTS,
    OTHERS,
    STATEMENTS
};
static const char *const statements[STATEMENTS] = {
    [ADD] = "INSERT INTO things (no, note, bytes, part)"
            " VALUES (?1, ?2, ?3, ?4)",
    [ALL] = "SELECT no, note, bytes, part FROM things ORDER BY no",
    [SUM] = "SELECT sum(no), count(*), max(?1, ?2) FROM things",
    [WHERE_NOTE] = "SELECT count(*) FROM things WHERE ?1 IS NULL OR note = ?1",
    [COUNT_ADD] = "INSERT INTO things (no) VALUES (?1) ON CONFLICT DO NOTHING",
    [KINDS] = "SELECT CAST(1 AS smallint), 70000, no > 1, no FROM things",
    [LONG] = "SELECT no FROM things a CROSS JOIN generate_series(1, ?1) g ON"
             " true",
    [SYNC] = "SELECT current_setting('synchronous_commit')",
    [PATIENCE] =
        "SELECT current_setting('idle_in_transaction_session_timeout')",
    [PARTS] = "SELECT count(*) FROM pg_cursors WHERE statement LIKE 'DECLARE%'",
    [OTHERS] = "SELECT count(*) FROM pg_stat_activity WHERE datname ="
               " current_database() AND usename = current_user AND pid <>"
               " pg_backend_pid()",
    [BROKEN] = "SELECT nothing FROM nowhere",
};
static const char schema[] =
    "CREATE FUNCTION max(a BIGINT, b BIGINT) RETURNS BIGINT LANGUAGE sql"
    " RETURN CASE WHEN a >= b THEN a WHEN a < b THEN b END;"
    "CREATE TABLE things (no BIGINT PRIMARY KEY, note TEXT, bytes BYTEA,"
    " part DOUBLE PRECISION);"
    "CREATE TABLE kept (no BIGINT);"
    "INSERT INTO kept VALUES (1);"
    "REVOKE UPDATE ON kept FROM CURRENT_USER";
static const struct sql_migration migrations[] = {{1, schema}, {0, NULL}};

struct bench {
    char url[SCRATCH_URL_SIZE];
    struct sql *sql;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    if (!b || !scratch_database_make(b->url))
        return 0;
    assert_int_equal(
        database_open(b->url, SQL_WRITER, statements, STATEMENTS, &b->sql),
        SQL_OK);
    assert_int_equal(sql_version(b->sql), 0);
    assert_int_equal(sql_migrate(b->sql, migrations), SQL_OK);
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    sql_close(b->sql);
    scratch_database_drop(b->url);
    free(b);
    return 0;
}

static struct bench *bench_of(void **state)
{
    struct bench *b = *state;
    if (!b->sql)
        skip();
    return b;
}

static enum sql_result add(struct sql *sql, int64_t no, const char *note)
{
    struct sql_statement *s = sql_use(sql, ADD);
    sql_bind_int(s, 1, no);
    sql_bind_text(s, 2, note);
    sql_bind_bytes(s, 3, "a\0\\'", 4);
    sql_bind_real(s, 4, 0.1);
    return sql_execute(s);
}

static enum sql_result add_one(struct sql *sql, void *ctx)
{
    return add(sql, *(const int64_t *)ctx, "một");
}

static int64_t count(struct sql *sql)
{
    struct sql_statement *s = sql_use(sql, WHERE_NOTE);
    sql_bind_text(s, 1, NULL);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t held = sql_int(s, 0);
    sql_done(s);
    return held;
}

static void test_values_come_back_as_they_went(void **state)
{
    struct bench *b = bench_of(state);
    size_t size;
    assert_int_equal(add(b->sql, INT64_MIN, "Bình 'Minh' \\ ?1"), SQL_OK);
    struct sql_statement *s = sql_use(b->sql, ADD);
    sql_bind_int(s, 1, INT64_MAX);
    sql_bind_bytes(s, 3, NULL, 0);
    assert_int_equal(sql_execute(s), SQL_OK);
    s = sql_use(b->sql, ALL);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_true(sql_int(s, 0) == INT64_MIN);
    assert_string_equal(sql_text(s, 0), "-9223372036854775808");
    assert_string_equal(sql_text(s, 1), "Bình 'Minh' \\ ?1");
    assert_memory_equal(sql_bytes(s, 2, &size), "a\0\\'", 4);
    assert_int_equal(size, 4);
    assert_true(fabs(sql_real(s, 3) - 0.1) < 1e-300);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_true(sql_int(s, 0) == INT64_MAX);
    assert_null(sql_text(s, 1));
    assert_null(sql_bytes(s, 2, &size));
    assert_int_equal(size, 0);
    assert_true(sql_is_null(s, 3));
    assert_int_equal(sql_int(s, 3), 0);
    assert_int_equal(sql_step(s), SQL_NONE);
    sql_done(s);
}

// A sum of whole numbers is a numeric, of as many digits as it takes.
static void test_sums_are_numbers(void **state)
{
    static const struct {
        int64_t one, other, sum;
    } cases[] = {{1, 2, 3},
                 {10000, 20000, 30000},
                 {99999999, 1, 100000000},
                 {-5, -70001, -70006},
                 {5, -5, 0},
                 {4000000000000000000, 1, 4000000000000000001}};
    struct bench *b = bench_of(state);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(add(b->sql, cases[i].one, ""), SQL_OK);
        assert_int_equal(add(b->sql, cases[i].other, ""), SQL_OK);
        struct sql_statement *s = sql_use(b->sql, SUM);
        sql_bind_int(s, 1, cases[i].one);
        sql_bind_int(s, 2, cases[i].other);
        assert_int_equal(sql_step(s), SQL_OK);
        assert_true(sql_int(s, 0) == cases[i].sum);
        assert_int_equal(sql_int(s, 1), 2);
        assert_true(
            sql_int(s, 2) ==
            (cases[i].one > cases[i].other ? cases[i].one : cases[i].other));
        sql_done(s);
        assert_int_equal(sql_run(b->sql, "DELETE FROM things"), SQL_OK);
    }
}

static void test_other_whole_numbers_are_read_too(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(add(b->sql, 2, ""), SQL_OK);
    struct sql_statement *s = sql_use(b->sql, KINDS);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(sql_int(s, 0), 1);
    assert_int_equal(sql_int(s, 1), 70000);
    assert_int_equal(sql_int(s, 2), 1);
    sql_done(s);
}

// A parameter is what is bound to it; of NULL alone it is a number.
static void test_a_parameter_may_change_its_type(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(add(b->sql, 1, "x"), SQL_OK);
    assert_int_equal(add(b->sql, 2, "y"), SQL_OK);
    assert_int_equal(count(b->sql), 2);
    struct sql_statement *s = sql_use(b->sql, WHERE_NOTE);
    sql_bind_text(s, 1, "x");
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(sql_int(s, 0), 1);
    sql_done(s);
    s = sql_use(b->sql, ADD);
    sql_bind_int(s, 1, 3);
    sql_bind_text(s, 2, NULL);
    sql_bind_bytes(s, 3, NULL, 0);
    sql_bind_real(s, 4, 1);
    assert_int_equal(sql_execute(s), SQL_OK);
}

static void test_what_is_refused_is_told_apart(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(add(b->sql, 1, "x"), SQL_OK);
    assert_int_equal(add(b->sql, 1, "y"), SQL_CLASH);
    assert_int_equal(sql_run(b->sql, "UPDATE kept SET no = 2"), SQL_CLASH);
    assert_int_equal(sql_step(sql_use(b->sql, BROKEN)), SQL_ERROR);
    // The connection serves on.
    assert_int_equal(count(b->sql), 1);
    assert_false(sql_is_damaged(b->sql));
}

static void test_changes_are_counted(void **state)
{
    struct bench *b = bench_of(state);
    for (int i = 0; i < 2; i++) {
        struct sql_statement *s = sql_use(b->sql, COUNT_ADD);
        sql_bind_int(s, 1, 7);
        assert_int_equal(sql_execute(s), SQL_OK);
        assert_int_equal(sql_changes(b->sql), i == 0);
    }
}

static enum sql_result add_and_refuse(struct sql *sql, void *ctx)
{
    assert_int_equal(add_one(sql, ctx), SQL_OK);
    return SQL_NONE;
}

static enum sql_result add_twice(struct sql *sql, void *ctx)
{
    assert_int_equal(add_one(sql, ctx), SQL_OK);
    assert_int_equal(add_one(sql, ctx), SQL_CLASH);
    return SQL_OK; // as a caller that does not look would
}

static void test_a_transaction_is_all_or_nothing(void **state)
{
    struct bench *b = bench_of(state);
    int64_t no = 5;
    assert_int_equal(sql_transaction(b->sql, add_and_refuse, &no), SQL_NONE);
    assert_int_equal(count(b->sql), 0);
    assert_int_equal(sql_transaction(b->sql, add_twice, &no), SQL_ERROR);
    assert_int_equal(count(b->sql), 0);
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_OK);
    assert_int_equal(count(b->sql), 1);
}

// As a database does that starts anew, or another that takes its place.
static void throw_out(struct bench *b)
{
    char script[400];
    snprintf(script, sizeof script,
             "SELECT count(pg_terminate_backend(pid, 5000)) FROM"
             " pg_stat_activity WHERE datname = '%s' AND pid <>"
             " pg_backend_pid()",
             strrchr(b->url, '/') + 1);
    scratch_cluster_run(script);
}

static enum sql_result put_no(struct sql *sql, int64_t no, bool is_one)
{
    struct sql_statement *s = sql_use(sql, COUNT_ADD);
    sql_bind_int(s, 1, no);
    return is_one ? sql_put_one(s) : sql_put(s);
}

// More than are sent at once; each is seen by what is read in between.
static enum sql_result put_many(struct sql *sql, void *ctx)
{
    int64_t last = *(int64_t *)ctx;
    for (int64_t no = 1; no <= last; no++)
        assert_int_equal(put_no(sql, no, true), SQL_OK);
    assert_int_equal(count(sql), last);
    return put_no(sql, last + 1, true);
}

static enum sql_result put_twice(struct sql *sql, void *ctx)
{
    (void)ctx;
    assert_int_equal(put_no(sql, 5000, false), SQL_OK);
    return put_no(sql, 5000, false); // adds nothing, and none was wanted
}

static enum sql_result put_one_twice(struct sql *sql, void *ctx)
{
    (void)ctx;
    assert_int_equal(put_no(sql, 6000, true), SQL_OK);
    assert_int_equal(put_no(sql, 6000, true), SQL_OK); // nobody knows yet
    return SQL_OK;
}

static enum sql_result put_what_clashes(struct sql *sql, void *ctx)
{
    struct sql_statement *s = sql_use(sql, ADD);
    (void)ctx;
    sql_bind_int(s, 1, 1);
    sql_bind_text(s, 2, "");
    sql_bind_bytes(s, 3, "", 0);
    sql_bind_real(s, 4, 0);
    assert_int_equal(sql_put(s), SQL_OK);
    assert_int_equal(put_no(sql, 7000, true), SQL_OK);
    // It comes to light where something is asked.
    assert_int_equal(sql_step(sql_use(sql, SUM)), SQL_CLASH);
    return SQL_OK;
}

static void test_what_is_put_is_there_at_the_commit(void **state)
{
    struct bench *b = bench_of(state);
    int64_t last = 1000;
    assert_true(sql_is_far(b->sql));
    assert_int_equal(sql_transaction(b->sql, put_many, &last), SQL_OK);
    assert_int_equal(count(b->sql), 1001);
    assert_int_equal(sql_transaction(b->sql, put_twice, NULL), SQL_OK);
    assert_int_equal(count(b->sql), 1002);
}

static void test_what_fails_unseen_undoes_all(void **state)
{
    struct bench *b = bench_of(state);
    int64_t last = 1;
    assert_int_equal(sql_transaction(b->sql, put_many, &last), SQL_OK);
    assert_int_equal(sql_transaction(b->sql, put_one_twice, NULL), SQL_CLASH);
    assert_int_equal(count(b->sql), 2);
    assert_int_equal(sql_transaction(b->sql, put_what_clashes, NULL),
                     SQL_CLASH);
    assert_int_equal(count(b->sql), 2);
    // The connection serves on.
    assert_int_equal(sql_transaction(b->sql, put_twice, NULL), SQL_OK);
    assert_int_equal(count(b->sql), 3);
}

static enum sql_result put_and_lose(struct sql *sql, void *ctx)
{
    assert_int_equal(put_no(sql, 1, true), SQL_OK);
    throw_out(ctx);
    put_no(sql, 2, true);
    return SQL_OK;
}

static void test_what_is_put_is_lost_with_its_connection(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(sql_transaction(b->sql, put_and_lose, b), SQL_BUSY);
    assert_int_equal(count(b->sql), 0);
    assert_int_equal(sql_transaction(b->sql, put_twice, NULL), SQL_OK);
    assert_int_equal(count(b->sql), 1);
}

static void test_all_that_is_read_is_of_one_moment(void **state)
{
    struct bench *b = bench_of(state);
    struct sql *reader = NULL;
    int64_t no = 1;
    assert_int_equal(
        database_open(b->url, SQL_FOLLOWER, statements, STATEMENTS, &reader),
        SQL_OK);
    assert_int_equal(sql_begin_reading(reader), SQL_OK);
    assert_int_equal(count(reader), 0);
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_OK);
    assert_int_equal(count(reader), 0);
    sql_end_reading(reader);
    assert_int_equal(count(reader), 1);
    assert_int_not_equal(add(reader, 9, ""), SQL_OK); // a follower reads
    sql_close(reader);
    assert_int_equal(count(b->sql), 1);
}

// Another answer, or the same statement, may be read in between.
static void test_answers_do_not_disturb_each_other(void **state)
{
    struct bench *b = bench_of(state);
    int64_t read = 0;
    assert_int_equal(add(b->sql, 1, ""), SQL_OK);
    struct sql_statement *s = sql_use(b->sql, LONG);
    sql_bind_int(s, 1, 1000);
    while (sql_step(s) == SQL_OK) {
        read += sql_int(s, 0);
        if (read % 100 == 0)
            assert_int_equal(count(b->sql), 1);
    }
    sql_done(s);
    assert_int_equal(read, 1000);
}

static int64_t answers_in_parts(struct sql *sql)
{
    struct sql_statement *s = sql_use(sql, PARTS);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t open = sql_int(s, 0);
    sql_done(s);
    return open;
}

static int64_t rows_of(struct sql *sql, int64_t rows)
{
    struct sql_statement *s = sql_use_long(sql, LONG);
    int64_t read = 0;
    sql_bind_int(s, 1, rows);
    while (sql_step(s) == SQL_OK) {
        read += sql_int(s, 0);
        if (read == 500)
            assert_int_equal(answers_in_parts(sql), 1);
    }
    sql_done(s);
    return read;
}

// Whatever the parts are; one that is left in the middle does not stay open.
static void test_a_long_answer_comes_in_parts(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(add(b->sql, 1, ""), SQL_OK);
    assert_int_equal(sql_begin_reading(b->sql), SQL_OK);
    assert_int_equal(rows_of(b->sql, 0), 0);
    assert_int_equal(rows_of(b->sql, 1000), 1000);
    assert_int_equal(rows_of(b->sql, 2345), 2345);
    struct sql_statement *s = sql_use_long(b->sql, LONG);
    sql_bind_int(s, 1, 5000);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(answers_in_parts(b->sql), 1);
    sql_done(s);
    assert_int_equal(answers_in_parts(b->sql), 0);
    // Its transaction ends first.
    s = sql_use_long(b->sql, LONG);
    sql_bind_int(s, 1, 5000);
    assert_int_equal(sql_step(s), SQL_OK);
    sql_end_reading(b->sql);
    sql_done(s);
    assert_int_equal(sql_begin_reading(b->sql), SQL_OK);
    assert_int_equal(rows_of(b->sql, 1001), 1001);
    sql_end_reading(b->sql);
}

static void test_a_lost_connection_is_made_anew(void **state)
{
    struct bench *b = bench_of(state);
    int64_t no = 1;
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_OK);
    throw_out(b);
    assert_int_equal(count(b->sql), 1);
    throw_out(b);
    no = 2;
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_OK);
    assert_int_equal(count(b->sql), 2);
}

static enum sql_result lose_in_the_middle(struct sql *sql, void *ctx)
{
    int64_t no = 8;
    assert_int_equal(add_one(sql, &no), SQL_OK);
    throw_out(ctx);
    no = 9;
    return add_one(sql, &no);
}

// Half of it must not come in by a second connection.
static void test_a_transaction_does_not_go_on_elsewhere(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(sql_transaction(b->sql, lose_in_the_middle, b), SQL_BUSY);
    assert_int_equal(count(b->sql), 0);
}

// Until the cluster has ended every other connection to this database.
static void wait_until_alone(const struct bench *b)
{
    struct sql *sql = NULL;
    int64_t others = 1;
    assert_int_equal(
        database_open(b->url, SQL_FOLLOWER, statements, STATEMENTS, &sql),
        SQL_OK);
    for (int i = 0; i < 3000 && others > 0; i++) {
        struct sql_statement *s = sql_use(sql, OTHERS);
        assert_int_equal(sql_step(s), SQL_OK);
        others = sql_int(s, 0);
        sql_done(s);
        usleep(20 * 1000);
    }
    assert_int_equal(others, 0);
    sql_close(sql);
}

static enum sql_result hang(struct sql *sql, void *ctx)
{
    int64_t no = 8;
    assert_int_equal(add_one(sql, &no), SQL_OK);
    assert_int_equal(
        sql_run(sql, "SET LOCAL idle_in_transaction_session_timeout = 50"),
        SQL_OK);
    wait_until_alone(ctx);
    return add_one(sql, &no);
}

// Its turn is another's meanwhile, and it may try again.
static void test_who_hangs_in_a_transaction_loses_it(void **state)
{
    struct bench *b = bench_of(state);
    int64_t no = 8;
    struct sql_statement *s = sql_use(b->sql, PATIENCE);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), "5min");
    sql_done(s);
    assert_int_equal(sql_transaction(b->sql, hang, b), SQL_BUSY);
    assert_int_equal(count(b->sql), 0);
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_OK);
}

static void expect_synced(struct sql *sql)
{
    struct sql_statement *s = sql_use(sql, SYNC);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), "on");
    sql_done(s);
}

// Whatever the database is set to, and on a connection that was made anew.
static void test_a_commit_waits_for_the_disk(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(
        sql_run(b->sql,
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET"
                " synchronous_commit = off', current_database()); END $$"),
        SQL_OK);
    expect_synced(b->sql);
    throw_out(b);
    expect_synced(b->sql);
}

// A commit that is told to wait no longer for its standby says so as this
// trigger does, with a warning.
static void test_a_commit_with_a_warning_is_not_done(void **state)
{
    struct bench *b = bench_of(state);
    int64_t no = 1;
    assert_int_equal(
        sql_run(b->sql,
                "CREATE FUNCTION warn() RETURNS TRIGGER LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE WARNING 'local only'; RETURN NULL; END $$;"
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON things"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
                " EXECUTE FUNCTION warn()"),
        SQL_OK);
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_BUSY);
    assert_int_equal(sql_run(b->sql, "DROP TRIGGER late ON things"), SQL_OK);
    no = 2;
    assert_int_equal(sql_transaction(b->sql, add_one, &no), SQL_OK);
}

static void test_nobody_there_is_busy(void **state)
{
    struct sql *sql = NULL;
    (void)state;
    assert_int_equal(database_open("postgresql://a:secret@%2Fnowhere/b",
                                   SQL_WRITER, NULL, 0, &sql),
                     SQL_BUSY);
    assert_null(sql);
}

static void test_a_newer_schema_is_refused(void **state)
{
    struct bench *b = bench_of(state);
    assert_int_equal(sql_migrate(b->sql, migrations), SQL_OK);
    assert_int_equal(sql_run(b->sql, "UPDATE schema_version SET version = 2"),
                     SQL_OK);
    assert_int_equal(sql_version(b->sql), 2);
    assert_int_equal(sql_migrate(b->sql, migrations), SQL_ERROR);
    assert_int_equal(sql_run(b->sql, "DROP TABLE schema_version"), SQL_OK);
    assert_int_equal(sql_migrate(b->sql, migrations), SQL_CORRUPT);
}

// A book of its own in the same database, its connection's options around.
static struct sql *open_beside(const struct bench *b, const char *options)
{
    char url[SCRATCH_URL_SIZE + 64];
    struct sql *sql = NULL;
    snprintf(url, sizeof url, "%s?%s", b->url, options);
    assert_int_equal(
        database_open(url, SQL_WRITER, statements, STATEMENTS, &sql), SQL_OK);
    return sql;
}

static void test_schemas_are_books_apart(void **state)
{
    struct bench *b = bench_of(state);
    int64_t no = 7;
    struct sql *other =
        open_beside(b, "connect_timeout=9&schema=w_h24_13&keepalives=1");
    assert_int_equal(sql_version(other), 0);
    assert_int_equal(sql_migrate(other, migrations), SQL_OK);
    assert_int_equal(sql_transaction(other, add_one, &no), SQL_OK);
    assert_int_equal(count(b->sql), 0);
    assert_int_equal(count(other), 1);
    sql_close(other);
    other = open_beside(b, "schema=w_h24_13");
    assert_int_equal(sql_version(other), 1);
    assert_int_equal(count(other), 1);
    sql_close(other);
}

static void test_a_schema_of_no_name_is_refused(void **state)
{
    static const char *const names[] = {
        "",
        "A",
        "a b",
        "a%20b",
        "a\"; DROP SCHEMA main; --",
        "a123456789012345678901234567890123456789012345678901234567890123"};
    struct bench *b = bench_of(state);
    char url[SCRATCH_URL_SIZE + 128];
    struct sql *sql = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(url, sizeof url, "%s?schema=%s", b->url, names[i]);
        assert_int_equal(
            database_open(url, SQL_WRITER, statements, STATEMENTS, &sql),
            SQL_ERROR);
    }
    assert_null(sql);
}

#define WITH_BENCH(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_values_come_back_as_they_went),
        WITH_BENCH(test_sums_are_numbers),
        WITH_BENCH(test_other_whole_numbers_are_read_too),
        WITH_BENCH(test_a_parameter_may_change_its_type),
        WITH_BENCH(test_what_is_refused_is_told_apart),
        WITH_BENCH(test_changes_are_counted),
        WITH_BENCH(test_a_transaction_is_all_or_nothing),
        WITH_BENCH(test_all_that_is_read_is_of_one_moment),
        WITH_BENCH(test_answers_do_not_disturb_each_other),
        WITH_BENCH(test_a_long_answer_comes_in_parts),
        WITH_BENCH(test_a_lost_connection_is_made_anew),
        WITH_BENCH(test_a_transaction_does_not_go_on_elsewhere),
        WITH_BENCH(test_who_hangs_in_a_transaction_loses_it),
        WITH_BENCH(test_what_is_put_is_there_at_the_commit),
        WITH_BENCH(test_what_fails_unseen_undoes_all),
        WITH_BENCH(test_what_is_put_is_lost_with_its_connection),
        WITH_BENCH(test_a_commit_waits_for_the_disk),
        WITH_BENCH(test_a_commit_with_a_warning_is_not_done),
        cmocka_unit_test(test_nobody_there_is_busy),
        WITH_BENCH(test_a_newer_schema_is_refused),
        WITH_BENCH(test_schemas_are_books_apart),
        WITH_BENCH(test_a_schema_of_no_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
