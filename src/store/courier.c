#include "store/courier.h"
#include "common/file.h"
#include "common/log.h"
#include "store/aside.h"
#include "store/device.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum statement {
    POSITION,
    PUT_POSITION,
    REWIND,
    PUT_RECEIPT,
    RECEIPTS,
    RECEIPTS_AFTER,
    DROP_RECEIPTS,
    PUT_ASIDE,
    ASIDES,
    COUNT_ASIDE,
    ATTEMPTS,
    SET_ATTEMPTS,
    PUT_ANCHOR,
    ANCHOR,
    CONFIG,
    PUT_CONFIG,
    SHOWN_CONFIG,
    KEEP_SHOWN_CONFIG,
    DROP_SHOWN_CONFIG,
    REVOKED,
    SET_REVOKED,
    NEXT_GEN,
    SET_NEXT_GEN,
    INVITATIONS,
    PUT_INVITATION,
    DROP_INVITATIONS,
    TOLD,
    PUT_TOLD,
    CONTACT,
    PUT_CONTACT,
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
    [RECEIPTS_AFTER] = "SELECT gen, upto, device, head, nonce, at, sig"
                       " FROM receipts WHERE gen = ?1 AND upto > ?2"
                       " ORDER BY upto, at",
    [DROP_RECEIPTS] = "DELETE FROM receipts WHERE gen = ?1 AND upto < ?2",
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
    [SHOWN_CONFIG] = "SELECT version, etag, body FROM config_shown",
    [KEEP_SHOWN_CONFIG] = "INSERT OR REPLACE INTO config_shown"
                          " (only_row, version, etag, body, sig)"
                          " SELECT only_row, version, etag, body, sig"
                          " FROM config",
    [DROP_SHOWN_CONFIG] = "DELETE FROM config_shown",
    [REVOKED] = "SELECT revoked FROM attempts",
    [SET_REVOKED] = "UPDATE attempts SET revoked = ?1 WHERE revoked <> ?1",
    [NEXT_GEN] = "SELECT next_gen FROM attempts",
    [SET_NEXT_GEN] = "UPDATE attempts SET next_gen = ?1",
    [INVITATIONS] = "SELECT id, code, procedure, field, step, officer, made_at,"
                    " expires_at FROM invitations ORDER BY place LIMIT ?1",
    [PUT_INVITATION] = "INSERT INTO invitations (place, id, code, procedure,"
                       " field, step, officer, made_at, expires_at)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [DROP_INVITATIONS] = "DELETE FROM invitations",
    [TOLD] = "SELECT etag, boot, up_ms, server_ms FROM told",
    [PUT_TOLD] = "INSERT OR REPLACE INTO told"
                 " (only_row, etag, boot, up_ms, server_ms)"
                 " VALUES (1, ?1, ?2, ?3, ?4)",
    [CONTACT] = "SELECT boot, up_ms FROM contact",
    [PUT_CONTACT] = "INSERT OR REPLACE INTO contact (only_row, boot, up_ms)"
                    " VALUES (1, ?1, ?2)",
};

static const char version_1[] =
#include "store/courier_1.sql.h"
    ;
static const char version_2[] =
#include "store/courier_2.sql.h"
    ;
static const char version_3[] =
#include "store/courier_3.sql.h"
    ;
static const struct sql_migration migrations[] = {
    {1, version_1}, {2, version_2}, {3, version_3}, {0, NULL}};

// A reader may find a database that no courier of this version has opened yet:
// the schema's versions from which on these are in it.
enum { WITH_INVITATIONS = 2, WITH_SHOWN_CONFIG = 3, WITH_REVOKED = 3 };

struct courier {
    struct sql *db;
    pthread_mutex_t lock; // around each use of `db`
};

// Each call is between these two.
static struct sql_statement *enter(struct courier *courier,
                                   enum statement which)
{
    pthread_mutex_lock(&courier->lock);
    return sql_use(courier->db, which);
}

static enum sql_result leave(struct courier *courier, enum sql_result result)
{
    pthread_mutex_unlock(&courier->lock);
    return result;
}

static enum sql_result run(struct courier *courier, sql_work *work, void *ctx)
{
    pthread_mutex_lock(&courier->lock);
    return leave(courier, sql_transaction(courier->db, work, ctx));
}

// Recursive: who walks receipts may ask for a position on the way.
static void make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(lock, &kind);
    pthread_mutexattr_destroy(&kind);
}

static enum sql_result open_reader(const char *path, struct courier *courier)
{
    enum sql_result result =
        sql_open(path, SQL_FOLLOWER, statements, STATEMENT_COUNT, &courier->db);
    int version = result == SQL_OK ? sql_version(courier->db) : 1;
    return version > 0 ? result : version == 0 ? SQL_NONE : SQL_ERROR;
}

