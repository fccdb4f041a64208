// The schema on PostgreSQL holds what all versions for SQLite make together:
// the same tables, columns in the same order, of the same types, and indexes.
// Skipped where no scratch cluster is named.
#include "common/buf.h"
#include "common/file.h"
#include "office/office.h"
#include "office/people.h"
#include "postgres/database.h"
#include "support/office_maker.h"
#include "support/scratch.h"
#include "support/scratch_database.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { COLUMNS, INDEXES, COUNT };
static const char *const of_sqlite[COUNT] = {
    [COLUMNS] = "SELECT m.name || '.' || i.name || ' ' || CASE i.type"
                "  WHEN 'INTEGER' THEN 'bigint' WHEN 'TEXT' THEN 'text C'"
                "  WHEN 'BLOB' THEN 'bytea' ELSE i.type END"
                "  || iif(i.\"notnull\" OR i.pk, ' NOT NULL', '')"
                " FROM sqlite_schema m, pragma_table_xinfo(m.name) i"
                " WHERE m.type = 'table' ORDER BY m.name, i.cid",
    [INDEXES] = "SELECT tbl_name || ' ' || name FROM sqlite_schema"
                " WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1",
};
static const char *const of_postgres[COUNT] = {
    [COLUMNS] = "SELECT table_name || '.' || column_name || ' ' || data_type"
                "  || CASE WHEN collation_name IS NULL THEN ''"
                "  ELSE ' ' || collation_name END"
                "  || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END"
                " FROM information_schema.columns WHERE table_schema = 'main'"
                " AND table_name NOT IN ('schema_version', 'sqlite_schema')"
                " ORDER BY table_name COLLATE \"C\", ordinal_position",
    [INDEXES] = "SELECT tablename || ' ' || indexname FROM pg_indexes"
                " WHERE schemaname = 'main' AND indexname NOT LIKE '%\\_pkey'"
                " AND indexname NOT LIKE '%\\_key'"
                " ORDER BY (tablename || ' ' || indexname) COLLATE \"C\"",
};

static void list(struct sql *sql, size_t what, struct buf *out)
{
    struct sql_statement *s = sql_use(sql, what);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK)
        buf_printf(out, "%s\n", sql_text(s, 0));
    assert_int_equal(result, SQL_NONE);
    sql_done(s);
}

static void describe(const char *address, const char *const *statements,
                     struct buf *columns, struct buf *indexes)
{
    struct office *office = NULL;
    struct sql *sql = NULL;
    assert_int_equal(office_open(address, OFFICE_WRITER, &office), OFFICE_OK);
    office_close(office);
    assert_int_equal(
        database_open(address, SQL_FOLLOWER, statements, COUNT, &sql), SQL_OK);
    list(sql, COLUMNS, columns);
    list(sql, INDEXES, indexes);
    sql_close(sql);
}

