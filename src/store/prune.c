#include "store/prune.h"
#include "common/log.h"
#include "store/device.h"
#include "store/kiosk_db.h"
#include "store/mark.h"
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000, RECEIPTS_MOST = 256 };

static const char module[] = "store";

bool prune_before(const struct courier_anchor *anchor,
                  const struct prune_now *now, int keep_days, int64_t *out_ms)
{
    int64_t server = anchor->server_ms + (now->up_ms - anchor->up_ms);
    if (strcmp(anchor->boot, now->boot) != 0 || now->up_ms < anchor->up_ms ||
        !clock_is_believable(server) || llabs(server - now->wall_ms) > DAY_MS)
        return false;
    *out_ms = server - (int64_t)keep_days * DAY_MS;
    return true;
}

struct pruning {
    struct sql *kiosk;
    struct courier *courier;
    struct device device;
    int64_t before;          // what is older may leave
    struct ledger_mark mark; // as it is, then as it will be
    struct chain chain;      // up to the last line that leaves
    int64_t end;             // the generation's last line, which stays
    // While a receipt is looked for:
    int64_t known_to; // as far as the server says today
    int receipts;
    bool found;
};

// --- What proves it ----------------------------------------------------------

static bool own_hash(struct pruning *p, int64_t gen, int64_t seq,
                     char out[DIGEST_HEX_SIZE])
{
    struct sql_statement *s = sql_use(p->kiosk, KIOSK_HASH);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, seq);
    bool found = sql_step(s) == SQL_OK && kiosk_take_hash(s, 0, out);
    sql_done(s);
    return found;
}

// Signed by our server, for this device and for the lines that are here.
static bool is_ours(struct pruning *p, const struct proof_receipt *receipt)
{
    const struct proof_batch *batch = &receipt->batch;
    char hash[DIGEST_HEX_SIZE];
    return receipt->signature[0] != '\0' &&
           strcmp(batch->device, p->device.id) == 0 &&
           own_hash(p, batch->gen, batch->to, hash) &&
           strcmp(batch->head, hash) == 0 &&
           device_believes_kept(&p->device, receipt);
}

// What the server holds as of its last answer: a server that lost lines since
// an old receipt asks for them, and the position has gone back.
static int64_t held_today(struct pruning *p, int64_t gen)
{
    struct proof_receipt position;
    if (courier_position(p->courier, gen, &position) != SQL_OK ||
        !is_ours(p, &position))
        return 0;
    return position.batch.to;
}

static bool is_old(const struct pruning *p, const struct proof_receipt *receipt)
{
    int64_t at;
    return clock_parse(receipt->at, strlen(receipt->at), &at) &&
           clock_is_believable(at) && at <= p->before;
}

// The receipts come in the order of their lines: the furthest that is old
// enough, until one covers a whole step.
static bool look_at_receipt(void *ctx, const struct proof_receipt *receipt)
{
    struct pruning *p = ctx;
    int64_t to = receipt->batch.to;
    if (to > p->known_to || ++p->receipts > RECEIPTS_MOST)
        return false;
    if (is_old(p, receipt) && is_ours(p, receipt)) {
        p->mark.receipt = *receipt;
        p->found = true;
    }
    return !p->found || to < p->mark.upto + PRUNE_STEP;
}

static bool find_receipt(struct pruning *p)
{
    p->found = false;
    p->receipts = 0;
    p->known_to = held_today(p, p->mark.gen);
    return p->known_to > p->mark.upto &&
           courier_receipts_after(p->courier, p->mark.gen, p->mark.upto,
                                  look_at_receipt, p) == SQL_OK &&
           p->found;
}

// --- What leaves -------------------------------------------------------------

// Whether the row that comes next leaves too; the chain moves on with it.
static bool take_row(struct pruning *p, struct sql_statement *s,
                     enum sql_result *out_result)
{
    char stored[DIGEST_HEX_SIZE], made[DIGEST_HEX_SIZE];
    char why[JSON_MESSAGE_SIZE];
    struct record record;
    struct chain next = p->chain;
    size_t size;
    const char *line = sql_bytes(s, 2, &size);
    digest_hex_of(line ? line : "", size, made);
    if (!line || !kiosk_take_hash(s, 3, stored) || strcmp(stored, made) != 0) {
        log_error(module, "line %lld/%lld is not what was written",
                  (long long)next.gen, (long long)sql_int(s, 0));
        *out_result = SQL_CORRUPT;
        return false;
    }
    if (chain_follow(&next, line, size, &record, why) != CHAIN_SOUND) {
        log_debug(module, "line %lld/%lld stays: %s", (long long)next.gen,
                  (long long)sql_int(s, 0), why);
        return false;
    }
    if (record_end(&record) > p->before)
        return false;
    p->chain = next;
    return true;
}

