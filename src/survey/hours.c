#include "survey/hours.h"
#include "common/clock.h"
#include "common/date.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

enum {
    DAY_MINUTES = 24 * 60,
    MINUTE_MS = 60 * 1000,
    LOOK_AHEAD_DAYS = 400, // for the next opening
    SPAN_TEXT = 11         // "07:30-11:30"
};

static const char *const DAY_KEYS[HOURS_WEEKDAYS] = {"mon", "tue", "wed", "thu",
                                                     "fri", "sat", "sun"};

// --- Reading ---------------------------------------------------------------

static bool read_two_digits(const char *text, int most, int *out)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return false;
    *out = (text[0] - '0') * 10 + (text[1] - '0');
    return *out <= most;
}

// "07:30"; "24:00" is the end of the day.
static bool read_minute(const char *text, int *out)
{
    int hour, minute;
    if (!read_two_digits(text, 24, &hour) || text[2] != ':' ||
        !read_two_digits(text + 3, 59, &minute))
        return false;
    *out = hour * 60 + minute;
    return *out <= DAY_MINUTES;
}

static bool read_span(const json_t *item, struct hours_span *out)
{
    const char *text = json_string_value(item);
    return text && strlen(text) == SPAN_TEXT && text[5] == '-' &&
           read_minute(text, &out->from) && read_minute(text + 6, &out->to) &&
           out->from < out->to;
}

static bool read_day(const char *key, const json_t *list, struct hours_day *out,
                     struct buf *message)
{
    if (!json_is_array(list) || json_array_size(list) > HOURS_SPANS_MAX) {
        buf_printf(message,
                   "hours.%s: is no list of at most %d spans; write "
                   "[\"07:30-11:30\",\"13:30-17:00\"], or [] for a closed day",
                   key, HOURS_SPANS_MAX);
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct hours_span span;
        int after = i > 0 ? out->spans[i - 1].to : 0;
        if (!read_span(json_array_get(list, i), &span) || span.from < after) {
            buf_printf(message,
                       "hours.%s: span %zu must be \"HH:MM-HH:MM\", end after "
                       "it begins, and begin after the one before it",
                       key, i + 1);
            return false;
        }
        out->spans[i] = span;
    }
    out->count = json_array_size(list);
    return true;
}

static int day_by_key(const char *key)
{
    for (int i = 0; i < HOURS_WEEKDAYS; i++)
        if (strcmp(DAY_KEYS[i], key) == 0)
            return i;
    return -1;
}

static bool read_week(const json_t *week, struct hours *out,
                      struct buf *message)
{
    const char *key;
    json_t *list;
    if (!json_is_object(week)) {
        buf_append_text(message, "hours: is no object; write {\"mon\":[…],…}");
        return false;
    }
    out->given = true;
    json_object_foreach((json_t *)week, key, list)
    {
        int day = day_by_key(key);
        if (day < 0) {
            buf_printf(message,
                       "hours.%.16s: is no weekday; write mon, tue, wed, thu, "
                       "fri, sat or sun",
                       key);
            return false;
        }
        if (!read_day(key, list, &out->week[day], message))
            return false;
    }
    return true;
}

static bool read_holidays(const json_t *list, struct hours *out,
                          struct buf *message)
{
    if (!json_is_array(list) || json_array_size(list) > HOURS_HOLIDAYS_MAX) {
        buf_printf(message,
                   "holidays: is no list of at most %d days; write "
                   "[\"2026-01-01\",…]",
                   HOURS_HOLIDAYS_MAX);
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !date_parse_iso(text, &out->holidays[i])) {
            buf_printf(message,
                       "holidays: day %zu is no date; write \"2026-01-01\"",
                       i + 1);
            return false;
        }
    }
    out->holiday_count = json_array_size(list);
    return true;
}

bool hours_read(const json_t *configuration, struct hours *out,
                struct buf *message)
{
    struct hours read = {0};
    const json_t *week = json_object_get(configuration, "hours");
    const json_t *holidays = json_object_get(configuration, "holidays");
    if (week && !json_is_null(week) && !read_week(week, &read, message))
        return false;
    if (holidays && !json_is_null(holidays) &&
        !read_holidays(holidays, &read, message))
        return false;
    *out = read;
    return true;
}

// --- The moment ------------------------------------------------------------

// What is open on a calendar day; nothing on a holiday.
static const struct hours_day *day_of(const struct hours *hours, int32_t day)
{
    static const struct hours_day none;
    for (size_t i = 0; i < hours->holiday_count; i++)
        if (hours->holidays[i] == day)
            return &none;
    return &hours->week[date_weekday(day) - 1];
}

static bool is_open(const struct hours *hours, int32_t day, int minute)
{
    if (minute == DAY_MINUTES) {
        day++;
        minute = 0;
    }
    const struct hours_day *spans = day_of(hours, day);
    for (size_t i = 0; i < spans->count; i++)
        if (minute >= spans->spans[i].from && minute < spans->spans[i].to)
            return true;
    return false;
}

static int64_t wall_of(int32_t day, int minute)
{
    return date_wall_ms_of_day(day) + (int64_t)minute * MINUTE_MS;
}

// The first edge of a span after `minute` of the day at which it is no longer
// as it is; INT64_MAX: none on this day.
static int64_t change_on(const struct hours *hours, int32_t day, int minute,
                         bool open)
{
    const struct hours_day *spans = day_of(hours, day);
    for (size_t i = 0; i < spans->count; i++) {
        const int edges[] = {spans->spans[i].from, spans->spans[i].to};
        for (size_t e = 0; e < 2; e++)
            if (edges[e] > minute && is_open(hours, day, edges[e]) != open)
                return wall_of(day, edges[e]);
    }
    return INT64_MAX;
}

