// Cases as they are counted: from totals by the day of the opening, so that it
// takes as long with a million cases as with a thousand. What depends on today
// and on the calendar, which may change any time, is exact all the same:
//
// - The later a time begins, the later it is over. So for each length of it
//   there is one day before which all that wait are overdue, and of the fresh
//   ones that day is a bound of the opening. Those that wait again are few, and
//   are read one by one.
// - Answers were kept in time by a calendar without holidays. Where the true
//   one gives another day, the answers between the two are read one by one.
#include "common/log.h"
#include "office/cases_sql.h"
#include "office/code_texts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t case_due_day(const struct calendar *calendar, int32_t due_from,
                     int deadline_days)
{
    return calendar_add_working_days(calendar, due_from, deadline_days);
}

bool case_is_overdue(const struct calendar *calendar,
                     const struct case_standing *standing, int deadline_days,
                     int32_t today)
{
    return (standing->state == CASE_NEW || standing->state == CASE_ASSIGNED) &&
           case_due_day(calendar, standing->due_from, deadline_days) < today;
}

int32_t case_first_not_overdue(const struct calendar *calendar,
                               int deadline_days, int32_t today)
{
    int32_t day = today;
    while (day > 0 && case_due_day(calendar, day - 1, deadline_days) >= today) {
        day--;
    }
    return day;
}

// As the column plain_due has it.
static int32_t plain_due(int32_t due_from, int deadline_days)
{
    enum { MONDAY_OF_1970 = 3, FRIDAY = 4, WEEK = 7, WORKED = 5, OFF = 2 };
    int32_t weekday = (due_from + MONDAY_OF_1970) % WEEK;
    int32_t worked = weekday < FRIDAY ? weekday : FRIDAY;
    return due_from - weekday + worked + deadline_days +
           (worked + deadline_days) / WORKED * OFF;
}

// --- Rows -------------------------------------------------------------------

struct code_row {
    int64_t code_no;
    char code[RECORD_CODE_SIZE];
    struct case_figures figures;
};

struct counting {
    struct sql *sql;
    const struct case_figures_wanted *wanted;
    struct code_row *rows;
    size_t count, capacity, last;
};

// NULL on no memory.
static struct case_figures *take_row(struct counting *c, int64_t code_no)
{
    if (c->last < c->count && c->rows[c->last].code_no == code_no) {
        return &c->rows[c->last].figures;
    }
    for (size_t i = 0; i < c->count; i++) {
        if (c->rows[i].code_no == code_no) {
            c->last = i;
            return &c->rows[i].figures;
        }
    }
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 64;
        struct code_row *rows = realloc(c->rows, capacity * sizeof *rows);
        if (!rows) {
            log_error("office", "out of memory");
            return NULL;
        }
        c->rows = rows;
        c->capacity = capacity;
    }
    c->last = c->count++;
    c->rows[c->last] = (struct code_row){.code_no = code_no};
    return &c->rows[c->last].figures;
}

// Every row that is counted begins with its counter and its field.
static struct case_figures *take_row_of(struct counting *c,
                                        struct sql_statement *s)
{
    switch (c->wanted->by) {
    case CASES_BY_COUNTER:
        return take_row(c, sql_int(s, 0));
    case CASES_BY_FIELD:
        return take_row(c, sql_int(s, 1));
    default:
        return take_row(c, 0);
    }
}

typedef void row_adder(struct case_figures *figures, struct sql_statement *s);

static void add_totals(struct case_figures *f, struct sql_statement *s)
{
    f->opened += sql_int(s, 2);
    f->waiting += sql_int(s, 3);
    f->answered += sql_int(s, 5);
    f->in_time += sql_int(s, 6);
    f->closed += sql_int(s, 7);
    f->reopened += sql_int(s, 8);
}

static void add_fresh(struct case_figures *f, struct sql_statement *s)
{
    f->overdue += sql_int(s, 4);
}

static void add_overdue(struct case_figures *f, struct sql_statement *s)
{
    (void)s;
    f->overdue++;
}