static enum sql_result take_run(struct pruning *p)
{
    int64_t last = p->mark.upto + PRUNE_STEP;
    if (last > p->mark.receipt.batch.to)
        last = p->mark.receipt.batch.to;
    if (last > p->end - 1)
        last = p->end - 1;
    struct sql_statement *s = sql_use(p->kiosk, KIOSK_WALK);
    sql_bind_int(s, 1, p->mark.gen);
    sql_bind_int(s, 2, p->mark.upto + 1);
    enum sql_result result = SQL_OK;
    while (p->chain.seq < last && (result = sql_step(s)) == SQL_OK &&
           take_row(p, s, &result))
        ;
    sql_done(s);
    if (result != SQL_OK && result != SQL_NONE)
        return result;
    return p->chain.seq > p->mark.upto ? SQL_OK : SQL_NONE;
}

static enum sql_result leave(struct sql *kiosk, void *ctx)
{
    const struct pruning *p = ctx;
    enum sql_result result = mark_put(kiosk, &p->mark);
    if (result != SQL_OK)
        return result;
    struct sql_statement *s = sql_use(kiosk, KIOSK_LEAVE);
    sql_bind_int(s, 1, p->mark.gen);
    sql_bind_int(s, 2, p->mark.upto);
    return sql_execute(s);
}

static enum sql_result let_leave(struct pruning *p)
{
    int64_t first = p->mark.upto + 1;
    p->mark.upto = p->chain.seq;
    memcpy(p->mark.head, p->chain.head, sizeof p->mark.head);
    enum sql_result result = sql_transaction(p->kiosk, leave, p);
    if (result == SQL_OK)
        log_info(module,
                 "generation %lld: lines %lld to %lld, which the server holds, "
                 "have left",
                 (long long)p->mark.gen, (long long)first,
                 (long long)p->mark.upto);
    if (result == SQL_CLASH)
        log_error(module, "generation %lld: the mark %lld does not fit",
                  (long long)p->mark.gen, (long long)p->mark.upto);
    return result == SQL_CLASH ? SQL_NONE : result;
}

// --- Generation by generation ------------------------------------------------

static enum sql_result find_end(struct pruning *p, int64_t gen)
{
    struct sql_statement *s = sql_use(p->kiosk, KIOSK_END_OF);
    sql_bind_int(s, 1, gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        p->end = sql_int(s, 1);
    sql_done(s);
    return result;
}

static enum sql_result prune_generation(struct pruning *p, int64_t gen)
{
    enum sql_result result = mark_read(p->kiosk, gen, &p->mark);
    if (result == SQL_NONE)
        p->mark = (struct ledger_mark){.gen = gen};
    else if (result != SQL_OK)
        return result;
    result = mark_start_chain(p->kiosk, p->device.id, gen, &p->chain);
    if (result == SQL_OK)
        result = find_end(p, gen);
    if (result != SQL_OK || p->mark.upto + 1 >= p->end || !find_receipt(p))
        return result == SQL_OK ? SQL_NONE : result;
    result = take_run(p);
    return result == SQL_OK ? let_leave(p) : result;
}

static enum sql_result next_generation(struct pruning *p, int64_t *gen)
{
    struct sql_statement *s = sql_use(p->kiosk, KIOSK_NEXT_GEN);
    sql_bind_int(s, 1, *gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_is_null(s, 0))
        result = SQL_NONE;
    if (result == SQL_OK)
        *gen = sql_int(s, 0);
    sql_done(s);
    return result;
}

static enum sql_result prune_all(struct pruning *p)
{
    int64_t gen = 0;
    enum sql_result result;
    while ((result = next_generation(p, &gen)) == SQL_OK) {
        result = prune_generation(p, gen);
        if (result != SQL_NONE)
            return result;
    }
    return result;
}

static bool time_is_sure(struct pruning *p, int keep_days)
{
    struct courier_anchor anchor;
    struct prune_now now = {.up_ms = clock_boot_ms(),
                            .wall_ms = clock_wall_ms()};
    clock_boot_id(now.boot);
    return courier_anchor(p->courier, &anchor) == SQL_OK &&
           prune_before(&anchor, &now, keep_days, &p->before);
}

enum sql_result prune_step(struct sql *kiosk, const char *directory,
                           const char *device, int keep_days)
{
    struct pruning p = {.kiosk = kiosk};
    if (courier_open(directory, COURIER_READER, &p.courier) != SQL_OK)
        return SQL_NONE;
    enum sql_result result = SQL_NONE;
    if (time_is_sure(&p, keep_days) &&
        device_load(directory, &p.device) == DEVICE_OK) {
        if (strcmp(p.device.id, device) == 0)
            result = prune_all(&p);
        device_release(&p.device);
    }
    courier_close(p.courier);
    return result;
}
