// Old lines leave kiosk.db while visits come in. What has left is what the mark
// says, no more and no less; every line behind it is there, and every step that
// was told of stays done.
#include "common/file.h"
#include "faults/power.h"
#include "store/ledger_reader.h"
#include "store/prune.h"
#include "support/old_ledger.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OLD_LINES = 10 * PRUNE_STEP, // acknowledged long ago, but for the last
    OLD_SENT = OLD_LINES - 20,
    VISITS_MOST = 400,
    SLOTS = 16
};

struct told {
    struct ledger_maker maker;
    unsigned char server_key[KEY_PUBLIC_BYTES];
    int64_t steps; // that were told as done
    size_t count;  // of visits, of which line OLD_LINES + 1 on was told
    char ids[VISITS_MOST][ID_SIZE];
    int64_t seqs[VISITS_MOST]; // 0: not told
};

// --- The parent makes what is old, once --------------------------------------

static void copy_file(const char *from, const char *to, const char *name)
{
    char source[128], target[128];
    struct buf bytes = {0};
    if (!file_join(source, sizeof source, from, name) ||
        !file_join(target, sizeof target, to, name) ||
        (file_exists(source) &&
         (!file_read(source, 64 << 20, &bytes) ||
          !file_replace(target, bytes.data, bytes.size, 0600))))
        abort();
    buf_free(&bytes);
}

static struct old_ledger old;

static void drop_model(void)
{
    old_close(&old);
}

static const struct old_ledger *model(void)
{
    if (old.folder[0])
        return &old;
    old_open(&old);
    atexit(drop_model);
    old_visit(&old, OLD_LINES);
    old_acknowledge(&old, OLD_SENT / 2, 100);
    old_acknowledge(&old, OLD_SENT, 100);
    keeper_free(old.keeper);
    old.keeper = NULL;
    return &old;
}

static void begin(struct power *power)
{
    static const char *const names[] = {DEVICE_FILE_KIOSK, DEVICE_FILE_COURIER,
                                        DEVICE_FILE_RING, DEVICE_FILE_JSON,
                                        DEVICE_FILE_KEY};
    struct told *told = power->told;
    const struct old_ledger *made = model();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        copy_file(made->folder, power->folder, names[i]);
    maker_start(&told->maker, made->maker.wall_ms);
    strcpy(told->maker.device, made->device.id);
    memcpy(told->server_key, made->device.server_key, KEY_PUBLIC_BYTES);
}

static void end(struct power *power)
{
    struct told *told = power->told;
    maker_free(&told->maker);
}

// --- The child ---------------------------------------------------------------

static void one_visit(struct told *told, struct keeper *keeper)
{
    struct record record;
    enum store_reason reason;
    int64_t gen, seq;
    if (told->count == VISITS_MOST)
        return;
    maker_wait(&told->maker, 30000);
    maker_visit(&told->maker, 5, &record);
    memcpy(told->ids[told->count++], record.id, ID_SIZE);
    if (keeper_put_line(keeper, &record, &gen, &seq, &reason) == KEEPER_OK)
        told->seqs[told->count - 1] = seq;
}

static void live(struct power *power, bool is_short)
{
    struct told *told = power->told;
    struct keeper *keeper =
        keeper_new(power->folder, told->maker.device, SLOTS, NULL);
    if (!keeper || !keeper_mend(keeper))
        _exit(2);
    int turns = is_short ? 1 : 4;
    for (int i = 0; i < turns; i++) {
        if (power_chance(power, 50))
            one_visit(told, keeper);
        if (keeper_prune(keeper, PRUNE_KEEP_DAYS))
            told->steps++;
        if (power_chance(power, 25))
            keeper_idle(keeper);
    }
}

// --- The parent --------------------------------------------------------------

