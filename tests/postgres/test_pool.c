// Books of one database that share connections. Skipped where no scratch
// cluster is named.
#include "common/clock.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/far_socket.h"
#include "support/scratch_database.h"
#include "support/tunnel.h"
#include <postgresql/libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BOOKS = 5, MOST = 4 }; // two to write, two to read
enum { ADD, ALL, SUM, SLEEP, LONG, PROCESS, STATEMENTS };
static const char *const statements[STATEMENTS] = {
    [ADD] = "INSERT INTO things (no) VALUES (?1)",
    [ALL] = "SELECT no FROM things ORDER BY no",
    [SUM] = "SELECT coalesce(sum(no), 0) FROM things",
    [SLEEP] = "SELECT 1 FROM pg_sleep(?1)",
    [LONG] = "SELECT no FROM things a CROSS JOIN generate_series(1, ?1) g ON"
             " true",
    [PROCESS] = "SELECT pg_backend_pid()"};
static const struct sql_migration migrations[] = {
    {1, "CREATE TABLE things (no BIGINT PRIMARY KEY)"}, {0, NULL}};

static char url[SCRATCH_URL_SIZE];
static struct sql *writers[BOOKS], *readers[BOOKS];

static struct sql *open_book(int book, enum sql_mode mode)
{
    char address[SCRATCH_URL_SIZE + 32];
    struct sql *sql = NULL;
    snprintf(address, sizeof address, "%s?schema=w_%d", url, book);
    assert_int_equal(database_open(address, mode, statements, STATEMENTS, &sql),
                     SQL_OK);
    return sql;
}

