// One SQLite connection: what must hold before anything is trusted to it.
#include "common/file.h"
#include "common/log.h"
#include "sql/sql.h"
#include "support/check.h"
#include "support/scratch.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PUT,
    COUNT,
    KINDS,
    SYNCHRONOUS,
    JOURNAL,
    QUERY_ONLY,
    FOREIGN_KEYS,
    AUTOCHECKPOINT,
    BROKEN,
    STATEMENT_COUNT
};
static const char *const statements[STATEMENT_COUNT] = {
    [PUT] = "INSERT INTO t (id, body) VALUES (?1, ?2)",
    [COUNT] = "SELECT count(*) FROM t",
    [KINDS] = "SELECT ?1, ?2, ?3, ?4, ?5, ?6",
    [SYNCHRONOUS] = "PRAGMA synchronous",
    [JOURNAL] = "PRAGMA journal_mode",
    [QUERY_ONLY] = "PRAGMA query_only",
    [FOREIGN_KEYS] = "PRAGMA foreign_keys",
    [AUTOCHECKPOINT] = "PRAGMA wal_autocheckpoint",
    [BROKEN] = "SELECT id FROM nowhere"};
static const struct sql_migration first[] = {
    {1, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB) STRICT"},
    {0, NULL}};
static const struct sql_migration second[] = {
    {1, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB) STRICT"},
    {2, "ALTER TABLE t ADD COLUMN note TEXT"},
    {0, NULL}};

static char folder[SCRATCH_SIZE], path[128];

static int lines;
static char last_line[400];

static void count_line(void *ctx, enum log_level level, const char *module,
                       const char *text)
{
    (void)ctx;
    (void)level;
    lines++;
    snprintf(last_line, sizeof last_line, "%s %s", module, text);
}

static int setup(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    scratch_make(folder);
    return file_join(path, sizeof path, folder, "t.db") ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static struct sql *open_it(enum sql_mode mode)
{
    struct sql *sql = NULL;
    assert_int_equal(sql_open(path, mode, statements, STATEMENT_COUNT, &sql),
                     SQL_OK);
    return sql;
}

static int64_t ask(struct sql *sql, size_t statement)
{
    struct sql_statement *s = sql_use(sql, statement);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t value = sql_int(s, 0);
    sql_done(s);
    return value;
}

static enum sql_result put(struct sql *sql, int64_t id)
{
    struct sql_statement *s = sql_use(sql, PUT);
    sql_bind_int(s, 1, id);
    sql_bind_bytes(s, 2, "abc", 3);
    return sql_execute(s);
}

static void test_sql_writer_is_durable(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    struct sql_statement *s = sql_use(sql, JOURNAL);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), "wal");
    sql_done(s);
    assert_int_equal(ask(sql, SYNCHRONOUS), 3); // EXTRA
    assert_int_equal(ask(sql, FOREIGN_KEYS), 1);
    assert_int_equal(ask(sql, QUERY_ONLY), 0);
    sql_close(sql);
}

static void test_sql_follower_never_checkpoints(void **state)
{
    (void)state;
    char wal[160];
    struct stat before, after;
    snprintf(wal, sizeof wal, "%s-wal", path);
    struct sql *writer = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(writer, first), SQL_OK);
    struct sql *follower = open_it(SQL_FOLLOWER);
    assert_int_equal(ask(follower, AUTOCHECKPOINT), 0);
    assert_int_equal(ask(follower, COUNT), 0);
    sql_close(writer);
    // The last one to leave would move the WAL into the file; it must not.
    assert_int_equal(stat(wal, &before), 0);
    assert_true(before.st_size > 0);
    sql_close(follower);
    assert_int_equal(stat(wal, &after), 0);
    assert_int_equal(after.st_size, before.st_size);
}

