#include "office/alerts.h"
#include "office/audit.h"
#include "office/office_sql.h"
#include <stdio.h>
#include <string.h>

const char *alert_kind_name(enum alert_kind kind)
{
    static const char *const names[ALERT_KIND_COUNT] = {
        [ALERT_LOW_SHARE] = "low-share",
        [ALERT_SILENT] = "silent-device",
        [ALERT_TARGET] = "target",
        [ALERT_FAULT] = "device-fault",
        [ALERT_BACKUP] = "backup",
        [ALERT_DISK] = "disk"};
    return names[kind];
}

static void read_alert(struct sql_statement *s, struct alert *out)
{
    *out = (struct alert){.no = sql_int(s, 0),
                          .kind = (enum alert_kind)sql_int(s, 1),
                          .subject = sql_text(s, 2),
                          .label = sql_text(s, 3),
                          .detail = sql_text(s, 4),
                          .opened_at = sql_int(s, 5),
                          .ended_at = sql_int(s, 6),
                          .acknowledged_at = sql_int(s, 7),
                          .acknowledged_by = sql_text(s, 8),
                          .comment = sql_text(s, 9)};
}

enum office_result office_list_alerts(struct office *office,
                                      enum alerts_state state, int64_t below,
                                      size_t limit, alert_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(
        office->sql, state == ALERTS_OPEN ? ALERTS_LIST_OPEN : ALERTS_LIST);
    enum sql_result result = SQL_NONE;
    bool goes_on = true;
    sql_bind_int(s, 1, below > 0 ? below : INT64_MAX);
    sql_bind_int(s, 2, (int64_t)limit);
    if (state != ALERTS_OPEN) {
        sql_bind_int(s, 3, state == ALERTS_ENDED);
    }
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        struct alert alert;
        read_alert(s, &alert);
        goes_on = row(ctx, &alert);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

enum office_result office_count_open_alerts(struct office *office,
                                            int64_t *out_count)
{
    struct sql_statement *s = sql_use(office->sql, ALERTS_COUNT_OPEN);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_count = sql_int(s, 0);
    }
    sql_done(s);
    return office_result_of(result);
}

static const struct alert_condition *
condition_of(const struct alert_conditions *conditions, enum alert_kind kind,
             const char *subject)
{
    for (size_t i = 0; i < conditions->count; i++) {
        const struct alert_condition *condition = &conditions->all[i];
        if (condition->kind == kind &&
            strcmp(condition->subject, subject) == 0) {
            return condition;
        }
    }
    return NULL;
}

static enum sql_result is_open(struct sql *sql,
                               const struct alert_condition *condition)
{
    struct sql_statement *s = sql_use(sql, ALERT_IS_OPEN);
    sql_bind_int(s, 1, condition->kind);
    sql_bind_text(s, 2, condition->subject);
    enum sql_result result = sql_step(s);
    sql_done(s);
    return result;
}

struct comparing {
    const struct alert_conditions *conditions;
    bool has_passed;
};

static bool look_for_passed(void *ctx, const struct alert *alert)
{
    struct comparing *comparing = ctx;
    comparing->has_passed =
        comparing->conditions->looked_for[alert->kind] &&
        !condition_of(comparing->conditions, alert->kind, alert->subject);
    return !comparing->has_passed;
}

bool office_alerts_change(struct office *office,
                          const struct alert_conditions *conditions)
{
    struct comparing comparing = {conditions, false};
    if (office_list_alerts(office, ALERTS_OPEN, 0, INT32_MAX, look_for_passed,
                           &comparing) != OFFICE_OK ||
        comparing.has_passed) {
        return true;
    }
    for (size_t i = 0; i < conditions->count; i++) {
        if (conditions->all[i].opens &&
            is_open(office->sql, &conditions->all[i]) != SQL_OK) {
            return true;
        }
    }
    return false;
}

struct settling {
    const struct alert_conditions *conditions;
    int64_t now;
};

