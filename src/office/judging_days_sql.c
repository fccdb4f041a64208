// What is to be flagged of a counter's day, worked out of its ratings.
#include "common/log.h"
#include "ledger/record.h"
#include "office/judging_sql.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The ratings of the day.
struct ratings {
    struct integrity_rating *all;
    size_t count, capacity;
};

static enum sql_result out_of_memory(void)
{
    log_error("office", "out of memory");
    return SQL_ERROR;
}

// The columns of JUDGED_RATINGS.
enum {
    COL_DEVICE,
    COL_GEN,
    COL_SEQ,
    COL_AT,
    COL_QUALITY,
    COL_LEVEL,
    COL_MODE,
    COL_NAMES,
    COL_BYTES
};

// A line is judged by what it says itself, so no column had to be made of it
// when it came.
static void read_touch(struct sql_statement *s, struct integrity_rating *out)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    size_t size = 0;
    const void *bytes = sql_bytes(s, COL_BYTES, &size);
    if (!bytes || !record_read(bytes, size, &record, why) ||
        !record.has_touch) {
        return;
    }
    out->has_touch = true;
    out->x = (int)lround(record.touch_x * 100);
    out->y = (int)lround(record.touch_y * 100);
    out->after_ms = record.touch_after_ms;
}

static bool add_rating(struct ratings *ratings, struct sql_statement *s)
{
    if (ratings->count == ratings->capacity) {
        size_t capacity = ratings->capacity ? ratings->capacity * 2 : 128;
        struct integrity_rating *all =
            realloc(ratings->all, capacity * sizeof *all);
        if (!all) {
            return false;
        }
        ratings->all = all;
        ratings->capacity = capacity;
    }
    struct integrity_rating *rating = &ratings->all[ratings->count++];
    *rating = (struct integrity_rating){
        .at = sql_int(s, COL_AT),
        .is_timed = sql_int(s, COL_QUALITY) != TIME_RECEIVED,
        .level = (int)sql_int(s, COL_LEVEL),
        .is_by_transaction = sql_int(s, COL_MODE) == RECORD_TRANSACTION,
        .names_transaction = sql_int(s, COL_NAMES) != 0,
        .device = sql_int(s, COL_DEVICE),
        .gen = sql_int(s, COL_GEN),
        .seq = sql_int(s, COL_SEQ)};
    read_touch(s, rating);
    return true;
}

