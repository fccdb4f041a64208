// When to send, and what an answer means. Pure: numbers in, numbers out.
#pragma once
#include "sync/transport.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sync_outcome {
    SYNC_DONE,      // acknowledged
    SYNC_RETRY,     // the network or the server: later, by itself
    SYNC_GAP,       // the server wants other lines first
    SYNC_GONE,      // it wants lines that have left the device; the others stay
    SYNC_FORK,      // the server holds other bytes for this place
    SYNC_OPERATOR,  // token, certificate or pin: a person must look; kept
    SYNC_REJECTED,  // the server cannot read what was sent; kept
    SYNC_TOO_LARGE, // fewer lines at once may pass
    SYNC_STOPPED    // we are asked to end
};
const char *sync_outcome_name(enum sync_outcome outcome);

// What a status means; 2xx is done only when the answer itself holds, which the
// caller looks at. 408, 429, 5xx and no answer are tried again.
enum sync_outcome policy_outcome(enum transport_result result, int status);

// How long to wait after the `failures`-th failure in a row (from 1), in ms:
// full jitter, U(0, min(900 s, 2 s · 2^(failures − 1))), so that a thousand
// devices do not come back in the same second (AWS Architecture Blog,
// "Exponential Backoff And Jitter"); plus what the server asked for with
// Retry-After, held to 1..3600 s. `retry_after_s` −1: it did not ask.
int64_t policy_delay_ms(int64_t failures, int retry_after_s, uint64_t random);
// A first contact within the window, so that a power cut of a whole town is not
// followed by one knock at the door.
int64_t policy_first_ms(int64_t window_s, uint64_t random);

// How many lines the next batch may hold, after one of `sent` lines that might
// have held `most`. A proxy that allows less, or a road that is too slow for so
// many (`timed_out`), must not stop the courier for ever: half as many then, 1
// at least; after a good answer twice as many, up to `limit`.
size_t policy_lines(size_t most, size_t sent, size_t limit,
                    enum sync_outcome outcome, bool timed_out);

enum { POLICY_NEW_LINE_MS = 1000 };

// Whether there is work now, or how long until there may be.
struct policy_state {
    int64_t now_ms;        // of a steady clock
    int64_t not_before_ms; // of the same: after a failure
    bool pending;          // lines that are not acknowledged
    int64_t new_line_ms;   // when the newest of them was seen
    int64_t last_sent_ms;  // of the last good answer; INT64_MIN: never
    int64_t heartbeat_ms;  // at least so often
};
// 0: now.
int64_t policy_wait_ms(const struct policy_state *state);
