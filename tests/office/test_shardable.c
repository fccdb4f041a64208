// What the office asks of PostgreSQL stays what a database of many machines can
// do: tools/SHARDING.md says what for. Each rule is held against every
// statement and every script, and against a text that breaks it.
#include "common/buf.h"
#include "common/file.h"
#include "office/office.h"
#include "office/statements.h"
#include "postgres/database.h"
#include "support/scratch_database.h"
#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCRIPT_MAX = 1 << 20 };

// In scripts and statements alike.
static const char *const nowhere[] = {
    " SERIAL ",  " BIGSERIAL ", " SEQUENCE ",  " NEXTVAL ",    " CURRVAL ",
    " LASTVAL ", " SETVAL ",    " TRIGGER ",   " REFERENCES ", " FOREIGN KEY ",
    " LISTEN ",  " NOTIFY ",    " PG_NOTIFY ", " LOCK ",       " AS IDENTITY ",
};
// Tables are made by scripts alone.
static const char *const in_scripts_alone[] = {
    " CREATE ", " ALTER ", " DROP ", " TRUNCATE ", " GRANT ", " REVOKE ",
};

// Words in capitals with one blank around each; signs are words. What stands
// between quotes is one sign, what stands behind -- nothing.
static void words_of(const char *text, struct buf *out)
{
    buf_clear(out);
    buf_append_char(out, ' ');
    while (*text) {
        const char *end = text + 1;
        if (strncmp(text, "--", 2) == 0) {
            text += strcspn(text, "\n");
            continue;
        }
        if (isspace((unsigned char)*text)) {
            text++;
            continue;
        }
        if (*text == '\'') {
            end = strchr(text + 1, '\'');
            text = end ? end + 1 : text + strlen(text);
            buf_append_text(out, "'' ");
            continue;
        }
        while ((isalnum((unsigned char)*text) || *text == '_') &&
               (isalnum((unsigned char)*end) || *end == '_'))
            end++;
        for (; text < end; text++)
            buf_append_char(out, (char)toupper((unsigned char)*text));
        buf_append_char(out, ' ');
    }
}

static const char *first_of(const char *words, const char *const *forbidden,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(words, forbidden[i]))
            return forbidden[i];
    }
    // pg_advisory_lock() and its kin.
    return strstr(words, " PG_ADVISORY_")       ? " PG_ADVISORY_"
           : strstr(words, " PG_TRY_ADVISORY_") ? " PG_TRY_ADVISORY_"
                                                : NULL;
}
#define FIRST_OF(words, list)                                                  \
    first_of(words, list, sizeof(list) / sizeof(list)[0])

// Values come from the program: no query gives rows to an INSERT, nor stands in
// one, nor in a WITH before it.
static bool inserts_from_query(const char *words)
{
    return strstr(words, " INSERT INTO ") && strstr(words, " SELECT ");
}

// A row is locked by its key, or none is.
static bool locks_all(const char *words)
{
    return strstr(words, " FOR UPDATE ") && !strstr(words, " WHERE ");
}

// Why a statement cannot be; NULL: it can.
static const char *fault_of_statement(const char *text)
{
    static struct buf words;
    words_of(text, &words);
    const char *found = FIRST_OF(buf_text(&words), nowhere);
    if (!found)
        found = FIRST_OF(buf_text(&words), in_scripts_alone);
    if (!found && inserts_from_query(buf_text(&words)))
        found = "an INSERT from a query";
    if (!found && locks_all(buf_text(&words)))
        found = "FOR UPDATE of every row";
    return found;
}

static const char *fault_of_script(const char *text)
{
    static struct buf words;
    words_of(text, &words);
    return FIRST_OF(buf_text(&words), nowhere);
}

static void test_statements_keep_to_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        const char *fault = fault_of_statement(office_statements[i]);
        if (fault)
            fail_msg("%s: %s", fault, office_statements[i]);
    }
}

static void test_scripts_keep_to_it(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("src/*/*_postgres_*.sql", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 2);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct buf text = {0};
        assert_true(file_read(found.gl_pathv[i], SCRIPT_MAX, &text));
        const char *fault = fault_of_script(buf_text(&text));
        if (fault)
            fail_msg("%s: %s", found.gl_pathv[i], fault);
        buf_free(&text);
    }
    globfree(&found);
}

