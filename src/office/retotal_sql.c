#include "common/date.h"
#include "common/log.h"
#include "office/audit.h"
#include "office/breakdown.h"
#include "office/office_sql.h"
#include "office/retotal.h"
#include <stdio.h>
#include <stdlib.h>

static const char ACTION[] = "totals-recounted";

struct retotal {
    struct retotal_facts facts;
    struct tally lack;   // to be added to the totals
    int64_t last_before; // number of the last such entry of the audit trail
};

// --- Looking ----------------------------------------------------------------

struct looking {
    struct sql *sql;
    const atomic_bool *stop;
    struct retotal *work;
};

static bool goes_on(const struct looking *looking)
{
    return !looking->stop || !atomic_load(looking->stop);
}

static int32_t quarter_of(int32_t day)
{
    return tally_quarter(tally_half_month(day));
}

static struct retotal_facts span_of(int32_t from_day, int32_t to_day)
{
    struct day_range days = breakdown_clamp(from_day, to_day);
    int32_t next = tally_first_half(quarter_of(days.to) + 1);
    return (struct retotal_facts){
        .first_day = tally_first_day(tally_first_half(quarter_of(days.from))),
        .last_day = tally_first_day(next) - 1};
}

static enum sql_result count_visits(const struct looking *looking)
{
    struct retotal *work = looking->work;
    struct sql_statement *s = sql_use_long(looking->sql, RETOTAL_VISITS);
    sql_bind_int(s, 1, date_wall_ms_of_day(work->facts.first_day));
    sql_bind_int(s, 2, date_wall_ms_of_day(work->facts.last_day + 1));
    enum sql_result result = SQL_NONE;
    while (goes_on(looking) && (result = sql_step(s)) == SQL_OK) {
        struct tally_facts facts;
        visit_read_facts(s, &facts);
        facts.device = sql_int(s, VISIT_FACTS);
        tally_add(&work->lack, &facts, 1);
        work->facts.visits++;
    }
    sql_done(s);
    return result;
}

// Takes the kept totals off: what is left is what they lack.
static enum sql_result take_kept(const struct looking *looking)
{
    const struct retotal_facts *facts = &looking->work->facts;
    int32_t first_half = tally_half_month(facts->first_day);
    int32_t last_half = tally_half_month(facts->last_day);
    struct sql_statement *s = sql_use_long(looking->sql, RETOTAL_KEPT);
    sql_bind_int(s, 1, facts->first_day);
    sql_bind_int(s, 2, facts->last_day);
    sql_bind_int(s, 3, first_half);
    sql_bind_int(s, 4, last_half);
    sql_bind_int(s, 5, tally_quarter(first_half));
    sql_bind_int(s, 6, tally_quarter(last_half));
    enum sql_result result = SQL_NONE;
    while (goes_on(looking) && (result = sql_step(s)) == SQL_OK) {
        struct tally_cell kept = {.dimension = (int)sql_int(s, 0),
                                  .grain = (enum tally_grain)sql_int(s, 1),
                                  .period = (int32_t)sql_int(s, 2),
                                  .key = sql_int(s, 3)};
        totals_read(s, 4, &kept.sum);
        tally_take(&looking->work->lack, &kept);
    }
    sql_done(s);
    return result;
}

static enum sql_result find_last(struct sql *sql, int64_t *out_no)
{
    struct sql_statement *s = sql_use(sql, RETOTAL_LAST);
    sql_bind_text(s, 1, ACTION);
    enum sql_result result = sql_step(s);
    *out_no = result == SQL_OK ? sql_int(s, 0) : 0;
    sql_done(s);
    return result;
}

static enum sql_result look(const struct looking *looking)
{
    struct retotal *work = looking->work;
    enum sql_result result = find_last(looking->sql, &work->last_before);
    if (result == SQL_OK) {
        result = count_visits(looking);
    }
    if (result == SQL_NONE) {
        tally_fold(&work->lack);
        result = take_kept(looking);
    }
    if (result == SQL_NONE && work->lack.failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    for (size_t i = 0; i < work->lack.count; i++) {
        work->facts.wrong += !tally_is_zero(&work->lack.cells[i].sum);
    }
    return result == SQL_NONE && goes_on(looking) ? SQL_OK : result;
}

enum office_result office_retotal_look(struct office *office, int32_t from_day,
                                       int32_t to_day, const atomic_bool *stop,
                                       struct retotal **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) {
        log_error("office", "out of memory");
        return OFFICE_ERROR;
    }
    const struct looking looking = {office->sql, stop, *out};
    (*out)->facts = span_of(from_day, to_day);
    enum office_result result = office_begin_reading(office);
    if (result == OFFICE_OK) {
        result = office_result_of(look(&looking));
        office_end_reading(office);
    }
    if (result != OFFICE_OK) {
        retotal_free(*out);
        *out = NULL;
    }
    return result;
}

struct retotal_facts retotal_facts(const struct retotal *work)
{
    return work->facts;
}

void retotal_free(struct retotal *work)
{
    if (work) {
        tally_free(&work->lack);
        free(work);
    }
}

// --- Putting ----------------------------------------------------------------

struct putting {
    const struct retotal *work;
    const char *who;
    int64_t now;
};

static enum sql_result note(struct sql *sql, const struct putting *putting)
{
    const struct retotal_facts *facts = &putting->work->facts;
    char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    char target[2 * DATE_ISO_SIZE + 4], detail[96];
    date_format_iso(facts->first_day, first);
    date_format_iso(facts->last_day, last);
    snprintf(target, sizeof target, "%s..%s", first, last);
    snprintf(detail, sizeof detail, "{\"visits\":%lld,\"wrong\":%lld}",
             (long long)facts->visits, (long long)facts->wrong);
    const struct audit_entry entry = {putting->now, putting->who, ACTION,
                                      target, detail};
    return audit_put(sql, &entry);
}

static enum sql_result put(struct sql *sql, void *ctx)
{
    const struct putting *putting = ctx;
    const struct retotal *work = putting->work;
    int64_t last;
    enum sql_result result = find_last(sql, &last);
    if (result == SQL_OK && last != work->last_before) {
        return SQL_NONE;
    }
    if (result == SQL_OK) {
        result = totals_put_cells(sql, &work->lack);
    }
    return result == SQL_OK ? note(sql, putting) : result;
}

enum office_result office_retotal_put(struct office *office,
                                      const struct retotal *work,
                                      const char *who, int64_t now)
{
    struct putting putting = {work, who, now};
    return work->facts.wrong == 0
               ? OFFICE_OK
               : office_result_of(office_work(office, put, &putting));
}