struct reading {
    struct power *power;
    struct chain chain;
    struct ledger_mark mark;
    int64_t lines;
    size_t found; // of the visits that were told
    bool receipt_met;
    enum power_found verdict;
};

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    struct reading *r = ctx;
    const struct told *told = r->power->told;
    const struct proof_batch *receipt = &r->mark.receipt.batch;
    char why[JSON_MESSAGE_SIZE];
    if (chain_follow(&r->chain, line, size, NULL, why) != CHAIN_SOUND) {
        r->verdict = power_say(r->power, POWER_LOST, "line %lld: %s",
                               (long long)seq, why);
        return false;
    }
    if (seq == receipt->to)
        r->receipt_met = strcmp(r->chain.head, receipt->head) == 0;
    for (size_t i = 0; i < told->count; i++)
        r->found += told->seqs[i] == seq && strcmp(told->ids[i], id) == 0;
    r->lines++;
    return true;
}

static size_t count_told(const struct told *told)
{
    size_t count = 0;
    for (size_t i = 0; i < told->count; i++)
        count += told->seqs[i] > 0;
    return count;
}

static enum power_found judge(const struct reading *r,
                              const struct ledger_counts *counts)
{
    const struct told *told = r->power->told;
    int64_t done = told->steps * PRUNE_STEP;
    struct device device = {0};
    memcpy(device.id, told->maker.device, sizeof device.id);
    memcpy(device.server_key, told->server_key, sizeof device.server_key);
    if (done > OLD_SENT)
        done = OLD_SENT;
    if (r->mark.upto > 0 &&
        (!mark_is_proved(&r->mark, &device) ||
         (r->mark.receipt.batch.to > r->mark.upto && !r->receipt_met)))
        return power_say(r->power, POWER_LOST, "the mark %lld is not proved",
                         (long long)r->mark.upto);
    if (r->mark.upto < done || r->mark.upto > OLD_SENT)
        return power_say(r->power, POWER_LOST,
                         "%lld have left, after %lld steps",
                         (long long)r->mark.upto, (long long)told->steps);
    if (counts->lines != r->lines + r->mark.upto ||
        r->mark.left.lines != r->mark.upto)
        return power_say(r->power, POWER_LOST,
                         "%lld lines and %lld that left, counted as %lld",
                         (long long)r->lines, (long long)r->mark.left.lines,
                         (long long)counts->lines);
    if (r->found != count_told(told))
        return power_say(r->power, POWER_LOST, "%zu of %zu visits are there",
                         r->found, count_told(told));
    return r->verdict;
}

static enum power_found read_ledger(struct power *power,
                                    struct ledger_reader *reader)
{
    const struct told *told = power->told;
    struct reading r = {.power = power, .verdict = POWER_SOUND};
    struct ledger_counts counts;
    chain_start(&r.chain, told->maker.device, 1);
    if (ledger_reader_mark(reader, 1, &r.mark) == SQL_OK) {
        r.chain.seq = r.mark.upto;
        memcpy(r.chain.head, r.mark.head, sizeof r.chain.head);
    }
    if (ledger_reader_walk(reader, 1, 1, take_line, &r) != SQL_OK ||
        ledger_reader_counts(reader, &counts) != SQL_OK)
        return power_say(power, POWER_UNUSABLE, "it cannot be read");
    return r.verdict == POWER_SOUND ? judge(&r, &counts) : r.verdict;
}

static enum power_found check(struct power *power)
{
    const struct told *told = power->told;
    struct ledger_reader *reader;
    struct keeper *keeper =
        keeper_new(power->folder, told->maker.device, SLOTS, NULL);
    bool opens = keeper && keeper_mend(keeper);
    keeper_free(keeper);
    if (!opens || ledger_reader_open(power->folder, &reader) != SQL_OK)
        return power_say(power, POWER_UNUSABLE, "the store does not open");
    enum power_found found = read_ledger(power, reader);
    ledger_reader_close(reader);
    return found;
}

const struct power_subject power_prune = {
    "prune", sizeof(struct told), 160, begin, live, check, end};
