// Somebody else has the turn to write a database of PostgreSQL: while that goes
// on nobody hears of it but who waits; where it does not end watchers, devices
// and the log do, and all is well again when it ends. Skipped where no scratch
// cluster is named.
#include "common/clock.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A device hangs up after so many seconds of silence (sync/transport.c).
enum { DEVICE_S = 20 };

static const char *const OPTIONS[] = {"--device-rate", "0", NULL};
static struct made_server server;
static struct made_device device;
static char office_key[65];

static int start(void **state)
{
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        return 0;
    }
    made_server_start(&server, OPTIONS);
    made_device_enrol(&device, &server, "3");
    made_server_key(&server, "office", office_key);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (getenv("HAILONG_TEST_POSTGRES")) {
        made_device_free(&device);
        made_server_close(&server);
    }
    return 0;
}

static struct sql *take_turn(void)
{
    struct sql *holder = NULL;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
    assert_int_equal(
        database_open(server.database, SQL_WRITER, NULL, 0, &holder), SQL_OK);
    assert_int_equal(
        sql_run(holder, "BEGIN; UPDATE writing SET epoch = epoch + 1"), SQL_OK);
    return holder;
}

// A batch of one rating on its way, in a thread of its own.
struct sending {
    pthread_t thread;
    struct buf body;
    struct answer answer;
    int64_t took_us;
    _Atomic bool is_over;
};

static void *send_body(void *ctx)
{
    struct sending *sending = ctx;
    int64_t began_us = clock_mono_us();
    made_device_post(&device, &server, &sending->body, NULL, &sending->answer);
    sending->took_us = clock_mono_us() - began_us;
    sending->is_over = true;
    return NULL;
}

static void send_start(struct sending *sending, int64_t seq)
{
    made_device_body(&device, seq, seq, &sending->body, NULL);
    assert_int_equal(pthread_create(&sending->thread, NULL, send_body, sending),
                     0);
}

static void send_end(struct sending *sending)
{
    pthread_join(sending->thread, NULL);
    buf_free(&sending->body);
}

static int health(struct answer *out)
{
    ask(server.port, &(struct ask){.path = "/healthz"}, out);
    return out->status;
}

static bool is_healthy_within(int status, int seconds, struct answer *out)
{
    for (int i = 0; i < seconds * 10 && health(out) != status; i++) {
        usleep(100 * 1000);
    }
    return out->status == status;
}

// What stands behind a figure's name.
static long figure(const char *name)
{
    struct answer answer = {0};
    char line[96];
    ask(server.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_int_equal(answer.status, 200);
    snprintf(line, sizeof line, "\n%s ", name);
    const char *found = strstr(buf_text(&answer.body), line);
    assert_non_null(found);
    long value = strtol(found + strlen(line), NULL, 10);
    answer_free(&answer);
    return value;
}

static void test_a_busy_turn_is_waited_for(void **state)
{
    struct sending sending = {0};
    struct answer answer = {0};
    (void)state;
    struct sql *holder = take_turn();
    long failures = figure("hailong_commit_failures_total");
    int64_t seq = maker_rate(&device.ledger, 4)->seq;
    send_start(&sending, seq);
    for (int64_t until = clock_mono_us() + 4500000; clock_mono_us() < until;) {
        assert_int_equal(health(&answer), 200);
        assert_false(sending.is_over);
        usleep(200 * 1000);
    }
    assert_int_equal(sql_run(holder, "COMMIT"), SQL_OK);
    send_end(&sending);
    assert_int_equal(sending.answer.status, 200);
    assert_int_equal(health(&answer), 200);
    assert_int_equal(figure("hailong_commit_failures_total"), failures);
    assert_int_equal(figure("hailong_turns_given_up_total"), 0);
    assert_int_equal(figure("hailong_turn_held"), 0);
    assert_true(figure("hailong_turn_wait_seconds_bucket{le=\"2\"}") <
                figure("hailong_turn_wait_seconds_count"));
    assert_true(figure("hailong_turn_wait_seconds_sum") >= 4);
    sql_close(holder);
    answer_free(&sending.answer);
    answer_free(&answer);
}

static void test_a_turn_that_is_held_is_told(void **state)
{
    struct sending sending = {0};
    struct answer answer = {0};
    (void)state;
    struct sql *holder = take_turn();
    int64_t seq = maker_rate(&device.ledger, 4)->seq;
    send_start(&sending, seq);
    send_end(&sending);
    assert_int_equal(sending.answer.status, 503);
    assert_non_null(answer_header(&sending.answer, "Retry-After"));
    assert_true(sending.took_us < DEVICE_S * INT64_C(1000000));
    assert_true(is_healthy_within(503, 60, &answer));
    assert_holds(buf_text(&answer.body), "holds the turn to write");
    assert_int_equal(figure("hailong_turn_held"), 1);
    assert_true(figure("hailong_turns_given_up_total") > 0);
    assert_int_equal(figure("hailong_database_reachable"), 1);
    // Who reads does not wait.
    ask(server.port,
        &(struct ask){.path = "/api/v1/reports/live?wait=0",
                      .token = office_key},
        &answer);
    assert_int_equal(answer.status, 200);
    // Nobody brings anything, and all hear that it is over.
    sql_close(holder);
    assert_true(is_healthy_within(200, 60, &answer));
    assert_int_equal(figure("hailong_turn_held"), 0);
    made_device_send(&device, &server, seq, seq, 200, &answer);
    answer_free(&sending.answer);
    answer_free(&answer);
}

// A server that is to end while it waits does not keep who ends it waiting.
static void test_a_turn_is_not_waited_for_at_the_end(void **state)
{
    struct sending sending = {0};
    struct answer answer = {0};
    (void)state;
    struct sql *holder = take_turn();
    int64_t seq = maker_rate(&device.ledger, 4)->seq;
    send_start(&sending, seq);
    usleep(500 * 1000);
    assert_false(sending.is_over);
    int64_t began_us = clock_mono_us();
    made_server_stop(&server);
    assert_true(clock_mono_us() - began_us < INT64_C(9000000));
    send_end(&sending);
    assert_int_equal(sending.answer.status, 503);
    sql_close(holder);
    made_server_restart(&server, OPTIONS);
    made_device_send(&device, &server, seq, seq, 200, &answer);
    answer_free(&sending.answer);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_busy_turn_is_waited_for),
        cmocka_unit_test(test_a_turn_that_is_held_is_told),
        cmocka_unit_test(test_a_turn_is_not_waited_for_at_the_end),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