static void test_sql_values_come_back(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    struct sql_statement *s = sql_use(sql, KINDS);
    size_t size = 7;
    sql_bind_int(s, 1, INT64_MIN);
    sql_bind_real(s, 2, 0.1);
    sql_bind_text(s, 3, "Phường");
    sql_bind_bytes(s, 4, "a\0b", 3);
    sql_bind_null(s, 5);
    sql_bind_text(s, 6, NULL);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_true(sql_int(s, 0) == INT64_MIN);
    assert_true(sql_real(s, 1) == 0.1);
    assert_string_equal(sql_text(s, 2), "Phường");
    assert_memory_equal(sql_bytes(s, 3, &size), "a\0b", 3);
    assert_int_equal(size, 3);
    assert_true(sql_is_null(s, 4) && !sql_is_null(s, 3));
    assert_null(sql_text(s, 5));
    assert_null(sql_bytes(s, 4, &size));
    assert_int_equal(size, 0);
    assert_int_equal(sql_step(s), SQL_NONE);
    sql_done(s);
    // What was bound is forgotten.
    s = sql_use(sql, KINDS);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_true(sql_is_null(s, 0));
    sql_done(s);
    sql_close(sql);
}

static void test_sql_statement_that_cannot_run_says_so(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    log_set_sink(count_line, NULL);
    lines = 0;
    struct sql_statement *s = sql_use(sql, BROKEN);
    sql_bind_int(s, 1, 1);
    assert_int_equal(sql_step(s), SQL_ERROR);
    assert_int_equal(sql_int(s, 0), 0);
    sql_done(s);
    assert_int_equal(lines, 1);
    assert_holds(last_line, path);
    assert_holds(last_line, "SELECT id FROM nowhere");
    // A value with no place for it is not left out in silence.
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    s = sql_use(sql, PUT);
    sql_bind_int(s, 1, 1);
    sql_bind_int(s, 3, 1);
    assert_int_equal(sql_execute(s), SQL_ERROR);
    assert_int_equal(ask(sql, COUNT), 0);
    log_set_sink(NULL, NULL);
    sql_close(sql);
}

static void test_sql_follower_cannot_write(void **state)
{
    (void)state;
    struct sql *sql = NULL;
    assert_int_equal(
        sql_open(path, SQL_FOLLOWER, statements, STATEMENT_COUNT, &sql),
        SQL_NONE);
    struct sql *writer = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(writer, first), SQL_OK);
    struct sql *follower = open_it(SQL_FOLLOWER);
    assert_int_equal(put(writer, 1), SQL_OK);
    assert_true(sql_changed(follower));
    assert_false(sql_changed(follower));
    assert_int_equal(ask(follower, COUNT), 1);
    assert_int_not_equal(put(follower, 2), SQL_OK);
    assert_int_equal(ask(writer, COUNT), 1);
    assert_int_equal(put(writer, 2), SQL_OK);
    assert_true(sql_changed(follower));
    assert_false(sql_changed(follower));
    sql_close(follower);
    sql_close(writer);
}

static void test_sql_clash_is_an_answer(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(put(sql, 1), SQL_OK);
    assert_int_equal(put(sql, 1), SQL_CLASH);
    assert_int_equal(put(sql, 2), SQL_OK);
    assert_int_equal(ask(sql, COUNT), 2);
    sql_close(sql);
}

static void test_sql_migrates_forward_and_refuses_newer(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_version(sql), 0);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    assert_int_equal(sql_version(sql), 2);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    log_set_sink(count_line, NULL);
    assert_int_equal(sql_migrate(sql, first), SQL_ERROR);
    log_set_sink(NULL, NULL);
    assert_holds(last_line, "version 2 is newer than this program's 1");
    assert_holds(last_line,
                 "install the program of version " HAILONG_VERSION " or newer");
    sql_close(sql);
}

static void test_sql_older_schema_is_kept_before_it_changes(void **state)
{
    (void)state;
    char kept[160], part[170];
    snprintf(kept, sizeof kept, "%s/" SQL_BEFORE "/t.db", folder);
    snprintf(part, sizeof part, "%s.part", kept);
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_false(file_exists(kept)); // there was nothing to keep
    put(sql, 1);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    put(sql, 2);
    assert_false(file_exists(part));
    sql_close(sql);

    // In its place the older program goes on from there.
    assert_int_equal(rename(kept, path), 0);
    sql = open_it(SQL_WRITER);
    assert_int_equal(sql_version(sql), 1);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(ask(sql, COUNT), 1);
    sql_close(sql);
}

