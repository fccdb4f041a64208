#include "server/connections.h"
#include "common/clock.h"
#include "common/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char MODULE[] = "server";

enum { ADDRESS_BYTES = 16, LOOK_MS = 500 };

struct connection {
    struct connection *next, *previous;
    int fd;
    unsigned char address[ADDRESS_BYTES];
    int64_t deadline_us; // 0: nothing is owed
};

struct connections {
    struct connections_params params;
    pthread_t watchdog;
    pthread_mutex_t mutex; // guards all below and every connection
    pthread_cond_t wake;
    bool stopping;
    struct connection *first;
    struct connections_count count;
};

static bool is_proxy(const struct connections *all,
                     const unsigned char address[ADDRESS_BYTES])
{
    for (size_t i = 0; i < all->params.proxy_count; i++) {
        if (memcmp(&all->params.proxies[i], address, ADDRESS_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

// IPv4 as it is mapped into IPv6, so that one machine has one form.
static void take_address(const struct sockaddr *address,
                         unsigned char out[ADDRESS_BYTES], bool *out_loopback)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    memset(out, 0, ADDRESS_BYTES);
    *out_loopback = false;
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *ip4 = (const void *)address;
        memcpy(out, mapped, sizeof mapped);
        memcpy(out + sizeof mapped, &ip4->sin_addr, sizeof ip4->sin_addr);
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *ip6 = (const void *)address;
        memcpy(out, &ip6->sin6_addr, ADDRESS_BYTES);
        *out_loopback = IN6_IS_ADDR_LOOPBACK(&ip6->sin6_addr);
    }
    if (memcmp(out, mapped, sizeof mapped) == 0) {
        *out_loopback = out[sizeof mapped] == IN_LOOPBACKNET;
    }
}

// Its owner sees the end and closes it. The mutex is held.
static void cut(struct connections *all, struct connection *peer)
{
    shutdown(peer->fd, SHUT_RDWR);
    peer->deadline_us = 0;
    all->count.cut++;
}

// Shuts what is past its deadline. The mutex is held.
static void cut_late(struct connections *all, int64_t now_us)
{
    for (struct connection *peer = all->first; peer; peer = peer->next) {
        if (peer->deadline_us != 0 && peer->deadline_us <= now_us) {
            cut(all, peer);
        }
    }
}

static void *watch(void *ctx)
{
    struct connections *all = ctx;
    pthread_mutex_lock(&all->mutex);
    while (!all->stopping) {
        if (!all->first) {
            pthread_cond_wait(&all->wake, &all->mutex);
            continue;
        }
        struct timespec until = clock_mono_in(LOOK_MS);
        pthread_cond_timedwait(&all->wake, &all->mutex, &until);
        cut_late(all, clock_mono_us());
    }
    pthread_mutex_unlock(&all->mutex);
    return NULL;
}

struct connections *connections_open(const struct connections_params *params)
{
    struct connections *all = calloc(1, sizeof *all);
    if (!all) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    all->params = *params;
    clock_cond_init(&all->wake);
    pthread_mutex_init(&all->mutex, NULL);
    int fault = log_thread_create(&all->watchdog, watch, all);
    if (fault != 0) {
        log_error(MODULE, "the watchdog cannot start: %s", strerror(fault));
        pthread_cond_destroy(&all->wake);
        pthread_mutex_destroy(&all->mutex);
        free(all);
        return NULL;
    }
    return all;
}

void connections_close(struct connections *all)
{
    if (!all) {
        return;
    }
    pthread_mutex_lock(&all->mutex);
    all->stopping = true;
    pthread_cond_signal(&all->wake);
    pthread_mutex_unlock(&all->mutex);
    pthread_join(all->watchdog, NULL);
    pthread_cond_destroy(&all->wake);
    pthread_mutex_destroy(&all->mutex);
    free(all);
}

bool connections_admit(struct connections *all, const struct sockaddr *address)
{
    unsigned char wanted[ADDRESS_BYTES];
    bool is_loopback;
    size_t found = 0;
    take_address(address, wanted, &is_loopback);
    if (is_loopback || is_proxy(all, wanted)) {
        return true;
    }
    pthread_mutex_lock(&all->mutex);
    for (const struct connection *peer = all->first; peer; peer = peer->next) {
        found += memcmp(peer->address, wanted, ADDRESS_BYTES) == 0;
    }
    bool welcome = found < (size_t)all->params.per_address;
    all->count.refused += !welcome;
    pthread_mutex_unlock(&all->mutex);
    return welcome;
}

struct connection *connections_add(struct connections *all, int fd,
                                   const struct sockaddr *address)
{
    struct connection *peer = calloc(1, sizeof *peer);
    if (!peer) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    bool is_loopback;
    peer->fd = fd;
    take_address(address, peer->address, &is_loopback);
    pthread_mutex_lock(&all->mutex);
    peer->deadline_us = clock_mono_us() + all->params.owing_ms * 1000;
    peer->next = all->first;
    if (all->first) {
        all->first->previous = peer;
    } else {
        pthread_cond_signal(&all->wake);
    }
    all->first = peer;
    all->count.open++;
    all->count.opened++;
    pthread_mutex_unlock(&all->mutex);
    return peer;
}

void connections_remove(struct connections *all, struct connection *peer)
{
    if (!peer) {
        return;
    }
    pthread_mutex_lock(&all->mutex);
    if (peer->next) {
        peer->next->previous = peer->previous;
    }
    if (peer->previous) {
        peer->previous->next = peer->next;
    } else {
        all->first = peer->next;
    }
    all->count.open--;
    pthread_mutex_unlock(&all->mutex);
    free(peer);
}

static void set_deadline(struct connections *all, struct connection *peer,
                         int64_t deadline_us)
{
    if (peer) {
        pthread_mutex_lock(&all->mutex);
        peer->deadline_us = deadline_us;
        pthread_mutex_unlock(&all->mutex);
    }
}

void connection_owes_nothing(struct connections *all, struct connection *peer)
{
    set_deadline(all, peer, 0);
}

void connection_owes(struct connections *all, struct connection *peer)
{
    set_deadline(all, peer, clock_mono_us() + all->params.owing_ms * 1000);
}

void connection_hurry(struct connections *all, struct connection *peer)
{
    pthread_mutex_lock(&all->mutex);
    if (peer && peer->deadline_us != 0) {
        cut(all, peer);
    }
    pthread_mutex_unlock(&all->mutex);
}

struct connections_count connections_count(struct connections *all)
{
    pthread_mutex_lock(&all->mutex);
    struct connections_count count = all->count;
    pthread_mutex_unlock(&all->mutex);
    return count;
}
