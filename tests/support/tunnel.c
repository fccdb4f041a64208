#include "support/tunnel.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct tunnel {
    int socket, wake[2];
    uint16_t port;
    pthread_t thread;

    pthread_mutex_t lock;
    // guarded by `lock`
    uint16_t server;
    enum tunnel_fault fault;
    size_t after, count;
};

struct wire {
    struct tunnel *tunnel;
    enum tunnel_fault fault;
    size_t after, heard; // bytes from the server
    int client, server;  // −1: none
};

// Moves what there is. False when that side has ended, or it is time to reset.
static bool move(struct wire *wire, int from, int to)
{
    char bytes[4096];
    ssize_t got = recv(from, bytes, sizeof bytes, 0);
    if (got <= 0)
        return false;
    if (from == wire->server) {
        wire->heard += (size_t)got;
        if (wire->fault == TUNNEL_RESET && wire->heard >= wire->after)
            return false;
    }
    return to < 0 || send(to, bytes, (size_t)got, MSG_NOSIGNAL) == got;
}

// True when the tunnel is to end.
static bool carry(struct wire *wire)
{
    for (;;) {
        struct pollfd fds[3] = {{.fd = wire->tunnel->wake[0], .events = POLLIN},
                                {.fd = wire->client, .events = POLLIN},
                                {.fd = wire->server, .events = POLLIN}};
        if (poll(fds, 3, -1) < 0 || fds[0].revents)
            return true;
        if (fds[1].revents && !move(wire, wire->client, wire->server))
            return false;
        if (fds[2].revents && !move(wire, wire->server, wire->client))
            return false;
    }
}

static int connect_to(uint16_t port)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool serve(struct tunnel *tunnel, int client)
{
    pthread_mutex_lock(&tunnel->lock);
    struct wire wire = {tunnel, tunnel->fault, tunnel->after, 0, client, -1};
    uint16_t port = tunnel->server;
    tunnel->count++;
    pthread_mutex_unlock(&tunnel->lock);
    if (wire.fault != TUNNEL_SILENT)
        wire.server = connect_to(port);
    bool ended = carry(&wire);
    if (wire.fault == TUNNEL_RESET) {
        const struct linger now = {.l_onoff = 1, .l_linger = 0};
        setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(client);
    if (wire.server >= 0)
        close(wire.server);
    return ended;
}

static void *run(void *ctx)
{
    struct tunnel *tunnel = ctx;
    for (;;) {
        struct pollfd fds[2] = {{.fd = tunnel->socket, .events = POLLIN},
                                {.fd = tunnel->wake[0], .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 || fds[1].revents)
            return NULL;
        int fd = accept(tunnel->socket, NULL, NULL);
        if (fd >= 0 && serve(tunnel, fd))
            return NULL;
    }
}

struct tunnel *tunnel_start(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct tunnel *tunnel = calloc(1, sizeof *tunnel);
    assert_non_null(tunnel);
    tunnel->server = port;
    pthread_mutex_init(&tunnel->lock, NULL);
    tunnel->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(tunnel->socket >= 0);
    assert_int_equal(bind(tunnel->socket, (struct sockaddr *)&at, sizeof at),
                     0);
    assert_int_equal(listen(tunnel->socket, 16), 0);
    assert_int_equal(getsockname(tunnel->socket, (struct sockaddr *)&at, &size),
                     0);
    tunnel->port = ntohs(at.sin_port);
    assert_int_equal(pipe(tunnel->wake), 0);
    assert_int_equal(pthread_create(&tunnel->thread, NULL, run, tunnel), 0);
    return tunnel;
}

void tunnel_stop(struct tunnel *tunnel)
{
    if (!tunnel)
        return;
    assert_int_equal(write(tunnel->wake[1], "", 1), 1);
    pthread_join(tunnel->thread, NULL);
    close(tunnel->socket);
    close(tunnel->wake[0]);
    close(tunnel->wake[1]);
    pthread_mutex_destroy(&tunnel->lock);
    free(tunnel);
}

uint16_t tunnel_port(const struct tunnel *tunnel)
{
    return tunnel->port;
}

void tunnel_set(struct tunnel *tunnel, enum tunnel_fault fault, size_t after)
{
    pthread_mutex_lock(&tunnel->lock);
    tunnel->fault = fault;
    tunnel->after = after;
    pthread_mutex_unlock(&tunnel->lock);
}

void tunnel_lead_to(struct tunnel *tunnel, uint16_t port)
{
    pthread_mutex_lock(&tunnel->lock);
    tunnel->server = port;
    pthread_mutex_unlock(&tunnel->lock);
}

size_t tunnel_count(struct tunnel *tunnel)
{
    pthread_mutex_lock(&tunnel->lock);
    size_t count = tunnel->count;
    pthread_mutex_unlock(&tunnel->lock);
    return count;
}
