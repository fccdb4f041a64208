#include "support/proxy.h"
#include "common/buf.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MESSAGE_MAX = 8 << 20, PATIENCE_MS = 20000, DELAY_MS = 20 };

struct proxy {
    int socket, wake[2];
    uint16_t port;
    pthread_t thread;
    uint64_t seed;
    struct buf later; // a request that comes once more

    pthread_mutex_t lock;
    // guarded by `lock`
    uint16_t server;
    int percent;
    enum proxy_fault only; // PROXY_NONE: any
    size_t counts[PROXY_FAULT_COUNT];
};

static uint32_t draw(struct proxy *proxy, uint32_t below)
{
    proxy->seed = proxy->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(proxy->seed >> 33) % below;
}

static enum proxy_fault draw_fault(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    enum proxy_fault fault = PROXY_NONE;
    if ((int)draw(proxy, 100) < proxy->percent)
        fault =
            proxy->only ? proxy->only : 1 + draw(proxy, PROXY_FAULT_COUNT - 1);
    proxy->counts[fault]++;
    pthread_mutex_unlock(&proxy->lock);
    return fault;
}

// --- Sockets ----------------------------------------------------------------

// False when the other side is gone, or says nothing for too long.
static bool wait_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, PATIENCE_MS) == 1;
}

static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

// Where the message ends, once its head is there; 0: not known yet.
static size_t message_size(const struct buf *message)
{
    const char *text = message->data;
    const char *end = text ? memmem(text, message->size, "\r\n\r\n", 4) : NULL;
    if (!end)
        return 0;
    size_t head = (size_t)(end - text) + 4, body = 0;
    static const char name[] = "\r\nContent-Length:";
    for (const char *at = text; at < end; at++)
        if (strncasecmp(at, name, sizeof name - 1) == 0)
            body = strtoul(at + sizeof name - 1, NULL, 10);
    return head + body;
}

// Reads one request or answer of which the head says how long it is.
static bool read_message(int fd, struct buf *out)
{
    char bytes[16384];
    buf_clear(out);
    for (;;) {
        size_t size = message_size(out);
        if (size > 0 && out->size >= size)
            return true;
        if (out->size > MESSAGE_MAX || !wait_readable(fd))
            return false;
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0)
            return false;
        buf_append(out, bytes, (size_t)got);
    }
}

static uint16_t server_port(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    uint16_t port = proxy->server;
    pthread_mutex_unlock(&proxy->lock);
    return port;
}

// One request to the server, on a connection of its own. False: no answer.
static bool ask_server(struct proxy *proxy, const struct buf *request,
                       size_t size, struct buf *out_answer)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(server_port(proxy)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool done = fd >= 0 &&
                connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
                send_all(fd, request->data, size) && size == request->size &&
                read_message(fd, out_answer);
    if (fd >= 0)
        close(fd);
    return done;
}

// --- Faults -----------------------------------------------------------------

static void say(int fd, const char *text)
{
    send_all(fd, text, strlen(text));
}

static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// One byte of the body, never of the head: that would only be another request.
static void spoil(struct proxy *proxy, struct buf *message)
{
    const char *end = memmem(message->data, message->size, "\r\n\r\n", 4);
    size_t head = end ? (size_t)(end - message->data) + 4 : message->size;
    if (head < message->size)
        message->data[head + draw(proxy, (uint32_t)(message->size - head))] ^=
            (char)(1 << draw(proxy, 8));
}

// What came before, and was said to be lost, arrives after all.
static void send_what_is_late(struct proxy *proxy)
{
    struct buf answer = {0};
    if (proxy->later.size > 0)
        ask_server(proxy, &proxy->later, proxy->later.size, &answer);
    buf_clear(&proxy->later);
    buf_free(&answer);
}

