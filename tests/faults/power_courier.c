// The courier's files: courier.db with its position, receipts and what it
// fetched, and device.json, which is replaced whole.
#include "common/file.h"
#include "faults/power.h"
#include "store/courier.h"
#include "store/device.h"
#include "support/ledger_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECEIPTS_MOST = 600 };

// A value that is written again and again. After a cut it is the last one that
// was acknowledged, or the one that was on its way.
struct value {
    int64_t asked, kept;
};

struct told {
    struct ledger_maker maker;
    struct value position, attempts, anchor, config, next_gen, identity;
    size_t asked, kept; // receipts; the one between them was on its way
    struct proof_receipt receipts[RECEIPTS_MOST];
};

static struct device make_device(const struct told *told, int64_t version)
{
    struct device device = {0};
    memcpy(device.id, told->maker.device, sizeof device.id);
    strcpy(device.counter, "3");
    strcpy(device.server, "https://127.0.0.1:1");
    memset(device.token, 'a', 64);
    memcpy(device.server_key, told->maker.key.public_key, KEY_PUBLIC_BYTES);
    device.config =
        json_pack("{s:I, s:s}", "version", (json_int_t)version, "counter", "3");
    return device;
}

static void begin(struct power *power)
{
    struct told *told = power->told;
    maker_start(&told->maker, 1795400000000);
    struct device device = make_device(told, 0);
    if (!device_save(power->folder, &device))
        abort();
    device_release(&device);
}

static void end(struct power *power)
{
    struct told *told = power->told;
    maker_free(&told->maker);
}

static bool holds(const struct value *value, enum sql_result result,
                  int64_t found)
{
    if (result == SQL_NONE)
        return value->kept == 0;
    return result == SQL_OK && (found == value->kept || found == value->asked);
}

enum { VALUES = 6 };

// Each value as it is found; a value that was never written is 0.
struct reading {
    const char *name;
    struct value *value;
    int64_t found;
    enum sql_result result;
};

static void read_values(const struct power *power, struct courier *courier,
                        struct reading out[VALUES])
{
    struct told *told = power->told;
    struct proof_receipt position = {0};
    struct courier_attempts attempts = {0};
    struct courier_anchor at = {0};
    struct device device = {0};
    struct buf body = {0};
    char etag[64];
    int64_t next_gen = 0, config = 0;
    enum sql_result results[VALUES] = {
        courier_position(courier, 1, &position),
        courier_attempts(courier, &attempts),
        courier_anchor(courier, &at),
        courier_next_gen(courier, &next_gen),
        courier_config(courier, &config, etag, sizeof etag, &body),
        device_load(power->folder, &device) == DEVICE_OK ? SQL_OK : SQL_ERROR};
    const struct reading readings[VALUES] = {
        {"the position", &told->position, position.batch.to, results[0]},
        {"the attempts", &told->attempts, attempts.failures, results[1]},
        {"the anchor", &told->anchor, at.up_ms, results[2]},
        {"the generation", &told->next_gen, next_gen, results[3]},
        {"the configuration", &told->config, config, results[4]},
        {"device.json", &told->identity, device.config_version, results[5]}};
    memcpy(out, readings, sizeof readings);
    buf_free(&body);
    device_release(&device);
}

static const char *find_wrong(const struct power *power,
                              struct courier *courier)
{
    struct reading readings[VALUES];
    read_values(power, courier, readings);
    for (int i = 0; i < VALUES; i++)
        if (!holds(readings[i].value, readings[i].result, readings[i].found))
            return readings[i].name;
    return NULL;
}

// What was on its way may be there or not; the next life goes on from there.
static void go_on(struct power *power, struct courier *courier)
{
    struct told *told = power->told;
    struct reading readings[VALUES];
    read_values(power, courier, readings);
    for (int i = 0; i < VALUES; i++) {
        struct value *value = readings[i].value;
        if (holds(value, readings[i].result, readings[i].found))
            value->asked = value->kept = readings[i].found;
    }
    told->asked = told->kept;
}

// --- The child ---------------------------------------------------------------

static void keep(struct value *value, enum sql_result result)
{
    if (result != SQL_OK)
        _exit(2);
    value->kept = value->asked;
}

