// GET /api/v1/ratings?after=&limit= and GET /api/v1/ratings.csv?from&to: single
// visits, for the Office alone. In mode anonymous a time is the quarter of an
// hour that holds it, and the transaction is not told. Comments are not here.
#include "office/ratings.h"
#include "common/clock.h"
#include "report/csv.h"
#include "report/period.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 500, LIMIT_MOST = 1000, PIECE = 500 };

// How visits look from outside.
struct view {
    bool linked;
};

static void write_time(const struct view *view, int64_t at,
                       char out[CLOCK_ISO_SIZE])
{
    // Vietnam's quarters begin with those of UTC.
    clock_format(view->linked ? at : at - at % OFFICE_QUARTER_MS, out);
}

// Why it is not counted: another visit of its transaction and step is.
static const char *find_reason(const struct office_rating *rating)
{
    if (rating->is_counted) {
        return "";
    }
    return rating->outcome == RECORD_RATED ? "duplicate" : "superseded";
}

static void join_reasons(const struct office_rating *rating, struct buf *out)
{
    for (size_t i = 0; i < rating->reason_count; i++) {
        buf_printf(out, "%s%s", i > 0 ? " " : "", rating->reasons[i]);
    }
}

// --- JSON -------------------------------------------------------------------

struct page {
    struct view view;
    json_t *rows;
    size_t count;
    bool failed;
};

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

// Words with a blank between two as an array.
static json_t *words_of(const char *words)
{
    json_t *list = json_array();
    while (*words) {
        size_t size = strcspn(words, " ");
        json_array_append_new(list, json_stringn(words, size));
        words += size + (words[size] == ' ');
    }
    return list;
}

static json_t *reasons_of(const struct office_rating *rating)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rating->reason_count; i++) {
        json_array_append_new(list, json_string(rating->reasons[i]));
    }
    return list;
}

static json_t *row_of(const struct view *view,
                      const struct office_rating *rating)
{
    char at[CLOCK_ISO_SIZE];
    const char letter[] = {time_quality_letter(rating->quality), '\0'};
    write_time(view, rating->at, at);
    json_t *level =
        rating->level > 0 ? json_integer(rating->level) : json_null();
    json_t *row = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o,"
        " s:b, s:o, s:o}",
        "id", rating->id, "at", at, "quality", letter, "device", rating->device,
        "counter", text_or_null(rating->counter), "field",
        text_or_null(rating->field), "procedure",
        text_or_null(rating->procedure), "step", text_or_null(rating->step),
        "officer", text_or_null(rating->officer), "channel",
        record_mode_name(rating->mode), "outcome",
        record_outcome_name(rating->outcome), "level", level, "reasons",
        reasons_of(rating), "counted", rating->is_counted, "reason",
        text_or_null(find_reason(rating)), "flags", words_of(rating->flags));
    if (row && view->linked) {
        json_object_set_new(row, "transaction",
                            text_or_null(rating->transaction));
    }
    return row;
}

static bool add_row(void *ctx, const struct office_rating *rating)
{
    struct page *page = ctx;
    page->failed |=
        json_array_append_new(page->rows, row_of(&page->view, rating)) != 0;
    page->count++;
    return !page->failed;
}

static bool read_limit(struct request *request, size_t *out)
{
    const char *text = NULL;
    if (!request_argument(request, "limit", &text)) {
        return false;
    }
    if (!text) {
        *out = LIMIT;
        return true;
    }
    size_t digits = strspn(text, "0123456789");
    long limit = digits > 0 && digits < 5 && text[digits] == '\0'
                     ? strtol(text, NULL, 10)
                     : 0;
    if (limit < 1 || limit > LIMIT_MOST) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "limit: give a whole number from 1 to %d", LIMIT_MOST);
        return false;
    }
    *out = (size_t)limit;
    return true;
}

static bool read_after(struct request *request, struct office_cursor *out)
{
    const char *text = NULL;
    if (!request_argument(request, "after", &text)) {
        return false;
    }
    *out = (struct office_cursor){0};
    if (text && !office_cursor_read(text, out)) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "after: is none of the cursors that this server gives "
                      "as next; begin without it");
        return false;
    }
    return true;
}

static enum office_result read_page(struct server *server,
                                    const struct office_ratings_wanted *wanted,
                                    office_rating_row *row, void *ctx,
                                    struct office_cursor *out_last)
{
    struct office *office = readers_take(server->readers);
    enum office_result result =
        office_ratings(office, wanted, row, ctx, out_last);
    readers_give(server->readers, office);
    return result;
}

