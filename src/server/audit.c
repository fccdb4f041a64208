// GET /api/v1/audit?after=&who=&action=&limit=: the audit trail, newest first.
#include "office/audit.h"
#include "common/clock.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>

enum { LIMIT = 100, LIMIT_MOST = 500 };

struct page {
    json_t *rows;
    size_t count;
    int64_t last;
    bool failed;
};

static bool add_row(void *ctx, int64_t no, const struct audit_entry *entry)
{
    struct page *page = ctx;
    char at[CLOCK_ISO_SIZE];
    clock_format(entry->at, at);
    json_t *row =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "no", (json_int_t)no, "at",
                  at, "who", entry->who, "action", entry->action, "target",
                  entry->target, "detail", entry->detail);
    page->last = no;
    page->count++;
    page->failed |= json_array_append_new(page->rows, row) != 0;
    return !page->failed;
}

// A number from 1 to `most`; `out` stays when it is missing. False: the reply
// is set.
static bool read_number(struct request *request, const char *name, int64_t most,
                        int64_t *out)
{
    const char *text = NULL;
    char *end = NULL;
    if (!request_argument(request, name, &text)) {
        return false;
    }
    if (!text) {
        return true;
    }
    long long number = strtoll(text, &end, 10);
    if (*text < '1' || *text > '9' || *end != '\0' || number > most) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: must be a number from 1 to %lld", name,
                      (long long)most);
        return false;
    }
    *out = number;
    return true;
}

enum handling audit_handle(struct request *request)
{
    struct server *server = request->server;
    struct audit_wanted wanted = {.below = 0};
    int64_t limit = LIMIT;
    if (!read_number(request, "after", INT64_MAX - 1, &wanted.below) ||
        !read_number(request, "limit", LIMIT_MOST, &limit) ||
        !request_argument(request, "who", &wanted.who) ||
        !request_argument(request, "action", &wanted.action)) {
        return HANDLING_DONE;
    }
    wanted.limit = (size_t)limit;
    struct page page = {.rows = json_array()};
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_read_audit(office, &wanted, add_row, &page);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        json_decref(page.rows);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    bool has_more = page.count == wanted.limit && page.last > 1;
    json_t *answer =
        json_pack("{s:o, s:o}", "entries", page.rows, "next",
                  has_more ? json_integer(page.last) : json_null());
    if (page.failed) {
        json_decref(answer);
        answer = NULL;
    }
    reply_json(request, 200, answer);
    return HANDLING_DONE;
}
