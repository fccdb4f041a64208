#include "ui/diagnosis.h"
#include "common/clock.h"
#include "common/date.h"
#include "ui/layout.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    SILENT_MS = 3 * MINUTE_MS, // three heartbeats
    LATE_MS = 24 * HOUR_MS,
    WRONG_CLOCK_MS = 30 * 1000,
    MEGABYTE = 1000 * 1000
};
static const int64_t LOW_DISK_BYTES = 200 * (int64_t)MEGABYTE;

struct work {
    const struct diagnosis_facts *facts;
    const struct i18n *i18n;
    enum i18n_language language;
    struct diagnosis *out;
};

static void put(const struct work *w, enum diagnosis_row row, bool well,
                const struct buf *text)
{
    struct diagnosis_line *line = &w->out->rows[row];
    line->well = well;
    snprintf(line->text, sizeof line->text, "%s", buf_text(text));
}

static void say(const struct work *w, enum diagnosis_row row, bool well,
                const char *id, const struct buf *value)
{
    struct buf text = {0};
    const char *values[] = {value ? buf_text(value) : ""};
    i18n_format(w->i18n, w->language, id, values, value ? 1 : 0, &text);
    put(w, row, well, &text);
    buf_free(&text);
}

// Minutes, hours or days, in whole ones.
static void say_silence(const struct work *w, int64_t silent_ms)
{
    struct buf number = {0};
    const char *id = "diag.server.lost_minutes";
    int64_t count = silent_ms / MINUTE_MS;
    if (silent_ms >= LATE_MS) {
        id = "diag.server.lost_days";
        count = silent_ms / LATE_MS;
    } else if (silent_ms >= 2 * HOUR_MS) {
        id = "diag.server.lost_hours";
        count = silent_ms / HOUR_MS;
    }
    number_append(count, &number);
    say(w, DIAGNOSIS_SERVER, false, id, &number);
    buf_free(&number);
}

// True while the server answers.
static bool say_server(const struct work *w)
{
    const struct courier_attempts *attempts = &w->facts->sending.attempts;
    int64_t silent = w->facts->wall_ms - attempts->last_sent_ms;
    if (!w->facts->sending.courier_read || attempts->last_sent_ms == 0) {
        say(w, DIAGNOSIS_SERVER, false, "diag.server.never", NULL);
        return false;
    }
    if (attempts->failures == 0 && silent < SILENT_MS) {
        say(w, DIAGNOSIS_SERVER, true, "diag.server.good", NULL);
        return true;
    }
    // The wall clock may have been set meanwhile.
    say_silence(w, silent > 0 ? silent : 0);
    return false;
}

// " · 3 set aside", when there are any.
static void add_lines(const struct work *w, const char *id, int64_t count,
                      struct buf *text)
{
    struct buf number = {0};
    if (count == 0)
        return;
    number_append(count, &number);
    const char *values[] = {buf_text(&number)};
    buf_append_text(text, " · ");
    i18n_format(w->i18n, w->language, id, values, 1, text);
    buf_free(&number);
}

static void say_pending(const struct work *w, bool connected)
{
    const struct sending *sending = &w->facts->sending;
    struct buf text = {0};
    if (!sending->ledger_read || !sending->courier_read) {
        say(w, DIAGNOSIS_PENDING, false, "diag.unknown", NULL);
        return;
    }
    number_append(sending->pending, &text);
    add_lines(w, "diag.pending.aside", sending->quarantined, &text);
    add_lines(w, "diag.pending.gone", sending->gone, &text);
    put(w, DIAGNOSIS_PENDING,
        sending->quarantined == 0 && sending->gone == 0 &&
            (connected || sending->pending == 0),
        &text);
    buf_free(&text);
}

static void say_last_sent(const struct work *w)
{
    int64_t at = w->facts->sending.attempts.last_sent_ms;
    struct buf text = {0};
    if (at == 0) {
        say(w, DIAGNOSIS_LAST_SENT, false, "diag.sent.never", NULL);
        return;
    }
    number_append_date(date_day_of_wall_ms(at), &text);
    buf_append_char(&text, ' ');
    number_append_time(at, &text);
    put(w, DIAGNOSIS_LAST_SENT, w->facts->wall_ms - at < LATE_MS, &text);
    buf_free(&text);
}

