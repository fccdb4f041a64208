#include "support/scratch_database.h"
#include "postgres/database.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *cluster(void)
{
    return getenv("HAILONG_TEST_POSTGRES");
}

void scratch_cluster_run(const char *script)
{
    char url[SCRATCH_URL_SIZE];
    struct sql *sql = NULL;
    snprintf(url, sizeof url, "%spostgres", cluster());
    assert_int_equal(database_open(url, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

bool scratch_database_make(char out_url[SCRATCH_URL_SIZE])
{
    static int count;
    char name[48], script[96];
    out_url[0] = '\0';
    if (!cluster())
        return false;
    snprintf(name, sizeof name, "scratch_%d_%d", (int)getpid(), count++);
    snprintf(script, sizeof script, "CREATE DATABASE %s", name);
    snprintf(out_url, SCRATCH_URL_SIZE, "%s%s", cluster(), name);
    scratch_cluster_run(script);
    return true;
}

void scratch_database_drop(const char *url)
{
    char script[SCRATCH_URL_SIZE + 64];
    if (url[0] == '\0')
        return;
    snprintf(script, sizeof script, "DROP DATABASE %s WITH (FORCE)",
             url + strlen(cluster()));
    scratch_cluster_run(script);
}
