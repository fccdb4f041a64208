// Which of an address's hosts is asked first. What needs a cluster is skipped
// where none is named.
#include "postgres/database.h"
#include "postgres/hosts.h"
#include "support/check.h"
#include "support/scratch_database.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_turned(const char *list, size_t first, const char *wanted)
{
    char *turned = hosts_turn(list, first);
    if (wanted)
        assert_string_equal(turned, wanted);
    else
        assert_null(turned);
    free(turned);
}

static void test_a_list_is_turned(void **state)
{
    (void)state;
    expect_turned("a,b,c", 0, "a,b,c");
    expect_turned("a,b,c", 1, "b,c,a");
    expect_turned("a,b,c", 2, "c,a,b");
    expect_turned("/tmp/one,/tmp/two", 1, "/tmp/two,/tmp/one");
    expect_turned("5432,", 1, ",5432");
    expect_turned(",5433", 1, "5433,");
    expect_turned("a,b", 2, NULL);
    // One port stands for all hosts.
    expect_turned("5432", 1, NULL);
}

// As the connection's parameter; NULL: as the address says.
static void expect_hosts(const char *url, const char *wanted)
{
    struct hosts hosts;
    hosts_of(url, &hosts);
    if (wanted)
        assert_string_equal(hosts.host, wanted);
    else
        assert_null(hosts.host);
    hosts_free(&hosts);
}

static void test_who_answered_is_asked_first(void **state)
{
    char url[SCRATCH_URL_SIZE], both[2 * SCRATCH_URL_SIZE];
    char turned[SCRATCH_URL_SIZE] = "";
    struct sql *sql = NULL;
    (void)state;
    if (!scratch_database_make(url))
        skip();
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    for (PQconninfoOption *each = options; each->keyword; each++) {
        if (strcmp(each->keyword, "host") == 0)
            snprintf(turned, sizeof turned, "%s,/nowhere", each->val);
    }
    PQconninfoFree(options);
    const char *host = strchr(url, '@') + 1;
    snprintf(both, sizeof both, "%.*s%%2Fnowhere,%s", (int)(host - url), url,
             host);
    expect_hosts(both, NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(database_open(both, SQL_WRITER, NULL, 0, &sql),
                         SQL_OK);
        sql_close(sql);
        expect_hosts(both, turned);
    }
    // Another address is another matter.
    expect_hosts(url, NULL);
    scratch_database_drop(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_is_turned),
        cmocka_unit_test(test_who_answered_is_asked_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
