#include "office/judging_sql.h"
#include "common/date.h"
#include "common/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A month of officers is judged when it had so long to gather: their every
// rating makes it due.
static const int64_t GATHER_MS = 600000;

// --- Rules ------------------------------------------------------------------

static json_t *read_object(const char *text, const char *what)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *object = text ? json_read(text, strlen(text), why) : NULL;
    if (!object) {
        log_error("office", "%s of the rules cannot be read", what);
    }
    return object;
}

static bool read_thresholds(const char *text, struct integrity_thresholds *out)
{
    struct buf message = {0};
    json_t *body = read_object(text, "the thresholds");
    bool done = body && integrity_read_thresholds(body, out, &message);
    if (body && !done) {
        log_error("office", "thresholds: %s", buf_text(&message));
    }
    buf_free(&message);
    json_decref(body);
    return done;
}

static bool read_hours(const json_t *body, struct hours *out)
{
    struct buf message = {0};
    bool done = hours_read(body, out, &message);
    if (!done) {
        log_error("office", "hours of the rules: %s", buf_text(&message));
    }
    buf_free(&message);
    return done;
}

static bool read_counters(json_t *counters, struct judging_hours *out)
{
    const char *code;
    json_t *body;
    size_t most = json_object_size(counters);
    out->counters = most > 0 ? calloc(most, sizeof *out->counters) : NULL;
    json_object_foreach(counters, code, body)
    {
        if (!out->counters) {
            return false;
        }
        struct judging_counter *counter = &out->counters[out->counter_count++];
        snprintf(counter->code, sizeof counter->code, "%s", code);
        if (!read_hours(body, &counter->hours)) {
            return false;
        }
    }
    return true;
}

static bool add_hours(struct judging_rules *rules, int32_t from_day,
                      const char *text)
{
    struct judging_hours *all =
        realloc(rules->hours, (rules->hours_count + 1) * sizeof *rules->hours);
    json_t *body = all ? read_object(text, "the hours") : NULL;
    bool done = false;
    if (all) {
        rules->hours = all;
    }
    if (body) {
        struct judging_hours *hours = &all[rules->hours_count++];
        *hours = (struct judging_hours){.from_day = from_day};
        done = read_hours(body, &hours->hours) &&
               read_counters(json_object_get(body, "counters"), hours);
    }
    json_decref(body);
    return done;
}

