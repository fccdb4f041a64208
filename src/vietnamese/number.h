// Numbers and dates as Vietnamese people write them: 1.234.567 · 97,6 % ·
// 23/11/2026 · 09:41 · Thứ Hai. Pure; integers only, so nothing depends on the
// machine's locale or on binary floating point.
#pragma once
#include "common/buf.h"
#include <stdint.h>

// "1.234.567"; "-5".
void number_append(int64_t value, struct buf *out);
// A quotient rounded half away from zero to `decimals` (0..4): (22, 7, 2) gives
// "3,14"; with thousands dots in front of the comma. `denominator` > 0.
void number_append_ratio(int64_t numerator, int64_t denominator, int decimals,
                         struct buf *out);
// value / 10^decimals: (998, 1) gives "99,8".
void number_append_fixed(int64_t value, int decimals, struct buf *out);
// (numerator × 10^decimals) / denominator, rounded half away from zero, in
// integers, for any sign; 128 bits inside. `denominator` ≠ 0.
int64_t number_round_ratio(int64_t numerator, int64_t denominator,
                           int decimals);

// "23/11/2026", from a local day number (common/date.h).
void number_append_date(int32_t day, struct buf *out);
// "09:41", local time of Vietnam.
void number_append_time(int64_t wall_ms, struct buf *out);
