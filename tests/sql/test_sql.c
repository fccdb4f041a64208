// One SQLite connection: what must hold before anything is trusted to it.
#include "common/file.h"
#include "common/log.h"
#include "sql/sql.h"
#include "support/check.h"
#include "support/scratch.h"
#include <stdio.h>
#include <unistd.h>

enum { PUT, COUNT, GET, SYNCHRONOUS, JOURNAL, QUERY_ONLY, STATEMENT_COUNT };
static const char *const statements[STATEMENT_COUNT] = {
    [PUT] = "INSERT INTO t (id, body) VALUES (?1, ?2)",
    [COUNT] = "SELECT count(*) FROM t",
    [GET] = "SELECT body FROM t WHERE id = ?1",
    [SYNCHRONOUS] = "PRAGMA synchronous",
    [JOURNAL] = "PRAGMA journal_mode",
    [QUERY_ONLY] = "PRAGMA query_only"};
static const struct sql_migration first[] = {
    {1, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB) STRICT"},
    {0, NULL}};
static const struct sql_migration second[] = {
    {1, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB) STRICT"},
    {2, "ALTER TABLE t ADD COLUMN note TEXT"},
    {0, NULL}};

static char folder[SCRATCH_SIZE], path[128];

static int setup(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    scratch_make(folder);
    return file_join(path, sizeof path, folder, "t.db") ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static struct sql *open_it(enum sql_mode mode)
{
    struct sql *sql = NULL;
    assert_int_equal(sql_open(path, mode, statements, STATEMENT_COUNT, &sql),
                     SQL_OK);
    return sql;
}

static int64_t ask(struct sql *sql, size_t statement)
{
    struct sql_statement *s = sql_use(sql, statement);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t value = sql_int(s, 0);
    sql_done(s);
    return value;
}

static enum sql_result put(struct sql *sql, int64_t id)
{
    struct sql_statement *s = sql_use(sql, PUT);
    sql_bind_int(s, 1, id);
    sql_bind_bytes(s, 2, "abc", 3);
    return sql_execute(s);
}

static void test_sql_writer_is_durable(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    struct sql_statement *s = sql_use(sql, JOURNAL);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), "wal");
    sql_done(s);
    assert_int_equal(ask(sql, SYNCHRONOUS), 3); // EXTRA
    assert_int_equal(ask(sql, QUERY_ONLY), 0);
    sql_close(sql);
}

static void test_sql_follower_cannot_write(void **state)
{
    (void)state;
    struct sql *sql = NULL;
    assert_int_equal(
        sql_open(path, SQL_FOLLOWER, statements, STATEMENT_COUNT, &sql),
        SQL_NONE);
    struct sql *writer = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(writer, first), SQL_OK);
    struct sql *follower = open_it(SQL_FOLLOWER);
    assert_int_equal(put(writer, 1), SQL_OK);
    assert_true(sql_changed(follower));
    assert_false(sql_changed(follower));
    assert_int_equal(ask(follower, COUNT), 1);
    assert_int_not_equal(put(follower, 2), SQL_OK);
    assert_int_equal(ask(writer, COUNT), 1);
    sql_close(follower);
    sql_close(writer);
}

static void test_sql_clash_is_an_answer(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(put(sql, 1), SQL_OK);
    assert_int_equal(put(sql, 1), SQL_CLASH);
    assert_int_equal(put(sql, 2), SQL_OK);
    assert_int_equal(ask(sql, COUNT), 2);
    sql_close(sql);
}

static void test_sql_migrates_forward_and_refuses_newer(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_version(sql), 0);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    assert_int_equal(sql_version(sql), 2);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    assert_int_equal(sql_migrate(sql, first), SQL_ERROR);
    sql_close(sql);
}

static enum sql_result put_two_then_fail(struct sql *sql, void *ctx)
{
    (void)ctx;
    put(sql, 1);
    put(sql, 2);
    return SQL_ERROR;
}

static enum sql_result put_two(struct sql *sql, void *ctx)
{
    (void)ctx;
    enum sql_result result = put(sql, 1);
    return result == SQL_OK ? put(sql, 2) : result;
}

static void test_sql_transaction_is_whole(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(sql_transaction(sql, put_two_then_fail, NULL), SQL_ERROR);
    assert_int_equal(ask(sql, COUNT), 0);
    assert_int_equal(sql_transaction(sql, put_two, NULL), SQL_OK);
    assert_int_equal(ask(sql, COUNT), 2);
    sql_close(sql);
}

static void test_sql_notices_a_replaced_file(void **state)
{
    (void)state;
    char aside[160];
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    struct sql *follower = open_it(SQL_FOLLOWER);
    assert_false(sql_is_replaced(follower));
    assert_true(file_join(aside, sizeof aside, folder, "aside.db"));
    assert_int_equal(rename(path, aside), 0);
    assert_true(sql_is_replaced(follower));
    sql_close(follower);
    sql_close(sql);
}

static void test_sql_garbage_is_corrupt(void **state)
{
    (void)state;
    static const char text[] = "this is no database, and longer than a header "
                               "of a hundred bytes, so that SQLite looks at it "
                               "and sees what it is not: a database.";
    struct sql *sql = NULL;
    assert_true(file_replace(path, text, sizeof text, 0600));
    assert_int_equal(
        sql_open(path, SQL_WRITER, statements, STATEMENT_COUNT, &sql),
        SQL_CORRUPT);
    assert_null(sql);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sql_writer_is_durable),
        TEST(test_sql_follower_cannot_write),
        TEST(test_sql_clash_is_an_answer),
        TEST(test_sql_migrates_forward_and_refuses_newer),
        TEST(test_sql_transaction_is_whole),
        TEST(test_sql_notices_a_replaced_file),
        TEST(test_sql_garbage_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
