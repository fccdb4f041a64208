// Requests that wait, with sockets that no library holds: who wakes them, and
// that nothing wakes one twice or never.
#include "common/clock.h"
#include "server/hub.h"
#include "support/check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONG_US = 60 * 1000000, PATIENCE_TRIES = 12000, PAUSE_US = 5000 };

struct waiting {
    struct hub_wait wait;
    int far; // the peer's end
    atomic_int woken;
};

static void count_waking(void *ctx)
{
    struct waiting *waiting = ctx;
    atomic_fetch_add(&waiting->woken, 1);
}

static void prepare(struct waiting *waiting, struct hub *hub,
                    const char *counter, const char *who)
{
    int pair[2];
    memset(waiting, 0, sizeof *waiting);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct hub_wait *wait = &waiting->wait;
    snprintf(wait->counter, sizeof wait->counter, "%s", counter);
    snprintf(wait->who, sizeof wait->who, "%s", who);
    wait->most = 2;
    wait->since = hub_moment(hub);
    wait->deadline_us = clock_mono_us() + LONG_US;
    wait->fd = pair[0];
    wait->wake = count_waking;
    wait->ctx = waiting;
    waiting->far = pair[1];
}

static void enter(struct waiting *waiting, struct hub *hub, const char *counter,
                  const char *who)
{
    prepare(waiting, hub, counter, who);
    hub_enter(hub, &waiting->wait);
}

static void leave(struct waiting *waiting)
{
    close(waiting->wait.fd);
    if (waiting->far >= 0) {
        close(waiting->far);
    }
}

static bool comes(struct waiting *waiting)
{
    for (int i = 0; i < PATIENCE_TRIES && waiting->woken == 0; i++) {
        usleep(PAUSE_US);
    }
    return waiting->woken == 1;
}

static void test_change_wakes_those_of_its_counter(void **state)
{
    struct hub *hub = hub_open(16);
    struct waiting three, five;
    (void)state;
    enter(&three, hub, "3", "device a");
    enter(&five, hub, "5", "device b");
    assert_int_equal(hub_count(hub), 2);
    hub_announce(hub, "3");
    assert_int_equal(three.woken, 1);
    assert_false(three.wait.is_over); // it may look and wait again
    assert_int_equal(five.woken, 0);
    hub_announce(hub, NULL);
    assert_int_equal(five.woken, 1);
    assert_int_equal(hub_count(hub), 0);
    hub_close(hub);
    assert_int_equal(three.woken, 1);
    leave(&three);
    leave(&five);
}

// What came between the look and the entering is not slept through.
static void test_nothing_is_missed_before_the_entering(void **state)
{
    struct hub *hub = hub_open(16);
    struct waiting one;
    (void)state;
    prepare(&one, hub, "3", "device a");
    hub_announce(hub, "3");
    hub_enter(hub, &one.wait);
    assert_int_equal(one.woken, 1);
    assert_false(one.wait.is_over);
    hub_close(hub);
    leave(&one);
}

static void test_deadline_and_lost_peer_wake(void **state)
{
    struct hub *hub = hub_open(16);
    struct waiting late, gone, stays;
    (void)state;
    enter(&stays, hub, "3", "device a");
    prepare(&late, hub, "3", "device b");
    late.wait.deadline_us = clock_mono_us() + 20000;
    hub_enter(hub, &late.wait);
    assert_true(comes(&late));
    assert_true(clock_mono_us() >= late.wait.deadline_us);
    assert_false(late.wait.is_over);
    enter(&gone, hub, "3", "device c");
    close(gone.far);
    gone.far = -1;
    assert_true(comes(&gone));
    assert_true(gone.wait.is_over);
    assert_int_equal(stays.woken, 0);
    assert_int_equal(hub_count(hub), 1);
    hub_close(hub);
    leave(&late);
    leave(&gone);
    leave(&stays);
}

static void test_one_more_sends_the_oldest_off(void **state)
{
    struct hub *hub = hub_open(3);
    struct waiting of_a[3], of_b, of_c;
    (void)state;
    enter(&of_b, hub, "3", "device b");
    for (int i = 0; i < 3; i++) {
        enter(&of_a[i], hub, "3", "device a");
    }
    // Two of a at most; b was there before and stays.
    assert_int_equal(of_a[0].woken, 1);
    assert_true(of_a[0].wait.is_over);
    assert_int_equal(of_a[1].woken + of_a[2].woken + of_b.woken, 0);
    // Three in all.
    enter(&of_c, hub, "5", "device c");
    assert_int_equal(of_b.woken, 1);
    assert_int_equal(hub_count(hub), 3);
    hub_close(hub);
    assert_int_equal(of_a[1].woken + of_a[2].woken + of_c.woken, 3);
    for (int i = 0; i < 3; i++) {
        leave(&of_a[i]);
    }
    leave(&of_b);
    leave(&of_c);
}

static void test_end_wakes_all_and_whoever_comes_then(void **state)
{
    struct hub *hub = hub_open(16);
    struct waiting before, after;
    (void)state;
    enter(&before, hub, "3", "device a");
    hub_finish(hub);
    assert_int_equal(before.woken, 1);
    assert_true(before.wait.is_over);
    enter(&after, hub, "3", "device a");
    assert_int_equal(after.woken, 1);
    assert_true(after.wait.is_over);
    hub_close(hub);
    leave(&before);
    leave(&after);
}

enum { ENTERERS = 4, ROUNDS = 500 };

static void *enter_often(void *ctx)
{
    struct hub *hub = ctx;
    struct waiting one;
    for (int i = 0; i < ROUNDS; i++) {
        enter(&one, hub, "3", "device a");
        if (i % 3 == 0) {
            close(one.far);
            one.far = -1;
        } else if (i % 3 == 1) {
            hub_announce(hub, "3");
        }
        assert_true(comes(&one));
        leave(&one);
    }
    return NULL;
}

// Each is woken exactly once, whoever is faster. One that sleeps on is woken by
// the announcements of the others.
static void test_each_is_woken_once_by_whoever_is_first(void **state)
{
    struct hub *hub = hub_open(16);
    pthread_t threads[ENTERERS];
    (void)state;
    for (int i = 0; i < ENTERERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, enter_often, hub),
                         0);
    }
    for (int i = 0; i < ENTERERS; i++) {
        while (pthread_tryjoin_np(threads[i], NULL) != 0) {
            hub_announce(hub, "3");
            usleep(1000);
        }
    }
    assert_int_equal(hub_count(hub), 0);
    hub_close(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_wakes_those_of_its_counter),
        cmocka_unit_test(test_nothing_is_missed_before_the_entering),
        cmocka_unit_test(test_deadline_and_lost_peer_wake),
        cmocka_unit_test(test_one_more_sends_the_oldest_off),
        cmocka_unit_test(test_end_wakes_all_and_whoever_comes_then),
        cmocka_unit_test(test_each_is_woken_once_by_whoever_is_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
