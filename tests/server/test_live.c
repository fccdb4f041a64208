// GET /api/v1/reports/live: today's figures reach whoever waits, and however
// many wait, they are read for all together.
#include "server/hub.h"
#include "server/live.h"
#include "support/check.h"
#include "support/one_day.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <string.h>

// A poll waits longer than talk_hear() has patience: what it hears in time was
// said because something woke it.
#define LONGEST "30"

static struct made_server server;
static struct made_device device;
static char office[65], leader[65];

static int start(void **state)
{
    (void)state;
    one_day_for(120);
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    made_device_enrol(&device, &server, "3");
    made_server_key(&server, "office", office);
    made_server_key(&server, "leader", leader);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_device_free(&device);
    made_server_close(&server);
    return 0;
}

static void rate(int level)
{
    struct answer answer = {0};
    int64_t line = maker_rate(&device.ledger, level)->seq;
    made_device_send(&device, &server, line, line, 200, &answer);
    answer_free(&answer);
}

// Says the request and leaves the answer for later. `etag` may be "".
static void poll(struct talk *talk, const char *key, const char *etag)
{
    char text[512];
    talk_open(talk, server.port);
    snprintf(text, sizeof text,
             "GET /api/v1/reports/live?wait=" LONGEST " HTTP/1.1\r\n"
             "Host: x\r\nAuthorization: Bearer %s\r\n%s%s%s\r\n",
             key, *etag ? "If-None-Match: " : "", etag, *etag ? "\r\n" : "");
    talk_say(talk, text);
}

static int64_t hear(struct talk *talk, char etag[80])
{
    struct answer answer = {0};
    int64_t rated;
    assert_true(talk_hear(talk, true, &answer));
    assert_int_equal(answer.status, 200);
    snprintf(etag, 80, "%s", answer_header(&answer, "ETag"));
    json_t *object = answer_object(&answer);
    const json_t *total = json_object_get(object, "total");
    if (json_is_null(json_object_get(total, "rated"))) {
        rated = -1;
    } else {
        assert_true(json_get_int(total, "rated", &rated));
    }
    json_decref(object);
    answer_free(&answer);
    talk_close(talk);
    return rated;
}

static void test_a_rating_reaches_who_waits(void **state)
{
    struct talk first, one, other;
    char etag[80], ignored[80];
    (void)state;
    poll(&first, office, "");
    assert_int_equal(hear(&first, etag), 0);
    poll(&one, office, etag);
    poll(&other, office, etag);
    rate(5);
    assert_int_equal(hear(&one, ignored), 1);
    assert_int_equal(hear(&other, etag), 1);
    // The next one, too, although the figures were read a moment ago.
    poll(&one, office, etag);
    rate(4);
    assert_int_equal(hear(&one, etag), 2);
}

static void test_each_sees_what_is_theirs(void **state)
{
    struct talk talk;
    char etag[80];
    (void)state;
    // Under five ratings a leader is told no number.
    poll(&talk, leader, "");
    assert_int_equal(hear(&talk, etag), -1);
    rate(5);
    rate(5);
    rate(5);
    poll(&talk, leader, etag);
    assert_int_equal(hear(&talk, etag), 5);
}

static void test_a_rejected_wait(void **state)
{
    struct answer answer = {0};
    (void)state;
    ask(server.port,
        &(struct ask){.path = "/api/v1/reports/live?wait=31", .token = office},
        &answer);
    assert_int_equal(answer.status, 400);
    answer_free(&answer);
}

// --- Without a server -------------------------------------------------------

// Of many commits between two readings, one is announced.
static void test_commits_are_announced_once(void **state)
{
    struct hub *hub = hub_open(4);
    struct live *live = live_open(hub);
    (void)state;
    uint64_t before = hub_moment(hub);
    for (int i = 0; i < 1000; i++) {
        live_touch(live);
    }
    assert_int_equal(hub_moment(hub) - before, 1);
    live_close(live);
    hub_close(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rating_reaches_who_waits),
        cmocka_unit_test(test_each_sees_what_is_theirs),
        cmocka_unit_test(test_a_rejected_wait),
        cmocka_unit_test(test_commits_are_announced_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
