// Requests that wait for a change at a counter. Each sleeps, without a thread
// of its own, until something is announced there, its deadline comes, or its
// peer is gone; then it is woken and looks for itself.
//
//   wait->since = hub_moment(hub);
//   … look: nothing new …
//   hub_enter(hub, wait);        // misses nothing that came after hub_moment()
//
// The HTTP library does not watch the peer of a suspended connection, so a
// thread here does. Of each waiter a few requests may wait, and a bounded
// number in all: one more sends the oldest off. Any thread.
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HUB_WHO_SIZE = 64 };

struct hub;

// Lives in the request until `wake` was called.
struct hub_wait {
    char counter[RECORD_CODE_SIZE];
    char who[HUB_WHO_SIZE]; // a device's id, "key 3"
    size_t most;            // of this waiter's requests at once, from 1
    uint64_t since;
    int64_t deadline_us; // monotonic
    int fd;              // the peer's socket
    void (*wake)(void *ctx);
    void *ctx;
    // Set before `wake`: do not wait again. The peer is gone, others need the
    // place, or the server stops.
    bool is_over;
    // the hub's
    uint64_t number;
    struct hub_wait *next, *previous;
};

// Up to `most` requests wait at once. Starts the thread. NULL on failure,
// logged.
struct hub *hub_open(size_t most);
// Wakes all; who enters from now on is woken at once.
void hub_finish(struct hub *hub);
// When nobody enters any more. Accepts NULL.
void hub_close(struct hub *hub);

// A number that grows with each announcement.
uint64_t hub_moment(struct hub *hub);
// Calls `wait->wake` exactly once, from any thread, and maybe before it
// returns: `wait` may be gone then.
void hub_enter(struct hub *hub, struct hub_wait *wait);
// Something changed at the counter, and everybody can see it. NULL: at any.
void hub_announce(struct hub *hub, const char *counter);

// How many wait.
size_t hub_count(struct hub *hub);