enum sql_result judging_read_rules(struct sql *sql, struct judging_rules *out)
{
    struct sql_statement *s = sql_use(sql, JUDGING_RULES);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        out->version = sql_int(s, 1);
        out->are_set = true;
        if (!add_hours(out, (int32_t)sql_int(s, 0), sql_text(s, 3)) ||
            !read_thresholds(sql_text(s, 2), &out->thresholds)) {
            result = SQL_CORRUPT;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

void judging_free_rules(struct judging_rules *rules)
{
    for (size_t i = 0; i < rules->hours_count; i++) {
        free(rules->hours[i].counters);
    }
    free(rules->hours);
    *rules = (struct judging_rules){0};
}

struct setting {
    const struct office_rules *rules;
    int64_t now;
};

// What of the rules is new.
struct novelty {
    bool is_first, thresholds, hours;
};

static enum sql_result find_novelty(struct sql *sql,
                                    const struct office_rules *rules,
                                    struct novelty *out)
{
    struct sql_statement *s = sql_use(sql, JUDGING_RULES_LAST);
    enum sql_result result = sql_step(s);
    *out = (struct novelty){
        .is_first = result == SQL_NONE, .thresholds = true, .hours = true};
    if (result == SQL_OK) {
        const char *thresholds = sql_text(s, 1), *hours = sql_text(s, 2);
        out->thresholds = sql_int(s, 0) != rules->version || !thresholds ||
                          strcmp(thresholds, rules->thresholds) != 0;
        out->hours = !hours || strcmp(hours, rules->hours) != 0;
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result add_due_day(struct sql *sql, int64_t counter_no,
                                   int64_t day)
{
    struct sql_statement *s = sql_use(sql, DUE_DAY_ADD);
    sql_bind_int(s, 1, counter_no);
    sql_bind_int(s, 2, day);
    return sql_put(s);
}

// All days from this one on are judged anew.
static enum sql_result make_due(struct sql *sql, int32_t first)
{
    struct sql_statement *s = sql_use(sql, DAYS_FROM);
    sql_bind_int(s, 1, first);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        result = add_due_day(sql, sql_int(s, 1), sql_int(s, 0));
        if (result != SQL_OK) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result set_rules(struct sql *sql, void *ctx)
{
    const struct setting *setting = ctx;
    const struct office_rules *rules = setting->rules;
    struct novelty novelty;
    int64_t no;
    enum sql_result result = find_novelty(sql, rules, &novelty);
    if (result != SQL_OK || (!novelty.thresholds && !novelty.hours)) {
        return result;
    }
    result = next_number(sql, JUDGING_RULES_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    int32_t today = date_day_of_wall_ms(setting->now);
    struct sql_statement *s = sql_use(sql, JUDGING_RULES_ADD);
    sql_bind_int(s, 1, setting->now);
    sql_bind_int(s, 2, novelty.is_first ? 0 : today);
    sql_bind_int(s, 3, rules->version);
    sql_bind_text(s, 4, rules->thresholds);
    sql_bind_text(s, 5, rules->hours);
    sql_bind_int(s, 6, no);
    result = sql_execute(s);
    return result == SQL_OK
               ? make_due(sql, novelty.thresholds ? INT32_MIN : today)
               : result;
}

enum office_result office_set_rules(struct office *office,
                                    const struct office_rules *rules,
                                    int64_t now)
{
    struct setting setting = {rules, now};
    return office_result_of(office_work(office, set_rules, &setting));
}

// --- Flags that are kept ----------------------------------------------------

static struct judged_flag *begin_flag(struct sql_statement *s,
                                      struct judged_flags *out)
{
    const char *figures = sql_text(s, 3);
    struct judged_flag *flag = judged_flags_add(out);
    if (flag) {
        flag->no = sql_int(s, 0);
        flag->rule = (enum integrity_rule)sql_int(s, 1);
        flag->is_lifted = sql_int(s, 2) != 0;
        flag->figures = strdup(figures ? figures : "");
        flag->officer_no = sql_int(s, 4);
    }
    return flag && flag->figures ? flag : NULL;
}

enum sql_result judging_read_flags(struct sql_statement *s,
                                   struct judged_flags *out)
{
    struct judged_flag *flag = NULL;
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        const struct ticket_place at = {sql_int(s, 5), sql_int(s, 6),
                                        sql_int(s, 7)};
        if (!flag || flag->no != sql_int(s, 0)) {
            flag = begin_flag(s, out);
        }
        if (!flag || !judged_flag_add(flag, &at)) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Putting flags ----------------------------------------------------------

struct judge {
    struct office *office;
    struct judging_rules rules;
    size_t most, looked;
    int64_t now;
    int64_t left;
};

// Where the flags of one working-out belong.
struct ground {
    int64_t counter_no;
    int32_t first_day, last_day;
};

static enum sql_result refresh_visits(struct office *office,
                                      const struct judged_flag *flag)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < flag->count && result == SQL_OK; i++) {
        result = flags_refresh(office, &flag->visits[i]);
    }
    return result;
}

static enum sql_result change_visit(struct office *office, size_t statement,
                                    int64_t flag_no,
                                    const struct ticket_place *at)
{
    struct sql_statement *s = sql_use(office->sql, statement);
    sql_bind_int(s, 1, flag_no);
    sql_bind_int(s, 2, at->device_no);
    sql_bind_int(s, 3, at->gen);
    sql_bind_int(s, 4, at->seq);
    enum sql_result result = sql_execute(s);
    return result == SQL_OK ? flags_refresh(office, at) : result;
}

// Below 0: `old` has its next place alone; above: `flag` has.
static int compare_next(const struct judged_flag *old, size_t old_at,
                        const struct judged_flag *flag, size_t at)
{
    if (old_at == old->count) {
        return 1;
    }
    return at == flag->count
               ? -1
               : judged_compare_places(&old->visits[old_at], &flag->visits[at]);
}

// A flag grows through its day: what stays in it is left alone.
static enum sql_result move_visits(struct office *office,
                                   const struct judged_flag *old,
                                   const struct judged_flag *flag)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0, k = 0;
         result == SQL_OK && (i < old->count || k < flag->count);) {
        int order = compare_next(old, i, flag, k);
        if (order < 0) {
            result = change_visit(office, FLAG_VISIT_DROP, flag->no,
                                  &old->visits[i]);
        } else if (order > 0) {
            result = change_visit(office, FLAG_VISIT_ADD, flag->no,
                                  &flag->visits[k]);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return result;
}

static enum sql_result run_for_flag(struct sql *sql, size_t statement,
                                    int64_t no)
{
    struct sql_statement *s = sql_use(sql, statement);
    sql_bind_int(s, 1, no);
    return sql_execute(s);
}

static enum sql_result add_flag(struct judge *judge,
                                const struct ground *ground,
                                struct judged_flag *flag)
{
    enum sql_result result =
        next_number(judge->office->sql, VISIT_FLAG_NEXT, &flag->no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(judge->office->sql, VISIT_FLAG_ADD);
    sql_bind_int(s, 1, flag->rule);
    sql_bind_int(s, 2, ground->counter_no);
    sql_bind_int(s, 3, flag->officer_no);
    sql_bind_int(s, 4, ground->first_day);
    sql_bind_int(s, 5, ground->last_day);
    sql_bind_text(s, 6, flag->figures);
    sql_bind_int(s, 7, judge->rules.version);
    sql_bind_int(s, 8, judge->now);
    sql_bind_int(s, 9, (int64_t)flag->count);
    sql_bind_int(s, 10, flag->no);
    return sql_execute(s);
}

static enum sql_result change_flag(struct judge *judge,
                                   const struct judged_flag *flag)
{
    struct sql_statement *s = sql_use(judge->office->sql, VISIT_FLAG_CHANGE);
    sql_bind_int(s, 1, flag->no);
    sql_bind_text(s, 2, flag->figures);
    sql_bind_int(s, 3, judge->rules.version);
    sql_bind_int(s, 4, (int64_t)flag->count);
    return sql_execute(s);
}

static const struct judged_flag *find_kept(const struct judged_flags *kept,
                                           int64_t no)
{
    for (size_t i = 0; i < kept->count; i++) {
        if (no != 0 && kept->all[i].no == no) {
            return &kept->all[i];
        }
    }
    return NULL;
}

static enum sql_result put_flag(struct judge *judge,
                                const struct ground *ground,
                                struct judged_flag *flag,
                                const struct judged_flag *old)
{
    static const struct judged_flag none;
    enum sql_result result =
        old ? change_flag(judge, flag) : add_flag(judge, ground, flag);
    return result == SQL_OK
               ? move_visits(judge->office, old ? old : &none, flag)
               : result;
}

static enum sql_result drop_flag(struct judge *judge,
                                 const struct judged_flag *old)
{
    struct sql *sql = judge->office->sql;
    enum sql_result result = run_for_flag(sql, FLAG_VISITS_DROP, old->no);
    if (result == SQL_OK) {
        result = run_for_flag(sql, VISIT_FLAG_DROP, old->no);
    }
    return result == SQL_OK ? refresh_visits(judge->office, old) : result;
}

static enum sql_result settle(struct judge *judge, const struct ground *ground,
                              struct judged_flags *wanted,
                              const struct judged_flags *kept)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < kept->count && result == SQL_OK; i++) {
        if (!kept->all[i].is_lifted && !kept->all[i].is_taken) {
            result = drop_flag(judge, &kept->all[i]);
        }
    }
    for (size_t i = 0; i < wanted->count && result == SQL_OK; i++) {
        struct judged_flag *flag = &wanted->all[i];
        result = put_flag(judge, ground, flag, find_kept(kept, flag->no));
    }
    return result;
}

// --- Days and months --------------------------------------------------------

static enum sql_result run_for_day(struct sql *sql, size_t statement,
                                   int32_t day, int64_t counter_no)
{
    struct sql_statement *s = sql_use(sql, statement);
    sql_bind_int(s, 1, counter_no);
    sql_bind_int(s, 2, day);
    return sql_execute(s);
}

static enum sql_result add_officers(struct judge *judge, int32_t day,
                                    int64_t counter_no, bool *out_some)
{
    enum { PARTS = 4 };
    struct sql *sql = judge->office->sql;
    struct sql_statement *from = sql_use(sql, OFFICER_DAY);
    sql_bind_int(from, 1, counter_no);
    sql_bind_int(from, 2, day);
    sql_bind_int(from, 3, judge->rules.thresholds.satisfied_from);
    enum sql_result result;
    while ((result = sql_step(from)) == SQL_OK) {
        struct sql_statement *s = sql_use(sql, OFFICER_DAY_ADD);
        sql_bind_int(s, 1, counter_no);
        sql_bind_int(s, 2, day);
        for (int i = 0; i < PARTS; i++) {
            sql_bind_int(s, 3 + i, sql_int(from, i));
        }
        *out_some = true;
        result = sql_put(s);
        if (result != SQL_OK) {
            break;
        }
    }
    sql_done(from);
    return result == SQL_NONE ? SQL_OK : result;
}

// What the officers had that day.
static enum sql_result put_officers(struct judge *judge, int32_t day,
                                    int64_t counter_no)
{
    struct sql *sql = judge->office->sql;
    enum sql_result result =
        run_for_day(sql, OFFICER_DAY_DROP, day, counter_no);
    if (result != SQL_OK) {
        return result;
    }
    bool had_or_has_some = sql_changes(sql) > 0;
    result = add_officers(judge, day, counter_no, &had_or_has_some);
    if (result != SQL_OK || !had_or_has_some) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, DUE_MONTH_ADD);
    sql_bind_int(s, 1, judging_month_of(day));
    sql_bind_int(s, 2, judge->now);
    return sql_execute(s);
}

static enum sql_result judge_day(struct judge *judge, int32_t day,
                                 int64_t counter_no)
{
    struct sql *sql = judge->office->sql;
    struct judged_flags wanted = {0}, kept = {0};
    const struct ground ground = {counter_no, day, day};
    size_t looked = 0;
    enum sql_result result = judging_work_out(
        sql, &judge->rules, day, counter_no, &wanted, &kept, &looked);
    if (result == SQL_OK) {
        result = settle(judge, &ground, &wanted, &kept);
    }
    if (result == SQL_OK) {
        result = put_officers(judge, day, counter_no);
    }
    if (result == SQL_OK) {
        result = run_for_day(sql, DUE_DAY_DROP, day, counter_no);
    }
    judge->looked += looked + 1;
    judged_flags_free(&wanted);
    judged_flags_free(&kept);
    return result;
}

static enum sql_result judge_month(struct judge *judge, int32_t month)
{
    struct sql *sql = judge->office->sql;
    struct judged_flags wanted = {0}, kept = {0};
    struct ground ground = {0};
    judging_month_days(month, &ground.first_day, &ground.last_day);
    enum sql_result result =
        judging_work_out_month(sql, &judge->rules, month, &wanted, &kept);
    if (result == SQL_OK) {
        result = settle(judge, &ground, &wanted, &kept);
    }
    if (result == SQL_OK) {
        result = run_for_flag(sql, DUE_MONTH_DROP, month);
    }
    judged_flags_free(&wanted);
    judged_flags_free(&kept);
    return result;
}

// The newest first: today's flags do not wait for last year's.
static enum sql_result judge_days(struct judge *judge)
{
    enum sql_result result = SQL_OK;
    while (result == SQL_OK && judge->looked < judge->most) {
        int32_t day = 0;
        int64_t counter_no = 0;
        struct sql_statement *s = sql_use(judge->office->sql, DUE_DAY_NEXT);
        result = sql_step(s);
        if (result == SQL_OK) {
            day = (int32_t)sql_int(s, 0);
            counter_no = sql_int(s, 1);
        }
        sql_done(s);
        if (result == SQL_OK) {
            result = judge_day(judge, day, counter_no);
        }
    }
    return result;
}

static enum sql_result judge_months(struct judge *judge)
{
    enum sql_result result = SQL_OK;
    while (result == SQL_OK) {
        int32_t month = 0;
        struct sql_statement *s = sql_use(judge->office->sql, DUE_MONTH_NEXT);
        sql_bind_int(s, 1, judge->now - GATHER_MS);
        result = sql_step(s);
        if (result == SQL_OK) {
            month = (int32_t)sql_int(s, 0);
        }
        sql_done(s);
        if (result == SQL_OK) {
            result = judge_month(judge, month);
        }
    }
    return result;
}

static enum sql_result count_due(struct sql *sql, int64_t now, int64_t *out)
{
    struct sql_statement *s = sql_use(sql, DUE_COUNT);
    sql_bind_int(s, 1, now - GATHER_MS);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

static enum sql_result judge_all(struct sql *sql, void *ctx)
{
    struct judge *judge = ctx;
    tally_clear(&judge->office->tally);
    enum sql_result result = judging_read_rules(sql, &judge->rules);
    if (result == SQL_OK && judge->rules.are_set) {
        result = judge_days(judge);
        if (result == SQL_NONE) {
            result = judge_months(judge);
        }
        if (result == SQL_OK || result == SQL_NONE) {
            result = totals_put(judge->office);
        }
    }
    return result == SQL_OK ? count_due(sql, judge->now, &judge->left) : result;
}

enum office_result office_judge(struct office *office, size_t most, int64_t now,
                                int64_t *out_left)
{
    struct judge judge = {.office = office, .most = most, .now = now};
    enum sql_result result = office_work(office, judge_all, &judge);
    judging_free_rules(&judge.rules);
    if (result == SQL_OK) {
        *out_left = judge.left;
    }
    return office_result_of(result == SQL_NONE ? SQL_ERROR : result);
}

enum office_result office_count_due(struct office *office, int64_t now,
                                    int64_t *out_due)
{
    return office_result_of(count_due(office->sql, now, out_due));
}
