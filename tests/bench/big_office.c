// A server's database after years of work, made by the server's own ingest: the
// ledger, the visits and every total are what real devices would have left, and
// `hailong verify` finds them sound.
//
//   big_office DIRECTORY VISITS DAYS
//
// A ward of 20 counters with one device, up to two officers and three fields
// each, of 12 fields with 25 procedures each, some much more frequent than
// others. The days end
// with yesterday; Saturday afternoons and Sundays are closed. Seven in ten
// visits come from a transaction, every tenth of which the one-stop system told
// with its times; one in a hundred is a second rating of the same transaction.
// The same arguments give the same visits. A commit takes some 100,000 of them,
// without a journal on the disk and without a sync: a cell of the totals is
// written once for many days, and whoever is interrupted begins anew. Prints
// "office_lines_per_s N", of the ingest and the making of lines together, in
// one thread.
#include "bench/family.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/devices.h"
#include "office/ingest.h"
#include "office/office.h"
#include "office/office_sql.h"
#include "office/secret.h"
#include "office/transactions.h"
#include "support/ledger_maker.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNTERS = 20,
    FIELDS = 12,
    PROCEDURES_EACH = 25,
    OPEN_HOURS = 8,
    HOUR_LINES_MAX = 480,    // of one device
    COMMIT_LINES = 100000,   // of all, or somewhat more
    COMMIT_HOURS_MAX = 5000, // of few visits a year are one commit
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS
};
static const int OPENINGS[OPEN_HOURS] = {7, 8, 9, 10, 13, 14, 15, 16};
static const char UNIT[] = "H24.12";
static const struct pseudonym_keys no_keys;

struct desk {
    int no; // of the counter
    struct ledger_maker maker;
    char prev[DIGEST_HEX_SIZE];
    int64_t seq;
};

// What one hour brought to one device.
struct sheaf {
    struct buf bytes;
    size_t ends[HOUR_LINES_MAX];
    size_t count;
    struct office_line *lines;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
};

struct ward {
    struct office *office;
    struct desk *desks;
    uint64_t chance;
    int64_t made, transactions, second;
    char last_code[RECORD_TRANSACTION_SIZE];
    // Of the next commit.
    struct sheaf *sheaves;
    struct office_batch *batches;
    size_t sheaf_count, line_count;
    struct transaction_entry *told;
    size_t told_count, told_room;
};

// Up to, and without, `below`.
static int draw(struct ward *ward, int below)
{
    ward->chance ^= ward->chance << 13;
    ward->chance ^= ward->chance >> 7;
    ward->chance ^= ward->chance << 17;
    return (int)(ward->chance % (uint64_t)below);
}

static bool add_desk(struct ward *ward, int no, int64_t at)
{
    struct desk *desk = &ward->desks[no];
    char counter[16], id[ID_SIZE], code[SECRET_CODE_SIZE];
    char name[32], token[SECRET_TOKEN_SIZE];
    int64_t expires_at;
    snprintf(counter, sizeof counter, "%d", no + 1);
    snprintf(name, sizeof name, "Quầy %d", no + 1);
    struct office_new_device wanted = {
        .unit = UNIT, .counter = counter, .name = name, .field = "chung-thuc"};
    struct office_enrol_request request = {.version = "0.1.0", .code = code};
    struct office_device device;
    maker_start(&desk->maker, at);
    desk->no = no;
    strcpy(desk->prev, DIGEST_NONE_HEX);
    memcpy(request.public_key, desk->maker.key.public_key, KEY_PUBLIC_BYTES);
    secret_make_token(token, request.token_hash);
    bool ok =
        office_add_device(ward->office, &wanted, at, id, code, &expires_at) ==
            OFFICE_OK &&
        office_enrol(ward->office, &request, at, &device) == OFFICE_ENROLLED;
    if (ok)
        strcpy(desk->maker.device, id);
    return ok;
}

