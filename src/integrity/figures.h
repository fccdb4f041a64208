// What a finding says: in numbers, as they are kept and given out, and in a
// sentence. Pure.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include "integrity/thresholds.h"
#include <stdbool.h>
#include <stdint.h>

// Those that a rule does not use are 0.
struct integrity_figures {
    int64_t ratings; // how many
    int64_t least;   // from how many on
    int64_t limit;   // minutes, per cent, milliseconds or hundredths, as the
                     // threshold of the rule is called
    int64_t seconds; // from the first to the last
    int64_t from;    // the quarter of an hour of the first, wall milliseconds
    int64_t level;   // of a run
    int64_t shortest, longest; // gap of a run, seconds
    int64_t fastest_ms;
    int64_t x, y; // of the first touch, hundredths
    // Of an officer and the peers, tenths of a per cent.
    int64_t own, peers;
    int64_t one_in;
};

// A new object of those that are not 0. NULL on no memory.
json_t *integrity_figures_write(const struct integrity_figures *figures);
// What the object does not name is 0.
void integrity_figures_read(const json_t *object,
                            struct integrity_figures *out);

// Appends "14 đánh giá trong 4 phút; ngưỡng: 6 đánh giá trong 5 phút."
void integrity_explain(const struct i18n *texts, enum i18n_language language,
                       enum integrity_rule rule,
                       const struct integrity_figures *figures,
                       struct buf *out);
