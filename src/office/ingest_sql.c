#include "office/ingest_sql.h"
#include "common/log.h"
#include "office/cases_sql.h"
#include "office/reasons_sql.h"
#include "office/rounds_sql.h"
#include <string.h>

enum sql_result office_add(struct office *office, struct sql_statement *s,
                           bool *out_added)
{
    if (office->is_hopeful) {
        *out_added = true;
        return sql_put_row(s);
    }
    enum sql_result result = sql_execute(s);
    *out_added = result == SQL_OK && sql_changes(office->sql) == 1;
    return result;
}

static enum sql_result add_batch(struct taking *t)
{
    const struct office_batch *batch = t->batch;
    struct sql_statement *s = sql_use(t->office->sql, BATCH_ADD);
    sql_bind_int(s, 1, t->batch_no);
    sql_bind_int(s, 2, t->device->no);
    sql_bind_int(s, 3, t->chain->gen);
    sql_bind_int(s, 4, t->stored_to);
    sql_bind_int(s, 5, batch->proof.to);
    sql_bind_bytes(s, 6, t->signed_head, DIGEST_BYTES);
    sql_bind_text(s, 7, batch->proof.nonce);
    sql_bind_text(s, 8, batch->signature);
    sql_bind_int(s, 9, batch->sent_at);
    sql_bind_text(s, 10, batch->boot ? batch->boot : "");
    sql_bind_int(s, 11, batch->up_ms);
    sql_bind_int(s, 12, batch->received_at);
    return sql_put(s);
}

static enum sql_result put_chain(struct taking *t)
{
    struct known_chain *chain = t->chain;
    // Heads of lines that are held have done their service.
    size_t kept = 0;
    for (size_t i = 0; i < chain->head_count; i++) {
        if (chain->heads[i].seq > chain->received_to) {
            chain->heads[kept++] = chain->heads[i];
        }
    }
    chain->head_count = kept;
    struct sql_statement *s = sql_use(t->office->sql, CHAIN_PUT);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, chain->gen);
    sql_bind_int(s, 3, chain->received_to);
    sql_bind_bytes(s, 4, chain->head, DIGEST_BYTES);
    sql_bind_int(s, 5, chain->reported_to);
    sql_bind_text(s, 6, chain->thread.contact.id);
    sql_bind_int(s, 7, chain->thread.contact.began_at);
    sql_bind_text(s, 8, chain->thread.line.id);
    sql_bind_int(s, 9, chain->thread.line.began_at);
    sql_bind_int(s, 10, chain->thread.line.quality);
    sql_bind_int(s, 11, chain->thread.line_up_ms);
    sql_bind_int(s, 12, chain->thread.made_at);
    return sql_put(s);
}

static enum sql_result put_contact(struct taking *t)
{
    const struct office_batch *batch = t->batch;
    const struct office_state *state = batch->state;
    struct sql_statement *s = sql_use(t->office->sql, CONTACT_PUT);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, batch->received_at);
    sql_bind_text(s, 3, state && state->version ? state->version : "");
    sql_bind_int(s, 4, state ? state->pending : -1);
    sql_bind_int(s, 5, state ? state->lifetime_lines : -1);
    sql_bind_int(s, 6, state ? state->lifetime_ratings : -1);
    sql_bind_int(s, 7, state ? state->disk_free : -1);
    if (batch->sent_at) {
        sql_bind_int(s, 8, batch->sent_at - batch->received_at);
    } else {
        sql_bind_null(s, 8);
    }
    // "" leaves what an earlier contact said.
    sql_bind_text(s, 9, !state ? "" : state->body ? state->body : "{}");
    return sql_put(s);
}

