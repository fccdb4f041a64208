#include "report/words.h"
#include "common/date.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

enum { ID_MAX = 96 };

const char *words(const struct i18n *texts, const char *id)
{
    return i18n_text(texts, I18N_VI, id);
}

void words_fill(const struct i18n *texts, const char *id,
                const char *const *values, struct buf *out)
{
    size_t count = 0;
    while (values[count])
        count++;
    i18n_format(texts, I18N_VI, id, values, count, out);
}

void words_append_plain(const char *text, struct buf *out)
{
    static const char NO_BREAK[] = "\u00a0";
    while (*text != '\0') {
        if (strncmp(text, NO_BREAK, sizeof NO_BREAK - 1) == 0) {
            buf_append_char(out, ' ');
            text += sizeof NO_BREAK - 1;
        } else {
            buf_append_char(out, *text == '\n' ? ' ' : *text);
            text++;
        }
    }
}

void words_percent(const struct i18n *texts, int64_t value, int decimals,
                   struct buf *out)
{
    if (value == FIGURES_UNKNOWN) {
        buf_append_text(out, words(texts, "report.unknown"));
        return;
    }
    number_append_fixed(value, decimals, out);
    buf_append_text(out, " %");
}

void words_rate(const struct i18n *texts, const struct figures_method *rules,
                const struct report_row *row, bool is_breakdown,
                struct buf *out)
{
    int64_t rated = figures_rated(&row->counts);
    if (row->hidden || (is_breakdown && rated > 0 && rated < FIGURES_LEAST)) {
        char least[24];
        snprintf(least, sizeof least, "%d", FIGURES_LEAST);
        words_fill(texts, "report.few", (const char *[]){least, NULL}, out);
    } else if (rated == 0) {
        buf_append_text(out, words(texts, "report.no_data"));
    } else {
        int64_t satisfied = figures_satisfied(&row->counts, rules);
        words_percent(texts, figures_percent(satisfied, rated, rules->decimals),
                      rules->decimals, out);
    }
}

void words_without_aside(const struct i18n *texts,
                         const struct figures_method *rules,
                         const struct report_row *row, struct buf *out)
{
    struct report_row without;
    if (!report_without_aside(row, &without))
        return;
    struct buf rate = {0}, part = {0}, whole = {0};
    words_rate(texts, rules, &without, false, &rate);
    number_append(figures_satisfied(&without.counts, rules), &part);
    number_append(figures_rated(&without.counts), &whole);
    words_fill(texts, "report.without_aside.counts",
               (const char *[]){buf_text(&rate), buf_text(&part),
                                buf_text(&whole), NULL},
               out);
    buf_free(&rate);
    buf_free(&part);
    buf_free(&whole);
}

void words_interval(struct figures_interval interval, struct buf *out)
{
    number_append_fixed(interval.low, FIGURES_WILSON_DECIMALS, out);
    buf_append_text(out, " – ");
    number_append_fixed(interval.high, FIGURES_WILSON_DECIMALS, out);
    buf_append_text(out, " %");
}

const char *words_verdict(const struct i18n *texts,
                          enum figures_verdict verdict)
{
    const char *name = figures_verdict_name(verdict);
    if (!name)
        return words(texts, "report.no_data");
    char id[ID_MAX];
    snprintf(id, sizeof id, "report.verdict.%s", name);
    return words(texts, id);
}

void words_minutes(const struct i18n *texts, int64_t tenths, struct buf *out)
{
    struct buf value = {0};
    if (tenths == FIGURES_UNKNOWN) {
        buf_append_text(out, words(texts, "report.unknown"));
        return;
    }
    number_append_fixed(tenths, 1, &value);
    words_fill(texts, "report.minutes",
               (const char *[]){buf_text(&value), NULL}, out);
    out->failed |= !buf_ok(&value);
    buf_free(&value);
}

const char *words_goal(const struct i18n *texts, enum figures_goal goal)
{
    const char *name = figures_goal_name(goal);
    char id[ID_MAX];
    if (!name)
        return words(texts, "report.unknown");
    snprintf(id, sizeof id, "report.goal.%s", name);
    return words(texts, id);
}

void words_range(const struct i18n *texts, const char *id, int first,
                 int second, struct buf *out)
{
    char low[16], high[16];
    snprintf(low, sizeof low, "%d", first);
    snprintf(high, sizeof high, "%d", second);
    words_fill(texts, id, (const char *[]){low, high, NULL}, out);
}

void words_walk_ups(const struct i18n *texts, const struct report_row *row,
                    struct buf *out)
{
    struct buf visits = {0}, rated = {0};
    if (row->hidden || figures_walk_ups(&row->counts) == 0)
        return;
    number_append(figures_walk_ups(&row->counts), &visits);
    number_append(figures_walk_ups_rated(&row->counts), &rated);
    words_fill(texts, "report.coverage.note",
               (const char *[]){buf_text(&visits), buf_text(&rated), NULL},
               out);
    out->failed |= !buf_ok(&visits) || !buf_ok(&rated);
    buf_free(&visits);
    buf_free(&rated);
}

void words_moment(const struct i18n *texts, int64_t wall_ms, struct buf *out)
{
    struct buf time = {0}, day = {0};
    number_append_time(wall_ms, &time);
    number_append_date(date_day_of_wall_ms(wall_ms), &day);
    words_fill(texts, "report.moment",
               (const char *[]){buf_text(&time), buf_text(&day), NULL}, out);
    buf_free(&time);
    buf_free(&day);
}

