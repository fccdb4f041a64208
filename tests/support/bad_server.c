#include "support/bad_server.h"
#include "support/check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS_MAX = 256, PATIENCE_S = 60, DRIP_MS = 100 };

struct bad_server {
    const struct key *key;
    int listener, stop; // `stop` is readable when it is time to end
    char url[64];
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t told;
    // guarded by `lock`
    const struct bad_step *steps;
    size_t step_count, next_step;
    const char *config;
    const struct key *config_signer;
    struct bad_request requests[REQUESTS_MAX];
    size_t request_count;
};

// --- Bytes in and out -------------------------------------------------------

// True when `fd` can be read (or, with `ms` ≥ 0, the time is over); false when
// the server is asked to end.
static bool wait_for(const struct bad_server *s, int fd, int ms)
{
    struct pollfd fds[] = {{.fd = s->stop, .events = POLLIN},
                           {.fd = fd, .events = POLLIN}};
    return poll(fds, 2, ms) >= 0 && !(fds[0].revents & POLLIN);
}

static bool send_bytes(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

// False when the other side is gone, or the server ends.
static bool receive(const struct bad_server *s, int fd, struct buf *in)
{
    char bytes[16384];
    if (!wait_for(s, fd, -1))
        return false;
    ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size <= 0)
        return false;
    buf_append(in, bytes, (size_t)size);
    return true;
}

// The value of Content-Length; 0 when there is none.
static size_t length_of(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");
    return line ? strtoul(line + 17, NULL, 10) : 0;
}

// The next whole request, taken out of `in`.
static bool hear(const struct bad_server *s, int fd, struct buf *in,
                 struct bad_request *out)
{
    const char *end;
    while (!(end = strstr(buf_text(in), "\r\n\r\n")))
        if (!receive(s, fd, in))
            return false;
    size_t head = (size_t)(end + 4 - in->data);
    out->head = strndup(in->data, head);
    assert_non_null(out->head);
    out->size = length_of(out->head);
    while (in->size < head + out->size)
        if (!receive(s, fd, in)) {
            free(out->head);
            return false;
        }
    out->body = malloc(out->size + 1);
    assert_non_null(out->body);
    memcpy(out->body, in->data + head, out->size);
    out->body[out->size] = '\0';
    memmove(in->data, in->data + head + out->size,
            in->size - head - out->size + 1);
    in->size -= head + out->size;
    return true;
}

static bool say(int fd, int status, const char *type, const char *headers,
                const char *body, size_t size, size_t said)
{
    struct buf out = {0};
    buf_printf(&out,
               "HTTP/1.1 %d Said\r\nContent-Type: %s\r\n"
               "Content-Length: %zu\r\n%s\r\n",
               status, type, size, headers ? headers : "");
    buf_append(&out, body, said);
    bool sent = send_bytes(fd, out.data, out.size);
    buf_free(&out);
    return sent;
}

// --- Steps ------------------------------------------------------------------

static void make_answer(const struct bad_server *s, const struct bad_step *step,
                        const struct bad_request *request, struct buf *out)
{
    struct heard_batch heard;
    heard_read(request->body, request->size, &heard);
    json_t *answer = heard_answer(&heard, s->key);
    if (step->spoil)
        step->spoil(answer, &heard, step->ctx);
    assert_true(json_write(answer, out));
    json_decref(answer);
    heard_free(&heard);
}

// One byte after the other; a line that is alive and far too slow.
static void drip(const struct bad_server *s, int fd)
{
    static const char head[] = "HTTP/1.1 200 Said\r\n"
                               "Content-Length: 1000000\r\n\r\n";
    bool on = send_bytes(fd, head, sizeof head - 1);
    while (on) {
        struct timespec pause = {0, DRIP_MS * 1000000L};
        nanosleep(&pause, NULL);
        on = wait_for(s, s->listener, 0) && send_bytes(fd, " ", 1);
    }
}

static void flood(const struct bad_server *s, int fd)
{
    static const char head[] = "HTTP/1.1 200 Said\r\n"
                               "Connection: close\r\n\r\n";
    static char bytes[16384];
    bool on = send_bytes(fd, head, sizeof head - 1);
    while (on)
        on = wait_for(s, s->listener, 0) && send_bytes(fd, bytes, sizeof bytes);
}

// True when the connection stays.
static bool perform(const struct bad_server *s, int fd,
                    const struct bad_step *step,
                    const struct bad_request *request)
{
    int status = step->status ? step->status : 200;
    const char *type = step->type ? step->type : "application/json";
    const char *body = step->body ? step->body : "";
    struct buf answer = {0}, rest = {0};
    bool stays = false;
    if (step->kind == BAD_ANSWER || step->kind == BAD_TRUNCATED ||
        step->kind == BAD_CUT)
        make_answer(s, step, request, &answer);
    size_t half = answer.size / 2;
    switch (step->kind) {
    case BAD_ANSWER:
        stays = say(fd, status, type, step->headers, answer.data, answer.size,
                    answer.size);
        break;
    case BAD_TRUNCATED:
        stays = say(fd, status, type, step->headers, answer.data, half, half);
        break;
    case BAD_CUT:
        say(fd, status, type, step->headers, answer.data, answer.size, half);
        break;
    case BAD_TEXT:
        stays = say(fd, status, type, step->headers, body, strlen(body),
                    strlen(body));
        break;
    case BAD_RAW:
        send_bytes(fd, body, strlen(body));
        break;
    case BAD_HANG_UP:
        break;
    case BAD_MUTE:
        while (receive(s, fd, &rest))
            buf_clear(&rest);
        break;
    case BAD_DRIP:
        drip(s, fd);
        break;
    case BAD_FLOOD:
        flood(s, fd);
        break;
    }
    buf_free(&answer);
    buf_free(&rest);
    return stays;
}