static void clear_results(struct office_batch *batch)
{
    batch->status = OFFICE_BATCH_OK;
    batch->expected = 0;
    batch->received_to = 0;
    memcpy(batch->held_head, DIGEST_NONE_HEX, DIGEST_HEX_SIZE);
    batch->next_gen = 1;
    batch->config_version = 0;
    batch->invitations = (struct invitation_changes){.counter = ""};
    for (size_t i = 0; i < batch->line_count; i++) {
        batch->lines[i].status = OFFICE_LINE_UNTOUCHED;
        if (batch->lines[i].is_sound) {
            batch->lines[i].detail[0] = '\0';
        }
    }
}

static void give_results(const struct taking *t)
{
    struct office_batch *batch = t->batch;
    if (t->is_forked) {
        batch->status = OFFICE_BATCH_FORK;
    }
    batch->received_to = t->chain->received_to;
    hex_encode(t->chain->head, DIGEST_BYTES, batch->held_head);
    int64_t highest = t->device->highest_gen;
    batch->next_gen = highest < INT64_MAX ? highest + 1 : highest;
    batch->config_version = t->device->config_version;
}

static enum sql_result follow_chain(struct taking *t)
{
    t->chain = known_chain(t->device, t->batch->proof.gen);
    if (!t->chain) {
        return SQL_ERROR;
    }
    t->batch_no = t->office->next_batch;
    int64_t held_to = t->chain->received_to;
    enum sql_result result = chain_take_lines(t);
    if (result == SQL_OK) {
        result = chain_check_head(t);
    }
    if (result == SQL_OK && t->stored_to > 0) {
        result = add_batch(t);
        t->office->next_batch++;
        if (result == SQL_OK) {
            result = round_add(t->office, t->batch->received_at, t->device->no,
                               t->chain->gen, held_to + 1, t->stored_to);
        }
    }
    if (!t->is_forked && t->batch->proof.to > t->chain->reported_to) {
        t->chain->reported_to = t->batch->proof.to;
    }
    if (t->chain->received_to > t->chain->reported_to) {
        t->chain->reported_to = t->chain->received_to;
    }
    return result == SQL_OK ? put_chain(t) : result;
}

static enum sql_result take_batch(struct office *office,
                                  struct office_batch *batch)
{
    struct taking t = {.office = office, .batch = batch};
    clear_results(batch);
    if (!hex_decode(batch->proof.head, DIGEST_HEX_SIZE - 1, t.signed_head,
                    DIGEST_BYTES)) {
        log_error("office", "batch of %s: its head is no hash",
                  batch->proof.device);
        return SQL_ERROR;
    }
    enum sql_result result =
        known_find_device(office, batch->proof.device, &t.device);
    if (result == SQL_NONE) {
        batch->status = OFFICE_BATCH_UNKNOWN;
        return SQL_OK;
    }
    if (result == SQL_OK && t.device->is_revoked) {
        return chain_quarantine(&t);
    }
    if (result == SQL_OK) {
        result = put_contact(&t);
    }
    // Before the lines, which may end it.
    if (result == SQL_OK) {
        result = visit_invited(&t);
    }
    if (result == SQL_OK) {
        result = follow_chain(&t);
    }
    if (t.held) {
        sql_done(t.held);
    }
    if (result == SQL_OK) {
        give_results(&t);
    }
    return result;
}

