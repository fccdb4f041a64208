#include "support/ledger_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void maker_start(struct ledger_maker *maker, int64_t wall_ms)
{
    assert_true(ledger_init());
    memset(maker, 0, sizeof *maker);
    id_new_v4(maker->device);
    id_new_v4(maker->boot);
    key_make(&maker->key);
    maker->gen = 1;
    maker->wall_ms = wall_ms;
    maker->up_ms = 3600 * 1000;
}

static void drop_lines(struct ledger_maker *maker)
{
    for (size_t i = 0; i < maker->count; i++) {
        free(maker->lines[i].bytes);
    }
    free(maker->lines);
    maker->lines = NULL;
    maker->count = 0;
}

void maker_free(struct ledger_maker *maker)
{
    drop_lines(maker);
    key_wipe(&maker->key);
}

void maker_wait(struct ledger_maker *maker, int64_t ms)
{
    maker->wall_ms += ms;
    maker->up_ms += ms;
}

void maker_new_gen(struct ledger_maker *maker, int64_t gen)
{
    drop_lines(maker);
    maker->gen = gen;
}

static void fill(const struct ledger_maker *maker, struct record *out)
{
    strcpy(out->device, maker->device);
    id_new_v7(maker->wall_ms, out->id);
    out->opened_at = maker->wall_ms - 20 * 1000;
    out->closed_at = maker->wall_ms;
    out->clock = RECORD_CLOCK_SYNCED;
    strcpy(out->boot, maker->boot);
    out->up_ms = maker->up_ms;
}

void maker_visit(const struct ledger_maker *maker, int level,
                 struct record *out)
{
    record_init(out, RECORD_VISIT);
    fill(maker, out);
    strcpy(out->survey, "quay");
    out->survey_version = 1;
    strcpy(out->lang, "vi");
    out->mode = RECORD_WALK_UP;
    out->order = RECORD_BEST_FIRST;
    out->outcome = level > 0 ? RECORD_RATED : RECORD_DECLINED;
    out->level = level;
    if (level > 0) {
        out->answered_at = maker->wall_ms - 10 * 1000;
    }
    strcpy(out->unit, "H24.12");
    strcpy(out->counter, "3");
}

void maker_event(const struct ledger_maker *maker, struct record *out)
{
    record_init(out, RECORD_EVENT);
    fill(maker, out);
    strcpy(out->event, "start");
}

const struct made_line *maker_write_bytes(struct ledger_maker *maker,
                                          const void *bytes, size_t size)
{
    struct made_line *lines =
        realloc(maker->lines, (maker->count + 1) * sizeof *lines);
    assert_non_null(lines);
    maker->lines = lines;
    struct made_line *line = &lines[maker->count];
    memset(line, 0, sizeof *line);
    line->bytes = malloc(size + 1);
    assert_non_null(line->bytes);
    memcpy(line->bytes, bytes, size);
    line->bytes[size] = '\0';
    line->size = size;
    line->seq = (int64_t)++maker->count;
    digest_hex_of(bytes, size, line->hash);
    return line;
}

const struct made_line *maker_write(struct ledger_maker *maker,
                                    struct record *record)
{
    struct buf bytes = {0};
    record->gen = maker->gen;
    record->seq = (int64_t)maker->count + 1;
    strcpy(record->prev, maker->count > 0 ? maker->lines[maker->count - 1].hash
                                          : DIGEST_NONE_HEX);
    assert_true(record_write(record, &bytes));
    maker_write_bytes(maker, bytes.data, bytes.size);
    struct made_line *line = &maker->lines[maker->count - 1];
    strcpy(line->id, record->id);
    buf_free(&bytes);
    return line;
}

const struct made_line *maker_rate(struct ledger_maker *maker, int level)
{
    struct record record;
    maker_visit(maker, level, &record);
    const struct made_line *line = maker_write(maker, &record);
    maker_wait(maker, 30 * 1000);
    return line;
}

void maker_sign(const struct ledger_maker *maker, int64_t to,
                struct proof_batch *out_proof,
                char out_signature[KEY_SIGNATURE_BASE64_SIZE])
{
    assert_true(to >= 0 && (size_t)to <= maker->count);
    memset(out_proof, 0, sizeof *out_proof);
    strcpy(out_proof->device, maker->device);
    out_proof->gen = maker->gen;
    out_proof->to = to;
    strcpy(out_proof->head,
           to > 0 ? maker->lines[to - 1].hash : DIGEST_NONE_HEX);
    proof_new_nonce(out_proof->nonce);
    proof_sign_batch(&maker->key, out_proof, out_signature);
}
