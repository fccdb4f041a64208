// hailong backup and restore: of a running server, cut off in the middle, of
// damaged files; and what a restored server still knows.
#include "common/file.h"
#include "common/log.h"
#include "operator/backup_folder.h"
#include "postgres/database.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    struct made_server server;
    struct made_device device;
    char office_key[65];
    char folder[SCRATCH_SIZE]; // for backups and restored directories
    char file[128], restored[128];
    struct run run;
};

static void send_lines(struct bench *b, int64_t to)
{
    struct answer answer = {0};
    int64_t from = (int64_t)b->device.ledger.count + 1;
    while ((int64_t)b->device.ledger.count < to)
        maker_rate(&b->device.ledger, 5);
    made_device_send(&b->device, &b->server, from, to, 200, &answer);
    answer_free(&answer);
}

static void back_up(struct bench *b, int code)
{
    run_command(&b->run, "backup", "--data", b->server.folder, "--out", b->file,
                NULL);
    run_must_end(&b->run, code);
}

static void restore(struct bench *b, const char *folder, int code)
{
    run_command(&b->run, "restore", "--from", b->file, "--data", folder, NULL);
    run_must_end(&b->run, code);
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    log_set_level(LOG_ERROR + 1);
    made_server_start(&b->server, NULL);
    made_device_enrol(&b->device, &b->server, "3");
    made_server_key(&b->server, "office", b->office_key);
    scratch_make(b->folder);
    snprintf(b->file, sizeof b->file, "%s/thu-sau.backup", b->folder);
    snprintf(b->restored, sizeof b->restored, "%s/restored", b->folder);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    run_free(&b->run);
    made_device_free(&b->device);
    made_server_close(&b->server);
    scratch_remove(b->restored);
    scratch_remove(b->folder);
    free(b);
    return 0;
}

// How many ratings of level 5 the directory's reports count.
static int64_t ratings(struct bench *b, const char *folder)
{
    const json_t *total;
    int64_t rated = -1;
    run_command(&b->run, "report", "--data", folder, "--from", "2000-01-01",
                "--to", "2099-12-31", "--format", "json", NULL);
    run_must_end(&b->run, 0);
    json_t *report = run_json(&b->run);
    total = json_object_get(report, "total");
    assert_true(json_get_int(total, "rated", &rated));
    json_decref(report);
    return rated;
}

