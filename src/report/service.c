#include "report/service.h"
#include "common/log.h"
#include "office/invitations.h"
#include "office/transactions.h"
#include "vietnamese/number.h"
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

struct told {
    char *key;
    int64_t count;
    struct figures_service service;
};
// Rows of transactions, in the order of their keys.
struct telling {
    struct told *all;
    size_t count;
    bool failed;
};

static struct figures_waits waits_of(const struct waits *waits)
{
    struct figures_waits out = {
        .known = waits->known, .ms = waits->ms, .within = waits->within};
    if (out.known > 0)
        out.median = number_round_ratio(waits_median(waits), 10, 0);
    return out;
}

static struct figures_service service_of(const struct transaction_sum *sum)
{
    return (struct figures_service){
        .called = waits_of(&sum->called),
        .done = waits_of(&sum->done),
        .before = sum->timely[TIMELINESS_BEFORE],
        .on_time = sum->timely[TIMELINESS_ON],
        .late = sum->timely[TIMELINESS_LATE],
    };
}

static bool complain(const char *why)
{
    log_error(MODULE, "%s", why);
    return false;
}

static bool is_sound(const struct told *told)
{
    return told->count >= 0 && told->count <= FIGURES_COUNT_MAX &&
           figures_service_is_sound(&told->service);
}

static struct told *add_told(struct telling *telling)
{
    struct told *all =
        realloc(telling->all, (telling->count + 1) * sizeof *all);
    if (!all)
        return NULL;
    telling->all = all;
    return &all[telling->count];
}

static bool collect(void *ctx, const struct office_transaction_total *total)
{
    struct telling *telling = ctx;
    struct told *told = add_told(telling);
    char *key = told ? strdup(total->key) : NULL;
    telling->failed = !key;
    if (!key)
        return complain("out of memory for the rows of a report");
    *told = (struct told){.key = key,
                          .count = total->sum->count,
                          .service = service_of(total->sum)};
    telling->count++;
    telling->failed = !is_sound(told);
    return !telling->failed ||
           complain("the totals of transactions hold impossible counts; run "
                    "hailong verify on this server");
}

static void free_telling(struct telling *telling)
{
    for (size_t i = 0; i < telling->count; i++)
        free(telling->all[i].key);
    free(telling->all);
}

static bool read_totals(struct office *office,
                        const struct office_filter *filter,
                        const struct period *period, enum office_breakdown by,
                        struct telling *out)
{
    enum office_result result = office_transaction_part(
        office, filter, period->first, period->last, by, collect, out);
    return (result == OFFICE_OK || result == OFFICE_NONE) && !out->failed;
}

static bool tells_keys(const struct telling *telling)
{
    for (size_t i = 0; i < telling->count; i++) {
        if (telling->all[i].key[0] != '\0')
            return true;
    }
    return false;
}

// Whether the transactions of the period tell what each part of the filter is
// by: then a part that none of them names has none, and else it is unknown.
static bool find_told(struct office *office, const struct office_filter *filter,
                      const struct period *period, bool *out_told)
{
    static const struct office_filter everything;
    bool is_told = filter->count > 0, done = true;
    for (size_t i = 0; done && is_told && i < filter->count; i++) {
        struct telling telling = {0};
        done = read_totals(office, &everything, period, filter->parts[i].by,
                           &telling);
        is_told = tells_keys(&telling);
        free_telling(&telling);
    }
    *out_told = is_told;
    return done;
}

// A period in which nobody told of a transaction leaves it unknown.
static bool read_one(struct office *office, const struct office_filter *filter,
                     const struct period *period, struct figures_counts *counts,
                     struct figures_service *service)
{
    struct telling telling = {0};
    bool is_told = false;
    bool done =
        read_totals(office, filter, period, OFFICE_BY_NONE, &telling) &&
        (telling.count > 0 || find_told(office, filter, period, &is_told));
    if (done && telling.count > 0) {
        counts->transactions = telling.all[0].count;
        *service = telling.all[0].service;
    } else if (done && is_told) {
        counts->transactions = 0;
    }
    free_telling(&telling);
    return done;
}

static struct report_row *find_row(const struct report *report, const char *key)
{
    for (size_t i = 0; i < report->row_count; i++) {
        if (strcmp(report->rows[i].key, key) == 0)
            return &report->rows[i];
    }
    return NULL;
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(((const struct report_row *)a)->key,
                  ((const struct report_row *)b)->key);
}

// The row of the key, made when there is none; NULL, and logged, on no memory.
static struct report_row *take_row(struct report *report, const char *key,
                                   const char *label)
{
    struct report_row *row = find_row(report, key);
    size_t capacity = report->row_count;
    if (row)
        return row;
    if (!report_append_row(report, &capacity, key, label, &row)) {
        complain("out of memory for the rows of a report");
        return NULL;
    }
    row->counts.transactions = FIGURES_UNKNOWN;
    return row;
}

