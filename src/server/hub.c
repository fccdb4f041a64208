#include "server/hub.h"
#include "common/clock.h"
#include "common/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char MODULE[] = "server";

enum { EVENTS_MAX = 64, BELL = 0 }; // no wait has the number 0

struct hub {
    size_t most;
    int epoll;
    int bell; // wakes the thread
    pthread_t thread;
    pthread_mutex_t mutex; // guards all below, and every wait that is entered
    bool stopping;
    uint64_t moment;
    uint64_t last_number;
    struct hub_wait *first, *last; // in the order of entering
    size_t count;
    int64_t looks_at_us; // when the thread looks next; INT64_MAX: when told
};

static void ring(struct hub *hub)
{
    const uint64_t one = 1;
    if (write(hub->bell, &one, sizeof one) != sizeof one && errno != EAGAIN) {
        log_error(MODULE, "eventfd: %s", strerror(errno));
    }
}

// Out of the hub and into a chain of those to be woken. The mutex is held.
static void take_out(struct hub *hub, struct hub_wait *wait,
                     struct hub_wait **woken)
{
    if (wait->previous) {
        wait->previous->next = wait->next;
    } else {
        hub->first = wait->next;
    }
    if (wait->next) {
        wait->next->previous = wait->previous;
    } else {
        hub->last = wait->previous;
    }
    hub->count--;
    // While the request sleeps its socket is open, and nobody else's.
    epoll_ctl(hub->epoll, EPOLL_CTL_DEL, wait->fd, NULL);
    wait->next = *woken;
    *woken = wait;
}

// Without the mutex: each may be gone as soon as it is woken.
static void wake_all(struct hub_wait *woken)
{
    while (woken) {
        struct hub_wait *next = woken->next;
        woken->wake(woken->ctx);
        woken = next;
    }
}

// The mutex is held, in all of these.

static void take_late(struct hub *hub, int64_t now_us, struct hub_wait **woken)
{
    hub->looks_at_us = INT64_MAX;
    for (struct hub_wait *wait = hub->first, *next; wait; wait = next) {
        next = wait->next;
        if (wait->deadline_us <= now_us) {
            take_out(hub, wait, woken);
        } else if (wait->deadline_us < hub->looks_at_us) {
            hub->looks_at_us = wait->deadline_us;
        }
    }
}

static void take_gone(struct hub *hub, uint64_t number, struct hub_wait **woken)
{
    for (struct hub_wait *wait = hub->first; wait; wait = wait->next) {
        if (wait->number == number) {
            wait->is_over = true;
            take_out(hub, wait, woken);
            return;
        }
    }
}

// Makes room for one more of `who`.
static void take_oldest(struct hub *hub, const struct hub_wait *newest,
                        struct hub_wait **woken)
{
    struct hub_wait *oldest = NULL;
    size_t same = 0;
    for (struct hub_wait *wait = hub->first; wait; wait = wait->next) {
        if (strcmp(wait->who, newest->who) == 0) {
            oldest = oldest ? oldest : wait;
            same++;
        }
    }
    if (same < newest->most) {
        oldest = hub->count >= hub->most ? hub->first : NULL;
    }
    if (oldest) {
        oldest->is_over = true;
        take_out(hub, oldest, woken);
    }
}

static int wait_ms(int64_t until_us)
{
    if (until_us == INT64_MAX) {
        return -1;
    }
    int64_t left_ms = (until_us - clock_mono_us() + 999) / 1000;
    return left_ms < 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
}

static void *watch(void *ctx)
{
    struct hub *hub = ctx;
    struct epoll_event events[EVENTS_MAX];
    uint64_t rung;
    pthread_mutex_lock(&hub->mutex);
    while (!hub->stopping) {
        struct hub_wait *woken = NULL;
        int timeout = wait_ms(hub->looks_at_us);
        pthread_mutex_unlock(&hub->mutex);
        int count = epoll_wait(hub->epoll, events, EVENTS_MAX, timeout);
        pthread_mutex_lock(&hub->mutex);
        for (int i = 0; i < count; i++) {
            if (events[i].data.u64 != BELL) {
                take_gone(hub, events[i].data.u64, &woken);
            } else if (read(hub->bell, &rung, sizeof rung) < 0) {
                log_debug(MODULE, "eventfd: %s", strerror(errno));
            }
        }
        take_late(hub, clock_mono_us(), &woken);
        pthread_mutex_unlock(&hub->mutex);
        wake_all(woken);
        pthread_mutex_lock(&hub->mutex);
    }
    pthread_mutex_unlock(&hub->mutex);
    return NULL;
}

