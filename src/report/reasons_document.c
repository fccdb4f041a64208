// R5: why citizens rated as they did.
#include "report/document_makers.h"
#include "report/reasons.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// One document on its way.
struct making {
    const struct document_source *source;
    struct report_document *document;
    const struct reasons *reasons;
    const struct survey *survey;
    int decimals;
};

static int64_t told(const struct making *m, int64_t count)
{
    return reasons_may_tell(m->source->view, count) ? count : DOCUMENT_FEW;
}

static int64_t told_share(const struct making *m, int64_t count, int64_t whole)
{
    return reasons_may_tell(m->source->view, count)
               ? figures_percent(count, whole, m->decimals)
               : DOCUMENT_FEW;
}

// --- Reasons ----------------------------------------------------------------

struct ranked {
    size_t kind;
    int64_t count;
};

// The most frequent first; else as the question set has them.
static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static int64_t count_of(const struct reasons *reasons, size_t kind, bool is_low)
{
    const struct reasons_count *count = &reasons->total.carried[kind];
    return is_low ? count->low : count->high;
}

// Those that the set offers after such a rating, and those that were given
// nevertheless. NULL on no memory; the caller frees.
static struct ranked *rank(const struct reasons *reasons, bool is_low,
                           size_t *out_count)
{
    struct ranked *all = calloc(reasons->kind_count + 1, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; all && i < reasons->kind_count; i++) {
        const struct reasons_kind *kind = &reasons->kinds[i];
        int64_t given = count_of(reasons, i, is_low);
        if (given > 0 || (is_low ? kind->of_low : kind->of_high))
            all[count++] = (struct ranked){i, given};
    }
    if (all && count > 1)
        qsort(all, count, sizeof *all, compare_ranked);
    *out_count = count;
    return all;
}

static void say_label(const struct making *m, const char *id)
{
    struct buf label = {0};
    reasons_label(m->source->texts, I18N_VI, id, &label);
    report_document_text(m->document, buf_text(&label));
    buf_free(&label);
}

static const char *group_words(const struct making *m, enum reason_group group)
{
    char id[48] = "reason.group.";
    snprintf(id + strlen(id), sizeof id - strlen(id), "%s",
             reason_group_name(group));
    return words(m->source->texts, id);
}

static void note_whole(const struct making *m, const char *id, int64_t whole,
                       int64_t any)
{
    struct buf number = {0}, with = {0}, note = {0};
    number_append(whole, &number);
    number_append(any, &with);
    words_fill(m->source->texts, id,
               (const char *[]){buf_text(&number), buf_text(&with), NULL},
               &note);
    report_document_note(m->document, buf_text(&note));
    buf_free(&number);
    buf_free(&with);
    buf_free(&note);
}

static void add_reasons(const struct making *m, bool is_low)
{
    const struct i18n *texts = m->source->texts;
    const struct reasons *reasons = m->reasons;
    const struct document_column columns[] = {
        {"reason", words(texts, "report.column.reason"), DOCUMENT_TEXT, 0, 0},
        {"group", words(texts, "report.reasons.group"), DOCUMENT_TEXT, 0, 0},
        {"count", words(texts, "report.column.rated"), DOCUMENT_COUNT, 0, 0},
        {"share", words(texts, "report.column.share"), DOCUMENT_PERCENT,
         m->decimals, 0}};
    int64_t whole =
        is_low ? reasons->total.rated.low : reasons->total.rated.high;
    size_t count = 0;
    struct ranked *ranked = rank(reasons, is_low, &count);
    report_document_begin(
        m->document, is_low ? "low" : "satisfied",
        words(texts, is_low ? "report.reasons.low" : "report.reasons.high"),
        columns, 4);
    for (size_t i = 0; ranked && i < count; i++) {
        say_label(m, reasons->kinds[ranked[i].kind].id);
        report_document_text(
            m->document, group_words(m, reasons->kinds[ranked[i].kind].group));
        report_document_number(m->document, told(m, ranked[i].count));
        report_document_number(m->document,
                               told_share(m, ranked[i].count, whole));
    }
    report_document_chart(m->document, DOCUMENT_BAR, 0, 3);
    note_whole(m, "report.reasons.note", whole,
               is_low ? reasons->total.any.low : reasons->total.any.high);
    m->document->failed |= ranked == NULL;
    free(ranked);
}

// --- Groups -----------------------------------------------------------------

static void add_groups(const struct making *m)
{
    const struct i18n *texts = m->source->texts;
    const struct document_column columns[] = {
        {"group", words(texts, "report.reasons.group"), DOCUMENT_TEXT, 0, 0},
        {"low", words(texts, "report.reasons.given_low"), DOCUMENT_COUNT, 0, 0},
        {"low_share", words(texts, "report.column.share"), DOCUMENT_PERCENT,
         m->decimals, 0},
        {"satisfied", words(texts, "report.reasons.given_high"), DOCUMENT_COUNT,
         0, 0},
        {"satisfied_share", words(texts, "report.column.share"),
         DOCUMENT_PERCENT, m->decimals, 0}};
    struct reasons_count all = {0};
    struct reasons_count sums[REASON_GROUP_COUNT];
    for (int group = 0; group < REASON_GROUP_COUNT; group++) {
        sums[group] = reasons_of_group(m->reasons, &m->reasons->total,
                                       (enum reason_group)group);
        all.low += sums[group].low;
        all.high += sums[group].high;
    }
    report_document_begin(m->document, "groups",
                          words(texts, "report.reasons.groups"), columns, 5);
    for (int group = 0; group < REASON_GROUP_COUNT; group++) {
        report_document_text(m->document,
                             group_words(m, (enum reason_group)group));
        report_document_number(m->document, told(m, sums[group].low));
        report_document_number(m->document,
                               told_share(m, sums[group].low, all.low));
        report_document_number(m->document, told(m, sums[group].high));
        report_document_number(m->document,
                               told_share(m, sums[group].high, all.high));
    }
    report_document_note(m->document,
                         words(texts, "report.reasons.groups_note"));
}

