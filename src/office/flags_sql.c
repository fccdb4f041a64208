#include "common/date.h"
#include "common/log.h"
#include "office/audit.h"
#include "office/flags.h"
#include "office/judging_sql.h"
#include <stdio.h>
#include <string.h>

// --- What a visit's bits are ------------------------------------------------

void visit_read_facts(struct sql_statement *s, struct tally_facts *out)
{
    *out = (struct tally_facts){
        .at = sql_int(s, 0),
        .outcome = (enum record_outcome)sql_int(s, 1),
        .level = (int)sql_int(s, 2),
        .mode = (enum record_mode)sql_int(s, 3),
        .counter = sql_int(s, 4),
        .field = sql_int(s, 5),
        .procedure = sql_int(s, 6),
        .step = sql_int(s, 7),
        .officer = sql_int(s, 8),
        .doubts = (int)sql_int(s, 9),
    };
}

static void bind_place(struct sql_statement *s, const struct ticket_place *at)
{
    sql_bind_int(s, 1, at->device_no);
    sql_bind_int(s, 2, at->gen);
    sql_bind_int(s, 3, at->seq);
}

enum sql_result flags_refresh(struct office *office,
                              const struct ticket_place *at)
{
    struct tally_facts facts = {.doubts = 0};
    int doubts = 0;
    bool is_counted = false;
    struct sql_statement *s = sql_use(office->sql, DOUBTS_OF);
    bind_place(s, at);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        visit_read_facts(s, &facts);
        facts.device = at->device_no;
        doubts = (int)sql_int(s, VISIT_FACTS);
        is_counted = sql_int(s, VISIT_FACTS + 1) != 0;
    }
    sql_done(s);
    if (result != SQL_OK || doubts == facts.doubts) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    s = sql_use(office->sql, DOUBTS_SET);
    bind_place(s, at);
    sql_bind_int(s, 4, doubts);
    result = sql_execute(s);
    if (result == SQL_OK && is_counted) {
        tally_add(&office->tally, &facts, -1);
        facts.doubts = doubts;
        tally_add(&office->tally, &facts, 1);
    }
    return result;
}

// --- Reading ----------------------------------------------------------------

static const char *text_of(struct sql_statement *s, int column)
{
    const char *text = sql_text(s, column);
    return text ? text : "";
}

static void read_figures(struct sql_statement *s, int column,
                         struct integrity_figures *out)
{
    char why[JSON_MESSAGE_SIZE];
    const char *text = text_of(s, column);
    json_t *object = json_read(text, strlen(text), why);
    integrity_figures_read(object, out);
    json_decref(object);
}

