// Which officers stand out in an official month, worked out of what was counted
// of them by day and field.
#include "common/date.h"
#include "common/log.h"
#include "integrity/outlier.h"
#include "office/judging_sql.h"
#include <stdlib.h>
#include <string.h>

int32_t judging_month_of(int32_t day)
{
    struct date date = date_from_day(day);
    return date.year * 12 + date.month - 1 + (date.day >= 15);
}

void judging_month_days(int32_t month, int32_t *out_first, int32_t *out_last)
{
    int32_t before = month - 1;
    *out_first = date_to_day((struct date){before / 12, before % 12 + 1, 15});
    *out_last = date_to_day((struct date){month / 12, month % 12 + 1, 14});
}

// What one officer had in one field.
struct part {
    int64_t officer_no, field_no;
    int64_t rated, satisfied;
};
struct parts {
    struct part *all;
    size_t count, capacity;
};

static bool add_part(struct parts *parts, struct sql_statement *s)
{
    if (parts->count == parts->capacity) {
        size_t capacity = parts->capacity ? parts->capacity * 2 : 64;
        struct part *all = realloc(parts->all, capacity * sizeof *all);
        if (!all) {
            log_error("office", "out of memory");
            return false;
        }
        parts->all = all;
        parts->capacity = capacity;
    }
    parts->all[parts->count++] = (struct part){sql_int(s, 0), sql_int(s, 1),
                                               sql_int(s, 2), sql_int(s, 3)};
    return true;
}

