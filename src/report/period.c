#include "report/period.h"
#include "common/date.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const KIND_NAMES[] = {
    [PERIOD_OFFICIAL] = "hanh-chinh",
    [PERIOD_CALENDAR] = "duong-lich",
    [PERIOD_DAYS] = "khoang-ngay",
};

// How many of each span a year has, and how many months each is long.
static const int SPAN_COUNT[] = {
    [PERIOD_MONTH] = 12,
    [PERIOD_QUARTER] = 4,
    [PERIOD_HALF] = 2,
    [PERIOD_YEAR] = 1,
};

const char *period_kind_name(enum period_kind kind)
{
    return KIND_NAMES[kind];
}

static int32_t day_of(int year, int month, int day)
{
    return date_to_day((struct date){year, month, day});
}

// The first day of a month of this kind; month 13 is January of next year.
static int32_t first_of_month(enum period_kind kind, int year, int month)
{
    if (kind == PERIOD_OFFICIAL)
        return month == 1 ? day_of(year - 1, 12, 15)
                          : day_of(year, month - 1, 15);
    return month == 13 ? day_of(year + 1, 1, 1) : day_of(year, month, 1);
}

struct period period_make(enum period_kind kind, enum period_span span,
                          int year, int number)
{
    assert(kind != PERIOD_DAYS);
    assert(year >= PERIOD_YEAR_LEAST && year <= PERIOD_YEAR_MOST);
    if (span == PERIOD_YEAR)
        number = 0;
    else
        assert(number >= 1 && number <= SPAN_COUNT[span]);
    int months = 12 / SPAN_COUNT[span];
    int first = number == 0 ? 1 : (number - 1) * months + 1;
    return (struct period){
        .kind = kind,
        .span = span,
        .year = year,
        .number = number,
        .first = first_of_month(kind, year, first),
        .last = first_of_month(kind, year, first + months) - 1,
    };
}

// Exactly `count` decimal digits.
static bool read_digits(const char *text, size_t count, int *out)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

static bool read_kind(const char *text, size_t size, enum period_kind *out_kind)
{
    for (int kind = PERIOD_OFFICIAL; kind <= PERIOD_CALENDAR; kind++) {
        if (strlen(KIND_NAMES[kind]) == size &&
            memcmp(KIND_NAMES[kind], text, size) == 0) {
            *out_kind = (enum period_kind)kind;
            return true;
        }
    }
    return false;
}

// The part after the year: "", "-01", "-Q3", "-H1".
static bool read_span(const char *text, enum period_span *out_span,
                      int *out_number)
{
    size_t size = strlen(text);
    if (size == 0) {
        *out_span = PERIOD_YEAR;
        *out_number = 0;
        return true;
    }
    if (size != 3 || text[0] != '-')
        return false;
    if (text[1] == 'Q' || text[1] == 'H') {
        *out_span = text[1] == 'Q' ? PERIOD_QUARTER : PERIOD_HALF;
        return read_digits(text + 2, 1, out_number);
    }
    *out_span = PERIOD_MONTH;
    return read_digits(text + 1, 2, out_number);
}

bool period_parse(const char *text, struct period *out, struct buf *message)
{
    const char *colon = strchr(text, ':');
    enum period_kind kind;
    if (!colon || !read_kind(text, (size_t)(colon - text), &kind)) {
        buf_printf(message,
                   "period \"%s\": does not begin with a known kind; write "
                   "hanh-chinh: or duong-lich: before the year",
                   text);
        return false;
    }
    const char *rest = colon + 1;
    enum period_span span;
    int year, number;
    if (strlen(rest) < 4 || !read_digits(rest, 4, &year) ||
        !read_span(rest + 4, &span, &number)) {
        buf_printf(message,
                   "period \"%s\": \"%s\" is no year, half, quarter or month; "
                   "write it as 2026, 2026-H1, 2026-Q3 or 2026-01",
                   text, rest);
        return false;
    }
    if (year < PERIOD_YEAR_LEAST || year > PERIOD_YEAR_MOST) {
        buf_printf(message, "period \"%s\": the year is not within %d–%d", text,
                   PERIOD_YEAR_LEAST, PERIOD_YEAR_MOST);
        return false;
    }
    if (span != PERIOD_YEAR && (number < 1 || number > SPAN_COUNT[span])) {
        static const char *const WHAT[] = {"month", "quarter", "half"};
        buf_printf(message, "period \"%s\": there is no %s %d; a year has 1–%d",
                   text, WHAT[span], number, SPAN_COUNT[span]);
        return false;
    }
    *out = period_make(kind, span, year, number);
    return true;
}

static bool parse_day(const char *name, const char *text, int32_t *out_day,
                      struct buf *message)
{
    if (!date_parse_iso(text, out_day)) {
        buf_printf(message,
                   "%s \"%s\": is no day of the calendar; write it as "
                   "2026-11-23",
                   name, text);
        return false;
    }
    int year = date_from_day(*out_day).year;
    if (year < PERIOD_YEAR_LEAST || year > PERIOD_YEAR_MOST) {
        buf_printf(message, "%s \"%s\": the year is not within %d–%d", name,
                   text, PERIOD_YEAR_LEAST, PERIOD_YEAR_MOST);
        return false;
    }
    return true;
}

bool period_parse_days(const char *from, const char *to, struct period *out,
                       struct buf *message)
{
    int32_t first, last;
    if (!parse_day("from", from, &first, message) ||
        !parse_day("to", to, &last, message))
        return false;
    if (first > last) {
        buf_printf(message, "from %s is after to %s; exchange the two", from,
                   to);
        return false;
    }
    *out = (struct period){.kind = PERIOD_DAYS, .first = first, .last = last};
    return true;
}

bool period_before(const struct period *period, struct period *out)
{
    if (period->kind == PERIOD_DAYS) {
        int32_t days = period->last - period->first + 1;
        struct period before = {.kind = PERIOD_DAYS,
                                .first = period->first - days,
                                .last = period->first - 1};
        if (before.first < date_to_day((struct date){PERIOD_YEAR_LEAST, 1, 1}))
            return false;
        *out = before;
        return true;
    }
    int year = period->year, number = period->number - 1;
    if (number < 1) {
        year--;
        number = period->span == PERIOD_YEAR ? 0 : SPAN_COUNT[period->span];
    }
    if (year < PERIOD_YEAR_LEAST)
        return false;
    *out = period_make(period->kind, period->span, year, number);
    return true;
}

void period_code(const struct period *period, char out[PERIOD_CODE_SIZE])
{
    if (period->kind == PERIOD_DAYS) {
        date_format_iso(period->first, out);
        out[DATE_ISO_SIZE - 1] = '/';
        date_format_iso(period->last, out + DATE_ISO_SIZE);
        return;
    }
    int size = snprintf(out, PERIOD_CODE_SIZE, "%04d", period->year);
    if (period->span == PERIOD_MONTH)
        snprintf(out + size, PERIOD_CODE_SIZE - (size_t)size, "-%02d",
                 period->number);
    else if (period->span != PERIOD_YEAR)
        snprintf(out + size, PERIOD_CODE_SIZE - (size_t)size, "-%c%d",
                 period->span == PERIOD_QUARTER ? 'Q' : 'H', period->number);
}
