// How SQLite goes about each statement. What a request or a batch waits for
// must not read the whole of a table that grows with the years, and a total is
// found by its whole key. Only what counts everything again may.
#include "office/statements.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/plan_rules.h"
#include <ctype.h>
#include <stdio.h>

// Whether `name` of a plan is this table, or stands for it in the statement.
static bool is_table(const char *text, const char *name, const char *table)
{
    static const char *const before[] = {"FROM", "JOIN"};
    bool found = strcmp(name, table) == 0;
    for (size_t i = 0; i < 2 && !found; i++) {
        char words[128];
        snprintf(words, sizeof words, "%s %s %s", before[i], table, name);
        const char *at = strstr(text, words);
        found = at && !isalnum((unsigned char)at[strlen(words)]);
    }
    return found;
}

// The first or last row of an order that there is; or of an index that holds
// only what is under way.
static bool is_short(const char *text, const char *step)
{
    if (strstr(text, "ORDER BY") && strstr(text, "LIMIT 1"))
        return true;
    for (const char *const *index = plan_short_indexes; *index; index++)
        if (strstr(step, *index))
            return true;
    return false;
}

static bool is_scan(const char *text, const char *step)
{
    char name[64] = "";
    if (sscanf(step, "SCAN %63s", name) != 1 || is_short(text, step))
        return false;
    for (const char *const *table = plan_growing_tables; *table; table++)
        if (is_table(text, name, *table))
            return true;
    return false;
}

static bool is_by_part_of_a_key(size_t statement, const char *step)
{
    const struct plan_key *key = plan_key_of(statement);
    char search[64], last[64];
    if (!key)
        return false;
    snprintf(search, sizeof search, "SEARCH %s USING PRIMARY KEY", key->table);
    snprintf(last, sizeof last, "%s=?", key->last);
    return strncmp(step, search, strlen(search)) == 0 && !strstr(step, last);
}

static int check(struct sql *sql, size_t statement)
{
    const char *text = office_statements[statement];
    struct sql_statement *s = sql_use(sql, statement);
    int bad = 0;
    while (sql_step(s) == SQL_OK) {
        const char *step = sql_text(s, 3);
        if ((is_scan(text, step) && !plan_may_read_whole(statement)) ||
            is_by_part_of_a_key(statement, step)) {
            print_error("%.300s\n  by: %s\n", text, step);
            bad++;
        }
    }
    sql_done(s);
    return bad;
}

static void test_plans_read_no_growing_table_whole(void **state)
{
    struct made_office made;
    struct sql *sql = NULL;
    static struct buf texts[STATEMENT_COUNT];
    static const char *explained[STATEMENT_COUNT];
    int bad = 0;
    (void)state;
    made_office_needs_file();
    made_office_open(&made);
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        buf_printf(&texts[i], "EXPLAIN QUERY PLAN %s", office_statements[i]);
        explained[i] = buf_text(&texts[i]);
    }
    assert_int_equal(database_open(made.path, SQL_FOLLOWER, explained,
                                   STATEMENT_COUNT, &sql),
                     SQL_OK);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        bad += check(sql, i);
    sql_close(sql);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        buf_free(&texts[i]);
    made_office_close(&made);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans_read_no_growing_table_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
