// The HTTP edge against the whole server: one reading of every request, one
// spelling of every path, and no peer that keeps others waiting.
#include "common/clock.h"
#include "office/backup.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, (const char *[]){"--request-s", "1", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void say_once(const char *text, struct answer *answer, bool *out_closed)
{
    struct talk talk;
    talk_open(&talk, server.port);
    talk_say(&talk, text);
    assert_true(talk_hear(&talk, true, answer));
    *out_closed = talk_is_closed(&talk);
    talk_close(&talk);
}

// Each of these could be read in two ways. All are refused, nothing behind
// them is read as a request, and the connection ends.
static void test_ambiguous_framing_is_refused(void **state)
{
    static const char *const requests[] = {
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
        "Content-Length: 5\r\n\r\n12345",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
        "Content-Length: 4\r\n\r\n1234",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
        "Transfer-Encoding: identity\r\n\r\n",
        "POST /api/v1/batches HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\n"
        "Authorization: Bearer b\r\n\r\n",
    };
    struct answer answer = {0};
    bool closed;
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        say_once(requests[i], &answer, &closed);
        answer_is_problem(&answer, 400, "bad-request");
        assert_true(closed);
    }
    answer_free(&answer);
}

// The library answers most of these itself, in its own words; and then nothing
// more is taken from there.
static void test_what_is_no_http_is_refused(void **state)
{
    static const char *const requests[] = {
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\nContent-Length: "
        "99999999999999999999\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/x-ndjson\r\n"
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/x-ndjson\r\n"
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nabc\r\n"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct talk talk;
        talk_open(&talk, server.port);
        talk_say(&talk, requests[i]);
        assert_true(talk_hear(&talk, true, &answer));
        assert_in_range(answer.status, 400, 499);
        assert_string_equal(answer_header(&answer, "Connection"), "close");
        talk_hear_end(&talk);
        talk_close(&talk);
    }
    answer_free(&answer);
}

static void test_a_post_without_length_gets_411(void **state)
{
    struct answer answer = {0};
    bool closed;
    (void)state;
    say_once("POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
             "Content-Type: application/x-ndjson\r\n\r\n",
             &answer, &closed);
    answer_is_problem(&answer, 411, "length-required");
    answer_free(&answer);
}

static void test_paths_have_one_spelling(void **state)
{
    static const char *const paths[] = {"//",
                                        "/healthz/",
                                        "//healthz",
                                        "/./healthz",
                                        "/x/../healthz",
                                        "/%68ealthz",
                                        "/healthz%00",
                                        "/healthz%2f",
                                        "/HEALTHZ",
                                        "/healthz;a",
                                        "/api/v1/../healthz",
                                        "/api/v1/batches/",
                                        "*",
                                        "http://a/healthz",
                                        "/api/v1",
                                        "/..%2f..%2fetc/passwd",
                                        "/admin/v1/devices"};
    struct answer answer = {0};
    char longest[2000] = "/";
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ask(server.port, &(struct ask){.path = paths[i]}, &answer);
        answer_is_problem(&answer, 404, "not-found");
    }
    memset(longest + 1, 'a', sizeof longest - 2);
    ask(server.port, &(struct ask){.path = longest}, &answer);
    answer_is_problem(&answer, 404, "not-found");
    ask(server.port, &(struct ask){.path = "/healthz?x=%2e%2e"}, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void test_wrong_methods_get_405_with_allow(void **state)
{
    static const struct {
        const char *method, *path, *allow;
    } cases[] = {{"GET", "/api/v1/batches", "POST"},
                 {"PUT", "/api/v1/batches", "POST"},
                 {"DELETE", "/healthz", "GET, HEAD"},
                 {"POST", "/api/v1/reports/summary", "GET, HEAD"},
                 {"OPTIONS", "/api/v1/devices/enrol", "POST"},
                 {"get", "/healthz", "GET, HEAD"}};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask(server.port,
            &(struct ask){.method = cases[i].method, .path = cases[i].path},
            &answer);
        answer_is_problem(&answer, 405, "method");
        assert_string_equal(answer_header(&answer, "Allow"), cases[i].allow);
    }
    answer_free(&answer);
}

