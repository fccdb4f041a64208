#include "common/date.h"
#include "common/log.h"
#include "office/audit.h"
#include "office/balance.h"
#include "office/breakdown.h"
#include "office/office_sql.h"
#include "office/retotal.h"
#include <stdio.h>
#include <stdlib.h>

static const char ACTION[] = "totals-recounted";

struct retotal {
    struct retotal_facts facts; // `wrong` of what was put
    struct balance balance;
    bool has_strays; // there are totals of no breakdown or period
    bool is_done;
    // Of the part that was looked at.
    struct tally lack;   // to be added to the totals
    size_t put_count;    // of its cells, from the first, that are done with
    int64_t wrong;       // among the others
    int64_t last_before; // number of the last such entry of the audit trail
};

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

// What is done with a visit; false ends the reading.
typedef bool visit_use(struct retotal *work, const struct tally_facts *facts);

static enum sql_result read_visits(const struct looking *looking,
                                   int32_t first_day, int32_t last_day,
                                   visit_use *use)
{
    struct sql_statement *s = sql_use_long(looking->sql, RETOTAL_VISITS);
    sql_bind_int(s, 1, date_wall_ms_of_day(first_day));
    sql_bind_int(s, 2, date_wall_ms_of_day(last_day + 1));
    enum sql_result result = SQL_OK;
    while (goes_on(looking) && (result = sql_step(s)) == SQL_OK) {
        struct tally_facts facts;
        visit_read_facts(s, &facts);
        facts.device = sql_int(s, VISIT_FACTS);
        if (tally_is_countable(&facts) && !use(looking->work, &facts)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// Likewise of a kept total.
typedef bool kept_use(struct retotal *work, const struct tally_cell *kept);

static enum sql_result read_kept(const struct looking *looking,
                                 int32_t first_day, int32_t last_day,
                                 kept_use *use)
{
    int32_t first_half = tally_half_month(first_day);
    int32_t last_half = tally_half_month(last_day);
    struct sql_statement *s = sql_use_long(looking->sql, RETOTAL_KEPT);
    sql_bind_int(s, 1, first_day);
    sql_bind_int(s, 2, last_day);
    sql_bind_int(s, 3, first_half);
    sql_bind_int(s, 4, last_half);
    sql_bind_int(s, 5, tally_quarter(first_half));
    sql_bind_int(s, 6, tally_quarter(last_half));
    enum sql_result result = SQL_OK;
    while (goes_on(looking) && (result = sql_step(s)) == SQL_OK) {
        struct tally_cell kept = {.dimension = (int)sql_int(s, 0),
                                  .grain = (enum tally_grain)sql_int(s, 1),
                                  .period = (int32_t)sql_int(s, 2),
                                  .key = sql_int(s, 3)};
        totals_read(s, 4, &kept.sum);
        if (!tally_is_zero(&kept.sum) && !use(looking->work, &kept)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result memory_of(const struct retotal *work,
                                 enum sql_result result)
{
    if (result == SQL_OK && (work->balance.failed || work->lack.failed)) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result;
}

// In one reading transaction, so that all is of one moment. Stopped, it finds
// nothing.
typedef enum sql_result look_work(const struct looking *looking);

static enum office_result
look_at(struct office *office, const struct looking *looking, look_work *work)
{
    enum office_result result = office_begin_reading(office);
    if (result == OFFICE_OK) {
        result = office_result_of(memory_of(looking->work, work(looking)));
        office_end_reading(office);
    }
    return result == OFFICE_OK && !goes_on(looking) ? OFFICE_NONE : result;
}

// --- Weighing ---------------------------------------------------------------

static bool weigh_visit(struct retotal *work, const struct tally_facts *facts)
{
    const struct tally_place place = tally_place_of(facts);
    const struct office_tally sum = tally_sum_of(facts, 1);
    balance_add(&work->balance, &place,
                balance_weigh_visits(&work->balance, &sum));
    work->facts.visits++;
    return true;
}

static bool weigh_kept(struct retotal *work, const struct tally_cell *kept)
{
    uint64_t worth = balance_weigh_visits(&work->balance, &kept->sum);
    if (!balance_take(&work->balance, kept->dimension, kept->grain,
                      kept->period, kept->key, worth)) {
        work->has_strays = true;
    }
    return true;
}

static enum sql_result weigh(const struct looking *looking)
{
    struct retotal *work = looking->work;
    int32_t first = work->facts.first_day, last = work->facts.last_day;
    enum sql_result result = read_visits(looking, first, last, weigh_visit);
    if (result == SQL_OK) {
        result = read_kept(looking, first, last, weigh_kept);
    }
    work->is_done = balance_end(&work->balance) == 0 && !work->has_strays;
    return result;
}

enum office_result office_retotal_weigh(struct office *office, int32_t from_day,
                                        int32_t to_day, const atomic_bool *stop,
                                        struct retotal **out)
{
    struct retotal *work = calloc(1, sizeof *work);
    if (!work) {
        log_error("office", "out of memory");
        return OFFICE_ERROR;
    }
    const struct looking looking = {office->sql, stop, work};
    work->facts = span_of(from_day, to_day);
    balance_begin(&work->balance, &balance_visits);
    enum office_result result = look_at(office, &looking, weigh);
    if (result == OFFICE_OK) {
        *out = work;
    } else {
        retotal_free(work);
    }
    return result;
}

// --- Looking ----------------------------------------------------------------

static bool is_full(const struct retotal *work)
{
    return work->lack.count >= RETOTAL_CELLS;
}

static bool is_too_much(const struct retotal *work)
{
    return is_full(work) && work->balance.to > work->balance.from;
}

static bool count_visit(struct retotal *work, const struct tally_facts *facts)
{
    tally_add(&work->lack, facts, 1);
    return !is_too_much(work);
}

// What is left of a total is what it lacks.
static bool take_kept(struct retotal *work, const struct tally_cell *kept)
{
    tally_take(&work->lack, kept);
    return !is_too_much(work);
}

// Counts what is wanted, or as much of it as shows that it is too much.
static enum sql_result count_slices(const struct looking *looking)
{
    struct retotal *work = looking->work;
    int32_t first, last;
    balance_days(&work->balance, &first, &last);
    enum sql_result result = read_visits(looking, first, last, count_visit);
    if (result == SQL_OK && !is_too_much(work)) {
        tally_fold(&work->lack);
        result = read_kept(looking, first, last, take_kept);
    }
    return result;
}

static enum sql_result look_at_slices(const struct looking *looking)
{
    struct retotal *work = looking->work;
    work->lack.choice = (struct tally_choice){balance_wants, &work->balance};
    enum sql_result result = count_slices(looking);
    while (result == SQL_OK && is_too_much(work) && goes_on(looking)) {
        balance_narrow(&work->balance);
        tally_clear(&work->lack);
        result = count_slices(looking);
    }
    return result;
}

static bool is_stray(const void *balance, int dimension, enum tally_grain grain,
                     int32_t period)
{
    return !balance_knows(balance, dimension, grain, period);
}

static bool take_stray(struct retotal *work, const struct tally_cell *kept)
{
    tally_take(&work->lack, kept);
    return !is_full(work);
}

static enum sql_result look_at_strays(const struct looking *looking)
{
    struct retotal *work = looking->work;
    work->lack.choice = (struct tally_choice){is_stray, &work->balance};
    return read_kept(looking, work->facts.first_day, work->facts.last_day,
                     take_stray);
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

static void drop_part(struct retotal *work)
{
    tally_clear(&work->lack);
    work->put_count = 0;
    work->wrong = 0;
}

static enum sql_result look(const struct looking *looking)
{
    struct retotal *work = looking->work;
    drop_part(work);
    enum sql_result result = find_last(looking->sql, &work->last_before);
    if (result == SQL_OK) {
        result = work->has_strays ? look_at_strays(looking)
                                  : look_at_slices(looking);
    }
    for (size_t i = 0; i < work->lack.count; i++) {
        work->wrong += !tally_is_zero(&work->lack.cells[i].sum);
    }
    return result;
}

enum office_result office_retotal_look(struct office *office,
                                       struct retotal *work,
                                       const atomic_bool *stop)
{
    const struct looking looking = {office->sql, stop, work};
    if (work->is_done || retotal_has_more(work)) {
        return OFFICE_OK;
    }
    enum office_result result = look_at(office, &looking, look);
    if (result != OFFICE_OK) {
        drop_part(work);
    }
    return result;
}

bool retotal_is_done(const struct retotal *work)
{
    return work->is_done;
}

bool retotal_has_more(const struct retotal *work)
{
    return work->wrong > 0;
}

struct retotal_facts retotal_facts(const struct retotal *work)
{
    struct retotal_facts facts = work->facts;
    facts.wrong += work->wrong;
    return facts;
}

void retotal_slices(const struct retotal *work, int64_t *out_wrong,
                    int64_t *out_done)
{
    const struct balance *balance = &work->balance;
    *out_wrong = (int64_t)balance->wrong;
    *out_done =
        (int64_t)(work->is_done || balance->wrong == 0 ? balance->wrong
                                                       : balance->from - 1);
}

void retotal_free(struct retotal *work)
{
    if (work) {
        tally_free(&work->lack);
        balance_free(&work->balance);
        free(work);
    }
}

// --- Putting ----------------------------------------------------------------

struct putting {
    const struct retotal *work;
    struct tally turn;  // a view of the cells that this turn puts
    int64_t turn_wrong; // among these
    int64_t note_no;    // of its entry in the audit trail
    const char *who;
    int64_t now;
};

// The next cells, up to so many wrong ones.
static void choose_turn(struct putting *putting)
{
    const struct tally *lack = &putting->work->lack;
    struct tally *turn = &putting->turn;
    turn->cells = lack->cells + putting->work->put_count;
    turn->count = 0;
    putting->turn_wrong = 0;
    while (putting->work->put_count + turn->count < lack->count &&
           putting->turn_wrong < RETOTAL_TURN_CELLS) {
        putting->turn_wrong += !tally_is_zero(&turn->cells[turn->count++].sum);
    }
}

static enum sql_result note(struct sql *sql, struct putting *putting)
{
    const struct retotal_facts *facts = &putting->work->facts;
    char first[DATE_ISO_SIZE], last[DATE_ISO_SIZE];
    char target[2 * DATE_ISO_SIZE + 4], detail[96];
    date_format_iso(facts->first_day, first);
    date_format_iso(facts->last_day, last);
    snprintf(target, sizeof target, "%s..%s", first, last);
    snprintf(detail, sizeof detail, "{\"visits\":%lld,\"wrong\":%lld}",
             (long long)facts->visits, (long long)putting->turn_wrong);
    const struct audit_entry entry = {putting->now, putting->who, ACTION,
                                      target, detail};
    enum sql_result result = audit_put(sql, &entry);
    return result == SQL_OK ? find_last(sql, &putting->note_no) : result;
}

static enum sql_result put(struct sql *sql, void *ctx)
{
    struct putting *putting = ctx;
    int64_t last;
    enum sql_result result = find_last(sql, &last);
    if (result == SQL_OK && last != putting->work->last_before) {
        return SQL_NONE;
    }
    if (result == SQL_OK) {
        result = totals_put_cells(sql, &putting->turn);
    }
    return result == SQL_OK ? note(sql, putting) : result;
}

static enum office_result put_turn(struct office *office, struct retotal *work,
                                   const char *who, int64_t now)
{
    struct putting putting = {.work = work, .who = who, .now = now};
    choose_turn(&putting);
    enum office_result result =
        office_result_of(office_work(office, put, &putting));
    if (result == OFFICE_OK) {
        work->put_count += putting.turn.count;
        work->wrong -= putting.turn_wrong;
        work->facts.wrong += putting.turn_wrong;
        work->last_before = putting.note_no;
    } else if (result == OFFICE_NONE) {
        drop_part(work);
    }
    return result;
}

static void go_on(struct retotal *work)
{
    if (work->has_strays) {
        work->has_strays = is_full(work);
        work->is_done = !work->has_strays && work->balance.wrong == 0;
    } else {
        work->is_done = !balance_next(&work->balance);
    }
}

enum office_result office_retotal_put(struct office *office,
                                      struct retotal *work, const char *who,
                                      int64_t now)
{
    enum office_result result = OFFICE_OK;
    if (work->wrong > 0) {
        result = put_turn(office, work, who, now);
    }
    if (result == OFFICE_OK && !work->is_done && work->wrong == 0) {
        go_on(work);
        drop_part(work);
    }
    return result;
}
