// hailong-sync itself: its exit codes, its signals, one on a directory.
#include "common/file.h"
#include "common/log.h"
#include "support/check.h"
#include "support/courier_bench.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 12, PATIENCE_MS = 60000, PAUSE_MS = 20 };

static int setup(void **state)
{
    struct courier_bench *b = malloc(sizeof *b);
    assert_non_null(b);
    log_set_level(LOG_ERROR + 1);
    bench_open(b);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

// Where the program's output goes: a file of the device's folder.
static void output_path(const struct courier_bench *b, char out[128])
{
    snprintf(out, 128, "%s/output", b->kiosk.folder);
}

// Options after the program's name, ended by NULL.
static pid_t begin(const struct courier_bench *b, const char *const *options)
{
    const char *argv[ARGUMENTS_MAX] = {TEST_BUILD "/hailong-sync"};
    char path[128];
    posix_spawn_file_actions_t files;
    pid_t pid;
    for (int i = 1; *options; options++) {
        assert_true(i + 1 < ARGUMENTS_MAX);
        argv[i++] = *options;
    }
    output_path(b, path);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, path,
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    int error = posix_spawn(&pid, argv[0], &files, NULL,
                            (char **)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0)
        fail_msg("%s: %s", argv[0], strerror(error));
    return pid;
}

// Its exit code; −1: a signal ended it. A program that does not end is killed
// and fails the test.
static int wait_for_end(pid_t pid, int patience_ms)
{
    const struct timespec pause = {0, PAUSE_MS * 1000000L};
    int status;
    for (int i = 0; i < patience_ms / PAUSE_MS; i++) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        assert_true(ended == 0 || ended == pid);
        if (ended == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        nanosleep(&pause, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    fail_msg("hailong-sync did not end");
    return -1;
}

static int run(const struct courier_bench *b, const char *const *options)
{
    return wait_for_end(begin(b, options), PATIENCE_MS);
}

static int once(const struct courier_bench *b)
{
    return run(b, (const char *[]){"--data", b->kiosk.folder, "--once", NULL});
}

static pid_t go_on(const struct courier_bench *b)
{
    return begin(b, (const char *[]){"--data", b->kiosk.folder, "--poll-ms",
                                     "50", NULL});
}

static void must_have_said(const struct courier_bench *b, const char *text)
{
    char path[128];
    struct buf output = {0};
    output_path(b, path);
    assert_true(file_read(path, 1 << 20, &output));
    assert_holds(buf_text(&output), text);
    buf_free(&output);
}

static void test_once_sends_all(void **state)
{
    struct courier_bench *b = *state;
    assert_int_equal(once(b), 0); // there is nothing
    bench_visit(b, 3);
    assert_int_equal(once(b), 0);
    assert_int_equal(bench_pending(b), 0);
    assert_int_equal(once(b), 0);
    assert_int_equal(bad_server_count(b->server), 1);
}

static void test_once_says_that_something_is_left(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step step = {.kind = BAD_TEXT, .status = 503};
    bench_visit(b, 3);
    bad_server_follow(b->server, &step, 1);
    assert_int_equal(once(b), 3);
    assert_int_equal(bench_pending(b), 3);
    must_have_said(b, "503");
    bad_server_follow(b->server, NULL, 0);
    assert_int_equal(once(b), 0);
    assert_int_equal(bench_pending(b), 0);
}

static void test_once_cannot_start(void **state)
{
    struct courier_bench *b = *state;
    bench_visit(b, 1);
    bench_send_to(b, "http://192.0.2.1:8650");
    assert_int_equal(once(b), 1);
    must_have_said(b, "https://");
    assert_int_equal(
        run(b, (const char *[]){"--data", "/nonexistent", "--once", NULL}), 1);
    must_have_said(b, "not enrolled");
}

static void test_misuse(void **state)
{
    static const char *const rows[][4] = {{NULL},
                                          {"--once", NULL},
                                          {"--data", NULL},
                                          {"--data", "/tmp", "--twice", NULL},
                                          {"--data", "/tmp", "more", NULL}};
    struct courier_bench *b = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(run(b, rows[i]), 2);
    assert_int_equal(
        run(b, (const char *[]){"--data", "/tmp", "--poll-ms", "soon", NULL}),
        2);
    assert_int_equal(run(b, (const char *[]){"--help", NULL}), 0);
    must_have_said(b, "--once");
    assert_int_equal(run(b, (const char *[]){"--version", NULL}), 0);
    must_have_said(b, "hailong-sync " HAILONG_VERSION);
}

static void test_a_second_one_refuses(void **state)
{
    struct courier_bench *b = *state;
    pid_t first = go_on(b);
    bad_server_wait(b->server, 1); // it holds the lock now
    assert_int_equal(once(b), 1);
    must_have_said(b, "another hailong-sync runs");
    assert_int_equal(run(b, (const char *[]){"--data", b->kiosk.folder, NULL}),
                     1);
    // The first one is not disturbed.
    bench_visit(b, 1);
    bench_wait_for(b, 1);
    kill(first, SIGTERM);
    assert_int_equal(wait_for_end(first, PATIENCE_MS), 0);
}

static void test_sigterm_while_nothing_happens(void **state)
{
    struct courier_bench *b = *state;
    pid_t pid = go_on(b);
    bad_server_wait(b->server, 1);
    kill(pid, SIGTERM);
    assert_int_equal(wait_for_end(pid, PATIENCE_MS), 0);
}

static void test_sigint_ends_it_too(void **state)
{
    struct courier_bench *b = *state;
    pid_t pid = go_on(b);
    bad_server_wait(b->server, 1);
    kill(pid, SIGINT);
    assert_int_equal(wait_for_end(pid, PATIENCE_MS), 0);
}

// A transfer that hangs ends by itself after 20 s, one that drips after 60:
// half of the first is ample for one that is told to end, on any machine.
static void test_sigterm_in_a_slow_transfer(void **state)
{
    struct courier_bench *b = *state;
    const enum bad_kind kinds[] = {BAD_MUTE, BAD_DRIP};
    bench_visit(b, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct bad_step step = {.kind = kinds[i]};
        bad_server_follow(b->server, &step, 1);
        pid_t pid = go_on(b);
        bad_server_wait(b->server, i + 1);
        kill(pid, SIGTERM);
        assert_int_equal(wait_for_end(pid, 10000), 0);
        assert_int_equal(bench_pending(b), 2);
    }
    bad_server_follow(b->server, NULL, 0);
    assert_int_equal(once(b), 0);
    assert_int_equal(bench_pending(b), 0);
}

// Killed between the server's commit and the answer: it sends the same again,
// and nothing is missing or passed over.
static void test_killed_in_a_transfer(void **state)
{
    struct courier_bench *b = *state;
    static const struct bad_step step = {.kind = BAD_MUTE};
    bench_visit(b, 4);
    bad_server_follow(b->server, &step, 1);
    pid_t pid = go_on(b);
    bad_server_wait(b->server, 1);
    kill(pid, SIGKILL);
    assert_int_equal(wait_for_end(pid, PATIENCE_MS), -1);
    bad_server_follow(b->server, NULL, 0);
    assert_int_equal(once(b), 0);
    bench_must_have_sent(b, 0, 1, 4);
    bench_must_have_sent(b, 1, 1, 4);
    assert_int_equal(bench_position(b), 4);
}

// It is started with the machine, before anybody enrols it.
static void test_it_waits_for_its_enrolment(void **state)
{
    struct courier_bench *b = *state;
    char path[128], aside[128];
    snprintf(path, sizeof path, "%s/%s", b->kiosk.folder, DEVICE_FILE_JSON);
    snprintf(aside, sizeof aside, "%s/later.json", b->kiosk.folder);
    bench_visit(b, 1);
    assert_int_equal(rename(path, aside), 0);
    pid_t pid = go_on(b);
    const struct timespec pause = {0, 300 * 1000000L};
    nanosleep(&pause, NULL);
    assert_int_equal(rename(aside, path), 0);
    bench_wait_for(b, 1);
    kill(pid, SIGTERM);
    assert_int_equal(wait_for_end(pid, PATIENCE_MS), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_once_sends_all),
        TEST(test_once_says_that_something_is_left),
        TEST(test_once_cannot_start),
        TEST(test_misuse),
        TEST(test_a_second_one_refuses),
        TEST(test_sigterm_while_nothing_happens),
        TEST(test_sigint_ends_it_too),
        TEST(test_sigterm_in_a_slow_transfer),
        TEST(test_killed_in_a_transfer),
        TEST(test_it_waits_for_its_enrolment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