static void test_head_is_get_without_the_body(void **state)
{
    struct answer answer = {0};
    (void)state;
    ask(server.port, &(struct ask){.method = "HEAD", .path = "/healthz"},
        &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body.size, 0);
    answer_free(&answer);
}

static void test_health(void **state)
{
    struct answer answer = {0};
    const char *status = "";
    (void)state;
    ask(server.port, &(struct ask){.path = "/healthz"}, &answer);
    json_t *object = answer_object(&answer);
    assert_true(json_get_text(object, "status", &status));
    assert_string_equal(status, "ok");
    json_decref(object);
    answer_free(&answer);
}

// The number behind a name and its labels, -1: not there.
static long metric(const struct answer *answer, const char *name)
{
    const char *at = strstr(buf_text(&answer->body), name);
    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static void test_metrics_count_requests_and_lines(void **state)
{
    struct made_server own;
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_server_start(&own, NULL);
    made_device_enrol(&device, &own, "3");
    maker_rate(&device.ledger, 5);
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &own, 1, 2, 200, &answer);
    made_device_send(&device, &own, 1, 2, 200, &answer);
    ask(own.port, &(struct ask){.path = "/no/such"}, &answer);
    ask(own.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(
        strstr(answer_header(&answer, "Content-Type"), "version=0.0.4"));
    assert_int_equal(metric(&answer, "hailong_http_requests_total{route="
                                     "\"batches\",status=\"200\"} "),
                     2);
    assert_int_equal(metric(&answer, "hailong_http_requests_total{route="
                                     "\"none\",status=\"404\"} "),
                     1);
    assert_int_equal(metric(&answer, "lines_total{status=\"stored\"} "), 2);
    assert_int_equal(metric(&answer, "lines_total{status=\"already\"} "), 2);
    assert_int_equal(metric(&answer, "\nhailong_commits_total "), 2);
    assert_int_equal(metric(&answer, "\nhailong_queue_depth "), 0);
    assert_int_equal(metric(&answer, "\nhailong_body_bytes "), 0);
    assert_true(metric(&answer, "last_commit_age_seconds ") >= 0);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&own);
}

// "name{device="…",counter="3"" for the device.
static long device_metric(const struct answer *answer, const char *name,
                          const struct made_device *device, const char *more)
{
    char text[256];
    snprintf(text, sizeof text, "\n%s{device=\"%s\",counter=\"3\"%s} ", name,
             device->ledger.device, more);
    return metric(answer, text);
}

static void test_metrics_tell_of_devices_and_the_machine(void **state)
{
    struct made_server own;
    struct made_device device;
    struct answer answer = {0};
    struct backup_note note = {.at = clock_wall_ms() - 7200 * 1000,
                               .folder = "/nowhere",
                               .name = "hailong-20261130-013000.backup"};
    time_t now = time(NULL);
    (void)state;
    made_server_start(&own, NULL);
    made_device_enrol(&device, &own, "3");
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &own, 1, 1, 200, &answer);
    ask(own.port, &(struct ask){.path = "/metrics"}, &answer);
    // The device says that 7 lines wait, and that 3 MiB are free.
    assert_int_equal(
        device_metric(&answer, "hailong_device_pending_lines", &device, ""), 7);
    assert_int_equal(
        device_metric(&answer, "hailong_device_disk_free_bytes", &device, ""),
        3 << 20);
    assert_in_range(
        device_metric(&answer, "hailong_device_last_contact_timestamp_seconds",
                      &device, ""),
        now - 1, now + 60);
    assert_true(metric(&answer, "\nhailong_database_bytes ") > 8192);
    assert_true(metric(&answer, "\nhailong_disk_free_bytes ") > 0);
    // Nobody ever made a backup here; then somebody did, two hours ago.
    assert_int_equal(metric(&answer, "\nhailong_backup_age_seconds "), -1);
    assert_true(backup_note_write(own.folder, &note));
    ask(own.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_in_range(metric(&answer, "\nhailong_backup_age_seconds "), 7200,
                    7260);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&own);
}