// "Tháng 01/2026", "Quý III/2026", "6 tháng cuối năm 2026", "Năm 2026".
static void append_span(const struct i18n *texts, const struct period *period,
                        struct buf *out)
{
    static const char *const QUARTERS[] = {"I", "II", "III", "IV"};
    char number[16], year[16];
    snprintf(number, sizeof number, "%02d", period->number);
    snprintf(year, sizeof year, "%d", period->year);
    const char *id = "report.period.year";
    const char *values[] = {year, NULL, NULL};
    switch (period->span) {
    case PERIOD_MONTH:
        id = "report.period.month";
        values[0] = number;
        values[1] = year;
        break;
    case PERIOD_QUARTER:
        id = "report.period.quarter";
        values[0] = QUARTERS[period->number - 1];
        values[1] = year;
        break;
    case PERIOD_HALF:
        id = period->number == 1 ? "report.period.half.1"
                                 : "report.period.half.2";
        break;
    case PERIOD_YEAR:
        break;
    }
    words_fill(texts, id, values, out);
}

void words_period(const struct i18n *texts, const struct period *period,
                  struct buf *out)
{
    struct buf name = {0}, first = {0}, last = {0};
    if (period->kind != PERIOD_DAYS)
        append_span(texts, period, &name);
    number_append_date(period->first, &first);
    number_append_date(period->last, &last);
    char id[ID_MAX];
    snprintf(id, sizeof id, "report.period.%s", period_kind_name(period->kind));
    words_fill(texts, id,
               (const char *[]){buf_text(&first), buf_text(&last),
                                buf_text(&name), NULL},
               out);
    buf_free(&name);
    buf_free(&first);
    buf_free(&last);
}

static void append_day(const char *key, struct buf *out)
{
    int32_t day;
    if (date_parse_iso(key, &day))
        number_append_date(day, out);
    else
        buf_append_text(out, key);
}

// An official month also tells its days, which are not the calendar's.
static void append_month(const struct i18n *texts, enum period_kind kind,
                         const char *key, struct buf *out)
{
    char code[PERIOD_CODE_SIZE + 16];
    kind = kind == PERIOD_DAYS ? PERIOD_CALENDAR : kind;
    snprintf(code, sizeof code, "%s:%.*s", period_kind_name(kind),
             PERIOD_CODE_SIZE - 1, key);
    struct buf ignored = {0};
    struct period month;
    if (!period_parse(code, &month, &ignored)) {
        buf_append_text(out, key);
    } else {
        append_span(texts, &month, out);
        if (kind == PERIOD_OFFICIAL) {
            buf_append_text(out, " (");
            number_append_date(month.first, out);
            buf_append_text(out, " – ");
            number_append_date(month.last, out);
            buf_append_text(out, ")");
        }
    }
    buf_free(&ignored);
}

// A text named after the key when there is one, else `otherwise`.
static void append_named(const struct i18n *texts, const char *prefix,
                         const char *key, const char *otherwise,
                         struct buf *out)
{
    char id[ID_MAX];
    int size = snprintf(id, sizeof id, "%s%s", prefix, key);
    bool known =
        size > 0 && (size_t)size < sizeof id && i18n_has(texts, I18N_VI, id);
    words_append_plain(known ? words(texts, id) : otherwise, out);
}

// "1-09": "Thứ Hai, 09 giờ".
static void append_hour_of_week(const struct i18n *texts, const char *key,
                                const char *label, struct buf *out)
{
    const char day[4] = {key[0]};
    if (strlen(key) != 4 || key[1] != '-') {
        buf_append_text(out, label);
        return;
    }
    append_named(texts, "date.weekday.", day, day, out);
    buf_append_text(out, ", ");
    words_fill(texts, "report.row.hour", (const char *[]){key + 2, NULL}, out);
}

void words_row(const struct i18n *texts, const struct report *report,
               const struct report_row *row, struct buf *out)
{
    const char *key = row->key;
    const char *label = row->label[0] != '\0' ? row->label : key;
    if (key[0] == '\0') {
        buf_append_text(out, words(texts, "report.row.none"));
        return;
    }
    switch (report->by) {
    case REPORT_BY_DAY:
        append_day(key, out);
        break;
    case REPORT_BY_MONTH:
        append_month(texts, report->period.kind, key, out);
        break;
    case REPORT_BY_COUNTER:
        words_fill(texts, "report.row.counter", (const char *[]){label, NULL},
                   out);
        break;
    case REPORT_BY_HOUR:
        words_fill(texts, "report.row.hour", (const char *[]){key, NULL}, out);
        break;
    case REPORT_BY_WEEKDAY:
        append_named(texts, "date.weekday.", key, label, out);
        break;
    case REPORT_BY_HOUR_OF_WEEK:
        append_hour_of_week(texts, key, label, out);
        break;
    case REPORT_BY_STEP:
        append_named(texts, "report.step.", key, label, out);
        break;
    case REPORT_BY_CHANNEL:
        append_named(texts, "report.channel.", key, label, out);
        break;
    case REPORT_BY_NONE:
    case REPORT_BY_OFFICER:
    case REPORT_BY_FIELD:
    case REPORT_BY_PROCEDURE:
    case REPORT_BY_DEVICE:
    case REPORT_BY_COUNT:
        buf_append_text(out, label);
        break;
    }
}