void hours_at(const struct hours *hours, int64_t wall_ms, bool believed,
              struct hours_now *out)
{
    *out = (struct hours_now){true, INT64_MAX};
    if (!hours->given || !believed)
        return;
    int32_t day = date_day_of_wall_ms(wall_ms);
    int minute = (int)((wall_ms - date_wall_ms_of_day(day)) / MINUTE_MS);
    out->open = is_open(hours, day, minute);
    for (int i = 0; i < LOOK_AHEAD_DAYS && out->changes_at == INT64_MAX; i++)
        out->changes_at =
            change_on(hours, day + i, i == 0 ? minute : -1, out->open);
}

int64_t hours_open_since(const struct hours *hours, int64_t wall_ms)
{
    int32_t day = date_day_of_wall_ms(wall_ms);
    int64_t midnight = date_wall_ms_of_day(day);
    int minute = (int)((wall_ms - midnight) / MINUTE_MS);
    const struct hours_day *open = day_of(hours, day);
    int from = 0;
    for (size_t i = 0; hours->given && i < open->count; i++) {
        const struct hours_span *span = &open->spans[i];
        // Spans that touch are one.
        if (i == 0 || span->from > open->spans[i - 1].to)
            from = span->from;
        if (span->from <= minute && minute < span->to)
            return midnight + from * (int64_t)MINUTE_MS;
    }
    return 0;
}

// Of one span that lies between the two.
static int64_t overlap(int64_t begin, int64_t end, int64_t from, int64_t to)
{
    begin = begin > from ? begin : from;
    end = end < to ? end : to;
    return end > begin ? end - begin : 0;
}

int64_t hours_open_ms(const struct hours *hours, int64_t from, int64_t to)
{
    int64_t sum = 0;
    if (!hours->given || from >= to)
        return overlap(from, to, from, to);
    int32_t last = date_day_of_wall_ms(to);
    for (int32_t day = date_day_of_wall_ms(from); day <= last; day++) {
        const struct hours_day *open = day_of(hours, day);
        int64_t midnight = date_wall_ms_of_day(day);
        for (size_t i = 0; i < open->count; i++)
            sum += overlap(midnight + open->spans[i].from * (int64_t)MINUTE_MS,
                           midnight + open->spans[i].to * (int64_t)MINUTE_MS,
                           from, to);
    }
    return sum;
}

// --- Words -------------------------------------------------------------------

static bool same_spans(const struct hours_day *a, const struct hours_day *b)
{
    return a->count == b->count &&
           memcmp(a->spans, b->spans, a->count * sizeof a->spans[0]) == 0;
}

static void append_span(const struct hours_span *span, const struct i18n *i18n,
                        enum i18n_language language, struct buf *out)
{
    char from[8], to[8];
    const char *values[] = {from, to};
    snprintf(from, sizeof from, "%02d:%02d", span->from / 60, span->from % 60);
    snprintf(to, sizeof to, "%02d:%02d", span->to / 60, span->to % 60);
    i18n_format(i18n, language, "closed.span", values, 2, out);
}

// "a", "a và b", "a, b và c".
static void append_spans(const struct hours_day *day, const struct i18n *i18n,
                         enum i18n_language language, struct buf *out)
{
    struct buf first = {0}, last = {0};
    for (size_t i = 0; i + 1 < day->count; i++) {
        if (i > 0)
            buf_append_text(&first, ", ");
        append_span(&day->spans[i], i18n, language, &first);
    }
    append_span(&day->spans[day->count - 1], i18n, language, &last);
    const char *values[] = {buf_text(&first), buf_text(&last)};
    if (day->count == 1)
        buf_append_text(out, buf_text(&last));
    else
        i18n_format(i18n, language, "closed.and", values, 2, out);
    buf_free(&first);
    buf_free(&last);
}

static void append_days(int first, int last, const struct i18n *i18n,
                        enum i18n_language language, struct buf *out)
{
    char from[24], to[24];
    snprintf(from, sizeof from, "date.weekday.%d", first + 1);
    snprintf(to, sizeof to, "date.weekday.%d", last + 1);
    const char *values[] = {i18n_text(i18n, language, from),
                            i18n_text(i18n, language, to)};
    if (first == last)
        buf_append_text(out, values[0]);
    else
        i18n_format(i18n, language, "closed.days", values, 2, out);
}

size_t hours_append_lines(const struct hours *hours, const struct i18n *i18n,
                          enum i18n_language language, struct buf *out)
{
    size_t lines = 0;
    for (int first = 0, last; hours->given && first < HOURS_WEEKDAYS;
         first = last + 1) {
        const struct hours_day *day = &hours->week[first];
        last = first;
        while (last + 1 < HOURS_WEEKDAYS &&
               same_spans(day, &hours->week[last + 1]))
            last++;
        if (day->count == 0)
            continue;
        struct buf days = {0}, spans = {0};
        append_days(first, last, i18n, language, &days);
        append_spans(day, i18n, language, &spans);
        const char *values[] = {buf_text(&days), buf_text(&spans)};
        if (lines++ > 0)
            buf_append_char(out, '\n');
        i18n_format(i18n, language, "closed.hours", values, 2, out);
        buf_free(&days);
        buf_free(&spans);
    }
    return lines;
}
