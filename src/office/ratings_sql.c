#include "common/date.h"
#include "common/log.h"
#include "office/ratings.h"
#include "office/rounds_sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void office_cursor_write(const struct office_cursor *cursor,
                         char out[OFFICE_CURSOR_SIZE])
{
    snprintf(out, OFFICE_CURSOR_SIZE, "%llx.%016llx",
             (unsigned long long)cursor->round,
             (unsigned long long)cursor->ticket);
}

bool office_cursor_read(const char *text, struct office_cursor *out)
{
    char again[OFFICE_CURSOR_SIZE];
    unsigned long long round, ticket;
    if (sscanf(text, "%15llx.%16llx", &round, &ticket) != 2 ||
        ticket > INT64_MAX) {
        return false;
    }
    struct office_cursor cursor = {(int64_t)round, (int64_t)ticket};
    office_cursor_write(&cursor, again);
    if (strcmp(again, text) != 0) {
        return false;
    }
    *out = cursor;
    return true;
}

// One visit of a round.
struct place {
    int64_t ticket;
    struct ticket_place at;
};

struct reading {
    struct sql *sql;
    const struct office_ratings_wanted *wanted;
    unsigned char ticket_key[TICKET_KEY_BYTES];
    struct place *places; // of the round
    size_t count, capacity;
    office_rating_row *row;
    void *ctx;
    size_t given;
    struct office_cursor last;
};

// The first half of the key is for tickets.
enum sql_result rating_ticket_key(struct office *office,
                                  unsigned char out[TICKET_KEY_BYTES])
{
    enum sql_result result = SQL_OK;
    if (!office->has_ticket_key) {
        struct sql_statement *s = sql_use(office->sql, TICKET_KEY);
        result = sql_step(s);
        if (result == SQL_OK && !column_bytes(s, 0, office->ticket_key,
                                              sizeof office->ticket_key)) {
            result = SQL_CORRUPT;
        }
        sql_done(s);
        office->has_ticket_key = result == SQL_OK;
    }
    memcpy(out, office->ticket_key, TICKET_KEY_BYTES);
    return result == SQL_NONE ? SQL_CORRUPT : result;
}

static enum sql_result read_device(struct sql *sql,
                                   const struct ticket_place *at,
                                   char out_device[ID_SIZE])
{
    struct sql_statement *s = sql_use(sql, RATING_DEVICE);
    sql_bind_int(s, 1, at->device_no);
    sql_bind_int(s, 2, at->gen);
    sql_bind_int(s, 3, at->seq);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        column_text(s, 0, out_device, ID_SIZE);
    }
    sql_done(s);
    return result;
}

enum office_result office_find_rating(struct office *office, const char *id,
                                      struct office_rating_place *out)
{
    struct office_rating_place place;
    unsigned char key[TICKET_KEY_BYTES];
    int64_t ticket;
    if (!ticket_read(id, &ticket)) {
        return OFFICE_NONE;
    }
    enum sql_result result = rating_ticket_key(office, key);
    if (result == SQL_OK && !ticket_find(key, ticket, &place.at)) {
        result = SQL_NONE;
    }
    if (result == SQL_OK) {
        result = read_device(office->sql, &place.at, place.device);
    }
    if (result == SQL_OK) {
        *out = place;
    }
    return office_result_of(result);
}

enum office_result office_name_rating(struct office *office,
                                      const struct ticket_place *at,
                                      char out_id[OFFICE_RATING_ID_SIZE])
{
    unsigned char key[TICKET_KEY_BYTES];
    enum sql_result result = rating_ticket_key(office, key);
    if (result == SQL_OK) {
        ticket_write(ticket_make(key, at), out_id);
    }
    return office_result_of(result);
}

// The columns of RATINGS.
enum {
    COL_AT,
    COL_QUALITY,
    COL_OUTCOME,
    COL_LEVEL,
    COL_MODE,
    COL_COUNTED,
    COL_DEVICE,
    COL_COUNTER,
    COL_FIELD,
    COL_PROCEDURE,
    COL_STEP,
    COL_OFFICER,
    COL_FLAGS,
    COL_BYTES,
    COL_PLACE
};

static const char *text_or_none(struct sql_statement *s, int column)
{
    const char *text = sql_text(s, column);
    return text ? text : "";
}

// Hands out the row; false: enough.
static bool give(struct reading *r, struct sql_statement *s, int64_t ticket)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    size_t size;
    const void *bytes = sql_bytes(s, COL_BYTES, &size);
    bool is_read = bytes && record_read(bytes, size, &record, why);
    struct office_rating rating = {
        .at = sql_int(s, COL_AT),
        .quality = (enum time_quality)sql_int(s, COL_QUALITY),
        .outcome = (enum record_outcome)sql_int(s, COL_OUTCOME),
        .mode = (enum record_mode)sql_int(s, COL_MODE),
        .level = (int)sql_int(s, COL_LEVEL),
        .device = text_or_none(s, COL_DEVICE),
        .counter = text_or_none(s, COL_COUNTER),
        .field = text_or_none(s, COL_FIELD),
        .procedure = text_or_none(s, COL_PROCEDURE),
        .step = text_or_none(s, COL_STEP),
        .officer = text_or_none(s, COL_OFFICER),
        .transaction = is_read ? record.transaction : "",
        .flags = text_or_none(s, COL_FLAGS),
        .reasons = record.reasons,
        .reason_count = is_read ? record.reason_count : 0,
        .is_counted = sql_int(s, COL_COUNTED) == 1,
    };
    ticket_write(ticket, rating.id);
    return r->row(r->ctx, &rating);
}