static enum sql_result put_touched(struct office *office)
{
    const struct touched *touched = &office->touched;
    enum sql_result result = SQL_OK;
    if (touched->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    for (size_t i = 0; i < touched->count && result == SQL_OK; i++) {
        const struct touched_day *day = &touched->days[i];
        struct sql_statement *s = sql_use(office->sql, COUNTER_DAY_ADD);
        sql_bind_int(s, 1, day->counter_no);
        sql_bind_int(s, 2, day->day);
        sql_bind_int(s, 3, day->device_no);
        sql_bind_int(s, 4, day->gen);
        sql_bind_int(s, 5, day->first);
        sql_bind_int(s, 6, day->last);
        result = sql_put(s);
        if (result == SQL_OK) {
            s = sql_use(office->sql, DUE_DAY_ADD);
            sql_bind_int(s, 1, day->counter_no);
            sql_bind_int(s, 2, day->day);
            result = sql_put(s);
        }
    }
    return result;
}

struct ingest {
    struct office *office;
    struct office_batch *batches;
    size_t count;
};

static enum sql_result take_batches(struct sql *sql, void *ctx)
{
    const struct ingest *ingest = ctx;
    struct office *office = ingest->office;
    (void)sql;
    const struct case_rules *rules;
    enum sql_result result = known_refresh(office);
    // Before anything is put, so that a failure there is not taken for theirs.
    if (result == SQL_OK) {
        result = case_find_rules(office, &rules);
    }
    if (result == SQL_OK && office->is_hopeful) {
        result = visit_find_claimed(office, ingest->batches, ingest->count);
    }
    // Until the commit is known to be good, memory is ahead of the database.
    office->is_stale = true;
    tally_clear(&office->tally);
    touched_clear(&office->touched);
    reason_tally_clear(&office->reason_tally);
    for (size_t i = 0; i < ingest->count && result == SQL_OK; i++) {
        result = take_batch(office, &ingest->batches[i]);
    }
    if (result == SQL_OK) {
        result = totals_put(office);
    }
    if (result == SQL_OK) {
        result = put_touched(office);
    }
    return result == SQL_OK ? reasons_put(office) : result;
}

enum office_result office_ingest(struct office *office,
                                 struct office_batch *batches, size_t count)
{
    struct ingest ingest = {office, batches, count};
    office->is_hopeful = sql_is_far(office->sql);
    enum sql_result result = office_work_again(office, take_batches, &ingest);
    if (result != SQL_OK && result != SQL_BUSY && office->is_hopeful) {
        office->is_hopeful = false;
        result = office_work_again(office, take_batches, &ingest);
    }
    office->is_hopeful = false;
    office->is_stale = result != SQL_OK;
    return office_result_of(result == SQL_NONE ? SQL_ERROR : result);
}

enum office_result office_comment(struct office *office, const char *device,
                                  const char *id, struct buf *out)
{
    unsigned char bytes[16];
    if (!id_to_bytes(id, bytes)) {
        return OFFICE_NONE;
    }
    struct sql_statement *s = sql_use(office->sql, COMMENT_GET);
    sql_bind_text(s, 1, device);
    sql_bind_bytes(s, 2, bytes, sizeof bytes);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        size_t size;
        const void *sealed = sql_bytes(s, 0, &size);
        buf_append(out, sealed, size);
        if (!buf_ok(out)) {
            result = SQL_ERROR;
        }
    }
    sql_done(s);
    return office_result_of(result);
}

enum office_result office_last_received(struct office *office, int64_t *out_at)
{
    struct sql_statement *s = sql_use(office->sql, BATCH_LAST_AT);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK || result == SQL_NONE) {
        *out_at = result == SQL_OK ? sql_int(s, 0) : 0;
        result = SQL_OK;
    }
    sql_done(s);
    return office_result_of(result);
}

enum office_result office_line_hash(struct office *office, const char *device,
                                    int64_t gen, int64_t seq,
                                    char out_hash[DIGEST_HEX_SIZE])
{
    struct sql_statement *s = sql_use(office->sql, LINE_HASH);
    unsigned char hash[DIGEST_BYTES];
    sql_bind_text(s, 1, device);
    sql_bind_int(s, 2, gen);
    sql_bind_int(s, 3, seq);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && !column_bytes(s, 0, hash, sizeof hash)) {
        log_error("office", "device %s gen %lld seq %lld: its hash is damaged",
                  device, (long long)gen, (long long)seq);
        result = SQL_ERROR;
    }
    sql_done(s);
    if (result == SQL_OK) {
        hex_encode(hash, sizeof hash, out_hash);
    }
    return office_result_of(result);
}
