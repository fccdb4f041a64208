#include "store/courier.h"
#include "common/file.h"
#include "store/device.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum statement {
    POSITION,
    PUT_POSITION,
    REWIND,
    PUT_RECEIPT,
    RECEIPTS,
    PUT_ASIDE,
    ASIDES,
    COUNT_ASIDE,
    ATTEMPTS,
    SET_ATTEMPTS,
    PUT_ANCHOR,
    ANCHOR,
    CONFIG,
    PUT_CONFIG,
    NEXT_GEN,
    SET_NEXT_GEN,
    STATEMENT_COUNT
};

static const char *const statements[STATEMENT_COUNT] = {
    [POSITION] = "SELECT upto, device, head, nonce, at, sig FROM positions"
                 " WHERE gen = ?1",
    [PUT_POSITION] = "INSERT OR REPLACE INTO positions"
                     " (gen, upto, device, head, nonce, at, sig)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [REWIND] = "INSERT OR REPLACE INTO positions (gen, upto) VALUES (?1, ?2)",
    [PUT_RECEIPT] = "INSERT OR IGNORE INTO receipts"
                    " (gen, upto, device, head, nonce, at, sig)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [RECEIPTS] = "SELECT gen, upto, device, head, nonce, at, sig"
                 " FROM receipts ORDER BY gen, upto, at",
    [PUT_ASIDE] = "INSERT OR REPLACE INTO quarantine"
                  " (gen, seq, id, status, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
    [ASIDES] = "SELECT gen, seq, id, status, reason FROM quarantine"
               " ORDER BY gen, seq",
    [COUNT_ASIDE] = "SELECT count(*) FROM quarantine",
    [ATTEMPTS] = "SELECT failures, next_at_ms, last_sent_ms, last_error,"
                 " last_error_ms FROM attempts",
    [SET_ATTEMPTS] = "UPDATE attempts SET failures = ?1, next_at_ms = ?2,"
                     " last_sent_ms = ?3, last_error = ?4, last_error_ms = ?5",
    [PUT_ANCHOR] = "INSERT OR REPLACE INTO anchors"
                   " (boot, up_ms, server_ms, round_trip_ms)"
                   " VALUES (?1, ?2, ?3, ?4)",
    [ANCHOR] = "SELECT boot, up_ms, server_ms, round_trip_ms FROM anchors"
               " ORDER BY n DESC LIMIT 1",
    [CONFIG] = "SELECT version, etag, body FROM config",
    [PUT_CONFIG] = "INSERT OR REPLACE INTO config"
                   " (only_row, version, etag, body, sig)"
                   " VALUES (1, ?1, ?2, ?3, ?4)",
    [NEXT_GEN] = "SELECT next_gen FROM attempts",
    [SET_NEXT_GEN] = "UPDATE attempts SET next_gen = ?1",
};

static const char version_1[] =
#include "store/courier_1.sql.h"
    ;
static const struct sql_migration migrations[] = {{1, version_1}, {0, NULL}};

struct courier {
    struct sql *db;
};

enum sql_result courier_open(const char *directory, enum courier_role role,
                             struct courier **out_courier)
{
    char path[PATH_MAX];
    struct courier *courier = calloc(1, sizeof *courier);
    enum sql_result result = SQL_ERROR;
    enum sql_mode mode = role == COURIER_WRITER ? SQL_WRITER : SQL_FOLLOWER;
    int version = 0;
    if (courier && file_join(path, sizeof path, directory, DEVICE_FILE_COURIER))
        result =
            sql_open(path, mode, statements, STATEMENT_COUNT, &courier->db);
    if (result == SQL_OK && role == COURIER_WRITER)
        result = sql_migrate(courier->db, migrations);
    else if (result == SQL_OK && (version = sql_version(courier->db)) <= 0)
        result = version == 0 ? SQL_NONE : SQL_ERROR;
    if (result != SQL_OK) {
        courier_close(courier);
        return result;
    }
    *out_courier = courier;
    return SQL_OK;
}

void courier_close(struct courier *courier)
{
    if (!courier)
        return;
    sql_close(courier->db);
    free(courier);
}

bool courier_changed(struct courier *courier)
{
    return sql_changed(courier->db);
}

bool courier_is_replaced(struct courier *courier)
{
    return sql_is_replaced(courier->db);
}

