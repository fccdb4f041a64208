#include "store/keeper.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mounted.h"
#include "store/aside.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/kiosk_db.h"
#include "store/mark.h"
#include "store/prune.h"
#include "store/reserve.h"
#include "store/ring.h"
#include "store/salvage.h"
#include "store/settings.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Set aside before the newest, of which is still salvaged.
enum { OLDER_STORES = 8 };

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
    bool was_read_only;       // the whole file system, when last mended
    // The end of the chain, counting lines that wait in the ring. Unknown
    // until the database was open, and after a failure that may have stored a
    // line or not.
    bool knows_end;
    struct chain end;
    struct chain old; // the end of the generation before; gen 0: none
    keeper_answered *tell_answered; // NULL: nobody
    void *ctx;
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
    chain_start(&k->old, device, 0);
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

void keeper_tell_answered(struct keeper *k, keeper_answered *tell, void *ctx)
{
    k->tell_answered = tell;
    k->ctx = ctx;
}

static void tell_answered(const struct keeper *k, const struct record *record)
{
    if (k->tell_answered && record->invitation[0])
        k->tell_answered(k->ctx, record->invitation);
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

static const char SETTING_SCHEMA[] = "schema";

// The schema must be what the migrations make. Its version stands in the file's
// head, and once more in a row: when they differ the head is damaged, and no
// newer program was here.
static enum sql_result check_version(struct keeper *k, enum sql_result migrated)
{
    char kept[16] = "", now[16];
    if (migrated == SQL_OK && !sql_schema_is(k->db, kiosk_migrations)) {
        log_error(module, "%s: its tables are not what was made",
                  DEVICE_FILE_KIOSK);
        return SQL_CORRUPT;
    }
    struct sql_statement *s = sql_use(k->db, KIOSK_GET_SETTING);
    snprintf(now, sizeof now, "%d", sql_version(k->db));
    sql_bind_text(s, 1, SETTING_SCHEMA);
    if (sql_step(s) == SQL_OK)
        snprintf(kept, sizeof kept, "%s", sql_text(s, 0));
    sql_done(s);
    if (migrated == SQL_OK)
        return strcmp(kept, now) == 0
                   ? SQL_OK
                   : kiosk_put_setting(k->db, SETTING_SCHEMA, now);
    return kept[0] && strcmp(kept, now) != 0 ? SQL_CORRUPT : migrated;
}

static bool open_database(struct keeper *k)
{
    char path[PATH_MAX];
    enum sql_result result = SQL_ERROR;
    if (file_join(path, sizeof path, k->directory, DEVICE_FILE_KIOSK))
        result = sql_open(path, SQL_WRITER, kiosk_statements,
                          KIOSK_STATEMENT_COUNT, &k->db);
    if (result == SQL_OK)
        result = check_version(k, sql_migrate(k->db, kiosk_migrations));
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

static struct kiosk_change line_change(const struct record *record,
                                       const char *body, size_t size)
{
    return (struct kiosk_change){.kind = KIOSK_LINE,
                                 .id = record->id,
                                 .body = body,
                                 .size = size,
                                 .gen = record->gen,
                                 .seq = record->seq,
                                 .closed_at = record_end(record),
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
        if (result == KEEPER_OK) {
            move_end(k, &change);
            tell_answered(k, record);
        }
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
    if (fault == CHAIN_BAD_GEN && record.gen > k->end.gen && record.seq == 1) {
        // The generation that was begun when the database gave way.
        chain_start(&next, k->end.device, record.gen);
        fault = chain_follow(&next, change->bytes, change->size, &record, why);
    }
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
    tell_answered(k, &record);
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
    bool ended = record_end(&record) != 0;
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

// --- A new generation
// ----------------------------------------------------------

static const char SETTING_SALVAGE[] = "salvage";
enum { MISSING_RUNS = 24 };

// What the courier knows of this device's generations: the highest that the
// server has lines of, how far, and the one that it asks for next.
struct known {
    struct chain end;
    int64_t wished; // 0: none
};

static void ask_courier(const struct keeper *k, int64_t gen, struct known *out)
{
    struct courier *courier;
    struct proof_receipt receipt;
    *out = (struct known){.wished = 0};
    chain_start(&out->end, k->end.device, 0);
    if (courier_open(k->directory, COURIER_READER, &courier) != SQL_OK)
        return;
    courier_next_gen(courier, &out->wished);
    // Generations are few; one that is not there ends the search upwards.
    for (; courier_position(courier, gen, &receipt) == SQL_OK; gen++) {
        out->end.gen = gen;
        out->end.seq = receipt.batch.to;
        memcpy(out->end.head, receipt.batch.head, sizeof out->end.head);
    }
    courier_close(courier);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// The last line that any witness knows of.
static struct chain last_known(const struct chain *a, const struct chain *b)
{
    bool first = a->gen != b->gen ? a->gen > b->gen : a->seq >= b->seq;
    return first ? *a : *b;
}

// [generation, first, last] for each run of lines before the ledger's own that
// is not here: it has left, or was lost before.
static enum sql_result append_missing(struct keeper *k, struct buf *out)
{
    struct sql_statement *s = sql_use(k->db, KIOSK_MISSING);
    sql_bind_int(s, 1, MISSING_RUNS);
    enum sql_result result;
    for (const char *comma = ""; (result = sql_step(s)) == SQL_OK; comma = ",")
        buf_printf(out, "%s[%lld,%lld,%lld]", comma, (long long)sql_int(s, 0),
                   (long long)sql_int(s, 1), (long long)sql_int(s, 2));
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static bool write_detail(struct keeper *k, const struct salvage *salvage,
                         const struct chain *old, char out[RECORD_DETAIL_SIZE])
{
    struct buf detail = {0};
    bool ok = true;
    buf_printf(&detail,
               "{\"old_gen\":%lld,\"last_seq\":%lld,\"head\":\"%s\","
               "\"missing\":[",
               (long long)old->gen, (long long)old->seq, old->head);
    if (salvage)
        salvage_append_missing(salvage, old, MISSING_RUNS, &detail);
    else
        ok = append_missing(k, &detail) == SQL_OK;
    buf_append_text(&detail, "]}");
    ok = ok && buf_ok(&detail) && detail.size < RECORD_DETAIL_SIZE;
    if (ok)
        memcpy(out, buf_text(&detail), detail.size + 1);
    buf_free(&detail);
    return ok;
}

// Line 1: which generation ended, where, and what of it is missing.
static bool write_first_line(struct keeper *k, const struct salvage *salvage,
                             const struct chain *old)
{
    struct record event;
    int64_t now = clock_wall_ms();
    enum store_reason reason;
    record_init(&event, RECORD_EVENT);
    id_new_v7(now, event.id);
    memcpy(event.device, k->end.device, sizeof event.device);
    clock_boot_id(event.boot);
    event.opened_at = now;
    event.up_ms = clock_boot_ms();
    event.clock = clock_is_synced() ? RECORD_CLOCK_SYNCED : RECORD_CLOCK_UNSURE;
    snprintf(event.event, sizeof event.event, "generation");
    return write_detail(k, salvage, old, event.detail) &&
           keep_line(k, &event, &reason) == KEEPER_OK && k->db;
}

static bool take_salvaged(void *ctx, const struct salvage_line *line)
{
    struct keeper *k = ctx;
    struct record record;
    struct kiosk_place place;
    char why[JSON_MESSAGE_SIZE];
    if (!record_read(line->line, line->size, &record, why))
        return true;
    tell_answered(k, &record);
    if (kiosk_find_line(k->db, line->id, &place) == SQL_OK)
        return true; // it came over before a power cut
    struct kiosk_change comment = {.kind = KIOSK_COMMENT,
                                   .id = line->id,
                                   .body = line->comment,
                                   .size = line->comment ? strlen(line->comment)
                                                         : 0};
    struct kiosk_change change = line_change(&record, line->line, line->size);
    return (!line->comment || kiosk_apply(k->db, &comment) == SQL_OK) &&
           kiosk_apply(k->db, &change) == SQL_OK;
}

struct older {
    struct keeper *keeper;
    struct courier *courier; // NULL: it cannot be asked
    int64_t gen, settled;    // so far the server holds it, or it has left
};

static bool is_settled(struct older *older, const struct salvage_line *line)
{
    struct proof_receipt receipt;
    struct ledger_mark mark;
    if (older->gen != line->gen) {
        older->gen = line->gen;
        older->settled = 0;
        if (older->courier && courier_position(older->courier, line->gen,
                                               &receipt) == SQL_OK)
            older->settled = receipt.batch.to;
        if (mark_read(older->keeper->db, line->gen, &mark) == SQL_OK)
            older->settled = larger(older->settled, mark.upto);
    }
    return line->seq <= older->settled;
}

static bool take_older(void *ctx, const struct salvage_line *line)
{
    struct older *older = ctx;
    return is_settled(older, line) || take_salvaged(older->keeper, line);
}

// What was salvaged once and then damaged anew, before it was sent: it still
// lies where it was salvaged from.
static bool salvage_older(struct keeper *k, const char *newest)
{
    struct older older = {.keeper = k};
    char stamp[ASIDE_STAMP_SIZE], next[ASIDE_STAMP_SIZE];
    bool ok = true;
    if (courier_open(k->directory, COURIER_READER, &older.courier) != SQL_OK)
        older.courier = NULL;
    snprintf(stamp, sizeof stamp, "%s", newest);
    for (int i = 0; ok && i < OLDER_STORES &&
                    aside_before(k->directory, stamp, next);
         i++) {
        struct salvage *salvage =
            salvage_open(k->directory, next, k->end.device);
        older.gen = 0;
        ok = salvage && salvage_walk(salvage, take_older, &older);
        salvage_close(salvage);
        memcpy(stamp, next, sizeof stamp);
    }
    courier_close(older.courier);
    return ok;
}

// A mark that what was salvaged does not follow is left behind: the lines
// between the two are lost.
static bool take_mark(void *ctx, const struct ledger_mark *mark)
{
    struct keeper *k = ctx;
    enum sql_result result = mark_put(k->db, mark);
    return result == SQL_OK || result == SQL_CLASH;
}

// The visit that was on the screen counts as its level alone.
static void close_salvaged_draft(struct keeper *k,
                                 const struct salvage *salvage)
{
    const struct ring_change *draft = salvage_draft(salvage);
    struct buf body = {0};
    if (!draft)
        return;
    buf_append(&body, draft->bytes, draft->size);
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    int64_t gen, seq;
    enum store_reason reason;
    if (record_read_draft(buf_text(&body), body.size, &record, why)) {
        if (record_end(&record) == 0)
            reduce_to_level(&record);
        keeper_put_line(k, &record, &gen, &seq, &reason);
    }
    buf_free(&body);
}

// From the store that lies under `stamp` into this one. What was interrupted
// goes on at the next start.
static enum sql_result salvage_into(struct keeper *k, const char *stamp,
                                    struct salvage *salvage)
{
    if (!salvage_walk(salvage, take_salvaged, k) ||
        !salvage_marks(salvage, take_mark, k) || !salvage_older(k, stamp))
        return SQL_ERROR;
    close_salvaged_draft(k, salvage);
    return k->db ? kiosk_put_setting(k->db, SETTING_SALVAGE, "") : SQL_ERROR;
}

static enum sql_result begin_generation(struct keeper *k, const char *stamp)
{
    struct known known;
    struct salvage *salvage = NULL;
    struct chain old = k->old;
    if (stamp[0]) {
        salvage = salvage_open(k->directory, stamp, k->end.device);
        if (!salvage)
            return SQL_ERROR;
        struct chain found = salvage_end(salvage);
        old = last_known(&found, &old);
    }
    ask_courier(k, larger(old.gen, 1), &known);
    old = last_known(&old, &known.end);
    int64_t gen = larger(larger(old.gen + 1, known.wished), 1);
    struct chain fresh;
    chain_start(&fresh, k->end.device, gen);
    k->end = fresh;
    k->knows_end = true;
    enum sql_result result = SQL_OK;
    if (stamp[0])
        result = kiosk_put_setting(k->db, SETTING_SALVAGE, stamp);
    if (result == SQL_OK && !write_first_line(k, salvage, &old))
        result = SQL_ERROR;
    if (result == SQL_OK) {
        log_warn(module, "generation %lld begins; %lld ended with line %lld",
                 (long long)gen, (long long)old.gen, (long long)old.seq);
        if (salvage)
            result = salvage_into(k, stamp, salvage);
    }
    salvage_close(salvage);
    return result;
}

// A salvage that a power cut broke off.
static enum sql_result go_on_salvaging(struct keeper *k)
{
    struct sql_statement *s = sql_use(k->db, KIOSK_GET_SETTING);
    char stamp[ASIDE_STAMP_SIZE] = "";
    sql_bind_text(s, 1, SETTING_SALVAGE);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        snprintf(stamp, sizeof stamp, "%s", sql_text(s, 0));
    sql_done(s);
    if (!stamp[0])
        return result == SQL_NONE ? SQL_OK : result;
    struct salvage *salvage = salvage_open(k->directory, stamp, k->end.device);
    result = salvage ? salvage_into(k, stamp, salvage) : SQL_ERROR;
    salvage_close(salvage);
    return result;
}

// An empty database where there was one before: lost, or just set aside. What
// the ring still holds then belongs to the generation that ended.
static enum sql_result begin_if_lost(struct keeper *k)
{
    char stamp[ASIDE_STAMP_SIZE];
    struct known known;
    if (k->end.seq > 0)
        return SQL_OK;
    ask_courier(k, 1, &known);
    bool set_aside = aside_newest(k->directory, stamp);
    if (!set_aside && known.end.gen == 0 && known.wished <= 1)
        return SQL_OK; // the first start of all
    if (k->ring && ring_waiting(k->ring) > 0)
        return SQL_CORRUPT;
    return begin_generation(k, set_aside ? stamp : "");
}

// After a fork, or a restore of the server, it asks for a new one.
static enum sql_result begin_if_asked(struct keeper *k)
{
    struct known known;
    ask_courier(k, k->end.gen, &known);
    if (known.wished <= k->end.gen || k->end.seq == 0)
        return SQL_OK;
    k->old = k->end;
    return begin_generation(k, "");
}

// The same while the screen runs.
static void heed_courier(struct keeper *k)
{
    if (!k->db || !k->was_whole || !k->knows_end)
        return;
    enum sql_result result = begin_if_asked(k);
    if (result == SQL_OK)
        return;
    k->knows_end = false;
    if (k->db)
        break_database(k, result);
}

// The store is no longer to be believed: away with it, and a new one.
static bool renew(struct keeper *k)
{
    char stamp[ASIDE_STAMP_SIZE];
    log_error(module, "%s is damaged: a new generation begins",
              DEVICE_FILE_KIOSK);
    if (k->knows_end || k->was_whole)
        k->old = last_known(&k->old, &k->end);
    if (k->db)
        break_database(k, SQL_CORRUPT);
    ring_close(k->ring);
    k->ring = NULL;
    if (!aside_move(k->directory, stamp)) {
        log_error(module, "%s: it cannot be set aside: %s", k->directory,
                  strerror(errno));
        return false;
    }
    k->was_whole = false;
    k->knows_order = false;
    k->knows_end = false;
    k->reason = STORE_REASON_BROKEN;
    open_ring(k);
    return open_database(k);
}

// --- Every line
// -----------------------------------------------------------------

// Most lines have no invitation, and are not read for it.
static void find_answered(const struct keeper *k, const char *line, size_t size)
{
    static const char key[] = "\"invitation\":\"";
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    if (memmem(line, size, key, sizeof key - 1) &&
        record_read(line, size, &record, why))
        tell_answered(k, &record);
}

// quick_check misses most changed bits; the hashes do not. The newest
// generation is followed as a chain, from its mark on; of older ones, which may
// have holes, each line must have its hash.
static enum sql_result check_lines(struct keeper *k)
{
    struct chain chain;
    char stored[DIGEST_HEX_SIZE], made[DIGEST_HEX_SIZE];
    enum sql_result result =
        mark_start_chain(k->db, k->end.device, k->end.gen, &chain);
    if (result != SQL_OK)
        return result;
    struct sql_statement *s = sql_use(k->db, KIOSK_ALL);
    while ((result = sql_step(s)) == SQL_OK) {
        size_t size;
        int64_t gen = sql_int(s, 0);
        const char *line = sql_bytes(s, 3, &size);
        digest_hex_of(line ? line : "", size, made);
        bool sound =
            line && kiosk_take_hash(s, 2, stored) && strcmp(stored, made) == 0;
        if (sound && gen == k->end.gen) {
            char why[JSON_MESSAGE_SIZE];
            sound = chain_follow(&chain, line, size, NULL, why) == CHAIN_SOUND;
        }
        if (!sound) {
            log_error(module, "%s: line %lld/%lld is not what was written",
                      DEVICE_FILE_KIOSK, (long long)gen,
                      (long long)sql_int(s, 1));
            result = SQL_CORRUPT;
            break;
        }
        find_answered(k, line, size);
    }
    sql_done(s);
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
    if (result == SQL_OK && doubtful)
        result = check_lines(k);
    if (result == SQL_OK)
        result = begin_if_lost(k);
    if (result == SQL_OK)
        result = replay_ring(k);
    k->knows_end = result == SQL_OK;
    if (result == SQL_OK)
        result = go_on_salvaging(k);
    if (result == SQL_OK)
        result = begin_if_asked(k);
    return result == SQL_OK ? close_drafts(k) : result;
}

static bool mend(struct keeper *k)
{
    if (!take_lock(k))
        return false;
    if (!aside_finish(k->directory))
        return false;
    open_ring(k);
    if (!k->db && !open_database(k) &&
        (k->reason != STORE_REASON_FULL || !reserve_drop(k->directory) ||
         !open_database(k)) &&
        (k->reason != STORE_REASON_CORRUPT || !renew(k)))
        return false;
    enum sql_result result = make_whole(k);
    if (result == SQL_CORRUPT && renew(k))
        result = make_whole(k);
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

// A mount that was read-only from the start is somebody's mistake, which a new
// start would only repeat.
static void look_at_mount(struct keeper *k)
{
    enum mounted mounted = mounted_look(k->directory);
    if (mounted == MOUNTED_READ_ONLY)
        k->was_read_only = true;
    if (mounted != MOUNTED_LEFT_BEHIND || !k->was_read_only)
        return;
    log_warn(module,
             "%s: can be written again, but not before this program is "
             "started anew",
             k->directory);
    k->reason = STORE_REASON_LEFT_BEHIND;
}

bool keeper_mend(struct keeper *k)
{
    bool whole = mend(k);
    if (!whole && k->reason == STORE_REASON_BROKEN)
        look_at_mount(k);
    return whole;
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
        // Without the name of the last one it would begin again, for ever.
        result = buf_ok(&after) ? kiosk_next_setting(k->db, buf_text(&after),
                                                     &name, &value)
                                : SQL_ERROR;
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
    heed_courier(k);
    if (k->db && sql_wal_pages(k->db) > 0)
        sql_checkpoint(k->db, false);
    reserve_keep(k->directory);
}

bool keeper_prune(struct keeper *k, int keep_days)
{
    enum sql_result (*fault)(void *, bool) = k->faults.transaction;
    if (!k->db || !k->was_whole)
        return false;
    enum sql_result result = fault ? fault(k->faults.ctx, false) : SQL_OK;
    if (result == SQL_OK)
        result = prune_step(k->db, k->directory, k->end.device, keep_days);
    // What a full or busy disk does not take now leaves another day. After
    // anything else nobody knows what is stored.
    if (result == SQL_ERROR || result == SQL_CORRUPT) {
        break_database(k, result);
        if (result == SQL_ERROR)
            open_database(k);
    }
    return result == SQL_OK;
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
