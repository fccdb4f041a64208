#include "office/audit.h"
#include "office/office_sql.h"
#include "office/papers.h"
#include <string.h>

static void read_paper(struct sql_statement *s, struct paper *out)
{
    memset(out, 0, sizeof *out);
    out->kind = (enum paper_kind)sql_int(s, 0);
    out->number = (int32_t)sql_int(s, 1);
    column_text(s, 2, out->name, sizeof out->name);
    out->made_at = sql_int(s, 3);
    out->mail = (enum paper_mail)sql_int(s, 4);
    out->tries = (int)sql_int(s, 5);
    out->next_at = sql_int(s, 6);
    out->sent_at = sql_int(s, 7);
    column_text(s, 8, out->said, sizeof out->said);
}

enum office_result office_last_paper(struct office *office,
                                     enum paper_kind kind, int32_t *out_number)
{
    struct sql_statement *s = sql_use(office->sql, PAPER_LAST);
    sql_bind_int(s, 1, kind);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_number = (int32_t)sql_int(s, 0);
    }
    sql_done(s);
    return office_result_of(result);
}

struct paper_work {
    const struct paper *paper;
    int64_t now;
};

static enum sql_result add_paper(struct sql *sql, void *ctx)
{
    const struct paper *paper = ctx;
    struct sql_statement *s = sql_use(sql, PAPER_ADD);
    sql_bind_int(s, 1, paper->kind);
    sql_bind_int(s, 2, paper->number);
    sql_bind_text(s, 3, paper->name);
    sql_bind_int(s, 4, paper->made_at);
    sql_bind_int(s, 5, paper->mail);
    sql_bind_int(s, 6, paper->next_at);
    enum sql_result result = sql_execute(s);
    if (result != SQL_OK || sql_changes(sql) == 0) {
        return result;
    }
    const struct audit_entry entry = {paper->made_at, "server", "paper-made",
                                      paper->name, ""};
    return audit_put(sql, &entry);
}

enum office_result office_add_paper(struct office *office,
                                    const struct paper *paper)
{
    struct paper copy = *paper;
    return office_result_of(office_work(office, add_paper, &copy));
}

enum office_result office_next_mail(struct office *office, int64_t now,
                                    struct paper *out)
{
    struct sql_statement *s = sql_use(office->sql, PAPER_NEXT_MAIL);
    sql_bind_int(s, 1, now);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        read_paper(s, out);
    }
    sql_done(s);
    return office_result_of(result);
}

static enum sql_result claim_mail(struct sql *sql, void *ctx)
{
    const struct paper_work *work = ctx;
    struct sql_statement *s = sql_use(sql, PAPER_CLAIM);
    sql_bind_int(s, 1, work->paper->kind);
    sql_bind_int(s, 2, work->paper->number);
    sql_bind_int(s, 3, work->paper->next_at);
    sql_bind_int(s, 4, work->now);
    enum sql_result result = sql_execute(s);
    return result == SQL_OK && sql_changes(sql) != 1 ? SQL_NONE : result;
}

enum office_result office_claim_mail(struct office *office,
                                     const struct paper *paper, int64_t until)
{
    struct paper_work work = {paper, until};
    return office_result_of(office_work(office, claim_mail, &work));
}

static enum sql_result keep_mail(struct sql *sql, void *ctx)
{
    const struct paper_work *work = ctx;
    const struct paper *paper = work->paper;
    struct sql_statement *s = sql_use(sql, PAPER_KEEP_MAIL);
    sql_bind_int(s, 1, paper->kind);
    sql_bind_int(s, 2, paper->number);
    sql_bind_int(s, 3, paper->mail);
    sql_bind_int(s, 4, paper->tries);
    sql_bind_int(s, 5, paper->next_at);
    sql_bind_int(s, 6, paper->sent_at);
    sql_bind_text(s, 7, paper->said);
    enum sql_result result = sql_execute(s);
    if (result != SQL_OK || paper->mail == PAPER_WAITS) {
        return result;
    }
    const struct audit_entry entry = {
        work->now, "server",
        paper->mail == PAPER_SENT ? "paper-mailed" : "paper-not-mailed",
        paper->name, paper->said};
    return audit_put(sql, &entry);
}

enum office_result office_keep_mail(struct office *office,
                                    const struct paper *paper, int64_t now)
{
    struct paper_work work = {paper, now};
    return office_result_of(office_work(office, keep_mail, &work));
}

enum office_result office_list_papers(struct office *office, size_t limit,
                                      paper_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, PAPERS_LIST);
    enum sql_result result = SQL_NONE;
    bool goes_on = true;
    sql_bind_int(s, 1, (int64_t)limit);
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        struct paper paper;
        read_paper(s, &paper);
        goes_on = row(ctx, &paper);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}