static void keep_second(struct sql *sql)
{
    lines = 0;
    log_set_level(LOG_INFO);
    log_set_sink(count_line, NULL);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    log_set_sink(NULL, NULL);
    log_set_level(LOG_ERROR);
}

// As SQLite locks the file of an open database, seen by another process: its
// "shared" bytes. Closing the file a second time would have freed them.
static bool another_sees_the_lock(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK,
                             .l_whence = SEEK_SET,
                             .l_start = 0x40000002,
                             .l_len = 510};
        int fd = open(path, O_RDWR | O_CLOEXEC);
        _exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 &&
                      lock.l_type != F_UNLCK
                  ? 0
                  : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

// Nobody else looks: the file itself is copied, with free pages and all.
static void test_sql_copy_of_a_still_file_is_the_file(void **state)
{
    (void)state;
    struct buf was = {0}, is = {0};
    char kept[160];
    snprintf(kept, sizeof kept, "%s/" SQL_BEFORE "/t.db", folder);
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    for (int64_t id = 1; id <= 500; id++)
        assert_int_equal(put(sql, id), SQL_OK);
    assert_int_equal(sql_run(sql, "DELETE FROM t WHERE id > 10"), SQL_OK);
    sql_close(sql);
    assert_true(file_read(path, 1 << 20, &was));
    sql = open_it(SQL_WRITER);
    keep_second(sql);
    assert_true(file_read(kept, 1 << 20, &is));
    assert_int_equal(is.size, was.size);
    assert_memory_equal(is.data, was.data, was.size);
    assert_true(another_sees_the_lock());
    sql_close(sql);
    buf_free(&was);
    buf_free(&is);
}

// A reader in an old moment keeps the journal from being emptied.
static void test_sql_copy_while_another_reads_is_whole(void **state)
{
    (void)state;
    char kept[160];
    snprintf(kept, sizeof kept, "%s/" SQL_BEFORE "/t.db", folder);
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    put(sql, 1);
    struct sql *reader = open_it(SQL_FOLLOWER);
    assert_int_equal(sql_begin_reading(reader), SQL_OK);
    assert_int_equal(ask(reader, COUNT), 1);
    put(sql, 2);
    keep_second(sql);
    assert_int_equal(ask(reader, COUNT), 1);
    sql_end_reading(reader);
    sql_close(reader);
    sql_close(sql);
    assert_int_equal(rename(kept, path), 0);
    sql = open_it(SQL_WRITER);
    assert_int_equal(sql_version(sql), 1);
    assert_int_equal(ask(sql, COUNT), 2);
    sql_close(sql);
}

static void test_sql_copy_leaves_after_a_week(void **state)
{
    (void)state;
    // 2026-11-23T09:15:02+07:00, and the second before a week has gone by
    const int64_t made = 1795400102, week = 7 * 86400;
    static const char *const names[] = {
        "t.db",       "newer-t.db", "newer-t.db-wal", "t.db.part",
        "first-t.db", "other.db",   "t.db.mine"};
    char file[200];
    snprintf(file, sizeof file, "%s/" SQL_BEFORE, folder);
    assert_true(file_make_directory(file));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct timespec times[2] = {{.tv_sec = made}, {.tv_sec = made}};
        snprintf(file, sizeof file, "%s/" SQL_BEFORE "/%s", folder, names[i]);
        assert_true(file_replace(file, "x", 1, 0600));
        assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
    }
    assert_int_equal(sql_let_before_go(path, (made + week - 1) * 1000), 0);
    assert_int_equal(sql_let_before_go(path, (made + week) * 1000), 5);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(file, sizeof file, "%s/" SQL_BEFORE "/%s", folder, names[i]);
        assert_int_equal(file_exists(file), i >= 5); // nobody else's files
    }
    assert_int_equal(sql_let_before_go("/nowhere/t.db", made), 0);
}

