#include "common/date.h"
#include "common/log.h"
#include "office/case_rules.h"
#include "office/documents.h"
#include "office/notices.h"
#include "office/office_sql.h"
#include "office/ticket.h"
#include <string.h>

// SQL_NONE: one of them is not closed, or not there.
static enum sql_result check_closed(struct sql *sql, const json_t *cases)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < json_array_size(cases) && result == SQL_OK; i++) {
        const char *id = json_string_value(json_array_get(cases, i));
        int64_t ticket;
        if (!id || !ticket_read(id, &ticket)) {
            return SQL_NONE;
        }
        struct sql_statement *s = sql_use(sql, CASE_STATE);
        sql_bind_int(s, 1, ticket);
        result = sql_step(s);
        if (result == SQL_OK && sql_int(s, 0) != CASE_CLOSED) {
            result = SQL_NONE;
        }
        sql_done(s);
    }
    return result;
}

static bool is_past(const json_t *notice, int32_t today)
{
    const char *to = "";
    int32_t last;
    json_get_text(notice, "to", &to);
    return !date_parse_iso(to, &last) || last < today;
}

static json_t *as_told(const json_t *notice)
{
    static const char *const keys[] = {"vi", "en", "from", "to"};
    json_t *told = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_object_set(told, keys[i], json_object_get(notice, keys[i]));
    }
    return told;
}

static enum sql_result gather(struct sql *sql, const json_t *list,
                              int32_t today, json_t *out)
{
    for (size_t i = 0;
         i < json_array_size(list) && json_array_size(out) < NOTICES_TOLD;
         i++) {
        const json_t *notice = json_array_get(list, i);
        if (is_past(notice, today)) {
            continue;
        }
        enum sql_result result =
            check_closed(sql, json_object_get(notice, "cases"));
        if (result == SQL_OK &&
            json_array_append_new(out, as_told(notice)) != 0) {
            result = SQL_ERROR;
        }
        if (result != SQL_OK && result != SQL_NONE) {
            return result;
        }
    }
    return SQL_OK;
}

// NULL: nobody ever changed them, or they cannot be read.
static enum office_result read_body(struct office *office, json_t **out)
{
    struct buf text = {0};
    char message[JSON_MESSAGE_SIZE];
    int64_t version;
    enum office_result result =
        office_read_document(office, "notices", &version, &text);
    *out = NULL;
    if (result == OFFICE_OK) {
        *out = json_read(buf_text(&text), text.size, message);
        if (!*out) {
            log_error("office", "the settings notices cannot be read: %s",
                      message);
        }
    }
    buf_free(&text);
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

enum office_result office_notices(struct office *office, int32_t today,
                                  json_t **out)
{
    json_t *body = NULL, *list = json_array();
    enum office_result result = read_body(office, &body);
    if (result == OFFICE_OK) {
        result = office_result_of(
            gather(office->sql, json_object_get(body, "notices"), today, list));
    }
    json_decref(body);
    if (result != OFFICE_OK || !list) {
        json_decref(list);
        return result == OFFICE_OK ? OFFICE_ERROR : result;
    }
    *out = list;
    return OFFICE_OK;
}
