#include "store/keeper.h"
#include "common/file.h"
#include "common/log.h"
#include "store/device.h"
#include "store/kiosk_db.h"
#include "store/reserve.h"
#include "store/ring.h"
#include "store/settings.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char module[] = "store";

struct keeper {
    char *directory;
    int ring_slots;
    struct keeper_faults faults;
    int lock;                 // descriptor, -1: not held
    struct ring *ring;        // NULL: no second copy
    struct sql *db;           // NULL: no first one
    enum store_reason reason; // why `db` is NULL
    int64_t order;            // of the last change
    bool knows_order;         // the database told how far it had come
    bool was_whole;           // drafts of before the start are closed
    bool gave_up;             // both copies failed since it was last whole
    // The end of the chain, counting lines that wait in the ring. Unknown
    // until the database was open, and after a failure that may have stored a
    // line or not.
    bool knows_end;
    struct chain end;
};

struct keeper *keeper_new(const char *directory, const char *device,
                          int ring_slots, const struct keeper_faults *faults)
{
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->directory = strdup(directory);
    k->ring_slots = ring_slots > 0 ? ring_slots : RING_SLOTS;
    if (faults)
        k->faults = *faults;
    k->lock = -1;
    k->reason = STORE_REASON_BROKEN;
    chain_start(&k->end, device, 1);
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

bool keeper_needs_mending(const struct keeper *k)
{
    return !k->db || !k->ring;
}

// A visit takes up to three slots: its draft, its comment and its line.
static bool ring_has_room(const struct keeper *k)
{
    return k->ring && ring_free(k->ring) >= 3;
}

// The ring stands in for a database that worked before and is not damaged.
static bool may_go_on(const struct keeper *k)
{
    return k->was_whole && k->reason != STORE_REASON_CORRUPT;
}

bool keeper_is_ready(const struct keeper *k)
{
    return k->db || (may_go_on(k) && !k->gave_up && ring_has_room(k));
}

enum store_reason keeper_reason(const struct keeper *k)
{
    if (keeper_is_ready(k))
        return STORE_REASON_NONE;
    return may_go_on(k) && k->ring && !ring_has_room(k) ? STORE_REASON_FULL
                                                        : k->reason;
}

// --- The database ------------------------------------------------------------

static void break_database(struct keeper *k, enum sql_result result)
{
    sql_close(k->db);
    k->db = NULL;
    k->reason = result == SQL_FULL      ? STORE_REASON_FULL
                : result == SQL_CORRUPT ? STORE_REASON_CORRUPT
                                        : STORE_REASON_BROKEN;
}

static bool open_database(struct keeper *k)
{
    char path[PATH_MAX];
    enum sql_result result = SQL_ERROR;
    if (file_join(path, sizeof path, k->directory, DEVICE_FILE_KIOSK))
        result = sql_open(path, SQL_WRITER, kiosk_statements,
                          KIOSK_STATEMENT_COUNT, &k->db);
    if (result == SQL_OK)
        result = sql_migrate(k->db, kiosk_migrations);
    if (result != SQL_OK)
        break_database(k, result);
    return result == SQL_OK;
}

static enum sql_result apply(struct keeper *k,
                             const struct kiosk_change *change)
{
    enum sql_result (*fault)(void *, bool) = k->faults.transaction;
    enum sql_result result = fault ? fault(k->faults.ctx, false) : SQL_OK;
    if (result == SQL_OK)
        result = kiosk_apply(k->db, change);
    if (result == SQL_OK && fault)
        result = fault(k->faults.ctx, true);
    return result;
}

// True when these very bytes stand in the ledger.
static bool is_stored(struct keeper *k, const struct kiosk_change *change)
{
    struct kiosk_place place;
    char hash[DIGEST_HEX_SIZE];
    if (change->kind != KIOSK_LINE ||
        kiosk_find_line(k->db, change->id, &place) != SQL_OK)
        return false;
    digest_hex_of(change->body, change->size, hash);
    return place.gen == change->gen && place.seq == change->seq &&
           strcmp(place.hash, hash) == 0;
}

enum stored {
    STORED,
    REFUSED, // the database was not open: nothing was tried
    UNKNOWN  // tried, and it may have been stored
};

// An error from a write proves nothing: after it the database is opened anew,
// asked by id, and the same bytes are tried once more.
static enum stored write_database(struct keeper *k,
                                  const struct kiosk_change *change)
{
    if (!k->db)
        return REFUSED;
    enum sql_result result = apply(k, change);
    if (result == SQL_OK)
        return STORED;
    if (result == SQL_FULL)
        reserve_drop(k->directory);
    break_database(k, result);
    if (!open_database(k))
        return UNKNOWN;
    if (is_stored(k, change))
        return STORED;
    result = apply(k, change);
    if (result == SQL_OK)
        return STORED;
    break_database(k, result);
    return UNKNOWN;
}

// --- Both copies -------------------------------------------------------------

static enum ring_type ring_type_of(enum kiosk_change_kind kind)
{
    return kind == KIOSK_LINE      ? RING_LINE
           : kind == KIOSK_COMMENT ? RING_COMMENT
                                   : RING_DRAFT;
}

static enum ring_result write_ring(struct keeper *k,
                                   const struct kiosk_change *change)
{
    if (!k->ring || (k->faults.ring && !k->faults.ring(k->faults.ctx)))
        return RING_ERROR;
    struct ring_change copy = {.type = ring_type_of(change->kind),
                               .order = change->order,
                               .id = change->id,
                               .gen = change->gen,
                               .seq = change->seq,
                               .bytes = change->body,
                               .size = change->size};
    enum ring_result result = ring_put(k->ring, &copy);
    if (result == RING_FULL)
        log_error(module, "every slot of the ring waits for the database");
    return result;
}

static void settle(struct keeper *k)
{
    if (k->ring)
        ring_settle(k->ring, k->order);
}

// While the database was never open, a change must still come after all that it
// holds, or it would pass for settled: far beyond what the ring remembers.
static int64_t next_order(struct keeper *k)
{
    static const int64_t far = INT64_C(1) << 32;
    if (!k->knows_order) {
        k->order = (k->ring ? ring_last_order(k->ring) : 0) + far;
        k->knows_order = true;
    }
    return ++k->order;
}

static enum keeper_result keep(struct keeper *k, struct kiosk_change *change,
                               enum store_reason *out_reason)
{
    change->order = next_order(k);
    enum ring_result ring = write_ring(k, change);
    enum stored stored = write_database(k, change);
    if (stored == STORED)
        settle(k);
    if (stored == STORED || ring == RING_OK)
        return KEEPER_OK;
    k->gave_up = true;
    // Was it stored after all, then the chain has one line more than we know.
    if (stored == UNKNOWN && change->kind == KIOSK_LINE)
        k->knows_end = false;
    *out_reason = ring == RING_FULL || k->reason == STORE_REASON_FULL
                      ? STORE_REASON_FULL
                      : STORE_REASON_BROKEN;
    return KEEPER_FAILED;
}

static enum keeper_result keep_draft(struct keeper *k,
                                     const struct record *record,
                                     enum store_reason *out_reason)
{
    struct buf body = {0};
    enum keeper_result result = KEEPER_FAILED;
    *out_reason = STORE_REASON_BROKEN;
    if (record_write_draft(record, &body)) {
        struct kiosk_change change = {.kind = KIOSK_DRAFT,
                                      .id = record->id,
                                      .body = body.data,
                                      .size = body.size};
        result = keep(k, &change, out_reason);
    } else {
        log_error(module, "%s: the draft breaks the record's rules",
                  record->id);
    }
    buf_free(&body);
    return result;
}

enum keeper_result keeper_put_draft(struct keeper *k,
                                    const struct record *record,
                                    enum store_reason *out_reason)
{
    struct record own = *record;
    memcpy(own.device, k->end.device, sizeof own.device);
    own.closed_at = 0; // a draft with its end is a visit that has ended
    return keep_draft(k, &own, out_reason);
}

void keeper_drop_draft(struct keeper *k, const char *id)
{
    struct kiosk_change change = {.kind = KIOSK_DROP, .id = id};
    enum store_reason reason;
    if (keep(k, &change, &reason) != KEEPER_OK)
        log_error(module, "draft %s could not be dropped: %s", id,
                  store_reason_name(reason));
}

enum keeper_result keeper_put_comment(struct keeper *k, const char *id,
                                      const char *sealed,
                                      enum store_reason *out_reason)
{
    struct kiosk_change change = {.kind = KIOSK_COMMENT,
                                  .id = id,
                                  .body = sealed,
                                  .size = strlen(sealed)};
    return keep(k, &change, out_reason);
}

static int64_t end_of(const struct record *record)
{
    return record->kind == RECORD_VISIT ? record->closed_at : record->opened_at;
}

static struct kiosk_change line_change(const struct record *record,
                                       const char *body, size_t size)
{
    return (struct kiosk_change){.kind = KIOSK_LINE,
                                 .id = record->id,
                                 .body = body,
                                 .size = size,
                                 .gen = record->gen,
                                 .seq = record->seq,
                                 .closed_at = end_of(record),
                                 .outcome =
                                     record->kind == RECORD_VISIT
                                         ? record_outcome_name(record->outcome)
                                         : NULL};
}

static void move_end(struct keeper *k, const struct kiosk_change *line)
{
    k->end.gen = line->gen;
    k->end.seq = line->seq;
    digest_hex_of(line->body, line->size, k->end.head);
}

static enum keeper_result keep_line(struct keeper *k, struct record *record,
                                    enum store_reason *out_reason)
{
    struct buf body = {0};
    enum keeper_result result = KEEPER_FAILED;
    *out_reason = STORE_REASON_BROKEN;
    record->gen = k->end.gen;
    record->seq = k->end.seq + 1;
    memcpy(record->prev, k->end.head, sizeof record->prev);
    if (record_write(record, &body)) {
        struct kiosk_change change = line_change(record, body.data, body.size);
        result = keep(k, &change, out_reason);
        if (result == KEEPER_OK)
            move_end(k, &change);
    } else {
        log_error(module, "%s: the line breaks the record's rules", record->id);
    }
    buf_free(&body);
    return result;
}

static bool has_ended(struct keeper *k, const char *id, int64_t *out_gen,
                      int64_t *out_seq)
{
    struct kiosk_place place;
    enum sql_result result =
        k->db ? kiosk_find_line(k->db, id, &place) : SQL_NONE;
    if (result == SQL_OK) {
        *out_gen = place.gen;
        *out_seq = place.seq;
        return true;
    }
    return k->ring && ring_find_line(k->ring, id, out_gen, out_seq);
}

enum keeper_result keeper_put_line(struct keeper *k,
                                   const struct record *record,
                                   int64_t *out_gen, int64_t *out_seq,
                                   enum store_reason *out_reason)
{
    struct record own = *record;
    if (has_ended(k, own.id, out_gen, out_seq)) {
        log_warn(module, "%s has its line already", own.id);
        return KEEPER_OK;
    }
    memcpy(own.device, k->end.device, sizeof own.device);
    // Without a place in the chain it waits as a draft that has its end.
    bool placed = k->knows_end;
    enum keeper_result result = placed ? keep_line(k, &own, out_reason)
                                       : keep_draft(k, &own, out_reason);
    if (result == KEEPER_OK) {
        *out_gen = placed ? own.gen : 0;
        *out_seq = placed ? own.seq : 0;
    }
    return result;
}

// --- Making whole ------------------------------------------------------------

static bool take_lock(struct keeper *k)
{
    char path[PATH_MAX];
    if (k->lock >= 0)
        return true;
    if (file_make_directory(k->directory) &&
        file_join(path, sizeof path, k->directory, DEVICE_LOCK_KIOSK))
        k->lock = file_lock(path);
    if (k->lock >= 0)
        return true;
    k->reason = errno == EWOULDBLOCK ? STORE_REASON_BUSY
                : errno == ENOSPC    ? STORE_REASON_FULL
                                     : STORE_REASON_BROKEN;
    log_error(module, "%s: %s", k->directory,
              k->reason == STORE_REASON_BUSY ? "another kiosk runs on it"
                                             : strerror(errno));
    return false;
}

static void open_ring(struct keeper *k)
{
    char path[PATH_MAX];
    if (k->ring ||
        !file_join(path, sizeof path, k->directory, DEVICE_FILE_RING))
        return;
    k->ring = ring_open(path, k->ring_slots);
    if (!k->ring)
        log_error(module, "%s: %s; going on without a second copy", path,
                  strerror(errno));
}

struct replay {
    struct keeper *keeper;
    int lines;
    enum sql_result result; // of the change that stopped it
};

static bool replay_change(struct replay *replay,
                          const struct kiosk_change *change)
{
    replay->result = apply(replay->keeper, change);
    return replay->result == SQL_OK;
}

static bool replay_draft(struct replay *replay,
                         const struct ring_change *change)
{
    struct sql *db = replay->keeper->db;
    struct kiosk_place place;
    struct kiosk_change draft = {.kind = change->size > 0 ? KIOSK_DRAFT
                                                          : KIOSK_DROP,
                                 .order = change->order,
                                 .id = change->id,
                                 .body = change->bytes,
                                 .size = change->size};
    enum sql_result found = kiosk_find_line(db, change->id, &place);
    if (found == SQL_NONE)
        found = kiosk_find_aside(db, change->id);
    if (found == SQL_NONE)
        return replay_change(replay, &draft);
    replay->result = found;
    return found == SQL_OK; // the visit has ended: its line beats the draft
}

// The line is not beyond the end of the chain, and it is not in it.
static bool replay_aside(struct replay *replay,
                         const struct ring_change *change, const char *reason)
{
    struct kiosk_change aside = {.kind = KIOSK_ASIDE,
                                 .order = change->order,
                                 .id = change->id,
                                 .body = change->bytes,
                                 .size = change->size,
                                 .gen = change->gen,
                                 .seq = change->seq,
                                 .reason = reason};
    log_error(module, "line %lld/%lld of %s set aside: %s",
              (long long)change->gen, (long long)change->seq, change->id,
              reason);
    return replay_change(replay, &aside);
}

// A line goes into its own place only: next in its own generation, and
// continuing what is held.
static bool replay_line(struct replay *replay, const struct ring_change *change)
{
    struct keeper *k = replay->keeper;
    struct kiosk_place place;
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    enum sql_result found = kiosk_find_line(k->db, change->id, &place);
    if (found != SQL_NONE) {
        replay->result = found;
        return found == SQL_OK; // it is in its place already
    }
    struct chain next = k->end;
    enum chain_fault fault =
        chain_follow(&next, change->bytes, change->size, &record, why);
    if (fault == CHAIN_BAD_LINE || fault == CHAIN_BAD_DEVICE ||
        fault == CHAIN_REPEAT)
        return replay_aside(replay, change, why);
    if (fault != CHAIN_SOUND) {
        log_error(module, "kiosk.db is not the ledger of this ring file: %s",
                  why);
        replay->result = SQL_CORRUPT;
        return false;
    }
    struct kiosk_change line =
        line_change(&record, change->bytes, change->size);
    line.order = change->order;
    if (!replay_change(replay, &line))
        return false;
    move_end(k, &line);
    replay->lines++;
    return true;
}

static bool replay_comment(struct replay *replay,
                           const struct ring_change *change)
{
    const struct kiosk_change comment = {.kind = KIOSK_COMMENT,
                                         .order = change->order,
                                         .id = change->id,
                                         .body = change->bytes,
                                         .size = change->size};
    return replay_change(replay, &comment);
}

static bool replay_slot(void *ctx, const struct ring_change *change)
{
    return change->type == RING_LINE      ? replay_line(ctx, change)
           : change->type == RING_COMMENT ? replay_comment(ctx, change)
                                          : replay_draft(ctx, change);
}

// Brings the ring's changes that the database has missed into it.
static enum sql_result replay_ring(struct keeper *k)
{
    int64_t settled;
    enum sql_result result = kiosk_settled(k->db, &settled);
    if (result != SQL_OK)
        return result;
    if (settled > k->order)
        k->order = settled;
    k->knows_order = true;
    if (!k->ring)
        return SQL_OK;
    ring_settle(k->ring, settled);
    if (ring_last_order(k->ring) > k->order)
        k->order = ring_last_order(k->ring);
    struct replay replay = {.keeper = k, .result = SQL_ERROR};
    if (!ring_walk(k->ring, replay_slot, &replay))
        return replay.result == SQL_OK ? SQL_ERROR : replay.result;
    settle(k);
    if (replay.lines > 0)
        log_info(module, "%d lines moved from the ring into the ledger",
                 replay.lines);
    return SQL_OK;
}

// A visit whose end never came is closed as its level alone.
static void reduce_to_level(struct record *record)
{
    record->reason_count = 0;
    record->answer_count = 0;
    record->comment_hash[0] = '\0';
    record->closed_at =
        record->answered_at ? record->answered_at : record->opened_at;
}

static enum sql_result set_draft_aside(struct keeper *k, const char *id,
                                       const struct buf *body,
                                       const char *reason)
{
    struct kiosk_change aside = {.kind = KIOSK_ASIDE,
                                 .order = next_order(k),
                                 .id = id,
                                 .body = buf_text(body),
                                 .size = body->size,
                                 .reason = reason};
    log_error(module, "draft %s set aside: %s", id, reason);
    return apply(k, &aside);
}

// Of a visit that is closed as its level alone: its comment was never sent by
// the citizen's last word.
static bool forget_comment(struct keeper *k, const char *id)
{
    struct sql_statement *s = sql_use(k->db, KIOSK_DROP_COMMENT);
    sql_bind_text(s, 1, id);
    return sql_execute(s) == SQL_OK;
}

static enum sql_result close_draft(struct keeper *k, const char *id,
                                   const struct buf *body)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    if (!record_read_draft(buf_text(body), body->size, &record, why))
        return set_draft_aside(k, id, body, why);
    bool ended = end_of(&record) != 0;
    if (!ended && k->was_whole)
        return SQL_OK; // of the visit that is on the screen now
    if (!ended && !forget_comment(k, id))
        return SQL_ERROR;
    if (!ended)
        reduce_to_level(&record);
    log_info(module, "visit %s was left open; closed", id);
    int64_t gen, seq;
    enum store_reason reason;
    keeper_put_line(k, &record, &gen, &seq, &reason);
    return k->db ? SQL_OK : SQL_ERROR;
}