static void test_backup_of_a_running_server(void **state)
{
    struct bench *b = *state;
    struct answer answer = {0};
    struct stat found;
    send_lines(b, 40);
    back_up(b, 0);
    assert_int_equal(stat(b->file, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    // What comes after it is not in it, and is not lost.
    send_lines(b, 45);
    restore(b, b->restored, 0);
    run_must_say(&b->run, "send again");
    assert_int_equal(ratings(b, b->restored), 40);
    run_command(&b->run, "verify", "--data", b->restored, NULL);
    run_must_end(&b->run, 0);
    // The device finds its own server again: same key, same token.
    struct made_server again = {0};
    made_server_close(&b->server);
    snprintf(again.folder, sizeof again.folder, "%s", b->restored);
    made_server_restart(&again, NULL);
    made_device_send(&b->device, &again, 41, 45, 200, &answer);
    answer_free(&answer);
    assert_int_equal(ratings(b, b->restored), 45);
    b->server = again;
}

static void test_backup_refuses_to_overwrite(void **state)
{
    struct bench *b = *state;
    send_lines(b, 3);
    back_up(b, 0);
    back_up(b, 1);
    run_must_complain(&b->run, "is there");
    restore(b, b->server.folder, 1);
    run_must_complain(&b->run, "a server runs on it");
    restore(b, b->restored, 0);
    restore(b, b->restored, 1);
    run_must_complain(&b->run, "never overwrites");
}

static void test_backup_needs_the_keys(void **state)
{
    struct bench *b = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/box.key", b->server.folder);
    assert_int_equal(unlink(path), 0);
    back_up(b, 1);
    run_must_complain(&b->run, "box.key");
    assert_false(file_exists(b->file));
}

static void test_backup_of_what_is_no_server(void **state)
{
    struct bench *b = *state;
    char path[128];
    run_command(&b->run, "backup", "--data", b->folder, "--out", b->file, NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "no server's database");
    snprintf(path, sizeof path, "%s/device.json", b->folder);
    assert_true(file_replace(path, "{}", 2, 0600));
    run_command(&b->run, "backup", "--data", b->folder, "--out", b->file, NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "a device's directory");
    run_command(&b->run, "backup", "--data", b->server.folder, NULL);
    run_must_end(&b->run, 2);
}

// Every byte of a backup counts: one that was changed is refused, or restores
// to a directory that fails its verification.
static void test_damaged_backup_is_found(void **state)
{
    struct bench *b = *state;
    struct buf whole = {0};
    send_lines(b, 60);
    back_up(b, 0);
    assert_true(file_read(b->file, 64 << 20, &whole));
    size_t caught = 0, tried = 0;
    for (size_t at = 50; at < whole.size; at += whole.size / 40) {
        char folder[160];
        whole.data[at] ^= 0x40;
        assert_true(file_replace(b->file, whole.data, whole.size, 0600));
        whole.data[at] ^= 0x40;
        snprintf(folder, sizeof folder, "%s/r%zu", b->folder, tried++);
        run_command(&b->run, "restore", "--from", b->file, "--data", folder,
                    NULL);
        if (b->run.code == 0) {
            run_command(&b->run, "verify", "--data", folder, NULL);
            // A byte that nothing uses may change nothing.
            if (b->run.code == 0)
                assert_int_equal(ratings(b, folder), 60);
        } else {
            assert_int_equal(b->run.code, 1);
            caught++;
        }
        scratch_remove(folder);
    }
    assert_true(caught > 0);
    // Cut short, and not a backup at all.
    assert_true(file_replace(b->file, whole.data, whole.size / 2, 0600));
    restore(b, b->restored, 1);
    assert_true(file_replace(b->file, "not a database", 14, 0600));
    restore(b, b->restored, 1);
    run_must_complain(&b->run, "damaged, or is no file of hailong backup");
    // A server's own database is none either: the keys are missing.
    char path[128];
    snprintf(path, sizeof path, "%s/office.db", b->server.folder);
    run_command(&b->run, "restore", "--from", path, "--data", b->restored,
                NULL);
    run_must_end(&b->run, 1);
    buf_free(&whole);
}

// Killed at any moment, either leaves nothing that could be taken for whole,
// and works when done again.
static void test_killed_in_the_middle(void **state)
{
    struct bench *b = *state;
    char database[160];
    send_lines(b, 400);
    snprintf(database, sizeof database, "%s/office.db", b->restored);
    for (int round = 0; round < 24; round++) {
        bool restoring = round % 2;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            if (!freopen("/dev/null", "w", stdout))
                _exit(126);
            if (restoring)
                execl(TEST_BUILD "/hailong", "hailong", "restore", "--from",
                      b->file, "--data", b->restored, (char *)NULL);
            else
                execl(TEST_BUILD "/hailong", "hailong", "backup", "--data",
                      b->server.folder, "--out", b->file, (char *)NULL);
            _exit(127);
        }
        // The last rounds are not cut off.
        int status = 0;
        if (round < 22) {
            usleep((useconds_t)(1000 + 2500 * (round / 2)));
            kill(pid, SIGKILL);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (round >= 22)
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        if (!restoring) {
            if (!file_exists(b->file))
                back_up(b, 0);
            continue;
        }
        if (!file_exists(database))
            restore(b, b->restored, 0);
        assert_int_equal(ratings(b, b->restored), 400);
        run_command(&b->run, "verify", "--data", b->restored, NULL);
        run_must_end(&b->run, 0);
        scratch_remove(b->restored);
        assert_int_equal(unlink(b->file), 0);
    }
}

// --- By a timer, into a folder ----------------------------------------------

// The names that stay, by their first and last letters of the time.
static void stay(const char *const *names, size_t count, int days, int months,
                 const char *wanted)
{
    struct backup_keep keep = {days, months};
    bool stays[16];
    char got[16] = "";
    backup_choose(names, count, &keep, stays);
    for (size_t i = 0; i < count; i++)
        got[i] = stays[i] ? '+' : '-';
    assert_string_equal(got, wanted);
}

static void test_which_backups_stay(void **state)
{
    static const char *const names[] = {
        "hailong-20250930-013000.backup", // the newest of September
        "hailong-20251130-013000.backup", // the newest of November
        "hailong-20260103-013000.backup", "hailong-20260104-013000.backup",
        "hailong-20260104-093000.backup", "hailong-20260105-013000.backup"};
    (void)state;
    // Two days: the 5th, and of the 4th the later one. Two months: January,
    // whose newest is there already, and November.
    stay(names, 6, 2, 2, "-+--++");
    stay(names, 6, 1, 0, "-----+");
    stay(names, 6, 3, 0, "--+-++");
    stay(names, 6, 1, 12, "++---+");
    stay(names, 6, 30, 0, "+++-++");
    int32_t day;
    char name[BACKUP_NAME_SIZE];
    // 2026-11-29T18:30:05Z is half past one of the 30th in Vietnam.
    backup_name(INT64_C(1795977005000), name);
    assert_string_equal(name, "hailong-20261130-013005.backup");
    assert_true(backup_name_day(name, &day));
    assert_false(backup_name_day("hailong-20261130-013005.backup.part", &day));
    assert_false(backup_name_day("hailong-20261131-013005.backup", &day));
    assert_false(backup_name_day("hailong-2026.backup", &day));
    assert_false(backup_name_day("thu-sau.backup", &day));
}

static void put(struct bench *b, const char *name)
{
    char path[192];
    snprintf(path, sizeof path, "%s/%s", b->folder, name);
    assert_true(file_replace(path, "x", 1, 0600));
}

static bool is_there(struct bench *b, const char *name)
{
    char path[192];
    snprintf(path, sizeof path, "%s/%s", b->folder, name);
    return file_exists(path);
}

static void turn(struct bench *b, int code)
{
    run_command(&b->run, "backup", "--data", b->server.folder, "--dir",
                b->folder, "--keep-days", "2", "--keep-months", "1", NULL);
    run_must_end(&b->run, code);
}

static void test_backup_into_a_folder(void **state)
{
    struct bench *b = *state;
    struct backup_note note;
    char path[192];
    send_lines(b, 12);
    assert_false(backup_note_read(b->server.folder, &note));
    put(b, "hailong-20210101-013000.backup");
    put(b, "hailong-20210102-013000.backup");
    put(b, "hailong-20210103-013000.backup.part");
    put(b, "hailong-20210103-013000.backup.part-wal");
    put(b, "mine.backup");
    turn(b, 0);
    run_must_say(&b->run, "verified, 12 lines");
    run_must_say(&b->run, "1 old ones deleted");
    assert_false(is_there(b, "hailong-20210101-013000.backup"));
    assert_true(is_there(b, "hailong-20210102-013000.backup"));
    assert_false(is_there(b, "hailong-20210103-013000.backup.part"));
    assert_false(is_there(b, "hailong-20210103-013000.backup.part-wal"));
    assert_true(is_there(b, "mine.backup"));
    assert_true(backup_note_read(b->server.folder, &note));
    assert_int_equal(note.lines, 12);
    assert_int_equal(note.kept, 2);
    assert_string_equal(note.folder, b->folder);
    // It is a backup like any other, and nothing of SQLite's lies beside it.
    snprintf(b->file, sizeof b->file, "%s/%s", b->folder, note.name);
    snprintf(path, sizeof path, "%s-wal", note.name);
    assert_false(is_there(b, path));
    restore(b, b->restored, 0);
    assert_int_equal(ratings(b, b->restored), 12);
}

static void change(const char *path, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

// A line that somebody changed: the copy is kept, and so is all before it.
static void test_backup_of_what_is_not_sound(void **state)
{
    struct bench *b = *state;
    struct backup_note note;
    char path[192];
    send_lines(b, 5);
    snprintf(path, sizeof path, "%s/office.db", b->server.folder);
    made_server_stop(&b->server);
    change(path, "UPDATE visits SET level = 4 WHERE seq = 3");
    put(b, "hailong-20210101-013000.backup");
    put(b, "hailong-20210102-013000.backup");
    turn(b, 1);
    run_must_complain(&b->run, "line 3");
    run_must_complain(&b->run, "not sound");
    assert_true(is_there(b, "hailong-20210101-013000.backup"));
    assert_false(backup_note_read(b->server.folder, &note));
    made_server_restart(&b->server, NULL);
}

static void test_only_one_backup_at_a_time(void **state)
{
    struct bench *b = *state;
    char path[192];
    snprintf(path, sizeof path, "%s/backup.lock", b->folder);
    int lock = file_lock(path);
    assert_true(lock >= 0);
    turn(b, 1);
    run_must_complain(&b->run, "another backup runs");
    close(lock);
    run_command(&b->run, "backup", "--data", b->server.folder, "--dir",
                b->folder, "--out", b->file, NULL);
    run_must_end(&b->run, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_backup_of_a_running_server, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_backup_refuses_to_overwrite, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_backup_needs_the_keys, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_backup_of_what_is_no_server, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_damaged_backup_is_found, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_killed_in_the_middle, setup,
                                        teardown),
        cmocka_unit_test(test_which_backups_stay),
        cmocka_unit_test_setup_teardown(test_backup_into_a_folder, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_backup_of_what_is_not_sound, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_only_one_backup_at_a_time, setup,
                                        teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
