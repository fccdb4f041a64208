// Visits on the counter's screen: kiosk.db and the ring file. What is
// acknowledged has to be in the ledger once, as it was said, whichever of the
// two copies took it.
#include "common/file.h"
#include "faults/power.h"
#include "ledger/chain.h"
#include "store/device.h"
#include "store/keeper.h"
#include "store/ledger_reader.h"
#include "support/ledger_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VISITS_MOST = 400, SLOTS = 24 };

// Which copies take anything.
enum copies { BOTH, DATABASE_ALONE, RING_ALONE };

// One visit, or an event of the device, as the child was asked and answered.
struct said {
    struct record record; // with its end
    int first_level;      // of a draft that was dropped for another
    bool dropped;
    int level; // of the last draft
    bool draft_asked, draft_kept;
    bool line_asked, line_kept;
    int64_t seq; // as acknowledged; 0: not told
};

struct told {
    struct ledger_maker maker;
    size_t count;
    struct said said[VISITS_MOST];
};

static void begin(struct power *power)
{
    struct told *told = power->told;
    maker_start(&told->maker, 1795400000000);
}

static void end(struct power *power)
{
    struct told *told = power->told;
    maker_free(&told->maker);
}

// --- The child ---------------------------------------------------------------

struct life {
    struct power *power;
    struct told *told;
    struct keeper *keeper;
    enum copies copies;
    bool refuses; // the database, once it is open
};

static enum sql_result on_transaction(void *ctx, bool done)
{
    const struct life *life = ctx;
    return !done && life->refuses ? SQL_ERROR : SQL_OK;
}

static bool on_ring(void *ctx)
{
    const struct life *life = ctx;
    return life->copies != DATABASE_ALONE;
}

static void open_keeper(struct life *life)
{
    const struct keeper_faults faults = {on_transaction, on_ring, life};
    life->refuses = false;
    life->keeper = keeper_new(life->power->folder, life->told->maker.device,
                              SLOTS, &faults);
    if (!life->keeper || !keeper_mend(life->keeper))
        _exit(2);
    life->refuses = life->copies == RING_ALONE;
}

static struct said *begin_visit(struct life *life)
{
    struct told *told = life->told;
    struct said *said = &told->said[told->count];
    maker_wait(&told->maker, 30000);
    if (power_chance(life->power, 10))
        maker_event(&told->maker, &said->record);
    else
        maker_visit(&told->maker, (int)power_draw(life->power, 6),
                    &said->record);
    memcpy(said->record.device, told->maker.device, ID_SIZE);
    if (said->record.level > 0 && power_chance(life->power, 50))
        strcpy(said->record.reasons[said->record.reason_count++],
               "reason.high.2");
    told->count++;
    return said;
}

static void put_draft(struct life *life, struct said *said, int level)
{
    struct record draft = said->record;
    enum store_reason reason;
    draft.level = level;
    draft.reason_count = 0;
    draft.closed_at = 0;
    said->level = level;
    said->draft_asked = true;
    said->draft_kept =
        keeper_put_draft(life->keeper, &draft, &reason) == KEEPER_OK;
}

// The citizen thinks again, and answers otherwise or goes away.
static void think_again(struct life *life, struct said *said)
{
    said->first_level = said->record.level % 5 + 1;
    put_draft(life, said, said->first_level);
    said->draft_asked = said->draft_kept = false;
    keeper_drop_draft(life->keeper, said->record.id);
    // A drop is not acknowledged; when nothing refuses, it is durable.
    said->dropped = life->copies != RING_ALONE;
    if (!power_chance(life->power, 50))
        return;
    said->record.outcome = RECORD_TIMEOUT;
    said->record.level = 0;
    said->record.reason_count = 0;
    said->record.answered_at = 0;
}

static void put_line(struct life *life, struct said *said)
{
    enum store_reason reason;
    int64_t gen = 0, seq = 0;
    said->line_asked = true;
    if (keeper_put_line(life->keeper, &said->record, &gen, &seq, &reason) !=
        KEEPER_OK)
        return;
    said->seq = seq;
    said->line_kept = true;
}

static void one_visit(struct life *life)
{
    struct said *said = begin_visit(life);
    bool is_rated = said->record.kind == RECORD_VISIT && said->record.level > 0;
    if (is_rated && power_chance(life->power, 20))
        think_again(life, said);
    if (said->record.level > 0)
        put_draft(life, said, said->record.level);
    put_line(life, said);
}

static void live(struct power *power, bool is_short)
{
    struct life life = {.power = power, .told = power->told};
    uint32_t copies = power_draw(power, 10);
    life.copies = copies < 4 ? BOTH : copies < 8 ? DATABASE_ALONE : RING_ALONE;
    open_keeper(&life);
    uint32_t visits = is_short ? 2 : 4 + power_draw(power, 24);
    for (uint32_t i = 0; i < visits && life.told->count < VISITS_MOST; i++) {
        one_visit(&life);
        if (power_chance(power, 15))
            keeper_idle(life.keeper);
        if (!life.refuses && power_chance(power, 5)) {
            keeper_free(life.keeper);
            open_keeper(&life);
        }
    }
}

// --- The parent --------------------------------------------------------------

struct reading {
    struct power *power;
    struct chain chain;
    int times[VISITS_MOST]; // a visit stands there
    int64_t lines, seqs[VISITS_MOST];
    struct record *records; // by visit
    enum power_found found;
};

