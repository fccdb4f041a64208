#include "common/date.h"
#include "common/clock.h"
#include <stdio.h>

enum { DAYS_PER_400_YEARS = 146097, DAY_MS = 86400000 };

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_is_valid(struct date date)
{
    return date.year >= 0 && date.year <= 9999 && date.month >= 1 &&
           date.month <= 12 && date.day >= 1 &&
           date.day <= date_days_in_month(date.year, date.month);
}

// Years are counted from March, so that the leap day is the last of its year.
int32_t date_to_day(struct date date)
{
    int year = date.month > 2 ? date.year : date.year - 1;
    int era = (year >= 0 ? year : year - 399) / 400;
    int of_era = year - era * 400;
    int month = date.month > 2 ? date.month - 3 : date.month + 9;
    int of_year = (153 * month + 2) / 5 + date.day - 1;
    int day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * DAYS_PER_400_YEARS + day - 719468; // 0000-03-01 → 1970-01-01
}

struct date date_from_day(int32_t day)
{
    int32_t z = day + 719468;
    int32_t era =
        (z >= 0 ? z : z - DAYS_PER_400_YEARS + 1) / DAYS_PER_400_YEARS;
    int32_t of_era = z - era * DAYS_PER_400_YEARS;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 -
                    of_era / (DAYS_PER_400_YEARS - 1)) /
                   365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t month = (5 * of_year + 2) / 153;
    struct date date;
    date.day = of_year - (153 * month + 2) / 5 + 1;
    date.month = month < 10 ? month + 3 : month - 9;
    date.year = year + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

int date_weekday(int32_t day)
{
    // 1970-01-01 was a Thursday.
    int since_monday = (int)(((int64_t)day + 3) % 7);
    return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

int32_t date_day_of_wall_ms(int64_t wall_ms)
{
    int64_t local = wall_ms + CLOCK_VN_OFFSET_MS;
    int64_t day = local / DAY_MS;
    return (int32_t)(local % DAY_MS < 0 ? day - 1 : day);
}

int64_t date_wall_ms_of_day(int32_t day)
{
    return (int64_t)day * DAY_MS - CLOCK_VN_OFFSET_MS;
}

static bool read_digits(const char *text, int count, int *out)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

bool date_parse_iso(const char *text, int32_t *out_day)
{
    struct date date;
    if (!read_digits(text, 4, &date.year) || text[4] != '-' ||
        !read_digits(text + 5, 2, &date.month) || text[7] != '-' ||
        !read_digits(text + 8, 2, &date.day) || text[10] != '\0' ||
        !date_is_valid(date))
        return false;
    *out_day = date_to_day(date);
    return true;
}

void date_format_iso(int32_t day, char out[DATE_ISO_SIZE])
{
    struct date date = date_from_day(day);
    int year = date.year < 0 ? 0 : date.year > 9999 ? 9999 : date.year;
    snprintf(out, DATE_ISO_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000u,
             (unsigned)date.month % 100u, (unsigned)date.day % 100u);
}
