#include "common/log.h"
#include "office/office_sql.h"
#include "office/published.h"
#include "office/totals.h"
#include "office/transactions.h"
#include <stdlib.h>
#include <string.h>

enum { MONTHS_BACK = 12 };

static void read_sums(struct sql_statement *s, int column,
                      struct publish_sums *out)
{
    for (int i = 0; i < 5; i++) {
        out->levels[i] = sql_int(s, column + i);
    }
    out->offered_rated = sql_int(s, column + 5);
}

static void bind_sums(struct sql_statement *s, int index,
                      const struct publish_sums *sums)
{
    for (int i = 0; i < 5; i++) {
        sql_bind_int(s, index + i, sums->levels[i]);
    }
    sql_bind_int(s, index + 5, sums->offered_rated);
}

// --- One month on its way out -----------------------------------------------

struct publishing {
    struct office *office;
    int32_t today;
    int64_t now;

    int64_t step_no; // of the last step
    int32_t number;  // of the month
    struct publish_month month;
    size_t capacity;
    int day; // that is being read
    struct publish_flow flow;
    bool failed;
};

static struct publish_group *find_group(struct publishing *work,
                                        const char *key)
{
    struct publish_month *month = &work->month;
    for (size_t i = 0; i < month->count; i++) {
        if (strcmp(month->groups[i].key, key) == 0) {
            return &month->groups[i];
        }
    }
    if (month->count == work->capacity) {
        size_t more = work->capacity ? work->capacity * 2 : 16;
        struct publish_group *groups =
            realloc(month->groups, more * sizeof *groups);
        if (!groups) {
            log_error("office", "out of memory");
            work->failed = true;
            return NULL;
        }
        month->groups = groups;
        work->capacity = more;
    }
    struct publish_group *group = &month->groups[month->count];
    *group = (struct publish_group){.told_days = 0};
    if (strlen(key) >= sizeof group->key) {
        work->failed = true;
        return NULL;
    }
    memcpy(group->key, key, strlen(key) + 1);
    month->count++;
    return group;
}

static bool count_day(void *ctx, const struct office_total *total)
{
    struct publishing *work = ctx;
    struct publish_group *group = find_group(work, total->key);
    if (group) {
        struct publish_sums *sums = &group->days[work->day];
        memcpy(sums->levels, total->tally.levels, sizeof sums->levels);
        sums->offered_rated = total->tally.offered_rated;
    }
    return !work->failed;
}

// Of a month that is over its days make no difference: they count as one.
static enum office_result count_days(struct publishing *work,
                                     enum office_breakdown by)
{
    int32_t first = publish_first_day(work->number);
    if (work->month.is_over) {
        work->day = work->month.days - 1;
        return office_totals(work->office, first,
                             publish_last_day(work->number), by, count_day,
                             work);
    }
    enum office_result result = OFFICE_OK;
    for (int day = 0; result == OFFICE_OK && day < work->month.days; day++) {
        work->day = day;
        result = office_totals(work->office, first + day, first + day, by,
                               count_day, work);
    }
    return result;
}

