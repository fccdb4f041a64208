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

enum { PLACES = 64 };
static struct {
    char folder[SCRATCH_URL_SIZE], url[SCRATCH_URL_SIZE];
} places[PLACES];
static int placed; // the newest stands in its place, and the oldest leaves

// As this role.
static void run_as(const char *role, const char *where, const char *script)
{
    char url[SCRATCH_URL_SIZE];
    struct sql *sql = NULL;
    const char *host = strchr(where, '@');
    assert_non_null(host);
    snprintf(url, sizeof url, "postgresql://%s%spostgres", role, host);
    assert_int_equal(database_open(url, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

void scratch_database_place(const char *folder, const char *url)
{
    int i = placed++ % PLACES;
    snprintf(places[i].folder, sizeof places[i].folder, "%s", folder);
    snprintf(places[i].url, sizeof places[i].url, "%s", url);
}

const char *scratch_database_of(const char *folder)
{
    for (int i = 0; i < PLACES; i++) {
        if (placed > 0 && strcmp(places[i].folder, folder) == 0)
            return places[i].url;
    }
    return NULL;
}

void scratch_cluster_run(const char *script)
{
    run_as("office", cluster(), script);
}

static bool make_on(const char *where, const char *template,
                    char out_url[SCRATCH_URL_SIZE])
{
    static int count;
    char name[48], script[160];
    out_url[0] = '\0';
    if (!where)
        return false;
    snprintf(name, sizeof name, "scratch_%d_%d", (int)getpid(), count++);
    snprintf(script, sizeof script, "CREATE DATABASE %s TEMPLATE %s", name,
             template);
    snprintf(out_url, SCRATCH_URL_SIZE, "%s%s", where, name);
    run_as("office", where, script);
    return true;
}

bool scratch_database_make(char out_url[SCRATCH_URL_SIZE])
{
    return make_on(cluster(), "template1", out_url);
}

bool scratch_database_make_other(char out_url[SCRATCH_URL_SIZE])
{
    return make_on(other_cluster(), "template1", out_url);
}

void scratch_database_copy(const char *url, char out_url[SCRATCH_URL_SIZE])
{
    const char *where = cluster();
    assert_non_null(where);
    assert_true(make_on(where, url + strlen(where), out_url));
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
    // Who owns it may not throw out the cluster's own work in it (autovacuum).
    run_as("postgres", where, script);
}