// Half of all is the first field, which every counter takes, and its first
// procedures, as in a ward; beside it a counter has two fields of its own.
static void choose_procedure(struct ward *ward, const struct desk *desk,
                             struct record *record)
{
    int own = 1 + (desk->no * (draw(ward, 2) ? 1 : 3)) % (FIELDS - 1);
    int field = draw(ward, 2) ? 0 : own;
    int procedure = draw(ward, 2) ? draw(ward, 4) : draw(ward, PROCEDURES_EACH);
    snprintf(record->field, sizeof record->field, "linh-vuc-%02d", field);
    snprintf(record->procedure, sizeof record->procedure, "%d.%06d",
             field % 2 + 1, field * 1000 + procedure);
}

static void choose_outcome(struct ward *ward, struct record *record)
{
    static const int levels[] = {5, 5, 5, 5, 5, 5, 4, 4, 4, 4};
    static const char *const reasons[] = {"reason.low.1", "reason.low.2",
                                          "reason.low.3"};
    int what = draw(ward, 1000);
    record->outcome = what < 60   ? RECORD_TIMEOUT
                      : what < 80 ? RECORD_DECLINED
                                  : RECORD_RATED;
    if (record->outcome != RECORD_RATED)
        return;
    record->level = draw(ward, 40) ? levels[draw(ward, 10)] : 1 + draw(ward, 3);
    record->answered_at = record->closed_at - 10 * 1000;
    record->has_touch = true;
    record->touch_x = 0.1 + 0.2 * (5 - record->level);
    record->touch_y = 0.5;
    record->touch_after_ms = 2000 + draw(ward, 20000);
    if (record->level <= 3 && draw(ward, 3)) {
        record->reason_count = 1;
        strcpy(record->reasons[0], reasons[draw(ward, 3)]);
    }
}

static bool tell_transaction(struct ward *ward, const struct record *record)
{
    if (ward->told_count == ward->told_room) {
        size_t room = ward->told_room ? ward->told_room * 2 : 4096;
        struct transaction_entry *told =
            realloc(ward->told, room * sizeof *told);
        if (!told)
            return false;
        ward->told = told;
        ward->told_room = room;
    }
    struct transaction_entry *entry = &ward->told[ward->told_count++];
    struct transaction *t = &entry->transaction;
    transaction_init(t);
    entry->status = TRANSACTION_STORED;
    strcpy(t->code, record->transaction);
    strcpy(t->texts[TRANSACTION_STEP], record->step);
    strcpy(t->texts[TRANSACTION_COUNTER], record->counter);
    strcpy(t->texts[TRANSACTION_PROCEDURE], record->procedure);
    strcpy(t->texts[TRANSACTION_FIELD], record->field);
    strcpy(t->texts[TRANSACTION_OFFICER], record->officer);
    t->done_at = record->opened_at - 1000;
    t->called_at = t->done_at - (2 + draw(ward, 8)) * MINUTE_MS;
    t->queued_at = t->called_at - (1 + draw(ward, 20)) * MINUTE_MS;
    t->timeliness = (enum timeliness)(draw(ward, 50) ? 1 + draw(ward, 2) : 3);
    return true;
}

static bool choose_transaction(struct ward *ward, struct record *record)
{
    static const char *const steps[] = {"tra-ket-qua", "tra-ket-qua",
                                        "tiep-nhan", "bo-sung"};
    if (draw(ward, 10) >= 7)
        return true;
    record->mode = RECORD_TRANSACTION;
    strcpy(record->step, steps[draw(ward, 4)]);
    if (draw(ward, 70) == 0 && ward->last_code[0] != '\0') {
        strcpy(record->transaction, ward->last_code);
        return true;
    }
    snprintf(record->transaction, sizeof record->transaction, "H24-%09lld",
             (long long)++ward->transactions);
    strcpy(ward->last_code, record->transaction);
    return ward->transactions % 10 != 0 || tell_transaction(ward, record);
}

