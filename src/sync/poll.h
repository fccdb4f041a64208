// Asks the server for the counter's invitations, beside the courier's loop and
// on a connection of its own: the server holds each question back until there
// is something new, so a new invitation is in courier.db within a moment.
//
// - The list is replaced as a whole by each answer of 200; 304 leaves it. Both
//   are a contact.
// - The first question after a start or a failure is not held back, so that it
//   is known at once whether the server is there.
// - After a failure full jitter, as for batches (sync/policy.h), but never more
//   than about a minute for one that passes by itself: until then the counter
//   is without invitations. A server that does not know the question (404, an
//   older one) is asked once an hour.
// - While visits do not come by invitation it rests, and the list is empty.
#pragma once
#include "store/courier.h"
#include "store/device.h"
#include <stdbool.h>

struct poll;

struct poll_params {
    const struct device *device; // borrowed, like
    struct courier *courier;     // this one, which other threads write too
    const char *proxy;           // NULL: none; copied
    bool plain_http;
    int64_t first_contact_s; // the first question comes within this
};

// Starts the thread, at rest. NULL when memory or a thread could not be had;
// logged.
struct poll *poll_start(const struct poll_params *params);
// Any thread. Visits come by invitation, or do not any more.
void poll_set_wanted(struct poll *poll, bool wanted);
// Any thread. The server answered something else: a failure is not waited for
// any longer.
void poll_hurry(struct poll *poll);
// Any thread. It ends within a second, a question in progress is aborted.
void poll_stop(struct poll *poll);
// Stops it, waits for its end. Accepts NULL.
void poll_free(struct poll *poll);