static enum sql_result read_told(struct publishing *work, bool of_officers)
{
    struct sql_statement *s = sql_use(work->office->sql, PUBLISHED_TOLD);
    sql_bind_int(s, 1, work->number);
    sql_bind_int(s, 2, of_officers);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct publish_group *group = find_group(work, sql_text(s, 0));
        if (!group) {
            result = SQL_ERROR;
            break;
        }
        struct publish_sums sums;
        read_sums(s, 2, &sums);
        publish_add(&group->told, &sums, 1);
        group->told_days =
            (int)(sql_int(s, 1) - publish_first_day(work->number)) + 1;
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result add_step(struct publishing *work,
                                enum published_kind kind,
                                const struct publish_group *group,
                                const struct publish_sums *sums)
{
    struct sql_statement *s = sql_use(work->office->sql, PUBLISHED_STEP_ADD);
    sql_bind_int(s, 1, ++work->step_no);
    sql_bind_int(s, 2, work->now);
    sql_bind_int(s, 3, kind);
    sql_bind_int(s, 4, work->number);
    sql_bind_text(s, 5, kind == PUBLISHED_MIXED ? "" : group->key);
    sql_bind_int(s, 6, publish_first_day(work->number) + group->step_days - 1);
    bind_sums(s, 7, sums);
    return sql_put(s);
}

// Once the step of several is there.
static enum sql_result add_part(struct publishing *work,
                                const struct publish_group *group)
{
    struct sql_statement *s = sql_use(work->office->sql, PUBLISHED_PART_ADD);
    sql_bind_int(s, 1, work->step_no);
    sql_bind_text(s, 2, group->key);
    bind_sums(s, 3, &group->step);
    return sql_put(s);
}

static enum sql_result add_mixed(struct publishing *work)
{
    struct publish_sums sums = {0};
    const struct publish_group *any = NULL;
    for (size_t i = 0; i < work->month.count; i++) {
        const struct publish_group *group = &work->month.groups[i];
        if (group->way == PUBLISH_MIXED) {
            publish_add(&sums, &group->step, 1);
            any = group;
        }
    }
    enum sql_result result =
        any ? add_step(work, PUBLISHED_MIXED, any, &sums) : SQL_OK;
    for (size_t i = 0; result == SQL_OK && i < work->month.count; i++) {
        const struct publish_group *group = &work->month.groups[i];
        if (group->way == PUBLISH_MIXED) {
            result = add_part(work, group);
        }
    }
    return result;
}

static enum sql_result add_steps(struct publishing *work,
                                 enum published_kind kind)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; result == SQL_OK && i < work->month.count; i++) {
        const struct publish_group *group = &work->month.groups[i];
        if (group->way == PUBLISH_OWN) {
            result = add_step(work, kind, group, &group->step);
        }
    }
    return result == SQL_OK ? add_mixed(work) : result;
}

// As far as the transaction that runs is concerned, a failure is a failure.
static enum sql_result sql_result_of(enum office_result result)
{
    return result == OFFICE_OK || result == OFFICE_NONE ? SQL_OK
           : result == OFFICE_BUSY                      ? SQL_BUSY
                                                        : SQL_ERROR;
}

static enum sql_result publish_ratings(struct publishing *work,
                                       enum published_kind kind)
{
    bool of_officers = kind == PUBLISHED_OFFICER;
    work->month.count = 0;
    work->month.mixes = !of_officers;
    enum sql_result result = sql_result_of(
        count_days(work, of_officers ? OFFICE_BY_OFFICER : OFFICE_BY_FIELD));
    if (result == SQL_OK) {
        result = read_told(work, of_officers);
    }
    if (result != SQL_OK || work->failed) {
        return work->failed ? SQL_ERROR : result;
    }
    // Ratings whose officer nobody told are no officer's.
    for (size_t i = 0; of_officers && i < work->month.count; i++) {
        if (work->month.groups[i].key[0] == '\0') {
            work->month.groups[i] = work->month.groups[--work->month.count];
            break;
        }
    }
    publish_plan(&work->month);
    return add_steps(work, kind);
}

static bool count_silent(void *ctx, const struct office_total *total)
{
    struct publishing *work = ctx;
    work->flow.silent = total->tally.offered - total->tally.offered_rated;
    return true;
}

static bool count_transactions(void *ctx,
                               const struct office_transaction_total *total)
{
    struct publishing *work = ctx;
    work->flow.transactions = total->sum->count;
    work->flow.waits = total->sum->called.known;
    work->flow.wait_ms = total->sum->called.ms;
    work->flow.waits_within = total->sum->called.within;
    return true;
}