// Of the ratings that were not satisfied, how often each group was given.
static void add_rows(const struct making *m, const struct reasons *by,
                     const char *heading)
{
    const struct i18n *texts = m->source->texts;
    struct document_column columns[2 + REASON_GROUP_COUNT] = {
        {"key",
         words(texts, by->by == REPORT_BY_FIELD ? "report.by.field"
                                                : "report.by.counter"),
         DOCUMENT_TEXT, 0, 30},
        {"low", words(texts, "report.reasons.rated_low"), DOCUMENT_COUNT, 0,
         0}};
    for (int group = 0; group < REASON_GROUP_COUNT; group++) {
        columns[2 + group] = (struct document_column){
            reason_group_name((enum reason_group)group),
            group_words(m, (enum reason_group)group), DOCUMENT_COUNT, 0, 0};
    }
    report_document_begin(m->document, report_by_name(by->by), heading, columns,
                          2 + REASON_GROUP_COUNT);
    for (size_t i = 0; i < by->row_count; i++) {
        const struct reasons_row *row = &by->rows[i];
        bool is_small = m->source->view != REPORT_VIEW_OFFICE &&
                        row->rated.low + row->rated.high < FIGURES_LEAST;
        struct buf label = {0};
        // By its code: names of fields change, and the row is counted again.
        reasons_row_label(texts, by->by, row->key, NULL, &label);
        report_document_text(m->document, buf_text(&label));
        buf_free(&label);
        report_document_number(m->document,
                               is_small ? DOCUMENT_FEW : row->rated.low);
        for (int group = 0; group < REASON_GROUP_COUNT; group++) {
            struct reasons_count sum =
                reasons_of_group(by, row, (enum reason_group)group);
            report_document_number(m->document,
                                   is_small ? DOCUMENT_FEW : told(m, sum.low));
        }
    }
    report_document_note(m->document, words(texts, "report.reasons.rows_note"));
}

// --- The whole --------------------------------------------------------------

// The most frequent one, where it may be told.
static void remark_first(const struct making *m, bool is_low)
{
    const struct reasons *reasons = m->reasons;
    size_t count = 0;
    struct ranked *ranked = rank(reasons, is_low, &count);
    int64_t whole =
        is_low ? reasons->total.rated.low : reasons->total.rated.high;
    if (count > 0 && ranked[0].count > 0 &&
        reasons_may_tell(m->source->view, ranked[0].count)) {
        struct buf label = {0}, share = {0}, remark = {0};
        reasons_label(m->source->texts, I18N_VI,
                      reasons->kinds[ranked[0].kind].id, &label);
        words_percent(m->source->texts,
                      figures_percent(ranked[0].count, whole, m->decimals),
                      m->decimals, &share);
        words_fill(m->source->texts,
                   is_low ? "report.reasons.first_low"
                          : "report.reasons.first_high",
                   (const char *[]){buf_text(&label), buf_text(&share), NULL},
                   &remark);
        report_document_remark(m->document, buf_text(&remark));
        buf_free(&label);
        buf_free(&share);
        buf_free(&remark);
    }
    free(ranked);
}

static bool build(const struct making *m, enum report_by by,
                  struct reasons *out)
{
    struct reasons_ask ask = {.period = m->document->period,
                              .by = by,
                              .is_recount = m->source->is_recount,
                              .heads = m->source->heads,
                              .head_count = m->source->head_count};
    return reasons_build(m->source->office, m->source->method, m->survey, &ask,
                         out);
}

static bool add_breakdown(const struct making *m, enum report_by by,
                          const char *heading)
{
    struct reasons rows;
    if (!build(m, by, &rows))
        return false;
    add_rows(m, &rows, words(m->source->texts, heading));
    reasons_free(&rows);
    return true;
}

bool make_reasons(const struct document_source *source,
                  struct report_document *document)
{
    struct survey survey;
    struct reasons reasons;
    struct making m = {source, document, &reasons, &survey, 0};
    if (!reasons_load_survey(&survey) || !build(&m, REPORT_BY_NONE, &reasons))
        return false;
    m.decimals = reasons.method.rules.decimals;
    report_document_rules(document, reasons.method.id, reasons.method.version);
    report_document_method(document,
                           words(source->texts, "report.reasons.method"));
    document->counted = reasons.total.rated.low + reasons.total.rated.high;
    add_reasons(&m, true);
    add_reasons(&m, false);
    add_groups(&m);
    bool done =
        add_breakdown(&m, REPORT_BY_FIELD, "report.reasons.by_field") &&
        add_breakdown(&m, REPORT_BY_COUNTER, "report.reasons.by_counter");
    remark_first(&m, true);
    remark_first(&m, false);
    reasons_free(&reasons);
    return done;
}
