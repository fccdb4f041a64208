// Flags and what is doubted, again from the ratings and the rules: each
// counter's day and each officer's month that is not due is judged once more.
// What a person decided cannot be worked out; it stands in the audit trail.
#include "common/date.h"
#include "common/log.h"
#include "office/judging_sql.h"
#include "office/verify_sql.h"
#include <stdlib.h>

struct judged_day {
    int32_t day;
    int64_t counter_no;
};
struct judged_days {
    struct judged_day *all;
    size_t count, capacity;
};

static bool add_day(struct judged_days *days, int32_t day, int64_t counter_no)
{
    if (days->count == days->capacity) {
        size_t capacity = days->capacity ? days->capacity * 2 : 256;
        struct judged_day *all = realloc(days->all, capacity * sizeof *all);
        if (!all) {
            log_error("office", "out of memory");
            return false;
        }
        days->all = all;
        days->capacity = capacity;
    }
    days->all[days->count++] = (struct judged_day){day, counter_no};
    return true;
}

// Those of `statement` that are not due.
static enum sql_result read_days(struct sql *sql, size_t statement,
                                 struct judged_days *out)
{
    struct sql_statement *s = sql_use_long(sql, statement);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        if (!add_day(out, (int32_t)sql_int(s, 0), sql_int(s, 1))) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static const struct judged_flag *find(const struct judged_flags *flags,
                                      int64_t no)
{
    for (size_t i = 0; i < flags->count; i++) {
        if (flags->all[i].no == no) {
            return &flags->all[i];
        }
    }
    return NULL;
}

static void compare(struct verifying *v, int32_t day,
                    const struct judged_flags *wanted,
                    const struct judged_flags *kept)
{
    char iso[DATE_ISO_SIZE];
    date_format_iso(day, iso);
    for (size_t i = 0; i < kept->count; i++) {
        const struct judged_flag *flag = &kept->all[i];
        v->sum->flags++;
        if (!flag->is_lifted && !flag->is_taken) {
            verify_find(
                v, "", 0, 0, "flag %lld of %s (%s) is none that the rules give",
                (long long)flag->no, iso, integrity_rule_name(flag->rule));
        }
    }
    for (size_t i = 0; i < wanted->count; i++) {
        const struct judged_flag *flag = &wanted->all[i];
        const struct judged_flag *old =
            flag->no != 0 ? find(kept, flag->no) : NULL;
        if (!old) {
            verify_find(v, "", 0, 0,
                        "the rule %s gives a flag of %s, and it is gone",
                        integrity_rule_name(flag->rule), iso);
        } else if (!judged_flags_equal(old, flag)) {
            verify_find(v, "", 0, 0,
                        "flag %lld of %s (%s) says other than the rules give",
                        (long long)flag->no, iso,
                        integrity_rule_name(flag->rule));
        }
    }
}

static enum sql_result check_officers(struct verifying *v,
                                      const struct judging_rules *rules,
                                      const struct judged_day *day)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_OFFICERS);
    char iso[DATE_ISO_SIZE];
    sql_bind_int(s, 1, day->counter_no);
    sql_bind_int(s, 2, day->day);
    sql_bind_int(s, 3, rules->thresholds.satisfied_from);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 0) != 0) {
        date_format_iso(day->day, iso);
        verify_find(v, "", 0, 0,
                    "what is kept of the officers of %s is not what their "
                    "visits give",
                    iso);
    }
    sql_done(s);
    return result;
}

static enum sql_result check_day(struct verifying *v,
                                 const struct judging_rules *rules,
                                 const struct judged_day *day)
{
    struct judged_flags wanted = {0}, kept = {0};
    size_t looked;
    enum sql_result result = judging_work_out(
        v->sql, rules, day->day, day->counter_no, &wanted, &kept, &looked);
    if (result == SQL_OK) {
        compare(v, day->day, &wanted, &kept);
        result = check_officers(v, rules, day);
    }
    judged_flags_free(&wanted);
    judged_flags_free(&kept);
    return result;
}

static enum sql_result check_month(struct verifying *v,
                                   const struct judging_rules *rules,
                                   int32_t month)
{
    struct judged_flags wanted = {0}, kept = {0};
    int32_t first, last;
    judging_month_days(month, &first, &last);
    enum sql_result result =
        judging_work_out_month(v->sql, rules, month, &wanted, &kept);
    if (result == SQL_OK) {
        compare(v, first, &wanted, &kept);
    }
    judged_flags_free(&wanted);
    judged_flags_free(&kept);
    return result;
}

static enum sql_result check_judged(struct verifying *v,
                                    const struct judging_rules *rules)
{
    struct judged_days days = {0}, months = {0};
    enum sql_result result = read_days(v->sql, VERIFY_JUDGED_DAYS, &days);
    for (size_t i = 0; i < days.count && result == SQL_OK && !v->is_stopped;
         i++) {
        result = check_day(v, rules, &days.all[i]);
    }
    if (result == SQL_OK) {
        result = read_days(v->sql, VERIFY_JUDGED_MONTHS, &months);
    }
    for (size_t i = 0; i < months.count && result == SQL_OK && !v->is_stopped;
         i++) {
        int32_t month = judging_month_of(months.all[i].day);
        if (i == 0 || month != judging_month_of(months.all[i - 1].day)) {
            result = check_month(v, rules, month);
        }
    }
    free(days.all);
    free(months.all);
    return result;
}

static void check_doubt(struct verifying *v, struct sql_statement *s,
                        const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "is not shown as what its flags and marks say");
}

static enum sql_result count_doubted(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_DOUBTED);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 0) != sql_int(s, 1)) {
        verify_find(v, "", 0, 0,
                    "%lld visits are shown as flagged or marked, and %lld are",
                    (long long)sql_int(s, 0), (long long)sql_int(s, 1));
    }
    if (result == SQL_OK && sql_int(s, 2) != sql_int(s, 3)) {
        verify_find(v, "", 0, 0,
                    "%lld visits count, and %lld are found by their counters' "
                    "days",
                    (long long)sql_int(s, 2), (long long)sql_int(s, 3));
    }
    sql_done(s);
    return result;
}

static enum sql_result check_flag_counts(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_FLAG_COUNTS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        verify_find(v, "", 0, 0,
                    "flag %lld says that it is on %lld ratings, "
                    "and is on %lld",
                    (long long)sql_int(s, 0), (long long)sql_int(s, 1),
                    (long long)sql_int(s, 2));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result check_decisions(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_DECISIONS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        verify_find(v, "", 0, 0, "%s by %s, \"%s\", stands only %s",
                    sql_text(s, 0), sql_text(s, 1), sql_text(s, 2),
                    sql_int(s, 3) != 0 ? "beside the ratings, not in the audit "
                                         "trail"
                                       : "in the audit trail, not beside the "
                                         "ratings");
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result verify_flags(struct verifying *v)
{
    struct judging_rules rules = {0};
    enum sql_result result = verify_rows(v, VERIFY_DOUBTS, check_doubt);
    if (result == SQL_OK && !v->is_stopped) {
        result = check_decisions(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = count_doubted(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = check_flag_counts(v);
    }
    if (result == SQL_OK) {
        result = judging_read_rules(v->sql, &rules);
    }
    if (result == SQL_OK && rules.are_set && !v->is_stopped) {
        result = check_judged(v, &rules);
    }
    judging_free_rules(&rules);
    return result;
}
