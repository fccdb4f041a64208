#include "common/clock.h"
#include "common/date.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

static int64_t read_clock(clockid_t id, int64_t per_second)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * per_second +
           (int64_t)t.tv_nsec / (1000000000 / per_second);
}

int64_t clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}

int64_t clock_mono_us(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct timespec clock_mono_in(int64_t ms)
{
    int64_t us = clock_mono_us() + ms * 1000;
    return (struct timespec){.tv_sec = (time_t)(us / 1000000),
                             .tv_nsec = (long)(us % 1000000) * 1000};
}

int64_t clock_boot_ms(void)
{
    return read_clock(CLOCK_BOOTTIME, 1000);
}

bool clock_is_believable(int64_t wall_ms)
{
    const int64_t year_2024 = 1704067200000, year_2100 = 4102444800000;
    return wall_ms >= year_2024 && wall_ms < year_2100;
}

bool clock_is_synced(void)
{
    struct timex state = {0};
    int result = adjtimex(&state);
    return result >= 0 && result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

void clock_boot_id(char out[CLOCK_BOOT_ID_SIZE])
{
    static const char nil[] = "00000000-0000-0000-0000-000000000000";
    memcpy(out, nil, sizeof nil);
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file)
        return;
    char line[64];
    if (fgets(line, sizeof line, file) && strlen(line) >= 36) {
        memcpy(out, line, 36);
        for (int i = 0; i < 36; i++)
            out[i] = (char)tolower((unsigned char)out[i]);
    }
    fclose(file);
}

void clock_format(int64_t wall_ms, char out[CLOCK_ISO_SIZE])
{
    static const struct date first = {0, 1, 1}, last = {9999, 12, 31};
    int64_t least = date_wall_ms_of_day(date_to_day(first));
    int64_t most = date_wall_ms_of_day(date_to_day(last) + 1) - 1;
    if (wall_ms < least)
        wall_ms = least;
    if (wall_ms > most)
        wall_ms = most;
    int32_t day = date_day_of_wall_ms(wall_ms);
    unsigned ms = (unsigned)(wall_ms - date_wall_ms_of_day(day));
    char text[DATE_ISO_SIZE];
    date_format_iso(day, text);
    snprintf(out, CLOCK_ISO_SIZE, "%.10sT%02u:%02u:%02u.%03u+07:00", text,
             ms / 3600000 % 24, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

// What is left of the text that is being read.
struct cursor {
    const char *at, *end;
};

static bool take_char(struct cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_number(struct cursor *c, int digits, int most, int *out)
{
    int value = 0;
    for (int i = 0; i < digits; i++, c->at++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9')
            return false;
        value = value * 10 + (*c->at - '0');
    }
    *out = value;
    return value <= most;
}

static bool take_date(struct cursor *c, int32_t *out_day)
{
    struct date date;
    if (!take_number(c, 4, 9999, &date.year) || !take_char(c, '-') ||
        !take_number(c, 2, 12, &date.month) || !take_char(c, '-') ||
        !take_number(c, 2, 31, &date.day) || !date_is_valid(date))
        return false;
    *out_day = date_to_day(date);
    return true;
}

static bool take_decimals(struct cursor *c, int *out_ms)
{
    int ms = 0, weight = 100, digits = 0;
    if (!take_char(c, '.')) {
        *out_ms = 0;
        return true;
    }
    for (; c->at != c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        ms += weight * (*c->at - '0');
        weight /= 10;
        digits++;
    }
    *out_ms = ms;
    return digits >= 1 && digits <= 9;
}

static bool take_offset(struct cursor *c, int64_t *out_ms)
{
    int hours, minutes, sign = 1;
    if (take_char(c, 'Z')) {
        *out_ms = 0;
        return true;
    }
    if (take_char(c, '-'))
        sign = -1;
    else if (!take_char(c, '+'))
        return false;
    if (!take_number(c, 2, 23, &hours) || !take_char(c, ':') ||
        !take_number(c, 2, 59, &minutes))
        return false;
    *out_ms = (int64_t)sign * (hours * 60 + minutes) * 60000;
    return true;
}

bool clock_parse(const char *text, size_t size, int64_t *out_wall_ms)
{
    struct cursor c = {text, text + size};
    int32_t day;
    int hour, minute, second, ms;
    int64_t offset;
    if (!take_date(&c, &day) || !take_char(&c, 'T') ||
        !take_number(&c, 2, 23, &hour) || !take_char(&c, ':') ||
        !take_number(&c, 2, 59, &minute) || !take_char(&c, ':') ||
        !take_number(&c, 2, 60, &second) || !take_decimals(&c, &ms) ||
        !take_offset(&c, &offset) || c.at != c.end)
        return false;
    int64_t local = (int64_t)day * 86400000 + hour * 3600000LL +
                    minute * 60000LL + second * 1000LL + ms;
    *out_wall_ms = local - offset;
    return true;
}