static bool write_visit(struct ward *ward, struct desk *desk,
                        struct sheaf *sheaf, int64_t at)
{
    struct record record;
    size_t from = sheaf->bytes.size;
    desk->maker.up_ms += at - desk->maker.wall_ms;
    desk->maker.wall_ms = at;
    maker_visit(&desk->maker, 0, &record);
    snprintf(record.counter, sizeof record.counter, "%d", desk->no + 1);
    snprintf(record.officer, sizeof record.officer, "cb-%02d",
             desk->no + (desk->no < 10 ? draw(ward, 2) * COUNTERS : 0));
    choose_procedure(ward, desk, &record);
    choose_outcome(ward, &record);
    if (!choose_transaction(ward, &record))
        return false;
    record.gen = 1;
    record.seq = ++desk->seq;
    strcpy(record.prev, desk->prev);
    if (!record_write(&record, &sheaf->bytes))
        return false;
    digest_hex_of(sheaf->bytes.data + from, sheaf->bytes.size - from,
                  desk->prev);
    sheaf->ends[sheaf->count++] = sheaf->bytes.size;
    ward->made++;
    return true;
}

// The batch of an hour, sent a few minutes after its end.
static bool seal_batch(const struct desk *desk, struct sheaf *sheaf,
                       int64_t sent_at, struct office_batch *out)
{
    sheaf->lines = malloc(sheaf->count * sizeof *sheaf->lines);
    if (!sheaf->lines)
        return false;
    *out = (struct office_batch){.sent_at = sent_at,
                                 .boot = desk->maker.boot,
                                 .received_at = sent_at,
                                 .lines = sheaf->lines,
                                 .line_count = sheaf->count};
    struct proof_batch *proof = &out->proof;
    struct office_place place = {desk->maker.device, 1,
                                 desk->seq - (int64_t)sheaf->count + 1,
                                 desk->seq, 0};
    size_t from = 0;
    out->up_ms = desk->maker.up_ms + sent_at - desk->maker.wall_ms;
    strcpy(proof->device, desk->maker.device);
    proof->gen = 1;
    proof->to = desk->seq;
    strcpy(proof->head, desk->prev);
    proof_new_nonce(proof->nonce);
    proof_sign_batch(&desk->maker.key, proof, sheaf->signature);
    out->signature = sheaf->signature;
    for (place.index = 0; place.index < sheaf->count; place.index++) {
        size_t end = sheaf->ends[place.index];
        office_line_read(sheaf->bytes.data + from, end - from, &place,
                         &sheaf->lines[place.index]);
        from = end;
    }
    return true;
}

static void drop_sheaves(struct ward *ward)
{
    for (size_t i = 0; i < ward->sheaf_count; i++) {
        buf_free(&ward->sheaves[i].bytes);
        free(ward->sheaves[i].lines);
        ward->sheaves[i] = (struct sheaf){.count = 0};
    }
    ward->sheaf_count = ward->line_count = ward->told_count = 0;
}

// What was written since the last commit, at `at`.
static bool commit(struct ward *ward, int64_t at)
{
    bool ok = office_ingest(ward->office, ward->batches, ward->sheaf_count) ==
              OFFICE_OK;
    for (size_t i = 0; ok && i < ward->sheaf_count; i++) {
        const struct office_batch *batch = &ward->batches[i];
        ok = batch->received_to >= batch->proof.to;
    }
    ok = ok &&
         (ward->told_count == 0 ||
          office_take_transactions(ward->office, UNIT, &no_keys, ward->told,
                                   ward->told_count, at) == OFFICE_OK);
    drop_sheaves(ward);
    return ok;
}

