// A device's directory, verified from the bytes: each line of each generation
// follows the one before, the kept hashes and counts are those of the lines,
// and every receipt is the server's and speaks of a line that is here. Lines
// after the last receipt are covered by no proof yet, and are counted.
#include "ledger/chain.h"
#include "operator/command.h"
#include "operator/verification.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include <inttypes.h>
#include <string.h>

struct device_check {
    struct verification *verification;
    struct device device;
    struct ledger_reader *ledger; // NULL: the kiosk made none yet
    struct courier *courier;      // NULL: nothing was ever sent
    struct chain chain;           // of the generation that is walked
    int64_t acknowledged;         // the last of its lines with a receipt
    struct ledger_counts counted;
    int64_t generations, receipts, unacknowledged;
    enum sql_result failure; // of a read inside a walk
};

static void find(struct device_check *check, int64_t gen, int64_t seq,
                 const char *why)
{
    verification_find(check->verification, check->device.id, gen, seq, "%s",
                      why);
}

static void count_line(struct device_check *check, const struct record *record)
{
    check->counted.lines++;
    if (record->kind != RECORD_VISIT)
        return;
    switch (record->outcome) {
    case RECORD_RATED:
        check->counted.rated++;
        break;
    case RECORD_DECLINED:
        check->counted.declined++;
        break;
    case RECORD_TIMEOUT:
        check->counted.timeout++;
        break;
    case RECORD_WITHDRAWN:
        check->counted.withdrawn++;
        break;
    case RECORD_OUTCOME_COUNT:
        break;
    }
}

// After a fault the chain goes on from the kept hash of this line, so that one
// changed line is one finding, and its neighbours are still looked at.
static void check_line(struct device_check *check, int64_t seq, const char *id,
                       const char *line, size_t size,
                       const char kept[DIGEST_HEX_SIZE])
{
    struct chain *chain = &check->chain;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    char hash[DIGEST_HEX_SIZE];
    digest_hex_of(line, size, hash);
    enum chain_fault fault = chain_follow(chain, line, size, &record, reason);
    if (strcmp(hash, kept) != 0)
        find(check, chain->gen, seq,
             "the bytes are not those that were hashed when it was written");
    else if (fault != CHAIN_SOUND)
        find(check, chain->gen, seq, reason);
    else if (record.seq != seq || strcmp(record.id, id) != 0)
        find(check, chain->gen, seq,
             "the line stands at another place, or under another id, than it "
             "says itself");
    if (fault == CHAIN_SOUND)
        count_line(check, &record);
    else
        check->counted.lines++;
    chain->seq = seq;
    memcpy(chain->head, kept, sizeof chain->head);
}

static bool visit_line(void *ctx, int64_t seq, const char *id, const char *line,
                       size_t size)
{
    struct device_check *check = ctx;
    char kept[DIGEST_HEX_SIZE];
    check->failure =
        ledger_reader_hash(check->ledger, check->chain.gen, seq, kept);
    if (check->failure != SQL_OK)
        return false;
    check_line(check, seq, id, line, size, kept);
    check->unacknowledged += seq > check->acknowledged ? 1 : 0;
    return true;
}

static bool check_generation(struct device_check *check, int64_t gen)
{
    struct proof_receipt position;
    enum sql_result result = SQL_NONE;
    if (check->courier)
        result = courier_position(check->courier, gen, &position);
    if (result != SQL_OK && result != SQL_NONE)
        return false;
    check->acknowledged = result == SQL_OK ? position.batch.to : 0;
    chain_start(&check->chain, check->device.id, gen);
    check->generations++;
    result = ledger_reader_walk(check->ledger, gen, 1, visit_line, check);
    return result == SQL_OK && check->failure == SQL_OK;
}

