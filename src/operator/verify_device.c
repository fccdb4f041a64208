// A device's directory, verified from the bytes: each line of each generation
// follows the one before, the kept hashes, columns and counts are those of the
// lines, and every receipt is the server's and speaks of a line that is here.
// Lines that have left are those up to a mark, which the first line here
// follows and a receipt of the server covers. Lines after the last receipt are
// covered by no proof yet, and are counted. A ledger that no receipt at all
// speaks of proves nothing, and is no sound one.
#include "ledger/chain.h"
#include "operator/command.h"
#include "operator/verification.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// How far a generation is said to be acknowledged, and what proves it.
struct generation {
    int64_t gen;
    bool has_position;
    struct proof_receipt position;
    bool is_kept;       // the position's receipt is among the receipts
    int64_t receipt_to; // the last line that a receipt speaks of
};

struct device_check {
    struct verification *verification;
    struct device device;
    struct ledger_reader *ledger; // NULL: the kiosk made none yet
    struct courier *courier;      // NULL: nothing was ever sent
    struct chain chain;           // of the generation that is walked
    struct generation *generations;
    size_t generation_count;
    struct ledger_mark mark; // of the same; upto 0: no line has left
    int64_t acknowledged;    // the last line of this generation with a receipt
    struct ledger_counts counted;
    int64_t walked, here, left, receipts, unacknowledged;
    enum sql_result failure; // of a read inside a walk
};

static void find(struct device_check *check, int64_t gen, int64_t seq,
                 const char *why)
{
    verification_find(check->verification, check->device.id, gen, seq, "%s",
                      why);
}