static void sort_rows(struct report *report)
{
    if (report->row_count > 1)
        qsort(report->rows, report->row_count, sizeof *report->rows,
              compare_rows);
}

static bool fill_rows(struct report *report, const struct telling *telling)
{
    bool is_told = tells_keys(telling);
    for (size_t i = 0; i < report->row_count && is_told; i++)
        report->rows[i].counts.transactions = 0;
    for (size_t i = 0; i < telling->count; i++) {
        const struct told *told = &telling->all[i];
        struct report_row *row = take_row(report, told->key, told->key);
        if (!row)
            return false;
        row->counts.transactions = told->count;
        row->service = told->service;
    }
    return true;
}

static bool read_rows(struct office *office, const struct office_filter *filter,
                      struct report *report)
{
    struct telling telling = {0};
    if (report->by == REPORT_BY_NONE)
        return true;
    bool done = read_totals(office, filter, &report->period,
                            report_breakdown(report), &telling) &&
                fill_rows(report, &telling);
    // Rows of one breakdown by its keys stand in this order already.
    if (done && telling.count > 0)
        sort_rows(report);
    free_telling(&telling);
    return done;
}

bool report_rows_tell_transactions(const struct report *report)
{
    for (size_t i = 0; i < report->row_count; i++) {
        if (report->rows[i].counts.transactions != FIGURES_UNKNOWN)
            return true;
    }
    return false;
}

// --- Withdrawals ------------------------------------------------------------

bool report_append_withdrawal(struct report *report, const char *reason,
                              int64_t count)
{
    struct report_withdrawal *list = realloc(
        report->withdrawals, (report->withdrawal_count + 1) * sizeof *list);
    if (!list)
        return false;
    report->withdrawals = list;
    struct report_withdrawal *last = &list[report->withdrawal_count];
    *last = (struct report_withdrawal){strdup(reason), count};
    report->withdrawal_count += last->reason != NULL;
    return last->reason != NULL;
}

struct withdrawing {
    struct report *report;
    bool failed;
};

static bool collect_withdrawal(void *ctx, const struct withdrawal_count *count)
{
    struct withdrawing *withdrawing = ctx;
    struct report *report = withdrawing->report;
    size_t held = report->withdrawal_count;
    if (held > REPORT_REASONS_MAX) {
        report->withdrawals[held - 1].count += count->count;
    } else if (!report_append_withdrawal(
                   report, held == REPORT_REASONS_MAX ? "" : count->reason,
                   count->count)) {
        withdrawing->failed = true;
        return complain("out of memory for the withdrawals of a report");
    }
    return true;
}

static bool read_withdrawals(struct office *office,
                             const struct office_filter *filter,
                             struct report *report)
{
    struct withdrawing withdrawing = {.report = report};
    enum office_result result = office_withdrawals(
        office, filter, report->period.first, report->period.last,
        collect_withdrawal, &withdrawing);
    return (result == OFFICE_OK || result == OFFICE_NONE) &&
           !withdrawing.failed;
}

// --- The whole --------------------------------------------------------------

bool service_read(struct office *office, const struct office_filter *filter,
                  struct report *report)
{
    return read_one(office, filter, &report->period, &report->total.counts,
                    &report->total.service) &&
           (!report->has_previous ||
            read_one(office, filter, &report->previous_period,
                     &report->previous, &report->previous_service)) &&
           read_rows(office, filter, report) &&
           read_withdrawals(office, filter, report);
}

static bool take_rows(const struct report *said, struct report *report)
{
    bool is_longer = false;
    for (size_t i = 0; i < said->row_count; i++) {
        const struct report_row *row = &said->rows[i];
        struct report_row *own = find_row(report, row->key);
        if (!own && row->counts.transactions <= 0)
            continue;
        is_longer |= !own;
        own = take_row(report, row->key, row->label);
        if (!own)
            return false;
        own->counts.transactions = row->counts.transactions;
        own->service = row->service;
    }
    if (is_longer)
        sort_rows(report);
    return true;
}

bool service_take(const struct report *said, struct report *report)
{
    report->total.counts.transactions = said->total.counts.transactions;
    report->total.service = said->total.service;
    report->previous.transactions = said->previous.transactions;
    report->previous_service = said->previous_service;
    for (size_t i = 0; i < said->withdrawal_count; i++) {
        if (!report_append_withdrawal(report, said->withdrawals[i].reason,
                                      said->withdrawals[i].count))
            return complain("out of memory for the withdrawals of a report");
    }
    return take_rows(said, report);
}
