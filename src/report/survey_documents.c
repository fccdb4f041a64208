#include "common/log.h"
#include "office/forms.h"
#include "report/document_makers.h"
#include "report/indices.h"
#include "report/questionnaire.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <string.h>

static const char MODULE[] = "report";
static const char SIPAS[] = "sipas", SERVICES[] = "dich-vu-cong";
enum { SERVICES_VERSION = 1 };

// Forms of one kind: on a screen, or on paper.
struct sheets {
    int64_t all, complete;
};

// What was answered of one question set in the version that is at hand.
struct survey_answers {
    const struct questionnaire *set;
    struct indices_item items[QUESTIONNAIRE_ITEMS_MAX];
    struct sheets screen, paper;
    int64_t other_versions; // forms that are not counted
};

static int64_t forms_of(const struct office_form_total *total)
{
    return total->levels[0] + total->levels[1] + total->levels[5];
}

static void take_forms(struct survey_answers *answers,
                       const struct office_form_total *total)
{
    struct sheets *sheets =
        total->is_paper ? &answers->paper : &answers->screen;
    sheets->all += forms_of(total);
    sheets->complete += total->levels[5];
}

static bool take_total(void *ctx, const struct office_form_total *total)
{
    struct survey_answers *answers = ctx;
    const struct questionnaire *set = answers->set;
    bool is_form = total->question[0] == '\0';
    if (strcmp(total->survey, set->id) != 0)
        return true;
    if (total->version != set->version) {
        answers->other_versions += is_form ? forms_of(total) : 0;
        return true;
    }
    if (is_form) {
        take_forms(answers, total);
        return true;
    }
    const struct questionnaire_item *item =
        questionnaire_find(set, total->question);
    if (!item)
        return true;
    struct indices_item *sum = &answers->items[item - set->items];
    for (int level = 0; level <= FIGURES_LEVELS; level++)
        sum->levels[level] += total->levels[level];
    return true;
}

static bool read_answers(const struct document_source *source,
                         const struct period *period,
                         const struct questionnaire *set,
                         struct survey_answers *out)
{
    *out = (struct survey_answers){.set = set};
    enum office_result result =
        source->is_recount
            ? office_recount_forms_to(source->office, source->heads,
                                      source->head_count, period->first,
                                      period->last, take_total, out)
            : office_forms(source->office, period->first, period->last,
                           take_total, out);
    return result == OFFICE_OK || result == OFFICE_NONE;
}

static bool load(const char *id, struct questionnaire *out)
{
    struct buf message = {0};
    bool done = questionnaire_load(id, out, &message);
    if (!done)
        log_error(MODULE, "%s", buf_text(&message));
    buf_free(&message);
    return done;
}

static const char *say(const struct document_source *source, const char *id)
{
    return words(source->texts, id);
}

// A sentence with one or two numbers in it.
static void remark(const struct document_source *source,
                   struct report_document *document, const char *id,
                   int64_t first, int64_t second)
{
    struct buf one = {0}, other = {0}, text = {0};
    number_append(first, &one);
    number_append(second, &other);
    words_fill(source->texts, id,
               (const char *[]){buf_text(&one), buf_text(&other), NULL}, &text);
    report_document_remark(document, buf_text(&text));
    document->failed |= !buf_ok(&text) || !buf_ok(&one) || !buf_ok(&other);
    buf_free(&one);
    buf_free(&other);
    buf_free(&text);
}

// --- Cells ------------------------------------------------------------------

// Of fewer answers than FIGURES_LEAST only the Office reads the numbers.
static bool is_few(const struct document_source *source, int64_t answers)
{
    return source->view != REPORT_VIEW_OFFICE && answers > 0 &&
           answers < FIGURES_LEAST;
}

static void add_number(struct report_document *document, bool few,
                       int64_t value)
{
    report_document_number(document, few ? DOCUMENT_FEW : value);
}

static void add_indices(struct report_document *document, bool few,
                        struct indices indices)
{
    add_number(document, few, indices.a);
    add_number(document, few, indices.b);
}

static void add_sheets(const struct document_source *source,
                       struct report_document *document, const char *id,
                       struct sheets sheets)
{
    report_document_text(document, say(source, id));
    report_document_number(document, sheets.all);
    add_number(document, is_few(source, sheets.all), sheets.complete);
    add_number(document, is_few(source, sheets.all),
               figures_percent(sheets.complete, sheets.all, INDICES_DECIMALS));
}

static struct sheets all_sheets(const struct survey_answers *answers)
{
    return (struct sheets){answers->screen.all + answers->paper.all,
                           answers->screen.complete + answers->paper.complete};
}

