#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/audit.h"
#include "office/desk.h"
#include "office/ingest.h"
#include "office/office_sql.h"
#include "office/phone.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Forms on their way into the desk's chain.
struct entering {
    const struct desk_entry *entry;
    char device[ID_SIZE];
    bool is_revoked;
    int64_t gen, held_to;
    char head[DIGEST_HEX_SIZE];
    char boot[ID_SIZE];
    struct buf *bytes; // a line each
    struct office_line *lines;
};

// --- The device -------------------------------------------------------------

static enum sql_result add_device(struct sql *sql, struct entering *e)
{
    int64_t no;
    enum sql_result result = next_number(sql, DEVICE_NEXT, &no);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, DESK_ADD);
    id_new_v4(e->device);
    sql_bind_text(s, 1, e->device);
    sql_bind_text(s, 2, e->entry->name);
    sql_bind_text(s, 3, e->entry->unit);
    sql_bind_int(s, 4, e->entry->now);
    sql_bind_bytes(s, 5, e->entry->key->public_key, KEY_PUBLIC_BYTES);
    sql_bind_int(s, 6, no);
    return sql_execute(s);
}

static enum sql_result find_device(struct sql *sql, void *ctx)
{
    struct entering *e = ctx;
    struct sql_statement *s = sql_use(sql, DESK_FIND);
    sql_bind_bytes(s, 1, e->entry->key->public_key, KEY_PUBLIC_BYTES);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        e->is_revoked = sql_int(s, 1) > 0;
        if (!column_text(s, 0, e->device, sizeof e->device)) {
            result = SQL_ERROR;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? add_device(sql, e) : result;
}

static enum office_result find_end(struct office *office, struct entering *e)
{
    enum office_result result = office_chain_newest(office, e->device, &e->gen);
    if (result == OFFICE_OK && e->gen == 0) {
        e->gen = 1;
    }
    if (result == OFFICE_OK) {
        result = office_chain_held(office, e->device, e->gen, &e->held_to);
    }
    memcpy(e->head, DIGEST_NONE_HEX, sizeof e->head);
    if (result == OFFICE_OK && e->held_to > 0) {
        result =
            office_line_hash(office, e->device, e->gen, e->held_to, e->head);
    }
    return result;
}

// --- Lines ------------------------------------------------------------------

static void make_record(const struct entering *e, size_t index,
                        struct record *out)
{
    const int64_t noon_ms = 12 * INT64_C(3600000);
    const struct desk_form *form = &e->entry->forms[index];
    int64_t filled_in = date_wall_ms_of_day(form->day) + noon_ms;
    *out = (struct record){
        .gen = e->gen,
        .seq = e->held_to + 1 + (int64_t)index,
        .kind = RECORD_VISIT,
        .opened_at = e->entry->now,
        .answered_at = filled_in < e->entry->now ? filled_in : e->entry->now,
        .closed_at = e->entry->now,
        .clock = RECORD_CLOCK_SYNCED,
        .up_ms = clock_boot_ms(),
        .survey_version = form->version,
        .mode = RECORD_WALK_UP,
        .outcome = RECORD_DECLINED, // it has no level of its own
        .answer_count = form->answer_count,
    };
    memcpy(out->device, e->device, sizeof out->device);
    memcpy(out->boot, e->boot, sizeof out->boot);
    id_new_v7(e->entry->now, out->id);
    snprintf(out->survey, sizeof out->survey, "%s", form->survey);
    snprintf(out->lang, sizeof out->lang, "vi");
    snprintf(out->unit, sizeof out->unit, "%s", e->entry->unit);
    snprintf(out->counter, sizeof out->counter, "giay");
    snprintf(out->officer, sizeof out->officer, "%s", e->entry->who);
    memcpy(out->answers, form->answers,
           form->answer_count * sizeof *form->answers);
}

static bool write_lines(struct entering *e)
{
    const struct desk_entry *entry = e->entry;
    const struct office_place place = {.device = e->device,
                                       .gen = e->gen,
                                       .from = e->held_to + 1,
                                       .to = e->held_to +
                                             (int64_t)entry->form_count};
    for (size_t i = 0; i < entry->form_count; i++) {
        struct record record;
        struct office_place at = place;
        at.index = i;
        make_record(e, i, &record);
        memcpy(record.prev, e->head, sizeof record.prev);
        if (!record_write(&record, &e->bytes[i])) {
            log_error("office", "a form cannot be written as a line");
            return false;
        }
        digest_hex_of(e->bytes[i].data, e->bytes[i].size, e->head);
        office_line_read(e->bytes[i].data, e->bytes[i].size, &at, &e->lines[i]);
    }
    return true;
}

static enum office_result take_lines(struct office *office, struct entering *e)
{
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    struct office_batch batch = {
        .proof = {.gen = e->gen,
                  .to = e->held_to + (int64_t)e->entry->form_count},
        .signature = signature,
        .sent_at = e->entry->now,
        .boot = e->boot,
        .up_ms = clock_boot_ms(),
        .received_at = e->entry->now,
        .lines = e->lines,
        .line_count = e->entry->form_count};
    memcpy(batch.proof.device, e->device, sizeof batch.proof.device);
    memcpy(batch.proof.head, e->head, sizeof batch.proof.head);
    proof_new_nonce(batch.proof.nonce);
    proof_sign_batch(e->entry->key, &batch.proof, signature);
    enum office_result result = office_ingest(office, &batch, 1);
    if (result == OFFICE_OK && (batch.status != OFFICE_BATCH_OK ||
                                batch.received_to != batch.proof.to)) {
        log_error("office", "the desk's chain did not take its own lines; run "
                            "hailong verify");
        result = OFFICE_ERROR;
    }
    return result;
}

static enum office_result tell(struct office *office, const struct entering *e)
{
    char detail[96];
    const struct desk_entry *entry = e->entry;
    snprintf(detail, sizeof detail, "%zu forms, lines %lld to %lld",
             entry->form_count, (long long)e->held_to + 1,
             (long long)e->held_to + (long long)entry->form_count);
    const struct audit_entry audit = {entry->now, entry->who, "forms-entered",
                                      entry->forms[0].survey, detail};
    return office_audit(office, &audit);
}

// --- The whole --------------------------------------------------------------

static void free_entering(struct entering *e)
{
    for (size_t i = 0; e->bytes && i < e->entry->form_count; i++) {
        buf_free(&e->bytes[i]);
    }
    free(e->bytes);
    free(e->lines);
}

static enum office_result enter(struct office *office, struct entering *e)
{
    enum office_result result =
        office_result_of(office_write(office, find_device, e));
    if (result == OFFICE_OK && e->is_revoked) {
        return OFFICE_NONE;
    }
    if (result == OFFICE_OK) {
        result = find_end(office, e);
    }
    if (result == OFFICE_OK) {
        e->bytes = calloc(e->entry->form_count, sizeof *e->bytes);
        e->lines = calloc(e->entry->form_count, sizeof *e->lines);
        if (!e->bytes || !e->lines || !write_lines(e)) {
            result = OFFICE_ERROR;
        }
    }
    // Told first: what then is not entered did no harm.
    if (result == OFFICE_OK) {
        result = tell(office, e);
    }
    return result == OFFICE_OK ? take_lines(office, e) : result;
}

enum office_result office_enter_forms(struct office *office,
                                      const struct desk_entry *entry)
{
    struct entering e = {.entry = entry};
    clock_boot_id(e.boot);
    enum office_result result = enter(office, &e);
    free_entering(&e);
    return result;
}
