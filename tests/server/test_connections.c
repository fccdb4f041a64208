// The watchdog over open sockets, with sockets that no library holds.
#include "server/connections.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct sockaddr_in address(const char *text)
{
    struct sockaddr_in out = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, text, &out.sin_addr), 1);
    return out;
}

// True once the far end has seen the end of the connection.
static bool is_shut(int far)
{
    char byte;
    return recv(far, &byte, 1, 0) == 0;
}

static void test_who_owes_too_long_is_shut(void **state)
{
    struct connections *all = connections_open(
        &(struct connections_params){.owing_ms = 1000, .per_address = 10});
    struct sockaddr_in from = address("10.0.0.1");
    int owing[2], busy[2], again[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, owing), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, busy), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, again), 0);
    struct connection *first =
        connections_add(all, owing[0], (struct sockaddr *)&from);
    struct connection *second =
        connections_add(all, busy[0], (struct sockaddr *)&from);
    struct connection *third =
        connections_add(all, again[0], (struct sockaddr *)&from);
    connection_owes_nothing(all, second);
    connection_owes_nothing(all, third);
    assert_true(is_shut(owing[1])); // waits for the watchdog
    // Its turn again: it is shut too, and the one at work never was.
    connection_owes(all, third);
    assert_true(is_shut(again[1]));
    assert_int_equal(send(busy[0], "x", 1, MSG_NOSIGNAL), 1);
    char byte;
    assert_int_equal(recv(busy[1], &byte, 1, 0), 1);
    struct connections_count count = connections_count(all);
    assert_int_equal(count.open, 3);
    assert_int_equal(count.opened, 3);
    assert_int_equal(count.cut, 2);
    connections_remove(all, second);
    connections_remove(all, first);
    connections_remove(all, third);
    assert_int_equal(connections_count(all).open, 0);
    for (int i = 0; i < 2; i++) {
        close(owing[i]);
        close(busy[i]);
        close(again[i]);
    }
    connections_close(all);
}

static void test_an_address_has_its_share(void **state)
{
    struct sockaddr_in6 proxy = {.sin6_family = AF_INET6};
    assert_int_equal(inet_pton(AF_INET6, "::ffff:10.0.0.9", &proxy.sin6_addr),
                     1);
    struct connections *all = connections_open(
        &(struct connections_params){.owing_ms = 10000,
                                     .per_address = 2,
                                     .proxies = &proxy.sin6_addr,
                                     .proxy_count = 1});
    struct sockaddr_in a = address("10.0.0.1"), b = address("10.0.0.2"),
                       here = address("127.0.0.1"), named = address("10.0.0.9");
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
    struct connection *of_a[2], *of_here[3], *of_named[3];
    int pair[2];
    (void)state;
    assert_int_equal(inet_pton(AF_INET6, "::ffff:10.0.0.1", &mapped.sin6_addr),
                     1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    for (int i = 0; i < 2; i++) {
        assert_true(connections_admit(all, (struct sockaddr *)&a));
        of_a[i] = connections_add(all, pair[0], (struct sockaddr *)&a);
    }
    assert_false(connections_admit(all, (struct sockaddr *)&a));
    // The same machine in its other spelling.
    assert_false(connections_admit(all, (struct sockaddr *)&mapped));
    assert_true(connections_admit(all, (struct sockaddr *)&b));
    // A proxy brings everybody, from here or from where it was said to be.
    for (int i = 0; i < 3; i++) {
        assert_true(connections_admit(all, (struct sockaddr *)&here));
        of_here[i] = connections_add(all, pair[0], (struct sockaddr *)&here);
        assert_true(connections_admit(all, (struct sockaddr *)&named));
        of_named[i] = connections_add(all, pair[0], (struct sockaddr *)&named);
    }
    connections_remove(all, of_a[0]);
    assert_true(connections_admit(all, (struct sockaddr *)&a));
    assert_int_equal(connections_count(all).refused, 2);
    connections_remove(all, of_a[1]);
    for (int i = 0; i < 3; i++) {
        connections_remove(all, of_here[i]);
        connections_remove(all, of_named[i]);
    }
    close(pair[0]);
    close(pair[1]);
    connections_close(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_owes_too_long_is_shut),
        cmocka_unit_test(test_an_address_has_its_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
