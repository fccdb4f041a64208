// The visits that citizens answer on their telephones, between the first touch
// and the end. The level that a citizen chose is kept at once, as a draft; the
// visit ends when the form is sent, or when nothing came for a while, and then
// is one line of the ledger. Nobody is thanked before that is durable.
//
// The first page that gives a level owns the visit: whoever else opens the same
// address, or sends the same form once more, changes nothing any more. Any
// thread.
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    PHONE_PATIENCE_S = 900,   // from a citizen's last word to the end
    PHONE_CHANGES_MAX = 30,   // of one visit's level
    PHONE_VISITS_MAX = 10000, // open at once
};

enum phone_result {
    PHONE_KEPT,    // the level is
    PHONE_SENT,    // the visit is over, and in the ledger
    PHONE_ALREADY, // answered before; nothing was written
    PHONE_FAILED   // nothing of it could be kept
};

// Lives with whoever asks until `done` was called, from any thread, perhaps
// before phone_visits_take() returns.
struct phone_job {
    // What the form says: the visit as a draft with its level, or as it ends.
    struct record visit;
    bool ends;
    char *sealed; // its comment, NULL: none
    char page[ID_SIZE];
    void (*done)(void *ctx);
    void *ctx;
    // set before `done`
    enum phone_result result;
    // the visits' own
    bool follows; // waits for what another job does
    struct phone_job *next;
};

struct phone_visits;

// `directory` is the device's. `changed` is called when its ledger may have a
// new line. NULL on no memory or no thread.
struct phone_visits *phone_visits_open(const char *directory,
                                       const char *device,
                                       void (*changed)(void *ctx), void *ctx);
// Takes nothing more, and reads its ledger no more.
void phone_visits_stop(struct phone_visits *visits);
// Does what was asked: every `done` was called when it returns.
void phone_visits_finish(struct phone_visits *visits);
// After it. Accepts NULL.
void phone_visits_close(struct phone_visits *visits);

// Answers by job->done.
void phone_visits_take(struct phone_visits *visits, struct phone_job *job);
// Whether somebody gave a level to the visit of this id.
bool phone_visits_is_answered(struct phone_visits *visits, const char *id);
// Ends what waited long enough at `now_us` (monotonic). When it has to be
// called again; INT64_MAX: not before another visit begins.
int64_t phone_visits_sweep(struct phone_visits *visits, int64_t now_us);