static bool give_config(struct bad_server *s, int fd)
{
    char signature[KEY_SIGNATURE_BASE64_SIZE], headers[256];
    pthread_mutex_lock(&s->lock);
    const char *body = s->config;
    const struct key *signer = s->config_signer;
    pthread_mutex_unlock(&s->lock);
    if (!body)
        return say(fd, 404, "text/plain", NULL, "", 0, 0);
    key_sign(signer, body, strlen(body), signature);
    snprintf(headers, sizeof headers,
             "ETag: \"of-the-test\"\r\nHailong-Signature: %s\r\n", signature);
    return say(fd, 200, "application/json", headers, body, strlen(body),
               strlen(body));
}

// --- The thread -------------------------------------------------------------

static struct bad_step take_step(struct bad_server *s)
{
    struct bad_step step = {.kind = BAD_ANSWER};
    if (s->step_count > 0) {
        step = s->steps[s->next_step];
        if (s->next_step + 1 < s->step_count)
            s->next_step++;
    }
    return step;
}

// Makes the request known, and gives the step for it. Both at once: who has
// seen it may change the script.
static struct bad_step keep(struct bad_server *s,
                            const struct bad_request *request, bool config)
{
    struct bad_step step = {.kind = BAD_ANSWER};
    pthread_mutex_lock(&s->lock);
    assert_true(s->request_count < REQUESTS_MAX);
    s->requests[s->request_count++] = *request;
    if (!config)
        step = take_step(s);
    pthread_cond_broadcast(&s->told);
    pthread_mutex_unlock(&s->lock);
    return step;
}

static void serve(struct bad_server *s, int fd)
{
    struct bad_request request;
    struct buf in = {0};
    bool stays = true;
    while (stays && hear(s, fd, &in, &request)) {
        bool config =
            strncmp(request.head, "GET /api/v1/devices/me/config ", 30) == 0;
        struct bad_step step = keep(s, &request, config);
        stays = config ? give_config(s, fd) : perform(s, fd, &step, &request);
    }
    buf_free(&in);
}

static void *run(void *ctx)
{
    struct bad_server *s = ctx;
    while (wait_for(s, s->listener, -1)) {
        int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        serve(s, fd);
        close(fd);
    }
    return NULL;
}

// --- Its life ---------------------------------------------------------------

static void listen_on_loopback(struct bad_server *s)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&here, size), 0);
    assert_int_equal(listen(s->listener, 16), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&here, &size),
                     0);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u",
             (unsigned)ntohs(here.sin_port));
}

struct bad_server *bad_server_start(const struct key *key)
{
    struct bad_server *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->key = key;
    s->stop = eventfd(0, EFD_CLOEXEC);
    assert_true(s->stop >= 0);
    listen_on_loopback(s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->told, NULL);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    return s;
}

void bad_server_stop(struct bad_server *s)
{
    const uint64_t one = 1;
    if (!s)
        return;
    assert_int_equal(write(s->stop, &one, sizeof one), sizeof one);
    pthread_join(s->thread, NULL);
    for (size_t i = 0; i < s->request_count; i++) {
        free(s->requests[i].head);
        free(s->requests[i].body);
    }
    close(s->listener);
    close(s->stop);
    pthread_cond_destroy(&s->told);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

const char *bad_server_url(const struct bad_server *s)
{
    return s->url;
}

void bad_server_follow(struct bad_server *s, const struct bad_step *steps,
                       size_t count)
{
    pthread_mutex_lock(&s->lock);
    s->steps = steps;
    s->step_count = count;
    s->next_step = 0;
    pthread_mutex_unlock(&s->lock);
}

void bad_server_configure(struct bad_server *s, const char *body,
                          const struct key *signer)
{
    pthread_mutex_lock(&s->lock);
    s->config = body;
    s->config_signer = signer;
    pthread_mutex_unlock(&s->lock);
}

size_t bad_server_count(struct bad_server *s)
{
    pthread_mutex_lock(&s->lock);
    size_t count = s->request_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

void bad_server_wait(struct bad_server *s, size_t count)
{
    struct timespec until;
    int result = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&s->lock);
    while (s->request_count < count && result == 0)
        result = pthread_cond_timedwait(&s->told, &s->lock, &until);
    pthread_mutex_unlock(&s->lock);
    if (result != 0)
        fail_msg("request %zu did not come", count);
}

const struct bad_request *bad_server_request(struct bad_server *s, size_t index)
{
    pthread_mutex_lock(&s->lock);
    bool known = index < s->request_count;
    pthread_mutex_unlock(&s->lock);
    assert_true(known);
    return &s->requests[index];
}