static bool start(struct hub *hub)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = BELL};
    hub->epoll = epoll_create1(EPOLL_CLOEXEC);
    hub->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (hub->epoll < 0 || hub->bell < 0 ||
        epoll_ctl(hub->epoll, EPOLL_CTL_ADD, hub->bell, &event) != 0) {
        return false;
    }
    errno = log_thread_create(&hub->thread, watch, hub);
    return errno == 0;
}

static void destroy(struct hub *hub)
{
    if (hub->epoll >= 0) {
        close(hub->epoll);
    }
    if (hub->bell >= 0) {
        close(hub->bell);
    }
    pthread_mutex_destroy(&hub->mutex);
    free(hub);
}

struct hub *hub_open(size_t most)
{
    struct hub *hub = calloc(1, sizeof *hub);
    if (!hub) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    hub->most = most;
    hub->looks_at_us = INT64_MAX;
    hub->epoll = hub->bell = -1;
    pthread_mutex_init(&hub->mutex, NULL);
    if (!start(hub)) {
        log_error(MODULE, "requests cannot wait: %s", strerror(errno));
        destroy(hub);
        return NULL;
    }
    return hub;
}

void hub_finish(struct hub *hub)
{
    struct hub_wait *woken = NULL;
    pthread_mutex_lock(&hub->mutex);
    bool first = !hub->stopping;
    hub->stopping = true;
    while (hub->first) {
        hub->first->is_over = true;
        take_out(hub, hub->first, &woken);
    }
    ring(hub);
    pthread_mutex_unlock(&hub->mutex);
    wake_all(woken);
    if (first) {
        pthread_join(hub->thread, NULL);
    }
}

void hub_close(struct hub *hub)
{
    if (hub) {
        hub_finish(hub);
        destroy(hub);
    }
}

uint64_t hub_moment(struct hub *hub)
{
    pthread_mutex_lock(&hub->mutex);
    uint64_t moment = hub->moment;
    pthread_mutex_unlock(&hub->mutex);
    return moment;
}

// False when its peer cannot be watched.
static bool put_in(struct hub *hub, struct hub_wait *wait)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT};
    wait->number = ++hub->last_number;
    event.data.u64 = wait->number;
    if (epoll_ctl(hub->epoll, EPOLL_CTL_ADD, wait->fd, &event) != 0) {
        log_error(MODULE, "a request cannot wait: %s", strerror(errno));
        return false;
    }
    wait->next = NULL;
    wait->previous = hub->last;
    if (hub->last) {
        hub->last->next = wait;
    } else {
        hub->first = wait;
    }
    hub->last = wait;
    hub->count++;
    if (wait->deadline_us < hub->looks_at_us) {
        hub->looks_at_us = wait->deadline_us;
        ring(hub);
    }
    return true;
}

void hub_enter(struct hub *hub, struct hub_wait *wait)
{
    struct hub_wait *woken = NULL;
    bool waits = false;
    wait->is_over = false;
    pthread_mutex_lock(&hub->mutex);
    if (!hub->stopping && hub->moment == wait->since) {
        take_oldest(hub, wait, &woken);
        waits = put_in(hub, wait);
    }
    if (!waits) {
        wait->is_over = hub->moment == wait->since;
        wait->next = woken;
        woken = wait;
    }
    pthread_mutex_unlock(&hub->mutex);
    wake_all(woken);
}

void hub_announce(struct hub *hub, const char *counter)
{
    struct hub_wait *woken = NULL;
    pthread_mutex_lock(&hub->mutex);
    hub->moment++;
    for (struct hub_wait *wait = hub->first, *next; wait; wait = next) {
        next = wait->next;
        if (!counter || strcmp(wait->counter, counter) == 0) {
            take_out(hub, wait, &woken);
        }
    }
    pthread_mutex_unlock(&hub->mutex);
    wake_all(woken);
}

size_t hub_count(struct hub *hub)
{
    pthread_mutex_lock(&hub->mutex);
    size_t count = hub->count;
    pthread_mutex_unlock(&hub->mutex);
    return count;
}
