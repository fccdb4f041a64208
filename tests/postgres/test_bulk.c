// Many rows at once, into PostgreSQL and out of it. Skipped where no scratch
// cluster is named.
#include "postgres/bulk.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/scratch_database.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100000 };
enum { COUNT, NOTE, BYTES, PROCESS, STATEMENTS };
static const char *const statements[STATEMENTS] = {
    [COUNT] = "SELECT count(*), sum(no) FROM things",
    [NOTE] = "SELECT note FROM things WHERE no = ?1",
    [BYTES] = "SELECT bytes FROM things WHERE no = ?1",
    [PROCESS] = "SELECT pg_backend_pid()",
};
static const struct sql_migration migrations[] = {
    {1, "CREATE TABLE things (no BIGINT PRIMARY KEY, note TEXT, bytes BYTEA)"},
    {0, NULL}};
static const char in[] =
    "COPY things (no, note, bytes) FROM STDIN (FORMAT binary)";
static const char out[] = "COPY (SELECT no, note, bytes FROM things ORDER BY"
                          " no) TO STDOUT (FORMAT binary)";

struct thing {
    int64_t no;
    const char *note; // NULL: none
    const char *bytes;
    size_t note_size, size;
};

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

static void put_thing(struct buf *row, const struct thing *thing)
{
    buf_clear(row);
    bulk_row(row, 3);
    bulk_int(row, thing->no);
    if (thing->note)
        bulk_bytes(row, thing->note,
                   thing->note_size ? thing->note_size : strlen(thing->note));
    else
        bulk_null(row);
    if (thing->bytes)
        bulk_bytes(row, thing->bytes, thing->size);
    else
        bulk_null(row);
    assert_true(buf_ok(row));
}

struct things {
    const struct thing *things;
    int count;
};

static enum sql_result send_things(struct sql *to, void *ctx)
{
    const struct things *all = ctx;
    struct bulk bulk = {0};
    struct buf row = {0};
    enum sql_result result = bulk_start_in(&bulk, to, in);
    for (int i = 0; result == SQL_OK && i < all->count; i++) {
        put_thing(&row, &all->things[i]);
        result = bulk_send(&bulk, &row);
    }
    if (result == SQL_OK)
        result = bulk_finish(&bulk);
    bulk_end(&bulk);
    buf_free(&row);
    return result;
}

static enum sql_result send_many(struct sql *to, void *ctx)
{
    struct bulk bulk = {0};
    struct buf row = {0};
    enum sql_result result = bulk_start_in(&bulk, to, in);
    (void)ctx;
    for (int i = 1; result == SQL_OK && i <= MANY; i++) {
        const struct thing thing = {.no = i, .note = "Ông/Bà"};
        put_thing(&row, &thing);
        result = bulk_send(&bulk, &row);
    }
    if (result == SQL_OK)
        result = bulk_finish(&bulk);
    bulk_end(&bulk);
    buf_free(&row);
    return result;
}

static void expect_count(int64_t count, int64_t sum)
{
    struct sql_statement *s = sql_use(sql, COUNT);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(sql_int(s, 0), count);
    assert_int_equal(sql_int(s, 1), sum);
    sql_done(s);
}

static void expect_next(struct bulk *bulk, const struct thing *thing)
{
    const char *got = NULL;
    size_t size = 0;
    struct buf row = {0};
    put_thing(&row, thing);
    assert_int_equal(bulk_receive(bulk, &got, &size), SQL_OK);
    assert_int_equal(size, row.size);
    assert_memory_equal(got, row.data, size);
    buf_free(&row);
}

static void test_a_row_comes_out_as_it_went_in(void **state)
{
    static const char odd[] = "a\\b\tc\nd\\.\n\"'ế";
    static const char blob[] = {0, '\\', '\n', (char)0xff, 0};
    const struct thing things[] = {
        {.no = INT64_MIN, .note = odd, .bytes = blob, .size = sizeof blob},
        {.no = -1, .note = "", .bytes = "", .size = 0},
        {.no = 0},
        {.no = 7, .note = "\\N"},
        {.no = INT64_MAX, .bytes = "x", .size = 1}};
    enum { THINGS = sizeof things / sizeof things[0] };
    struct things all = {things, THINGS};
    struct bulk bulk = {0};
    const char *row;
    size_t size = 0;
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, send_things, &all), SQL_OK);
    struct sql_statement *s = sql_use(sql, NOTE);
    sql_bind_int(s, 1, INT64_MIN);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), odd);
    sql_done(s);
    s = sql_use(sql, BYTES);
    sql_bind_int(s, 1, INT64_MIN);
    assert_int_equal(sql_step(s), SQL_OK);
    row = sql_bytes(s, 0, &size);
    assert_int_equal(size, sizeof blob);
    assert_memory_equal(row, blob, size);
    sql_done(s);
    assert_int_equal(sql_begin_reading(sql), SQL_OK);
    assert_int_equal(bulk_start_out(&bulk, sql, out), SQL_OK);
    for (int i = 0; i < THINGS; i++)
        expect_next(&bulk, &things[i]);
    assert_int_equal(bulk_receive(&bulk, &row, &size), SQL_NONE);
    bulk_end(&bulk);
    sql_end_reading(sql);
    expect_count(THINGS, 5); // -1 + 0 + 7, and -1 of the two ends
}