static size_t find_said(const struct told *told, const char *id)
{
    size_t i = 0;
    while (i < told->count && strcmp(told->said[i].record.id, id) != 0)
        i++;
    return i;
}

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    struct reading *r = ctx;
    const struct told *told = r->power->told;
    char why[JSON_MESSAGE_SIZE];
    struct record record;
    if (chain_follow(&r->chain, line, size, &record, why) != CHAIN_SOUND) {
        r->found = power_say(r->power, POWER_LOST, "line %lld: %s",
                             (long long)seq, why);
        return false;
    }
    size_t which = find_said(told, id);
    if (which == told->count || strcmp(record.id, id) != 0) {
        r->found =
            power_say(r->power, POWER_LOST,
                      "line %lld is %s, whom nobody knows", (long long)seq, id);
        return false;
    }
    r->times[which]++;
    r->seqs[which] = seq;
    r->records[which] = record;
    r->lines++;
    return true;
}

// The line's bytes but for its place are those of the visit.
static bool says_all(const struct record *found, const struct record *asked)
{
    struct buf a = {0}, b = {0};
    struct record own = *asked;
    own.gen = found->gen;
    own.seq = found->seq;
    memcpy(own.prev, found->prev, sizeof own.prev);
    bool same = record_write(found, &a) && record_write(&own, &b) &&
                a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
    buf_free(&a);
    buf_free(&b);
    return same;
}

static bool says_level(const struct record *found, int level)
{
    return level > 0 && found->outcome == RECORD_RATED &&
           found->level == level && found->reason_count == 0 &&
           found->closed_at == found->answered_at;
}

static const char *judge(const struct said *said, int times,
                         const struct record *found, int64_t seq)
{
    if (times > 1)
        return "stands there twice";
    if (times == 0)
        return said->line_kept    ? "its line is lost"
               : said->draft_kept ? "its draft is lost"
                                  : NULL;
    if (said->line_kept && said->seq > 0 && said->seq != seq)
        return "has not the place that was told";
    if (said->line_asked && says_all(found, &said->record))
        return NULL;
    if (said->line_kept)
        return "is not what was said";
    if (said->draft_asked && says_level(found, said->level))
        return NULL;
    if (said->draft_kept)
        return "is not the level that was said";
    if (said->first_level && !said->dropped &&
        says_level(found, said->first_level))
        return NULL;
    return "was never said so";
}

static enum power_found judge_all(struct power *power, const struct reading *r)
{
    const struct told *told = power->told;
    for (size_t i = 0; i < told->count; i++) {
        const struct said *said = &told->said[i];
        const char *why = judge(said, r->times[i], &r->records[i], r->seqs[i]);
        if (why)
            return power_say(power, POWER_LOST, "visit %zu of %zu, %s: %s", i,
                             told->count, said->record.id, why);
    }
    return POWER_SOUND;
}

static enum power_found read_ledger(struct power *power,
                                    struct ledger_reader *reader)
{
    const struct told *told = power->told;
    struct reading r = {.power = power, .found = POWER_SOUND};
    int64_t drafts = -1;
    struct ledger_counts counts = {0};
    chain_start(&r.chain, told->maker.device, 1);
    r.records = calloc(VISITS_MOST, sizeof *r.records);
    if (!r.records)
        abort();
    if (ledger_reader_walk(reader, 1, 1, take_line, &r) != SQL_OK ||
        ledger_reader_drafts(reader, &drafts) != SQL_OK ||
        ledger_reader_counts(reader, &counts) != SQL_OK)
        r.found = power_say(power, POWER_UNUSABLE, "it cannot be read");
    else if (r.found == POWER_SOUND && drafts != 0)
        r.found = power_say(power, POWER_LOST, "a draft was left open");
    else if (r.found == POWER_SOUND && counts.lines != r.lines)
        r.found = power_say(power, POWER_LOST, "%lld lines, counted as %lld",
                            (long long)r.lines, (long long)counts.lines);
    if (r.found == POWER_SOUND)
        r.found = judge_all(power, &r);
    free(r.records);
    return r.found;
}

static bool is_sound(const struct power *power)
{
    char path[SCRATCH_SIZE + 16];
    struct sql *sql;
    if (!file_join(path, sizeof path, power->folder, DEVICE_FILE_KIOSK) ||
        sql_open(path, SQL_FOLLOWER, NULL, 0, &sql) != SQL_OK)
        return false;
    bool sound = sql_is_sound(sql, true);
    sql_close(sql);
    return sound;
}

static enum power_found check(struct power *power)
{
    const struct told *told = power->told;
    struct ledger_reader *reader;
    struct keeper *keeper =
        keeper_new(power->folder, told->maker.device, SLOTS, NULL);
    if (!keeper || !keeper_mend(keeper)) {
        keeper_free(keeper);
        return power_say(power, POWER_UNUSABLE, "the store does not open");
    }
    bool sound = is_sound(power);
    keeper_free(keeper);
    if (!sound)
        return power_say(power, POWER_UNUSABLE, "integrity_check");
    if (ledger_reader_open(power->folder, &reader) != SQL_OK)
        return power_say(power, POWER_UNUSABLE, "no reader opens it");
    enum power_found found = read_ledger(power, reader);
    ledger_reader_close(reader);
    return found;
}

const struct power_subject power_store = {
    "store", sizeof(struct told), 500, begin, live, check, end};