static enum sql_result read_ids(struct office *office, int64_t flag_no,
                                char (*ids)[OFFICE_RATING_ID_SIZE],
                                size_t *out_count)
{
    struct sql_statement *s = sql_use(office->sql, FLAG_VISITS);
    sql_bind_int(s, 1, flag_no);
    sql_bind_int(s, 2, OFFICE_FLAG_IDS_MAX);
    enum sql_result result;
    *out_count = 0;
    while ((result = sql_step(s)) == SQL_OK) {
        const struct ticket_place at = {sql_int(s, 0), sql_int(s, 1),
                                        sql_int(s, 2)};
        if (office_name_rating(office, &at, ids[*out_count]) != OFFICE_OK) {
            result = SQL_ERROR;
            break;
        }
        ++*out_count;
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// False ends the reading.
static bool give_flag(struct office *office, struct sql_statement *s,
                      office_rating_flag_row *row, void *ctx,
                      enum sql_result *out)
{
    char ids[OFFICE_FLAG_IDS_MAX][OFFICE_RATING_ID_SIZE];
    struct office_rating_flag flag = {.no = sql_int(s, 0),
                                      .rule =
                                          (enum integrity_rule)sql_int(s, 1),
                                      .counter = text_of(s, 2),
                                      .officer = text_of(s, 3),
                                      .first_day = (int32_t)sql_int(s, 4),
                                      .last_day = (int32_t)sql_int(s, 5),
                                      .version = sql_int(s, 7),
                                      .since = sql_int(s, 8),
                                      .lifted_at = sql_int(s, 9),
                                      .lifted_by = text_of(s, 10),
                                      .lift_reason = text_of(s, 11),
                                      .ratings = sql_int(s, 12),
                                      .ids = ids};
    if (flag.rule < 0 || flag.rule >= INTEGRITY_RULE_COUNT) {
        *out = SQL_CORRUPT;
        return false;
    }
    read_figures(s, 6, &flag.figures);
    *out = read_ids(office, flag.no, ids, &flag.id_count);
    return *out == SQL_OK && row(ctx, &flag);
}

enum office_result
office_list_rating_flags(struct office *office,
                         const struct office_flags_wanted *wanted,
                         office_rating_flag_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, VISIT_FLAGS_LIST);
    sql_bind_int(s, 1, wanted->first_day);
    sql_bind_int(s, 2, wanted->last_day);
    sql_bind_int(s, 3, wanted->rule);
    sql_bind_text(s, 4, wanted->counter);
    sql_bind_int(s, 5, wanted->state);
    sql_bind_int(s, 6, wanted->below > 0 ? wanted->below : INT64_MAX);
    sql_bind_int(s, 7, (int64_t)wanted->limit);
    enum sql_result result, given = SQL_OK;
    while ((result = sql_step(s)) == SQL_OK &&
           give_flag(office, s, row, ctx, &given)) {
    }
    sql_done(s);
    if (given != SQL_OK) {
        return office_result_of(given);
    }
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

enum office_result
office_count_flags(struct office *office, int32_t first_day, int32_t last_day,
                   struct office_flag_count out[INTEGRITY_RULE_COUNT])
{
    struct sql_statement *s = sql_use(office->sql, VISIT_FLAGS_COUNT);
    sql_bind_int(s, 1, first_day);
    sql_bind_int(s, 2, last_day);
    enum sql_result result;
    memset(out, 0, INTEGRITY_RULE_COUNT * sizeof *out);
    while ((result = sql_step(s)) == SQL_OK) {
        int64_t rule = sql_int(s, 0);
        if (rule >= 0 && rule < INTEGRITY_RULE_COUNT) {
            out[rule] =
                (struct office_flag_count){.flags = sql_int(s, 1),
                                           .ratings = sql_int(s, 2),
                                           .lifted = sql_int(s, 3),
                                           .counter_days = sql_int(s, 4)};
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

enum office_result office_list_marks(struct office *office, int32_t first_day,
                                     int32_t last_day, size_t limit,
                                     office_mark_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, VISIT_MARKS_LIST);
    sql_bind_int(s, 1, date_wall_ms_of_day(first_day));
    sql_bind_int(s, 2, date_wall_ms_of_day(last_day + 1));
    sql_bind_int(s, 3, (int64_t)limit);
    enum sql_result result;
    bool goes_on = true;
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        const struct ticket_place at = {sql_int(s, 0), sql_int(s, 1),
                                        sql_int(s, 2)};
        struct office_mark mark = {
            .rated_at = sql_int(s, 3) - sql_int(s, 3) % OFFICE_QUARTER_MS,
            .counter = text_of(s, 4),
            .reason = text_of(s, 5),
            .who = text_of(s, 6),
            .at = sql_int(s, 7),
            .withdrawn_at = sql_int(s, 8),
            .withdrawn_by = text_of(s, 9),
            .withdraw_reason = text_of(s, 10)};
        if (office_name_rating(office, &at, mark.id) != OFFICE_OK) {
            result = SQL_ERROR;
            break;
        }
        goes_on = row(ctx, &mark);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

// --- Deciding ---------------------------------------------------------------

// What one person decides about one flag or rating.
struct deciding {
    struct office *office;
    const struct office_decision *decision;
    int64_t flag_no;
    struct ticket_place at; // of a rating
    const char *id;
    bool is_done;
};

static enum sql_result note(const struct deciding *d, const char *action,
                            const char *target)
{
    const struct audit_entry entry = {.at = d->decision->at,
                                      .who = d->decision->who,
                                      .action = action,
                                      .target = target,
                                      .detail = d->decision->reason};
    return audit_put(d->office->sql, &entry);
}

static enum sql_result refresh_flag(struct office *office, int64_t flag_no)
{
    struct judged_flag flag = {.no = flag_no};
    struct judged_flags flags = {.all = NULL};
    struct judged_flag *visits = judged_flags_add(&flags);
    enum sql_result result = visits ? SQL_OK : SQL_ERROR;
    struct sql_statement *s = sql_use(office->sql, FLAG_VISITS);
    sql_bind_int(s, 1, flag.no);
    sql_bind_int(s, 2, INT64_MAX);
    while (result == SQL_OK && (result = sql_step(s)) == SQL_OK) {
        const struct ticket_place at = {sql_int(s, 0), sql_int(s, 1),
                                        sql_int(s, 2)};
        result = judged_flag_add(visits, &at) ? SQL_OK : SQL_ERROR;
    }
    sql_done(s);
    result = result == SQL_NONE ? SQL_OK : result;
    for (size_t i = 0; result == SQL_OK && i < visits->count; i++) {
        result = flags_refresh(office, &visits->visits[i]);
    }
    judged_flags_free(&flags);
    return result;
}

static enum sql_result lift(struct sql *sql, void *ctx)
{
    struct deciding *d = ctx;
    char target[32];
    tally_clear(&d->office->tally);
    struct sql_statement *s = sql_use(sql, VISIT_FLAG_STATE);
    sql_bind_int(s, 1, d->flag_no);
    enum sql_result result = sql_step(s);
    bool is_lifted = result == SQL_OK && sql_int(s, 0) != 0;
    sql_done(s);
    if (result != SQL_OK || is_lifted) {
        return result;
    }
    s = sql_use(sql, VISIT_FLAG_LIFT);
    sql_bind_int(s, 1, d->flag_no);
    sql_bind_int(s, 2, d->decision->at);
    sql_bind_text(s, 3, d->decision->who);
    sql_bind_text(s, 4, d->decision->reason);
    result = sql_execute(s);
    if (result == SQL_OK) {
        result = refresh_flag(d->office, d->flag_no);
    }
    snprintf(target, sizeof target, "flag %lld", (long long)d->flag_no);
    if (result == SQL_OK) {
        result = note(d, "flag-lifted", target);
    }
    d->is_done = result == SQL_OK;
    return result == SQL_OK ? totals_put(d->office) : result;
}

// SQL_NONE: the rating does not count.
static enum sql_result check_counted(struct sql *sql,
                                     const struct ticket_place *at)
{
    struct sql_statement *s = sql_use(sql, DOUBTS_OF);
    bind_place(s, at);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK &&
        (sql_int(s, 1) != RECORD_RATED || sql_int(s, 11) != 1)) {
        result = SQL_NONE;
    }
    sql_done(s);
    return result;
}

static enum sql_result mark(struct sql *sql, void *ctx)
{
    struct deciding *d = ctx;
    tally_clear(&d->office->tally);
    int64_t no;
    enum sql_result result = check_counted(sql, &d->at);
    if (result == SQL_OK) {
        result = next_number(sql, VISIT_MARK_NEXT, &no);
    }
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, VISIT_MARK_ADD);
    bind_place(s, &d->at);
    sql_bind_int(s, 4, d->decision->at);
    sql_bind_text(s, 5, d->decision->who);
    sql_bind_text(s, 6, d->decision->reason);
    sql_bind_int(s, 7, no);
    result = sql_execute(s);
    if (result != SQL_OK || sql_changes(sql) == 0) {
        return result;
    }
    result = flags_refresh(d->office, &d->at);
    if (result == SQL_OK) {
        result = note(d, "rating-marked", d->id);
    }
    d->is_done = result == SQL_OK;
    return result == SQL_OK ? totals_put(d->office) : result;
}

static enum sql_result withdraw(struct sql *sql, void *ctx)
{
    struct deciding *d = ctx;
    tally_clear(&d->office->tally);
    struct sql_statement *s = sql_use(sql, VISIT_MARK_WITHDRAW);
    bind_place(s, &d->at);
    sql_bind_int(s, 4, d->decision->at);
    sql_bind_text(s, 5, d->decision->who);
    sql_bind_text(s, 6, d->decision->reason);
    enum sql_result result = sql_execute(s);
    if (result != SQL_OK || sql_changes(sql) == 0) {
        return result;
    }
    result = flags_refresh(d->office, &d->at);
    if (result == SQL_OK) {
        result = note(d, "mark-withdrawn", d->id);
    }
    d->is_done = result == SQL_OK;
    return result == SQL_OK ? totals_put(d->office) : result;
}

static enum office_result decide(struct deciding *d, sql_work *work,
                                 bool *out_done)
{
    enum sql_result result = office_work(d->office, work, d);
    if (result == SQL_OK) {
        *out_done = d->is_done;
    }
    return office_result_of(result);
}

enum office_result office_lift_flag(struct office *office, int64_t no,
                                    const struct office_decision *decision,
                                    bool *out_done)
{
    struct deciding d = {.office = office, .decision = decision, .flag_no = no};
    return decide(&d, lift, out_done);
}

static enum office_result
decide_on_rating(struct office *office, const char *id,
                 const struct office_decision *decision, sql_work *work,
                 bool *out_done)
{
    struct office_rating_place place;
    enum office_result result = office_find_rating(office, id, &place);
    if (result != OFFICE_OK) {
        return result;
    }
    struct deciding d = {
        .office = office, .decision = decision, .at = place.at, .id = id};
    return decide(&d, work, out_done);
}

enum office_result office_mark_rating(struct office *office, const char *id,
                                      const struct office_decision *decision,
                                      bool *out_done)
{
    return decide_on_rating(office, id, decision, mark, out_done);
}

enum office_result office_withdraw_mark(struct office *office, const char *id,
                                        const struct office_decision *decision,
                                        bool *out_done)
{
    return decide_on_rating(office, id, decision, withdraw, out_done);
}
