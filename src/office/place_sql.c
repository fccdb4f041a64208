// Where a line stands in time (corrected_time.h), from what its chain and batch
// have shown.
#include "office/ingest_sql.h"
#include <string.h>

// The lines of the batch from this one on, up to the boot that is in contact.
static void look_ahead(const struct taking *t, struct time_ahead *out)
{
    const struct office_batch *batch = t->batch;
    const struct office_state *state = batch->state;
    int64_t pending = state && state->pending > 0 ? state->pending : 0;
    int64_t behind = pending - (int64_t)batch->line_count;
    struct time_look look = {.ahead = {.waiting = behind > 0 ? behind : 0}};
    for (size_t i = 0; i < t->turn_count; i++) {
        const struct office_line *line = t->turns[i].line;
        if (!line->is_sound) {
            continue;
        }
        if (batch->boot && strcmp(line->visit.boot, batch->boot) == 0) {
            look.ahead.waiting = 0;
            break;
        }
        time_look_add(&look, line->visit.boot, line->visit.up_ms,
                      batch->received_at);
    }
    *out = look.ahead;
}

// Where the boot was placed: now, or when it first came.
static enum sql_result place_boot(struct taking *t,
                                  const struct time_evidence *evidence)
{
    struct sql *sql = t->office->sql;
    struct time_ahead ahead;
    look_ahead(t, &ahead);
    int64_t began_at = time_spread(&t->chain->thread, evidence, &ahead);
    struct sql_statement *s = sql_use(sql, BOOT_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_text(s, 3, evidence->line_boot);
    sql_bind_int(s, 4, began_at);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && sql_changes(sql) == 0) {
        result = boot_find(sql, t->device->no, t->chain->gen,
                           evidence->line_boot, &began_at);
    }
    if (result == SQL_OK) {
        time_place_boot(&t->chain->thread, evidence, began_at);
    }
    return result;
}

enum sql_result boot_find(struct sql *sql, int64_t device_no, int64_t gen,
                          const char *boot, int64_t *out_began_at)
{
    struct sql_statement *s = sql_use(sql, BOOT_GET);
    sql_bind_int(s, 1, device_no);
    sql_bind_int(s, 2, gen);
    sql_bind_text(s, 3, boot);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_began_at = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

enum sql_result place_in_time(struct taking *t, const struct office_line *line)
{
    const struct office_visit *visit = &line->visit;
    const struct office_batch *batch = t->batch;
    const struct time_evidence evidence = {
        .answered_at = visit->answered_at,
        .made_at = visit->closed_at,
        .is_synced = visit->is_synced,
        .line_boot = visit->boot,
        .line_up_ms = visit->up_ms,
        .batch_boot = batch->boot,
        .batch_up_ms = batch->up_ms,
        .received_at = batch->received_at,
        .enrolled_at = t->device->enrolled_at,
    };
    enum sql_result result = SQL_OK;
    if (time_wants_boot(&t->chain->thread, &evidence)) {
        result = place_boot(t, &evidence);
    }
    if (result == SQL_OK) {
        t->at = time_correct(&t->chain->thread, &evidence, &t->quality);
    }
    return result;
}
