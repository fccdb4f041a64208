#include "common/log.h"
#include "office/audit.h"
#include "office/issues.h"
#include "office/office_sql.h"
#include "office/verify_sql.h"
#include <stdio.h>
#include <string.h>

// --- Reading ----------------------------------------------------------------

static enum office_result take_body(struct sql_statement *s, int column,
                                    struct buf *out)
{
    size_t size = 0;
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        const void *bytes = sql_bytes(s, column, &size);
        buf_append(out, bytes ? bytes : "", size);
        result = buf_ok(out) ? SQL_OK : SQL_ERROR;
    }
    return office_result_of(result);
}

static struct sql_statement *use_newest(struct sql *sql, const char *kind,
                                        const char *by, const char *period_kind,
                                        const char *period)
{
    struct sql_statement *s = sql_use(sql, ISSUE_NEWEST);
    sql_bind_text(s, 1, kind);
    sql_bind_text(s, 2, by);
    sql_bind_text(s, 3, period_kind);
    sql_bind_text(s, 4, period);
    return s;
}

enum office_result office_newest_issue(struct office *office, const char *kind,
                                       const char *by, const char *period_kind,
                                       const char *period, int64_t *out_no,
                                       struct buf *out_body)
{
    struct sql_statement *s =
        use_newest(office->sql, kind, by, period_kind, period);
    enum office_result result = take_body(s, 1, out_body);
    if (result == OFFICE_OK) {
        *out_no = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

enum office_result office_read_issue(struct office *office, int64_t no,
                                     struct buf *out_body)
{
    struct sql_statement *s = sql_use(office->sql, ISSUE_BODY);
    sql_bind_int(s, 1, no);
    enum office_result result = take_body(s, 0, out_body);
    sql_done(s);
    return result;
}

enum office_result office_list_issues(struct office *office, int64_t below,
                                      size_t limit, office_issue_row *row,
                                      void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, ISSUE_LIST);
    sql_bind_int(s, 1, below > 0 ? below : INT64_MAX);
    sql_bind_int(s, 2, (int64_t)limit);
    enum sql_result result;
    bool goes_on = true;
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        unsigned char hash[DIGEST_BYTES] = {0};
        struct office_issue issue = {.no = sql_int(s, 0),
                                     .kind = sql_text(s, 1),
                                     .by = sql_text(s, 2),
                                     .period_kind = sql_text(s, 3),
                                     .period = sql_text(s, 4),
                                     .number = sql_text(s, 5),
                                     .restates = sql_int(s, 6),
                                     .at = sql_int(s, 7),
                                     .who = sql_text(s, 8)};
        column_bytes(s, 9, hash, sizeof hash);
        hex_encode(hash, sizeof hash, issue.hash);
        goes_on = row(ctx, &issue);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

// --- Adding -----------------------------------------------------------------

struct adding {
    struct office_issue *issue;
    const void *body;
    size_t size;
};

// SQL_NONE: the newest is another one than the one that is to be replaced.
static enum sql_result check_newest(struct sql *sql,
                                    const struct office_issue *issue)
{
    struct sql_statement *s = use_newest(sql, issue->kind, issue->by,
                                         issue->period_kind, issue->period);
    enum sql_result result = sql_step(s);
    int64_t newest = result == SQL_OK ? sql_int(s, 0) : 0;
    sql_done(s);
    if (result != SQL_OK && result != SQL_NONE) {
        return result;
    }
    return newest == issue->restates ? SQL_OK : SQL_NONE;
}

static enum sql_result tell(struct sql *sql, const struct office_issue *issue)
{
    char target[96], detail[160];
    snprintf(target, sizeof target, "%s %s:%s", issue->kind, issue->period_kind,
             issue->period);
    snprintf(detail, sizeof detail, "issue %lld, sha256 %s",
             (long long)issue->no, issue->hash);
    const struct audit_entry entry = {issue->at, issue->who, "report-issued",
                                      target, detail};
    return audit_put(sql, &entry);
}

static enum sql_result add(struct sql *sql, void *ctx)
{
    struct adding *adding = ctx;
    struct office_issue *issue = adding->issue;
    unsigned char hash[DIGEST_BYTES];
    int64_t no;
    enum sql_result result = check_newest(sql, issue);
    if (result == SQL_OK) {
        result = next_number(sql, ISSUE_NEXT, &no);
    }
    if (result != SQL_OK) {
        return result;
    }
    digest_of(adding->body, adding->size, hash);
    hex_encode(hash, sizeof hash, issue->hash);
    struct sql_statement *s = sql_use(sql, ISSUE_ADD);
    sql_bind_text(s, 1, issue->kind);
    sql_bind_text(s, 2, issue->by);
    sql_bind_text(s, 3, issue->period_kind);
    sql_bind_text(s, 4, issue->period);
    sql_bind_text(s, 5, issue->number);
    if (issue->restates > 0) {
        sql_bind_int(s, 6, issue->restates);
    } else {
        sql_bind_null(s, 6);
    }
    sql_bind_int(s, 7, issue->at);
    sql_bind_text(s, 8, issue->who);
    sql_bind_bytes(s, 9, hash, sizeof hash);
    sql_bind_bytes(s, 10, adding->body, adding->size);
    sql_bind_int(s, 11, no);
    issue->no = no;
    result = sql_execute(s);
    return result == SQL_OK ? tell(sql, issue) : result;
}

enum office_result office_add_issue(struct office *office,
                                    struct office_issue *issue,
                                    const void *body, size_t size)
{
    struct adding adding = {issue, body, size};
    return office_result_of(office_work(office, add, &adding));
}

// --- Verification -----------------------------------------------------------

// Its bytes must give its hash, and the audit trail must tell of that hash, of
// that report and of who issued it.
static enum sql_result verify_held(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_ISSUES);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        unsigned char kept[DIGEST_BYTES], hash[DIGEST_BYTES];
        size_t size = 0;
        const void *bytes = sql_bytes(s, 2, &size);
        digest_of(bytes ? bytes : "", size, hash);
        column_bytes(s, 1, kept, sizeof kept);
        if (memcmp(hash, kept, sizeof hash) != 0) {
            verify_find(v, "", 0, 0,
                        "issued report %lld is not what was issued: its bytes "
                        "do not give its hash",
                        (long long)sql_int(s, 0));
        } else if (sql_int(s, 3) == 0) {
            verify_find(
                v, "", 0, 0,
                "issued report %lld is not what the audit trail tells of",
                (long long)sql_int(s, 0));
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result verify_issues(struct verifying *v)
{
    enum sql_result result = verify_held(v);
    if (result != SQL_OK || v->is_stopped) {
        return result;
    }
    struct sql_statement *s = sql_use(v->sql, VERIFY_ISSUES_GONE);
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        verify_find(v, "", 0, 0,
                    "the issued report %s that the audit trail tells of is "
                    "gone: %s",
                    sql_text(s, 0), sql_text(s, 1));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}
