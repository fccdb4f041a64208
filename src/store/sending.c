#include "store/sending.h"
#include <string.h>

static bool is_fine(enum sql_result result)
{
    return result == SQL_OK || result == SQL_NONE;
}

// How far one generation is acknowledged, or has left; 0: not at all.
static enum sql_result read_position(struct ledger_reader *ledger,
                                     struct courier *courier, int64_t gen,
                                     struct sending *out, int64_t *out_to)
{
    struct proof_receipt receipt;
    struct ledger_mark mark;
    enum sql_result result = SQL_NONE;
    if (courier)
        result = courier_position(courier, gen, &receipt);
    bool is_known = result == SQL_OK;
    *out_to = is_known ? receipt.batch.to : 0;
    if (is_fine(result))
        result = ledger_reader_mark(ledger, gen, &mark);
    if (result != SQL_OK)
        return result;
    out->left += mark.upto;
    if (is_known && *out_to < mark.upto)
        out->gone += mark.upto - *out_to;
    *out_to = *out_to > mark.upto ? *out_to : mark.upto;
    return result;
}

// Counts what waits in one generation.
static bool add_pending(struct ledger_reader *ledger, struct courier *courier,
                        int64_t gen, struct sending *out)
{
    struct ledger_end end;
    int64_t to, written_at;
    enum sql_result result = ledger_reader_end_of(ledger, gen, &end);
    if (result != SQL_OK ||
        !is_fine(read_position(ledger, courier, gen, out, &to)))
        return is_fine(result);
    if (end.seq <= to)
        return true;
    out->pending += end.seq - to;
    result = ledger_reader_written_at(ledger, gen, to, &written_at);
    if (result == SQL_OK && out->oldest_pending == 0)
        out->oldest_pending = written_at;
    return is_fine(result);
}

static bool read_ledger(struct ledger_reader *ledger, struct courier *courier,
                        struct sending *out)
{
    int64_t gen = 0;
    enum sql_result result;
    while ((result = ledger_reader_next_gen(ledger, gen, &gen)) == SQL_OK) {
        if (!add_pending(ledger, courier, gen, out))
            return false;
    }
    return result == SQL_NONE &&
           is_fine(ledger_reader_end(ledger, &out->head)) &&
           is_fine(ledger_reader_counts(ledger, &out->counts)) &&
           is_fine(ledger_reader_drafts(ledger, &out->drafts));
}

static bool read_courier(struct courier *courier, struct sending *out)
{
    return is_fine(courier_attempts(courier, &out->attempts)) &&
           is_fine(courier_anchor(courier, &out->anchor)) &&
           is_fine(courier_quarantine_count(courier, &out->quarantined));
}

void sending_read(const char *directory, struct sending *out)
{
    struct courier *courier = NULL;
    struct ledger_reader *ledger = NULL;
    *out = (struct sending){.head = {.gen = 0}};
    memcpy(out->head.head, DIGEST_NONE_HEX, sizeof out->head.head);
    enum sql_result opened = courier_open(directory, COURIER_READER, &courier);
    out->courier_read =
        is_fine(opened) && (!courier || read_courier(courier, out));
    opened = ledger_reader_open(directory, &ledger);
    out->ledger_read =
        is_fine(opened) && (!ledger || read_ledger(ledger, courier, out));
    ledger_reader_close(ledger);
    courier_close(courier);
}

bool sending_clock_offset(const struct sending *sending, const char *boot,
                          int64_t wall_ms, int64_t up_ms, int64_t *out_ms)
{
    const struct courier_anchor *anchor = &sending->anchor;
    if (strcmp(anchor->boot, boot) != 0)
        return false;
    *out_ms = wall_ms - (anchor->server_ms + (up_ms - anchor->up_ms));
    return true;
}