static enum sql_result open_writer(const char *path, struct courier *courier)
{
    enum sql_result result =
        sql_open(path, SQL_WRITER, statements, STATEMENT_COUNT, &courier->db);
    // The configuration holds keys that are to be gone when it is replaced.
    if (result == SQL_OK)
        result = sql_run(courier->db, "PRAGMA secure_delete = ON");
    if (result == SQL_OK)
        result = sql_migrate(courier->db, migrations);
    if (result == SQL_OK && (!sql_schema_is(courier->db, migrations) ||
                             !sql_is_sound(courier->db, false)))
        result = SQL_CORRUPT;
    return result;
}

// The server tells again what was in it, so a new one is as good.
static enum sql_result open_another(const char *directory, const char *path,
                                    struct courier *courier)
{
    log_error("store", "%s is damaged", path);
    sql_close(courier->db);
    courier->db = NULL;
    if (aside_move_courier(directory))
        return open_writer(path, courier);
    log_error("store", "%s cannot be set aside: %s", path, strerror(errno));
    return SQL_ERROR;
}

enum sql_result courier_open(const char *directory, enum courier_role role,
                             struct courier **out_courier)
{
    char path[PATH_MAX];
    struct courier *courier = calloc(1, sizeof *courier);
    enum sql_result result = SQL_ERROR;
    if (!courier)
        return SQL_ERROR;
    make_lock(&courier->lock);
    if (file_join(path, sizeof path, directory, DEVICE_FILE_COURIER))
        result = role == COURIER_WRITER ? open_writer(path, courier)
                                        : open_reader(path, courier);
    if (result == SQL_CORRUPT && role == COURIER_WRITER)
        result = open_another(directory, path, courier);
    if (result != SQL_OK) {
        courier_close(courier);
        return result;
    }
    *out_courier = courier;
    return SQL_OK;
}

bool courier_is_damaged(struct courier *courier)
{
    pthread_mutex_lock(&courier->lock);
    bool damaged = sql_is_damaged(courier->db);
    pthread_mutex_unlock(&courier->lock);
    return damaged;
}

void courier_close(struct courier *courier)
{
    if (!courier)
        return;
    sql_close(courier->db);
    pthread_mutex_destroy(&courier->lock);
    free(courier);
}

bool courier_changed(struct courier *courier)
{
    pthread_mutex_lock(&courier->lock);
    bool changed = sql_changed(courier->db);
    pthread_mutex_unlock(&courier->lock);
    return changed;
}

bool courier_is_replaced(struct courier *courier)
{
    pthread_mutex_lock(&courier->lock);
    bool replaced = sql_is_replaced(courier->db);
    pthread_mutex_unlock(&courier->lock);
    return replaced;
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
    struct sql_statement *s = enter(courier, POSITION);
    sql_bind_int(s, 1, gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        take_receipt(s, 0, &receipt);
    sql_done(s);
    if (result == SQL_OK)
        *out = receipt;
    return leave(courier, result);
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
    return run(courier, advance, &a);
}

enum sql_result courier_rewind(struct courier *courier, int64_t gen, int64_t to)
{
    struct sql_statement *s = enter(courier, REWIND);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, to);
    return leave(courier, sql_execute(s));
}

static enum sql_result walk_receipts(struct courier *courier,
                                     struct sql_statement *s,
                                     courier_receipt_visitor *visit, void *ctx)
{
    enum sql_result result = SQL_NONE;
    bool go_on = true;
    while (go_on && (result = sql_step(s)) == SQL_OK) {
        struct proof_receipt receipt = {.batch = {.gen = sql_int(s, 0)}};
        take_receipt(s, 1, &receipt);
        go_on = visit(ctx, &receipt);
    }
    sql_done(s);
    return leave(courier, !go_on || result == SQL_NONE ? SQL_OK : result);
}

enum sql_result courier_receipts(struct courier *courier,
                                 courier_receipt_visitor *visit, void *ctx)
{
    return walk_receipts(courier, enter(courier, RECEIPTS), visit, ctx);
}

enum sql_result courier_receipts_after(struct courier *courier, int64_t gen,
                                       int64_t after,
                                       courier_receipt_visitor *visit,
                                       void *ctx)
{
    struct sql_statement *s = enter(courier, RECEIPTS_AFTER);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, after);
    return walk_receipts(courier, s, visit, ctx);
}

enum sql_result courier_drop_receipts(struct courier *courier, int64_t gen,
                                      int64_t before)
{
    struct sql_statement *s = enter(courier, DROP_RECEIPTS);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, before);
    return leave(courier, sql_execute(s));
}

