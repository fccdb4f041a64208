// How SQLite goes about each statement. What a request or a batch waits for
// must not read the whole of a table that grows with the years, and a total is
// found by its whole key. Only what counts everything again may.
#include "office/statements.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <ctype.h>
#include <stdio.h>

static const char *const GROW[] = {
    "lines",         "ids",          "visits",        "batches",
    "heads",         "transactions", "cases",         "case_events",
    "case_totals",   "totals",       "reason_totals", "transaction_totals",
    "invitations",   "comments",     "flag_visits",   "audit",
    "comment_places"};
enum { GROW_COUNT = sizeof GROW / sizeof *GROW };

// Verifications, recounts, an upgrade, and lists that are told whole.
static const struct {
    size_t first, last;
} WHOLE[] = {{RECOUNT_DAYS, RECOUNT_TO_HOURS},
             {REASON_RECOUNT_ALL, REASON_RECOUNT_TO_CHANNELS},
             {FORM_RECOUNT_TO, FORM_RECOUNT_TO},
             // By its range of periods, named t.
             {REASON_TOTALS_OF, REASON_TOTALS_OF},
             {RETOTAL_VISITS, RETOTAL_KEPT},
             {OLD_LINES, OLD_LINES},
             {AUDIT_ROWS, AUDIT_ROWS},
             {CASE_EVENTS, CASE_EVENTS},
             {TRANSACTION_ALL_TOTALS, TRANSACTION_ALL_TOTALS},
             {VERIFY_CASES, VERIFY_CASE_TOTALS},
             {VERIFY_CHAIN, VERIFY_FORM_TOTALS},
             {VERIFY_JUDGED_DAYS, VERIFY_DOUBTED}};

// The last column of the key of what is added to.
static const struct {
    const char *table, *last;
} KEYS[] = {{"totals", "key=?"},
            {"case_totals", "field_no=?"},
            {"reason_totals", "reason_no=?"}};

static bool may_read_whole(size_t statement)
{
    for (size_t i = 0; i < sizeof WHOLE / sizeof *WHOLE; i++)
        if (statement >= WHOLE[i].first && statement <= WHOLE[i].last)
            return true;
    return false;
}

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
    return (strstr(text, "ORDER BY") && strstr(text, "LIMIT 1")) ||
           strstr(step, "invitations_open") ||
           strstr(step, "invitations_by_code");
}

static bool is_scan(const char *text, const char *step)
{
    char name[64] = "";
    if (sscanf(step, "SCAN %63s", name) != 1 || is_short(text, step))
        return false;
    for (size_t i = 0; i < GROW_COUNT; i++)
        if (is_table(text, name, GROW[i]))
            return true;
    return false;
}

static bool is_by_part_of_a_key(const char *text, const char *step)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        char change[64], search[64];
        snprintf(change, sizeof change, "UPDATE %s ", KEYS[i].table);
        snprintf(search, sizeof search, "SEARCH %s USING PRIMARY KEY",
                 KEYS[i].table);
        if (strncmp(text, change, strlen(change)) == 0 &&
            strncmp(step, search, strlen(search)) == 0)
            return !strstr(step, KEYS[i].last);
    }
    return false;
}

static int check(struct sql *sql, size_t statement)
{
    const char *text = office_statements[statement];
    struct sql_statement *s = sql_use(sql, statement);
    int bad = 0;
    while (sql_step(s) == SQL_OK) {
        const char *step = sql_text(s, 3);
        if ((is_scan(text, step) && !may_read_whole(statement)) ||
            is_by_part_of_a_key(text, step)) {
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
