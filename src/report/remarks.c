#include "report/remarks.h"
#include "report/filter.h"
#include "report/state.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 64, PLACES = 8 };

// A sentence with its places, each a buffer of its own.
struct sentence {
    const struct i18n *texts;
    struct buf *out;
    struct buf places[PLACES];
};

static void say(struct sentence *sentence, const char *id)
{
    const char *values[PLACES + 1];
    for (int i = 0; i < PLACES; i++)
        values[i] = buf_text(&sentence->places[i]);
    values[PLACES] = NULL;
    if (sentence->out->size > 0)
        buf_append_char(sentence->out, '\n');
    struct buf text = {0};
    words_fill(sentence->texts, id, values, &text);
    words_append_plain(buf_text(&text), sentence->out);
    buf_free(&text);
    for (int i = 0; i < PLACES; i++) {
        sentence->out->failed |= !buf_ok(&sentence->places[i]);
        buf_free(&sentence->places[i]);
    }
}

static void set_number(struct sentence *sentence, int place, int64_t value)
{
    number_append(value, &sentence->places[place - 1]);
}

static void set_text(struct sentence *sentence, int place, const char *text)
{
    buf_append_text(&sentence->places[place - 1], text);
}

static void set_rate(struct sentence *sentence, int place, int64_t part,
                     int64_t whole, int decimals)
{
    words_percent(sentence->texts, figures_percent(part, whole, decimals),
                  decimals, &sentence->places[place - 1]);
}

// --- How complete -----------------------------------------------------------

static void say_silent(struct sentence *sentence,
                       const struct report_complete *complete)
{
    bool since = complete->oldest_contact > 0;
    set_number(sentence, 1, complete->silent - complete->never_seen);
    set_number(sentence, 2, complete->devices);
    if (since)
        words_moment(sentence->texts, complete->oldest_contact,
                     &sentence->places[2]);
    say(sentence,
        since ? "report.complete.silent_since" : "report.complete.silent");
}

// Where it stands, since when, and what it may hold.
static void say_silent_one(struct sentence *sentence,
                           const struct report_silent *silent)
{
    if (silent->since == 0)
        return;
    set_text(sentence, 1, silent->counter);
    set_text(sentence, 2, silent->name[0] != '\0' ? silent->name : "–");
    words_moment(sentence->texts, silent->since, &sentence->places[2]);
    set_number(sentence, 4, silent->unsent);
    say(sentence, "report.complete.silent_device");
}

void remarks_state(const struct report_complete *complete, int32_t last,
                   const struct i18n *texts, struct buf *out)
{
    struct sentence sentence = {.texts = texts, .out = out};
    if (complete->devices == 0) {
        say(&sentence, "report.complete.no_device");
        return;
    }
    if (state_is_complete(complete, last)) {
        set_number(&sentence, 1, complete->devices);
        say(&sentence, "report.complete.yes");
    } else if (complete->silent > complete->never_seen) {
        say_silent(&sentence, complete);
        for (size_t i = 0; i < complete->silent_count; i++)
            say_silent_one(&sentence, &complete->silents[i]);
    }
    const struct {
        const char *id;
        int64_t count;
    } lacks[] = {{"report.complete.never", complete->never_seen},
                 {"report.complete.missing", complete->missing},
                 {"report.complete.flagged", complete->flagged},
                 {"report.complete.duplicates", complete->duplicates},
                 {"report.complete.unanchored", complete->unanchored}};
    for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
        if (lacks[i].count == 0)
            continue;
        set_number(&sentence, 1, lacks[i].count);
        set_number(&sentence, 2, complete->devices);
        say(&sentence, lacks[i].id);
    }
}

void remarks_completeness(const struct report *report, const struct i18n *texts,
                          struct buf *out)
{
    remarks_state(&report->complete, report->period.last, texts, out);
}

// --- How it was made --------------------------------------------------------

// "Hài lòng hoặc Rất hài lòng".
static void name_satisfied(const struct report *report,
                           const struct i18n *texts, struct buf *out)
{
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        char id[ID_MAX];
        if (!report->method.rules.satisfied[i])
            continue;
        snprintf(id, sizeof id, "level.%d", i + 1);
        struct buf before = *out;
        *out = (struct buf){0};
        if (before.size > 0)
            words_fill(
                texts, "report.say.or",
                (const char *[]){buf_text(&before), words(texts, id), NULL},
                out);
        else
            buf_append_text(out, words(texts, id));
        buf_free(&before);
    }
}