static enum sql_result publish_flow(struct publishing *work)
{
    struct publish_flow told, step;
    int32_t first = publish_first_day(work->number);
    int32_t last = first + work->month.days - 1;
    work->flow = (struct publish_flow){0};
    enum office_result result = office_totals(
        work->office, first, last, OFFICE_BY_NONE, count_silent, work);
    if (result == OFFICE_OK) {
        result =
            office_transaction_totals(work->office, first, last, OFFICE_BY_NONE,
                                      count_transactions, work);
    }
    if (result == OFFICE_OK) {
        result = office_published_flow(work->office, work->number, work->number,
                                       &told);
    }
    if (result != OFFICE_OK || !publish_flow_step(&work->flow, &told, &step)) {
        return sql_result_of(result);
    }
    int64_t no;
    enum sql_result numbered =
        next_number(work->office->sql, PUBLISHED_FLOW_NEXT, &no);
    if (numbered != SQL_OK) {
        return numbered;
    }
    struct sql_statement *s = sql_use(work->office->sql, PUBLISHED_FLOW_ADD);
    sql_bind_int(s, 1, work->now);
    sql_bind_int(s, 2, work->number);
    sql_bind_int(s, 3, step.transactions);
    sql_bind_int(s, 4, step.silent);
    sql_bind_int(s, 5, step.waits);
    sql_bind_int(s, 6, step.wait_ms);
    sql_bind_int(s, 7, step.waits_within);
    sql_bind_int(s, 8, no);
    return sql_execute(s);
}

static enum sql_result publish_months(struct sql *sql, void *ctx)
{
    struct publishing *work = ctx;
    int32_t newest = work->today - PUBLISH_AGE_DAYS;
    int32_t running = publish_month_of(newest);
    enum sql_result result =
        next_number(sql, PUBLISHED_STEP_NEXT, &work->step_no);
    work->step_no--;
    for (int32_t number = running - MONTHS_BACK;
         result == SQL_OK && number <= running; number++) {
        int32_t last = publish_last_day(number);
        work->number = number;
        work->month.is_over = newest >= last;
        work->month.days = (work->month.is_over ? last : newest) -
                           publish_first_day(number) + 1;
        result = publish_ratings(work, PUBLISHED_FIELD);
        if (result == SQL_OK) {
            result = publish_ratings(work, PUBLISHED_OFFICER);
        }
        if (result == SQL_OK) {
            result = publish_flow(work);
        }
    }
    return result;
}

enum office_result office_publish(struct office *office, int32_t today,
                                  int64_t now)
{
    struct publishing work = {.office = office, .today = today, .now = now};
    enum office_result result =
        office_result_of(office_work(office, publish_months, &work));
    free(work.month.groups);
    return result;
}

// --- What was told ----------------------------------------------------------

enum office_result office_published(struct office *office, int32_t from_month,
                                    int32_t to_month, const char *officer,
                                    published_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(
        office->sql, officer ? PUBLISHED_OF_OFFICER : PUBLISHED_OF_FIELDS);
    enum sql_result result = SQL_NONE;
    bool goes_on = true;
    sql_bind_int(s, 1, from_month);
    sql_bind_int(s, 2, to_month);
    if (officer) {
        sql_bind_text(s, 3, officer);
    }
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        struct published_total total = {.kind =
                                            (enum published_kind)sql_int(s, 0),
                                        .month = (int32_t)sql_int(s, 1),
                                        .key = sql_text(s, 2),
                                        .to_day = (int32_t)sql_int(s, 3)};
        read_sums(s, 4, &total.sums);
        goes_on = row(ctx, &total);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

enum office_result office_published_flow(struct office *office,
                                         int32_t from_month, int32_t to_month,
                                         struct publish_flow *out)
{
    struct sql_statement *s = sql_use(office->sql, PUBLISHED_FLOW);
    sql_bind_int(s, 1, from_month);
    sql_bind_int(s, 2, to_month);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out =
            (struct publish_flow){sql_int(s, 0), sql_int(s, 1), sql_int(s, 2),
                                  sql_int(s, 3), sql_int(s, 4)};
    }
    sql_done(s);
    return office_result_of(result);
}
