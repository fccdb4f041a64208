// Opening hours: when a counter works, from the device configuration. Outside
// them the screen is dark and shows the clock and the hours. Pure; times are
// wall times of Vietnam (UTC+7, no summer time).
//
//   {"hours":{"mon":["07:30-11:30","13:30-17:00"],"tue":[…],…,"sun":[]},
//    "holidays":["2026-01-01","2026-04-30"]}
//
// Without "hours" the counter is always open, holidays or not. A weekday that
// is not named, or whose list is empty, is closed.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOURS_WEEKDAYS = 7, HOURS_SPANS_MAX = 4, HOURS_HOLIDAYS_MAX = 64 };

// Minutes from midnight: from 0..1439 up to, and without, 1..1440.
struct hours_span {
    int from, to;
};

struct hours_day {
    struct hours_span spans[HOURS_SPANS_MAX]; // in order, none over another
    size_t count;
};

struct hours {
    bool given;                            // false: always open
    struct hours_day week[HOURS_WEEKDAYS]; // Monday first
    int32_t holidays[HOURS_HOLIDAYS_MAX];  // local days, common/date.h
    size_t holiday_count;
};

// Reads both keys of the configuration object. False with a `message` "KEY:
// what is wrong; what to write"; `out` is then untouched.
bool hours_read(const json_t *configuration, struct hours *out,
                struct buf *message);

struct hours_now {
    bool open;
    int64_t changes_at; // wall time of the next opening or closing;
                        // INT64_MAX: none is known
};

// What holds at a moment. A clock that is not `believed` never closes the
// counter: a citizen must not stand before a dark screen because a battery is
// empty. Ask again at `changes_at`, and whenever the clock may have been set:
// once a minute, as the shown time changes, is enough.
void hours_at(const struct hours *hours, int64_t wall_ms, bool believed,
              struct hours_now *out);

// When the counter opened last, if it is open at that moment; 0 when it is
// always open, or is closed.
int64_t hours_open_since(const struct hours *hours, int64_t wall_ms);

// Milliseconds from `from` up to `to` in which the counter is open; 0 when
// `from` is not before `to`.
int64_t hours_open_ms(const struct hours *hours, int64_t from, int64_t to);

// Appends what the closed screen says of the week, one line for each run of
// days that have the same hours, with '\n' between lines:
//
//   Thứ Hai – Thứ Sáu: 07:30 – 11:30 và 13:30 – 17:00
//   Thứ Bảy: 08:00 – 11:00
//
// Days without hours are not named. Returns the number of lines, at most
// HOURS_WEEKDAYS; 0 when the counter is always open.
size_t hours_append_lines(const struct hours *hours, const struct i18n *i18n,
                          enum i18n_language language, struct buf *out);