static void test_sql_without_a_copy_nothing_migrates(void **state)
{
    (void)state;
    char place[160];
    snprintf(place, sizeof place, "%s/" SQL_BEFORE, folder);
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    FILE *f = fopen(place, "w"); // where the folder should be
    assert_non_null(f);
    fclose(f);
    log_set_sink(count_line, NULL);
    assert_int_not_equal(sql_migrate(sql, second), SQL_OK);
    log_set_sink(NULL, NULL);
    assert_holds(last_line, "make room there");
    assert_int_equal(sql_version(sql), 1);
    assert_int_equal(remove(place), 0);
    assert_int_equal(sql_migrate(sql, second), SQL_OK);
    sql_close(sql);
}

static void test_sql_failed_migration_leaves_nothing(void **state)
{
    (void)state;
    static const struct sql_migration half[] = {
        {1, "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB) STRICT;"
            "CREATE TABLE u (id WRONG) STRICT;"},
        {0, NULL}};
    struct sql *sql = open_it(SQL_WRITER);
    log_set_sink(count_line, NULL);
    assert_int_equal(sql_migrate(sql, half), SQL_ERROR);
    log_set_sink(NULL, NULL);
    assert_int_equal(sql_version(sql), 0);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    sql_close(sql);
}

static enum sql_result put_two_then_fail(struct sql *sql, void *ctx)
{
    (void)ctx;
    put(sql, 1);
    put(sql, 2);
    return SQL_ERROR;
}

static enum sql_result put_two(struct sql *sql, void *ctx)
{
    (void)ctx;
    enum sql_result result = put(sql, 1);
    return result == SQL_OK ? put(sql, 2) : result;
}

static void test_sql_transaction_is_whole(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(sql_transaction(sql, put_two_then_fail, NULL), SQL_ERROR);
    assert_int_equal(ask(sql, COUNT), 0);
    assert_int_equal(sql_transaction(sql, put_two, NULL), SQL_OK);
    assert_int_equal(ask(sql, COUNT), 2);
    sql_close(sql);
}

static enum sql_result try_beside(struct sql *sql, void *ctx)
{
    struct sql *other = ctx;
    (void)sql;
    assert_int_equal(put(other, 5), SQL_BUSY);
    assert_int_equal(sql_transaction(other, put_two, NULL), SQL_BUSY);
    return SQL_OK;
}

static void test_sql_second_writer_is_refused_not_kept_waiting(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    struct sql *other = open_it(SQL_WRITER);
    log_set_sink(count_line, NULL);
    assert_int_equal(sql_transaction(sql, try_beside, other), SQL_OK);
    log_set_sink(NULL, NULL);
    assert_int_equal(sql_transaction(other, put_two, NULL), SQL_OK);
    assert_int_equal(ask(sql, COUNT), 2);
    sql_close(other);
    sql_close(sql);
}

static void test_sql_full_disk_is_told_apart(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(sql_run(sql, "PRAGMA max_page_count=10"), SQL_OK);
    log_set_sink(count_line, NULL);
    enum sql_result result = SQL_OK;
    int64_t stored = 0;
    while (stored < 100000 && (result = put(sql, stored)) == SQL_OK)
        stored++;
    log_set_sink(NULL, NULL);
    assert_int_equal(result, SQL_FULL);
    assert_int_equal(ask(sql, COUNT), stored);
    sql_close(sql);
}

static void test_sql_checkpoint_empties_the_wal(void **state)
{
    (void)state;
    char wal[160];
    struct stat st;
    snprintf(wal, sizeof wal, "%s-wal", path);
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(put(sql, 1), SQL_OK);
    assert_true(sql_wal_pages(sql) > 0);
    assert_int_equal(sql_checkpoint(sql, false), SQL_OK);
    assert_int_equal(sql_wal_pages(sql), 0);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size > 0);
    assert_int_equal(sql_checkpoint(sql, true), SQL_OK);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_size, 0);
    // Past 256 pages it happens by itself: the WAL does not grow for ever.
    for (int64_t id = 2; id < 2000; id++)
        assert_int_equal(put(sql, id), SQL_OK);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size < 300 * 4200);
    // Who wants it longer has it longer, and not for ever either.
    sql_let_wal_grow(sql, 600);
    for (int64_t id = 2000; id < 6000; id++)
        assert_int_equal(put(sql, id), SQL_OK);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size > 500 * 4096 && st.st_size < 650 * 4200);
    sql_close(sql);
}

