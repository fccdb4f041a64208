// Rows that wait to be sent together. Skipped where no scratch cluster is
// named.
#include "postgres/database.h"
#include "postgres/gather.h"
#include "support/check.h"
#include "support/scratch_database.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADD, ADD_OTHER, COUNT, COUNT_OTHER, RENAME, NOTE, STATEMENTS };
static const char *const statements[STATEMENTS] = {
    [ADD] = "INSERT INTO things (no, note, bytes) VALUES (?1, ?2, ?3)"
            " ON CONFLICT DO NOTHING",
    [ADD_OTHER] = "INSERT INTO others (no) VALUES (?1) ON CONFLICT DO NOTHING",
    [COUNT] = "SELECT count(*), coalesce(sum(no), 0), count(note),"
              " coalesce(sum(length(bytes)), 0) FROM things",
    [COUNT_OTHER] = "SELECT count(*) FROM others",
    [RENAME] = "UPDATE things SET note = ?1 WHERE no = ?2",
    [NOTE] = "SELECT note FROM things WHERE no = ?1",
};
static const struct sql_migration migrations[] = {
    {1, "CREATE TABLE things (no BIGINT PRIMARY KEY, note TEXT, bytes BYTEA);"
        "CREATE TABLE others (no BIGINT PRIMARY KEY)"},
    {0, NULL}};

static char url[SCRATCH_URL_SIZE];
static struct sql *sql;

static int set_up(void **state)
{
    (void)state;
    if (!scratch_database_make(url))
        return 0;
    assert_int_equal(
        database_open(url, SQL_WRITER, statements, STATEMENTS, &sql), SQL_OK);
    assert_int_equal(sql_migrate(sql, migrations), SQL_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sql_close(sql);
    sql = NULL;
    scratch_database_drop(url);
    return 0;
}

// Every other one has a note, and as many bytes as its number says, up to 9.
static enum sql_result put_thing(int no)
{
    static const char bytes[9] = {0, '\\', 2};
    struct sql_statement *s = sql_use(sql, ADD);
    sql_bind_int(s, 1, no);
    sql_bind_text(s, 2, no % 2 ? "Ông\t\\N" : NULL);
    sql_bind_bytes(s, 3, bytes, (size_t)(no % 10));
    return sql_put_row(s);
}

static enum sql_result put_other(int no)
{
    struct sql_statement *s = sql_use(sql, ADD_OTHER);
    sql_bind_int(s, 1, no);
    return sql_put_row(s);
}

static void expect_things(int64_t count, int64_t sum, int64_t notes,
                          int64_t bytes)
{
    struct sql_statement *s = sql_use(sql, COUNT);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(sql_int(s, 0), count);
    assert_int_equal(sql_int(s, 1), sum);
    assert_int_equal(sql_int(s, 2), notes);
    assert_int_equal(sql_int(s, 3), bytes);
    sql_done(s);
}

static void expect_others(int64_t count)
{
    struct sql_statement *s = sql_use(sql, COUNT_OTHER);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(sql_int(s, 0), count);
    sql_done(s);
}

static void expect_note(int no, const char *note)
{
    struct sql_statement *s = sql_use(sql, NOTE);
    sql_bind_int(s, 1, no);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), note);
    sql_done(s);
}

// From 1 to `ctx`, of two tables in turns.
static enum sql_result put_all(struct sql *to, void *ctx)
{
    const int *count = ctx;
    enum sql_result result = SQL_OK;
    (void)to;
    for (int i = 1; result == SQL_OK && i <= *count; i++) {
        result = put_thing(i);
        if (result == SQL_OK)
            result = put_other(i);
    }
    return result;
}

static void test_few_and_many_rows_are_there(void **state)
{
    int few = 9, many = 100;
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, put_all, &few), SQL_OK);
    expect_things(9, 45, 5, 45);
    expect_others(9);
    expect_note(7, "Ông\t\\N");
    assert_int_equal(sql_transaction(sql, put_all, &many), SQL_CLASH);
    expect_things(9, 45, 5, 45);
    assert_int_equal(sql_run(sql, "DELETE FROM things; DELETE FROM others"),
                     SQL_OK);
    assert_int_equal(sql_transaction(sql, put_all, &many), SQL_OK);
    expect_things(100, 5050, 50, 450);
    expect_others(100);
    expect_note(77, "Ông\t\\N");
    assert_int_equal(sql_transaction(sql, put_all, &few), SQL_CLASH);
    expect_things(100, 5050, 50, 450);
}

