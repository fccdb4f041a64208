// How PostgreSQL goes about each statement, by test_plans.c's rules, in a book
// that has grown to some ten thousand rows a table (grown.sql). It plans by
// figures, so a table of this size is looked at twice: once where it does
// without reading tables whole as far as an index serves, and once as it likes,
// for what it would put in order only to throw most of it away.
#include "common/file.h"
#include "common/json.h"
#include "office/statements.h"
#include "postgres/database.h"
#include "postgres/dialect.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/plan_rules.h"
#include <stdio.h>
#include <stdlib.h>

enum { LEADS = STATEMENT_COUNT, STATEMENTS };

// PostgreSQL learns the types of parameters from where they stand; of these
// statements the named ones are texts and the others numbers. An old file's
// upgrade alone does AUDIT_CHAIN: nobody may on PostgreSQL.
static const struct {
    size_t first, last;
    const char *texts;
} TYPES[] = {{FLAG_LIST, FLAG_LIST, "1"},
             {PART_TOTALS, PART_TOTALS_OF_FIRSTS, ""},
             {TRUST_DEVICES, TRUST_SILENT, "1"},
             {TRUST_MISSING, TRUST_FLAGGED, "1"},
             {TRUST_DUPLICATES, TRUST_UNANCHORED, ""},
             {INVITATION_WITHDRAWALS, INVITATION_WITHDRAWALS, "345678"},
             {AUDIT_LIST, AUDIT_LIST, "23"},
             {CASE_LIST, CASE_LIST_OF_FIELD, "678"},
             {CASE_TOTALS, CASE_TOTALS, "12"},
             {CASE_WAITING_AGAIN, CASE_WAITING_AGAIN, "12"},
             {CASE_ANSWERED_BETWEEN, CASE_ANSWERED_BETWEEN, "12"},
             {TRANSACTION_PART, TRANSACTION_PART_OF_FIRSTS, ""},
             {PUBLISHED_TOLD, PUBLISHED_TOLD, ""},
             {VISIT_FLAGS_LIST, VISIT_FLAGS_LIST, "4"}};

// Put in order below a LIMIT: the few steps of one transaction.
static bool may_sort(size_t statement)
{
    return statement == CASE_OF_TRANSACTION;
}

struct look {
    struct sql *sql;
    const json_t *leads; // the first column of each index
    size_t statement;
    bool is_dear; // to read a table whole, or to join more than row by row
    int bad;
};

// --- The book ----------------------------------------------------------------

static const char *type_of(size_t statement, int parameter)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (statement >= TYPES[i].first && statement <= TYPES[i].last)
            return strchr(TYPES[i].texts, '0' + parameter) ? "text" : "bigint";
    return "unknown";
}

static bool is_looked_at(size_t statement)
{
    return statement != AUDIT_CHAIN && !plan_may_read_whole(statement);
}

// "PREPARE s7 (bigint) AS …", and in `explain` what asks for its plan.
static void prepare(struct sql *sql, size_t statement, struct buf *explain)
{
    struct buf script = {0};
    int count = 0;
    char *text = dialect_postgres(office_statements[statement], &count);
    assert_non_null(text);
    buf_printf(&script, "PREPARE s%zu ", statement);
    buf_printf(explain, "EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE s%zu",
               statement);
    for (int i = 1; i <= count; i++) {
        buf_printf(&script, "%s%s", i == 1 ? "(" : ", ", type_of(statement, i));
        buf_printf(explain, "%sNULL", i == 1 ? "(" : ", ");
    }
    buf_printf(&script, "%s AS %s", count > 0 ? ")" : "", text);
    buf_append_text(explain, count > 0 ? ")" : "");
    assert_int_equal(sql_run(sql, buf_text(&script)), SQL_OK);
    buf_free(&script);
    free(text);
}

static void run_file(struct sql *sql, const char *path)
{
    struct buf text = {0};
    assert_true(file_read(path, 1 << 20, &text));
    assert_int_equal(sql_run(sql, buf_text(&text)), SQL_OK);
    buf_free(&text);
}

static json_t *read_leads(struct sql *sql)
{
    json_t *leads = json_object();
    struct sql_statement *s = sql_use(sql, LEADS);
    while (sql_step(s) == SQL_OK)
        json_object_set_new(leads, sql_text(s, 0), json_string(sql_text(s, 1)));
    sql_done(s);
    assert_true(json_object_size(leads) > 50);
    return leads;
}

// --- A plan ------------------------------------------------------------------

static const char *part(const json_t *step, const char *name)
{
    const char *text = "";
    json_get_text(step, name, &text);
    return text;
}