// Flags and marks change no rate; what they say of it may be another.
static void say_restated_doubts(struct sentence *sentence,
                                const struct report *report)
{
    const struct report_restatement *restated = &report->restated;
    const struct figures_counts *now = &report->total.counts;
    if (restated->flagged == FIGURES_UNKNOWN ||
        restated->marked == FIGURES_UNKNOWN || now->flagged < 0 ||
        now->marked < 0 ||
        (restated->flagged == now->flagged && restated->marked == now->marked))
        return;
    set_number(sentence, 1, restated->flagged);
    set_number(sentence, 2, restated->marked);
    set_number(sentence, 3, now->flagged);
    set_number(sentence, 4, now->marked);
    say(sentence, "report.say.restated.doubts");
}

static void say_restated(struct sentence *sentence, const struct report *report)
{
    const struct report_restatement *restated = &report->restated;
    const struct figures_method *rules = &report->method.rules;
    int64_t rated = figures_rated(&report->total.counts);
    int64_t satisfied = figures_satisfied(&report->total.counts, rules);
    set_number(sentence, 1, restated->number);
    words_moment(sentence->texts, restated->made_ms, &sentence->places[1]);
    set_number(sentence, 3, restated->rated);
    set_number(sentence, 4, restated->satisfied);
    set_rate(sentence, 5, restated->satisfied, restated->rated,
             rules->decimals);
    set_number(sentence, 6, rated);
    set_number(sentence, 7, satisfied);
    set_rate(sentence, 8, satisfied, rated, rules->decimals);
    say(sentence, "report.say.restated");
    say_restated_doubts(sentence, report);
    if (restated->changed) {
        set_text(sentence, 1, restated->changed);
        say(sentence, "report.say.restated.rows");
    }
}

static void say_period(struct sentence *sentence, const struct period *period)
{
    words_period(sentence->texts, period, &sentence->places[0]);
    say(sentence, "report.say.period");
}

static void say_data_as_of(struct sentence *sentence,
                           const struct report_complete *complete)
{
    if (complete->data_as_of > 0) {
        words_moment(sentence->texts, complete->data_as_of,
                     &sentence->places[0]);
        say(sentence, "report.say.data_as_of");
    } else {
        say(sentence, "report.say.data_as_of.never");
    }
}

static void say_filter(struct sentence *sentence,
                       const struct report_filter *filter)
{
    filter_words(sentence->texts, filter, &sentence->places[0]);
    say(sentence, "report.say.filter");
    filter_unknown_words(sentence->texts, filter, &sentence->places[0]);
    if (sentence->places[0].size > 0)
        say(sentence, "report.say.filter.unknown");
}

void remarks_restatement(const struct report *report, const struct i18n *texts,
                         struct buf *out)
{
    struct sentence sentence = {.texts = texts, .out = out};
    if (report->restated.number > 0 && !report->total.hidden)
        say_restated(&sentence, report);
}

void remarks_method(const struct report *report, const struct i18n *texts,
                    struct buf *out)
{
    struct sentence sentence = {.texts = texts, .out = out};
    remarks_restatement(report, texts, out);
    set_text(&sentence, 1, words(texts, "report.sat"));
    set_text(&sentence, 2, report->method.id);
    buf_printf(&sentence.places[2], "%lld", (long long)report->method.version);
    name_satisfied(report, texts, &sentence.places[3]);
    set_number(&sentence, 5, report->method.rules.decimals);
    say(&sentence, "report.say.method");
    say_period(&sentence, &report->period);
    if (report->filter.count > 0)
        say_filter(&sentence, &report->filter);
    say_data_as_of(&sentence, &report->complete);
}

void remarks_frame(const struct period *period,
                   const struct report_complete *complete,
                   const struct i18n *texts, struct buf *out)
{
    struct sentence sentence = {.texts = texts, .out = out};
    say_period(&sentence, period);
    say_data_as_of(&sentence, complete);
}

void remarks_subject(const struct report *report, const struct i18n *texts,
                     struct buf *out)
{
    char id[ID_MAX];
    const char *name = report_kind_name(report->kind);
    snprintf(id, sizeof id, "report.kind.%s", *name ? name : "plain");
    buf_append_text(out, words(texts, id));
    if (report->filter.count > 0) {
        buf_append_text(out, " (");
        filter_line(texts, &report->filter, out);
        buf_append_char(out, ')');
    }
}