static void test_each_breach_is_seen(void **state)
{
    static const char *const statements[] = {
        "SELECT nextval('a')",
        "SELECT pg_advisory_xact_lock(?1)",
        "SELECT pg_try_advisory_lock(?1)",
        "LOCK TABLE a",
        "LISTEN a",
        "SELECT pg_notify('a', 'b')",
        "CREATE INDEX a_by_b ON a (b)",
        "truncate a",
        "INSERT INTO a (b) VALUES ((SELECT max(b) FROM a))",
        "INSERT INTO a SELECT b FROM c",
        "WITH c AS (SELECT b FROM a) INSERT INTO a (b) VALUES (1)",
        "SELECT b FROM a FOR UPDATE",
    };
    static const char *const scripts[] = {
        "CREATE TABLE a (b BIGSERIAL PRIMARY KEY);",
        "CREATE SEQUENCE a;",
        "CREATE TABLE a (b BIGINT REFERENCES c);",
        "CREATE TABLE a (b BIGINT, FOREIGN KEY (b) REFERENCES c (b));",
        "CREATE TRIGGER a BEFORE UPDATE ON b EXECUTE FUNCTION c();",
        "CREATE TABLE a (b BIGINT GENERATED ALWAYS AS IDENTITY);",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        if (!fault_of_statement(statements[i]))
            fail_msg("not seen: %s", statements[i]);
    }
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        if (!fault_of_script(scripts[i]))
            fail_msg("not seen: %s", scripts[i]);
    }
    assert_null(fault_of_statement("INSERT INTO a (b) VALUES ('LISTEN')"));
    assert_null(fault_of_statement("SELECT b FROM a WHERE b = ?1 FOR UPDATE"));
    assert_null(fault_of_script("-- no TRIGGER\nCREATE TABLE a (b BIGINT);"));
    assert_null(fault_of_script("ALTER TABLE a ALTER b DROP IDENTITY;"));
}

static enum sql_result spread(struct sql *sql, const char *table)
{
    char script[512];
    snprintf(script, sizeof script,
             "CREATE TABLE p_%s (LIKE %s INCLUDING ALL)"
             " PARTITION BY HASH (device_no);"
             "CREATE TABLE p_%s_0 PARTITION OF p_%s"
             " FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
             table, table, table, table);
    return sql_run(sql, script);
}

// The tables with a device: those that the paper names as spread by it take
// partitions by it with all their keys, and the others do not.
static void test_the_paper_names_what_can_be_spread(void **state)
{
    static const char *const tables[] = {
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND column_name = 'device_no'"
        " AND table_name NOT LIKE 'p\\_%' ORDER BY 1"};
    char url[SCRATCH_URL_SIZE], call[128], name[64];
    struct office *office = NULL;
    struct sql *sql = NULL;
    struct buf paper = {0};
    int count = 0;
    (void)state;
    if (!scratch_database_make(url))
        skip();
    assert_true(file_read("tools/SHARDING.md", SCRIPT_MAX, &paper));
    assert_int_equal(office_open(url, OFFICE_WRITER, &office), OFFICE_OK);
    office_close(office);
    assert_int_equal(database_open(url, SQL_WRITER, tables, 1, &sql), SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    while (sql_step(s) == SQL_OK) {
        snprintf(name, sizeof name, "%s", sql_text(s, 0));
        snprintf(call, sizeof call,
                 "create_distributed_table('%s', 'device_no'", name);
        bool is_named = strstr(buf_text(&paper), call) != NULL;
        if ((spread(sql, name) == SQL_OK) != is_named)
            fail_msg("%s is %s", name, is_named ? "named" : "not named");
        count++;
    }
    sql_done(s);
    assert_int_equal(count, 26);
    sql_close(sql);
    buf_free(&paper);
    scratch_database_drop(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_keep_to_it),
        cmocka_unit_test(test_scripts_keep_to_it),
        cmocka_unit_test(test_each_breach_is_seen),
        cmocka_unit_test(test_the_paper_names_what_can_be_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
