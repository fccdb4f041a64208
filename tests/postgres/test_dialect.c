// What of a statement PostgreSQL is told.
#include "postgres/dialect.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, const char *expected, int parameters)
{
    int count = -1;
    char *told = dialect_postgres(text, &count);
    assert_non_null(told);
    assert_string_equal(told, expected);
    assert_int_equal(count, parameters);
    free(told);
}

static void test_parameters_have_dollars(void **state)
{
    (void)state;
    expect("SELECT ?2, ?10 + ?2", "SELECT $2, $10 + $2", 10);
    expect("", "", 0);
}

static void test_what_is_for_another_planner_is_left_out(void **state)
{
    (void)state;
    expect("SELECT 1 FROM a CROSS JOIN b ON b.x = a.x",
           "SELECT 1 FROM a JOIN b ON b.x = a.x", 0);
    expect("SELECT 1 FROM a INDEXED BY a_by_x WHERE x = ?1",
           "SELECT 1 FROM a  WHERE x = $1", 1);
    expect("SELECT 1 FROM a INDEXED BY a_by_x", "SELECT 1 FROM a ", 0);
    expect("SELECT main.a FROM main.a, domain.main",
           "SELECT a FROM a, domain.main", 0);
}

static void test_nothing_changes_between_quotes(void **state)
{
    (void)state;
    expect("SELECT '?1 CROSS JOIN b', \"?2\", ?3",
           "SELECT '?1 CROSS JOIN b', \"?2\", $3", 3);
    expect("SELECT 'it''s ?1', ?2", "SELECT 'it''s ?1', $2", 2);
    expect("SELECT 'open ?1", "SELECT 'open ?1", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_have_dollars),
        cmocka_unit_test(test_what_is_for_another_planner_is_left_out),
        cmocka_unit_test(test_nothing_changes_between_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
