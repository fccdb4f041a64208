#include "store/keeper.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "store/device.h"
#include "store/kiosk_db.h"
#include "store/reserve.h"
#include "store/ring.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char module[] = "store";

struct keeper {
    char *directory;
    char device[ID_SIZE];
    int ring_slots;
    struct keeper_faults faults;
    int lock; // descriptor, -1: not held
    struct ring *ring;
    struct sql *db; // NULL: broken
    enum store_reason reason;
    // The end of the chain, counting lines that wait in the ring. Known once
    // the database has been open.
    bool knows_end;
    int64_t gen, seq;
    char head[DIGEST_HEX_SIZE];
    bool closed_old; // the drafts of before this start are closed
};

struct keeper *keeper_new(const char *directory, const char *device,
                          int ring_slots, const struct keeper_faults *faults)
{
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->directory = strdup(directory);
    snprintf(k->device, sizeof k->device, "%s", device);
    k->ring_slots = ring_slots > 0 ? ring_slots : RING_SLOTS;
    if (faults)
        k->faults = *faults;
    k->lock = -1;
    k->reason = STORE_REASON_BROKEN;
    if (!k->directory) {
        free(k);
        return NULL;
    }
    return k;
}

void keeper_free(struct keeper *k)
{
    if (!k)
        return;
    sql_close(k->db);
    ring_close(k->ring);
    if (k->lock >= 0)
        close(k->lock);
    free(k->directory);
    free(k);
}

bool keeper_is_ready(const struct keeper *k)
{
    return k->db != NULL;
}

enum store_reason keeper_reason(const struct keeper *k)
{
    return k->reason;
}

static enum store_reason reason_of(enum sql_result result)
{
    return result == SQL_FULL      ? STORE_REASON_FULL
           : result == SQL_CORRUPT ? STORE_REASON_CORRUPT
                                   : STORE_REASON_BROKEN;
}

static void break_database(struct keeper *k, enum sql_result result)
{
    sql_close(k->db);
    k->db = NULL;
    k->reason = reason_of(result);
}

static enum sql_result transact(struct keeper *k, sql_work *work, void *ctx)
{
    if (k->faults.transaction) {
        enum sql_result result =
            (enum sql_result)k->faults.transaction(k->faults.ctx);
        if (result != SQL_OK)
            return result;
    }
    return sql_transaction(k->db, work, ctx);
}

// --- The two copies ----------------------------------------------------------

static enum ring_result put_ring(struct keeper *k, enum ring_type type,
                                 const char *id, int64_t gen, int64_t seq,
                                 const struct buf *bytes, int *out_slot)
{
    if (!k->ring || (k->faults.ring && !k->faults.ring(k->faults.ctx)))
        return RING_ERROR;
    enum ring_result result = ring_put(k->ring, type, id, gen, seq, bytes->data,
                                       bytes->size, out_slot);
    if (result == RING_FULL)
        log_error(module, "ring file: every slot waits for the database");
    if (result == RING_ERROR)
        log_error(module, "ring file: %s", strerror(errno));
    return result;
}

struct entry {
    const char *id;
    const struct buf *bytes;
    int64_t gen, seq, closed_at;
    const char *outcome; // NULL: an event
};

static enum sql_result insert_draft(struct sql *sql, void *ctx)
{
    const struct entry *entry = ctx;
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_DRAFT);
    sql_bind_text(s, 1, entry->id);
    sql_bind_bytes(s, 2, entry->bytes->data, entry->bytes->size);
    return sql_execute(s);
}

static enum sql_result delete_draft(struct sql *sql, void *ctx)
{
    struct sql_statement *s = sql_use(sql, KIOSK_DROP_DRAFT);
    sql_bind_text(s, 1, ctx);
    return sql_execute(s);
}

