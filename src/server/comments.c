// GET /api/v1/comments?period|from&to&level&counter&field&reason&q&after&limit:
// what citizens wrote, newest first, with long numbers masked. The time is the
// quarter of an hour, in every mode; nothing says who was at the counter.
#include "office/comments.h"
#include "common/clock.h"
#include "report/reasons.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/opened.h"
#include "server/query.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT = 50,
    LIMIT_MOST = 200,
    LOOKS = 200 // comments that one search opens
};

struct page {
    struct server *server;
    struct search search;
    json_t *rows;
    bool failed;
};

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *reasons_of(const struct i18n *texts,
                          const struct office_comment *comment)
{
    json_t *list = json_array();
    for (size_t i = 0; i < comment->reason_count; i++) {
        json_t *labels = json_object();
        for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
            struct buf label = {0};
            reasons_label(texts, (enum i18n_language)language,
                          comment->reasons[i], &label);
            json_object_set_new(labels, i18n_code((enum i18n_language)language),
                                json_string(buf_text(&label)));
            buf_free(&label);
        }
        json_array_append_new(list,
                              json_pack("{s:s, s:o}", "id", comment->reasons[i],
                                        "label", labels));
    }
    return list;
}

static json_t *field_name(const struct server *server, const char *code)
{
    const struct office_field *field = fields_find(server->fields, code);
    return field ? json_pack("{s:s, s:s}", "vi", field->vi, "en", field->en)
                 : json_null();
}

static json_t *row_of(const struct server *server,
                      const struct office_comment *comment,
                      const struct opened *opened)
{
    char at[CLOCK_ISO_SIZE];
    bool is_read = opened->state == OPENED_READ;
    clock_format(comment->quarter_at, at);
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:s, s:o, s:i, s:o}",
        "id", comment->id, "at", at, "level",
        comment->level > 0 ? json_integer(comment->level) : json_null(),
        "reasons", reasons_of(server->texts, comment), "counter",
        text_or_null(comment->counter), "field", text_or_null(comment->field),
        "field_name", field_name(server, comment->field), "channel",
        record_mode_name(comment->mode), "counted", comment->is_counted,
        "state", opened_state_name(opened->state), "text",
        is_read ? json_string(buf_text(&opened->text)) : json_null(), "masked",
        (int)opened->masked, "case",
        comment->has_case ? json_string(case_state_name(comment->case_state))
                          : json_null());
}

static enum office_comment_use add_row(void *ctx,
                                       const struct office_comment *comment)
{
    struct page *page = ctx;
    struct opened opened;
    enum office_comment_use use = OFFICE_COMMENT_PASSED;
    if (!opened_make(comment, &page->server->identity.box, &opened)) {
        page->failed = true;
    } else if (search_is_empty(&page->search) ||
               search_fits(&page->search, &opened)) {
        use = OFFICE_COMMENT_TAKEN;
        page->failed |=
            json_array_append_new(page->rows,
                                  row_of(page->server, comment, &opened)) != 0;
    }
    opened_free(&opened);
    return use;
}

static bool complain(struct request *request, const char *what)
{
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s", what);
    return false;
}

static bool read_number(struct request *request, const char *name, long most,
                        long otherwise, long *out)
{
    const char *text = NULL;
    if (!request_argument(request, name, &text)) {
        return false;
    }
    *out = otherwise;
    if (!text) {
        return true;
    }
    size_t digits = strspn(text, "0123456789");
    *out = digits > 0 && digits < 5 && text[digits] == '\0'
               ? strtol(text, NULL, 10)
               : 0;
    if (*out < 1 || *out > most) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: give a whole number from 1 to %ld", name, most);
        return false;
    }
    return true;
}

static bool read_days(struct request *request,
                      struct office_comments_wanted *out)
{
    struct period period;
    if (!query_period(request, &period)) {
        return false;
    }
    out->first_day = period.first;
    out->last_day = period.last;
    return true;
}

static bool read_after(struct request *request,
                       struct office_comments_wanted *out)
{
    const char *text = NULL;
    if (!request_argument(request, "after", &text)) {
        return false;
    }
    out->goes_on = text != NULL;
    return !text || office_cursor_read(text, &out->after) ||
           complain(request, "after: is none of the cursors that this server "
                             "gives as next; begin without it");
}

static bool read_search(struct request *request, struct search *out)
{
    const char *text = NULL;
    *out = (struct search){.words = {0}};
    return request_argument(request, "q", &text) &&
           (search_read(text, out) ||
            complain(request,
                     "q: is too long, or no text; search for a few words"));
}

static bool read_query(struct request *request,
                       struct office_comments_wanted *out,
                       struct search *out_search)
{
    long level, limit;
    *out = (struct office_comments_wanted){.now = clock_wall_ms()};
    if (!read_days(request, out) || !read_after(request, out) ||
        !read_number(request, "level", 5, 0, &level) ||
        !read_number(request, "limit", LIMIT_MOST, LIMIT, &limit) ||
        !request_argument(request, "counter", &out->counter) ||
        !request_argument(request, "field", &out->field) ||
        !request_argument(request, "reason", &out->reason) ||
        !read_search(request, out_search)) {
        return false;
    }
    out->level = (int)level;
    out->limit = (size_t)limit;
    out->looks = search_is_empty(out_search) ? out->limit : LOOKS;
    return true;
}

static enum office_result read_page(struct page *page,
                                    const struct office_comments_wanted *wanted,
                                    struct office_cursor *out_last,
                                    bool *out_more)
{
    struct readers *readers = page->server->readers;
    struct office *office = readers_take(readers);
    enum office_result result =
        office_comments(office, wanted, add_row, page, out_last, out_more);
    readers_give(readers, office);
    return result;
}

enum handling comments_handle(struct request *request)
{
    struct page page = {.server = request->server};
    struct office_comments_wanted wanted;
    struct office_cursor last;
    char next[OFFICE_CURSOR_SIZE];
    bool more = false;
    if (!read_query(request, &wanted, &page.search)) {
        search_free(&page.search);
        return HANDLING_DONE;
    }
    page.rows = json_array();
    enum office_result result = read_page(&page, &wanted, &last, &more);
    search_free(&page.search);
    if (result != OFFICE_OK) {
        json_decref(page.rows);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    office_cursor_write(&last, next);
    json_t *answer =
        json_pack("{s:i, s:o, s:o, s:b}", "minutes", OFFICE_QUARTER_MS / 60000,
                  "comments", page.rows, "next",
                  more ? json_string(next) : json_null(), "more", more);
    if (page.failed) {
        json_decref(answer);
        answer = NULL;
    }
    reply_json(request, 200, answer);
    return HANDLING_DONE;
}