static bool make_room(struct reading *r)
{
    if (r->count < r->capacity) {
        return true;
    }
    size_t capacity = r->capacity ? r->capacity * 2 : 256;
    struct place *places = realloc(r->places, capacity * sizeof *places);
    if (!places) {
        log_error("office", "out of memory");
        return false;
    }
    r->places = places;
    r->capacity = capacity;
    return true;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

// That which stopped counting in the round in which it came is there twice.
static void sort_places(struct reading *r)
{
    size_t kept = 0;
    if (r->count > 1) {
        qsort(r->places, r->count, sizeof *r->places, compare_places);
    }
    for (size_t i = 0; i < r->count; i++) {
        if (kept == 0 || r->places[i].ticket != r->places[kept - 1].ticket) {
            r->places[kept++] = r->places[i];
        }
    }
    r->count = kept;
}

static enum sql_result collect_round(struct reading *r, int64_t round)
{
    const struct office_ratings_wanted *wanted = r->wanted;
    struct sql_statement *s = sql_use(r->sql, ROUND_VISITS);
    sql_bind_int(s, 1, round);
    sql_bind_int(s, 2, date_wall_ms_of_day(wanted->first_day));
    sql_bind_int(s, 3, date_wall_ms_of_day(wanted->last_day + 1));
    sql_bind_int(s, 4, wanted->with_recounts);
    enum sql_result result;
    r->count = 0;
    while ((result = sql_step(s)) == SQL_OK) {
        if (!make_room(r)) {
            result = SQL_ERROR;
            break;
        }
        struct place *place = &r->places[r->count++];
        place->at =
            (struct ticket_place){sql_int(s, 0), sql_int(s, 1), sql_int(s, 2)};
        place->ticket = ticket_make(r->ticket_key, &place->at);
    }
    sql_done(s);
    sort_places(r);
    return result == SQL_NONE ? SQL_OK : result;
}

// The places of a round that come after the last one that was given, as many as
// are wanted, as a list.
static size_t list_places(const struct reading *r, size_t from,
                          struct buf *list)
{
    size_t most = r->wanted->limit - r->given;
    size_t count = r->count - from < most ? r->count - from : most;
    for (size_t i = 0; i < count; i++) {
        const struct ticket_place *at = &r->places[from + i].at;
        buf_printf(list, "%c[%lld,%lld,%lld]", i > 0 ? ',' : '[',
                   (long long)at->device_no, (long long)at->gen,
                   (long long)at->seq);
    }
    buf_append_char(list, ']');
    return count;
}

// All at once: a far database answers each question after a while. SQL_NONE:
// its reader wants no more.
static enum sql_result give_places(struct reading *r, int64_t round,
                                   const struct place *places, const char *list)
{
    struct sql_statement *s = sql_use(r->sql, RATINGS);
    enum sql_result result;
    bool goes_on = true;
    sql_bind_text(s, 1, list);
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        int64_t ticket = places[sql_int(s, COL_PLACE)].ticket;
        r->last = (struct office_cursor){round, ticket};
        r->given++;
        goes_on = give(r, s, ticket) && r->given < r->wanted->limit;
    }
    sql_done(s);
    return !goes_on ? SQL_NONE : result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result give_round(struct reading *r, int64_t round)
{
    struct buf list = {0};
    size_t from = 0;
    enum sql_result result = collect_round(r, round);
    while (from < r->count && round <= r->last.round &&
           r->places[from].ticket <= r->last.ticket) {
        from++;
    }
    if (result == SQL_OK && list_places(r, from, &list) > 0) {
        result = buf_ok(&list)
                     ? give_places(r, round, r->places + from, buf_text(&list))
                     : SQL_ERROR;
    }
    buf_free(&list);
    return result;
}

// The first round that can hold a visit of this day: none is received more
// than a quarter before it was.
static enum sql_result find_first_round(struct sql *sql, int32_t day,
                                        int64_t *out_round)
{
    struct sql_statement *s = sql_use(sql, ROUND_FROM);
    sql_bind_int(s, 1, date_wall_ms_of_day(day) / OFFICE_QUARTER_MS - 1);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_round = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

static enum sql_result give_rounds(struct reading *r)
{
    struct round newest;
    int64_t first = 0;
    enum sql_result result = round_last(r->sql, &newest);
    if (result == SQL_OK) {
        result = find_first_round(r->sql, r->wanted->first_day, &first);
    }
    if (result != SQL_OK) {
        return result;
    }
    bool is_over = r->wanted->now / OFFICE_QUARTER_MS > newest.quarter;
    int64_t end = is_over ? newest.no : newest.no - 1;
    int64_t round = r->last.round > first ? r->last.round : first;
    for (; round <= end && result == SQL_OK; round++) {
        result = give_round(r, round);
    }
    return result == SQL_NONE ? SQL_OK : result;
}

enum office_result office_ratings(struct office *office,
                                  const struct office_ratings_wanted *wanted,
                                  office_rating_row *row, void *ctx,
                                  struct office_cursor *out_last)
{
    struct reading r = {.sql = office->sql,
                        .wanted = wanted,
                        .row = row,
                        .ctx = ctx,
                        .last = wanted->after};
    enum sql_result result = rating_ticket_key(office, r.ticket_key);
    if (result == SQL_OK) {
        result = give_rounds(&r);
    }
    free(r.places);
    if (result == SQL_OK) {
        *out_last = r.last;
    }
    return office_result_of(result);
}
