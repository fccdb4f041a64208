// A period out of a request or a command: its code names it again, its days
// stand in order, and a refusal quotes what was written.
#include "common/clock.h"
#include "common/date.h"
#include "fuzz/fuzz.h"
#include "report/period.h"
#include <string.h>

static void check_period(const struct period *p)
{
    char code[PERIOD_CODE_SIZE];
    struct buf text = {0}, message = {0};
    struct period again;
    period_code(p, code);
    fuzz_check_text(code, sizeof code);
    HOLDS(p->first <= p->last);
    HOLDS(p->last - p->first < 367);
    buf_printf(&text, "%s:%s", period_kind_name(p->kind), code);
    HOLDS(period_parse(buf_text(&text), &again, &message));
    HOLDS(again.first == p->first && again.last == p->last);
    HOLDS(again.kind == p->kind && again.span == p->span);
    HOLDS(again.year == p->year && again.number == p->number);
    buf_free(&text);
    buf_free(&message);
}

static void read_period(const char *text)
{
    struct period period;
    struct buf message = {0};
    if (period_parse(text, &period, &message))
        check_period(&period);
    else
        HOLDS(message.size > 0);
    buf_free(&message);
}

static void read_days(const char *from, const char *to)
{
    struct period period;
    struct buf message = {0};
    char code[PERIOD_CODE_SIZE], both[PERIOD_CODE_SIZE + 1] = "";
    if (period_parse_days(from, to, &period, &message)) {
        HOLDS(period.first <= period.last);
        period_code(&period, code);
        HOLDS(strlen(from) == 10 && strlen(to) == 10);
        memcpy(both, from, 10);
        both[10] = '/';
        memcpy(both + 11, to, 10);
        HOLDS(strcmp(code, both) == 0);
    } else {
        HOLDS(message.size > 0);
    }
    buf_free(&message);
}

static void read_time(const char *text, size_t size)
{
    char written[CLOCK_ISO_SIZE];
    int64_t ms, again;
    if (!clock_parse(text, size, &ms))
        return;
    clock_format(ms, written);
    HOLDS(strlen(written) == CLOCK_ISO_SIZE - 1);
    HOLDS(clock_parse(written, CLOCK_ISO_SIZE - 1, &again));
    // Times whose day in Vietnam has no year of four digits are clamped.
    if (strncmp(written, "0000", 4) != 0 && strncmp(written, "9999", 4) != 0) {
        HOLDS(again == ms);
        int32_t day = date_day_of_wall_ms(ms);
        int64_t midnight = date_wall_ms_of_day(day);
        HOLDS(midnight <= ms && ms - midnight < 24 * 3600 * 1000);
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct buf text = {0};
    fuzz_start();
    buf_append(&text, data, size);
    read_time((const char *)data, size);
    read_period(buf_text(&text));
    const char *slash = strchr(buf_text(&text), '/');
    if (slash) {
        text.data[slash - text.data] = '\0';
        read_days(text.data, slash + 1);
    }
    buf_free(&text);
    return 0;
}