static void test_no_row_is_none(void **state)
{
    struct things all = {NULL, 0};
    struct bulk bulk = {0};
    const char *row;
    size_t size;
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, send_things, &all), SQL_OK);
    assert_int_equal(sql_begin_reading(sql), SQL_OK);
    assert_int_equal(bulk_start_out(&bulk, sql, out), SQL_OK);
    assert_int_equal(bulk_receive(&bulk, &row, &size), SQL_NONE);
    bulk_end(&bulk);
    sql_end_reading(sql);
}

static void test_many_and_large_rows_go_in(void **state)
{
    enum { LARGE = 3 << 20 };
    char *large = calloc(1, LARGE);
    (void)state;
    if (sql && large) {
        memset(large, 'x', LARGE);
        const struct thing thing = {.no = 0, .bytes = large, .size = LARGE};
        struct things all = {&thing, 1};
        struct bulk bulk = {0};
        assert_int_equal(sql_transaction(sql, send_many, NULL), SQL_OK);
        assert_int_equal(sql_transaction(sql, send_things, &all), SQL_OK);
        expect_count(MANY + 1, (int64_t)MANY * (MANY + 1) / 2);
        assert_int_equal(sql_begin_reading(sql), SQL_OK);
        assert_int_equal(bulk_start_out(&bulk, sql, out), SQL_OK);
        expect_next(&bulk, &thing);
        const struct thing first = {.no = 1, .note = "Ông/Bà"};
        expect_next(&bulk, &first);
        bulk_end(&bulk); // nine in ten are on their way still
        sql_end_reading(sql);
        expect_count(MANY + 1, (int64_t)MANY * (MANY + 1) / 2);
    }
    free(large);
}

// Nothing of what came with it is there, and the connection goes on.
static void test_what_is_refused_leaves_nothing(void **state)
{
    const struct thing nul[] = {{.no = 1},
                                {.no = 2, .note = "a\0b", .note_size = 3}};
    const struct thing twice[] = {{.no = 1}, {.no = 1}};
    struct things with_nul = {nul, 2}, with_twin = {twice, 2};
    struct bulk bulk = {0};
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, send_things, &with_nul), SQL_ERROR);
    assert_int_equal(sql_transaction(sql, send_things, &with_twin), SQL_CLASH);
    expect_count(0, 0);
    assert_int_equal(bulk_start_in(&bulk, sql, in), SQL_ERROR);
    bulk_end(&bulk);
    assert_int_equal(sql_transaction(sql, send_many, NULL), SQL_OK);
    assert_int_equal(sql_transaction(sql, send_many, NULL), SQL_CLASH);
    expect_count(MANY, (int64_t)MANY * (MANY + 1) / 2);
}

static enum sql_result abandon(struct sql *to, void *ctx)
{
    struct bulk bulk = {0};
    struct buf row = {0};
    const struct thing thing = {.no = 1};
    (void)ctx;
    assert_int_equal(bulk_start_in(&bulk, to, in), SQL_OK);
    put_thing(&row, &thing);
    assert_int_equal(bulk_send(&bulk, &row), SQL_OK);
    bulk_end(&bulk);
    buf_free(&row);
    return SQL_ERROR;
}

static int64_t process(void)
{
    struct sql_statement *s = sql_use(sql, PROCESS);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t pid = sql_int(s, 0);
    sql_done(s);
    return pid;
}

static void end_process(int64_t pid)
{
    char script[80];
    snprintf(script, sizeof script,
             "SELECT pg_terminate_backend(%" PRId64 ", 5000)", pid);
    scratch_cluster_run(script);
}

// Its connection is ended by somebody else while rows go in.
static enum sql_result send_and_lose(struct sql *to, void *ctx)
{
    struct bulk bulk = {0};
    struct buf row = {0};
    const int64_t *pid = ctx;
    enum sql_result result = bulk_start_in(&bulk, to, in);
    for (int i = 0; result == SQL_OK && i < 10 * MANY; i++) {
        const struct thing thing = {.no = i, .note = "a"};
        put_thing(&row, &thing);
        result = bulk_send(&bulk, &row);
        if (i == 10)
            end_process(*pid);
    }
    if (result == SQL_OK)
        result = bulk_finish(&bulk);
    bulk_end(&bulk);
    buf_free(&row);
    return result;
}

static void test_a_lost_connection_is_made_anew(void **state)
{
    struct bulk bulk = {0};
    const char *row;
    size_t size;
    enum sql_result result;
    (void)state;
    if (!sql)
        return;
    assert_int_equal(sql_transaction(sql, abandon, NULL), SQL_ERROR);
    expect_count(0, 0);
    int64_t pid = process();
    assert_int_equal(sql_transaction(sql, send_and_lose, &pid), SQL_BUSY);
    expect_count(0, 0);
    assert_int_equal(sql_transaction(sql, send_many, NULL), SQL_OK);
    pid = process();
    assert_int_equal(sql_begin_reading(sql), SQL_OK);
    assert_int_equal(bulk_start_out(&bulk, sql, out), SQL_OK);
    assert_int_equal(bulk_receive(&bulk, &row, &size), SQL_OK);
    end_process(pid);
    do
        result = bulk_receive(&bulk, &row, &size);
    while (result == SQL_OK);
    assert_int_equal(result, SQL_BUSY);
    bulk_end(&bulk);
    sql_end_reading(sql);
    expect_count(MANY, (int64_t)MANY * (MANY + 1) / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_row_comes_out_as_it_went_in,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_row_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_and_large_rows_go_in, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_refused_leaves_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_lost_connection_is_made_anew,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
