// The opening hours of a configuration: at every moment it is known whether the
// counter is open and when that changes, and then it does.
#include "common/date.h"
#include "common/file.h"
#include "fuzz/fuzz.h"
#include "survey/hours.h"
#include <string.h>

static const struct i18n *open_texts(void)
{
    static struct i18n *texts;
    char path[PATH_MAX];
    struct buf message = {0};
    if (!texts) {
        HOLDS(file_find_asset("i18n", path, sizeof path));
        texts = i18n_open(path, &message);
        HOLDS(texts);
        buf_free(&message);
    }
    return texts;
}

static void check_week(const struct hours *h)
{
    HOLDS(h->holiday_count <= HOURS_HOLIDAYS_MAX);
    for (int day = 0; day < HOURS_WEEKDAYS; day++) {
        int last = -1;
        HOLDS(h->week[day].count <= HOURS_SPANS_MAX);
        for (size_t i = 0; i < h->week[day].count; i++) {
            const struct hours_span *span = &h->week[day].spans[i];
            HOLDS(span->from >= 0 && span->from < span->to);
            HOLDS(span->to <= 24 * 60 && span->from >= last);
            last = span->to;
        }
    }
}

// From Monday 2026-11-23, 00:00, on.
static void check_moments(const struct hours *h)
{
    enum { MONDAY = 20780, CHANGES = 40 };
    struct hours_now now, then;
    int64_t at = date_wall_ms_of_day(MONDAY);
    HOLDS(date_weekday(MONDAY) == 1);
    for (int i = 0; i < CHANGES; i++) {
        hours_at(h, at, false, &now);
        HOLDS(now.open);
        hours_at(h, at, true, &now);
        HOLDS(h->given || (now.open && now.changes_at == INT64_MAX));
        if (now.changes_at == INT64_MAX)
            return;
        HOLDS(now.changes_at > at);
        hours_at(h, now.changes_at - 1, true, &then);
        HOLDS(then.open == now.open && then.changes_at == now.changes_at);
        hours_at(h, now.changes_at, true, &then);
        HOLDS(then.open != now.open);
        at = now.changes_at;
    }
}

static void check_lines(const struct hours *h)
{
    for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
        struct buf text = {0};
        size_t lines = hours_append_lines(h, open_texts(),
                                          (enum i18n_language)language, &text);
        size_t newlines = 0;
        for (const char *c = buf_text(&text); *c; c++)
            newlines += *c == '\n';
        HOLDS(lines <= HOURS_WEEKDAYS);
        HOLDS(newlines == (lines > 0 ? lines - 1 : 0));
        fuzz_check_text(buf_text(&text), text.size + 1);
        buf_free(&text);
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    char why[JSON_MESSAGE_SIZE];
    struct buf message = {0};
    struct hours hours;
    fuzz_start();
    json_t *object = json_read((const char *)data, size, why);
    if (!object)
        return 0;
    if (hours_read(object, &hours, &message)) {
        check_week(&hours);
        check_moments(&hours);
        check_lines(&hours);
    } else {
        HOLDS(message.size > 0);
        fuzz_check_text(buf_text(&message), message.size + 1);
    }
    buf_free(&message);
    json_decref(object);
    return 0;
}