// --- What the figures show --------------------------------------------------

static void say_headline(struct sentence *sentence, const struct report *report)
{
    const struct figures_method *rules = &report->method.rules;
    int64_t rated = figures_rated(&report->total.counts);
    int64_t satisfied = figures_satisfied(&report->total.counts, rules);
    int64_t against = figures_dissatisfied(&report->total.counts, rules);
    set_number(sentence, 1, rated);
    set_number(sentence, 2, satisfied);
    set_rate(sentence, 3, satisfied, rated, rules->decimals);
    words_interval(figures_wilson(satisfied, rated), &sentence->places[3]);
    say(sentence, "report.remark.sat");
    set_number(sentence, 1, against);
    set_rate(sentence, 2, against, rated, rules->decimals);
    say(sentence, against > 0 ? "report.remark.neg" : "report.remark.neg.none");
}

static void say_targets(struct sentence *sentence, const struct report *report)
{
    const struct figures_method *rules = &report->method.rules;
    int64_t rated = figures_rated(&report->total.counts);
    int64_t satisfied = figures_satisfied(&report->total.counts, rules);
    for (int i = 0; i < rules->target_count; i++) {
        char id[ID_MAX];
        int target = rules->targets[i];
        const char *verdict =
            figures_verdict_name(figures_judge(satisfied, rated, target));
        if (!verdict)
            continue;
        snprintf(id, sizeof id, "report.remark.target.%s", verdict);
        set_number(sentence, 1, target);
        // The least count that meets it, less what is there.
        set_number(sentence, 2, (target * rated + 99) / 100 - satisfied);
        say(sentence, id);
    }
}

// The difference is that of the two figures as they are printed.
static void say_previous(struct sentence *sentence, const struct report *report)
{
    const struct figures_method *rules = &report->method.rules;
    int64_t before =
        figures_percent(figures_satisfied(&report->previous, rules),
                        figures_rated(&report->previous), rules->decimals);
    int64_t now =
        figures_percent(figures_satisfied(&report->total.counts, rules),
                        figures_rated(&report->total.counts), rules->decimals);
    words_period(sentence->texts, &report->previous_period,
                 &sentence->places[0]);
    if (before == FIGURES_UNKNOWN) {
        say(sentence, "report.remark.previous.none");
        return;
    }
    words_percent(sentence->texts, before, rules->decimals,
                  &sentence->places[1]);
    number_append_fixed(now > before ? now - before : before - now,
                        rules->decimals, &sentence->places[2]);
    say(sentence, now > before   ? "report.remark.previous.up"
                  : now < before ? "report.remark.previous.down"
                                 : "report.remark.previous.same");
}

// Compares shares of satisfied ratings without rounding.
static bool is_below(const struct report *report, const struct report_row *a,
                     const struct report_row *b)
{
    const struct figures_method *rules = &report->method.rules;
    return figures_satisfied(&a->counts, rules) * figures_rated(&b->counts) <
           figures_satisfied(&b->counts, rules) * figures_rated(&a->counts);
}

static struct figures_interval set_row(struct sentence *sentence, int place,
                                       const struct report *report,
                                       const struct report_row *row)
{
    const struct figures_method *rules = &report->method.rules;
    int64_t rated = figures_rated(&row->counts);
    int64_t satisfied = figures_satisfied(&row->counts, rules);
    struct figures_interval interval = figures_wilson(satisfied, rated);
    words_row(sentence->texts, report, row, &sentence->places[place - 1]);
    set_rate(sentence, place + 1, satisfied, rated, rules->decimals);
    words_interval(interval, &sentence->places[place + 1]);
    return interval;
}

static void say_extremes(struct sentence *sentence, const struct report *report)
{
    const struct report_row *best = NULL, *worst = NULL;
    for (size_t i = 0; i < report->row_count; i++) {
        const struct report_row *row = &report->rows[i];
        if (row->hidden || figures_rated(&row->counts) < FIGURES_RELIABLE)
            continue;
        if (!best || is_below(report, best, row))
            best = row;
        if (!worst || is_below(report, row, worst))
            worst = row;
    }
    if (!best || !is_below(report, worst, best))
        return;
    struct figures_interval high = set_row(sentence, 1, report, best);
    struct figures_interval low = set_row(sentence, 4, report, worst);
    set_number(sentence, 7, FIGURES_RELIABLE);
    say(sentence, "report.remark.rows");
    if (low.high >= high.low)
        say(sentence, "report.remark.rows.overlap");
}