static bool visit_receipt(void *ctx, const struct proof_receipt *receipt)
{
    struct device_check *check = ctx;
    const struct proof_batch *batch = &receipt->batch;
    char hash[DIGEST_HEX_SIZE];
    check->receipts++;
    if (strcmp(batch->device, check->device.id) != 0 ||
        !proof_verify_receipt(check->device.server_key, receipt)) {
        find(check, batch->gen, batch->to,
             "the receipt is not this server's for this device");
        return true;
    }
    if (batch->to == 0)
        return true;
    enum sql_result result = SQL_NONE;
    if (check->ledger)
        result = ledger_reader_hash(check->ledger, batch->gen, batch->to, hash);
    if (result == SQL_NONE)
        find(check, batch->gen, batch->to,
             "the server has a line here that is gone from the device");
    else if (result == SQL_OK && strcmp(hash, batch->head) != 0)
        find(check, batch->gen, batch->to,
             "the line is not the one that the server acknowledged");
    else if (result != SQL_OK)
        check->failure = result;
    return check->failure == SQL_OK;
}

// The kiosk may write meanwhile: what was counted lies between what it kept
// before and after.
static void check_counts(struct device_check *check,
                         const struct ledger_counts *before,
                         const struct ledger_counts *after)
{
    const struct ledger_counts *counted = &check->counted;
    if (counted->lines < before->lines || counted->lines > after->lines ||
        counted->rated < before->rated || counted->rated > after->rated ||
        counted->declined < before->declined ||
        counted->declined > after->declined ||
        counted->timeout < before->timeout ||
        counted->timeout > after->timeout ||
        counted->withdrawn < before->withdrawn ||
        counted->withdrawn > after->withdrawn)
        verification_find(check->verification, check->device.id, 0, 0,
                          "the lifetime counts are not those of the lines: "
                          "%" PRId64 " lines kept as counted, %" PRId64
                          " are here",
                          after->lines, counted->lines);
}

static bool check_ledger(struct device_check *check)
{
    struct ledger_counts before, after;
    int64_t gen = 0;
    if (!check->ledger)
        return true;
    enum sql_result result = ledger_reader_counts(check->ledger, &before);
    if (result != SQL_OK)
        return false;
    while ((result = ledger_reader_next_gen(check->ledger, gen, &gen)) ==
           SQL_OK) {
        if (!check_generation(check, gen))
            return false;
    }
    if (result != SQL_NONE ||
        ledger_reader_counts(check->ledger, &after) != SQL_OK)
        return false;
    check_counts(check, &before, &after);
    return true;
}

// Receipts are read after the lines that they speak of, which never go.
static bool check_receipts(struct device_check *check)
{
    if (!check->courier)
        return true;
    enum sql_result result =
        courier_receipts(check->courier, visit_receipt, check);
    return (result == SQL_OK || result == SQL_NONE) && check->failure == SQL_OK;
}

static bool open_databases(const char *directory, struct device_check *check)
{
    enum sql_result ledger = ledger_reader_open(directory, &check->ledger);
    enum sql_result courier =
        courier_open(directory, COURIER_READER, &check->courier);
    return (ledger == SQL_OK || ledger == SQL_NONE) &&
           (courier == SQL_OK || courier == SQL_NONE);
}

bool verification_of_device(const char *directory,
                            struct verification *verification,
                            struct console *console)
{
    struct device_check check = {.verification = verification};
    enum device_result loaded = device_load(directory, &check.device);
    if (loaded != DEVICE_OK) {
        console_complain(
            console,
            loaded == DEVICE_NOT_ENROLLED
                ? "%s/%s is missing: without the server's key nothing here "
                  "can be verified"
                : "%s/%s cannot be used; the cause is above",
            directory, DEVICE_FILE_JSON);
        return false;
    }
    bool done = open_databases(directory, &check) && check_ledger(&check) &&
                check_receipts(&check);
    if (!done)
        console_complain(console,
                         "%s: a database cannot be read to its end; the cause "
                         "is above",
                         directory);
    verification_count(verification, "generations", check.generations);
    verification_count(verification, "lines", check.counted.lines);
    verification_count(verification, "receipts", check.receipts);
    verification_count(verification, "unacknowledged", check.unacknowledged);
    ledger_reader_close(check.ledger);
    courier_close(check.courier);
    device_release(&check.device);
    return done;
}