enum sql_result courier_quarantine(struct courier *courier,
                                   courier_aside_visitor *visit, void *ctx)
{
    struct sql_statement *s = enter(courier, ASIDES);
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
    return leave(courier, !go_on || result == SQL_NONE ? SQL_OK : result);
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
    return leave(courier, take_int(enter(courier, COUNT_ASIDE), out_count));
}

enum sql_result courier_attempts(struct courier *courier,
                                 struct courier_attempts *out)
{
    struct courier_attempts attempts = {0};
    struct sql_statement *s = enter(courier, ATTEMPTS);
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
    return leave(courier, result);
}

enum sql_result courier_set_attempts(struct courier *courier,
                                     const struct courier_attempts *attempts)
{
    struct sql_statement *s = enter(courier, SET_ATTEMPTS);
    sql_bind_int(s, 1, attempts->failures);
    sql_bind_int(s, 2, attempts->next_at_ms);
    sql_bind_int(s, 3, attempts->last_sent_ms);
    sql_bind_text(s, 4, attempts->last_error);
    sql_bind_int(s, 5, attempts->last_error_ms);
    return leave(courier, sql_execute(s));
}

enum sql_result courier_put_anchor(struct courier *courier,
                                   const struct courier_anchor *anchor)
{
    struct sql_statement *s = enter(courier, PUT_ANCHOR);
    sql_bind_text(s, 1, anchor->boot);
    sql_bind_int(s, 2, anchor->up_ms);
    sql_bind_int(s, 3, anchor->server_ms);
    sql_bind_int(s, 4, anchor->round_trip_ms);
    return leave(courier, sql_execute(s));
}

enum sql_result courier_anchor(struct courier *courier,
                               struct courier_anchor *out)
{
    struct courier_anchor anchor = {0};
    struct sql_statement *s = enter(courier, ANCHOR);
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
    return leave(courier, result);
}

