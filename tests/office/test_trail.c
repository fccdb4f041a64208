// The chain of the audit trail, and what an old database gets of it.
#include "common/ids.h"
#include "office/audit.h"
#include "office/trail.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>

// Calculated in another language from the rule in trail.h.
#define FIRST "c46bdc078fb180da9152bb69a39ed53de9961994c6f6b3caa1b8f94fb7cd3989"
#define SECOND                                                                 \
    "8030e23ca2d96bc00233e0870a032577e2440646908d10c75100c223573c6096"

static void expect_head(const struct trail *trail, const char *expected)
{
    char hex[DIGEST_HEX_SIZE];
    hex_encode(trail->head, DIGEST_BYTES, hex);
    assert_string_equal(hex, expected);
}

static void test_the_hash_is_the_written_rule(void **state)
{
    (void)state;
    static const char *const first[] = {"1795420800000", "user an",
                                        "seat-taken", "3", "Nguyễn Thị An"};
    static const char *const second[] = {"1795420800001", "admin",
                                         "person-added", "", NULL};
    struct trail trail = {.size = 0};
    assert_true(trail_add(&trail, first, 5));
    expect_head(&trail, FIRST);
    assert_true(trail_add(&trail, second, 5));
    expect_head(&trail, SECOND);
    assert_int_equal(trail.size, 2);
}

// Where a field ends is a part of what is hashed.
static void test_moved_letters_are_another_entry(void **state)
{
    (void)state;
    static const char *const one[] = {"ab", "c"}, *const two[] = {"a", "bc"};
    struct trail a = {.size = 0}, b = {.size = 0};
    assert_true(trail_add(&a, one, 2));
    assert_true(trail_add(&b, two, 2));
    assert_memory_not_equal(a.head, b.head, DIGEST_BYTES);
}

// --- A database of before ----------------------------------------------------

static const struct sql_migration before[] = {{
                                                  1,
#include "office/office_1.sql.h"
                                              },
                                              {
                                                  2,
#include "office/office_2.sql.h"
                                              },
                                              {
                                                  3,
#include "office/office_3.sql.h"
                                              },
                                              {
                                                  4,
#include "office/office_4.sql.h"
                                              },
                                              {
                                                  5,
#include "office/office_5.sql.h"
                                              },
                                              {
                                                  6,
#include "office/office_6.sql.h"
                                              },
                                              {
                                                  7,
#include "office/office_7.sql.h"
                                              },
                                              {
                                                  8,
#include "office/office_8.sql.h"
                                              },
                                              {
                                                  9,
#include "office/office_9.sql.h"
                                              },
                                              {
                                                  10,
#include "office/office_10.sql.h"
                                              },
                                              {
                                                  11,
#include "office/office_11.sql.h"
                                              },
                                              {
                                                  12,
#include "office/office_12.sql.h"
                                              },
                                              {
                                                  13,
#include "office/office_13.sql.h"
                                              },
                                              {0, NULL}};

static void make_old_database(const char *path)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_migrate(sql, before), SQL_OK);
    assert_int_equal(
        tamper_run(sql, "INSERT INTO audit (at, who, action, target, detail) "
                        "VALUES (1795420800000, 'user an', 'seat-taken', '3', "
                        "'Nguyễn Thị An'), (1795420800001, 'admin', "
                        "'person-added', '', '')"),
        SQL_OK);
    sql_close(sql);
}

static bool fail_on_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    fail_msg("found: %s", found->why);
    return false;
}

static void expect_sound(struct office *office, int64_t entries)
{
    struct office_verification sum;
    assert_int_equal(office_verify(office, fail_on_finding, NULL, &sum),
                     OFFICE_OK);
    assert_int_equal(sum.audit, entries);
}

static void expect_hash(const char *path, const char *expected)
{
    static const char *const statements[] = {
        "SELECT lower(hex(hash)) FROM audit WHERE audit_no = 2"};
    struct sql *sql = NULL;
    assert_int_equal(database_open(path, SQL_FOLLOWER, statements, 1, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), expected);
    sql_done(s);
    sql_close(sql);
}

static void test_what_was_there_is_chained(void **state)
{
    (void)state;
    static const struct audit_entry third = {1795420800002, "admin", "x", "y",
                                             "z"};
    struct made_office made;
    struct office *office = NULL;
    char path[128];
    made_office_open(&made); // for its folder
    snprintf(path, sizeof path, "%s/old.db", made.folder);
    make_old_database(path);
    assert_int_equal(office_open(path, OFFICE_WRITER, &office), OFFICE_OK);
    expect_sound(office, 2);
    expect_hash(path, SECOND);
    assert_int_equal(office_audit(office, &third), OFFICE_OK);
    expect_sound(office, 3);
    office_close(office);
    made_office_close(&made);
}

static void test_entries_stay(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "UPDATE audit SET detail = 'other'", "DELETE FROM audit",
        "INSERT INTO audit (at, who, action, target, detail)"
        " VALUES (1, 'a', 'b', 'c', 'd')"};
    static const struct audit_entry entry = {1, "admin", "x", "y", "z"};
    struct made_office made;
    struct sql *sql = NULL;
    made_office_open(&made);
    assert_int_equal(office_audit(made.office, &entry), OFFICE_OK);
    assert_int_equal(database_open(made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        assert_int_equal(tamper_run(sql, scripts[i]), SQL_CLASH);
    }
    sql_close(sql);
    made_office_close(&made);
}

// --- Reading a part ----------------------------------------------------------

static bool write_down(void *ctx, int64_t no, const struct audit_entry *entry)
{
    buf_printf(ctx, "%lld %s %s\n", (long long)no, entry->who, entry->action);
    return true;
}

static void expect_part(struct office *office, struct audit_wanted wanted,
                        const char *expected)
{
    struct buf out = {0};
    assert_int_equal(office_read_audit(office, &wanted, write_down, &out),
                     OFFICE_OK);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void test_a_part_of_it(void **state)
{
    (void)state;
    static const struct audit_entry entries[] = {{1, "an", "in", "", ""},
                                                 {2, "binh", "in", "", ""},
                                                 {3, "an", "out", "", ""},
                                                 {4, "an", "in", "", ""}};
    struct made_office made;
    made_office_open(&made);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(office_audit(made.office, &entries[i]), OFFICE_OK);
    }
    expect_part(made.office, (struct audit_wanted){.limit = 2},
                "4 an in\n3 an out\n");
    expect_part(made.office, (struct audit_wanted){.limit = 2, .below = 3},
                "2 binh in\n1 an in\n");
    expect_part(made.office, (struct audit_wanted){.limit = 9, .who = "an"},
                "4 an in\n3 an out\n1 an in\n");
    expect_part(made.office,
                (struct audit_wanted){.limit = 9, .who = "an", .action = "in"},
                "4 an in\n1 an in\n");
    expect_part(made.office, (struct audit_wanted){.limit = 9, .who = "chi"},
                "");
    made_office_close(&made);
}

static int start(void **state)
{
    (void)state;
    return ledger_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_hash_is_the_written_rule),
        cmocka_unit_test(test_moved_letters_are_another_entry),
        cmocka_unit_test(test_what_was_there_is_chained),
        cmocka_unit_test(test_entries_stay),
        cmocka_unit_test(test_a_part_of_it),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
