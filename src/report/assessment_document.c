#include "common/log.h"
#include "office/documents.h"
#include "office/totals.h"
#include "office/transactions.h"
#include "report/assessment_sheet.h"
#include "report/document_makers.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>

static const char MODULE[] = "report";
static const char RULES[] = "tt-01-2018";
enum { RULES_VERSION = 1, TIMELINESS = 0, ATTITUDE = 6, ID_MAX = 48 };

struct assessing {
    const struct document_source *source;
    struct report_document *document;
    struct assessment_sheet sheet;
    int64_t sheet_version;                     // 0: nothing was entered
    struct assessment_points timely, attitude; // what is known by itself
    int64_t unhappy;                           // ratings of level 1 or 2
};

static const char *say(const struct assessing *a, const char *id)
{
    return words(a->source->texts, id);
}

// --- What is known ----------------------------------------------------------

static bool read_sheet(struct assessing *a)
{
    char name[ASSESSMENT_NAME_SIZE], why[JSON_MESSAGE_SIZE];
    struct buf body = {0}, message = {0};
    a->sheet.clean = FIGURES_UNKNOWN;
    if (!assessment_sheet_name(&a->document->period, name))
        return true;
    enum office_result result =
        office_read_document(a->source->office, name, &a->sheet_version, &body);
    json_t *object =
        result == OFFICE_OK ? json_read(body.data, body.size, why) : NULL;
    bool done = result == OFFICE_NONE ||
                (object && assessment_sheet_read(object, &a->sheet, &message));
    if (!done)
        log_error(MODULE, "what was entered as %s cannot be used: %s", name,
                  buf_text(&message));
    json_decref(object);
    buf_free(&body);
    buf_free(&message);
    return done;
}

static bool take_ratings(void *ctx, const struct office_total *total)
{
    struct assessing *a = ctx;
    const int64_t *levels = total->tally.levels;
    a->attitude = (struct assessment_points){.two = levels[3] + levels[4],
                                             .one = levels[2],
                                             .none = levels[0] + levels[1]};
    a->unhappy = a->attitude.none;
    a->document->counted = assessment_dossiers(&a->attitude);
    a->document->flagged = 0;
    for (int i = 0; i < FIGURES_LEVELS; i++)
        a->document->flagged += total->tally.flagged[i];
    return true;
}

static bool take_transactions(void *ctx,
                              const struct office_transaction_total *total)
{
    struct assessing *a = ctx;
    a->timely =
        (struct assessment_points){.two = total->sum->timely[TIMELINESS_BEFORE],
                                   .one = total->sum->timely[TIMELINESS_ON],
                                   .none = total->sum->timely[TIMELINESS_LATE]};
    return true;
}

static bool is_read(enum office_result result)
{
    return result == OFFICE_OK || result == OFFICE_NONE;
}

static bool read_known(struct assessing *a)
{
    struct office *office = a->source->office;
    const struct period *period = &a->document->period;
    return is_read(office_totals(office, period->first, period->last,
                                 OFFICE_BY_NONE, take_ratings, a)) &&
           is_read(office_transaction_totals(office, period->first,
                                             period->last, OFFICE_BY_NONE,
                                             take_transactions, a));
}

// --- The nine indices -------------------------------------------------------

// What an index rests on, and where that comes from.
static struct assessment_points points_of(const struct assessing *a, int index,
                                          const char **out_source)
{
    const struct assessment_points none = {0, 0, 0};
    if (a->sheet.has_index[index]) {
        *out_source = "assessment.source.entered";
        return a->sheet.indices[index];
    }
    if (index == TIMELINESS && assessment_dossiers(&a->timely) > 0) {
        *out_source = "assessment.source.timeliness";
        return a->timely;
    }
    if (index == ATTITUDE && assessment_dossiers(&a->attitude) > 0) {
        *out_source = "assessment.source.ratings";
        return a->attitude;
    }
    *out_source = "assessment.source.none";
    return none;
}

static void begin_indices(struct assessing *a)
{
    const struct document_column columns[] = {
        {"number", say(a, "report.column.number"), DOCUMENT_TEXT, 0, 10},
        {"index", say(a, "assessment.column.index"), DOCUMENT_TEXT, 0, 56},
        {"two", say(a, "assessment.column.two"), DOCUMENT_COUNT, 0, 0},
        {"one", say(a, "assessment.column.one"), DOCUMENT_COUNT, 0, 0},
        {"none", say(a, "assessment.column.none"), DOCUMENT_COUNT, 0, 0},
        {"points", say(a, "assessment.column.points"), DOCUMENT_POINTS,
         ASSESSMENT_DECIMALS, 0},
        {"source", say(a, "assessment.column.source"), DOCUMENT_TEXT, 0, 32}};
    report_document_begin(a->document, "indices",
                          say(a, "assessment.table.indices"), columns,
                          sizeof columns / sizeof columns[0]);
}

static void add_counts(struct report_document *document,
                       const struct assessment_points *points)
{
    bool is_known = assessment_dossiers(points) > 0;
    report_document_number(document, is_known ? points->two : DOCUMENT_UNKNOWN);
    report_document_number(document, is_known ? points->one : DOCUMENT_UNKNOWN);
    report_document_number(document,
                           is_known ? points->none : DOCUMENT_UNKNOWN);
}