static enum sql_result open_alert(struct sql *sql,
                                  const struct alert_condition *condition,
                                  int64_t now)
{
    int64_t no;
    enum sql_result result = is_open(sql, condition);
    if (result != SQL_NONE) {
        return result;
    }
    result = next_number(sql, ALERT_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, ALERT_ADD);
    sql_bind_int(s, 1, condition->kind);
    sql_bind_text(s, 2, condition->subject);
    sql_bind_text(s, 3, condition->label);
    sql_bind_text(s, 4, condition->detail);
    sql_bind_int(s, 5, now);
    sql_bind_int(s, 6, no);
    return sql_execute(s);
}

static enum sql_result end_alert(struct sql *sql, int64_t no, int64_t now)
{
    struct sql_statement *s = sql_use(sql, ALERT_END);
    sql_bind_int(s, 1, no);
    sql_bind_int(s, 2, now);
    return sql_execute(s);
}

// The next open one of a higher number.
static enum sql_result next_open(struct sql *sql, int64_t above,
                                 int64_t *out_no, enum alert_kind *out_kind,
                                 char out_subject[ALERT_SUBJECT_SIZE])
{
    struct sql_statement *s = sql_use(sql, ALERT_NEXT_OPEN);
    sql_bind_int(s, 1, above);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_no = sql_int(s, 0);
        *out_kind = (enum alert_kind)sql_int(s, 1);
        column_text(s, 2, out_subject, ALERT_SUBJECT_SIZE);
    }
    sql_done(s);
    return result;
}

static enum sql_result settle(struct sql *sql, void *ctx)
{
    const struct settling *work = ctx;
    const struct alert_conditions *conditions = work->conditions;
    char subject[ALERT_SUBJECT_SIZE];
    enum alert_kind kind;
    int64_t no = 0;
    enum sql_result result;
    while ((result = next_open(sql, no, &no, &kind, subject)) == SQL_OK) {
        if (conditions->looked_for[kind] &&
            !condition_of(conditions, kind, subject)) {
            result = end_alert(sql, no, work->now);
        }
        if (result != SQL_OK) {
            return result;
        }
    }
    result = result == SQL_NONE ? SQL_OK : result;
    for (size_t i = 0; result == SQL_OK && i < conditions->count; i++) {
        if (conditions->all[i].opens) {
            result = open_alert(sql, &conditions->all[i], work->now);
        }
    }
    return result;
}

enum office_result
office_settle_alerts(struct office *office,
                     const struct alert_conditions *conditions, int64_t now)
{
    struct settling work = {conditions, now};
    return office_result_of(office_work(office, settle, &work));
}

static enum sql_result acknowledge(struct sql *sql, void *ctx)
{
    struct alert_wish *wish = ctx;
    char target[24];
    struct sql_statement *s = sql_use(sql, ALERT_ACKNOWLEDGED_AT);
    sql_bind_int(s, 1, wish->no);
    enum sql_result result = sql_step(s);
    wish->is_acknowledged = result == SQL_OK && sql_int(s, 0) != 0;
    sql_done(s);
    if (result != SQL_OK || wish->is_acknowledged) {
        return result == SQL_OK ? SQL_NONE : result;
    }
    s = sql_use(sql, ALERT_ACKNOWLEDGE);
    sql_bind_int(s, 1, wish->no);
    sql_bind_int(s, 2, wish->now);
    sql_bind_text(s, 3, wish->who);
    sql_bind_text(s, 4, wish->comment);
    result = sql_execute(s);
    if (result != SQL_OK) {
        return result;
    }
    snprintf(target, sizeof target, "%lld", (long long)wish->no);
    const struct audit_entry entry = {
        wish->now, wish->who, "alert-acknowledged", target, wish->comment};
    return audit_put(sql, &entry);
}

enum office_result office_acknowledge_alert(struct office *office,
                                            struct alert_wish *wish)
{
    return office_result_of(office_work(office, acknowledge, wish));
}

enum office_result office_list_alert_devices(struct office *office,
                                             alert_device_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, ALERT_DEVICES);
    enum sql_result result = SQL_NONE;
    bool goes_on = true;
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        const struct alert_device device = {.id = sql_text(s, 0),
                                            .name = sql_text(s, 1),
                                            .counter = sql_text(s, 2),
                                            .enrolled_at = sql_int(s, 3),
                                            .seen_at = sql_int(s, 4),
                                            .state = sql_text(s, 5),
                                            .point = sql_text(s, 6)};
        goes_on = row(ctx, &device);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}
