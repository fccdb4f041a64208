// Which visit counts, of several about one transaction and step. One does, over
// all channels and devices; the others are kept and are not counted:
//
//   1. a rating before a visit without one: who was asked twice and answered
//      once has answered, and was asked once in the figures;
//   2. a known time before an unknown one, and the earlier before the later;
//   3. the device's id, its generation, its line.
//
// The outcome is a function of the visits alone: the order in which they come
// in, and whether they come twice, plays no part. For that the time is, as far
// as can be, what the device wrote. Where the line says that the device's clock
// is disciplined and nothing speaks against it, its own time decides; else the
// corrected one (corrected_time.h); and of quality D, the time of receipt,
// none.
//
// What remains: of a clock that is not disciplined the corrected time depends
// on the contact that placed it, by as much as that was on its way, and on
// whether the line was sent in the boot in which it was made. Two answers about
// one transaction within that error may be taken for either order; which one
// was taken stays, and is the same for everybody. A visit without a transaction
// counts for the invitation that brought it, and without one stands alone. A
// step that was not told is a step of its own, and so is the same dossier in
// another month of its token's key (ledger/pseudonym.h). Pure.
#pragma once
#include "office/corrected_time.h"
#include <stdbool.h>
#include <stdint.h>

#define CLAIM_UNKNOWN INT64_MAX // a time, after all others

struct claim {
    bool is_rated;
    int64_t time; // claim_time()
    unsigned char device[16];
    int64_t gen, seq;
};

// `at` and `quality`: corrected; `device_at`: by the device's clock.
int64_t claim_time(int64_t at, enum time_quality quality, int64_t device_at,
                   bool is_synced);
// Below 0: `a` counts before `b`.
int claim_compare(const struct claim *a, const struct claim *b);
