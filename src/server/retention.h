// The chore that lets go of what has had its time (office/retention.h): each
// day from noon on, when the counters rest and even a server that is off at
// night is on; so a mistake in the settings can be put right until then.
#pragma once
#include "server/caretaker.h"
#include <stdbool.h>
#include <stdint.h>

struct server;

struct retention {
    struct server *server;
    int32_t done_day; // local; 0: none
    int64_t now;      // of the running step
};
// `retention` lives as long as the chore.
struct chore retention_chore(struct retention *retention,
                             struct server *server);
// Whether the day's work is due. Pure.
bool retention_is_due(int64_t now, int32_t done_day);