static void begin_forms(const struct document_source *source,
                        struct report_document *document)
{
    const struct document_column columns[] = {
        {"source", say(source, "survey.column.source"), DOCUMENT_TEXT, 0, 0},
        {"forms", say(source, "survey.column.forms"), DOCUMENT_COUNT, 0, 0},
        {"complete", say(source, "survey.column.complete"), DOCUMENT_COUNT, 0,
         30},
        {"complete_rate", say(source, "survey.column.complete_rate"),
         DOCUMENT_PERCENT, INDICES_DECIMALS, 24}};
    report_document_begin(document, "forms", say(source, "survey.table.forms"),
                          columns, sizeof columns / sizeof columns[0]);
}

// --- R7 ---------------------------------------------------------------------

static struct indices_factor factor_of(const struct survey_answers *answers,
                                       size_t index)
{
    const struct questionnaire_factor *factor = &answers->set->factors[index];
    return (struct indices_factor){&answers->items[factor->first],
                                   factor->count};
}

static void write_factors(const struct document_source *source,
                          struct report_document *document,
                          const struct survey_answers *answers, bool few)
{
    const struct document_column columns[] = {
        {"factor", say(source, "survey.column.factor"), DOCUMENT_TEXT, 0, 0},
        {"items", say(source, "survey.column.items"), DOCUMENT_COUNT, 0, 0},
        {"index_a", say(source, "survey.column.a"), DOCUMENT_PERCENT,
         INDICES_DECIMALS, 0},
        {"index_b", say(source, "survey.column.b"), DOCUMENT_PERCENT,
         INDICES_DECIMALS, 0}};
    struct indices_factor factors[QUESTIONNAIRE_FACTORS_MAX];
    const struct questionnaire *set = answers->set;
    report_document_begin(document, "factors",
                          say(source, "survey.table.factors"), columns,
                          sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < set->factor_count; i++) {
        factors[i] = factor_of(answers, i);
        report_document_text(document, set->factors[i].name);
        report_document_number(document, (int64_t)set->factors[i].count);
        add_indices(document, few, indices_of_factor(&factors[i]));
    }
    report_document_text(document, say(source, "survey.overall"));
    report_document_number(document, (int64_t)set->item_count);
    add_indices(document, few, indices_overall(factors, set->factor_count));
    report_document_total(document);
    report_document_chart(document, DOCUMENT_BAR, 0, 2);
}

static void write_items(const struct document_source *source,
                        struct report_document *document,
                        const struct survey_answers *answers)
{
    const struct document_column columns[] = {
        {"question", say(source, "survey.column.question"), DOCUMENT_TEXT, 0,
         12},
        {"text", say(source, "survey.column.text"), DOCUMENT_TEXT, 0, 64},
        {"answers", say(source, "survey.column.answers"), DOCUMENT_COUNT, 0, 0},
        {"good", say(source, "survey.column.good"), DOCUMENT_COUNT, 0, 0},
        {"blank", say(source, "survey.column.blank"), DOCUMENT_COUNT, 0, 0},
        {"index_a", say(source, "survey.column.a"), DOCUMENT_PERCENT,
         INDICES_DECIMALS, 0},
        {"index_b", say(source, "survey.column.b"), DOCUMENT_PERCENT,
         INDICES_DECIMALS, 0}};
    report_document_begin(document, "items", say(source, "survey.table.items"),
                          columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < answers->set->item_count; i++) {
        const struct indices_item *item = &answers->items[i];
        bool few = is_few(source, indices_answers(item));
        report_document_text(document, answers->set->items[i].question);
        report_document_text(document, answers->set->items[i].text);
        add_number(document, few, indices_answers(item));
        add_number(document, few, indices_good(item));
        add_number(document, few, item->levels[0]);
        add_indices(document, few, indices_of_item(item));
    }
}

static void write_sipas(const struct document_source *source,
                        struct report_document *document,
                        const struct survey_answers *answers)
{
    struct sheets all = all_sheets(answers);
    report_document_rules(document, answers->set->id, answers->set->version);
    report_document_method(document, say(source, "survey.method.indices"));
    report_document_method(document, say(source, "survey.method.other"));
    write_factors(source, document, answers, is_few(source, all.all));
    write_items(source, document, answers);
    begin_forms(source, document);
    add_sheets(source, document, "survey.source.screen", answers->screen);
    add_sheets(source, document, "survey.source.paper", answers->paper);
    add_sheets(source, document, "report.total", all);
    report_document_total(document);
    if (all.all == 0)
        report_document_remark(document, say(source, "survey.remark.none"));
    else
        remark(source, document, "survey.remark.forms", all.all,
               answers->paper.all);
    if (answers->other_versions > 0)
        remark(source, document, "survey.remark.versions",
               answers->other_versions, answers->set->version);
}

bool make_sipas(const struct document_source *source,
                struct report_document *document)
{
    struct questionnaire set;
    struct survey_answers answers;
    if (!load(SIPAS, &set))
        return false;
    bool done = read_answers(source, &document->period, &set, &answers);
    if (done)
        write_sipas(source, document, &answers);
    questionnaire_free(&set);
    return done;
}

// --- R9 ---------------------------------------------------------------------