// NULL, and `failure`, when it could not be read.
static struct generation *use_generation(struct device_check *check,
                                         int64_t gen)
{
    for (size_t i = 0; i < check->generation_count; i++)
        if (check->generations[i].gen == gen)
            return &check->generations[i];
    struct generation *more =
        realloc(check->generations,
                (check->generation_count + 1) * sizeof *check->generations);
    enum sql_result result = SQL_NONE;
    if (!more) {
        check->failure = SQL_ERROR;
        return NULL;
    }
    check->generations = more;
    struct generation *added = &more[check->generation_count];
    *added = (struct generation){.gen = gen};
    if (check->courier)
        result = courier_position(check->courier, gen, &added->position);
    added->has_position = result == SQL_OK;
    if (result != SQL_OK && result != SQL_NONE) {
        check->failure = result;
        return NULL;
    }
    check->generation_count++;
    return added;
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

// What the row says beside its line.
static const char *find_row_fault(const struct ledger_row *row,
                                  const struct record *record)
{
    bool is_visit = record->kind == RECORD_VISIT;
    const char *outcome =
        is_visit ? record_outcome_name(record->outcome) : NULL;
    int64_t closed_at = is_visit ? record->closed_at : record->opened_at;
    if (record->seq != row->seq || strcmp(record->id, row->id) != 0)
        return "the line stands at another place, or under another id, than it "
               "says itself";
    if (row->closed_at != closed_at || !outcome != !row->outcome ||
        (outcome && strcmp(outcome, row->outcome) != 0))
        return "the outcome or the end that is kept beside it is not the "
               "line's";
    return NULL;
}

static void check_comment(struct device_check *check,
                          const struct record *record)
{
    struct buf sealed = {0};
    char hash[DIGEST_HEX_SIZE];
    enum sql_result result =
        ledger_reader_comment(check->ledger, record->id, &sealed);
    if (result == SQL_OK) {
        digest_hex_of(buf_text(&sealed), sealed.size, hash);
        if (strcmp(hash, record->comment_hash) != 0)
            find(check, record->gen, record->seq,
                 "the sealed comment is not the one that the line names");
    } else if (result != SQL_NONE) {
        check->failure = result;
    }
    buf_free(&sealed);
}

// The receipt that the mark rests on is for a line further on: it must be this
// one.
static void check_mark_reaches(struct device_check *check,
                               const struct ledger_row *row, const char *hash)
{
    const struct proof_batch *receipt = &check->mark.receipt.batch;
    if (check->mark.upto > 0 && row->seq == receipt->to &&
        strcmp(hash, receipt->head) != 0)
        find(check, check->chain.gen, row->seq,
             "the line is not the one that the receipt of the mark names");
}

// After a fault the chain goes on from the kept hash of this line, so that one
// changed line is one finding, and its neighbours are still looked at.
static void check_line(struct device_check *check, const struct ledger_row *row)
{
    struct chain *chain = &check->chain;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    char hash[DIGEST_HEX_SIZE];
    const char *why = NULL;
    const char *bytes = row->line ? row->line : "";
    digest_hex_of(bytes, row->size, hash);
    bool is_read = record_read(bytes, row->size, &record, reason);
    check_mark_reaches(check, row, hash);
    if (row->seq <= check->mark.upto)
        why = "is still here, and the mark says that it has left";
    else if (strcmp(hash, row->hash) != 0)
        why = "the bytes are not those that were hashed when it was written";
    else if (!is_read || chain_judge(chain, &record, reason) != CHAIN_SOUND)
        why = reason;
    else
        why = find_row_fault(row, &record);
    if (why)
        find(check, chain->gen, row->seq, why);
    if (is_read) {
        count_line(check, &record);
        if (record.comment_hash[0] != '\0')
            check_comment(check, &record);
    } else {
        check->counted.lines++;
    }
    if (row->seq <= check->mark.upto)
        return; // the chain begins behind the mark
    chain->seq = row->seq;
    memcpy(chain->head, row->hash, sizeof chain->head);
}

static bool visit_row(void *ctx, const struct ledger_row *row)
{
    struct device_check *check = ctx;
    check_line(check, row);
    check->here++;
    check->unacknowledged += row->seq > check->acknowledged ? 1 : 0;
    return check->failure == SQL_OK;
}

static void add_counts(struct ledger_counts *sum,
                       const struct ledger_counts *more)
{
    sum->lines += more->lines;
    sum->rated += more->rated;
    sum->declined += more->declined;
    sum->timeout += more->timeout;
    sum->withdrawn += more->withdrawn;
}

// Whatever is wrong here is a mark that somebody set: ours is set in one
// transaction, with what it rests on.
static void check_mark(struct device_check *check)
{
    const struct ledger_mark *mark = &check->mark;
    const struct ledger_counts *left = &mark->left;
    if (!mark_is_proved(mark, &check->device))
        find(check, mark->gen, mark->upto,
             "lines up to here have left, and the receipt that should prove "
             "them is not this server's for this device and these lines");
    if (left->rated + left->declined + left->timeout + left->withdrawn >
            left->lines ||
        left->lines > mark->upto)
        find(check, mark->gen, mark->upto,
             "more is counted as having left than could have");
    check->left += mark->upto;
    add_counts(&check->counted, left);
}

// The lines of a generation begin with its first, or behind its mark.
static bool start_chain(struct device_check *check, int64_t gen)
{
    chain_start(&check->chain, check->device.id, gen);
    enum sql_result result =
        ledger_reader_mark(check->ledger, gen, &check->mark);
    if (result == SQL_NONE)
        check->mark = (struct ledger_mark){.gen = gen};
    if (result != SQL_OK)
        return result == SQL_NONE;
    check->chain.seq = check->mark.upto;
    memcpy(check->chain.head, check->mark.head, sizeof check->chain.head);
    check_mark(check);
    return true;
}

// The line that the mark's receipt is for must have been there.
static void check_mark_reached(struct device_check *check)
{
    const struct ledger_mark *mark = &check->mark;
    if (mark->upto > 0 && check->chain.seq < mark->receipt.batch.to)
        find(check, mark->gen, mark->receipt.batch.to,
             "the line that the receipt of the mark names is gone");
}

static bool check_generation(struct device_check *check, int64_t gen)
{
    struct generation *generation = use_generation(check, gen);
    if (!generation)
        return false;
    check->acknowledged =
        generation->has_position ? generation->position.batch.to : 0;
    if (!start_chain(check, gen))
        return false;
    check->walked++;
    enum sql_result result =
        ledger_reader_rows(check->ledger, gen, visit_row, check);
    check_mark_reached(check);
    return result == SQL_OK && check->failure == SQL_OK;
}

static bool is_servers(const struct device_check *check,
                       const struct proof_receipt *receipt)
{
    return strcmp(receipt->batch.device, check->device.id) == 0 &&
           device_believes_kept(&check->device, receipt);
}

static void note_receipt(struct device_check *check,
                         const struct proof_batch *batch)
{
    struct generation *generation = use_generation(check, batch->gen);
    if (!generation)
        return;
    if (batch->to > generation->receipt_to)
        generation->receipt_to = batch->to;
    generation->is_kept |=
        generation->has_position &&
        generation->position.batch.to == batch->to &&
        strcmp(generation->position.batch.head, batch->head) == 0;
}

// Of a line that is not here. The mark is read anew: lines may have left since
// they were walked.
static void check_gone(struct device_check *check,
                       const struct proof_batch *batch)
{
    struct ledger_mark mark;
    enum sql_result result = SQL_NONE;
    if (check->ledger)
        result = ledger_reader_mark(check->ledger, batch->gen, &mark);
    if (result == SQL_NONE || (result == SQL_OK && batch->to > mark.upto))
        find(check, batch->gen, batch->to,
             "the server has a line here that is gone from the device");
    else if (result != SQL_OK)
        check->failure = result;
    else if (batch->to == mark.upto && strcmp(batch->head, mark.head) != 0)
        find(check, batch->gen, batch->to,
             "the mark is not that of the line that the server acknowledged");
}

static bool visit_receipt(void *ctx, const struct proof_receipt *receipt)
{
    struct device_check *check = ctx;
    const struct proof_batch *batch = &receipt->batch;
    char hash[DIGEST_HEX_SIZE];
    check->receipts++;
    if (!is_servers(check, receipt)) {
        find(check, batch->gen, batch->to,
             "the receipt is not this server's for this device");
        return true;
    }
    note_receipt(check, batch);
    if (batch->to == 0)
        return check->failure == SQL_OK;
    enum sql_result result = SQL_NONE;
    if (check->ledger)
        result = ledger_reader_hash(check->ledger, batch->gen, batch->to, hash);
    if (result == SQL_NONE)
        check_gone(check, batch);
    // A hash that is none has been found in its line.
    else if (result == SQL_OK && strcmp(hash, batch->head) != 0)
        find(check, batch->gen, batch->to,
             "the line is not the one that the server acknowledged");
    else if (result != SQL_OK && result != SQL_CORRUPT)
        check->failure = result;
    return check->failure == SQL_OK;
}

// A position that nothing proves would keep lines from being sent.
static void check_position(struct device_check *check,
                           const struct generation *generation)
{
    const struct proof_receipt *position = &generation->position;
    int64_t to = position->batch.to;
    if (!generation->has_position) {
        if (generation->receipt_to > 0)
            find(check, generation->gen, generation->receipt_to,
                 "was acknowledged, and the courier's position is gone");
    } else if (position->signature[0] == '\0') {
        // Set back when the server asked for earlier lines.
        if (to > generation->receipt_to)
            find(check, generation->gen, to,
                 "is said to be acknowledged, and no receipt proves it");
    } else if (!is_servers(check, position)) {
        find(check, generation->gen, to,
             "the receipt of the courier's position is not this server's for "
             "this device");
    } else if (!generation->is_kept) {
        find(check, generation->gen, to,
             "the receipt that the courier's position rests on is gone");
    }
}

// Counts that lead beyond the end name the first line that is gone.
static void check_counts(struct device_check *check,
                         const struct ledger_counts *kept)
{
    const struct ledger_counts *counted = &check->counted;
    bool is_short = counted->lines < kept->lines;
    if (counted->lines != kept->lines || counted->rated != kept->rated ||
        counted->declined != kept->declined ||
        counted->timeout != kept->timeout ||
        counted->withdrawn != kept->withdrawn)
        verification_find(
            check->verification, check->device.id, check->chain.gen,
            check->chain.seq + is_short,
            "the lifetime counts are not those of the lines: "
            "%" PRId64 " lines kept as counted, %" PRId64 " are here or have "
            "left%s",
            kept->lines, counted->lines,
            is_short ? "; when the chain is whole until here, its end was cut "
                       "off"
                     : "");
}

// The last line of a generation never leaves.
static bool check_lone_marks(struct device_check *check)
{
    int64_t gen = 0;
    enum sql_result result;
    while ((result = ledger_reader_lone_mark(check->ledger, gen, &gen)) ==
           SQL_OK)
        find(check, gen, 0,
             "the mark says that lines have left, and none of "
             "this generation is here");
    return result == SQL_NONE;
}

static bool walk_ledger(struct device_check *check)
{
    struct ledger_counts kept;
    int64_t gen = 0;
    enum sql_result result = ledger_reader_counts(check->ledger, &kept);
    if (result != SQL_OK)
        return false;
    while ((result = ledger_reader_next_gen(check->ledger, gen, &gen)) ==
           SQL_OK) {
        if (!check_generation(check, gen))
            return false;
    }
    check_counts(check, &kept);
    return result == SQL_NONE && check_lone_marks(check);
}

// All as of one moment: the kiosk may write meanwhile, and let lines leave.
static bool check_ledger(struct device_check *check)
{
    if (!check->ledger)
        return true;
    if (ledger_reader_hold(check->ledger) != SQL_OK)
        return false;
    bool done = walk_ledger(check);
    ledger_reader_release(check->ledger);
    return done;
}

// Receipts are read after the lines that they speak of, which go only below a
// mark.
static bool check_receipts(struct device_check *check)
{
    enum sql_result result = SQL_NONE;
    if (check->courier)
        result = courier_receipts(check->courier, visit_receipt, check);
    for (size_t i = 0; i < check->generation_count; i++)
        check_position(check, &check->generations[i]);
    if (check->receipts == 0 && check->counted.lines > 0)
        find(check, check->chain.gen, check->chain.seq,
             "no receipt of the server is here: nothing proves the ledger that "
             "ends with this line");
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
    verification_count(verification, "generations", check.walked);
    verification_count(verification, "lines", check.here);
    verification_count(verification, "left", check.left);
    verification_count(verification, "receipts", check.receipts);
    verification_count(verification, "unacknowledged", check.unacknowledged);
    ledger_reader_close(check.ledger);
    courier_close(check.courier);
    device_release(&check.device);
    free(check.generations);
    return done;
}
