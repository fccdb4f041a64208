#include "store/salvage.h"
#include "common/json.h"
#include "common/log.h"
#include "store/aside.h"
#include "store/device.h"
#include "store/kiosk_db.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How far behind the last line that was found another is looked for.
enum { LOOK_BEYOND = 1000, GENS_MAX = 256 };

struct place {
    int64_t gen, seq;
    const struct ring_change *ring; // NULL: in the database
};

struct salvage {
    char device[ID_SIZE];
    struct sql *db;            // NULL: cannot be read at all
    struct ring_change *slots; // of the ring, in their order; owned with bytes
    size_t slot_count;
    struct place *places; // of believed lines, in order
    size_t place_count, place_room;
    struct ledger_mark *marks;
    size_t mark_count;
    struct chain end;
    bool ok; // memory was enough
};

// --- The ring ----------------------------------------------------------------

static char *copy_of(const void *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy) {
        memcpy(copy, bytes, size);
        copy[size] = '\0';
    }
    return copy;
}

static bool take_slot(void *ctx, const struct ring_change *change)
{
    struct salvage *s = ctx;
    struct ring_change *grown =
        realloc(s->slots, (s->slot_count + 1) * sizeof *grown);
    char *id = copy_of(change->id, strlen(change->id));
    char *bytes = copy_of(change->bytes ? change->bytes : "", change->size);
    if (grown)
        s->slots = grown;
    if (!grown || !id || !bytes) {
        free(id);
        free(bytes);
        s->ok = false;
        return false;
    }
    struct ring_change *slot = &s->slots[s->slot_count++];
    *slot = *change;
    slot->id = id;
    slot->bytes = bytes;
    return true;
}

static void read_ring(struct salvage *s, const char *directory,
                      const char *stamp)
{
    char path[PATH_MAX];
    if (!aside_path(directory, DEVICE_FILE_RING, stamp, path))
        return;
    // A slot that cannot be read is empty to it; every other one waits.
    struct ring *ring = ring_open(path, 1);
    if (!ring)
        return;
    if (!ring_walk(ring, take_slot, s) && s->ok)
        log_warn("store", "%s: not every slot can be read", path);
    ring_close(ring);
}

// --- Lines -------------------------------------------------------------------

static bool is_believed(const struct salvage *s, int64_t gen, int64_t seq,
                        const char *line, size_t size, struct record *out)
{
    char why[JSON_MESSAGE_SIZE];
    return line && record_read(line, size, out, why) && out->gen == gen &&
           out->seq == seq && strcmp(out->device, s->device) == 0;
}

static bool add_place(struct salvage *s, int64_t gen, int64_t seq,
                      const struct ring_change *ring)
{
    if (s->place_count == s->place_room) {
        size_t room = s->place_room ? 2 * s->place_room : 1024;
        struct place *grown = realloc(s->places, room * sizeof *grown);
        if (!grown) {
            s->ok = false;
            return false;
        }
        s->places = grown;
        s->place_room = room;
    }
    s->places[s->place_count++] = (struct place){gen, seq, ring};
    return true;
}

// One row, when it can be believed. The statement stays open until sql_done().
static struct sql_statement *find_row(const struct salvage *s, int64_t gen,
                                      int64_t seq, struct salvage_line *out)
{
    char stored[DIGEST_HEX_SIZE], made[DIGEST_HEX_SIZE];
    struct record record;
    struct sql_statement *row = sql_use(s->db, KIOSK_ROW);
    sql_bind_int(row, 1, gen);
    sql_bind_int(row, 2, seq);
    bool ok = sql_step(row) == SQL_OK && kiosk_take_hash(row, 1, stored);
    if (ok) {
        out->line = sql_bytes(row, 2, &out->size);
        digest_hex_of(out->line ? out->line : "", out->size, made);
        ok = strcmp(stored, made) == 0 &&
             is_believed(s, gen, seq, out->line, out->size, &record);
    }
    // The id is the line's: the column may be what is damaged.
    out->id = ok ? sql_text(row, 0) : NULL;
    if (ok && out->id && strcmp(out->id, record.id) == 0)
        return row;
    sql_done(row);
    return NULL;
}