static enum sql_result insert_line(struct sql *sql, void *ctx)
{
    const struct entry *entry = ctx;
    unsigned char hash[DIGEST_BYTES];
    digest_of(entry->bytes->data, entry->bytes->size, hash);
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_LINE);
    sql_bind_int(s, 1, entry->gen);
    sql_bind_int(s, 2, entry->seq);
    sql_bind_text(s, 3, entry->id);
    sql_bind_bytes(s, 4, hash, sizeof hash);
    sql_bind_int(s, 5, entry->closed_at);
    sql_bind_text(s, 6, entry->outcome);
    sql_bind_bytes(s, 7, entry->bytes->data, entry->bytes->size);
    enum sql_result result = sql_execute(s);
    return result == SQL_OK ? delete_draft(sql, (void *)entry->id) : result;
}

static bool find_line(struct keeper *k, const char *id, int64_t *out_gen,
                      int64_t *out_seq)
{
    struct sql_statement *s = sql_use(k->db, KIOSK_FIND_LINE);
    sql_bind_text(s, 1, id);
    bool found = sql_step(s) == SQL_OK;
    if (found) {
        *out_gen = sql_int(s, 0);
        *out_seq = sql_int(s, 1);
    }
    sql_done(s);
    return found;
}

static bool holds_line(struct keeper *k, const char *id)
{
    int64_t gen, seq;
    return find_line(k, id, &gen, &seq);
}

static bool open_database(struct keeper *k);

// An error from a write proves nothing: after it the database is opened anew,
// asked by id, and the same bytes are tried once more.
static bool write_database(struct keeper *k, sql_work *work,
                           const struct entry *entry)
{
    if (!k->db)
        return false;
    enum sql_result result = transact(k, work, (void *)entry);
    if (result == SQL_OK)
        return true;
    if (result == SQL_FULL)
        reserve_drop(k->directory);
    break_database(k, result);
    if (!open_database(k))
        return false;
    if (work == insert_line && holds_line(k, entry->id))
        return true;
    result = transact(k, work, (void *)entry);
    if (result != SQL_OK)
        break_database(k, result);
    return result == SQL_OK;
}

static enum store_reason failure(const struct keeper *k, enum ring_result ring)
{
    return ring == RING_FULL || k->reason == STORE_REASON_FULL
               ? STORE_REASON_FULL
               : STORE_REASON_BROKEN;
}

// A draft object goes to the ring, then to the database; either makes it
// durable.
static enum keeper_result keep_draft(struct keeper *k, const char *id,
                                     const struct buf *bytes,
                                     enum store_reason *out_reason)
{
    int slot = -1;
    struct entry entry = {.id = id, .bytes = bytes};
    enum ring_result ring = put_ring(k, RING_DRAFT, id, 0, 0, bytes, &slot);
    if (write_database(k, insert_draft, &entry)) {
        if (k->ring)
            ring_release_drafts(k->ring, id);
        return KEEPER_OK;
    }
    if (ring == RING_OK)
        return KEEPER_OK;
    *out_reason = failure(k, ring);
    return KEEPER_FAILED;
}

enum keeper_result keeper_put_draft(struct keeper *k,
                                    const struct record *record,
                                    enum store_reason *out_reason)
{
    struct buf bytes = {0};
    struct record own = *record;
    enum keeper_result result = KEEPER_FAILED;
    *out_reason = STORE_REASON_BROKEN;
    memcpy(own.device, k->device, sizeof own.device);
    if (record_write_draft(&own, &bytes))
        result = keep_draft(k, own.id, &bytes, out_reason);
    else
        log_error(module, "%s: the draft breaks the record's rules", own.id);
    buf_free(&bytes);
    return result;
}

void keeper_drop_draft(struct keeper *k, const char *id)
{
    if (k->ring && !ring_forget(k->ring, id))
        log_error(module, "ring file: %s", strerror(errno));
    if (!k->db)
        return;
    enum sql_result result = transact(k, delete_draft, (void *)id);
    if (result != SQL_OK)
        break_database(k, result);
}