static void say_ledger(const struct work *w)
{
    struct buf number = {0}, gen = {0}, text = {0};
    number_append(w->facts->seq, &number);
    number_append(w->facts->gen, &gen);
    const char *values[] = {buf_text(&number), buf_text(&gen)};
    if (w->facts->store_fault != FLOW_FINE) {
        buf_clear(&number);
        buf_printf(&number, "E-%02d", (int)w->facts->store_fault);
        say(w, DIAGNOSIS_LEDGER, false, "diag.ledger.bad", &number);
    } else if (w->facts->gen > 1) {
        i18n_format(w->i18n, w->language, "diag.ledger.later", values, 2,
                    &text);
        put(w, DIAGNOSIS_LEDGER, true, &text);
    } else {
        say(w, DIAGNOSIS_LEDGER, true, "diag.ledger.good", &number);
    }
    buf_free(&number);
    buf_free(&gen);
    buf_free(&text);
}

static void say_storage(const struct work *w)
{
    int64_t bytes = w->facts->disk_free_bytes;
    struct buf number = {0};
    bool well = bytes >= LOW_DISK_BYTES;
    if (bytes >= 1000 * (int64_t)MEGABYTE)
        number_append_ratio(bytes / MEGABYTE, 1000, 1, &number);
    else
        number_append(bytes / MEGABYTE, &number);
    say(w, DIAGNOSIS_STORAGE, well,
        bytes >= 1000 * (int64_t)MEGABYTE ? "diag.storage.gb"
                                          : "diag.storage.mb",
        &number);
    buf_free(&number);
}

// The server's clock, carried on by the time that the machine has run since.
static void say_clock(const struct work *w)
{
    const struct diagnosis_facts *facts = w->facts;
    struct buf number = {0};
    int64_t ahead = 0;
    if (!facts->clock_believed) {
        say(w, DIAGNOSIS_CLOCK, false, "diag.clock.unset", NULL);
    } else if (!sending_clock_offset(&facts->sending, facts->boot,
                                     facts->wall_ms, facts->up_ms, &ahead)) {
        say(w, DIAGNOSIS_CLOCK, false, "diag.clock.unknown", NULL);
    } else {
        int64_t off = llabs(ahead);
        bool well = off < WRONG_CLOCK_MS;
        if (off < MINUTE_MS)
            number_append_ratio(off, 1000, 1, &number);
        else
            number_append(off / MINUTE_MS, &number);
        say(w, DIAGNOSIS_CLOCK, well,
            well              ? "diag.clock.good"
            : off < MINUTE_MS ? "diag.clock.off_seconds"
                              : "diag.clock.off_minutes",
            &number);
    }
    buf_free(&number);
}

static void say_touch(const struct work *w)
{
    const struct diagnosis_facts *facts = w->facts;
    struct buf number = {0};
    if (facts->touch_faults > 0) {
        number_append(facts->touch_faults, &number);
        say(w, DIAGNOSIS_TOUCH, false, "diag.touch.faults", &number);
    } else if (facts->touch_screens == 0) {
        say(w, DIAGNOSIS_TOUCH, false, "diag.touch.none", NULL);
    } else if (facts->smallest_mm > 0 &&
               facts->smallest_mm < LAYOUT_TARGET_MM) {
        number_append_fixed((int64_t)(facts->smallest_mm * 10), 1, &number);
        say(w, DIAGNOSIS_TOUCH, false, "diag.touch.small", &number);
    } else {
        say(w, DIAGNOSIS_TOUCH, true, "diag.touch.good", NULL);
    }
    buf_free(&number);
}

static void say_sound(const struct work *w)
{
    struct buf number = {0};
    number_append(w->facts->volume, &number);
    if (w->facts->sound_missing)
        say(w, DIAGNOSIS_SOUND, false, "diag.sound.none", NULL);
    else if (w->facts->volume == 0)
        say(w, DIAGNOSIS_SOUND, true, "diag.sound.off", NULL);
    else
        say(w, DIAGNOSIS_SOUND, true, "diag.sound.good", &number);
    buf_free(&number);
}

void diagnosis_make(const struct diagnosis_facts *facts,
                    const struct i18n *i18n, enum i18n_language language,
                    struct diagnosis *out)
{
    const struct work w = {facts, i18n, language, out};
    bool connected = say_server(&w);
    say_pending(&w, connected);
    say_last_sent(&w);
    say_ledger(&w);
    say_storage(&w);
    say_clock(&w);
    say_touch(&w);
    say_sound(&w);
}
