#include "office/calendar.h"
#include "common/date.h"

enum { SATURDAY = 6 };

static bool read_day(const json_t *object, const char *list, size_t at,
                     const char *key, int32_t *out, struct buf *why)
{
    if (json_get_day(object, key, out)) {
        return true;
    }
    buf_printf(why, "%s[%zu].%s: is no day; write it like \"2026-02-16\"", list,
               at, key);
    return false;
}

static bool read_name(const json_t *object, const char *list, size_t at,
                      struct buf *why)
{
    const char *name;
    if (json_get_text(object, "name", &name) && name[0] != '\0') {
        return true;
    }
    buf_printf(why, "%s[%zu].name: is missing; say what is celebrated", list,
               at);
    return false;
}

static bool read_holiday(const json_t *object, size_t at, struct calendar *out,
                         struct buf *why)
{
    struct calendar_holiday *holiday = &out->holidays[out->holiday_count++];
    if (!read_day(object, "holidays", at, "from", &holiday->first, why) ||
        !read_day(object, "holidays", at, "to", &holiday->last, why) ||
        !read_name(object, "holidays", at, why)) {
        return false;
    }
    if (holiday->last < holiday->first ||
        holiday->last - holiday->first >= CALENDAR_SPAN_MAX) {
        buf_printf(why,
                   "holidays[%zu].to: comes before from, or more than %d days "
                   "after it; correct the days",
                   at, CALENDAR_SPAN_MAX);
        return false;
    }
    return true;
}

static bool is_weekend(int32_t day)
{
    return date_weekday(day) >= SATURDAY;
}

static bool is_holiday(const struct calendar *calendar, int32_t day)
{
    for (size_t i = 0; i < calendar->holiday_count; i++) {
        const struct calendar_holiday *holiday = &calendar->holidays[i];
        if (day >= holiday->first && day <= holiday->last) {
            return true;
        }
    }
    return false;
}

// A swap moves work: its day off is worked otherwise, its other day is not.
static bool read_swap(const json_t *object, size_t at, struct calendar *out,
                      struct buf *why)
{
    struct calendar_swap swap;
    if (!read_day(object, "swaps", at, "off", &swap.off, why) ||
        !read_day(object, "swaps", at, "worked", &swap.worked, why) ||
        !read_name(object, "swaps", at, why)) {
        return false;
    }
    if (!calendar_is_working_day(out, swap.off)) {
        buf_printf(why,
                   "swaps[%zu].off: is off anyway; name a day that would be "
                   "worked",
                   at);
        return false;
    }
    if (calendar_is_working_day(out, swap.worked)) {
        buf_printf(why,
                   "swaps[%zu].worked: is worked anyway; name a day that would "
                   "be off",
                   at);
        return false;
    }
    out->swaps[out->swap_count++] = swap;
    return true;
}

static bool read_year(const json_t *object, size_t at, struct calendar *out,
                      struct buf *why)
{
    int64_t year = 0;
    bool is_announced;
    if (!json_get_int(object, "year", &year) || year < 2000 || year > 2200) {
        buf_printf(why, "years[%zu].year: is no year from 2000 to 2200", at);
        return false;
    }
    if (!json_get_bool(object, "announced", &is_announced)) {
        buf_printf(why,
                   "years[%zu].announced: is missing; true when the "
                   "Government's days off are known, else false",
                   at);
        return false;
    }
    for (size_t i = 0; i < out->year_count; i++) {
        if (out->years[i].year == year) {
            buf_printf(why, "years[%zu].year: %d is there twice", at,
                       (int)year);
            return false;
        }
    }
    out->years[out->year_count++] =
        (struct calendar_year){(int)year, is_announced};
    return true;
}

typedef bool item_reader(const json_t *object, size_t at, struct calendar *out,
                         struct buf *why);

static bool read_list(const json_t *body, const char *key, size_t most,
                      item_reader *read, struct calendar *out, struct buf *why)
{
    const json_t *list = json_object_get(body, key);
    if (!json_is_array(list) || json_array_size(list) > most) {
        buf_printf(why, "%s: must be a list of at most %zu", key, most);
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!read(json_array_get(list, i), i, out, why)) {
            return false;
        }
    }
    return true;
}

bool calendar_read(const json_t *body, struct calendar *out, struct buf *why)
{
    *out = (struct calendar){.year_count = 0};
    return read_list(body, "years", CALENDAR_YEARS_MAX, read_year, out, why) &&
           read_list(body, "holidays", CALENDAR_HOLIDAYS_MAX, read_holiday, out,
                     why) &&
           read_list(body, "swaps", CALENDAR_SWAPS_MAX, read_swap, out, why);
}

bool calendar_is_working_day(const struct calendar *calendar, int32_t day)
{
    for (size_t i = 0; i < calendar->swap_count; i++) {
        const struct calendar_swap *swap = &calendar->swaps[i];
        if (day == swap->off || day == swap->worked) {
            return day == swap->worked;
        }
    }
    return !is_weekend(day) && !is_holiday(calendar, day);
}

int32_t calendar_add_working_days(const struct calendar *calendar, int32_t day,
                                  int count)
{
    while (count > 0) {
        day++;
        count -= calendar_is_working_day(calendar, day);
    }
    return day;
}

int calendar_working_days_left(const struct calendar *calendar, int32_t day,
                               int32_t due)
{
    int count = 0;
    int32_t first = day < due ? day : due;
    int32_t last = day < due ? due : day;
    for (int32_t at = first + 1; at <= last; at++) {
        count += calendar_is_working_day(calendar, at);
    }
    return day < due ? count : -count;
}

static enum calendar_coverage year_coverage(const struct calendar *calendar,
                                            int year)
{
    for (size_t i = 0; i < calendar->year_count; i++) {
        if (calendar->years[i].year == year) {
            return calendar->years[i].is_announced ? CALENDAR_ANNOUNCED
                                                   : CALENDAR_STATUTORY;
        }
    }
    return CALENDAR_UNKNOWN;
}

enum calendar_coverage calendar_coverage(const struct calendar *calendar,
                                         int32_t first, int32_t last)
{
    enum calendar_coverage least = CALENDAR_ANNOUNCED;
    int end = date_from_day(last).year;
    for (int year = date_from_day(first).year; year <= end; year++) {
        enum calendar_coverage coverage = year_coverage(calendar, year);
        least = coverage > least ? coverage : least;
    }
    return least;
}

const char *calendar_coverage_name(enum calendar_coverage coverage)
{
    static const char *const names[] = {"announced", "statutory", "unknown"};
    return names[coverage];
}
