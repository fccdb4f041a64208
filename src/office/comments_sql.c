#include "office/comments_sql.h"
#include "common/date.h"
#include "common/log.h"
#include "office/comments.h"
#include "office/rounds_sql.h"
#include <stdlib.h>
#include <string.h>

// Rows that one call looks at, whatever it finds.
enum { ROWS_MOST = 20000 };

// --- Keeping ----------------------------------------------------------------

static int compare_numbers(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// " 12 15 "; "" for none.
static void write_reasons(const struct reason_list *reasons, struct buf *out)
{
    struct reason_list sorted = *reasons;
    qsort(sorted.all, sorted.count, sizeof sorted.all[0], compare_numbers);
    for (size_t i = 0; i < sorted.count; i++) {
        buf_printf(out, " %lld", (long long)sorted.all[i]);
    }
    if (sorted.count > 0) {
        buf_append_char(out, ' ');
    }
}

static enum sql_result use_place(struct sql *sql, size_t statement,
                                 const struct comment_place *place)
{
    struct buf reasons = {0};
    write_reasons(&place->reasons, &reasons);
    struct sql_statement *s = sql_use(sql, statement);
    sql_bind_int(s, 1, place->quarter);
    sql_bind_int(s, 2, place->device_no);
    sql_bind_int(s, 3, place->gen);
    sql_bind_int(s, 4, place->seq);
    sql_bind_int(s, 5, place->level);
    sql_bind_int(s, 6, place->counter);
    sql_bind_int(s, 7, place->field);
    sql_bind_text(s, 8, buf_text(&reasons));
    if (statement == COMMENT_PLACE_ADD) {
        sql_bind_int(s, 9, place->round);
    }
    enum sql_result result = buf_ok(&reasons) ? sql_step(s) : SQL_ERROR;
    sql_done(s);
    buf_free(&reasons);
    return result;
}

enum sql_result comment_place_add(struct office *office,
                                  const struct comment_place *place)
{
    enum sql_result result = use_place(office->sql, COMMENT_PLACE_ADD, place);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result comment_place_find(struct sql *sql,
                                   const struct comment_place *place)
{
    return use_place(sql, COMMENT_PLACE_FIND, place);
}

// --- Reading ----------------------------------------------------------------

struct found {
    int64_t ticket;
    struct ticket_place at;
};

struct reading {
    struct sql *sql;
    const struct office_comments_wanted *wanted;
    unsigned char ticket_key[TICKET_KEY_BYTES];
    int64_t counter_no, field_no; // of the filters
    char reason[24];              // " 12 "; "": any
    int64_t last_round;           // that is over
    int64_t quarter;              // that is being collected
    struct found *found;          // in it
    size_t count, capacity;
    office_comment_row *row;
    void *ctx;
    size_t rows, looks, taken;
    bool is_full; // enough of any of these
    struct office_cursor last;
};

static bool make_room(struct reading *r)
{
    if (r->count < r->capacity) {
        return true;
    }
    size_t capacity = r->capacity ? r->capacity * 2 : 32;
    struct found *found = realloc(r->found, capacity * sizeof *found);
    if (!found) {
        log_error("office", "out of memory");
        return false;
    }
    r->found = found;
    r->capacity = capacity;
    return true;
}

static int compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

// The columns of COMMENT_VISIT.
enum { COL_LEVEL, COL_MODE, COL_COUNTED, COL_COUNTER, COL_FIELD, COL_CASE, COL_BYTES };

static const char *text_or_none(struct sql_statement *s, int column)
{
    const char *text = sql_text(s, column);
    return text ? text : "";
}

// Hands out the comment with its sealed text, when that is here.
static enum sql_result give_sealed(struct reading *r, const char *id,
                                   int64_t device_no,
                                   struct office_comment *comment)
{
    unsigned char bytes[16];
    struct sql_statement *s = sql_use(r->sql, COMMENT_SEALED);
    id_to_bytes(id, bytes);
    sql_bind_int(s, 1, device_no);
    sql_bind_bytes(s, 2, bytes, sizeof bytes);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        comment->sealed = sql_bytes(s, 0, &comment->sealed_size);
    }
    if (result == SQL_OK || result == SQL_NONE) {
        r->taken += r->row(r->ctx, comment) == OFFICE_COMMENT_TAKEN;
        result = SQL_OK;
    }
    sql_done(s);
    return result;
}

static enum sql_result give_visit(struct reading *r, const struct found *found,
                                  struct sql_statement *s)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    size_t size;
    const void *bytes = sql_bytes(s, COL_BYTES, &size);
    if (!bytes || !record_read(bytes, size, &record, why)) {
        record_init(&record, RECORD_VISIT);
    }
    struct office_comment comment = {
        .quarter_at = r->quarter * OFFICE_QUARTER_MS,
        .level = (int)sql_int(s, COL_LEVEL),
        .mode = (enum record_mode)sql_int(s, COL_MODE),
        .counter = text_or_none(s, COL_COUNTER),
        .field = text_or_none(s, COL_FIELD),
        .lang = record.lang,
        .reasons = record.reasons,
        .reason_count = record.reason_count,
        .is_counted = sql_int(s, COL_COUNTED) == 1,
        .place = found->at,
        .has_case = !sql_is_null(s, COL_CASE),
        .case_state = (enum case_state)sql_int(s, COL_CASE)};
    ticket_write(found->ticket, comment.id);
    memcpy(comment.hash, record.comment_hash, sizeof comment.hash);
    return give_sealed(r, record.id, found->at.device_no, &comment);
}