static const struct ring_change *find_slot(const struct salvage *s, int64_t gen,
                                           int64_t seq)
{
    struct record record;
    for (size_t i = s->slot_count; i > 0; i--) {
        const struct ring_change *slot = &s->slots[i - 1];
        if (slot->type == RING_LINE && slot->gen == gen && slot->seq == seq &&
            is_believed(s, gen, seq, slot->bytes, slot->size, &record))
            return slot;
    }
    return NULL;
}

static void find_line(struct salvage *s, int64_t gen, int64_t seq)
{
    struct salvage_line line;
    struct sql_statement *row = s->db ? find_row(s, gen, seq, &line) : NULL;
    const struct ring_change *slot = row ? NULL : find_slot(s, gen, seq);
    if (row || slot)
        add_place(s, gen, seq, slot);
    if (row)
        sql_done(row);
}

// --- What had left -----------------------------------------------------------

static void take_mark(struct salvage *s, const struct ledger_mark *mark)
{
    struct ledger_mark *grown =
        realloc(s->marks, (s->mark_count + 1) * sizeof *grown);
    if (!grown) {
        s->ok = false;
        return;
    }
    s->marks = grown;
    s->marks[s->mark_count] = *mark;
    s->marks[s->mark_count++].left = (struct ledger_counts){0};
}

static void read_marks(struct salvage *s, const char *directory, int64_t top)
{
    struct device device;
    struct ledger_mark mark;
    if (!s->db || device_load(directory, &device) != DEVICE_OK)
        return;
    for (int64_t gen = 1; gen <= top; gen++)
        if (mark_read(s->db, gen, &mark) == SQL_OK &&
            mark_is_proved(&mark, &device))
            take_mark(s, &mark);
    device_release(&device);
}

static int64_t left_upto(const struct salvage *s, int64_t gen)
{
    for (size_t i = 0; i < s->mark_count; i++)
        if (s->marks[i].gen == gen)
            return s->marks[i].upto;
    return 0;
}

bool salvage_marks(const struct salvage *s, salvage_mark_visitor *visit,
                   void *ctx)
{
    for (size_t i = 0; i < s->mark_count; i++)
        if (!visit(ctx, &s->marks[i]))
            return false;
    return true;
}

// --- Where to look
// -------------------------------------------------------------

static int64_t ring_last(const struct salvage *s, int64_t gen)
{
    int64_t last = 0;
    for (size_t i = 0; i < s->slot_count; i++)
        if (s->slots[i].type == RING_LINE && s->slots[i].gen == gen &&
            s->slots[i].seq > last)
            last = s->slots[i].seq;
    return last;
}

static int64_t database_last(struct salvage *s, int64_t gen)
{
    int64_t last = 0;
    if (!s->db)
        return 0;
    struct sql_statement *end = sql_use(s->db, KIOSK_END_OF);
    sql_bind_int(end, 1, gen);
    if (sql_step(end) == SQL_OK)
        last = sql_int(end, 1);
    sql_done(end);
    return last;
}

static bool search_gen(struct salvage *s, int64_t gen)
{
    size_t before = s->place_count;
    int64_t ring = ring_last(s, gen), last = database_last(s, gen);
    last = ring > last ? ring : last;
    // Where even the end cannot be read, on until nothing is found for long.
    int64_t left = left_upto(s, gen);
    for (int64_t seq = left + 1, found = left; s->ok; seq++) {
        size_t count = s->place_count;
        if (seq > last && seq > found + LOOK_BEYOND)
            break;
        find_line(s, gen, seq);
        if (s->place_count > count)
            found = seq;
    }
    return s->place_count > before;
}

