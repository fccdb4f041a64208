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

static const char *other_cluster(void)
{
    return getenv("HAILONG_TEST_POSTGRES_OTHER");
}

static void run_on(const char *where, const char *script)
{
    char url[SCRATCH_URL_SIZE];
    struct sql *sql = NULL;
    snprintf(url, sizeof url, "%spostgres", where);
    assert_int_equal(database_open(url, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

void scratch_cluster_run(const char *script)
{
    run_on(cluster(), script);
}

static bool make_on(const char *where, char out_url[SCRATCH_URL_SIZE])
{
    static int count;
    char name[48], script[96];
    out_url[0] = '\0';
    if (!where)
        return false;
    snprintf(name, sizeof name, "scratch_%d_%d", (int)getpid(), count++);
    snprintf(script, sizeof script, "CREATE DATABASE %s", name);
    snprintf(out_url, SCRATCH_URL_SIZE, "%s%s", where, name);
    run_on(where, script);
    return true;
}

bool scratch_database_make(char out_url[SCRATCH_URL_SIZE])
{
    return make_on(cluster(), out_url);
}

bool scratch_database_make_other(char out_url[SCRATCH_URL_SIZE])
{
    return make_on(other_cluster(), out_url);
}

void scratch_database_drop(const char *url)
{
    char script[SCRATCH_URL_SIZE + 64];
    const char *where = other_cluster();
    if (url[0] == '\0')
        return;
    if (!where || strncmp(url, where, strlen(where)) != 0)
        where = cluster();
    snprintf(script, sizeof script, "DROP DATABASE %s WITH (FORCE)",
             url + strlen(where));
    run_on(where, script);
}