static enum sql_result rename_last(const char *note, int no)
{
    struct sql_statement *s = sql_use(sql, RENAME);
    sql_bind_text(s, 1, note);
    sql_bind_int(s, 2, no);
    return sql_put_one(s);
}

// What follows in the transaction finds them, put or asked.
static enum sql_result put_and_use(struct sql *to, void *ctx)
{
    int few = 9;
    (void)ctx;
    assert_int_equal(put_all(to, &few), SQL_OK);
    assert_int_equal(rename_last("đổi", 9), SQL_OK);
    for (int i = 10; i <= 100; i++)
        assert_int_equal(put_thing(i), SQL_OK);
    assert_int_equal(rename_last("đổi nữa", 100), SQL_OK);
    assert_int_equal(put_thing(101), SQL_OK);
    expect_note(9, "đổi");
    expect_note(100, "đổi nữa");
    expect_things(101, 5151, 52, 451); // 51 odd ones, and the hundredth
    return put_thing(102);
}

static void test_what_follows_finds_them(void **state)
{
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, put_and_use, NULL), SQL_OK);
    expect_things(102, 5253, 52, 453);
}

static enum sql_result put_and_fail(struct sql *to, void *ctx)
{
    enum sql_result result = put_all(to, ctx);
    return result == SQL_OK ? SQL_ERROR : result;
}

// A few that are there already, and many of another table behind them.
static enum sql_result put_clash(struct sql *to, void *ctx)
{
    int few = 3;
    enum sql_result result = put_all(to, &few);
    (void)ctx;
    for (int i = 4; result == SQL_OK && i <= 100; i++)
        result = put_other(i);
    return result;
}

static void test_what_was_undone_is_forgotten(void **state)
{
    int few = 9, many = 100, none = 0;
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, put_and_fail, &few), SQL_ERROR);
    assert_int_equal(sql_transaction(sql, put_and_fail, &many), SQL_ERROR);
    assert_int_equal(sql_transaction(sql, put_all, &none), SQL_OK);
    expect_things(0, 0, 0, 0);
    expect_others(0);
    assert_int_equal(put_thing(1), SQL_ERROR); // outside of a transaction
    assert_int_equal(sql_run(sql, "INSERT INTO things VALUES (2, NULL, NULL)"),
                     SQL_OK);
    assert_int_equal(sql_transaction(sql, put_clash, NULL), SQL_CLASH);
    assert_int_equal(sql_transaction(sql, put_all, &none), SQL_OK);
    expect_others(0);
}

static void test_a_table_is_found_by_its_whole_name(void **state)
{
    struct gathered gathered = {0};
    struct sql_statement *some = (struct sql_statement *)&gathered;
    (void)state;
    assert_false(gather_begin(&gathered, some, "UPDATE a SET b = (1)"));
    assert_true(gather_begin(&gathered, some,
                             "INSERT INTO lines (a, b) VALUES ($1, $2)"));
    assert_string_equal(gathered.script,
                        "COPY lines (a, b) FROM STDIN (FORMAT binary)");
    assert_true(gather_is_in(&gathered, "SELECT 1 FROM lines"));
    assert_true(gather_is_in(&gathered, "SELECT lines.a FROM b"));
    assert_true(gather_is_in(&gathered, "SELECT lost_lines FROM lines l"));
    assert_false(gather_is_in(&gathered, "SELECT 1 FROM lost_lines"));
    assert_false(gather_is_in(&gathered, "SELECT 1 FROM lines_lost"));
    gather_free(&gathered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_few_and_many_rows_are_there,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_follows_finds_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_undone_is_forgotten,
                                        set_up, tear_down),
        cmocka_unit_test(test_a_table_is_found_by_its_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
