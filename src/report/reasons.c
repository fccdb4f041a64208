#include "report/reasons.h"
#include "common/file.h"
#include "common/log.h"
#include "office/filter.h"
#include "office/reasons.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

static const char *const GROUPS[REASON_GROUP_COUNT] = {
    [REASON_GROUP_OFFICER] = "officer",
    [REASON_GROUP_PROCEDURE] = "procedure",
    [REASON_GROUP_WAITING] = "waiting",
    [REASON_GROUP_FACILITIES] = "facilities",
    [REASON_GROUP_SYSTEM] = "system",
    [REASON_GROUP_OTHER] = "other"};

const char *reason_group_name(enum reason_group group)
{
    return GROUPS[group];
}

static enum reason_group group_of(const char *name)
{
    for (int group = 0; group < REASON_GROUP_COUNT; group++) {
        if (strcmp(GROUPS[group], name) == 0)
            return (enum reason_group)group;
    }
    return REASON_GROUP_OTHER;
}

bool reasons_by_fits(enum report_by by)
{
    switch (by) {
    case REPORT_BY_NONE:
    case REPORT_BY_COUNTER:
    case REPORT_BY_FIELD:
    case REPORT_BY_PROCEDURE:
    case REPORT_BY_OFFICER:
    case REPORT_BY_CHANNEL:
        return true;
    default:
        return false;
    }
}

static bool run_out(void)
{
    log_error(MODULE, "out of memory for the reasons of a report");
    return false;
}

static struct reasons_count split(const struct report_method *method,
                                  const int64_t levels[FIGURES_LEVELS])
{
    struct reasons_count count = {0};
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        if (method->rules.satisfied[i])
            count.high += levels[i];
        else
            count.low += levels[i];
    }
    return count;
}

// --- Kinds ------------------------------------------------------------------

static struct reasons_kind *find_kind(const struct reasons *reasons,
                                      const char *id)
{
    for (size_t i = 0; i < reasons->kind_count; i++) {
        if (strcmp(reasons->kinds[i].id, id) == 0)
            return &reasons->kinds[i];
    }
    return NULL;
}

static bool widen_row(struct reasons_row *row, size_t kinds)
{
    struct reasons_count *carried =
        realloc(row->carried, kinds * sizeof *carried);
    if (!carried)
        return false;
    carried[kinds - 1] = (struct reasons_count){0};
    row->carried = carried;
    return true;
}

// Another kind, with room for it in the rows that there are.
static struct reasons_kind *add_kind(struct reasons *reasons, const char *id,
                                     const char *group)
{
    size_t count = reasons->kind_count + 1;
    struct reasons_kind *kinds = realloc(reasons->kinds, count * sizeof *kinds);
    if (!kinds)
        return NULL;
    reasons->kinds = kinds;
    if (!widen_row(&reasons->total, count))
        return NULL;
    for (size_t i = 0; i < reasons->row_count; i++) {
        if (!widen_row(&reasons->rows[i], count))
            return NULL;
    }
    struct reasons_kind *kind = &kinds[reasons->kind_count++];
    *kind = (struct reasons_kind){.group = group_of(group)};
    memcpy(kind->id, id, strnlen(id, sizeof kind->id - 1));
    return kind;
}

static bool add_list(struct reasons *reasons, const struct survey *survey,
                     enum survey_list list)
{
    for (size_t i = 0; i < survey->reason_count[list]; i++) {
        const struct survey_reason *reason = &survey->reasons[list][i];
        struct reasons_kind *kind = find_kind(reasons, reason->text);
        if (reasons->officer_only &&
            group_of(reason->group) != REASON_GROUP_OFFICER)
            continue;
        if (!kind)
            kind = add_kind(reasons, reason->text, reason->group);
        if (!kind)
            return run_out();
        kind->of_low |= list == SURVEY_LOW;
        kind->of_high |= list == SURVEY_HIGH;
    }
    return true;
}

// --- Rows -------------------------------------------------------------------

static struct reasons_row *add_row(struct reasons *reasons, const char *key)
{
    struct reasons_row *rows =
        realloc(reasons->rows, (reasons->row_count + 1) * sizeof *rows);
    if (!rows)
        return NULL;
    reasons->rows = rows;
    struct reasons_row *row = &rows[reasons->row_count];
    *row = (struct reasons_row){
        .key = strdup(key),
        .carried = calloc(reasons->kind_count + 1, sizeof *row->carried)};
    reasons->row_count++; // reasons_free() takes what of it was made
    return row->key && row->carried ? row : NULL;
}

static struct reasons_row *find_row(struct reasons *reasons, const char *key)
{
    // Rows come in the order of their keys: mostly it is the last one.
    for (size_t i = reasons->row_count; i-- > 0;) {
        if (strcmp(reasons->rows[i].key, key) == 0)
            return &reasons->rows[i];
    }
    return NULL;
}

struct reading {
    struct reasons *reasons;
    bool into_rows;  // else into the total
    const char *key; // only this one; NULL: all
    bool failed;
};

