// How often one place in a program may log, so that a fault that lasts for
// weeks does not fill the disk: a hundred lines at once, then one in half a
// minute. What is left out is counted, and told with the next line of that
// place. Pure.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    LOG_LIMIT_BURST = 100,
    LOG_LIMIT_EVERY_S = 30,
    LOG_LIMIT_PLACES = 512 // that are known; more are not held back
};

struct log_limit {
    struct log_limit_place {
        const char *format; // the place; NULL: free
        int64_t full_at_us; // when all hundred may be said again
        int64_t unsaid;
    } places[LOG_LIMIT_PLACES];
};

// False: it is left out. `out_unsaid`: so many were since the last line.
bool log_limit_take(struct log_limit *limit, const char *format, int64_t now_us,
                    int64_t *out_unsaid);