// --- Lines -----------------------------------------------------------------

static void move_end(struct keeper *k, int64_t seq, const struct buf *line)
{
    k->seq = seq;
    digest_hex_of(line->data, line->size, k->head);
}

static struct entry entry_of(const struct record *record,
                             const struct buf *bytes)
{
    return (struct entry){.id = record->id,
                          .bytes = bytes,
                          .gen = record->gen,
                          .seq = record->seq,
                          .closed_at = record->kind == RECORD_VISIT
                                           ? record->closed_at
                                           : record->opened_at,
                          .outcome = record->kind == RECORD_VISIT
                                         ? record_outcome_name(record->outcome)
                                         : NULL};
}

// Both copies of a line whose place in the chain is known.
static enum keeper_result keep_line(struct keeper *k,
                                    const struct record *record,
                                    const struct buf *bytes,
                                    enum store_reason *out_reason)
{
    int slot = -1;
    struct entry entry = entry_of(record, bytes);
    enum ring_result ring = put_ring(k, RING_LINE, record->id, record->gen,
                                     record->seq, bytes, &slot);
    bool stored = write_database(k, insert_line, &entry);
    if (!stored && ring != RING_OK) {
        *out_reason = failure(k, ring);
        return KEEPER_FAILED;
    }
    if (stored && ring == RING_OK)
        ring_release(k->ring, slot);
    if (k->ring)
        ring_release_drafts(k->ring, record->id);
    move_end(k, record->seq, bytes);
    return KEEPER_OK;
}

enum keeper_result keeper_put_line(struct keeper *k,
                                   const struct record *record,
                                   int64_t *out_gen, int64_t *out_seq,
                                   enum store_reason *out_reason)
{
    struct buf bytes = {0};
    struct record own = *record;
    enum keeper_result result = KEEPER_FAILED;
    *out_reason = STORE_REASON_BROKEN;
    if (k->db && find_line(k, record->id, out_gen, out_seq))
        return KEEPER_OK; // ended already
    memcpy(own.device, k->device, sizeof own.device);
    own.gen = k->gen;
    own.seq = k->seq + 1;
    memcpy(own.prev, k->head, sizeof own.prev);
    // Without a place in the chain an ended visit waits as a draft that has
    // its end.
    bool ok = k->knows_end ? record_write(&own, &bytes)
                           : record_write_draft(&own, &bytes);
    if (!ok)
        log_error(module, "%s: the line breaks the record's rules", own.id);
    else if (k->knows_end)
        result = keep_line(k, &own, &bytes, out_reason);
    else
        result = keep_draft(k, own.id, &bytes, out_reason);
    if (result == KEEPER_OK) {
        *out_gen = k->knows_end ? own.gen : 0;
        *out_seq = k->knows_end ? own.seq : 0;
    }
    buf_free(&bytes);
    return result;
}

// --- Opening and making whole ------------------------------------------------

static enum sql_result read_end(struct keeper *k)
{
    struct sql_statement *s = sql_use(k->db, KIOSK_END);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        size_t size;
        const void *hash = sql_bytes(s, 2, &size);
        k->gen = sql_int(s, 0);
        k->seq = sql_int(s, 1);
        if (size == DIGEST_BYTES)
            hex_encode(hash, size, k->head);
        else
            result = SQL_CORRUPT;
    } else if (result == SQL_NONE) {
        k->gen = 1;
        k->seq = 0;
        memcpy(k->head, DIGEST_NONE_HEX, DIGEST_HEX_SIZE);
        result = SQL_OK;
    }
    sql_done(s);
    return result;
}

