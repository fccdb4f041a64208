// One request and its answer, against a server that misbehaves.
#include "support/bad_server.h"
#include "support/check.h"
#include "sync/transport.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct bench {
    struct key key;
    struct bad_server *server;
    struct transport *transport;
    struct transport_answer answer;
    char url[128];
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_true(ledger_init());
    key_make(&b->key);
    b->server = bad_server_start(&b->key);
    b->transport = transport_open(&(struct transport_params){.total_s = 30});
    assert_non_null(b->transport);
    snprintf(b->url, sizeof b->url, "%s/x", bad_server_url(b->server));
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    transport_answer_free(&b->answer);
    transport_close(b->transport);
    bad_server_stop(b->server);
    free(b);
    return 0;
}

static enum transport_result get(struct bench *b)
{
    const struct transport_request request = {
        .method = "GET", .url = b->url, .answer_max = 100000};
    transport_answer_free(&b->answer);
    return transport_ask(b->transport, &request, &b->answer);
}

// One GET that this step answers.
static enum transport_result get_step(struct bench *b, struct bad_step step)
{
    bad_server_follow(b->server, &step, 1);
    enum transport_result result = get(b);
    bad_server_follow(b->server, NULL, 0);
    return result;
}

static void test_allowed_addresses(void **state)
{
    static const char *const urls[] = {
        "https://h24-12.example.vn",
        "https://h24-12.example.vn:8650/",
        "https://10.0.0.7",
        "https://[2001:db8::1]:8650",
        "http://127.0.0.1",
        "http://127.0.0.1:8650",
        "http://127.0.0.1/api",
        "http://127.255.0.9:1",
        "http://localhost:8650",
        "http://LocalHost/",
        "http://[::1]",
        "http://[::1]:8650/api",
    };
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        if (!transport_allows(urls[i], false))
            fail_msg("refused: %s", urls[i]);
}

static void test_addresses_that_only_look_local(void **state)
{
    static const char *const urls[] = {
        "http://127.0.0.1.evil",
        "http://127.0.0.1.evil.vn/",
        "http://127.0.0.1.",
        "http://127.0.0.1evil",
        "http://127.0.0.1@evil",
        "http://127.0.0.1:80@evil",
        "http://127.0.0.1\\@evil",
        "http://127.0.0.1\\.evil",
        "http://127.0.0.1%2eevil",
        "http://localhost@evil",
        "http://localhost:x@evil/",
        "http://localhost.evil",
        "http://localhostevil",
        "http://[::1]@evil",
        "http://[::1].evil",
        "http://[::1]evil",
        "http://[::1",
        "http://[::2]",
        "http://[::ffff:10.0.0.7]",
        "http://evil/127.0.0.1",
        "http://evil?127.0.0.1",
        "http://evil#127.0.0.1",
        "http://evil:127",
        "http://127",
        "http://127.1",
        "http://127.0.0.999",
        "http://127.0.0.0.1",
        "http://127.0.0.01x",
        "http://128.0.0.1",
        "http://10.0.0.7",
        "http://0.0.0.0",
        "http://2130706433",
        "http://0x7f000001",
        "http:///127.0.0.1",
        "http://:8650",
        "http://",
    };
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        if (transport_allows(urls[i], false))
            fail_msg("allowed: %s", urls[i]);
}

