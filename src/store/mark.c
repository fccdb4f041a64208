#include "store/mark.h"
#include "store/kiosk_db.h"
#include <stdio.h>
#include <string.h>

static void take_text(struct sql_statement *s, int column, char *out,
                      size_t size)
{
    const char *text = sql_text(s, column);
    snprintf(out, size, "%s", text ? text : "");
}

static void take_mark(struct sql_statement *s, struct ledger_mark *out)
{
    struct proof_batch *batch = &out->receipt.batch;
    out->upto = sql_int(s, 0);
    take_text(s, 1, out->head, sizeof out->head);
    batch->gen = out->gen;
    batch->to = sql_int(s, 2);
    take_text(s, 3, batch->head, sizeof batch->head);
    take_text(s, 4, batch->device, sizeof batch->device);
    take_text(s, 5, batch->nonce, sizeof batch->nonce);
    take_text(s, 6, out->receipt.at, sizeof out->receipt.at);
    take_text(s, 7, out->receipt.signature, sizeof out->receipt.signature);
    out->left = (struct ledger_counts){.lines = sql_int(s, 8),
                                       .rated = sql_int(s, 9),
                                       .declined = sql_int(s, 10),
                                       .timeout = sql_int(s, 11),
                                       .withdrawn = sql_int(s, 12)};
}

enum sql_result mark_read(struct sql *kiosk, int64_t gen,
                          struct ledger_mark *out)
{
    struct ledger_mark mark = {.gen = gen};
    // A database that an older kiosk wrote has no marks.
    if (sql_version(kiosk) < MARK_SCHEMA)
        return SQL_NONE;
    struct sql_statement *s = sql_use(kiosk, KIOSK_GET_MARK);
    sql_bind_int(s, 1, gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        take_mark(s, &mark);
    sql_done(s);
    if (result == SQL_OK)
        *out = mark;
    return result;
}

enum sql_result mark_put(struct sql *kiosk, const struct ledger_mark *mark)
{
    const struct proof_batch *batch = &mark->receipt.batch;
    struct sql_statement *s = sql_use(kiosk, KIOSK_PUT_MARK);
    sql_bind_int(s, 1, mark->gen);
    sql_bind_int(s, 2, mark->upto);
    sql_bind_text(s, 3, mark->head);
    sql_bind_int(s, 4, batch->to);
    sql_bind_text(s, 5, batch->head);
    sql_bind_text(s, 6, batch->device);
    sql_bind_text(s, 7, batch->nonce);
    sql_bind_text(s, 8, mark->receipt.at);
    sql_bind_text(s, 9, mark->receipt.signature);
    return sql_execute(s);
}

enum sql_result mark_start_chain(struct sql *kiosk, const char *device,
                                 int64_t gen, struct chain *out)
{
    struct ledger_mark mark;
    enum sql_result result = mark_read(kiosk, gen, &mark);
    chain_start(out, device, gen);
    if (result == SQL_OK) {
        out->seq = mark.upto;
        memcpy(out->head, mark.head, sizeof out->head);
    }
    return result == SQL_NONE ? SQL_OK : result;
}

bool mark_is_proved(const struct ledger_mark *mark, const struct device *device)
{
    const struct proof_batch *batch = &mark->receipt.batch;
    return batch->to >= mark->upto && strcmp(batch->device, device->id) == 0 &&
           (batch->to > mark->upto || strcmp(batch->head, mark->head) == 0) &&
           device_believes_kept(device, &mark->receipt);
}
