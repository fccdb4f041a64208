#include "common/date.h"
#include "common/log.h"
#include "office/forms.h"
#include "office/ingest_sql.h"
#include "office/verify_sql.h"
#include <string.h>

static enum sql_result is_of_desk(struct office *office, int64_t device_no,
                                  bool *out_is)
{
    struct sql_statement *s = sql_use(office->sql, FORM_DESK);
    sql_bind_int(s, 1, device_no);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_is = sql_int(s, 0) != 0;
    }
    sql_done(s);
    return result;
}

// A paper form is of the day that stands on it, whenever it is entered.
static int64_t time_of(const struct office_visit *visit, int64_t at,
                       bool is_paper)
{
    return is_paper && visit->answered_at > 0 ? visit->answered_at : at;
}

// Adds a row of FORM_COUNTED to the totals: its numbers and, fifth, a question.
static enum sql_result put_counted(struct sql *sql, struct sql_statement *from)
{
    enum { QUESTION = 4, COLUMNS = 11 };
    struct sql_statement *s = sql_use(sql, FORM_TOTAL_ADD);
    for (int i = 0; i < COLUMNS; i++) {
        if (i == QUESTION) {
            sql_bind_text(s, i + 1, sql_text(from, i));
        } else {
            sql_bind_int(s, i + 1, sql_int(from, i));
        }
    }
    return sql_put(s);
}

static enum sql_result count_form(struct taking *t, int64_t seq)
{
    struct sql *sql = t->office->sql;
    struct sql_statement *s = sql_use(sql, FORM_COUNTED);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_int(s, 3, seq);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        result = put_counted(sql, s);
        if (result != SQL_OK) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result form_take(struct taking *t, const struct office_line *line)
{
    const struct office_visit *visit = &line->visit;
    bool is_paper = false;
    int64_t survey = 0;
    enum sql_result result = is_of_desk(t->office, t->device->no, &is_paper);
    if (result == SQL_OK) {
        result = known_code(t->office, visit->survey, &survey);
    }
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(t->office->sql, FORM_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_int(s, 3, line->seq);
    sql_bind_int(s, 4, time_of(visit, t->at, is_paper));
    sql_bind_int(s, 5, survey);
    sql_bind_int(s, 6, visit->survey_version);
    result = sql_execute(s);
    return result == SQL_OK ? count_form(t, line->seq) : result;
}

// --- Reading ----------------------------------------------------------------

static enum office_result give_rows(struct sql_statement *s,
                                    office_form_row *row, void *ctx)
{
    enum sql_result result;
    bool goes_on = true;
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        struct office_form_total total = {.survey = sql_text(s, 0),
                                          .version = sql_int(s, 1),
                                          .is_paper = sql_int(s, 2) != 0,
                                          .question = sql_text(s, 3)};
        for (int level = 0; level <= 5; level++) {
            total.levels[level] = sql_int(s, 4 + level);
        }
        goes_on = row(ctx, &total);
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

enum office_result office_forms(struct office *office, int32_t from_day,
                                int32_t to_day, office_form_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, FORM_TOTALS);
    sql_bind_int(s, 1, from_day);
    sql_bind_int(s, 2, to_day);
    return give_rows(s, row, ctx);
}

enum office_result office_recount_forms_to(struct office *office,
                                           const struct office_head *heads,
                                           size_t count, int32_t from_day,
                                           int32_t to_day, office_form_row *row,
                                           void *ctx)
{
    struct buf list = {0};
    heads_list(heads, count, &list);
    if (!buf_ok(&list)) {
        log_error("office", "out of memory");
        buf_free(&list);
        return OFFICE_ERROR;
    }
    struct sql_statement *s = sql_use(office->sql, FORM_RECOUNT_TO);
    sql_bind_int(s, 1, from_day);
    sql_bind_int(s, 2, to_day);
    sql_bind_text(s, 3, buf_text(&list));
    enum office_result result = give_rows(s, row, ctx);
    buf_free(&list);
    return result;
}

// --- Verification -----------------------------------------------------------

enum sql_result verify_form(struct verifying *v, const char *device,
                            int64_t device_no, int64_t gen,
                            const struct office_line *line, int64_t at)
{
    struct sql_statement *s = sql_use(v->sql, FORM_GET);
    const struct office_visit *visit = &line->visit;
    sql_bind_int(s, 1, device_no);
    sql_bind_int(s, 2, gen);
    sql_bind_int(s, 3, line->seq);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        const char *survey = sql_text(s, 2);
        v->form_rows++;
        if (sql_int(s, 0) != time_of(visit, at, sql_int(s, 3) != 0) ||
            sql_int(s, 1) != visit->survey_version || !survey ||
            strcmp(survey, visit->survey) != 0) {
            verify_find(v, device, gen, line->seq,
                        "is counted as another form than it is");
        }
    } else if (result == SQL_NONE) {
        verify_find(v, device, gen, line->seq,
                    "is a form, and is missing among the forms");
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result count_forms(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_FORM_COUNT);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 0) != v->form_rows) {
        verify_find(v, "", 0, 0,
                    "there are %lld forms, and the lines give "
                    "%lld",
                    (long long)sql_int(s, 0), (long long)v->form_rows);
    }
    sql_done(s);
    return result;
}

enum sql_result verify_forms(struct verifying *v)
{
    enum sql_result result = count_forms(v);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(v->sql, VERIFY_FORM_TOTALS);
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        char day[DATE_ISO_SIZE];
        const char *question = sql_text(s, 1);
        date_format_iso((int32_t)sql_int(s, 0), day);
        verify_find(v, "", 0, 0,
                    "the totals of forms of %s, question \"%s\", are not what "
                    "their lines give",
                    day, question ? question : "");
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}
