// A city whose wards lie in two clusters of PostgreSQL, behind one server: each
// ward's devices, figures and ledger are in its own. Skipped where no two
// scratch clusters are named.
#include "postgres/database.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct made_server city;
static char other[SCRATCH_URL_SIZE];

static int setup(void **state)
{
    char there[400];
    const char *const units[] = {
        "{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
        "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
        "\"parent\":\"H24\",\"name\":\"Phường H24.12\","
        "\"from\":\"2026-01-01\"}",
        there};
    (void)state;
    if (!scratch_database_make_other(other))
        return 0;
    snprintf(there, sizeof there,
             "{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
             "\"parent\":\"H24\",\"name\":\"Phường H24.13\","
             "\"from\":\"2026-01-01\",\"book\":\"%s?schema=w_h24_13\"}",
             other);
    made_registry_start(&city, units, sizeof units / sizeof *units, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (other[0] != '\0') {
        made_server_close(&city);
        scratch_database_drop(other);
    }
    return 0;
}

// Lines in the ward's schema of this database; -1: there is no such schema.
static int64_t lines_in(const char *url, const char *schema)
{
    static const char *const asked[] = {
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        " AND tablename = 'lines'",
        "SELECT count(*) FROM lines"};
    char address[SCRATCH_URL_SIZE + 32];
    struct sql *sql = NULL;
    int64_t count = -1;
    snprintf(address, sizeof address, "%s?schema=%s", url, schema);
    assert_int_equal(database_open(address, SQL_WRITER, asked, 2, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    bool is_there = sql_step(s) == SQL_OK && sql_int(s, 0) > 0;
    sql_done(s);
    s = sql_use(sql, 1);
    if (is_there && sql_step(s) == SQL_OK)
        count = sql_int(s, 0);
    sql_done(s);
    sql_close(sql);
    return count;
}

static void test_two_clusters_hold_a_ward_each(void **state)
{
    struct made_server wards[2];
    struct made_device devices[2];
    struct answer answer = {0};
    (void)state;
    if (other[0] == '\0')
        skip();
    made_city_ward(&city, "H24.12", &wards[0]);
    made_city_ward(&city, "H24.13", &wards[1]);
    for (int i = 0; i < 2; i++) {
        made_device_enrol(&devices[i], &wards[i], "3");
        for (int n = 0; n < 2 + i; n++)
            maker_rate(&devices[i].ledger, 1);
        made_device_send(&devices[i], &wards[i], 1, 2 + i, 200, &answer);
    }
    assert_int_equal(made_server_rated(&wards[0]), 2);
    assert_int_equal(made_server_rated(&wards[1]), 3);
    assert_int_equal(lines_in(city.database, "w_h24_12"), 2);
    assert_int_equal(lines_in(city.database, "w_h24_13"), -1);
    assert_int_equal(lines_in(other, "w_h24_12"), -1);
    assert_int_equal(lines_in(other, "w_h24_13"), 3);
    answer_free(&answer);
    for (int i = 0; i < 2; i++)
        made_device_free(&devices[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_clusters_hold_a_ward_each),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
