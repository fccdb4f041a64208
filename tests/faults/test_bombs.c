// What is sent to a server to use up its memory: documents nested without end,
// a gzip that grows a thousandfold, bodies and headers that never end, sockets
// that say nothing. Each is refused or cut, an honest device is served
// meanwhile, and the server never needs more than 128 MiB.
#include "common/file.h"
#include "common/log.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum {
    MEMORY_MIB = 128,
    DEPTH = 100000,
    BOMB_MIB = 256,
    IDLE = 1000,
    AT_ONCE = 16,
    FLOOD_MIB = 16 // of headers or body, when nobody stops it
};

struct bench {
    struct made_server server;
    struct made_device device;
    int64_t sent;
};

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(LOG_ERROR + 1);
    made_server_start(&bench.server,
                      (const char *[]){"--device-rate", "0", NULL});
    made_device_enrol(&bench.device, &bench.server, "3");
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    made_device_free(&bench->device);
    made_server_close(&bench->server);
    return 0;
}

// The most that the server ever held, in KiB, as the system counts it.
static long peak_kib(const struct bench *bench)
{
    char path[64];
    struct buf text = {0};
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)bench->server.pid);
    assert_true(file_read(path, 65536, &text));
    const char *line = strstr(buf_text(&text), "VmHWM:");
    assert_non_null(line);
    assert_int_equal(sscanf(line, "VmHWM: %ld kB", &kib), 1);
    buf_free(&text);
    return kib;
}

static void must_serve(struct bench *bench)
{
    struct answer answer = {0};
    maker_rate(&bench->device.ledger, 5);
    bench->sent++;
    made_device_send(&bench->device, &bench->server, bench->sent, bench->sent,
                     200, &answer);
    answer_free(&answer);
}

static void must_be_modest(const struct bench *bench, const char *what)
{
    long kib = peak_kib(bench);
#ifndef __SANITIZE_ADDRESS__ // which keeps what is freed, and shadows of all
    assert_true(kib < MEMORY_MIB * 1024L);
#endif
    print_message("%s: %.1f MiB at most\n", what, (double)kib / 1024);
}

// So many at the same time, each answered by `status`.
static void post_at_once(struct bench *bench, const struct buf *body,
                         const char *headers, int status)
{
    struct talk talks[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
        struct buf head = {0};
        talk_open(&talks[i], bench->server.port);
        buf_printf(&head,
                   "POST /api/v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   "Authorization: Bearer %s\r\n"
                   "Content-Type: application/x-ndjson\r\n%s"
                   "Content-Length: %zu\r\n\r\n",
                   bench->device.token, headers, body->size);
        talk_send(&talks[i], head.data, head.size);
        talk_send(&talks[i], body->data, body->size);
        buf_free(&head);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        struct answer answer = {0};
        assert_true(talk_hear(&talks[i], true, &answer));
        assert_int_equal(answer.status, status);
        answer_free(&answer);
        talk_close(&talks[i]);
    }
}

static void test_nested_without_end(void **state)
{
    struct bench *bench = *state;
    struct buf body = {0};
    for (int i = 0; i < DEPTH; i++)
        buf_append_text(&body, "[");
    post_at_once(bench, &body, "", 422);
    struct answer answer = {0};
    ask(bench->server.port,
        &(struct ask){.path = "/api/v1/devices/enrol",
                      .type = "application/json",
                      .body = body.data,
                      .size = body.size},
        &answer);
    assert_in_range(answer.status, 400, 422);
    answer_free(&answer);
    buf_free(&body);
    must_serve(bench);
    must_be_modest(bench, "depth 100,000");
}

static void make_bomb(struct buf *out)
{
    static unsigned char zeros[1 << 20], packed[1 << 20];
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED,
                                  15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    for (int i = 0; i <= BOMB_MIB; i++) {
        stream.next_in = zeros;
        stream.avail_in = i < BOMB_MIB ? sizeof zeros : 0;
        stream.next_out = packed;
        stream.avail_out = sizeof packed;
        deflate(&stream, i < BOMB_MIB ? Z_NO_FLUSH : Z_FINISH);
        buf_append(out, packed, sizeof packed - stream.avail_out);
    }
    deflateEnd(&stream);
}