static bool live_hour(struct ward *ward, int64_t begin, int64_t visits)
{
    for (int i = 0; i < COUNTERS; i++) {
        struct desk *desk = &ward->desks[i];
        struct sheaf *sheaf = &ward->sheaves[ward->sheaf_count];
        struct office_batch *batch = &ward->batches[ward->sheaf_count++];
        // The first counters are the busy ones.
        int64_t own = visits * (i < 10 ? 14 : 6) / (COUNTERS * 10);
        own = own < 1 ? 1 : own > HOUR_LINES_MAX ? HOUR_LINES_MAX : own;
        for (int64_t v = 0; v < own; v++) {
            if (!write_visit(ward, desk, sheaf,
                             begin + (v + 1) * HOUR_MS / (own + 1)))
                return false;
        }
        if (!seal_batch(desk, sheaf, begin + HOUR_MS + 2 * MINUTE_MS, batch))
            return false;
        ward->line_count += sheaf->count;
    }
    bool is_full = ward->line_count >= COMMIT_LINES ||
                   ward->sheaf_count == (size_t)COUNTERS * COMMIT_HOURS_MAX;
    return !is_full || commit(ward, begin + HOUR_MS);
}

static bool is_open(int32_t day, int hour)
{
    int weekday = date_weekday(day);
    return weekday < 6 || (weekday == 6 && OPENINGS[hour] < 12);
}

static bool live(struct ward *ward, int64_t visits, int32_t days)
{
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    int64_t hours = 0;
    bool ok = true;
    for (int32_t day = today - days; day < today; day++)
        for (int hour = 0; hour < OPEN_HOURS; hour++)
            hours += is_open(day, hour);
    for (int32_t day = today - days; ok && day < today; day++) {
        for (int hour = 0; ok && hour < OPEN_HOURS; hour++) {
            if (is_open(day, hour))
                ok = live_hour(
                    ward, date_wall_ms_of_day(day) + OPENINGS[hour] * HOUR_MS,
                    visits / hours);
        }
    }
    return ok &&
           (ward->sheaf_count == 0 || commit(ward, date_wall_ms_of_day(today)));
}

// Whoever breaks off the making throws the file away.
static bool hurry(struct office *office)
{
    return sql_run(office->sql, "PRAGMA journal_mode = MEMORY;"
                                "PRAGMA synchronous = OFF;"
                                "PRAGMA secure_delete = OFF;"
                                "PRAGMA cache_size = -524288;") == SQL_OK;
}

static bool make_room(struct ward *ward)
{
    size_t most = (size_t)COUNTERS * COMMIT_HOURS_MAX;
    ward->desks = calloc(COUNTERS, sizeof *ward->desks);
    ward->sheaves = calloc(most, sizeof *ward->sheaves);
    ward->batches = calloc(most, sizeof *ward->batches);
    return ward->desks && ward->sheaves && ward->batches;
}

int main(int argc, char **argv)
{
    struct ward *ward = calloc(1, sizeof *ward);
    char path[PATH_MAX];
    int64_t visits = argc == 4 ? atoll(argv[2]) : 0;
    int32_t days = argc == 4 ? atoi(argv[3]) : 0;
    if (visits < 1 || days < 7 || days > 36500) {
        fputs("usage: big_office DIRECTORY VISITS DAYS\n", stderr);
        return 2;
    }
    log_set_level(LOG_WARN);
    snprintf(path, sizeof path, "%s/office.db", argv[1]);
    if (!ward || !make_room(ward)) {
        fputs("big_office: out of memory\n", stderr);
        return 1;
    }
    bool ok = ledger_init() &&
              office_open(path, OFFICE_WRITER, &ward->office) == OFFICE_OK &&
              hurry(ward->office);
    int64_t began = monotonic_us();
    int64_t first = clock_wall_ms() - (days + 1) * (int64_t)24 * HOUR_MS;
    ward->chance = 88172645463325252u;
    for (int i = 0; ok && i < COUNTERS; i++)
        ok = add_desk(ward, i, first);
    ok = ok && live(ward, visits, days);
    if (ok)
        printf("office_lines_per_s %.0f\n",
               (double)ward->made * 1e6 / (double)(monotonic_us() - began));
    else
        fprintf(stderr, "big_office: %s cannot be made\n", path);
    office_close(ward->office);
    return ok ? 0 : 1;
}