static void take_text(struct sql_statement *s, int column, char *out,
                      size_t size)
{
    const char *text = sql_text(s, column);
    snprintf(out, size, "%s", text ? text : "");
}

// Six columns from `first` on, in the order of the statements above.
static void take_receipt(struct sql_statement *s, int first,
                         struct proof_receipt *out)
{
    struct proof_batch *batch = &out->batch;
    batch->to = sql_int(s, first);
    take_text(s, first + 1, batch->device, sizeof batch->device);
    take_text(s, first + 2, batch->head, sizeof batch->head);
    take_text(s, first + 3, batch->nonce, sizeof batch->nonce);
    take_text(s, first + 4, out->at, sizeof out->at);
    take_text(s, first + 5, out->signature, sizeof out->signature);
}

enum sql_result courier_position(struct courier *courier, int64_t gen,
                                 struct proof_receipt *out)
{
    struct proof_receipt receipt = {.batch = {.gen = gen}};
    struct sql_statement *s = sql_use(courier->db, POSITION);
    sql_bind_int(s, 1, gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        take_receipt(s, 0, &receipt);
    sql_done(s);
    if (result == SQL_OK)
        *out = receipt;
    return result;
}

struct advance {
    const struct proof_receipt *receipt;
    const struct courier_aside *aside;
    size_t aside_count;
};

static enum sql_result put_aside(struct sql *sql, int64_t gen,
                                 const struct courier_aside *aside)
{
    struct sql_statement *s = sql_use(sql, PUT_ASIDE);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, aside->seq);
    sql_bind_text(s, 3, aside->id);
    sql_bind_text(s, 4, aside->status);
    sql_bind_text(s, 5, aside->reason);
    return sql_execute(s);
}

// PUT_POSITION or PUT_RECEIPT.
static enum sql_result put_receipt(struct sql *sql, enum statement statement,
                                   const struct proof_receipt *receipt)
{
    struct sql_statement *s = sql_use(sql, statement);
    sql_bind_int(s, 1, receipt->batch.gen);
    sql_bind_int(s, 2, receipt->batch.to);
    sql_bind_text(s, 3, receipt->batch.device);
    sql_bind_text(s, 4, receipt->batch.head);
    sql_bind_text(s, 5, receipt->batch.nonce);
    sql_bind_text(s, 6, receipt->at);
    sql_bind_text(s, 7, receipt->signature);
    return sql_execute(s);
}

static enum sql_result advance(struct sql *sql, void *ctx)
{
    const struct advance *a = ctx;
    enum sql_result result = put_receipt(sql, PUT_RECEIPT, a->receipt);
    if (result == SQL_OK)
        result = put_receipt(sql, PUT_POSITION, a->receipt);
    for (size_t i = 0; i < a->aside_count && result == SQL_OK; i++)
        result = put_aside(sql, a->receipt->batch.gen, &a->aside[i]);
    return result;
}

enum sql_result courier_advance(struct courier *courier,
                                const struct proof_receipt *receipt,
                                const struct courier_aside *aside,
                                size_t aside_count)
{
    struct advance a = {receipt, aside, aside_count};
    return sql_transaction(courier->db, advance, &a);
}

enum sql_result courier_rewind(struct courier *courier, int64_t gen, int64_t to)
{
    struct sql_statement *s = sql_use(courier->db, REWIND);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, to);
    return sql_execute(s);
}

enum sql_result courier_receipts(struct courier *courier,
                                 courier_receipt_visitor *visit, void *ctx)
{
    struct sql_statement *s = sql_use(courier->db, RECEIPTS);
    enum sql_result result = SQL_NONE;
    bool go_on = true;
    while (go_on && (result = sql_step(s)) == SQL_OK) {
        struct proof_receipt receipt = {.batch = {.gen = sql_int(s, 0)}};
        take_receipt(s, 1, &receipt);
        go_on = visit(ctx, &receipt);
    }
    sql_done(s);
    return !go_on || result == SQL_NONE ? SQL_OK : result;
}