static bool open_database(struct keeper *k)
{
    char path[PATH_MAX];
    enum sql_result result = SQL_ERROR;
    bool first = !k->knows_end;
    if (file_join(path, sizeof path, k->directory, DEVICE_FILE_KIOSK))
        result = sql_open(path, SQL_WRITER, kiosk_statements,
                          KIOSK_STATEMENT_COUNT, &k->db);
    if (result == SQL_OK)
        result = sql_migrate(k->db, kiosk_migrations);
    if (result == SQL_OK && first && !sql_is_sound(k->db, false))
        result = SQL_CORRUPT;
    // A reopening in the midst of a write keeps the end that counts what
    // waits in the ring.
    if (result == SQL_OK && first)
        result = read_end(k);
    if (result != SQL_OK) {
        break_database(k, result);
        return false;
    }
    k->knows_end = true;
    k->reason = STORE_REASON_NONE;
    return true;
}

static bool open_files(struct keeper *k)
{
    char path[PATH_MAX];
    if (k->lock < 0) {
        if (!file_make_directory(k->directory) ||
            !file_join(path, sizeof path, k->directory, DEVICE_LOCK_KIOSK) ||
            (k->lock = file_lock(path)) < 0) {
            k->reason = errno == EWOULDBLOCK ? STORE_REASON_BUSY
                        : errno == ENOSPC    ? STORE_REASON_FULL
                                             : STORE_REASON_BROKEN;
            log_error(module, "%s: %s", k->directory,
                      k->reason == STORE_REASON_BUSY
                          ? "another kiosk runs on it"
                          : strerror(errno));
            return false;
        }
    }
    if (!k->ring &&
        file_join(path, sizeof path, k->directory, DEVICE_FILE_RING)) {
        k->ring = ring_open(path, k->ring_slots);
        if (!k->ring)
            log_error(module, "%s: %s; going on without a second copy", path,
                      strerror(errno));
    }
    return true;
}

struct replay {
    struct keeper *keeper;
    int lines;
    bool failed;
};

// A line of the ring goes into its own place only: next in its own generation,
// and continuing what is held. Drafts come after.
static bool replay_line(void *ctx, int slot, enum ring_type type,
                        const char *id, int64_t gen, int64_t seq,
                        const char *bytes, size_t size)
{
    struct replay *replay = ctx;
    struct keeper *k = replay->keeper;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    if (type != RING_LINE)
        return true;
    if (holds_line(k, id)) {
        ring_release(k->ring, slot);
        return true;
    }
    if (!record_read(bytes, size, &record, reason) || gen != k->gen ||
        seq != k->seq + 1 || strcmp(record.prev, k->head) != 0) {
        log_warn(module,
                 "ring file: line %lld/%lld of visit %s does not "
                 "continue the ledger; it stays in the ring",
                 (long long)gen, (long long)seq, id);
        return true;
    }
    struct buf copy = {0};
    buf_append(&copy, bytes, size);
    struct entry entry = entry_of(&record, &copy);
    enum sql_result result =
        buf_ok(&copy) ? transact(k, insert_line, &entry) : SQL_ERROR;
    if (result == SQL_OK) {
        move_end(k, seq, &copy);
        ring_release(k->ring, slot);
        replay->lines++;
    } else {
        break_database(k, result);
        replay->failed = true;
    }
    buf_free(&copy);
    return !replay->failed;
}

// Drafts of the ring that the database does not have yet.
static bool replay_draft(void *ctx, int slot, enum ring_type type,
                         const char *id, int64_t gen, int64_t seq,
                         const char *bytes, size_t size)
{
    struct replay *replay = ctx;
    struct keeper *k = replay->keeper;
    (void)gen;
    (void)seq;
    if (type != RING_DRAFT)
        return true;
    if (holds_line(k, id)) {
        ring_release(k->ring, slot);
        return true;
    }
    struct buf copy = {0};
    buf_append(&copy, bytes, size);
    struct entry entry = {.id = id, .bytes = &copy};
    enum sql_result result =
        buf_ok(&copy) ? transact(k, insert_draft, &entry) : SQL_ERROR;
    buf_free(&copy);
    if (result != SQL_OK) {
        break_database(k, result);
        replay->failed = true;
        return false;
    }
    ring_release(k->ring, slot);
    return true;
}