static enum sql_result give_found(struct reading *r, const struct found *found)
{
    struct sql_statement *s = sql_use(r->sql, COMMENT_VISIT);
    sql_bind_int(s, 1, found->at.device_no);
    sql_bind_int(s, 2, found->at.gen);
    sql_bind_int(s, 3, found->at.seq);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        result = give_visit(r, found, s);
    }
    sql_done(s);
    r->looks++;
    r->last = (struct office_cursor){r->quarter, found->ticket};
    r->is_full = r->taken >= r->wanted->limit || r->looks >= r->wanted->looks;
    return result == SQL_NONE ? SQL_OK : result;
}

// Hands out what was found in the quarter, after the place to go on from.
static enum sql_result give_quarter(struct reading *r)
{
    const struct office_comments_wanted *wanted = r->wanted;
    enum sql_result result = SQL_OK;
    if (r->count > 1) {
        qsort(r->found, r->count, sizeof *r->found, compare_found);
    }
    for (size_t i = 0; i < r->count && result == SQL_OK && !r->is_full; i++) {
        if (!wanted->goes_on || r->quarter < wanted->after.round ||
            r->found[i].ticket > wanted->after.ticket) {
            result = give_found(r, &r->found[i]);
        }
    }
    r->count = 0;
    return result;
}

// The columns of COMMENT_PLACES.
enum {
    PLACE_QUARTER,
    PLACE_DEVICE,
    PLACE_GEN,
    PLACE_SEQ,
    PLACE_ROUND,
    PLACE_LEVEL,
    PLACE_COUNTER,
    PLACE_FIELD,
    PLACE_REASONS
};

static bool is_wanted(const struct reading *r, struct sql_statement *s)
{
    const struct office_comments_wanted *wanted = r->wanted;
    return sql_int(s, PLACE_ROUND) <= r->last_round &&
           (wanted->level == 0 || sql_int(s, PLACE_LEVEL) == wanted->level) &&
           (!wanted->counter || sql_int(s, PLACE_COUNTER) == r->counter_no) &&
           (!wanted->field || sql_int(s, PLACE_FIELD) == r->field_no) &&
           strstr(text_or_none(s, PLACE_REASONS), r->reason) != NULL;
}

static enum sql_result collect(struct reading *r, struct sql_statement *s)
{
    if (!make_room(r)) {
        return SQL_ERROR;
    }
    struct found *found = &r->found[r->count++];
    found->at = (struct ticket_place){
        sql_int(s, PLACE_DEVICE), sql_int(s, PLACE_GEN), sql_int(s, PLACE_SEQ)};
    found->ticket = ticket_make(r->ticket_key, &found->at);
    return SQL_OK;
}

