#include "common/log.h"
#include "office/audit.h"
#include "office/documents.h"
#include "office/verify_sql.h"
#include <stdio.h>
#include <string.h>

enum office_result office_list_document(struct office *office, const char *name,
                                        document_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, DOCUMENT_LIST);
    enum sql_result result;
    bool goes_on = true;
    sql_bind_text(s, 1, name);
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        const struct document_version version = {
            sql_int(s, 0), sql_int(s, 1), sql_text(s, 2), sql_text(s, 3)};
        goes_on = row(ctx, &version);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

enum office_result office_count_documents(struct office *office,
                                          int64_t *out_count)
{
    struct sql_statement *s = sql_use(office->sql, DOCUMENTS_COUNT);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_count = sql_int(s, 0);
    }
    sql_done(s);
    return office_result_of(result);
}

struct newest {
    int64_t version; // 0: none
    struct buf *body;
};

static bool take_newest(void *ctx, const struct document_version *version)
{
    struct newest *newest = ctx;
    newest->version = version->version;
    buf_append_text(newest->body, version->body ? version->body : "");
    return false;
}

enum office_result office_read_document(struct office *office, const char *name,
                                        int64_t *out_version,
                                        struct buf *out_body)
{
    struct newest newest = {.body = out_body};
    enum office_result result =
        office_list_document(office, name, take_newest, &newest);
    if (result != OFFICE_OK) {
        return result;
    }
    if (newest.version == 0) {
        return OFFICE_NONE;
    }
    if (!buf_ok(out_body)) {
        log_error("office", "out of memory");
        return OFFICE_ERROR;
    }
    *out_version = newest.version;
    return OFFICE_OK;
}

struct putting {
    const struct document_wish *wish;
    int64_t version; // the newest
};

static enum sql_result read_newest(struct sql *sql, const char *name,
                                   int64_t *out_version)
{
    struct sql_statement *s = sql_use(sql, DOCUMENT_NEWEST);
    sql_bind_text(s, 1, name);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_version = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

// What the audit trail says of a version, with the hash of its bytes.
enum { DETAIL_SIZE = 64 + DIGEST_HEX_SIZE };
static void write_detail(int64_t version, const char *body,
                         char out[DETAIL_SIZE])
{
    unsigned char hash[DIGEST_BYTES];
    char hex[DIGEST_HEX_SIZE];
    digest_of(body, strlen(body), hash);
    hex_encode(hash, sizeof hash, hex);
    snprintf(out, DETAIL_SIZE, "version %lld, after version %lld, sha256 %s",
             (long long)version, (long long)version - 1, hex);
}

static enum sql_result tell(struct sql *sql, const struct putting *work)
{
    const struct document_wish *wish = work->wish;
    char detail[DETAIL_SIZE];
    write_detail(work->version, wish->body, detail);
    const struct audit_entry entry = {wish->at, wish->who, "settings-changed",
                                      wish->name, detail};
    enum sql_result result = audit_put(sql, &entry);
    return result == SQL_OK && wish->also ? audit_put(sql, wish->also) : result;
}

static enum sql_result put(struct sql *sql, void *ctx)
{
    struct putting *work = ctx;
    const struct document_wish *wish = work->wish;
    enum sql_result result = read_newest(sql, wish->name, &work->version);
    if (result != SQL_OK) {
        return result;
    }
    if (work->version != wish->expected) {
        return SQL_NONE;
    }
    work->version++;
    struct sql_statement *s = sql_use(sql, DOCUMENT_ADD);
    sql_bind_text(s, 1, wish->name);
    sql_bind_int(s, 2, work->version);
    sql_bind_int(s, 3, wish->at);
    sql_bind_text(s, 4, wish->who);
    sql_bind_text(s, 5, wish->body);
    result = sql_execute(s);
    return result == SQL_OK ? tell(sql, work) : result;
}

enum office_result office_put_document(struct office *office,
                                       const struct document_wish *wish,
                                       int64_t *out_version)
{
    struct putting work = {.wish = wish};
    enum office_result result =
        office_result_of(office_write(office, put, &work));
    if (result == OFFICE_OK || result == OFFICE_NONE) {
        *out_version = work.version;
    }
    return result;
}

// --- Verification -----------------------------------------------------------

static enum sql_result is_told(struct sql *sql, struct sql_statement *version,
                               bool *out)
{
    char detail[DETAIL_SIZE];
    write_detail(sql_int(version, 1), sql_text(version, 4), detail);
    struct sql_statement *s = sql_use(sql, DOCUMENT_TOLD);
    sql_bind_text(s, 1, sql_text(version, 0));
    sql_bind_int(s, 2, sql_int(version, 2));
    sql_bind_text(s, 3, sql_text(version, 3));
    sql_bind_text(s, 4, detail);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK;
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result verify_versions(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_DOCUMENTS);
    enum sql_result result, told = SQL_OK;
    while ((result = sql_step(s)) == SQL_OK && told == SQL_OK &&
           !v->is_stopped) {
        bool is_there = false;
        told = is_told(v->sql, s, &is_there);
        if (told == SQL_OK && !is_there) {
            verify_find(v, "", 0, 0,
                        "version %lld of the settings \"%s\" is not what the "
                        "audit trail tells of",
                        (long long)sql_int(s, 1), sql_text(s, 0));
        }
    }
    sql_done(s);
    return result == SQL_NONE || result == SQL_OK ? told : result;
}

// Every version must be the one that the audit trail tells of, and none that it
// tells of may be gone.
enum sql_result verify_documents(struct verifying *v)
{
    enum sql_result result = verify_versions(v);
    if (result != SQL_OK || v->is_stopped) {
        return result;
    }
    struct sql_statement *s = sql_use(v->sql, VERIFY_DOCUMENTS_GONE);
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        verify_find(v, "", 0, 0,
                    "the settings \"%s\" that the audit trail tells of are "
                    "gone: %s",
                    sql_text(s, 0), sql_text(s, 1));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}
