#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/audit_sql.h"
#include "office/retention.h"
#include <stdio.h>

enum { STEP = 1000, MONTHS_MOST = 1200 };

// --- The rule ---------------------------------------------------------------

bool retention_rules_read(const json_t *body, struct retention_rules *out,
                          struct buf *message)
{
    struct retention_rules rules = {0};
    const struct {
        const char *key;
        int *value;
    } numbers[] = {{"comments_months", &rules.comments_months},
                   {"codes_months", &rules.codes_months}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int64_t months = 0;
        if (!json_get_int(body, numbers[i].key, &months) || months < 0 ||
            months > MONTHS_MOST) {
            buf_printf(message, "%s: give a whole number, 0 (for ever) to %d",
                       numbers[i].key, MONTHS_MOST);
            return false;
        }
        *numbers[i].value = (int)months;
    }
    *out = rules;
    return true;
}

bool retention_before(int64_t now, int months, int32_t *out_day)
{
    struct date today = date_from_day(date_day_of_wall_ms(now));
    int month = today.year * 12 + today.month - 1 - months;
    if (months <= 0 || month < 12 * 1970 || !clock_is_believable(now)) {
        return false;
    }
    *out_day = date_to_day((struct date){month / 12, month % 12 + 1, 1});
    return true;
}

// --- A step -----------------------------------------------------------------

struct forgetting {
    const struct retention_rules *rules;
    int64_t now;
    struct retention_done done;
};

// The day stands in the trail: hailong verify holds what is gone against it.
static enum sql_result note(struct sql *sql, const char *action, int32_t before,
                            int64_t count, int64_t now)
{
    char day[DATE_ISO_SIZE], detail[64];
    date_format_iso(before, day);
    snprintf(detail, sizeof detail, "{\"count\": %lld}", (long long)count);
    const struct audit_entry entry = {now, "retention", action, day, detail};
    return count == 0 ? SQL_OK : audit_put(sql, &entry);
}

// A statement that changes rows that are older than ?1, at most ?2 of them.
static struct sql_statement *use_change(struct sql *sql, size_t statement,
                                        int64_t before)
{
    struct sql_statement *s = sql_use(sql, statement);
    sql_bind_int(s, 1, before);
    sql_bind_int(s, 2, STEP);
    return s;
}

static enum sql_result change(struct sql *sql, size_t statement, int64_t before,
                              int64_t *out_count)
{
    enum sql_result result = sql_execute(use_change(sql, statement, before));
    *out_count = result == SQL_OK ? sql_changes(sql) : 0;
    return result;
}

// Of the arrival that `marked` is at.
static enum sql_result delete_comment(struct sql *sql,
                                      struct sql_statement *marked)
{
    size_t size;
    const void *id = sql_bytes(marked, 1, &size);
    struct sql_statement *s = sql_use(sql, COMMENT_DELETE);
    sql_bind_int(s, 1, sql_int(marked, 0));
    sql_bind_bytes(s, 2, id, size);
    return sql_put(s);
}

// Marked arrivals are found by no index: their comments go one by one.
static enum sql_result forget_before(struct sql *sql, int64_t before,
                                     int64_t now, int64_t *out_count)
{
    struct sql_statement *s = use_change(sql, ARRIVALS_FORGET, before);
    enum sql_result result;
    sql_bind_int(s, 3, now);
    while ((result = sql_step(s)) == SQL_OK &&
           (result = delete_comment(sql, s)) == SQL_OK) {
        ++*out_count;
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result forget_comments(struct sql *sql, struct forgetting *f)
{
    int32_t day;
    int64_t count = 0;
    if (!retention_before(f->now, f->rules->comments_months, &day)) {
        return SQL_OK;
    }
    enum sql_result result =
        forget_before(sql, date_wall_ms_of_day(day), f->now, &count);
    if (result == SQL_OK) {
        result = note(sql, "comments-forgotten", day, count, f->now);
    }
    f->done.comments = count;
    f->done.more |= count == STEP;
    return result;
}

static enum sql_result forget_codes(struct sql *sql, struct forgetting *f)
{
    int32_t day;
    int64_t invited = 0, told = 0;
    if (!retention_before(f->now, f->rules->codes_months, &day)) {
        return SQL_OK;
    }
    int64_t before = date_wall_ms_of_day(day);
    enum sql_result result =
        change(sql, INVITATION_CODES_FORGET, before, &invited);
    if (result == SQL_OK) {
        result = change(sql, TRANSACTION_CODES_FORGET, before, &told);
    }
    f->done.codes = invited + told;
    f->done.more |= invited == STEP || told == STEP;
    return result == SQL_OK
               ? note(sql, "codes-forgotten", day, f->done.codes, f->now)
               : result;
}

static enum sql_result forget(struct sql *sql, void *ctx)
{
    struct forgetting *f = ctx;
    f->done = (struct retention_done){.more = false};
    enum sql_result result = forget_comments(sql, f);
    return result == SQL_OK ? forget_codes(sql, f) : result;
}

enum office_result office_forget(struct office *office,
                                 const struct retention_rules *rules,
                                 int64_t now, struct retention_done *out)
{
    struct forgetting f = {.rules = rules, .now = now};
    enum sql_result result = office_write(office, forget, &f);
    if (result != SQL_OK) {
        return office_result_of(result);
    }
    if (f.done.comments + f.done.codes > 0) {
        log_info("office",
                 "%lld comments and %lld codes had their time and "
                 "are deleted",
                 (long long)f.done.comments, (long long)f.done.codes);
    }
    *out = f.done;
    return f.done.more ? OFFICE_OK
                       : office_result_of(sql_checkpoint(office->sql, true));
}
