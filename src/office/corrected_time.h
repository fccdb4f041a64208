// When a line really was made. Device clocks may be wrong by years, stand at
// 1970 after every start, or be set in the middle of the day; what can be
// relied on is the server's clock, the time since the device's boot, and that
// lines were made one after the other. Pure: the same evidence in the same
// order gives the same times, so a chain can be placed again from its lines and
// batches, and what is sent twice changes nothing.
//
// A boot whose beginning is known by the server's clock places each of its
// lines: beginning + time since boot. The beginning is known, best first:
//
//   A  from a contact in that boot, of the batch that brings the line or of one
//      before: receipt − time since boot. Off by what the batch was on
//      its way, and what the device's quartz runs wrong between contact and
//      line (at 50 millionths 2 s are 11 hours).
//   B  for a boot that was never in contact: it lies between the line before
//      and the beginning of the boot that is in contact now. When the device's
//      clock fits between (5 minutes are forgiven), it says when. Else the time
//      that is not accounted for is shared evenly by the gaps between the boots
//      that the batch shows, and where more lines wait on the device by lines
//      too. Differences within the boot stay exact; it as a whole is off by at
//      most the gap between its neighbours. A boot that was placed stays where
//      it is, until a line says that its clock is disciplined.
//   C  no neighbour above is known (a carried file): the device's clock, where
//      it is possible at all.
//   D  nothing: the receipt.
//
// Within a boot no line comes before the one before it, unless the device says
// so. A time that would lie after the receipt is not believed. When the
// server's own clock was set back, what it said before is no bound any more.
#pragma once
#include "common/ids.h"
#include <stdbool.h>
#include <stdint.h>

enum time_quality {
    TIME_ANCHORED,  // A
    TIME_BETWEEN,   // B
    TIME_PLAUSIBLE, // C
    TIME_RECEIVED   // D
};
char time_quality_letter(enum time_quality quality); // 'A' …

// A boot and when it began, by the server's clock.
struct time_boot {
    char id[ID_SIZE]; // "": none
    int64_t began_at;
    enum time_quality quality; // TIME_RECEIVED: its beginning is not known
};

// What the lines of one chain have shown so far. Zeros before the first.
struct time_thread {
    struct time_boot contact; // whose lines may still come
    struct time_boot line;    // of the last line
    int64_t line_up_ms;       // the last line's
    int64_t made_at; // of the last line of quality A or B, 0: none; the next
                     // ones are later
};

struct time_evidence {
    // of the line
    int64_t answered_at; // device clock, 0: nothing was answered
    int64_t made_at;     // device clock; 0: not said
    bool is_synced;      // the line says that its clock was disciplined
    const char *line_boot;
    int64_t line_up_ms;
    // of the batch
    const char *batch_boot; // NULL or "": not said
    int64_t batch_up_ms;
    int64_t received_at; // server clock
    // of the device
    int64_t enrolled_at; // server clock; nothing is older
};

// True when the line's boot must be placed between its neighbours first, with
// time_place_boot().
bool time_wants_boot(const struct time_thread *thread,
                     const struct time_evidence *evidence);

// The lines from the wanted one on, up to where the boot that is in contact
// begins or the batch ends.
struct time_ahead {
    int64_t lines;
    int64_t boots;
    int64_t up_ms;   // of these boots, each up to its last line
    int64_t waiting; // lines that the device holds behind the batch
};
// What is looked ahead at, line by line: starts as zeros.
struct time_look {
    struct time_ahead ahead;
    char boot[ID_SIZE]; // of the last line
    int64_t boot_up_ms; // the most of that boot
};
void time_look_add(struct time_look *look, const char *boot, int64_t up_ms,
                   int64_t received_at);
// Where the boot begins.
int64_t time_spread(const struct time_thread *thread,
                    const struct time_evidence *evidence,
                    const struct time_ahead *ahead);
void time_place_boot(struct time_thread *thread,
                     const struct time_evidence *evidence, int64_t began_at);

// The time of the answer, or of the line when nothing was answered, and moves
// the thread on. Call it for every sound line of the chain, in order.
int64_t time_correct(struct time_thread *thread,
                     const struct time_evidence *evidence,
                     enum time_quality *out_quality);