static void test_addresses_that_are_none(void **state)
{
    static const char *const urls[] = {
        "",
        "evil",
        "//127.0.0.1",
        "127.0.0.1:8650",
        "file:///etc/passwd",
        "ftp://127.0.0.1",
        "httpx://127.0.0.1",
        "https:/evil",
        "https://",
        "https:///path",
        "https://bank.vn@evil",
        "https://bank.vn:443@evil/",
        " http://127.0.0.1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        if (transport_allows(urls[i], true))
            fail_msg("allowed: %s", urls[i]);
}

static void test_plain_http_must_be_said(void **state)
{
    (void)state;
    assert_false(transport_allows("http://10.0.0.7:8650", false));
    assert_true(transport_allows("http://10.0.0.7:8650", true));
    assert_false(transport_allows("http://x@10.0.0.7", true));
}

static void test_a_refused_address_is_not_asked(void **state)
{
    struct bench *b = *state;
    snprintf(b->url, sizeof b->url, "http://localhost@%s",
             bad_server_url(b->server) + strlen("http://"));
    assert_int_equal(get(b), TRANSPORT_REFUSED);
    assert_holds(b->answer.message, "https://");
    assert_int_equal(bad_server_count(b->server), 0);
}

static void test_a_post_says_what_it_is_given(void **state)
{
    struct bench *b = *state;
    static const struct bad_step step = {
        BAD_TEXT,
        200,
        "application/json",
        "ETag: \"v7\"\r\nHailong-Signature: c2ln\r\n",
        "{\"a\":1}",
        NULL,
        NULL};
    const struct transport_request request = {.method = "POST",
                                              .url = b->url,
                                              .token = "0123abcd",
                                              .content_type = "text/x-test",
                                              .gzip = true,
                                              .etag = "\"v6\"",
                                              .body = "a\0b",
                                              .size = 3};
    bad_server_follow(b->server, &step, 1);
    assert_int_equal(transport_ask(b->transport, &request, &b->answer),
                     TRANSPORT_ANSWERED);
    assert_int_equal(b->answer.status, 200);
    assert_string_equal(buf_text(&b->answer.body), "{\"a\":1}");
    assert_string_equal(b->answer.etag, "\"v7\"");
    assert_string_equal(b->answer.signature, "c2ln");
    assert_string_equal(b->answer.content_type, "application/json");
    assert_int_equal(b->answer.retry_after_s, -1);
    assert_string_equal(b->answer.message, "");
    const struct bad_request *asked = bad_server_request(b->server, 0);
    assert_holds(asked->head, "POST /x HTTP/1.1\r\n");
    assert_holds(asked->head, "\r\nAuthorization: Bearer 0123abcd\r\n");
    assert_holds(asked->head, "\r\nContent-Type: text/x-test\r\n");
    assert_holds(asked->head, "\r\nContent-Encoding: gzip\r\n");
    assert_holds(asked->head, "\r\nIf-None-Match: \"v6\"\r\n");
    assert_null(strstr(asked->head, "Expect:"));
    assert_int_equal(asked->size, 3);
    assert_memory_equal(asked->body, "a\0b", 3);
}

// The next request must not carry what the one before did.
static void test_a_get_after_a_post_is_a_get(void **state)
{
    struct bench *b = *state;
    test_a_post_says_what_it_is_given(state);
    assert_int_equal(get_step(b, (struct bad_step){.kind = BAD_TEXT}),
                     TRANSPORT_ANSWERED);
    const struct bad_request *asked = bad_server_request(b->server, 1);
    assert_holds(asked->head, "GET /x HTTP/1.1\r\n");
    assert_null(strstr(asked->head, "Authorization"));
    assert_null(strstr(asked->head, "Content-"));
    assert_null(strstr(asked->head, "If-None-Match"));
    assert_int_equal(asked->size, 0);
    assert_string_equal(b->answer.etag, "");
}

static void test_retry_after_in_seconds_only(void **state)
{
    static const struct {
        const char *header;
        int seconds;
    } rows[] = {
        {"Retry-After: 120\r\n", 120},
        {"retry-after:7\r\n", 7},
        {"Retry-After:   0  \r\n", 0},
        {"Retry-After: 999999999\r\n", 999999999},
        // A clock that is wrong would turn a date into years.
        {"Retry-After: Fri, 31 Dec 2038 23:59:59 GMT\r\n", -1},
        {"Retry-After: 31 Dec 2038\r\n", -1},
        {"Retry-After: -5\r\n", -1},
        {"Retry-After: +5\r\n", -1},
        {"Retry-After: 1.5\r\n", -1},
        {"Retry-After: 1e9\r\n", -1},
        {"Retry-After: 0x10\r\n", -1},
        {"Retry-After: 99999999999999999999\r\n", -1},
        {"Retry-After:\r\n", -1},
        {"X-Retry-After: 9\r\n", -1},
        {NULL, -1},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct bad_step step = {
            .kind = BAD_TEXT, .status = 503, .headers = rows[i].header};
        assert_int_equal(get_step(b, step), TRANSPORT_ANSWERED);
        assert_int_equal(b->answer.status, 503);
        if (b->answer.retry_after_s != rows[i].seconds)
            fail_msg("%s gives %d", rows[i].header, b->answer.retry_after_s);
    }
}

// "103 Early Hints" and its kind come before the answer and are none.
static void test_an_interim_answer_is_not_the_answer(void **state)
{
    struct bench *b = *state;
    const struct bad_step step = {
        .kind = BAD_RAW,
        .body = "HTTP/1.1 103 Early Hints\r\nRetry-After: 99\r\n"
                "ETag: \"early\"\r\nHailong-Signature: ZWFybHk=\r\n\r\n"
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    assert_int_equal(get_step(b, step), TRANSPORT_ANSWERED);
    assert_int_equal(b->answer.status, 200);
    assert_int_equal(b->answer.retry_after_s, -1);
    assert_string_equal(b->answer.etag, "");
    assert_string_equal(b->answer.signature, "");
}

static void test_redirects_are_not_followed(void **state)
{
    struct bench *b = *state;
    const struct bad_step step = {
        .kind = BAD_TEXT, .status = 302, .headers = "Location: /log-in\r\n"};
    assert_int_equal(get_step(b, step), TRANSPORT_ANSWERED);
    assert_int_equal(b->answer.status, 302);
    assert_int_equal(bad_server_count(b->server), 1);
}

static void test_the_environments_proxy_is_not_used(void **state)
{
    struct bench *b = *state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    enum transport_result result =
        get_step(b, (struct bad_step){.kind = BAD_TEXT});
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(result, TRANSPORT_ANSWERED);
}

static void test_a_given_proxy_is_used(void **state)
{
    struct bench *b = *state;
    const struct bad_step step = {.kind = BAD_TEXT, .body = "through it"};
    struct transport *through = transport_open(
        &(struct transport_params){.proxy = bad_server_url(b->server)});
    assert_non_null(through);
    bad_server_follow(b->server, &step, 1);
    setenv("no_proxy", "*", 1);
    // Nobody listens there; only the proxy can answer.
    enum transport_result result =
        transport_ask(through,
                      &(struct transport_request){.method = "GET",
                                                  .url = "http://127.0.0.1:1/"},
                      &b->answer);
    unsetenv("no_proxy");
    transport_close(through);
    assert_int_equal(result, TRANSPORT_ANSWERED);
    assert_string_equal(buf_text(&b->answer.body), "through it");
}

static void test_an_answer_of_the_largest_size(void **state)
{
    struct bench *b = *state;
    char *body = malloc(100002);
    assert_non_null(body);
    memset(body, 'x', 100001);
    body[100001] = '\0';
    struct bad_step step = {.kind = BAD_TEXT, .body = body + 1};
    assert_int_equal(get_step(b, step), TRANSPORT_ANSWERED);
    assert_int_equal(b->answer.body.size, 100000);
    step.body = body; // one byte more
    assert_int_equal(get_step(b, step), TRANSPORT_REFUSED);
    assert_holds(b->answer.message, "larger than 100000 bytes");
    assert_in_range(b->answer.body.size, 0, 100000);
    assert_int_equal(b->answer.status, 0);
    free(body);
}

static void test_an_answer_without_an_end(void **state)
{
    struct bench *b = *state;
    assert_int_equal(get_step(b, (struct bad_step){.kind = BAD_FLOOD}),
                     TRANSPORT_REFUSED);
    assert_in_range(b->answer.body.size, 0, 100000);
}

static void test_headers_without_measure(void **state)
{
    struct bench *b = *state;
    struct buf headers = {0};
    for (int i = 0; i < 2000; i++) // 2,000 × 42 bytes
        buf_append_text(&headers, "X-Filler: 0123456789012345678901234567\r\n");
    const struct bad_step step = {.kind = BAD_TEXT,
                                  .headers = buf_text(&headers)};
    assert_int_equal(get_step(b, step), TRANSPORT_REFUSED);
    buf_free(&headers);
}

static void test_bytes_that_are_no_http(void **state)
{
    static const char *const texts[] = {"", "220 mail.example.vn ESMTP\r\n",
                                        "HTTP/1.1\r\n\r\n",
                                        "HTTP/9.9 200 OK\r\n\r\n", "<html>"};
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct bad_step step = {.kind = BAD_RAW, .body = texts[i]};
        assert_int_equal(get_step(b, step), TRANSPORT_FAILED);
        assert_int_equal(b->answer.status, 0);
        assert_true(strlen(b->answer.message) > 0);
    }
}

static void test_a_body_that_is_cut(void **state)
{
    struct bench *b = *state;
    const struct bad_step step = {.kind = BAD_RAW,
                                  .body =
                                      "HTTP/1.1 200 OK\r\n"
                                      "Content-Length: 100\r\n\r\nonly this"};
    assert_int_equal(get_step(b, step), TRANSPORT_FAILED);
    assert_int_equal(b->answer.status, 0);
    assert_false(b->answer.timed_out);
}

static void test_nobody_listens(void **state)
{
    struct bench *b = *state;
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    // A port that is taken, and not listened on.
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(taken, (struct sockaddr *)&here, size), 0);
    assert_int_equal(getsockname(taken, (struct sockaddr *)&here, &size), 0);
    snprintf(b->url, sizeof b->url, "http://127.0.0.1:%u/",
             (unsigned)ntohs(here.sin_port));
    // More often than a handle is kept for.
    for (int i = 0; i < 12; i++) {
        assert_int_equal(get(b), TRANSPORT_FAILED);
        assert_true(strlen(b->answer.message) > 0);
    }
    close(taken);
    snprintf(b->url, sizeof b->url, "%s/x", bad_server_url(b->server));
    assert_int_equal(get_step(b, (struct bad_step){.kind = BAD_TEXT}),
                     TRANSPORT_ANSWERED);
}

