// What comes with time, and with no request: chores, such as turning over the
// keys for dossiers' codes once each local day. A thread of its own that
// sleeps, looks, and gives what is to be written to the writer.
#pragma once
#include "server/writer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chore {
    int every_s;      // 0: once each local day
    int32_t done_day; // the last local day for which it is done; 0: none
    // On the caretaker's own thread, which has time. False: there is nothing to
    // write. NULL: there always is.
    bool (*look)(void *ctx);
    // On the writer's thread, so be quick. What fails is done again at the next
    // look. NULL: nothing is ever written.
    enum office_result (*work)(struct office *office, void *ctx);
    // Set by `work` where that did its part and something is left, which is
    // done at the next look as well. NULL: nothing ever is.
    const bool *is_left;
    // Whether the writer has more of it to do at once, what others brought
    // meanwhile first. NULL: never.
    bool (*goes_on)(void *ctx);
    void *ctx;
    int64_t next_us; // the caretaker's
};

struct caretaker;

// `chores` must outlive it, and are its own until it stops. NULL on failure,
// logged.
struct caretaker *caretaker_start(struct writer *writer, struct chore *chores,
                                  size_t count);
// Before the writer ends. Accepts NULL.
void caretaker_stop(struct caretaker *caretaker);