static void test_sql_damage_is_found(void **state)
{
    (void)state;
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    for (int64_t id = 0; id < 2000; id++)
        assert_int_equal(put(sql, id), SQL_OK);
    assert_true(sql_is_sound(sql, false));
    assert_true(sql_is_sound(sql, true));
    sql_close(sql);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4096 * 3, SEEK_SET), 0);
    for (int i = 0; i < 64; i++)
        fputc(0xff, file);
    assert_int_equal(fclose(file), 0);
    sql = open_it(SQL_WRITER);
    log_set_sink(count_line, NULL);
    assert_false(sql_is_sound(sql, false));
    log_set_sink(NULL, NULL);
    sql_close(sql);
}

static void test_sql_notices_a_replaced_file(void **state)
{
    (void)state;
    char aside[160];
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    struct sql *follower = open_it(SQL_FOLLOWER);
    assert_false(sql_is_replaced(follower));
    assert_true(file_join(aside, sizeof aside, folder, "aside.db"));
    assert_int_equal(rename(path, aside), 0);
    assert_true(sql_is_replaced(follower));
    sql_close(follower);
    sql_close(sql);
}

static void test_sql_garbage_is_corrupt(void **state)
{
    (void)state;
    static const char text[] = "this is no database, and longer than a header "
                               "of a hundred bytes, so that SQLite looks at it "
                               "and sees what it is not: a database.";
    struct sql *sql = NULL;
    assert_true(file_replace(path, text, sizeof text, 0600));
    log_set_sink(count_line, NULL);
    assert_int_equal(
        sql_open(path, SQL_WRITER, statements, STATEMENT_COUNT, &sql),
        SQL_CORRUPT);
    log_set_sink(NULL, NULL);
    assert_null(sql);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

// While somebody reads the log only grows. Once he is gone it begins anew, and
// the disk has its room back.
static void test_sql_gives_room_of_a_long_wal_back(void **state)
{
    (void)state;
    char wal[160];
    struct stat st;
    snprintf(wal, sizeof wal, "%s-wal", path);
    struct sql *sql = open_it(SQL_WRITER);
    assert_int_equal(sql_migrate(sql, first), SQL_OK);
    assert_int_equal(put(sql, 1), SQL_OK);
    struct sql *reader = open_it(SQL_FOLLOWER);
    assert_int_equal(sql_begin_reading(reader), SQL_OK);
    assert_int_equal(ask(reader, COUNT), 1);
    assert_int_equal(sql_run(sql,
                             "CREATE TABLE much (bytes); INSERT INTO much"
                             " VALUES (zeroblob(20000000)); DELETE FROM much;"),
                     SQL_OK);
    assert_int_equal(put(sql, 2), SQL_OK);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size > 20000000);
    sql_end_reading(reader);
    for (int64_t id = 3; id < 6; id++)
        assert_int_equal(put(sql, id), SQL_OK);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size <= 16 * 1024 * 1024);
    sql_close(reader);
    sql_close(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sql_writer_is_durable),
        TEST(test_sql_follower_cannot_write),
        TEST(test_sql_clash_is_an_answer),
        TEST(test_sql_migrates_forward_and_refuses_newer),
        TEST(test_sql_follower_never_checkpoints),
        TEST(test_sql_values_come_back),
        TEST(test_sql_statement_that_cannot_run_says_so),
        TEST(test_sql_older_schema_is_kept_before_it_changes),
        TEST(test_sql_copy_of_a_still_file_is_the_file),
        TEST(test_sql_copy_while_another_reads_is_whole),
        TEST(test_sql_copy_leaves_after_a_week),
        TEST(test_sql_without_a_copy_nothing_migrates),
        TEST(test_sql_failed_migration_leaves_nothing),
        TEST(test_sql_transaction_is_whole),
        TEST(test_sql_second_writer_is_refused_not_kept_waiting),
        TEST(test_sql_full_disk_is_told_apart),
        TEST(test_sql_checkpoint_empties_the_wal),
        TEST(test_sql_gives_room_of_a_long_wal_back),
        TEST(test_sql_damage_is_found),
        TEST(test_sql_notices_a_replaced_file),
        TEST(test_sql_garbage_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
