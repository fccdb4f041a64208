// The days that a report covers. Reports to the People's Committee follow two
// calendars, so a period always names its kind:
//
//   hanh-chinh   administrative reports (Nghị định 09/2019/NĐ-CP): a month is
//                the 15th of the month before → the 14th; quarters, halves
//                and years are made of such months, so 2026 begins on
//                15/12/2025
//   duong-lich   the calendar
//   khoang-ngay  any first and last day
//
// Days are local days of Vietnam (common/date.h); the last day is whole. Pure.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum period_kind { PERIOD_OFFICIAL, PERIOD_CALENDAR, PERIOD_DAYS };
enum period_span { PERIOD_MONTH, PERIOD_QUARTER, PERIOD_HALF, PERIOD_YEAR };

struct period {
    enum period_kind kind;
    enum period_span span; // meaningless for PERIOD_DAYS, as year and number
    int year;
    int number; // month 1–12, quarter 1–4, half 1–2, year 0
    int32_t first, last;
};

enum { PERIOD_YEAR_LEAST = 2000, PERIOD_YEAR_MOST = 2999 };

// "hanh-chinh:2026-01", "duong-lich:2026-Q3", "…:2026-H1", "…:2026". False
// when it is none; `message` then says what is wrong and what would be right.
bool period_parse(const char *text, struct period *out, struct buf *message);
// Two days as "2026-11-23", the first not after the last.
bool period_parse_days(const char *from, const char *to, struct period *out,
                       struct buf *message);
// `year` and `number` are within their ranges (assert).
struct period period_make(enum period_kind kind, enum period_span span,
                          int year, int number);

// The period of the same kind and length that ends on the day before. False
// when that is before PERIOD_YEAR_LEAST.
bool period_before(const struct period *period, struct period *out);

// "hanh-chinh", "duong-lich", "khoang-ngay".
const char *period_kind_name(enum period_kind kind);
// "2026-01", "2026-Q3", "2026-H1", "2026"; for days "2026-11-01/2026-11-23".
enum { PERIOD_CODE_SIZE = 24 };
void period_code(const struct period *period, char out[PERIOD_CODE_SIZE]);