static enum sql_result take_config(struct sql_statement *s,
                                   int64_t *out_version, char *etag,
                                   size_t etag_size, struct buf *body)
{
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

enum sql_result courier_config(struct courier *courier, int64_t *out_version,
                               char *etag, size_t etag_size, struct buf *body)
{
    return leave(courier, take_config(enter(courier, CONFIG), out_version, etag,
                                      etag_size, body));
}

enum sql_result courier_shown_config(struct courier *courier,
                                     int64_t *out_version, char *etag,
                                     size_t etag_size, struct buf *body)
{
    pthread_mutex_lock(&courier->lock);
    if (sql_version(courier->db) < WITH_SHOWN_CONFIG)
        return leave(courier, SQL_NONE);
    return leave(courier, take_config(sql_use(courier->db, SHOWN_CONFIG),
                                      out_version, etag, etag_size, body));
}

enum sql_result courier_keep_shown_config(struct courier *courier)
{
    return leave(courier, sql_execute(enter(courier, KEEP_SHOWN_CONFIG)));
}

enum sql_result courier_drop_shown_config(struct courier *courier)
{
    enum sql_result result = sql_execute(enter(courier, DROP_SHOWN_CONFIG));
    // Its keys are in the log, too.
    if (result == SQL_OK && sql_changes(courier->db) > 0)
        sql_checkpoint(courier->db, true);
    return leave(courier, result);
}

enum sql_result courier_set_revoked(struct courier *courier, bool revoked)
{
    struct sql_statement *s = enter(courier, SET_REVOKED);
    sql_bind_int(s, 1, revoked);
    return leave(courier, sql_execute(s));
}

bool courier_is_revoked(struct courier *courier)
{
    int64_t revoked = 0;
    pthread_mutex_lock(&courier->lock);
    if (sql_version(courier->db) < WITH_REVOKED)
        leave(courier, SQL_NONE);
    else
        leave(courier, take_int(sql_use(courier->db, REVOKED), &revoked));
    return revoked != 0;
}

enum sql_result courier_put_config(struct courier *courier, int64_t version,
                                   const char *etag, const char *body,
                                   size_t size, const char *signature)
{
    struct sql_statement *s = enter(courier, PUT_CONFIG);
    sql_bind_int(s, 1, version);
    sql_bind_text(s, 2, etag);
    sql_bind_bytes(s, 3, body, size);
    sql_bind_text(s, 4, signature);
    enum sql_result result = sql_execute(s);
    // The log still has the one before. Where the kiosk reads just now it stays
    // until the log is written over, or the next configuration.
    if (result == SQL_OK)
        sql_checkpoint(courier->db, true);
    return leave(courier, result);
}

enum sql_result courier_next_gen(struct courier *courier, int64_t *out_gen)
{
    return leave(courier, take_int(enter(courier, NEXT_GEN), out_gen));
}

enum sql_result courier_set_next_gen(struct courier *courier, int64_t gen)
{
    struct sql_statement *s = enter(courier, SET_NEXT_GEN);
    sql_bind_int(s, 1, gen);
    return leave(courier, sql_execute(s));
}

// --- Invitations -------------------------------------------------------------

static enum sql_result put_contact(struct sql *sql,
                                   const struct courier_moment *contact)
{
    struct sql_statement *s = sql_use(sql, PUT_CONTACT);
    sql_bind_text(s, 1, contact->boot);
    sql_bind_int(s, 2, contact->up_ms);
    return sql_execute(s);
}

static enum sql_result put_invitation(struct sql *sql, size_t place,
                                      const struct courier_invitation *one)
{
    struct sql_statement *s = sql_use(sql, PUT_INVITATION);
    sql_bind_int(s, 1, (int64_t)place);
    sql_bind_text(s, 2, one->id);
    sql_bind_text(s, 3, one->transaction);
    sql_bind_text(s, 4, one->procedure);
    sql_bind_text(s, 5, one->field);
    sql_bind_text(s, 6, one->step);
    sql_bind_text(s, 7, one->officer);
    sql_bind_int(s, 8, one->made_at);
    sql_bind_int(s, 9, one->expires_at);
    return sql_execute(s);
}

static enum sql_result put_invitations(struct sql *sql, void *ctx)
{
    const struct courier_invitations *all = ctx;
    enum sql_result result = sql_execute(sql_use(sql, DROP_INVITATIONS));
    for (size_t i = 0; i < all->count && result == SQL_OK; i++)
        result = put_invitation(sql, i + 1, &all->list[i]);
    if (result != SQL_OK)
        return result;
    struct sql_statement *s = sql_use(sql, PUT_TOLD);
    sql_bind_text(s, 1, all->etag);
    sql_bind_text(s, 2, all->told.boot);
    sql_bind_int(s, 3, all->told.up_ms);
    sql_bind_int(s, 4, all->server_ms);
    result = sql_execute(s);
    return result == SQL_OK ? put_contact(sql, &all->told) : result;
}

enum sql_result
courier_put_invitations(struct courier *courier,
                        const struct courier_invitations *invitations)
{
    return run(courier, put_invitations, (void *)invitations);
}

static void take_invitation(struct sql_statement *s,
                            struct courier_invitation *out)
{
    take_text(s, 0, out->id, sizeof out->id);
    take_text(s, 1, out->transaction, sizeof out->transaction);
    take_text(s, 2, out->procedure, sizeof out->procedure);
    take_text(s, 3, out->field, sizeof out->field);
    take_text(s, 4, out->step, sizeof out->step);
    take_text(s, 5, out->officer, sizeof out->officer);
    out->made_at = sql_int(s, 6);
    out->expires_at = sql_int(s, 7);
}

static enum sql_result take_told(struct sql_statement *s,
                                 struct courier_invitations *out)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        take_text(s, 0, out->etag, sizeof out->etag);
        take_text(s, 1, out->told.boot, sizeof out->told.boot);
        out->told.up_ms = sql_int(s, 2);
        out->server_ms = sql_int(s, 3);
    }
    sql_done(s);
    return result;
}

static enum sql_result get_invitations(struct sql *sql,
                                       struct courier_invitations *out)
{
    enum sql_result result = take_told(sql_use(sql, TOLD), out);
    if (result != SQL_OK)
        return result;
    struct sql_statement *s = sql_use(sql, INVITATIONS);
    sql_bind_int(s, 1, COURIER_INVITATIONS_MAX);
    while ((result = sql_step(s)) == SQL_OK)
        take_invitation(s, &out->list[out->count++]);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result courier_invitations(struct courier *courier,
                                    struct courier_invitations *out)
{
    struct courier_invitations all = {.count = 0};
    pthread_mutex_lock(&courier->lock);
    enum sql_result result = sql_version(courier->db) < WITH_INVITATIONS
                                 ? SQL_NONE
                                 : get_invitations(courier->db, &all);
    if (result == SQL_OK)
        *out = all;
    return leave(courier, result);
}

enum sql_result courier_put_contact(struct courier *courier,
                                    const struct courier_moment *contact)
{
    pthread_mutex_lock(&courier->lock);
    return leave(courier, put_contact(courier->db, contact));
}

enum sql_result courier_contact(struct courier *courier,
                                struct courier_moment *out)
{
    struct courier_moment contact = {.up_ms = 0};
    pthread_mutex_lock(&courier->lock);
    if (sql_version(courier->db) < WITH_INVITATIONS)
        return leave(courier, SQL_NONE);
    struct sql_statement *s = sql_use(courier->db, CONTACT);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        take_text(s, 0, contact.boot, sizeof contact.boot);
        contact.up_ms = sql_int(s, 1);
        *out = contact;
    }
    sql_done(s);
    return leave(courier, result);
}
