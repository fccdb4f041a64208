// Explore by touch, the rule of listening: the first touch of a target reads
// it, a second touch of the same within 8 seconds acts. Pure: it knows ids and
// times, no screen and no voice.
//
// A touch of another target reads that one, and the earlier one has to be read
// again. After an action, too: whoever touches a third time hears the target
// again before anything happens. A touch beside every target changes nothing.
#pragma once
#include <stdint.h>

enum { LISTEN_AGAIN_MS = 8000, LISTEN_ID_SIZE = 72 };

enum listen_what {
    LISTEN_NOTHING, // beside every target
    LISTEN_SPEAK,   // read the target
    LISTEN_ACT      // do what it is for
};

struct listen {
    char target[LISTEN_ID_SIZE]; // read last; "": none
    int64_t read_at;
};

// When listening begins, and at every change of screen: what lies under the
// finger now is another thing, even under the same id.
void listen_reset(struct listen *listen);

// A tap on `target` (shorter than LISTEN_ID_SIZE), or beside all: NULL. `now`
// is milliseconds of a steady clock.
enum listen_what listen_tap(struct listen *listen, const char *target,
                            int64_t now);
