// The server's database: batches of two devices, and API keys. What was
// answered is held, counted once, and all of it verifies.
#include "faults/power.h"
#include "office/devices.h"
#include "office/keys.h"
#include "office/verify.h"
#include "sql/sql.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEVICES = 2, LINES = 400, BATCH = 12 };

struct told {
    struct made_office made; // `office` is the process's own
    struct ledger_maker makers[DEVICES];
    int64_t kept[DEVICES]; // lines of each that were answered
    int64_t keys_kept, keys_asked;
};

static void begin(struct power *power)
{
    static const char *const counters[DEVICES] = {"3", "4"};
    struct told *told = power->told;
    struct made_office *made = &told->made;
    snprintf(made->folder, sizeof made->folder, "%s", power->folder);
    snprintf(made->path, sizeof made->path, "%s/office.db", power->folder);
    if (!ledger_init() ||
        office_open(made->path, OFFICE_WRITER, &made->office) != OFFICE_OK)
        abort();
    for (int d = 0; d < DEVICES; d++) {
        struct ledger_maker *maker = &told->makers[d];
        made_office_enrol(made, counters[d], 1795400000000, maker);
        for (int i = 0; i < LINES; i++)
            maker_rate(maker, (int)power_draw(power, 6));
    }
    office_close(made->office);
}

static void end(struct power *power)
{
    struct told *told = power->told;
    for (int d = 0; d < DEVICES; d++)
        maker_free(&told->makers[d]);
}

// --- The child ---------------------------------------------------------------

// From somewhere that is held already or not, to somewhere beyond.
static void start_batch(struct power *power, int d, struct made_batch *out)
{
    struct told *told = power->told;
    int64_t back = power_draw(power, 4), from = told->kept[d] + 1 - back;
    int64_t to = told->kept[d] + power_draw(power, BATCH);
    if (from < 1)
        from = 1;
    if (to > LINES)
        to = LINES;
    if (to < from - 1)
        to = from - 1; // a heartbeat
    made_batch_start(out, &told->makers[d], from, to, told->makers[d].wall_ms);
}

static void ingest(struct power *power, struct office *office)
{
    struct told *told = power->told;
    struct made_batch made[DEVICES];
    struct office_batch batches[DEVICES];
    int first = (int)power_draw(power, DEVICES);
    size_t count = 1 + power_draw(power, DEVICES);
    for (size_t i = 0; i < count; i++) {
        start_batch(power, (first + (int)i) % DEVICES, &made[i]);
        batches[i] = made[i].batch;
    }
    if (office_ingest(office, batches, count) != OFFICE_OK)
        _exit(2);
    for (size_t i = 0; i < count; i++) {
        if (batches[i].status != OFFICE_BATCH_OK)
            _exit(3);
        told->kept[(first + (int)i) % DEVICES] = batches[i].received_to;
        made_batch_free(&made[i]);
    }
}

static void key_of(int64_t number, unsigned char out[DIGEST_BYTES])
{
    digest_of((const unsigned char *)&number, sizeof number, out);
}

static void add_key(struct told *told, struct office *office)
{
    unsigned char hash[DIGEST_BYTES];
    int64_t id;
    key_of(++told->keys_asked, hash);
    if (office_add_key(office, OFFICE_ROLE_OFFICE, "the report", hash,
                       "admin", 1795400000000, &id) != OFFICE_OK)
        _exit(4);
    told->keys_kept = told->keys_asked;
}

// The key that was on its way when the power went may be there or not.
static void settle_keys(struct told *told, struct office *office)
{
    struct office_key key;
    unsigned char hash[DIGEST_BYTES];
    key_of(told->keys_kept + 1, hash);
    if (office_find_key(office, hash, &key) == OFFICE_OK)
        told->keys_kept++;
    told->keys_asked = told->keys_kept;
}

