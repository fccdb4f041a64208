#include "support/old_ledger.h"
#include "common/clock.h"
#include "store/courier.h"
#include "store/ledger_reader.h"
#include "store/prune.h"
#include "support/check.h"
#include <string.h>

enum { SLOTS = 16 };
static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

static void write_identity(struct old_ledger *old)
{
    struct device *device = &old->device;
    key_make(&old->server_key);
    memcpy(device->id, old->maker.device, sizeof device->id);
    strcpy(device->counter, "3");
    strcpy(device->server, "https://127.0.0.1:1");
    memset(device->token, 'a', 64);
    memcpy(device->server_key, old->server_key.public_key, KEY_PUBLIC_BYTES);
    id_random(device->box_key, sizeof device->box_key);
    device->config = json_pack("{s:i, s:s}", "version", 1, "counter", "3");
    assert_non_null(device->config);
    assert_true(device_save(old->folder, device));
    assert_true(device_save_key(old->folder, &old->maker.key));
}

static void start(struct old_ledger *old)
{
    old->keeper = keeper_new(old->folder, old->maker.device, SLOTS, NULL);
    assert_non_null(old->keeper);
    assert_true(keeper_mend(old->keeper));
}

void old_open(struct old_ledger *old)
{
    memset(old, 0, sizeof *old);
    scratch_make(old->folder);
    maker_start(&old->maker, clock_wall_ms() - OLD_DAYS * DAY_MS);
    write_identity(old);
    start(old);
    old_anchor(old, NULL, 0, 0);
}

void old_close(struct old_ledger *old)
{
    keeper_free(old->keeper);
    device_release(&old->device);
    maker_free(&old->maker);
    scratch_remove(old->folder);
}

void old_restart(struct old_ledger *old)
{
    keeper_free(old->keeper);
    start(old);
}

int64_t old_visit(struct old_ledger *old, int count)
{
    int64_t gen, seq = 0;
    for (int i = 1; i <= count; i++) {
        struct record record;
        enum store_reason reason;
        maker_visit(&old->maker, i % 6, &record);
        maker_wait(&old->maker, 30 * 1000);
        assert_int_equal(
            keeper_put_line(old->keeper, &record, &gen, &seq, &reason),
            KEEPER_OK);
    }
    return seq;
}

void old_receipt(const struct old_ledger *old, int64_t to, int days,
                 const struct key *sign)
{
    struct courier *courier;
    struct ledger_reader *ledger;
    struct proof_receipt receipt = {.batch = {.gen = 1, .to = to}};
    strcpy(receipt.batch.device, old->device.id);
    proof_new_nonce(receipt.batch.nonce);
    clock_format(clock_wall_ms() - days * DAY_MS, receipt.at);
    assert_int_equal(ledger_reader_open(old->folder, &ledger), SQL_OK);
    assert_int_equal(ledger_reader_hash(ledger, 1, to, receipt.batch.head),
                     SQL_OK);
    ledger_reader_close(ledger);
    proof_sign_receipt(sign, &receipt);
    assert_int_equal(courier_open(old->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_advance(courier, &receipt, NULL, 0), SQL_OK);
    courier_close(courier);
}

void old_acknowledge(const struct old_ledger *old, int64_t to, int days)
{
    old_receipt(old, to, days, &old->server_key);
}

void old_anchor(const struct old_ledger *old, const char *boot, int64_t ago_ms,
                int64_t off_ms)
{
    struct courier *courier;
    struct courier_anchor anchor = {.up_ms = clock_boot_ms() - ago_ms,
                                    .server_ms =
                                        clock_wall_ms() - ago_ms + off_ms};
    if (boot)
        strcpy(anchor.boot, boot);
    else
        clock_boot_id(anchor.boot);
    assert_int_equal(courier_open(old->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_put_anchor(courier, &anchor), SQL_OK);
    courier_close(courier);
}

int64_t old_prune(struct old_ledger *old)
{
    while (keeper_prune(old->keeper, PRUNE_KEEP_DAYS))
        ;
    return old_mark(old);
}

int64_t old_mark(const struct old_ledger *old)
{
    struct ledger_reader *ledger;
    struct ledger_mark mark = {.upto = 0};
    assert_int_equal(ledger_reader_open(old->folder, &ledger), SQL_OK);
    enum sql_result result = ledger_reader_mark(ledger, 1, &mark);
    assert_true(result == SQL_OK || result == SQL_NONE);
    ledger_reader_close(ledger);
    return mark.upto;
}