static bool is_one_of(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void complain(struct look *look, const json_t *step, const char *why)
{
    print_error("%.300s\n  %s: %s %s %s %s\n",
                office_statements[look->statement], why,
                part(step, "Node Type"), part(step, "Relation Name"),
                part(step, "Index Name"), part(step, "Index Cond"));
    look->bad++;
}

static const json_t *child(const json_t *step, size_t i)
{
    return json_array_get(json_object_get(step, "Plans"), i);
}

static bool reads_growing(const json_t *step)
{
    if (is_one_of(plan_growing_tables, part(step, "Relation Name")))
        return true;
    for (size_t i = 0; child(step, i); i++)
        if (reads_growing(child(step, i)))
            return true;
    return false;
}

// Whether it begins where the first column of its index says.
static bool is_led(const struct look *look, const json_t *scan)
{
    char alone[80], first[80];
    const char *lead = part(look->leads, part(scan, "Index Name"));
    const char *where = part(scan, "Index Cond");
    snprintf(alone, sizeof alone, "(%s ", lead);
    snprintf(first, sizeof first, "ROW(%s,", lead);
    return strstr(where, alone) || strstr(where, first);
}

// The first or last row of an index.
static bool is_end(const json_t *scan, bool is_limited)
{
    return is_limited && strcmp(part(scan, "Node Type"), "Seq Scan") != 0 &&
           !json_object_get(scan, "Filter");
}

// From one place of an order to another, and not all that equals something.
static bool is_range(const json_t *scan)
{
    static const char *const signs[] = {" < ", " <= ", " > ", " >= "};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(part(scan, "Index Cond"), signs[i]))
            return true;
    return false;
}

static void check_key(struct look *look, const json_t *step, const json_t *scan)
{
    const struct plan_key *key = plan_key_of(look->statement);
    char last[64];
    if (!key || strcmp(part(step, "Relation Name"), key->table) != 0)
        return;
    snprintf(last, sizeof last, "(%s = ", key->last);
    if (!strstr(part(scan, "Index Cond"), last))
        complain(look, scan, "by a part of the key");
}

static void check_scan(struct look *look, const json_t *step, bool is_limited)
{
    // A bitmap's scan of the table is told by that of its index.
    const json_t *scan =
        strcmp(part(step, "Node Type"), "Bitmap Heap Scan") == 0 &&
                strcmp(part(child(step, 0), "Node Type"), "BitmapOr") != 0
            ? child(step, 0)
            : step;
    if (!is_one_of(plan_growing_tables, part(step, "Relation Name")) ||
        !strstr(part(step, "Node Type"), "Scan") ||
        is_one_of(plan_short_indexes, part(scan, "Index Name")))
        return;
    if (!is_led(look, scan) && !is_end(scan, is_limited))
        complain(look, scan, "reads it whole");
    if (is_range(scan) && !is_limited &&
        !plan_may_read_between(look->statement))
        complain(look, scan, "reads as many as there are");
    check_key(look, step, scan);
}

static bool is_step(const json_t *step, const char *const *types)
{
    return is_one_of(types, part(step, "Node Type"));
}

static void check_steps(struct look *look, const json_t *step, bool is_limited)
{
    static const char *const all[] = {"Sort", "Aggregate", "Hash", NULL};
    static const char *const apart[] = {"InitPlan", "SubPlan", NULL};
    is_limited &= !is_one_of(apart, part(step, "Parent Relationship"));
    if (look->is_dear)
        check_scan(look, step, is_limited);
    else if (is_limited && strcmp(part(step, "Node Type"), "Sort") == 0 &&
             reads_growing(step) && !may_sort(look->statement))
        complain(look, step, "puts all in order for a few");
    is_limited = strcmp(part(step, "Node Type"), "Limit") == 0 ||
                 (is_limited && !is_step(step, all));
    for (size_t i = 0; child(step, i); i++)
        check_steps(look, child(step, i), is_limited);
}

static void check(struct look *look)
{
    json_error_t error;
    struct sql_statement *s = sql_use(look->sql, look->statement);
    assert_int_equal(sql_step(s), SQL_OK);
    json_t *plan = json_loads(sql_text(s, 0), 0, &error);
    assert_non_null(plan);
    check_steps(look, json_object_get(json_array_get(plan, 0), "Plan"), false);
    json_decref(plan);
    sql_done(s);
}

static int check_all(struct sql *sql, const json_t *leads, bool is_dear)
{
    struct look look = {.sql = sql, .leads = leads, .is_dear = is_dear};
    const char *able = is_dear ? "off" : "on";
    char script[160];
    snprintf(script, sizeof script,
             "DISCARD PLANS; SET enable_seqscan = %s;"
             "SET enable_hashjoin = %s; SET enable_mergejoin = %s",
             able, able, able);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        look.statement = i;
        if (is_looked_at(i))
            check(&look);
    }
    return look.bad;
}

static void test_postgres_plans_read_no_growing_table_whole(void **state)
{
    static struct buf explains[STATEMENT_COUNT];
    static const char *texts[STATEMENTS];
    struct made_office made;
    struct sql *sql = NULL;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES"))
        skip();
    made_office_open(&made);
    texts[LEADS] = "SELECT indexname, substring(indexdef FROM '\\((\\w+)')"
                   " FROM pg_indexes WHERE schemaname = current_schema()";
    assert_int_equal(
        database_open(made.path, SQL_WRITER, texts, STATEMENTS, &sql), SQL_OK);
    run_file(sql, "tests/office/grown.sql");
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        if (is_looked_at(i))
            prepare(sql, i, &explains[i]);
        texts[i] = buf_text(&explains[i]);
    }
    assert_int_equal(sql_run(sql, "SET plan_cache_mode = force_generic_plan"),
                     SQL_OK);
    json_t *leads = read_leads(sql);
    int bad = check_all(sql, leads, true) + check_all(sql, leads, false);
    json_decref(leads);
    sql_close(sql);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        buf_free(&explains[i]);
    made_office_close(&made);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postgres_plans_read_no_growing_table_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
