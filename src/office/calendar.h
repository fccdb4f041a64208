// The days on which the administration works. Saturday and Sunday are off;
// holidays, and swaps (a day off that is worked on another day), are data of
// the settings document `calendar`, whose default is
// assets/settings/calendar.json:
//
//   {"source": "…",
//    "years": [{"year": 2026, "announced": true}],
//    "holidays": [{"from": "2026-02-16", "to": "2026-02-20", "name": "…"}],
//    "swaps": [{"off": "2026-01-02", "worked": "2026-01-10", "name": "…"}]}
//
// A year that is not in the data is not guessed: its weekends are off, and who
// shows a figure says so (calendar_coverage()). Pure; days as in common/date.h.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CALENDAR_YEARS_MAX = 20,
    CALENDAR_HOLIDAYS_MAX = 200,
    CALENDAR_SWAPS_MAX = 60,
    CALENDAR_SPAN_MAX = 31 // days of one holiday
};

struct calendar_year {
    int year;
    bool is_announced; // else only what the law alone fixes is known
};

struct calendar_holiday {
    int32_t first, last;
};

struct calendar_swap {
    int32_t off, worked;
};

struct calendar {
    struct calendar_year years[CALENDAR_YEARS_MAX];
    size_t year_count;
    struct calendar_holiday holidays[CALENDAR_HOLIDAYS_MAX];
    size_t holiday_count;
    struct calendar_swap swaps[CALENDAR_SWAPS_MAX];
    size_t swap_count;
};

// False: `why` has what, where, and what to do; `out` is then of no use.
bool calendar_read(const json_t *body, struct calendar *out, struct buf *why);

bool calendar_is_working_day(const struct calendar *calendar, int32_t day);
// The count-th working day after `day`; `count` from 0, which is the day
// itself.
int32_t calendar_add_working_days(const struct calendar *calendar, int32_t day,
                                  int count);
// Working days after `day` up to and including `due`; when `due` is past, those
// after it up to `day`, below 0.
int calendar_working_days_left(const struct calendar *calendar, int32_t day,
                               int32_t due);

enum calendar_coverage {
    CALENDAR_ANNOUNCED, // all of it is known
    CALENDAR_STATUTORY, // of a part only what the law fixes
    CALENDAR_UNKNOWN    // of a part nothing
};
// Of the days from the first to the last, both whole.
enum calendar_coverage calendar_coverage(const struct calendar *calendar,
                                         int32_t first, int32_t last);
const char *calendar_coverage_name(enum calendar_coverage coverage);