static enum sql_result set_aside(struct sql *sql, void *ctx)
{
    struct sql_statement *s = sql_use(sql, KIOSK_SET_ASIDE);
    sql_bind_text(s, 1, ctx);
    enum sql_result result = sql_execute(s);
    return result == SQL_OK ? delete_draft(sql, ctx) : result;
}

// A visit whose end never came is closed as its level alone; one that had its
// end but no place in the chain is closed as it was. False when the database
// broke.
static bool close_draft(struct keeper *k, const char *id, const char *bytes,
                        size_t size)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    if (!record_read_draft(bytes, size, &record, why)) {
        log_error(module, "draft %s cannot be read (%s); set aside", id, why);
        enum sql_result result = transact(k, set_aside, (void *)id);
        if (result != SQL_OK)
            break_database(k, result);
        return k->db != NULL;
    }
    if (record.kind == RECORD_VISIT && record.closed_at == 0) {
        if (k->closed_old)
            return true; // of the visit that is on the screen now
        record.reason_count = 0;
        record.answer_count = 0;
        record.comment_hash[0] = '\0';
        record.closed_at =
            record.answered_at ? record.answered_at : record.opened_at;
    }
    int64_t gen, seq;
    enum store_reason reason;
    log_info(module, "visit %s was left open; closed", record.id);
    return keeper_put_line(k, &record, &gen, &seq, &reason) == KEEPER_OK &&
           k->db;
}

static bool close_drafts(struct keeper *k)
{
    char id[ID_SIZE] = "";
    for (;;) {
        struct buf bytes = {0};
        struct sql_statement *s = sql_use(k->db, KIOSK_NEXT_DRAFT);
        sql_bind_text(s, 1, id);
        enum sql_result result = sql_step(s);
        char next[ID_SIZE] = "";
        if (result == SQL_OK) {
            size_t size;
            const void *body = sql_bytes(s, 1, &size);
            buf_append(&bytes, body, size);
            snprintf(next, sizeof next, "%s", sql_text(s, 0));
        }
        sql_done(s);
        memcpy(id, next, sizeof id);
        bool ok = result == SQL_OK && buf_ok(&bytes) &&
                  close_draft(k, id, buf_text(&bytes), bytes.size);
        buf_free(&bytes);
        if (result == SQL_NONE)
            return true;
        if (!ok)
            return false;
    }
}

bool keeper_mend(struct keeper *k)
{
    if (!open_files(k))
        return false;
    reserve_keep(k->directory);
    bool was_open = k->db != NULL;
    if (!was_open) {
        // The end is read anew: what the ring holds beyond it is replayed.
        k->knows_end = false;
        if (!open_database(k))
            return false;
    }
    struct replay replay = {.keeper = k};
    if (k->ring &&
        (!ring_walk(k->ring, replay_line, &replay) || replay.failed ||
         !ring_walk(k->ring, replay_draft, &replay) || replay.failed))
        return false;
    if (replay.lines > 0)
        log_info(module, "%d lines moved from the ring into the ledger",
                 replay.lines);
    if (!close_drafts(k))
        return false;
    k->closed_old = true;
    return true;
}

void keeper_idle(struct keeper *k)
{
    if (!k->db)
        return;
    if (sql_wal_pages(k->db) > 0)
        sql_checkpoint(k->db, false);
    reserve_keep(k->directory);
}

void keeper_get_state(struct keeper *k, struct store_state *out)
{
    *out = (struct store_state){
        .ready = k->db != NULL,
        .reason = k->reason,
        .gen = k->gen,
        .seq = k->seq,
        .ring_waiting = k->ring ? ring_waiting(k->ring) : 0,
        .disk_free_bytes = reserve_disk_free(k->directory)};
    memcpy(out->head, k->head, sizeof out->head);
}
