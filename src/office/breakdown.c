#include "office/breakdown.h"
#include "common/date.h"
#include <stdio.h>

static const struct day_range no_days = {1, 0};

enum tally_dimension breakdown_dimension(enum office_breakdown by)
{
    static const enum tally_dimension dimensions[OFFICE_BREAKDOWN_COUNT] = {
        [OFFICE_BY_NONE] = TALLY_ALL,
        [OFFICE_BY_DAY] = TALLY_ALL,
        [OFFICE_BY_CALENDAR_MONTH] = TALLY_ALL,
        [OFFICE_BY_OFFICIAL_MONTH] = TALLY_ALL,
        [OFFICE_BY_COUNTER] = TALLY_COUNTER,
        [OFFICE_BY_FIELD] = TALLY_FIELD,
        [OFFICE_BY_PROCEDURE] = TALLY_PROCEDURE,
        [OFFICE_BY_OFFICER] = TALLY_OFFICER,
        [OFFICE_BY_DEVICE] = TALLY_DEVICE,
        [OFFICE_BY_STEP] = TALLY_STEP,
        [OFFICE_BY_CHANNEL] = TALLY_CHANNEL,
        [OFFICE_BY_HOUR] = TALLY_HOUR_OF_WEEK,
        [OFFICE_BY_WEEKDAY] = TALLY_HOUR_OF_WEEK,
        [OFFICE_BY_HOUR_OF_WEEK] = TALLY_HOUR_OF_WEEK,
    };
    return dimensions[by];
}

struct day_range breakdown_clamp(int32_t from_day, int32_t to_day)
{
    int32_t least = date_to_day((struct date){0, 1, 1});
    int32_t most = date_to_day((struct date){9999, 12, 31});
    return (struct day_range){from_day < least ? least : from_day,
                              to_day > most ? most : to_day};
}

struct day_ranges breakdown_split(enum office_breakdown by,
                                  struct day_range days)
{
    struct day_ranges ranges = {no_days, days, no_days};
    if (by == OFFICE_BY_DAY || days.from > days.to) {
        return ranges;
    }
    struct day_range halves = {tally_half_month(days.from),
                               tally_half_month(days.to)};
    if (tally_first_day(halves.from) < days.from) {
        halves.from++;
    }
    if (tally_last_day(halves.to) > days.to) {
        halves.to--;
    }
    if (halves.from <= halves.to) {
        ranges.half_months = halves;
        ranges.before.to = tally_first_day(halves.from) - 1;
        ranges.after.from = tally_last_day(halves.to) + 1;
        ranges.after.to = days.to;
    }
    return ranges;
}

struct long_ranges breakdown_split_long(enum office_breakdown by,
                                        struct day_range days)
{
    struct day_ranges plain = breakdown_split(by, days);
    struct day_range halves = plain.half_months;
    struct long_ranges ranges = {no_days, halves, no_days, plain.before,
                                 plain.after};
    if (halves.from > halves.to ||
        !tally_has_quarters(breakdown_dimension(by))) {
        return ranges;
    }
    // The first and the last whole one.
    struct day_range quarters = {tally_quarter(halves.from),
                                 tally_quarter(halves.to + 1) - 1};
    if (tally_first_half(quarters.from) < halves.from) {
        quarters.from++;
    }
    if (quarters.from <= quarters.to) {
        ranges.quarters = quarters;
        ranges.halves_before.to = tally_first_half(quarters.from) - 1;
        ranges.halves_after.from = tally_first_half(quarters.to + 1);
        ranges.halves_after.to = halves.to;
    }
    return ranges;
}

// The half-month h is the first of its calendar month when even; the official
// month that ends on the 14th takes the odd one before and the even one.
int64_t breakdown_of_period(enum office_breakdown by, enum tally_grain grain,
                            int32_t period)
{
    if (by == OFFICE_BY_DAY) {
        return period;
    }
    if (by == OFFICE_BY_NONE) {
        return 0;
    }
    int32_t half =
        grain == TALLY_HALF_MONTH ? period : tally_half_month(period);
    return by == OFFICE_BY_OFFICIAL_MONTH ? (half + 1) / 2 : half / 2;
}

int64_t breakdown_of_key(enum office_breakdown by, int64_t key)
{
    switch (by) {
    case OFFICE_BY_HOUR:
        return key % 24;
    case OFFICE_BY_WEEKDAY:
        return key / 24;
    default:
        return key;
    }
}

void breakdown_key(enum office_breakdown by, int64_t number,
                   char out[BREAKDOWN_KEY_SIZE])
{
    int n = (int)number;
    switch (by) {
    case OFFICE_BY_DAY:
        date_format_iso(n, out);
        break;
    case OFFICE_BY_CALENDAR_MONTH:
    case OFFICE_BY_OFFICIAL_MONTH:
        snprintf(out, BREAKDOWN_KEY_SIZE, "%04d-%02d", n / 12, n % 12 + 1);
        break;
    case OFFICE_BY_CHANNEL:
        snprintf(out, BREAKDOWN_KEY_SIZE, "%s",
                 record_mode_name((enum record_mode)n));
        break;
    case OFFICE_BY_HOUR:
        snprintf(out, BREAKDOWN_KEY_SIZE, "%02d", n);
        break;
    case OFFICE_BY_WEEKDAY:
        snprintf(out, BREAKDOWN_KEY_SIZE, "%d", n);
        break;
    case OFFICE_BY_HOUR_OF_WEEK:
        snprintf(out, BREAKDOWN_KEY_SIZE, "%d-%02d", n / 24, n % 24);
        break;
    default:
        out[0] = '\0';
        break;
    }
}