static int64_t highest_gen(struct salvage *s)
{
    int64_t gen = 1;
    for (size_t i = 0; i < s->slot_count; i++)
        if (s->slots[i].type == RING_LINE && s->slots[i].gen > gen)
            gen = s->slots[i].gen;
    if (!s->db)
        return gen;
    struct sql_statement *end = sql_use(s->db, KIOSK_END);
    if (sql_step(end) == SQL_OK && sql_int(end, 0) > gen &&
        sql_int(end, 0) < GENS_MAX)
        gen = sql_int(end, 0);
    sql_done(end);
    return gen;
}

static void note_end(struct salvage *s)
{
    chain_start(&s->end, s->device, 0);
    if (s->place_count == 0)
        return;
    const struct place *last = &s->places[s->place_count - 1];
    struct salvage_line line;
    s->end.gen = last->gen;
    s->end.seq = last->seq;
    if (last->ring) {
        digest_hex_of(last->ring->bytes, last->ring->size, s->end.head);
        return;
    }
    struct sql_statement *row = find_row(s, last->gen, last->seq, &line);
    if (row) {
        digest_hex_of(line.line, line.size, s->end.head);
        sql_done(row);
    }
}

// --- Life
// ----------------------------------------------------------------------

struct salvage *salvage_open(const char *directory, const char *stamp,
                             const char *device)
{
    char path[PATH_MAX];
    struct salvage *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->ok = true;
    snprintf(s->device, sizeof s->device, "%s", device);
    read_ring(s, directory, stamp);
    if (aside_path(directory, DEVICE_FILE_KIOSK, stamp, path) &&
        sql_open(path, SQL_FOLLOWER, kiosk_statements, KIOSK_STATEMENT_COUNT,
                 &s->db) != SQL_OK)
        s->db = NULL;
    int64_t top = highest_gen(s);
    read_marks(s, directory, top);
    for (int64_t gen = 1; gen <= top && s->ok; gen++)
        search_gen(s, gen);
    note_end(s);
    if (s->ok)
        return s;
    salvage_close(s);
    return NULL;
}

void salvage_close(struct salvage *s)
{
    if (!s)
        return;
    sql_close(s->db);
    for (size_t i = 0; i < s->slot_count; i++) {
        free((char *)s->slots[i].id);
        free((char *)s->slots[i].bytes);
    }
    free(s->slots);
    free(s->places);
    free(s->marks);
    free(s);
}

struct chain salvage_end(const struct salvage *s)
{
    return s->end;
}

// --- What is missing
// -------------------------------------------------------------

struct runs {
    struct buf *out;
    size_t count, most;
};

static void append_run(struct runs *runs, int64_t gen, int64_t first,
                       int64_t last)
{
    buf_printf(runs->out, "%s[%lld,%lld,%lld]", runs->count ? "," : "",
               (long long)gen, (long long)first, (long long)last);
    runs->count++;
}

// The lines of one generation, from *place on, against all that were.
static void append_gen(const struct salvage *s, int64_t gen, int64_t last,
                       size_t *place, struct runs *runs)
{
    int64_t next = 1;
    for (; *place < s->place_count && s->places[*place].gen == gen; ++*place) {
        int64_t seq = s->places[*place].seq;
        bool final = runs->count + 1 == runs->most;
        if (seq > next && runs->count < runs->most) {
            append_run(runs, gen, next, final ? last : seq - 1);
            if (final)
                return;
        }
        next = seq + 1;
    }
    if (next <= last && runs->count < runs->most)
        append_run(runs, gen, next, last);
}

// Where the generation before ended, by the first line of one.
static void read_old_end(const char *line, size_t size, int64_t *out_gen,
                         int64_t *out_seq)
{
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    if (!record_read(line, size, &record, why) || !record.detail[0])
        return;
    json_t *detail = json_read(record.detail, strlen(record.detail), why);
    if (!json_get_int(detail, "old_gen", out_gen) ||
        !json_get_int(detail, "last_seq", out_seq))
        *out_gen = 0;
    json_decref(detail);
}