static void advance(struct power *power, struct courier *courier)
{
    struct told *told = power->told;
    struct proof_receipt *receipt = &told->receipts[told->asked];
    struct courier_aside aside = {.status = "invalid",
                                  .reason = "it says nothing"};
    told->position.asked += 1 + power_draw(power, 50);
    *receipt =
        (struct proof_receipt){.batch = {.gen = 1, .to = told->position.asked}};
    memcpy(receipt->batch.device, told->maker.device, ID_SIZE);
    proof_new_nonce(receipt->batch.nonce);
    digest_hex_of(receipt->batch.nonce, strlen(receipt->batch.nonce),
                  receipt->batch.head);
    strcpy(receipt->at, "2026-11-23T09:15:02.120+07:00");
    proof_sign_receipt(&told->maker.key, receipt);
    aside.seq = receipt->batch.to;
    id_new_v4(aside.id);
    told->asked++;
    keep(&told->position,
         courier_advance(courier, receipt, &aside, power_chance(power, 20)));
    told->kept++;
}

static void rewind_to(struct power *power, struct courier *courier)
{
    struct told *told = power->told;
    told->position.asked -= power_draw(power, 20);
    if (told->position.asked < 1)
        told->position.asked = 1;
    keep(&told->position, courier_rewind(courier, 1, told->position.asked));
}

static void attempt(struct told *told, struct courier *courier)
{
    struct courier_attempts attempts = {.failures = ++told->attempts.asked};
    keep(&told->attempts, courier_set_attempts(courier, &attempts));
}

static void anchor(struct told *told, struct courier *courier)
{
    struct courier_anchor at = {.up_ms = ++told->anchor.asked};
    memcpy(at.boot, told->maker.boot, sizeof at.boot);
    keep(&told->anchor, courier_put_anchor(courier, &at));
}

static void configure(struct power *power, struct courier *courier)
{
    struct told *told = power->told;
    static char body[6000];
    memset(body, 'x', sizeof body);
    int64_t version = ++told->config.asked;
    keep(&told->config,
         courier_put_config(courier, version, "etag", body,
                            100 + power_draw(power, 5900), "signature"));
}

static void identify(struct power *power)
{
    struct told *told = power->told;
    struct device device = make_device(told, ++told->identity.asked);
    keep(&told->identity,
         device_save(power->folder, &device) ? SQL_OK : SQL_ERROR);
    device_release(&device);
}

static void live(struct power *power, bool is_short)
{
    struct told *told = power->told;
    struct courier *courier;
    if (courier_open(power->folder, COURIER_WRITER, &courier) != SQL_OK)
        _exit(2);
    go_on(power, courier);
    uint32_t works = is_short ? 3 : 10 + power_draw(power, 50);
    for (uint32_t i = 0; i < works && told->asked < RECEIPTS_MOST; i++) {
        uint32_t work = power_draw(power, 20);
        if (work < 10)
            advance(power, courier);
        else if (work < 11)
            rewind_to(power, courier);
        else if (work < 13)
            attempt(told, courier);
        else if (work < 15)
            anchor(told, courier);
        else if (work < 17)
            configure(power, courier);
        else if (work < 18)
            keep(&told->next_gen,
                 courier_set_next_gen(courier, ++told->next_gen.asked));
        else
            identify(power);
    }
}

// --- The parent --------------------------------------------------------------

struct receipts {
    const struct told *told;
    size_t found; // acknowledged receipts
};

static bool take_receipt(void *ctx, const struct proof_receipt *receipt)
{
    struct receipts *r = ctx;
    for (size_t i = 0; i < r->told->kept; i++) {
        const struct proof_receipt *kept = &r->told->receipts[i];
        r->found +=
            memcmp(&receipt->batch, &kept->batch, sizeof kept->batch) == 0 &&
            strcmp(receipt->signature, kept->signature) == 0;
    }
    return true;
}

static enum power_found check(struct power *power)
{
    const struct told *told = power->told;
    struct courier *courier;
    struct sql *sql;
    char path[SCRATCH_SIZE + 16];
    if (courier_open(power->folder, COURIER_WRITER, &courier) != SQL_OK)
        return power_say(power, POWER_UNUSABLE, "courier.db does not open");
    struct receipts r = {told, 0};
    const char *wrong = find_wrong(power, courier);
    enum sql_result read = courier_receipts(courier, take_receipt, &r);
    courier_close(courier);
    if (wrong)
        return power_say(power, POWER_LOST, "%s is not what was kept", wrong);
    if (read != SQL_OK || r.found != told->kept)
        return power_say(power, POWER_LOST, "%zu receipts of %zu", r.found,
                         told->kept);
    if (!file_join(path, sizeof path, power->folder, DEVICE_FILE_COURIER) ||
        sql_open(path, SQL_FOLLOWER, NULL, 0, &sql) != SQL_OK)
        return power_say(power, POWER_UNUSABLE, "no reader opens it");
    bool sound = sql_is_sound(sql, true);
    sql_close(sql);
    return sound ? POWER_SOUND
                 : power_say(power, POWER_UNUSABLE, "integrity_check");
}

const struct power_subject power_courier = {
    "courier", sizeof(struct told), 200, begin, live, check, end};