// All answers of the set together.
static struct indices_item all_answers(const struct survey_answers *answers)
{
    struct indices_item sum = {0};
    for (size_t i = 0; i < answers->set->item_count; i++) {
        for (int level = 0; level <= FIGURES_LEVELS; level++)
            sum.levels[level] += answers->items[i].levels[level];
    }
    return sum;
}

static void add_share(const struct document_source *source,
                      struct report_document *document,
                      const struct indices_item *item)
{
    bool few = is_few(source, indices_answers(item));
    add_number(document, few, indices_answers(item));
    add_number(document, few, indices_good(item));
    add_number(document, few, indices_of_item(item).a);
}

static void begin_services(const struct document_source *source,
                           struct report_document *document)
{
    const struct document_column columns[] = {
        {"set", say(source, "survey.column.set"), DOCUMENT_TEXT, 0, 0},
        {"forms", say(source, "survey.column.forms"), DOCUMENT_COUNT, 0, 0},
        {"paper", say(source, "survey.column.paper"), DOCUMENT_COUNT, 0, 0},
        {"answers", say(source, "survey.column.answers"), DOCUMENT_COUNT, 0, 0},
        {"good", say(source, "survey.column.good"), DOCUMENT_COUNT, 0, 0},
        {"rate", say(source, "survey.column.rate"), DOCUMENT_PERCENT,
         INDICES_DECIMALS, 0},
        {"complete_rate", say(source, "survey.column.complete_rate"),
         DOCUMENT_PERCENT, INDICES_DECIMALS, 22}};
    report_document_begin(document, "sets", say(source, "survey.table.sets"),
                          columns, sizeof columns / sizeof columns[0]);
}

static void add_set(const struct document_source *source,
                    struct report_document *document,
                    const struct survey_answers *answers)
{
    struct sheets all = all_sheets(answers);
    struct indices_item sum = all_answers(answers);
    report_document_text(document, answers->set->name);
    report_document_number(document, all.all);
    report_document_number(document, answers->paper.all);
    add_share(source, document, &sum);
    add_number(document, is_few(source, all.all),
               figures_percent(all.complete, all.all, INDICES_DECIMALS));
}

static void write_set(const struct document_source *source,
                      struct report_document *document,
                      const struct survey_answers *answers)
{
    const struct document_column columns[] = {
        {"question", say(source, "survey.column.question"), DOCUMENT_TEXT, 0,
         12},
        {"text", say(source, "survey.column.text"), DOCUMENT_TEXT, 0, 72},
        {"answers", say(source, "survey.column.answers"), DOCUMENT_COUNT, 0, 0},
        {"good", say(source, "survey.column.good"), DOCUMENT_COUNT, 0, 0},
        {"rate", say(source, "survey.column.rate"), DOCUMENT_PERCENT,
         INDICES_DECIMALS, 0}};
    const struct questionnaire *set = answers->set;
    if (all_sheets(answers).all == 0)
        return;
    report_document_begin(document, set->id, set->name, columns,
                          sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < set->item_count; i++) {
        report_document_text(document, set->items[i].question);
        report_document_text(document, set->items[i].text);
        add_share(source, document, &answers->items[i]);
    }
    report_document_chart(document, DOCUMENT_BAR, 1, 4);
}

enum { SETS_MAX = 8 };

static void write_services(const struct document_source *source,
                           struct report_document *document,
                           const struct survey_answers *answers, size_t count)
{
    int64_t forms = 0, others = 0;
    report_document_rules(document, SERVICES, SERVICES_VERSION);
    report_document_method(document, say(source, "survey.method.services"));
    report_document_method(document, say(source, "survey.method.other"));
    begin_services(source, document);
    for (size_t i = 0; i < count; i++) {
        add_set(source, document, &answers[i]);
        forms += all_sheets(&answers[i]).all;
        others += answers[i].other_versions;
    }
    report_document_chart(document, DOCUMENT_BAR, 0, 5);
    for (size_t i = 0; i < count; i++)
        write_set(source, document, &answers[i]);
    if (forms == 0)
        report_document_remark(document, say(source, "survey.remark.none"));
    if (others > 0)
        remark(source, document, "survey.remark.versions", others,
               answers[0].set->version);
}

bool make_services(const struct document_source *source,
                   struct report_document *document)
{
    struct questionnaire sets[SETS_MAX];
    struct survey_answers answers[SETS_MAX];
    size_t count = 0;
    bool done = true;
    for (size_t i = 0; QUESTIONNAIRES[i] && count < SETS_MAX && done; i++) {
        if (strcmp(QUESTIONNAIRES[i], SIPAS) == 0)
            continue;
        done = load(QUESTIONNAIRES[i], &sets[count]);
        if (done) {
            done = read_answers(source, &document->period, &sets[count],
                                &answers[count]);
            count++;
        }
    }
    if (done)
        write_services(source, document, answers, count);
    for (size_t i = 0; i < count; i++)
        questionnaire_free(&sets[i]);
    return done;
}
