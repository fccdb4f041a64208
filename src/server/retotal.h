// Counting totals again from the visits (office/retotal.h) because somebody
// asked: POST /admin/v1/retotal {"from":"2026-01-01","to":"2026-12-31"}, and
// GET for how it goes. The looking is a chore of the thread that has minutes;
// the writer puts what was missing, a little between batches. What a database
// that is away, or busy, broke off is begun anew when it answers.
#pragma once
#include "server/caretaker.h"
#include <stdint.h>

struct server;
struct retotaling;

// NULL on failure, logged.
struct retotaling *retotaling_open(struct server *server);
void retotaling_close(struct retotaling *retotaling); // accepts NULL
struct chore retotaling_chore(struct retotaling *retotaling);
// Any thread.
struct retotaling_figures {
    bool is_running;
    int64_t visits;                    // of the span; 0: they are still counted
    int64_t wrong;                     // totals that were, as far as was looked
    int64_t wrong_slices, done_slices; // balance.h
};
struct retotaling_figures retotaling_figures(struct retotaling *retotaling);
// Ends a look that is on its way. Any thread; accepts NULL.
void retotaling_abort(struct retotaling *retotaling);