// In the order of the officers.
static enum sql_result read_parts(struct sql *sql, int32_t first, int32_t last,
                                  struct parts *out)
{
    struct sql_statement *s = sql_use(sql, OFFICER_MONTH);
    sql_bind_int(s, 1, first);
    sql_bind_int(s, 2, last);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        if (!add_part(out, s)) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// One officer's fields beside what peers had in them.
static void compare_with_peers(const struct parts *parts, size_t from,
                               size_t to, struct outlier_field *out)
{
    for (size_t i = from; i < to; i++) {
        const struct part *own = &parts->all[i];
        struct outlier_field field = {own->rated, own->satisfied, 0, 0};
        for (size_t k = 0; k < parts->count; k++) {
            const struct part *other = &parts->all[k];
            if (other->field_no == own->field_no &&
                other->officer_no != own->officer_no) {
                field.peers += other->rated;
                field.peers_satisfied += other->satisfied;
            }
        }
        out[i - from] = field;
    }
}

// True when the officer stands out, with the figures. `*out_chance` below 0: no
// memory.
static bool stands_out(const struct integrity_thresholds *thresholds,
                       const struct outlier_field *fields, size_t count,
                       struct integrity_figures *out, double *out_chance)
{
    int64_t own = 0, satisfied = 0, peers = 0, distance = 0;
    *out_chance = 1;
    for (size_t i = 0; i < count; i++) {
        if (fields[i].peers > 0) {
            own += fields[i].own;
            satisfied += fields[i].own_satisfied;
            peers += fields[i].peers;
        }
    }
    if (own == 0 || own < thresholds->outlier_ratings ||
        peers < thresholds->outlier_ratings ||
        !outlier_distance(fields, count, &distance) ||
        llabs(distance) < thresholds->outlier_points * 10) {
        return false;
    }
    int64_t share = (2000 * satisfied + own) / (2 * own);
    *out_chance = outlier_chance(fields, count);
    *out = (struct integrity_figures){.ratings = own,
                                      .own = share,
                                      .peers = share - distance,
                                      .limit = thresholds->outlier_points,
                                      .one_in = thresholds->outlier_one_in};
    return *out_chance * (double)thresholds->outlier_one_in < 1;
}

static enum sql_result read_visits(struct sql *sql, int64_t officer_no,
                                   int32_t first, int32_t last,
                                   struct judged_flag *flag)
{
    struct sql_statement *s = sql_use(sql, OFFICER_RATINGS);
    sql_bind_int(s, 1, officer_no);
    sql_bind_int(s, 2, first);
    sql_bind_int(s, 3, last);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        const struct ticket_place at = {sql_int(s, 0), sql_int(s, 1),
                                        sql_int(s, 2)};
        if (!judged_flag_add(flag, &at)) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result want_officer(struct sql *sql, int64_t officer_no,
                                    int32_t first, int32_t last,
                                    struct integrity_figures *figures,
                                    struct judged_flags *wanted)
{
    struct judged_flag *flag = judged_flags_add(wanted);
    if (!flag) {
        return SQL_ERROR;
    }
    flag->rule = INTEGRITY_OFFICER_OUTLIER;
    flag->officer_no = officer_no;
    enum sql_result result = read_visits(sql, officer_no, first, last, flag);
    figures->ratings = (int64_t)flag->count;
    struct buf text = {0};
    json_t *object = integrity_figures_write(figures);
    if (object && json_write(object, &text) && buf_ok(&text)) {
        flag->figures = strdup(buf_text(&text));
    }
    json_decref(object);
    buf_free(&text);
    return flag->figures ? result : SQL_ERROR;
}

static enum sql_result read_kept(struct sql *sql, int32_t first,
                                 struct judged_flags *out)
{
    struct sql_statement *s = sql_use(sql, FLAGS_OF_MONTH);
    sql_bind_int(s, 1, first);
    return judging_read_flags(s, out);
}

// SQL_NONE: the officer's flag of this month was lifted.
static enum sql_result match_officer(struct judged_flags *kept,
                                     int64_t officer_no, int64_t *out_no)
{
    *out_no = 0;
    for (size_t i = 0; i < kept->count; i++) {
        struct judged_flag *old = &kept->all[i];
        if (old->officer_no != officer_no) {
            continue;
        }
        if (old->is_lifted) {
            return SQL_NONE;
        }
        *out_no = old->no;
    }
    return SQL_OK;
}

static void take(struct judged_flags *kept, int64_t no)
{
    for (size_t i = 0; i < kept->count; i++) {
        kept->all[i].is_taken |= kept->all[i].no == no;
    }
}

static enum sql_result
judge_officer(struct sql *sql, const struct judging_rules *rules,
              int64_t officer_no, const struct outlier_field *fields,
              size_t count, int32_t month, struct judged_flags *wanted,
              struct judged_flags *kept)
{
    struct integrity_figures figures;
    double chance;
    int64_t no = 0;
    int32_t first, last;
    judging_month_days(month, &first, &last);
    bool is_out =
        stands_out(&rules->thresholds, fields, count, &figures, &chance);
    if (chance < 0) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    if (!is_out || match_officer(kept, officer_no, &no) == SQL_NONE) {
        return SQL_OK;
    }
    enum sql_result result =
        want_officer(sql, officer_no, first, last, &figures, wanted);
    if (result == SQL_OK) {
        wanted->all[wanted->count - 1].no = no;
        take(kept, no);
    }
    return result;
}

enum sql_result judging_work_out_month(struct sql *sql,
                                       const struct judging_rules *rules,
                                       int32_t month,
                                       struct judged_flags *wanted,
                                       struct judged_flags *kept)
{
    struct parts parts = {0};
    int32_t first, last;
    judging_month_days(month, &first, &last);
    enum sql_result result = read_parts(sql, first, last, &parts);
    if (result == SQL_OK) {
        result = read_kept(sql, first, kept);
    }
    struct outlier_field *fields = calloc(parts.count + 1, sizeof *fields);
    if (!fields) {
        log_error("office", "out of memory");
        result = SQL_ERROR;
    }
    bool is_on = rules->thresholds.on[INTEGRITY_OFFICER_OUTLIER];
    for (size_t from = 0, to; is_on && result == SQL_OK && from < parts.count;
         from = to) {
        int64_t officer_no = parts.all[from].officer_no;
        for (to = from + 1;
             to < parts.count && parts.all[to].officer_no == officer_no;) {
            to++;
        }
        compare_with_peers(&parts, from, to, fields);
        result = judge_officer(sql, rules, officer_no, fields, to - from, month,
                               wanted, kept);
    }
    free(fields);
    free(parts.all);
    return result;
}
