#include "vietnamese/number.h"
#include "common/clock.h"
#include "common/date.h"
#include <assert.h>
#include <stdbool.h>

__extension__ typedef __int128 wide;

static int64_t power_of_ten(int exponent)
{
    int64_t value = 1;
    while (exponent-- > 0)
        value *= 10;
    return value;
}

static void append_grouped(uint64_t value, struct buf *out)
{
    if (value >= 1000) {
        append_grouped(value / 1000, out);
        buf_printf(out, ".%03u", (unsigned)(value % 1000));
    } else {
        buf_printf(out, "%u", (unsigned)value);
    }
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void number_append(int64_t value, struct buf *out)
{
    if (value < 0)
        buf_append_char(out, '-');
    append_grouped(magnitude(value), out);
}

void number_append_fixed(int64_t value, int decimals, struct buf *out)
{
    assert(decimals >= 0 && decimals <= 9);
    uint64_t scale = (uint64_t)power_of_ten(decimals);
    if (value < 0)
        buf_append_char(out, '-');
    append_grouped(magnitude(value) / scale, out);
    if (decimals > 0)
        buf_printf(out, ",%0*llu", decimals,
                   (unsigned long long)(magnitude(value) % scale));
}

int64_t number_round_ratio(int64_t numerator, int64_t denominator, int decimals)
{
    assert(denominator != 0 && decimals >= 0 && decimals <= 9);
    wide top = (wide)numerator * power_of_ten(decimals);
    wide bottom = denominator;
    bool negative = (top < 0) != (bottom < 0);
    top = top < 0 ? -top : top;
    bottom = bottom < 0 ? -bottom : bottom;
    wide rounded = (2 * top + bottom) / (2 * bottom);
    return (int64_t)(negative ? -rounded : rounded);
}

void number_append_ratio(int64_t numerator, int64_t denominator, int decimals,
                         struct buf *out)
{
    number_append_fixed(number_round_ratio(numerator, denominator, decimals),
                        decimals, out);
}

void number_append_date(int32_t day, struct buf *out)
{
    struct date date = date_from_day(day);
    buf_printf(out, "%02d/%02d/%04d", date.day, date.month, date.year);
}

void number_append_time(int64_t wall_ms, struct buf *out)
{
    int64_t midnight = date_wall_ms_of_day(date_day_of_wall_ms(wall_ms));
    int minutes = (int)((wall_ms - midnight) / 60000);
    buf_printf(out, "%02d:%02d", minutes / 60, minutes % 60);
}