static enum sql_result close_drafts(struct keeper *k)
{
    char id[ID_SIZE] = "";
    enum sql_result result = SQL_OK;
    while (result == SQL_OK) {
        struct buf body = {0};
        char next[ID_SIZE];
        result = kiosk_next_draft(k->db, id, next, &body);
        if (result == SQL_OK) {
            memcpy(id, next, sizeof id);
            result = close_draft(k, id, &body);
        }
        buf_free(&body);
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result make_whole(struct keeper *k)
{
    bool doubtful = !k->was_whole || k->reason == STORE_REASON_CORRUPT;
    if (doubtful && !sql_is_sound(k->db, false))
        return SQL_CORRUPT;
    // From here to the end of the replay the ring may hold lines beyond it.
    k->knows_end = false;
    enum sql_result result = kiosk_end(k->db, &k->end);
    if (result == SQL_OK)
        result = replay_ring(k);
    k->knows_end = result == SQL_OK;
    return result == SQL_OK ? close_drafts(k) : result;
}

bool keeper_mend(struct keeper *k)
{
    if (!take_lock(k))
        return false;
    open_ring(k);
    if (!k->db && !open_database(k) &&
        (k->reason != STORE_REASON_FULL || !reserve_drop(k->directory) ||
         !open_database(k)))
        return false;
    enum sql_result result = make_whole(k);
    if (result != SQL_OK) {
        // close_drafts() may have broken it already, with a reason.
        if (k->db)
            break_database(k, result);
        return false;
    }
    k->was_whole = true;
    k->gave_up = false;
    k->reason = STORE_REASON_NONE;
    reserve_keep(k->directory);
    return true;
}

bool keeper_put_setting(struct keeper *k, const char *name, const char *value)
{
    return k->db && kiosk_put_setting(k->db, name, value) == SQL_OK;
}

bool keeper_read_settings(struct keeper *k, struct settings *out)
{
    struct buf name = {0}, value = {0}, after = {0};
    enum sql_result result = k->db ? SQL_OK : SQL_ERROR;
    *out = (struct settings){0};
    while (result == SQL_OK) {
        buf_clear(&after);
        buf_append_text(&after, buf_text(&name));
        buf_clear(&name);
        buf_clear(&value);
        result = kiosk_next_setting(k->db, buf_text(&after), &name, &value);
        if (result == SQL_OK &&
            !settings_put(out, buf_text(&name), buf_text(&value), false))
            log_warn(module, "%s: the setting %s cannot be used",
                     DEVICE_FILE_KIOSK, buf_text(&name));
    }
    buf_free(&name);
    buf_free(&value);
    buf_free(&after);
    return result == SQL_NONE;
}

void keeper_idle(struct keeper *k)
{
    if (k->db && sql_wal_pages(k->db) > 0)
        sql_checkpoint(k->db, false);
    reserve_keep(k->directory);
}

void keeper_get_state(struct keeper *k, struct store_state *out)
{
    *out = (struct store_state){
        .ready = keeper_is_ready(k),
        .reason = keeper_reason(k),
        .gen = k->end.gen,
        .seq = k->end.seq,
        .ring_waiting = k->ring ? ring_waiting(k->ring) : 0,
        .disk_free_bytes = reserve_disk_free(k->directory)};
    memcpy(out->head, k->end.head, sizeof out->head);
}