static void say_class(struct assessing *a, int64_t total)
{
    struct buf number = {0}, text = {0};
    char id[ID_MAX];
    if (total == FIGURES_UNKNOWN) {
        report_document_remark(a->document,
                               say(a, "assessment.remark.lacking"));
        return;
    }
    snprintf(id, sizeof id, "assessment.class.%s",
             assessment_class_name(assessment_class(total)));
    number_append_fixed(total, ASSESSMENT_DECIMALS, &number);
    words_fill(a->source->texts, "assessment.remark.class",
               (const char *[]){buf_text(&number), say(a, id), NULL}, &text);
    report_document_remark(a->document, buf_text(&text));
    a->document->failed |= !buf_ok(&number) || !buf_ok(&text);
    buf_free(&number);
    buf_free(&text);
}

static void write_indices(struct assessing *a)
{
    int64_t indices[ASSESSMENT_INDICES];
    begin_indices(a);
    for (int i = 0; i < ASSESSMENT_INDICES; i++) {
        char id[ID_MAX], number[8];
        const char *source;
        struct assessment_points points = points_of(a, i, &source);
        indices[i] = assessment_index(&points);
        snprintf(number, sizeof number, "%d", i + 1);
        snprintf(id, sizeof id, "assessment.index.%d", i + 1);
        report_document_text(a->document, number);
        report_document_text(a->document, say(a, id));
        add_counts(a->document, &points);
        report_document_number(a->document, indices[i]);
        report_document_text(a->document, say(a, source));
    }
    int64_t total = assessment_total(indices, ASSESSMENT_INDICES);
    report_document_text(a->document, "");
    report_document_text(a->document, say(a, "assessment.total"));
    for (int i = 0; i < 3; i++)
        report_document_number(a->document, DOCUMENT_UNKNOWN);
    report_document_number(a->document, total);
    report_document_text(a->document, "");
    report_document_total(a->document);
    report_document_chart(a->document, DOCUMENT_BAR, 1, 5);
    say_class(a, total);
}

// --- The forecast -----------------------------------------------------------

static void add_item(struct assessing *a, const char *id, int64_t low,
                     int64_t high)
{
    report_document_text(a->document, say(a, id));
    report_document_number(a->document, low);
    report_document_number(a->document, high);
}

// Of the dossiers that were late, met with dissatisfaction or a complaint some
// are the same: at least the largest group, at most all groups together.
static void bound_clean(const struct assessing *a, int64_t dossiers,
                        int64_t *out_low, int64_t *out_high)
{
    int64_t late = a->timely.none;
    int64_t sum = late + a->unhappy + a->sheet.complaints;
    int64_t most = late > a->unhappy ? late : a->unhappy;
    if (a->sheet.complaints > most)
        most = a->sheet.complaints;
    *out_low = sum < dossiers ? dossiers - sum : 0;
    *out_high = most < dossiers ? dossiers - most : 0;
    if (a->sheet.clean != FIGURES_UNKNOWN && a->sheet.clean <= dossiers)
        *out_low = *out_high = a->sheet.clean;
}

static void write_forecast(struct assessing *a)
{
    const struct document_column columns[] = {
        {"item", say(a, "forecast.column.item"), DOCUMENT_TEXT, 0, 0},
        {"low", say(a, "forecast.column.low"), DOCUMENT_POINTS,
         FORECAST_DECIMALS, 0},
        {"high", say(a, "forecast.column.high"), DOCUMENT_POINTS,
         FORECAST_DECIMALS, 0}};
    struct forecast_counts counts = {.dossiers =
                                         assessment_dossiers(&a->timely),
                                     .complaints = a->sheet.complaints,
                                     .in_time = a->sheet.in_time,
                                     .satisfied = a->sheet.satisfied};
    int64_t low, high;
    if (counts.dossiers == 0) {
        report_document_remark(a->document, say(a, "forecast.remark.none"));
        return;
    }
    bound_clean(a, counts.dossiers, &low, &high);
    counts.clean = low;
    struct forecast worst = forecast_of(&counts);
    counts.clean = high;
    struct forecast best = forecast_of(&counts);
    report_document_begin(a->document, "forecast", say(a, "forecast.table"),
                          columns, sizeof columns / sizeof columns[0]);
    add_item(a, "forecast.item.1", worst.items[0], best.items[0]);
    add_item(a, "forecast.item.2", worst.items[1], best.items[1]);
    add_item(a, "forecast.item.3", worst.items[2], best.items[2]);
    add_item(a, "forecast.total", worst.total, best.total);
    report_document_total(a->document);
    report_document_note(a->document, say(a, "forecast.note"));
    if (!a->sheet.has_complaints)
        report_document_remark(a->document,
                               say(a, "forecast.remark.complaints"));
}

// --- The whole --------------------------------------------------------------

static void say_sheet(struct assessing *a)
{
    struct buf version = {0}, text = {0};
    if (a->sheet_version == 0) {
        report_document_method(a->document, say(a, "assessment.method.bare"));
        return;
    }
    number_append(a->sheet_version, &version);
    words_fill(a->source->texts, "assessment.method.entered",
               (const char *[]){buf_text(&version), NULL}, &text);
    report_document_method(a->document, buf_text(&text));
    a->document->failed |= !buf_ok(&version) || !buf_ok(&text);
    buf_free(&version);
    buf_free(&text);
}

bool make_assessment(const struct document_source *source,
                     struct report_document *document)
{
    struct assessing a = {.source = source, .document = document};
    if (!read_sheet(&a) || !read_known(&a))
        return false;
    report_document_rules(document, RULES, RULES_VERSION);
    report_document_method(document, say(&a, "assessment.method"));
    report_document_method(document, say(&a, "assessment.method.known"));
    say_sheet(&a);
    write_indices(&a);
    write_forecast(&a);
    return true;
}