// The last line of an older generation: of what was found, or as a later one
// tells. What was salvaged before may be lost since.
static int64_t last_of_older(const struct salvage *s, int64_t gen)
{
    int64_t last = 0;
    for (size_t i = 0; i < s->place_count; i++) {
        const struct place *place = &s->places[i];
        int64_t old_gen = 0, old_seq = 0;
        struct salvage_line line;
        struct sql_statement *row = NULL;
        if (place->gen == gen && place->seq > last)
            last = place->seq;
        if (place->gen <= gen || place->seq != 1)
            continue;
        if (place->ring)
            read_old_end(place->ring->bytes, place->ring->size, &old_gen,
                         &old_seq);
        else if ((row = find_row(s, place->gen, 1, &line)))
            read_old_end(line.line, line.size, &old_gen, &old_seq);
        if (row)
            sql_done(row);
        if (old_gen == gen && old_seq > last)
            last = old_seq;
    }
    return last;
}

void salvage_append_missing(const struct salvage *s, const struct chain *upto,
                            size_t most, struct buf *out)
{
    struct runs runs = {out, 0, most};
    size_t place = 0;
    for (int64_t gen = 1; gen <= upto->gen && runs.count < most; gen++) {
        int64_t last = gen == upto->gen ? upto->seq : last_of_older(s, gen);
        append_gen(s, gen, last, &place, &runs);
    }
}

// --- Walking
// ---------------------------------------------------------------------

static const char *comment_of(struct salvage *s, const char *id,
                              struct buf *scratch)
{
    for (size_t i = s->slot_count; i > 0; i--) {
        const struct ring_change *slot = &s->slots[i - 1];
        if (slot->type == RING_COMMENT && strcmp(slot->id, id) == 0)
            return slot->bytes;
    }
    if (!s->db)
        return NULL;
    size_t size;
    struct sql_statement *get = sql_use(s->db, KIOSK_GET_COMMENT);
    sql_bind_text(get, 1, id);
    bool found = sql_step(get) == SQL_OK;
    if (found) {
        const void *sealed = sql_bytes(get, 0, &size);
        buf_append(scratch, sealed, size);
    }
    sql_done(get);
    return found && buf_ok(scratch) ? buf_text(scratch) : NULL;
}

// The comment whose hash stands in the line; another is none.
static bool visit_with_comment(struct salvage *s, struct salvage_line *line,
                               salvage_visitor *visit, void *ctx)
{
    struct record record;
    struct buf scratch = {0};
    char why[JSON_MESSAGE_SIZE], hash[DIGEST_HEX_SIZE];
    if (record_read(line->line, line->size, &record, why) &&
        record.comment_hash[0]) {
        line->comment = comment_of(s, line->id, &scratch);
        if (line->comment)
            digest_hex_of(line->comment, strlen(line->comment), hash);
        if (line->comment && strcmp(hash, record.comment_hash) != 0)
            line->comment = NULL;
    }
    bool go_on = visit(ctx, line);
    buf_free(&scratch);
    return go_on;
}

bool salvage_walk(struct salvage *s, salvage_visitor *visit, void *ctx)
{
    for (size_t i = 0; i < s->place_count; i++) {
        const struct place *place = &s->places[i];
        struct salvage_line line = {.gen = place->gen, .seq = place->seq};
        struct sql_statement *row = NULL;
        if (place->ring) {
            line.id = place->ring->id;
            line.line = place->ring->bytes;
            line.size = place->ring->size;
        } else if (!(row = find_row(s, place->gen, place->seq, &line))) {
            continue; // it was there a moment ago: the disk is dying
        }
        bool go_on = visit_with_comment(s, &line, visit, ctx);
        if (row)
            sql_done(row);
        if (!go_on)
            return false;
    }
    return true;
}

const struct ring_change *salvage_draft(const struct salvage *s)
{
    const struct ring_change *last =
        s->slot_count > 0 ? &s->slots[s->slot_count - 1] : NULL;
    return last && last->type == RING_DRAFT && last->size > 0 ? last : NULL;
}