static void say_coverage(struct sentence *sentence, const struct report *report)
{
    const struct figures_counts *total = &report->total.counts;
    if (total->declined + total->timeout > 0) {
        set_number(sentence, 1, total->declined);
        set_number(sentence, 2, total->timeout);
        say(sentence, "report.remark.unrated");
    }
    if (figures_walk_ups(total) > 0 && total->offered > 0) {
        set_number(sentence, 1, total->offered);
        set_number(sentence, 2, figures_walk_ups(total));
        say(sentence, "report.remark.walk_up");
    }
    int64_t needed = figures_answers_needed(total->transactions);
    if (needed == FIGURES_UNKNOWN) {
        say(sentence, "report.remark.transactions_unknown");
        return;
    }
    set_number(sentence, 1, figures_rated(total));
    set_number(sentence, 2, needed);
    set_number(sentence, 3, total->transactions);
    say(sentence, figures_rated(total) >= needed ? "report.remark.enough"
                                                 : "report.remark.not_enough");
}

static void say_waiting(struct sentence *sentence, const struct report *report)
{
    const struct figures_method *rules = &report->method.rules;
    const struct figures_waits *waits = &report->total.service.called;
    if (waits->known == 0 || rules->waiting_most == 0)
        return;
    words_minutes(sentence->texts, figures_mean_wait(waits),
                  &sentence->places[0]);
    words_minutes(sentence->texts, waits->median, &sentence->places[1]);
    set_number(sentence, 3, waits->known);
    set_rate(sentence, 4, waits->within, waits->known, rules->decimals);
    set_number(sentence, 5, rules->waiting_best);
    set_number(sentence, 6, rules->waiting_most);
    set_text(sentence, 7,
             words_goal(sentence->texts, figures_judge_waits(waits, rules)));
    say(sentence, "report.remark.waiting");
}

static void say_timely(struct sentence *sentence, const struct report *report)
{
    const struct figures_method *rules = &report->method.rules;
    const struct figures_service *service = &report->total.service;
    int64_t decided = figures_decided(service);
    if (decided == 0 || rules->timely_least == 0)
        return;
    set_number(sentence, 1, decided);
    set_number(sentence, 2, figures_in_time(service));
    set_rate(sentence, 3, figures_in_time(service), decided, rules->decimals);
    set_number(sentence, 4, rules->timely_least);
    set_number(sentence, 5, rules->timely_best);
    set_text(sentence, 6,
             words_goal(sentence->texts, figures_judge_timely(service, rules)));
    say(sentence, "report.remark.timely");
}

// The figure with and without what is doubted, whenever anything is.
static void say_aside(struct sentence *sentence, const struct report *report)
{
    const struct report_row *total = &report->total;
    if (total->counts.flagged <= 0 && total->counts.marked <= 0)
        return;
    set_number(sentence, 1, total->counts.flagged);
    set_number(sentence, 2, total->counts.marked);
    say(sentence, "report.remark.aside");
    words_without_aside(sentence->texts, &report->method.rules, total,
                        &sentence->places[0]);
    if (sentence->places[0].size > 0)
        say(sentence, "report.remark.without_aside");
}

void remarks_figures(const struct report *report, const struct i18n *texts,
                     struct buf *out)
{
    struct sentence sentence = {.texts = texts, .out = out};
    if (report->total.hidden) {
        set_number(&sentence, 1, FIGURES_LEAST);
        say(&sentence, "report.remark.few");
    } else if (figures_rated(&report->total.counts) == 0) {
        say(&sentence, "report.remark.none");
    } else {
        say_headline(&sentence, report);
        say_targets(&sentence, report);
        if (report->has_previous)
            say_previous(&sentence, report);
        say_aside(&sentence, report);
        say_extremes(&sentence, report);
        say_coverage(&sentence, report);
    }
    say_waiting(&sentence, report);
    say_timely(&sentence, report);
    if (!report_is_complete(report))
        say(&sentence, "report.remark.incomplete");
}