enum handling ratings_handle(struct request *request)
{
    struct server *server = request->server;
    struct office_ratings_wanted wanted = {.now = clock_wall_ms(),
                                           .last_day = OFFICE_DAY_MOST,
                                           .with_recounts = true};
    struct office_cursor last;
    char next[OFFICE_CURSOR_SIZE];
    if (!read_limit(request, &wanted.limit) ||
        !read_after(request, &wanted.after)) {
        return HANDLING_DONE;
    }
    struct page page = {.view = {server->settings.defaults.linked},
                        .rows = json_array()};
    enum office_result result =
        read_page(server, &wanted, add_row, &page, &last);
    if (result != OFFICE_OK) {
        json_decref(page.rows);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    office_cursor_write(&last, next);
    json_t *answer =
        json_pack("{s:s, s:i, s:o, s:s, s:b}", "privacy",
                  page.view.linked ? "linked" : "anonymous", "minutes",
                  page.view.linked ? 0 : OFFICE_QUARTER_MS / 60000, "ratings",
                  page.rows, "next", next, "more", page.count == wanted.limit);
    if (page.failed) {
        json_decref(answer);
        answer = NULL;
    }
    reply_json(request, 200, answer);
    return HANDLING_DONE;
}

// --- CSV --------------------------------------------------------------------

struct sheet {
    struct server *server;
    struct view view;
    struct office_ratings_wanted wanted;
    bool has_names; // written
    size_t count;   // rows of the piece
    struct buf *out;
};

static void add_cell(struct sheet *sheet, const char *text)
{
    csv_add(text, sheet->out);
    buf_append_char(sheet->out, ',');
}

// The last cell, and what ends the line.
static void end_line(struct sheet *sheet, const char *text)
{
    csv_add(text, sheet->out);
    buf_append_text(sheet->out, CSV_END);
}

static void write_names(struct sheet *sheet)
{
    static const char *const names[] = {
        "id",      "at",        "quality", "device",  "counter",
        "field",   "procedure", "step",    "officer", "channel",
        "outcome", "level",     "reasons", "counted", "reason"};
    buf_append_text(sheet->out, CSV_BEGIN);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        add_cell(sheet, names[i]);
    }
    if (sheet->view.linked) {
        add_cell(sheet, "transaction");
    }
    end_line(sheet, "flags");
}

static bool write_line(void *ctx, const struct office_rating *rating)
{
    struct sheet *sheet = ctx;
    char at[CLOCK_ISO_SIZE];
    const char letter[] = {time_quality_letter(rating->quality), '\0'};
    const char level[] = {(char)('0' + rating->level), '\0'};
    struct buf reasons = {0};
    write_time(&sheet->view, rating->at, at);
    join_reasons(rating, &reasons);
    const char *const cells[] = {rating->id,
                                 at,
                                 letter,
                                 rating->device,
                                 rating->counter,
                                 rating->field,
                                 rating->procedure,
                                 rating->step,
                                 rating->officer,
                                 record_mode_name(rating->mode),
                                 record_outcome_name(rating->outcome),
                                 rating->level > 0 ? level : "",
                                 buf_text(&reasons),
                                 rating->is_counted ? "1" : "0",
                                 find_reason(rating)};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        add_cell(sheet, cells[i]);
    }
    if (sheet->view.linked) {
        add_cell(sheet, rating->transaction);
    }
    end_line(sheet, rating->flags);
    sheet->out->failed |= !buf_ok(&reasons);
    buf_free(&reasons);
    sheet->count++;
    return buf_ok(sheet->out);
}

static bool more_lines(void *ctx, struct buf *out)
{
    struct sheet *sheet = ctx;
    sheet->out = out;
    sheet->count = 0;
    if (!sheet->has_names) {
        sheet->has_names = true;
        write_names(sheet);
        return true;
    }
    return read_page(sheet->server, &sheet->wanted, write_line, sheet,
                     &sheet->wanted.after) == OFFICE_OK;
}

static bool read_days(struct request *request, struct period *out)
{
    const char *from = NULL, *to = NULL;
    struct buf message = {0};
    if (!request_argument(request, "from", &from) ||
        !request_argument(request, "to", &to)) {
        return false;
    }
    bool ok = from && to && period_parse_days(from, to, out, &message);
    if (!ok) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s",
                      from && to ? buf_text(&message)
                                 : "from, to: give both days, such as "
                                   "2026-11-15 and 2026-12-14");
    }
    buf_free(&message);
    return ok;
}

enum handling ratings_csv_handle(struct request *request)
{
    struct period period;
    char code[PERIOD_CODE_SIZE];
    if (!read_days(request, &period)) {
        return HANDLING_DONE;
    }
    struct sheet *sheet = calloc(1, sizeof *sheet);
    const struct reply_stream stream = {more_lines, free, sheet};
    if (!sheet) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    sheet->server = request->server;
    sheet->view.linked = request->server->settings.defaults.linked;
    sheet->wanted = (struct office_ratings_wanted){.now = clock_wall_ms(),
                                                   .first_day = period.first,
                                                   .last_day = period.last,
                                                   .limit = PIECE};
    period_code(&period, code);
    code[strcspn(code, "/")] = '_';
    reply_stream(request, 200, "text/csv; charset=utf-8; header=present",
                 &stream);
    reply_header(request, "Content-Disposition",
                 "attachment; filename=\"danh-gia_%s.csv\"", code);
    // cppcheck-suppress memleak // it is the reply's now
    return HANDLING_DONE;
}