static void live(struct power *power, bool is_short)
{
    struct told *told = power->told;
    struct office *office;
    if (office_open(told->made.path, OFFICE_WRITER, &office) != OFFICE_OK)
        _exit(5);
    settle_keys(told, office);
    uint32_t works = is_short ? 2 : 6 + power_draw(power, 30);
    for (uint32_t i = 0; i < works; i++) {
        if (power_chance(power, 10))
            add_key(told, office);
        else
            ingest(power, office);
    }
}

// --- The parent --------------------------------------------------------------

static bool take_finding(void *ctx, const struct office_finding *found)
{
    power_say(ctx, POWER_LOST, "verify: %s %lld/%lld: %s", found->device,
              (long long)found->gen, (long long)found->seq, found->why);
    return false;
}

// All lines that are held are the device's, and no answered one is missing.
static enum power_found check_device(struct power *power, struct office *office,
                                     int d, int64_t *ratings)
{
    struct told *told = power->told;
    const struct ledger_maker *maker = &told->makers[d];
    struct office_device device;
    if (office_find_device(office, maker->device, &device) != OFFICE_OK)
        return power_say(power, POWER_LOST, "device %d is unknown", d);
    if (device.received_to < told->kept[d])
        return power_say(power, POWER_LOST, "device %d: %lld of %lld lines", d,
                         (long long)device.received_to,
                         (long long)told->kept[d]);
    for (int64_t seq = 1; seq <= device.received_to; seq++) {
        const struct made_line *line = &maker->lines[seq - 1];
        struct record record;
        char hash[DIGEST_HEX_SIZE], why[JSON_MESSAGE_SIZE];
        if (office_line_hash(office, maker->device, 1, seq, hash) !=
                OFFICE_OK ||
            strcmp(hash, line->hash) != 0)
            return power_say(power, POWER_LOST, "device %d: line %lld", d,
                             (long long)seq);
        *ratings += record_read(line->bytes, line->size, &record, why) &&
                    record.level > 0;
    }
    told->kept[d] = device.received_to;
    return POWER_SOUND;
}

static enum power_found check_keys(struct power *power, struct office *office)
{
    struct told *told = power->told;
    for (int64_t number = 1; number <= told->keys_asked; number++) {
        struct office_key key;
        unsigned char hash[DIGEST_BYTES];
        key_of(number, hash);
        enum office_result found = office_find_key(office, hash, &key);
        if (number <= told->keys_kept && found != OFFICE_OK)
            return power_say(power, POWER_LOST, "key %lld", (long long)number);
        if (found == OFFICE_OK)
            told->keys_kept = number;
    }
    return POWER_SOUND;
}

static bool is_sound(const struct told *told)
{
    struct sql *sql;
    if (sql_open(told->made.path, SQL_FOLLOWER, NULL, 0, &sql) != SQL_OK)
        return false;
    bool sound = sql_is_sound(sql, true);
    sql_close(sql);
    return sound;
}

static enum power_found check(struct power *power)
{
    struct told *told = power->told;
    struct office *office;
    struct office_verification sum = {0};
    int64_t ratings = 0, counted = 0;
    if (office_open(told->made.path, OFFICE_WRITER, &office) != OFFICE_OK)
        return power_say(power, POWER_UNUSABLE, "office.db does not open");
    enum power_found found =
        is_sound(told) ? check_keys(power, office)
                       : power_say(power, POWER_UNUSABLE, "integrity_check");
    for (int d = 0; d < DEVICES && found == POWER_SOUND; d++)
        found = check_device(power, office, d, &ratings);
    if (found == POWER_SOUND &&
        (office_verify(office, take_finding, power, &sum) != OFFICE_OK ||
         sum.findings > 0))
        found = POWER_LOST;
    if (found == POWER_SOUND) {
        struct office_tally all = made_office_all(office);
        for (int level = 0; level < 5; level++)
            counted += all.levels[level];
        if (counted != ratings)
            found = power_say(power, POWER_LOST, "%lld ratings counted as %lld",
                              (long long)ratings, (long long)counted);
    }
    office_close(office);
    return found;
}

const struct power_subject power_office = {
    "office", sizeof(struct told), 350, begin, live, check, end};
