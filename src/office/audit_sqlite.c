#include "office/audit.h"
#include "office/office_sqlite.h"

enum sql_result audit_put(struct sql *sql, const struct audit_entry *entry)
{
    struct sql_statement *s = sql_use(sql, AUDIT_ADD);
    sql_bind_int(s, 1, entry->at);
    sql_bind_text(s, 2, entry->who);
    sql_bind_text(s, 3, entry->action);
    sql_bind_text(s, 4, entry->target);
    sql_bind_text(s, 5, entry->detail);
    return sql_execute(s);
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

enum office_result office_list_audit(struct office *office, audit_row *row,
                                     void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, AUDIT_LIST);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        const struct audit_entry entry = {sql_int(s, 0), sql_text(s, 1),
                                          sql_text(s, 2), sql_text(s, 3),
                                          sql_text(s, 4)};
        if (!row(ctx, &entry)) {
            result = SQL_NONE;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}