static void add_in_time(struct case_figures *f, struct sql_statement *s)
{
    (void)s;
    f->in_time++;
}

static void take_in_time(struct case_figures *f, struct sql_statement *s)
{
    (void)s;
    f->in_time--;
}

static enum sql_result add_rows(struct counting *c, struct sql_statement *s,
                                row_adder *add)
{
    enum sql_result result;
    sql_bind_text(s, 1, c->wanted->counter);
    sql_bind_text(s, 2, c->wanted->field);
    while ((result = sql_step(s)) == SQL_OK) {
        struct case_figures *figures = take_row_of(c, s);
        if (!figures) {
            result = SQL_ERROR;
            break;
        }
        add(figures, s);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Totals -----------------------------------------------------------------

static enum sql_result add_periods(struct counting *c, int deadline_days,
                                   int grain, int32_t first, int32_t last,
                                   row_adder *add)
{
    if (first > last) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(c->sql, CASE_TOTALS);
    sql_bind_int(s, 3, deadline_days);
    sql_bind_int(s, 4, grain);
    sql_bind_int(s, 5, first);
    sql_bind_int(s, 6, last);
    return add_rows(c, s, add);
}

// Whole blocks, and the days before and behind them.
static enum sql_result add_days(struct counting *c, int deadline_days,
                                int32_t first, int32_t last, row_adder *add)
{
    int32_t block = (first + CASE_BLOCK_DAYS - 1) / CASE_BLOCK_DAYS;
    int32_t end = (last + 1) / CASE_BLOCK_DAYS;
    if (block >= end) {
        return add_periods(c, deadline_days, 0, first, last, add);
    }
    enum sql_result result = add_periods(c, deadline_days, 0, first,
                                         block * CASE_BLOCK_DAYS - 1, add);
    if (result == SQL_OK) {
        result = add_periods(c, deadline_days, 1, block, end - 1, add);
    }
    return result == SQL_OK ? add_periods(c, deadline_days, 0,
                                          end * CASE_BLOCK_DAYS, last, add)
                            : result;
}

// --- What depends on today and the calendar ---------------------------------

static enum sql_result add_waiting_again(struct counting *c, int deadline_days,
                                         int32_t before)
{
    struct sql_statement *s = sql_use(c->sql, CASE_WAITING_AGAIN);
    sql_bind_int(s, 3, deadline_days);
    sql_bind_int(s, 4, before);
    sql_bind_int(s, 5, c->wanted->first_day);
    sql_bind_int(s, 6, c->wanted->last_day);
    return add_rows(c, s, add_overdue);
}

static enum sql_result add_all_overdue(struct counting *c, int deadline_days)
{
    const struct case_figures_wanted *wanted = c->wanted;
    int32_t before =
        case_first_not_overdue(wanted->calendar, deadline_days, wanted->today);
    int32_t last = before <= wanted->last_day ? before - 1 : wanted->last_day;
    enum sql_result result =
        add_days(c, deadline_days, wanted->first_day, last, add_fresh);
    return result == SQL_OK ? add_waiting_again(c, deadline_days, before)
                            : result;
}

// The next day after `after` from which the time of answered ones ran;
// SQL_NONE: there is none.
static enum sql_result next_due_from(struct sql *sql, int deadline_days,
                                     int32_t after, int32_t *out)
{
    struct sql_statement *s = sql_use(sql, CASE_ANSWERED_FROM);
    sql_bind_int(s, 1, deadline_days);
    sql_bind_int(s, 2, after);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = (int32_t)sql_int(s, 0);
        result = sql_is_null(s, 0) ? SQL_NONE : SQL_OK;
    }
    sql_done(s);
    return result;
}

static enum sql_result correct_day(struct counting *c, int deadline_days,
                                   int32_t due_from)
{
    int32_t due = case_due_day(c->wanted->calendar, due_from, deadline_days);
    int32_t plain = plain_due(due_from, deadline_days);
    if (due == plain) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(c->sql, CASE_ANSWERED_BETWEEN);
    sql_bind_int(s, 3, deadline_days);
    sql_bind_int(s, 4, due_from);
    sql_bind_int(s, 5, c->wanted->first_day);
    sql_bind_int(s, 6, c->wanted->last_day);
    sql_bind_int(s, 7, due < plain ? due : plain);
    sql_bind_int(s, 8, due < plain ? plain : due);
    return add_rows(c, s, due < plain ? take_in_time : add_in_time);
}

static enum sql_result correct_answers(struct counting *c, int deadline_days)
{
    int32_t day = -1;
    enum sql_result result;
    while ((result = next_due_from(c->sql, deadline_days, day, &day)) ==
           SQL_OK) {
        result = correct_day(c, deadline_days, day);
        if (result != SQL_OK) {
            break;
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Together ---------------------------------------------------------------

enum sql_result case_deadline_next(struct sql *sql, int after, int *out)
{
    struct sql_statement *s = sql_use(sql, CASE_DEADLINE_NEXT);
    sql_bind_int(s, 1, after);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK ? (int)sql_int(s, 0) : 0;
    sql_done(s);
    return result;
}

static enum sql_result count_all(struct counting *c)
{
    const struct case_figures_wanted *wanted = c->wanted;
    int deadline_days = 0;
    enum sql_result result =
        case_deadline_next(c->sql, deadline_days, &deadline_days);
    while (result == SQL_OK && deadline_days > 0) {
        result = add_days(c, deadline_days, wanted->first_day, wanted->last_day,
                          add_totals);
        if (result == SQL_OK) {
            result = add_all_overdue(c, deadline_days);
        }
        if (result == SQL_OK) {
            result = correct_answers(c, deadline_days);
        }
        if (result == SQL_OK) {
            result = case_deadline_next(c->sql, deadline_days, &deadline_days);
        }
    }
    return result;
}

static bool take_code(void *ctx, size_t n, const char *text)
{
    const struct counting *c = ctx;
    snprintf(c->rows[n].code, sizeof c->rows[n].code, "%s", text);
    return true;
}

static enum sql_result name_rows(struct counting *c)
{
    struct buf numbers = {0};
    for (size_t i = 0; i < c->count; i++) {
        code_texts_add(&numbers, c->rows[i].code_no);
    }
    return code_texts_find(c->sql, &numbers, take_code, c);
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(((const struct code_row *)a)->code,
                  ((const struct code_row *)b)->code);
}

static void give_rows(struct counting *c, case_figures_row *row, void *ctx)
{
    qsort(c->rows, c->count, sizeof *c->rows, compare_rows);
    for (size_t i = 0; i < c->count; i++) {
        if (c->rows[i].figures.opened > 0 &&
            !row(ctx, c->rows[i].code, &c->rows[i].figures)) {
            break;
        }
    }
}

static enum office_result count_and_give(struct counting *c,
                                         case_figures_row *row, void *ctx)
{
    const struct case_figures nothing = {.opened = 0};
    enum sql_result result = count_all(c);
    if (result != SQL_OK) {
        return office_result_of(result);
    }
    // Of everything there is one row, be it of zeros.
    if (c->wanted->by == CASES_BY_NONE) {
        row(ctx, "", c->count > 0 ? &c->rows[0].figures : &nothing);
        return OFFICE_OK;
    }
    result = name_rows(c);
    if (result == SQL_OK && c->count > 0) {
        give_rows(c, row, ctx);
    }
    return office_result_of(result);
}

enum office_result office_count_cases(struct office *office,
                                      const struct case_figures_wanted *wanted,
                                      case_figures_row *row, void *ctx)
{
    struct counting c = {.sql = office->sql, .wanted = wanted};
    bool is_own = !office->is_reading;
    enum office_result result =
        is_own ? office_begin_reading(office) : OFFICE_OK;
    if (result != OFFICE_OK) {
        return result;
    }
    result = count_and_give(&c, row, ctx);
    if (is_own) {
        office_end_reading(office);
    }
    free(c.rows);
    return result;
}
