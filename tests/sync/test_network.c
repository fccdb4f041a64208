// The courier over a network that loses, doubles, delays, spoils and lies, to
// the real server: whatever happens on the way, every rating is counted once.
//
//   test_network [REQUESTS [SEED]]   for long runs; 600 otherwise, and then
//                                    fewer days without a network
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "support/check.h"
#include "support/proxy.h"
#include "support/road_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static size_t requests_wanted = 600;
static uint64_t seed = 20261123;

static int setup(void **state)
{
    log_set_level(LOG_ERROR + 1);
    *state = made_road_open();
    return 0;
}

static int teardown(void **state)
{
    made_road_close(*state);
    return 0;
}

static size_t requests(struct proxy *proxy)
{
    size_t count = 0;
    for (int i = 0; i < PROXY_FAULT_COUNT; i++)
        count += proxy_count(proxy, i);
    return count;
}

static void send_until_all_is_there(struct made_road *road)
{
    int tries = 0;
    while (made_road_send(road) != WORKER_OK)
        assert_true(tries++ < 50);
}

static void test_each_fault_alone(void **state)
{
    struct made_road *road = *state;
    int sent = 0;
    for (int fault = 1; fault < PROXY_FAULT_COUNT; fault++) {
        struct proxy *proxy = proxy_start(road->server.port, 0, 1);
        proxy_only(proxy, fault);
        made_road_point_to(road, proxy_port(proxy));
        made_road_visit(road, 3);
        sent += 3;
        made_road_send(road);
        assert_true(proxy_count(proxy, fault) > 0);
        // What was acknowledged is what the server has, no more.
        assert_true(made_road_position(road) <= sent);
        assert_true(made_road_rated(road) >= made_road_position(road));
        proxy_set_percent(proxy, 0);
        send_until_all_is_there(road);
        assert_int_equal(made_road_rated(road), sent);
        assert_int_equal(made_road_position(road), sent);
        proxy_stop(proxy);
    }
}

static void test_all_faults_together(void **state)
{
    struct made_road *road = *state;
    struct proxy *proxy = proxy_start(road->server.port, 60, seed);
    made_road_point_to(road, proxy_port(proxy));
    int sent = 0;
    while (requests(proxy) < requests_wanted) {
        made_road_visit(road, 1 + sent % 4);
        sent += 1 + sent % 4;
        made_road_send(road);
        assert_true(made_road_position(road) <= sent);
    }
    for (int fault = 1; fault < PROXY_FAULT_COUNT; fault++)
        assert_true(proxy_count(proxy, fault) > 0);
    proxy_set_percent(proxy, 0);
    send_until_all_is_there(road);
    assert_int_equal(made_road_rated(road), sent);
    assert_int_equal(made_road_position(road), sent);
    printf("%zu requests, %d ratings, each counted once\n", requests(proxy),
           sent);
    proxy_stop(proxy);
}

// The server is killed while the network fails, again and again.
static void test_server_killed_on_a_bad_network(void **state)
{
    struct made_road *road = *state;
    struct proxy *proxy = proxy_start(road->server.port, 30, seed + 1);
    made_road_point_to(road, proxy_port(proxy));
    int sent = 0;
    for (int round = 0; round < 12; round++) {
        made_road_visit(road, 40);
        sent += 40;
        made_road_send(road);
        made_server_kill(&road->server);
        made_road_send(road);
        made_server_restart(&road->server, NULL);
        proxy_lead_to(proxy, road->server.port);
    }
    proxy_set_percent(proxy, 0);
    send_until_all_is_there(road);
    assert_int_equal(made_road_rated(road), sent);
    proxy_stop(proxy);
}

// Sixty days without a network, 500 lines a day; a tenth of them in the short
// run. Then a network that still fails, and the courier goes on each time from
// where it was: nothing that has a receipt is sent again.
static void test_weeks_offline(void **state)
{
    struct made_road *road = *state;
    int lines = requests_wanted > 600 ? 30000 : 3000, tries = 0;
    made_road_visit(road, lines);
    struct proxy *proxy = proxy_start(road->server.port, 40, seed + 2);
    made_road_point_to(road, proxy_port(proxy));
    int64_t before = 0;
    while (made_road_send(road) != WORKER_OK) {
        int64_t now = made_road_position(road);
        assert_true(now >= before);
        before = now;
        assert_true(tries++ < 2000);
    }
    assert_int_equal(made_road_position(road), lines);
    assert_int_equal(made_road_rated(road), lines);
    proxy_stop(proxy);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        requests_wanted = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {
        TEST(test_each_fault_alone),
        TEST(test_all_faults_together),
        TEST(test_server_killed_on_a_bad_network),
        TEST(test_weeks_offline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
