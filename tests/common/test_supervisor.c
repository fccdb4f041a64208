#include "common/clock.h"
#include "common/supervisor.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hailong-supervisor-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int manager = -1;

// A manager that waits 400 ms for a sign of life.
static int be_manager(void **state)
{
    (void)state;
    char pid[20];
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(manager, (struct sockaddr *)&address, sizeof address),
                     0);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "400000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    close(manager);
    unlink(address.sun_path);
    rmdir(folder);
    return 0;
}

// What came since the last call, a bar after each message.
static const char *heard(void)
{
    static char all[500];
    char one[200];
    ssize_t size;
    all[0] = '\0';
    while ((size = recv(manager, one, sizeof one - 1, MSG_DONTWAIT)) > 0) {
        one[size] = '\0';
        strncat(all, one, sizeof all - strlen(all) - 1);
        strncat(all, "|", sizeof all - strlen(all) - 1);
    }
    return all;
}

static void test_supervisor_ready_is_alive(void **state)
{
    (void)state;
    supervisor_ready();
    assert_string_equal(heard(), "READY=1|WATCHDOG=1|");
}

static void test_supervisor_signs_are_few(void **state)
{
    (void)state;
    assert_int_equal(supervisor_interval_ms(), 200);
    heard();
    int64_t began_us = clock_mono_us();
    for (int i = 0; i < 1000; i++)
        supervisor_alive();
    // One each 200 ms, which a busy machine may need for it.
    int64_t most = 1 + (clock_mono_us() - began_us) / (200 * 1000);
    assert_true(strlen(heard()) <= (size_t)most * strlen("WATCHDOG=1|"));
}

// A program that tells it in each turn of half the patience is never late.
static void test_supervisor_signs_come_in_time(void **state)
{
    (void)state;
    const struct timespec turn = {0, 110 * 1000000};
    heard();
    for (int i = 0; i < 3; i++) {
        nanosleep(&turn, NULL);
        supervisor_alive();
        assert_string_equal(heard(), "WATCHDOG=1|");
    }
}

static void test_supervisor_says_that_it_ends(void **state)
{
    (void)state;
    heard();
    supervisor_stopping();
    assert_string_equal(heard(), "STOPPING=1|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_supervisor_ready_is_alive),
        cmocka_unit_test(test_supervisor_signs_are_few),
        cmocka_unit_test(test_supervisor_signs_come_in_time),
        cmocka_unit_test(test_supervisor_says_that_it_ends)};
    return cmocka_run_group_tests(tests, be_manager, leave);
}