// Goes on to the quarter of the row; false: enough.
static bool turn_to(struct reading *r, int64_t quarter,
                    enum sql_result *out_result)
{
    if (quarter == r->quarter) {
        return true;
    }
    *out_result = give_quarter(r);
    if (*out_result != SQL_OK || r->is_full) {
        return false;
    }
    if (r->rows >= ROWS_MOST) {
        r->is_full = true;
        r->last = (struct office_cursor){r->quarter, INT64_MAX};
        return false;
    }
    r->quarter = quarter;
    return true;
}

static enum sql_result walk(struct reading *r, struct sql_statement *s)
{
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        if (!turn_to(r, sql_int(s, PLACE_QUARTER), &result)) {
            break;
        }
        r->rows++;
        if (is_wanted(r, s)) {
            result = collect(r, s);
        }
        if (result != SQL_OK) {
            break;
        }
    }
    if (result == SQL_NONE) {
        result = give_quarter(r);
    }
    return result;
}

static enum sql_result walk_places(struct reading *r)
{
    const struct office_comments_wanted *wanted = r->wanted;
    int64_t first = date_wall_ms_of_day(wanted->first_day) / OFFICE_QUARTER_MS;
    int64_t last =
        date_wall_ms_of_day(wanted->last_day + 1) / OFFICE_QUARTER_MS - 1;
    if (wanted->goes_on && wanted->after.round < last) {
        last = wanted->after.round;
    }
    // Filtered by one index; the others are looked at row by row.
    size_t statement = wanted->counter ? COMMENT_PLACES_OF_COUNTER
                       : wanted->field ? COMMENT_PLACES_OF_FIELD
                       : wanted->level ? COMMENT_PLACES_OF_LEVEL
                                       : COMMENT_PLACES;
    // A page is full long before the last row of years.
    struct sql_statement *s = sql_use_long(r->sql, statement);
    sql_bind_int(s, 1, first);
    sql_bind_int(s, 2, last);
    if (statement != COMMENT_PLACES) {
        sql_bind_int(s, 3,
                     wanted->counter ? r->counter_no
                     : wanted->field ? r->field_no
                                     : wanted->level);
    }
    r->quarter = INT64_MAX;
    enum sql_result result = walk(r, s);
    sql_done(s);
    return result;
}

// SQL_NONE: there is no such code.
static enum sql_result find_code(struct sql *sql, const char *code,
                                 int64_t *out_no)
{
    if (!code || code[0] == '\0') {
        *out_no = 0;
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(sql, CODE_NO);
    sql_bind_text(s, 1, code);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_no = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

static enum sql_result find_filters(struct reading *r)
{
    int64_t reason = 0;
    enum sql_result result =
        find_code(r->sql, r->wanted->counter, &r->counter_no);
    if (result == SQL_OK) {
        result = find_code(r->sql, r->wanted->field, &r->field_no);
    }
    if (result == SQL_OK && r->wanted->reason) {
        result = find_code(r->sql, r->wanted->reason, &reason);
        snprintf(r->reason, sizeof r->reason, " %lld ", (long long)reason);
    }
    return result;
}

static enum sql_result read_all(struct office *office, struct reading *r)
{
    struct round newest;
    enum sql_result result = rating_ticket_key(office, r->ticket_key);
    if (result == SQL_OK) {
        result = round_last(r->sql, &newest);
    }
    if (result == SQL_OK) {
        bool is_over = r->wanted->now / OFFICE_QUARTER_MS > newest.quarter;
        r->last_round = is_over ? newest.no : newest.no - 1;
        result = find_filters(r);
    }
    if (result == SQL_OK) {
        result = walk_places(r);
    }
    return result == SQL_NONE ? SQL_OK : result;
}

enum office_result office_comments(struct office *office,
                                   const struct office_comments_wanted *wanted,
                                   office_comment_row *row, void *ctx,
                                   struct office_cursor *out_last,
                                   bool *out_more)
{
    struct reading r = {.sql = office->sql,
                        .wanted = wanted,
                        .row = row,
                        .ctx = ctx,
                        .last = wanted->after};
    bool is_own = !office->is_reading;
    enum office_result result =
        is_own ? office_begin_reading(office) : OFFICE_OK;
    if (result == OFFICE_OK) {
        result = office_result_of(read_all(office, &r));
        if (is_own) {
            office_end_reading(office);
        }
    }
    free(r.found);
    if (result == OFFICE_OK) {
        *out_last = r.last;
        *out_more = r.is_full;
    }
    return result;
}