// The first line in which two texts differ is what one wants to read.
static void expect_same(const struct buf *file, const struct buf *postgres)
{
    const char *a = buf_text(file), *b = buf_text(postgres);
    while (*a && strcspn(a, "\n") == strcspn(b, "\n") &&
           strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    if (*a || *b)
        fail_msg("SQLite has \"%.*s\", PostgreSQL \"%.*s\"",
                 (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

static void test_both_have_the_same_tables(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[128], url[SCRATCH_URL_SIZE];
    struct buf columns[2] = {{0}, {0}}, indexes[2] = {{0}, {0}};
    if (!scratch_database_make(url))
        skip();
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/office.db", folder);
    describe(path, of_sqlite, &columns[0], &indexes[0]);
    describe(url, of_postgres, &columns[1], &indexes[1]);
    assert_true(columns[0].size > 1000);
    expect_same(&columns[0], &columns[1]);
    expect_same(&indexes[0], &indexes[1]);
    for (int i = 0; i < 2; i++) {
        buf_free(&columns[i]);
        buf_free(&indexes[i]);
    }
    scratch_remove(folder);
    scratch_database_drop(url);
}

// An office of a ward that is a schema of the database at `url`, with one
// device at counter 3 and this rating of it.
static void rate_in(const char *url, const char *schema, int level,
                    struct made_office *made, struct ledger_maker *maker)
{
    const int64_t at = 1790812800000; // 2026-10-01 07:00 in Vietnam
    memset(made, 0, sizeof *made);
    snprintf(made->path, sizeof made->path, "%s?schema=%s", url, schema);
    assert_int_equal(office_open(made->path, OFFICE_WRITER, &made->office),
                     OFFICE_OK);
    made_office_enrol(made, "3", at, maker);
    maker_rate(maker, level);
    assert_int_equal(made_office_send(made, maker, 1, 1, maker->wall_ms),
                     OFFICE_BATCH_OK);
}

static void test_wards_in_one_database_are_apart(void **state)
{
    (void)state;
    char url[SCRATCH_URL_SIZE];
    struct made_office wards[2] = {{0}};
    struct ledger_maker makers[2];
    if (!scratch_database_make(url))
        skip();
    rate_in(url, "w_h24_12", 5, &wards[0], &makers[0]);
    rate_in(url, "w_h24_13", 1, &wards[1], &makers[1]);
    for (int i = 0; i < 2; i++) {
        struct office_tally all = made_office_total(
            wards[i].office, INT32_MIN, INT32_MAX, OFFICE_BY_COUNTER, "3");
        assert_int_equal(all.levels[4], i == 0);
        assert_int_equal(all.levels[0], i == 1);
        made_office_reopen(&wards[i]);
        office_close(wards[i].office);
        maker_free(&makers[i]);
    }
    scratch_database_drop(url);
}

enum { SEQUENCES, DEVICES, CASES, PEOPLE, ROOM, NUMBERS };
static const char *const numbers[NUMBERS] = {
    [SEQUENCES] = "SELECT string_agg(relname, ',') FROM pg_class"
                  " WHERE relkind = 'S'",
    [ROOM] = "SELECT array_to_string(reloptions, ',') FROM pg_class"
             " WHERE oid = CAST('lines' AS regclass)",
    [DEVICES] = "SELECT string_agg(device_no || '', ',' ORDER BY device_no)"
                " FROM devices",
    [CASES] = "SELECT string_agg(case_no || '', ',' ORDER BY case_no)"
              " FROM cases",
    [PEOPLE] = "SELECT string_agg(person_no || ' ' || name, ','"
               " ORDER BY person_no) FROM people",
};

static void expect_number(struct sql *sql, size_t what, const char *expected)
{
    struct sql_statement *s = sql_use(sql, what);
    assert_int_equal(sql_step(s), SQL_OK);
    const char *said = sql_text(s, 0);
    assert_string_equal(said ? said : "", expected);
    sql_done(s);
}

// What version 1 was made with: numbers that the database gives. The script
// that takes them away, backwards.
static void make_old(struct sql *sql)
{
    static const char from[] = "DROP IDENTITY IF EXISTS";
    struct buf script = {0}, made = {0};
    assert_true(
        file_read("src/office/office_postgres_2.sql", 1 << 20, &script));
    const char *text = buf_text(&script), *found;
    int count = 0;
    for (; (found = strstr(text, from)) != NULL; count++) {
        buf_append(&made, text, (size_t)(found - text));
        buf_append_text(&made, "ADD GENERATED BY DEFAULT AS IDENTITY");
        text = found + strlen(from);
    }
    buf_append_text(&made, text);
    buf_append_text(&made, "ALTER TABLE lines RESET (fillfactor);"
                           "UPDATE schema_version SET version = 1;");
    assert_int_equal(count, 16);
    assert_int_equal(sql_run(sql, buf_text(&made)), SQL_OK);
    buf_free(&script);
    buf_free(&made);
}

static void add_person(struct made_office *made, const char *name)
{
    const struct office_new_person person = {
        .name = name,
        .display = name,
        .role = PERSON_OFFICE,
        .officer = "",
        // Of a password that nobody knows.
        .hash = "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    assert_int_equal(
        office_add_person(made->office, &person, "test", 1790812800000),
        PERSON_ADDED);
}

// A low rating of each of two more: two cases.
static void go_on(struct made_office *made, const char *person)
{
    struct ledger_maker maker;
    add_person(made, person);
    made_office_enrol(made, person, 1790812800000, &maker);
    maker_rate(&maker, 1);
    maker_rate(&maker, 2);
    assert_int_equal(made_office_send(made, &maker, 1, 2, maker.wall_ms),
                     OFFICE_BATCH_OK);
    maker_free(&maker);
}

// A book whose numbers were the database's is brought up, and its numbers go
// on.
static void test_numbers_go_on_without_sequences(void **state)
{
    struct made_office made;
    struct sql *sql = NULL;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES"))
        skip();
    made_office_open(&made);
    assert_int_equal(
        database_open(made.path, SQL_WRITER, numbers, NUMBERS, &sql), SQL_OK);
    expect_number(sql, SEQUENCES, "");
    go_on(&made, "an");
    make_old(sql);
    expect_number(sql, ROOM, "");
    made_office_reopen(&made);
    expect_number(sql, SEQUENCES, "");
    expect_number(sql, ROOM, "fillfactor=90");
    go_on(&made, "binh");
    expect_number(sql, DEVICES, "1,2");
    expect_number(sql, CASES, "1,2,3,4");
    expect_number(sql, PEOPLE, "1 an,2 binh");
    sql_close(sql);
    made_office_close(&made);
}

// Lines of years, six a page, whose rest of 1,100 bytes one more of them does
// not fit into, and a shorter one does.
static void add_old_lines(const char *path)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(
        sql_run(sql, "INSERT INTO lines SELECT 99, 1, n, 1, 0, '', NULL,"
                     " decode(repeat('ab', 1100), 'hex')"
                     " FROM generate_series(1, 3000) n"),
        SQL_OK);
    // What remembers the rests at once; on its way it does in time.
    assert_int_equal(sql_run(sql, "VACUUM lines"), SQL_OK);
    sql_close(sql);
}

// A page of 8 kB that is filled to nine tenths holds seven lines of some 850
// bytes or more.
static void test_new_lines_go_together(void **state)
{
    enum { LINES = 100 };
    static const char *const pages[] = {
        "SELECT count(DISTINCT split_part(CAST(ctid AS TEXT), ',', 1)),"
        " count(*) FROM lines WHERE device_no <> 99"};
    struct made_office made;
    struct ledger_maker maker;
    struct sql *sql = NULL;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES"))
        skip();
    made_office_open(&made);
    add_old_lines(made.path);
    made_office_enrol(&made, "3", 1790812800000, &maker);
    for (int i = 0; i < LINES; i++)
        maker_rate(&maker, 4);
    assert_int_equal(made_office_send(&made, &maker, 1, LINES, maker.wall_ms),
                     OFFICE_BATCH_OK);
    maker_free(&maker);
    assert_int_equal(database_open(made.path, SQL_WRITER, pages, 1, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_int_equal(sql_int(s, 1), LINES);
    assert_in_range(sql_int(s, 0), 1, 16);
    sql_done(s);
    sql_close(sql);
    made_office_close(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_go_on_without_sequences),
        cmocka_unit_test(test_both_have_the_same_tables),
        cmocka_unit_test(test_wards_in_one_database_are_apart),
        cmocka_unit_test(test_new_lines_go_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