// An hour ahead is an hour, and behind is less than nothing.
static void test_metrics_tell_of_a_clock_that_is_off(void **state)
{
    struct made_server own;
    struct answer answer = {0};
    (void)state;
    made_server_start(&own, NULL);
    for (int hours = -1; hours <= 1; hours++) {
        struct made_device device;
        made_device_enrol(&device, &own, "3");
        device.ledger.wall_ms = clock_wall_ms() + hours * 3600 * 1000;
        made_device_send(&device, &own, 1, 0, 200, &answer);
        ask(own.port, &(struct ask){.path = "/metrics"}, &answer);
        assert_in_range(60 + 3600 +
                            device_metric(&answer,
                                          "hailong_device_clock_offset_seconds",
                                          &device, ""),
                        3600 * (hours + 1), 3600 * (hours + 1) + 61);
        made_device_free(&device);
    }
    answer_free(&answer);
    made_server_close(&own);
}

static void test_a_connection_serves_many_requests(void **state)
{
    struct talk talk;
    struct answer answer = {0};
    (void)state;
    talk_open(&talk, server.port);
    for (int i = 0; i < 3; i++) {
        talk_say(&talk, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_true(talk_hear(&talk, true, &answer));
        assert_int_equal(answer.status, 200);
        // A refused body is read past.
        talk_say(&talk, "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
                        "Content-Type: application/x-ndjson\r\n"
                        "Content-Length: 5\r\n\r\nabcde");
        assert_true(talk_hear(&talk, true, &answer));
        assert_int_equal(answer.status, 401);
    }
    // Two at once.
    talk_say(&talk, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                    "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(talk_hear(&talk, true, &answer));
    assert_int_equal(answer.status, 200);
    assert_true(talk_hear(&talk, true, &answer));
    assert_int_equal(answer.status, 404);
    talk_close(&talk);
    answer_free(&answer);
}

// With one byte now and then the library would wait for ever; the server cuts
// them, and the honest are served meanwhile.
static void test_slow_senders_are_cut_and_others_served(void **state)
{
    enum { SLOW = 40 };
    static const char *const beginnings[] = {
        "", "GET /heal", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
        "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/x-ndjson\r\n"
        "Content-Length: 1000000\r\n\r\n{"};
    struct talk slow[SLOW];
    struct answer answer = {0};
    (void)state;
    for (int i = 0; i < SLOW; i++) {
        talk_open(&slow[i], server.port);
        talk_say(&slow[i], beginnings[i % 4]);
    }
    for (int i = 0; i < 20; i++) {
        ask(server.port, &(struct ask){.path = "/healthz"}, &answer);
        assert_int_equal(answer.status, 200);
        for (int j = 0; j < SLOW; j++) {
            if (j % 4 != 0) {
                talk_say(&slow[j], "a");
            }
        }
        usleep(100 * 1000);
    }
    for (int i = 0; i < SLOW; i++) {
        assert_true(talk_is_closed(&slow[i]));
        talk_close(&slow[i]);
    }
    ask(server.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_true(metric(&answer, "\nhailong_connections_cut_total ") >= SLOW);
    answer_free(&answer);
}

static void test_a_device_that_asks_too_often_gets_429(void **state)
{
    struct made_server own;
    struct made_device device;
    struct answer answer = {0};
    int refused = 0;
    (void)state;
    made_server_start(&own, (const char *[]){"--device-rate", "1",
                                             "--device-burst", "3", NULL});
    made_device_enrol(&device, &own, "3");
    for (int i = 0; i < 3; i++) {
        made_device_send(&device, &own, 1, 0, 200, &answer);
    }
    // One token comes back each second, so of many at once most are refused.
    for (int i = 0; i < 10 || (refused == 0 && i < 500); i++) {
        struct buf body = {0};
        made_device_body(&device, 1, 0, &body, NULL);
        made_device_post(&device, &own, &body, NULL, &answer);
        if (answer.status != 200) {
            answer_is_problem(&answer, 429, "too-many");
            assert_string_equal(answer_header(&answer, "Retry-After"), "1");
            refused++;
        }
        buf_free(&body);
    }
    assert_true(refused > 0);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&own);
}

// Waits until the bodies that are on their way hold this much.
static void wait_for_bodies(const struct made_server *own, long wanted)
{
    struct answer answer = {0};
    long held = -1;
    for (int i = 0; i < 6000 && held != wanted; i++) {
        usleep(10 * 1000);
        ask(own->port, &(struct ask){.path = "/metrics"}, &answer);
        held = metric(&answer, "\nhailong_body_bytes ");
    }
    assert_int_equal(held, wanted);
    answer_free(&answer);
}

static void test_bodies_together_are_bounded(void **state)
{
    enum { SENDERS = 3, PART = 2 << 20 };
    struct made_server own;
    struct made_device device;
    struct talk talks[SENDERS];
    struct answer answer = {0};
    struct buf head = {0}, part = {0};
    (void)state;
    made_server_start(&own, (const char *[]){"--body-memory-mib", "5", NULL});
    made_device_enrol(&device, &own, "3");
    buf_printf(&head,
               "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
               "Authorization: Bearer %s\r\n"
               "Content-Type: application/x-ndjson\r\n"
               "Content-Length: %d\r\n\r\n",
               device.token, PART + 1);
    assert_non_null(buf_reserve(&part, PART));
    memset(part.data, 'x', PART);
    buf_commit(&part, PART);
    // All but the last byte: two fit, the third one does not.
    for (int i = 0; i < SENDERS; i++) {
        talk_open(&talks[i], own.port);
        talk_send(&talks[i], head.data, head.size);
        talk_send(&talks[i], part.data, part.size);
        wait_for_bodies(&own, (i < 2 ? i + 1 : 2) * (long)PART);
    }
    talk_say(&talks[2], "x");
    assert_true(talk_hear(&talks[2], true, &answer));
    answer_is_problem(&answer, 503, "busy");
    assert_string_equal(answer_header(&answer, "Retry-After"), "2");
    for (int i = 0; i < 2; i++) {
        talk_say(&talks[i], "x");
        assert_true(talk_hear(&talks[i], true, &answer));
        answer_is_problem(&answer, 422, "unreadable");
    }
    wait_for_bodies(&own, 0);
    for (int i = 0; i < SENDERS; i++) {
        talk_close(&talks[i]);
    }
    buf_free(&head);
    buf_free(&part);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ambiguous_framing_is_refused),
        cmocka_unit_test(test_what_is_no_http_is_refused),
        cmocka_unit_test(test_a_post_without_length_gets_411),
        cmocka_unit_test(test_paths_have_one_spelling),
        cmocka_unit_test(test_wrong_methods_get_405_with_allow),
        cmocka_unit_test(test_head_is_get_without_the_body),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_metrics_count_requests_and_lines),
        cmocka_unit_test(test_metrics_tell_of_devices_and_the_machine),
        cmocka_unit_test(test_metrics_tell_of_a_clock_that_is_off),
        cmocka_unit_test(test_a_connection_serves_many_requests),
        cmocka_unit_test(test_slow_senders_are_cut_and_others_served),
        cmocka_unit_test(test_a_device_that_asks_too_often_gets_429),
        cmocka_unit_test(test_bodies_together_are_bounded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
