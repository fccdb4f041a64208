#include "office/audit_sql.h"
#include "common/log.h"
#include <inttypes.h>
#include <stdio.h>

bool audit_extend(struct trail *trail, const struct audit_entry *entry)
{
    char at[24];
    const char *const fields[] = {at, entry->who, entry->action, entry->target,
                                  entry->detail};
    snprintf(at, sizeof at, "%" PRId64, entry->at);
    return trail_add(trail, fields, sizeof fields / sizeof fields[0]);
}

bool audit_read(struct sql_statement *s, struct audit_entry *out)
{
    *out = (struct audit_entry){sql_int(s, 1), sql_text(s, 2), sql_text(s, 3),
                                sql_text(s, 4), sql_text(s, 5)};
    return out->who && out->action && out->target && out->detail;
}

enum sql_result audit_last(struct sql *sql, struct trail *out)
{
    struct sql_statement *s = sql_use(sql, AUDIT_LAST);
    enum sql_result result = sql_step(s);
    *out = (struct trail){.size = 0};
    if (result == SQL_OK) {
        out->size = sql_int(s, 0);
        column_bytes(s, 1, out->head, sizeof out->head);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result audit_put(struct sql *sql, const struct audit_entry *entry)
{
    struct trail trail;
    enum sql_result result = audit_last(sql, &trail);
    if (result != SQL_OK) {
        return result;
    }
    if (!audit_extend(&trail, entry)) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(sql, AUDIT_ADD);
    sql_bind_int(s, 1, trail.size);
    sql_bind_int(s, 2, entry->at);
    sql_bind_text(s, 3, entry->who);
    sql_bind_text(s, 4, entry->action);
    sql_bind_text(s, 5, entry->target);
    sql_bind_text(s, 6, entry->detail);
    sql_bind_bytes(s, 7, trail.head, sizeof trail.head);
    return sql_execute(s);
}

static enum sql_result set_hash(struct sql *sql, int64_t no,
                                const struct trail *trail)
{
    struct sql_statement *s = sql_use(sql, AUDIT_CHAIN);
    sql_bind_int(s, 1, no);
    sql_bind_bytes(s, 2, trail->head, sizeof trail->head);
    return sql_execute(s);
}

enum sql_result audit_chain(struct sql *sql)
{
    struct trail trail = {.size = 0};
    struct audit_entry entry;
    struct sql_statement *s = sql_use(sql, AUDIT_ROWS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        result = audit_read(s, &entry) && audit_extend(&trail, &entry)
                     ? set_hash(sql, sql_int(s, 0), &trail)
                     : SQL_ERROR;
        if (result != SQL_OK) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result add_audit(struct sql *sql, void *ctx)
{
    return audit_put(sql, ctx);
}

enum office_result office_audit(struct office *office,
                                const struct audit_entry *entry)
{
    struct audit_entry copy = *entry;
    return office_result_of(office_work(office, add_audit, &copy));
}

enum office_result office_read_audit(struct office *office,
                                     const struct audit_wanted *wanted,
                                     audit_numbered_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, AUDIT_LIST);
    struct audit_entry entry;
    enum sql_result result;
    sql_bind_int(s, 1, wanted->below > 0 ? wanted->below : INT64_MAX);
    sql_bind_text(s, 2, wanted->who);
    sql_bind_text(s, 3, wanted->action);
    sql_bind_int(s, 4, (int64_t)wanted->limit);
    while ((result = sql_step(s)) == SQL_OK) {
        if (!audit_read(s, &entry)) {
            result = SQL_CORRUPT;
            break;
        }
        if (!row(ctx, sql_int(s, 0), &entry)) {
            result = SQL_NONE;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

// A row without its number.
struct plain_row {
    audit_row *row;
    void *ctx;
};

static bool give_plainly(void *ctx, int64_t no, const struct audit_entry *entry)
{
    const struct plain_row *plain = ctx;
    (void)no;
    return plain->row(plain->ctx, entry);
}

enum office_result office_list_audit(struct office *office, audit_row *row,
                                     void *ctx)
{
    const struct audit_wanted all = {.limit = INT32_MAX};
    struct plain_row plain = {row, ctx};
    return office_read_audit(office, &all, give_plainly, &plain);
}