static void test_the_time_runs_out(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {{.kind = BAD_MUTE}, {.kind = BAD_DRIP}};
    const struct transport_request request = {
        .method = "GET", .url = b->url, .total_s = 1};
    for (int i = 0; i < 2; i++) {
        bad_server_follow(b->server, &steps[i], 1);
        transport_answer_free(&b->answer);
        assert_int_equal(transport_ask(b->transport, &request, &b->answer),
                         TRANSPORT_FAILED);
        assert_true(b->answer.timed_out);
        assert_int_equal(b->answer.status, 0);
    }
}

static void *abort_when_asked(void *ctx)
{
    struct bench *b = ctx;
    bad_server_wait(b->server, 1);
    transport_abort(b->transport);
    return NULL;
}

// The transport's own limits would give TRANSPORT_FAILED, and much later.
static void test_abort_ends_a_transfer(void **state)
{
    struct bench *b = *state;
    const struct bad_step step = {.kind = BAD_MUTE};
    pthread_t thread;
    bad_server_follow(b->server, &step, 1);
    assert_int_equal(pthread_create(&thread, NULL, abort_when_asked, b), 0);
    assert_int_equal(get(b), TRANSPORT_ABORTED);
    pthread_join(thread, NULL);
    // And every later one, without asking.
    assert_int_equal(get(b), TRANSPORT_ABORTED);
    assert_int_equal(bad_server_count(b->server), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allowed_addresses),
        cmocka_unit_test(test_addresses_that_only_look_local),
        cmocka_unit_test(test_addresses_that_are_none),
        cmocka_unit_test(test_plain_http_must_be_said),
        TEST(test_a_refused_address_is_not_asked),
        TEST(test_a_post_says_what_it_is_given),
        TEST(test_a_get_after_a_post_is_a_get),
        TEST(test_retry_after_in_seconds_only),
        TEST(test_an_interim_answer_is_not_the_answer),
        TEST(test_redirects_are_not_followed),
        TEST(test_the_environments_proxy_is_not_used),
        TEST(test_a_given_proxy_is_used),
        TEST(test_an_answer_of_the_largest_size),
        TEST(test_an_answer_without_an_end),
        TEST(test_headers_without_measure),
        TEST(test_bytes_that_are_no_http),
        TEST(test_a_body_that_is_cut),
        TEST(test_nobody_listens),
        TEST(test_the_time_runs_out),
        TEST(test_abort_ends_a_transfer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