static bool take_ratings(void *ctx, const struct office_total *total)
{
    struct reading *reading = ctx;
    struct reasons *reasons = reading->reasons;
    struct reasons_row *row = &reasons->total;
    if (reading->key && strcmp(reading->key, total->key) != 0)
        return true;
    struct reasons_count rated = split(&reasons->method, total->tally.levels);
    if (rated.low + rated.high == 0)
        return true;
    if (reading->into_rows)
        row = add_row(reasons, total->key);
    if (row)
        row->rated = rated;
    else
        reading->failed = !run_out();
    return !reading->failed;
}

static bool take_reason(void *ctx, const struct office_reason_total *total)
{
    struct reading *reading = ctx;
    struct reasons *reasons = reading->reasons;
    struct reasons_count count = split(&reasons->method, total->levels);
    struct reasons_kind *kind = NULL;
    if (total->reason[0] != '\0') {
        kind = find_kind(reasons, total->reason);
        if (!kind && !reasons->officer_only)
            kind = add_kind(reasons, total->reason, "other");
        if (!kind) {
            reading->failed = !reasons->officer_only && !run_out();
            return !reading->failed;
        }
    }
    struct reasons_row *row =
        reading->into_rows ? find_row(reasons, total->key) : &reasons->total;
    if (row && kind)
        row->carried[kind - reasons->kinds] = count;
    else if (row)
        row->any = count;
    return true;
}

static bool read_breakdown(struct office *office, struct reasons *reasons,
                           const struct reasons_ask *ask, enum report_by by,
                           bool into_rows)
{
    static const struct office_filter everything = {.count = 0};
    const char *key = into_rows ? NULL : reasons->key;
    struct reading reading = {reasons, into_rows, key, false};
    enum office_breakdown breakdown =
        report_breakdown(&(struct report){.by = by});
    int32_t first = ask->period.first, last = ask->period.last;
    enum office_result result =
        ask->is_recount ? office_recount_to(office, ask->heads, ask->head_count,
                                            &everything, first, last, breakdown,
                                            take_ratings, &reading)
                        : office_totals(office, first, last, breakdown,
                                        take_ratings, &reading);
    if (result == OFFICE_OK && !reading.failed)
        result = ask->is_recount
                     ? office_recount_reasons_to(
                           office, ask->heads, ask->head_count, first, last,
                           breakdown, take_reason, &reading)
                     : office_reasons(office, first, last, breakdown, key,
                                      take_reason, &reading);
    return (result == OFFICE_OK || result == OFFICE_NONE) && !reading.failed;
}

static bool read_all(struct office *office, const struct report_method *own,
                     const struct survey *survey, const struct reasons_ask *ask,
                     struct reasons *reasons)
{
    return report_method_at(office, own, reasons->period.first,
                            &reasons->method) &&
           add_list(reasons, survey, SURVEY_LOW) &&
           add_list(reasons, survey, SURVEY_HIGH) &&
           read_breakdown(office, reasons, ask, ask->within, false) &&
           (ask->by == REPORT_BY_NONE ||
            read_breakdown(office, reasons, ask, ask->by, true));
}

bool reasons_build(struct office *office, const struct report_method *own,
                   const struct survey *survey, const struct reasons_ask *ask,
                   struct reasons *out)
{
    assert(reasons_by_fits(ask->by) && reasons_by_fits(ask->within));
    struct reasons reasons = {.period = ask->period,
                              .by = ask->by,
                              .within = ask->within,
                              .officer_only = ask->by == REPORT_BY_OFFICER ||
                                              ask->within == REPORT_BY_OFFICER};
    const char *key = ask->within == REPORT_BY_NONE ? "" : ask->key;
    if (ask->by != REPORT_BY_NONE && ask->within != REPORT_BY_NONE)
        return false;
    reasons.key = strdup(key);
    bool done =
        reasons.key ? read_all(office, own, survey, ask, &reasons) : run_out();
    if (done)
        *out = reasons;
    else
        reasons_free(&reasons);
    return done;
}

bool reasons_load_survey(struct survey *out)
{
    static const char FILE_OF_SURVEY[] = "surveys/quay.json";
    char path[PATH_MAX];
    struct buf message = {0};
    bool done = file_find_asset(FILE_OF_SURVEY, path, sizeof path) &&
                survey_load(path, out, &message);
    if (!done)
        log_error(MODULE, "%s: %s", FILE_OF_SURVEY,
                  message.size > 0 ? buf_text(&message)
                                   : "is not among the program's files");
    buf_free(&message);
    return done;
}

void reasons_free(struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->row_count; i++) {
        free(reasons->rows[i].key);
        free(reasons->rows[i].label);
        free(reasons->rows[i].carried);
    }
    free(reasons->rows);
    free(reasons->total.carried);
    free(reasons->total.label);
    free(reasons->kinds);
    free(reasons->key);
    *reasons = (struct reasons){.kind_count = 0};
}

struct reasons_count reasons_of_group(const struct reasons *reasons,
                                      const struct reasons_row *row,
                                      enum reason_group group)
{
    struct reasons_count sum = {0};
    for (size_t i = 0; i < reasons->kind_count; i++) {
        if (reasons->kinds[i].group == group) {
            sum.low += row->carried[i].low;
            sum.high += row->carried[i].high;
        }
    }
    return sum;
}

bool reasons_may_tell(enum report_view view, int64_t count)
{
    return view == REPORT_VIEW_OFFICE || count == 0 || count >= FIGURES_LEAST;
}