static void test_gzip_that_grows(void **state)
{
    struct bench *bench = *state;
    struct buf bomb = {0};
    make_bomb(&bomb);
    assert_true(bomb.size < (1 << 20));
    post_at_once(bench, &bomb, "Content-Encoding: gzip\r\n", 413);
    buf_free(&bomb);
    must_serve(bench);
    must_be_modest(bench, "gzip of 256 MiB");
}

// Sends until the peer shuts the connection or has its fill; gives the bytes.
static size_t pour(struct talk *talk, const char *bytes, size_t size)
{
    size_t poured = 0;
    struct pollfd ready = {.fd = talk->fd, .events = POLLOUT};
    while (poured < (size_t)FLOOD_MIB << 20 && poll(&ready, 1, 5000) == 1) {
        ssize_t wrote =
            send(talk->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (wrote <= 0)
            break;
        poured += (size_t)wrote;
    }
    return poured;
}

static void flood(struct bench *bench, const char *begin, const char *more)
{
    struct talk talks[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
        talk_open(&talks[i], bench->server.port);
        talk_say(&talks[i], begin);
        // The buffers of both ends hold some; then somebody has to take it.
        assert_true(pour(&talks[i], more, strlen(more)) < (size_t)FLOOD_MIB
                                                              << 20);
    }
    must_serve(bench);
    for (int i = 0; i < AT_ONCE; i++)
        talk_close(&talks[i]);
}

static void test_body_of_a_gibibyte(void **state)
{
    struct bench *bench = *state;
    struct buf head = {0};
    char *more = malloc((1 << 16) + 1);
    assert_non_null(more);
    memset(more, 'x', 1 << 16);
    more[1 << 16] = '\0';
    buf_printf(&head,
               "POST /api/v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               "Authorization: Bearer %s\r\n"
               "Content-Type: application/x-ndjson\r\n"
               "Content-Length: 1073741824\r\n\r\n",
               bench->device.token);
    flood(bench, buf_text(&head), more);
    buf_free(&head);
    free(more);
    must_be_modest(bench, "Content-Length of 1 GiB");
}

static void test_headers_without_end(void **state)
{
    struct bench *bench = *state;
    struct buf more = {0};
    for (int i = 0; i < 1024; i++)
        buf_printf(&more, "X-Header-%d: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
                   i);
    flood(bench, "GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n",
          buf_text(&more));
    buf_free(&more);
    must_be_modest(bench, "headers without end");
}

static void test_a_thousand_who_say_nothing(void **state)
{
    struct bench *bench = *state;
    static int sockets[IDLE];
    const struct sockaddr_in there = {.sin_family = AF_INET,
                                      .sin_port = htons(bench->server.port),
                                      .sin_addr.s_addr =
                                          htonl(INADDR_LOOPBACK)};
    int open = 0;
    for (int i = 0; i < IDLE; i++) {
        sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(sockets[i] >= 0);
        open += connect(sockets[i], (const struct sockaddr *)&there,
                        sizeof there) == 0;
    }
    assert_int_equal(open, IDLE);
    must_serve(bench);
    must_be_modest(bench, "1,000 idle sockets");
    for (int i = 0; i < IDLE; i++)
        close(sockets[i]);
    must_serve(bench);
}

static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nested_without_end),
        cmocka_unit_test(test_gzip_that_grows),
        cmocka_unit_test(test_body_of_a_gibibyte),
        cmocka_unit_test(test_headers_without_end),
        cmocka_unit_test(test_a_thousand_who_say_nothing),
    };
    allow_descriptors();
    return cmocka_run_group_tests(tests, setup, teardown);
}