static bool answer_of_portal(enum proxy_fault fault, int fd)
{
    static const char page[] = "<!DOCTYPE html><title>Wi-Fi</title>"
                               "<p>Xin mời đăng nhập.</p>";
    char text[400];
    if (fault == PROXY_EMPTY)
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    else if (fault == PROXY_REDIRECT)
        say(fd, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
                "Content-Length: 0\r\n\r\n");
    else if (fault != PROXY_PORTAL)
        return false;
    snprintf(text, sizeof text,
             "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             sizeof page - 1, page);
    if (fault == PROXY_PORTAL)
        say(fd, text);
    return true;
}

// True when the connection may go on.
static bool carry(struct proxy *proxy, enum proxy_fault fault, int fd,
                  struct buf *request, struct buf *answer)
{
    if (answer_of_portal(fault, fd))
        return false;
    if (fault == PROXY_RESET) {
        reset(fd);
        return false;
    }
    if (fault == PROXY_SPOIL_REQUEST)
        spoil(proxy, request);
    if (fault == PROXY_DELAY)
        usleep(DELAY_MS * 1000);
    if (fault == PROXY_TWICE)
        ask_server(proxy, request, request->size, answer);
    size_t part =
        fault == PROXY_CUT_REQUEST ? request->size / 2 : request->size;
    if (!ask_server(proxy, request, part, answer) || fault == PROXY_LOSE_ANSWER)
        return false;
    if (fault == PROXY_LATER)
        buf_append(&proxy->later, request->data, request->size);
    else
        send_what_is_late(proxy);
    if (fault == PROXY_SPOIL_ANSWER)
        spoil(proxy, answer);
    return send_all(fd, answer->data,
                    fault == PROXY_CUT_ANSWER ? answer->size / 2
                                              : answer->size) &&
           fault != PROXY_CUT_ANSWER;
}

static void serve(struct proxy *proxy, int fd)
{
    struct buf request = {0}, answer = {0};
    while (read_message(fd, &request) &&
           carry(proxy, draw_fault(proxy), fd, &request, &answer))
        continue;
    buf_free(&request);
    buf_free(&answer);
    close(fd);
}

// One connection at a time: the courier has one batch in flight, no more.
static void *run(void *ctx)
{
    struct proxy *proxy = ctx;
    for (;;) {
        struct pollfd fds[2] = {{.fd = proxy->socket, .events = POLLIN},
                                {.fd = proxy->wake[0], .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 || fds[1].revents)
            return NULL;
        int fd = accept(proxy->socket, NULL, NULL);
        if (fd >= 0)
            serve(proxy, fd);
    }
}

// --- Life -------------------------------------------------------------------

struct proxy *proxy_start(uint16_t port, int percent, uint64_t seed)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct proxy *proxy = calloc(1, sizeof *proxy);
    assert_non_null(proxy);
    proxy->server = port;
    proxy->percent = percent;
    proxy->seed = seed;
    pthread_mutex_init(&proxy->lock, NULL);
    proxy->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(proxy->socket >= 0);
    assert_int_equal(bind(proxy->socket, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(proxy->socket, 16), 0);
    assert_int_equal(getsockname(proxy->socket, (struct sockaddr *)&at, &size),
                     0);
    proxy->port = ntohs(at.sin_port);
    assert_int_equal(pipe(proxy->wake), 0);
    assert_int_equal(pthread_create(&proxy->thread, NULL, run, proxy), 0);
    return proxy;
}

void proxy_stop(struct proxy *proxy)
{
    if (!proxy)
        return;
    assert_int_equal(write(proxy->wake[1], "", 1), 1);
    pthread_join(proxy->thread, NULL);
    close(proxy->socket);
    close(proxy->wake[0]);
    close(proxy->wake[1]);
    pthread_mutex_destroy(&proxy->lock);
    buf_free(&proxy->later);
    free(proxy);
}

uint16_t proxy_port(const struct proxy *proxy)
{
    return proxy->port;
}

void proxy_lead_to(struct proxy *proxy, uint16_t port)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->server = port;
    pthread_mutex_unlock(&proxy->lock);
}

void proxy_set_percent(struct proxy *proxy, int percent)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->percent = percent;
    proxy->only = PROXY_NONE;
    pthread_mutex_unlock(&proxy->lock);
}

void proxy_only(struct proxy *proxy, enum proxy_fault fault)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->percent = 100;
    proxy->only = fault;
    pthread_mutex_unlock(&proxy->lock);
}

size_t proxy_count(struct proxy *proxy, enum proxy_fault fault)
{
    pthread_mutex_lock(&proxy->lock);
    size_t count = proxy->counts[fault];
    pthread_mutex_unlock(&proxy->lock);
    return count;
}
