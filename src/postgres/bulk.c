#include "postgres/bulk.h"
#include "postgres/patience.h"
#include "postgres/postgres.h"
#include <endian.h>
#include <string.h>

// So many bytes are sent at a time: more than a message's own cost, less than
// the socket holds, so that the other side reads while this one goes on.
enum { CHUNK = 64 * 1024 };

// What the rows begin with (flags and extensions: none), and end with.
static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
enum { HEAD_SIZE = sizeof head };
static const char tail[] = {'\377', '\377'};

void bulk_row(struct buf *out, int columns)
{
    uint16_t count = htobe16((uint16_t)columns);
    buf_append(out, &count, sizeof count);
}

void bulk_int(struct buf *out, int64_t value)
{
    struct {
        uint32_t size, high, low;
    } field = {htobe32(sizeof value),
               htobe32((uint32_t)((uint64_t)value >> 32)),
               htobe32((uint32_t)value)};
    buf_append(out, &field, sizeof field);
}

void bulk_bytes(struct buf *out, const void *bytes, size_t size)
{
    uint32_t length = htobe32((uint32_t)size);
    buf_append(out, &length, sizeof length);
    buf_append(out, bytes, size);
}

void bulk_null(struct buf *out)
{
    uint32_t length = htobe32(UINT32_MAX);
    buf_append(out, &length, sizeof length);
}

static enum sql_result start(struct bulk *bulk, struct sql *sql,
                             const char *script, ExecStatusType expected)
{
    PGconn *db = NULL;
    PGresult *answer = NULL;
    enum sql_result result = postgres_hold(sql, &db);
    if (result != SQL_OK)
        return result;
    if (PQsendQuery(db, script) == 1) {
        patience_wait(postgres_patience(sql), db);
        answer = PQgetResult(db);
    }
    if (PQresultStatus(answer) == expected) {
        bulk->sql = sql;
        bulk->script = script;
        bulk->is_begun = false;
    } else {
        result = postgres_seen(sql, answer, script);
        result = result == SQL_OK ? SQL_ERROR : result;
        PQclear(patience_answer(postgres_patience(sql), db, 1));
    }
    PQclear(answer);
    return result;
}

// What came of it all.
static enum sql_result conclude(struct bulk *bulk, PGconn *db)
{
    PGresult *answer = patience_answer(postgres_patience(bulk->sql), db, 1);
    enum sql_result result = postgres_seen(bulk->sql, answer, bulk->script);
    PQclear(answer);
    bulk->sql = NULL;
    return result;
}

enum sql_result bulk_start_in(struct bulk *bulk, struct sql *sql,
                              const char *script)
{
    buf_clear(&bulk->unsent);
    buf_append(&bulk->unsent, head, sizeof head);
    return start(bulk, sql, script, PGRES_COPY_IN);
}

// A refusal is told by conclude(): until then PostgreSQL takes what comes.
static enum sql_result send_unsent(struct bulk *bulk, PGconn *db)
{
    if (!buf_ok(&bulk->unsent))
        return SQL_ERROR;
    if (PQputCopyData(db, bulk->unsent.data, (int)bulk->unsent.size) != 1)
        return postgres_seen(bulk->sql, NULL, bulk->script);
    patience_flush(postgres_patience(bulk->sql), db);
    buf_clear(&bulk->unsent);
    return PQstatus(db) == CONNECTION_OK
               ? SQL_OK
               : postgres_seen(bulk->sql, NULL, bulk->script);
}

enum sql_result bulk_send(struct bulk *bulk, const struct buf *row)
{
    buf_append(&bulk->unsent, row->data, row->size);
    return bulk->unsent.size >= CHUNK
               ? send_unsent(bulk, postgres_held(bulk->sql))
               : SQL_OK;
}

enum sql_result bulk_finish(struct bulk *bulk)
{
    PGconn *db = postgres_held(bulk->sql);
    buf_append(&bulk->unsent, tail, sizeof tail);
    enum sql_result result = send_unsent(bulk, db);
    if (result == SQL_OK && PQputCopyEnd(db, NULL) != 1)
        result = postgres_seen(bulk->sql, NULL, bulk->script);
    return result == SQL_OK ? conclude(bulk, db) : result;
}

enum sql_result bulk_start_out(struct bulk *bulk, struct sql *sql,
                               const char *script)
{
    return start(bulk, sql, script, PGRES_COPY_OUT);
}

// The next message; SQL_NONE behind the last.
static enum sql_result next(struct bulk *bulk, PGconn *db, size_t *out_size)
{
    PQfreemem(bulk->row);
    bulk->row = NULL;
    for (;;) {
        int size = PQgetCopyData(db, &bulk->row, 1);
        if (size > 0) {
            *out_size = (size_t)size;
            return SQL_OK;
        }
        if (size == -1) {
            enum sql_result result = conclude(bulk, db);
            return result == SQL_OK ? SQL_NONE : result;
        }
        if (size == 0)
            patience_more(postgres_patience(bulk->sql), db);
        if (size < 0 || PQstatus(db) != CONNECTION_OK) {
            enum sql_result result =
                postgres_seen(bulk->sql, NULL, bulk->script);
            return result == SQL_OK ? SQL_ERROR : result;
        }
    }
}

// A message is a row; the head stands before the first, and the tail is one, or
// with the head.
enum sql_result bulk_receive(struct bulk *bulk, const char **out_row,
                             size_t *out_size)
{
    PGconn *db = postgres_held(bulk->sql);
    for (;;) {
        size_t size = 0, skipped = 0;
        enum sql_result result = next(bulk, db, &size);
        if (result != SQL_OK)
            return result;
        if (!bulk->is_begun && size >= HEAD_SIZE)
            skipped = HEAD_SIZE;
        bulk->is_begun = true;
        if (size - skipped <= sizeof tail)
            continue;
        *out_row = bulk->row + skipped;
        *out_size = size - skipped;
        return SQL_OK;
    }
}

void bulk_end(struct bulk *bulk)
{
    if (bulk->sql)
        patience_give_up(postgres_held(bulk->sql));
    PQfreemem(bulk->row);
    buf_free(&bulk->unsent);
    *bulk = (struct bulk){0};
}