static enum sql_result read_ratings(struct sql *sql, int32_t day,
                                    int64_t counter_no, struct ratings *out)
{
    struct sql_statement *s = sql_use(sql, JUDGED_RATINGS);
    sql_bind_int(s, 1, counter_no);
    sql_bind_int(s, 2, day);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        if (!add_rating(out, s)) {
            result = out_of_memory();
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result read_kept(struct sql *sql, int32_t day,
                                 int64_t counter_no, struct judged_flags *out)
{
    struct sql_statement *s = sql_use(sql, FLAGS_OF_DAY);
    sql_bind_int(s, 1, day);
    sql_bind_int(s, 2, counter_no);
    return judging_read_flags(s, out);
}

static struct ticket_place place_of(const struct integrity_rating *rating)
{
    return (struct ticket_place){rating->device, rating->gen, rating->seq};
}

static bool holds(const struct judged_flag *flag, const struct ticket_place *at)
{
    const struct judged_flag one = {.visits = (struct ticket_place *)at,
                                    .count = 1};
    return judged_flags_share(flag, &one);
}

static bool is_lifted(const struct judged_flags *kept, enum integrity_rule rule,
                      const struct ticket_place *at)
{
    for (size_t i = 0; i < kept->count; i++) {
        const struct judged_flag *flag = &kept->all[i];
        if (flag->is_lifted && flag->rule == rule && holds(flag, at)) {
            return true;
        }
    }
    return false;
}

// What was lifted takes no part any more where each rating is judged by itself.
static size_t drop_lifted(const struct integrity_finding *finding,
                          const struct ratings *ratings,
                          const struct judged_flags *kept)
{
    size_t left = 0;
    for (size_t i = 0; i < finding->count; i++) {
        struct ticket_place at = place_of(&ratings->all[finding->members[i]]);
        if (!is_lifted(kept, finding->rule, &at)) {
            finding->members[left++] = finding->members[i];
        }
    }
    return left;
}

// Ratings that are judged together: nothing new among them.
static bool was_lifted(const struct integrity_finding *finding,
                       const struct ratings *ratings,
                       const struct judged_flags *kept)
{
    for (size_t i = 0; i < kept->count; i++) {
        const struct judged_flag *flag = &kept->all[i];
        bool holds_all = flag->is_lifted && flag->rule == finding->rule;
        for (size_t k = 0; k < finding->count && holds_all; k++) {
            struct ticket_place at =
                place_of(&ratings->all[finding->members[k]]);
            holds_all = holds(flag, &at);
        }
        if (holds_all) {
            return true;
        }
    }
    return false;
}

static bool fill_flag(struct judged_flag *flag,
                      const struct integrity_finding *finding, size_t count,
                      const struct ratings *ratings)
{
    struct buf text = {0};
    json_t *figures = integrity_figures_write(&finding->figures);
    bool done = figures && json_write(figures, &text) && buf_ok(&text);
    json_decref(figures);
    flag->rule = finding->rule;
    flag->figures = done ? strdup(buf_text(&text)) : NULL;
    buf_free(&text);
    for (size_t i = 0; i < count && flag->figures; i++) {
        struct ticket_place at = place_of(&ratings->all[finding->members[i]]);
        if (!judged_flag_add(flag, &at)) {
            return false;
        }
    }
    if (!flag->figures) {
        out_of_memory();
        return false;
    }
    qsort(flag->visits, flag->count, sizeof *flag->visits,
          judged_compare_places);
    return true;
}

static bool want(const struct judging_rules *rules,
                 struct integrity_finding *finding,
                 const struct ratings *ratings, const struct judged_flags *kept,
                 struct judged_flags *wanted)
{
    size_t count = finding->count;
    assert(ratings->all); // or nothing would have been found
    if (integrity_rule_is_single(finding->rule)) {
        count = drop_lifted(finding, ratings, kept);
        if (count > 0) {
            integrity_describe(&rules->thresholds, finding->rule, ratings->all,
                               finding->members, count, &finding->figures);
        }
    } else if (was_lifted(finding, ratings, kept)) {
        count = 0;
    }
    if (count == 0) {
        return true;
    }
    struct judged_flag *flag = judged_flags_add(wanted);
    return flag && fill_flag(flag, finding, count, ratings);
}

// A flag that grew, or shrank, is the same flag.
static void match(struct judged_flags *wanted, struct judged_flags *kept)
{
    for (size_t i = 0; i < wanted->count; i++) {
        struct judged_flag *flag = &wanted->all[i];
        for (size_t k = 0; k < kept->count && flag->no == 0; k++) {
            struct judged_flag *old = &kept->all[k];
            if (!old->is_lifted && !old->is_taken && old->rule == flag->rule &&
                judged_flags_share(old, flag)) {
                old->is_taken = true;
                flag->no = old->no;
            }
        }
    }
}

static const struct judging_hours *hours_on(const struct judging_rules *rules,
                                            int32_t day)
{
    size_t at = 0;
    for (size_t i = 0; i < rules->hours_count; i++) {
        if (rules->hours[i].from_day <= day) {
            at = i;
        }
    }
    return &rules->hours[at];
}

static const struct hours *hours_at_counter(const struct judging_hours *hours,
                                            const char *code)
{
    for (size_t i = 0; i < hours->counter_count; i++) {
        if (strcmp(hours->counters[i].code, code) == 0) {
            return &hours->counters[i].hours;
        }
    }
    return &hours->hours;
}

// The counter's on that day, where it has its own; the unit's.
static enum sql_result find_hours(struct sql *sql,
                                  const struct judging_rules *rules,
                                  int32_t day, int64_t counter_no,
                                  const struct hours **out)
{
    const struct judging_hours *hours = hours_on(rules, day);
    *out = &hours->hours;
    if (hours->counter_count == 0 || counter_no == 0) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(sql, CODE_TEXT);
    sql_bind_int(s, 1, counter_no);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = hours_at_counter(hours, sql_text(s, 0));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// Citizens who answer on telephones stand at no counter: together they say
// nothing of one.
static struct integrity_thresholds
thresholds_of(const struct judging_rules *rules, int64_t counter_no)
{
    struct integrity_thresholds thresholds = rules->thresholds;
    if (counter_no == 0) {
        thresholds.on[INTEGRITY_BURST] = false;
        thresholds.on[INTEGRITY_RUN] = false;
    }
    return thresholds;
}

enum sql_result judging_work_out(struct sql *sql,
                                 const struct judging_rules *rules, int32_t day,
                                 int64_t counter_no,
                                 struct judged_flags *wanted,
                                 struct judged_flags *kept, size_t *out_ratings)
{
    struct ratings ratings = {0};
    struct integrity_findings found = {0};
    const struct hours *hours = NULL;
    struct integrity_thresholds thresholds = thresholds_of(rules, counter_no);
    enum sql_result result = read_ratings(sql, day, counter_no, &ratings);
    if (result == SQL_OK) {
        result = read_kept(sql, day, counter_no, kept);
    }
    if (result == SQL_OK) {
        result = find_hours(sql, rules, day, counter_no, &hours);
    }
    if (result == SQL_OK && !integrity_judge(&thresholds, hours, ratings.all,
                                             ratings.count, &found)) {
        result = out_of_memory();
    }
    for (size_t i = 0; i < found.count && result == SQL_OK; i++) {
        if (!want(rules, &found.all[i], &ratings, kept, wanted)) {
            result = SQL_ERROR;
        }
    }
    if (result == SQL_OK) {
        match(wanted, kept);
    }
    *out_ratings = ratings.count;
    integrity_findings_free(&found);
    free(ratings.all);
    return result;
}