enum sql_result courier_quarantine(struct courier *courier,
                                   courier_aside_visitor *visit, void *ctx)
{
    struct sql_statement *s = sql_use(courier->db, ASIDES);
    enum sql_result result;
    bool go_on = true;
    while (go_on && (result = sql_step(s)) == SQL_OK) {
        struct courier_aside aside = {.seq = sql_int(s, 1),
                                      .status = sql_text(s, 3),
                                      .reason = sql_text(s, 4)};
        take_text(s, 2, aside.id, sizeof aside.id);
        go_on = visit(ctx, sql_int(s, 0), &aside);
    }
    sql_done(s);
    return !go_on || result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result take_int(struct sql_statement *s, int64_t *out)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        *out = sql_int(s, 0);
    sql_done(s);
    return result;
}

enum sql_result courier_quarantine_count(struct courier *courier,
                                         int64_t *out_count)
{
    return take_int(sql_use(courier->db, COUNT_ASIDE), out_count);
}

enum sql_result courier_attempts(struct courier *courier,
                                 struct courier_attempts *out)
{
    struct courier_attempts attempts = {0};
    struct sql_statement *s = sql_use(courier->db, ATTEMPTS);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        attempts.failures = sql_int(s, 0);
        attempts.next_at_ms = sql_int(s, 1);
        attempts.last_sent_ms = sql_int(s, 2);
        take_text(s, 3, attempts.last_error, sizeof attempts.last_error);
        attempts.last_error_ms = sql_int(s, 4);
    }
    sql_done(s);
    if (result == SQL_OK)
        *out = attempts;
    return result;
}

enum sql_result courier_set_attempts(struct courier *courier,
                                     const struct courier_attempts *attempts)
{
    struct sql_statement *s = sql_use(courier->db, SET_ATTEMPTS);
    sql_bind_int(s, 1, attempts->failures);
    sql_bind_int(s, 2, attempts->next_at_ms);
    sql_bind_int(s, 3, attempts->last_sent_ms);
    sql_bind_text(s, 4, attempts->last_error);
    sql_bind_int(s, 5, attempts->last_error_ms);
    return sql_execute(s);
}

enum sql_result courier_put_anchor(struct courier *courier,
                                   const struct courier_anchor *anchor)
{
    struct sql_statement *s = sql_use(courier->db, PUT_ANCHOR);
    sql_bind_text(s, 1, anchor->boot);
    sql_bind_int(s, 2, anchor->up_ms);
    sql_bind_int(s, 3, anchor->server_ms);
    sql_bind_int(s, 4, anchor->round_trip_ms);
    return sql_execute(s);
}

enum sql_result courier_anchor(struct courier *courier,
                               struct courier_anchor *out)
{
    struct courier_anchor anchor = {0};
    struct sql_statement *s = sql_use(courier->db, ANCHOR);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        take_text(s, 0, anchor.boot, sizeof anchor.boot);
        anchor.up_ms = sql_int(s, 1);
        anchor.server_ms = sql_int(s, 2);
        anchor.round_trip_ms = sql_int(s, 3);
    }
    sql_done(s);
    if (result == SQL_OK)
        *out = anchor;
    return result;
}

enum sql_result courier_config(struct courier *courier, int64_t *out_version,
                               char *etag, size_t etag_size, struct buf *body)
{
    struct sql_statement *s = sql_use(courier->db, CONFIG);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        size_t size;
        const void *bytes = sql_bytes(s, 2, &size);
        *out_version = sql_int(s, 0);
        take_text(s, 1, etag, etag_size);
        buf_append(body, bytes, size);
        if (!buf_ok(body))
            result = SQL_ERROR;
    }
    sql_done(s);
    return result;
}

enum sql_result courier_put_config(struct courier *courier, int64_t version,
                                   const char *etag, const char *body,
                                   size_t size, const char *signature)
{
    struct sql_statement *s = sql_use(courier->db, PUT_CONFIG);
    sql_bind_int(s, 1, version);
    sql_bind_text(s, 2, etag);
    sql_bind_bytes(s, 3, body, size);
    sql_bind_text(s, 4, signature);
    return sql_execute(s);
}

enum sql_result courier_next_gen(struct courier *courier, int64_t *out_gen)
{
    return take_int(sql_use(courier->db, NEXT_GEN), out_gen);
}

enum sql_result courier_set_next_gen(struct courier *courier, int64_t gen)
{
    struct sql_statement *s = sql_use(courier->db, SET_NEXT_GEN);
    sql_bind_int(s, 1, gen);
    return sql_execute(s);
}
