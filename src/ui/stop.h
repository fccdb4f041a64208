// SIGTERM and SIGINT as an event of SDL's queue. A handler could do almost
// nothing safely, so a thread of its own waits for the signals.
#pragma once
#include <SDL.h>
#include <stdbool.h>

// Call before any other thread is started: all of them inherit the mask that
// keeps the signals away from them.
bool stop_block(void);
// Pushes an event of this type for each signal from now on. SDL's events must
// be started.
bool stop_start(Uint32 event_type);
// Ends the thread. May be called when it never started.
void stop_join(void);