static int set_up(void **state)
{
    (void)state;
    if (!scratch_database_make(url))
        return 0;
    database_share(MOST);
    for (int i = 0; i < BOOKS; i++) {
        writers[i] = open_book(i, SQL_WRITER);
        assert_int_equal(sql_migrate(writers[i], migrations), SQL_OK);
        readers[i] = open_book(i, SQL_FOLLOWER);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (url[0] == '\0')
        return 0;
    for (int i = 0; i < BOOKS; i++) {
        sql_close(writers[i]);
        sql_close(readers[i]);
    }
    database_share(0);
    database_limit(0);
    scratch_database_drop(url);
    return 0;
}

static void need_cluster(void)
{
    if (url[0] == '\0')
        skip();
}

static enum sql_result add(struct sql *sql, void *ctx)
{
    struct sql_statement *s = sql_use(sql, ADD);
    sql_bind_int(s, 1, *(int64_t *)ctx);
    return sql_execute(s);
}

static void write_one(int book, int64_t no)
{
    assert_int_equal(sql_transaction(writers[book], add, &no), SQL_OK);
}

static int64_t sum(struct sql *sql)
{
    struct sql_statement *s = sql_use(sql, SUM);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t result = sql_int(s, 0);
    sql_done(s);
    return result;
}

// By PostgreSQL's own count, of this database.
static int64_t connections(void)
{
    static const char *const count[] = {
        "SELECT count(*) FROM pg_stat_activity WHERE datname ="
        " current_database() AND backend_type = 'client backend'"};
    struct sql *sql = NULL;
    database_share(0);
    assert_int_equal(database_open(url, SQL_WRITER, count, 1, &sql), SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t others = sql_int(s, 0) - 1;
    sql_done(s);
    sql_close(sql);
    database_share(MOST);
    return others;
}

static void test_pool_keeps_books_apart(void **state)
{
    (void)state;
    need_cluster();
    for (int64_t round = 0; round < 3; round++) {
        for (int i = 0; i < BOOKS; i++)
            write_one(i, (i + 1) * 100 + round);
    }
    // 100 + 101 + 102, 200 + 201 + 202 …
    for (int i = 0; i < BOOKS; i++) {
        assert_int_equal(sum(readers[i]), (i + 1) * 300 + 3);
        assert_int_equal(sum(writers[i]), (i + 1) * 300 + 3);
    }
    assert_int_equal(database_count_shared(), MOST);
    assert_int_equal(connections(), MOST);
}

static void test_pool_reads_one_moment_in_a_transaction(void **state)
{
    struct sql_statement *s;
    int64_t rows = 0;
    (void)state;
    need_cluster();
    write_one(0, 1);
    write_one(1, 50);
    assert_int_equal(sql_begin_reading(readers[0]), SQL_OK);
    assert_int_equal(sum(readers[0]), 1);
    write_one(0, 2);
    // Another reader goes on meanwhile, by the connection that is left.
    for (int i = 1; i < BOOKS; i++)
        assert_int_equal(sum(readers[i]), i == 1 ? 50 : 0);
    assert_int_equal(sum(readers[0]), 1);
    // A long answer comes in parts of the same moment.
    s = sql_use_long(readers[0], LONG);
    sql_bind_int(s, 1, 2500);
    while (sql_step(s) == SQL_OK) {
        rows++;
        if (rows % 1000 == 0)
            assert_int_equal(sum(readers[2]), 0);
    }
    sql_done(s);
    assert_int_equal(rows, 2500);
    sql_end_reading(readers[0]);
    assert_int_equal(sum(readers[0]), 3);
}

// Rows that were read are there, though the connection serves another now.
static void test_pool_leaves_an_answer_with_who_asked(void **state)
{
    (void)state;
    need_cluster();
    for (int64_t no = 1; no <= 3; no++)
        write_one(0, no);
    write_one(1, 70);
    struct sql_statement *s = sql_use(readers[0], ALL);
    for (int64_t no = 1; no <= 3; no++) {
        assert_int_equal(sql_step(s), SQL_OK);
        assert_int_equal(sql_int(s, 0), no);
        for (int i = 1; i < BOOKS; i++)
            assert_int_equal(sum(readers[i]), i == 1 ? 70 : 0);
    }
    assert_int_equal(sql_step(s), SQL_NONE);
    sql_done(s);
}

static void test_pool_undoes_for_the_one_who_failed(void **state)
{
    int64_t again = 7;
    (void)state;
    need_cluster();
    write_one(0, 7);
    assert_int_equal(sql_transaction(writers[0], add, &again), SQL_CLASH);
    for (int i = 1; i < BOOKS; i++)
        write_one(i, 7);
    write_one(0, 8);
    assert_int_equal(sum(readers[0]), 15);
}

static void test_pool_makes_lost_connections_anew(void **state)
{
    (void)state;
    need_cluster();
    for (int i = 0; i < BOOKS; i++)
        write_one(i, 1);
    // Others may test beside it.
    char script[256];
    snprintf(script, sizeof script,
             "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
             " WHERE pid <> pg_backend_pid() AND datname = '%s'",
             strrchr(url, '/') + 1);
    scratch_cluster_run(script);
    for (int i = 0; i < BOOKS; i++) {
        write_one(i, 2);
        assert_int_equal(sum(readers[i]), 3);
    }
    assert_true(connections() <= MOST);
}

static void *sleep_in(void *sql)
{
    struct sql_statement *s = sql_use(sql, SLEEP);
    sql_bind_real(s, 1, 1.0);
    assert_int_equal(sql_execute(s), SQL_OK);
    return NULL;
}

// Five at once on two connections: each has its turn.
static void test_pool_waits_for_its_turn(void **state)
{
    pthread_t threads[BOOKS];
    (void)state;
    need_cluster();
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, sleep_in, readers[i]), 0);
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void test_pool_says_busy_when_nobody_gives(void **state)
{
    (void)state;
    need_cluster();
    assert_int_equal(sql_begin_reading(readers[0]), SQL_OK);
    assert_int_equal(sql_begin_reading(readers[1]), SQL_OK);
    struct sql_statement *s = sql_use(readers[2], SUM);
    assert_int_equal(sql_step(s), SQL_BUSY);
    sql_done(s);
    write_one(2, 5); // writers have theirs
    sql_end_reading(readers[1]);
    assert_int_equal(sum(readers[2]), 5);
    sql_end_reading(readers[0]);
}

// PostgreSQL's process behind the connection that this one uses next.
static pid_t process_of(struct sql *sql)
{
    struct sql_statement *s = sql_use(sql, PROCESS);
    assert_int_equal(sql_step(s), SQL_OK);
    pid_t pid = (pid_t)sql_int(s, 0);
    sql_done(s);
    return pid;
}

// The others of its cluster answer, so nobody there is taken for gone.
static void test_pool_gives_up_a_process_that_hangs(void **state)
{
    (void)state;
    need_cluster();
    database_limit(1);
    write_one(0, 5);
    write_one(1, 6);
    pid_t reads = process_of(readers[0]), writes = process_of(writers[0]);
    if (kill(reads, SIGSTOP) != 0)
        skip(); // it is somebody else's
    kill(writes, SIGSTOP);
    assert_int_equal(sum(readers[0]), 5);
    write_one(0, 7);
    assert_int_equal(sum(readers[0]), 12);
    assert_int_equal(sum(readers[1]), 6);
    assert_int_not_equal(process_of(readers[0]), reads);
    kill(reads, SIGCONT);
    kill(writes, SIGCONT);
}

// What is long by its nature has no limit; all else is told that it is.
static void test_pool_lets_long_answers_take_their_time(void **state)
{
    (void)state;
    need_cluster();
    database_limit(1);
    assert_int_equal(sql_begin_reading(readers[0]), SQL_OK);
    struct sql_statement *s = sql_use_long(readers[0], SLEEP);
    sql_bind_real(s, 1, 1.5);
    assert_int_equal(sql_step(s), SQL_OK);
    sql_done(s);
    sql_end_reading(readers[0]);
    s = sql_use(readers[0], SLEEP);
    sql_bind_real(s, 1, 30.0);
    assert_int_equal(sql_step(s), SQL_BUSY);
    sql_done(s);
}

static int64_t ms_to_be_told(const char *address)
{
    struct sql *sql = NULL;
    int64_t began_us = clock_mono_us();
    assert_int_equal(
        database_open(address, SQL_FOLLOWER, statements, STATEMENTS, &sql),
        SQL_BUSY);
    return (clock_mono_us() - began_us) / 1000;
}

// Who reads serves others too, and leaves sooner than libpq, which waits for
// five seconds. Whoever comes later does not even try.
static void test_pool_leaves_a_database_that_is_silent(void **state)
{
    char address[80];
    (void)state;
    need_cluster();
    struct tunnel *tunnel = tunnel_start(1);
    tunnel_set(tunnel, TUNNEL_SILENT, 0);
    snprintf(address, sizeof address, "postgresql://a@127.0.0.1:%u/b",
             (unsigned)tunnel_port(tunnel));
    assert_true(ms_to_be_told(address) < 4000);
    size_t tried = tunnel_count(tunnel);
    for (int i = 0; i < 20; i++)
        ms_to_be_told(address);
    // The pool's own question may have been asked again meanwhile.
    assert_true(tunnel_count(tunnel) <= tried + 2);
    tunnel_stop(tunnel);
}

// The folder of the cluster's socket.
static void folder_of(const char *address, char out[SCRATCH_URL_SIZE])
{
    PQconninfoOption *options = PQconninfoParse(address, NULL);
    for (PQconninfoOption *each = options; each->keyword; each++) {
        if (strcmp(each->keyword, "host") == 0)
            snprintf(out, SCRATCH_URL_SIZE, "%s", each->val);
    }
    PQconninfoFree(options);
}

static void expect_slow_answers(struct sql *sql, int count)
{
    for (int i = 0; i < count; i++) {
        struct sql_statement *s = sql_use_long(sql, SLEEP);
        sql_bind_real(s, 1, 1.5);
        assert_int_equal(sql_execute(s), SQL_OK);
        sql_done(s);
    }
}

// Over a line on which a question and its answer take 0.6 seconds.
static void test_pool_waits_for_a_database_that_is_far(void **state)
{
    char folder[SCRATCH_URL_SIZE], address[3 * SCRATCH_URL_SIZE];
    struct sql *sql = NULL;
    (void)state;
    need_cluster();
    folder_of(url, folder);
    struct far_socket *far = far_socket_start(folder, 300);
    snprintf(address, sizeof address, "postgresql://office@/%s?host=%s",
             strrchr(url, '/') + 1, far_socket_folder(far));
    assert_int_equal(
        database_open(address, SQL_FOLLOWER, statements, STATEMENTS, &sql),
        SQL_OK);
    expect_slow_answers(sql, 2);
    sql_close(sql);
    far_socket_stop(far);
}

static struct sql *open_in_time(const char *address)
{
    struct sql *sql = NULL;
    enum sql_result result = SQL_BUSY;
    for (int i = 0; i < 100 && result == SQL_BUSY; i++) {
        usleep(100000);
        result =
            database_open(address, SQL_FOLLOWER, statements, STATEMENTS, &sql);
    }
    assert_int_equal(result, SQL_OK);
    return sql;
}

// The primary of before is gone without a word; the one of now is not doubted
// for that.
static void test_pool_asks_the_host_that_answers(void **state)
{
    char folder[SCRATCH_URL_SIZE], address[3 * SCRATCH_URL_SIZE];
    (void)state;
    need_cluster();
    folder_of(url, folder);
    struct far_socket *gone = far_socket_start(folder, FAR_SILENT);
    snprintf(address, sizeof address, "postgresql://office@/%s?host=%s,%s",
             strrchr(url, '/') + 1, far_socket_folder(gone), folder);
    struct sql *sql = open_in_time(address);
    expect_slow_answers(sql, 2);
    sql_close(sql);
    far_socket_stop(gone);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_pool_keeps_books_apart),
        TEST(test_pool_reads_one_moment_in_a_transaction),
        TEST(test_pool_leaves_an_answer_with_who_asked),
        TEST(test_pool_undoes_for_the_one_who_failed),
        TEST(test_pool_makes_lost_connections_anew),
        TEST(test_pool_waits_for_its_turn),
        TEST(test_pool_says_busy_when_nobody_gives),
        TEST(test_pool_gives_up_a_process_that_hangs),
        TEST(test_pool_lets_long_answers_take_their_time),
        TEST(test_pool_leaves_a_database_that_is_silent),
        TEST(test_pool_waits_for_a_database_that_is_far),
        TEST(test_pool_asks_the_host_that_answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
