// One counted visit a transaction and step, whatever happens on the way: many
// random histories of several devices, delivered in random order, late, twice
// and over restarts of the server. What must count is worked out here from the
// history alone.
#include "common/date.h"
#include "common/log.h"
#include "office/claim.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    OFFICES = 6,
    HISTORIES = 200, // of each office
    DEVICES = 4,
    VISITS_MOST = 14,
    DAY_MS = 24 * 3600 * 1000,
    SLOT_MS = 5000, // between two answers that may not be mistaken
    SLOTS = 6,
    DELAY_MS = 400 // of a batch on its way, at most
};

static const uint64_t SEED = 20261123;

// --- The rule by itself ------------------------------------------------------

static void test_disciplined_clocks_decide_themselves(void **state)
{
    enum { MINUTE = 60 * 1000 };
    (void)state;
    assert_int_equal(claim_time(5000, TIME_ANCHORED, 4700, true), 4700);
    assert_int_equal(claim_time(5000, TIME_ANCHORED, 4700, false), 5000);
    assert_int_equal(claim_time(5000, TIME_BETWEEN, 4700, false), 5000);
    assert_int_equal(claim_time(4700, TIME_PLAUSIBLE, 4700, false), 4700);
    // It says so, and is wrong.
    assert_int_equal(claim_time(9 * MINUTE, TIME_ANCHORED, 4 * MINUTE, true),
                     4 * MINUTE);
    assert_int_equal(
        claim_time(9 * MINUTE + 1, TIME_ANCHORED, 4 * MINUTE, true),
        9 * MINUTE + 1);
    // The time of receipt is nobody's.
    assert_true(claim_time(5000, TIME_RECEIVED, 5000, true) == CLAIM_UNKNOWN);
}

static void must_come_before(struct claim a, struct claim b)
{
    assert_true(claim_compare(&a, &b) < 0);
    assert_true(claim_compare(&b, &a) > 0);
}

static void test_the_order_of_claims(void **state)
{
    struct claim claim = {true, 5000, {7}, 2, 9}, other = claim;
    (void)state;
    assert_int_equal(claim_compare(&claim, &other), 0);
    other.seq = 10;
    must_come_before(claim, other);
    other.gen = 1;
    must_come_before(other, claim);
    claim.device[15] = 1;
    other.device[0] = 8;
    must_come_before(claim, other);
    other.time = 4999;
    must_come_before(other, claim);
    claim.time = 0;
    claim.is_rated = false;
    must_come_before(other, claim);
    other.time = CLAIM_UNKNOWN;
    must_come_before(other, claim);
}

// --- Histories ---------------------------------------------------------------

static uint64_t random_state;

static unsigned draw(unsigned below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)((random_state >> 33) % below);
}

// How a device knows the time. Whatever the clock shows, the times since boot
// are right.
enum clock_kind {
    DISCIPLINED,  // by the network
    ANCHORED,     // wrong by years, and placed by a contact in the same boot
    CARRIED,      // some hours slow, its lines brought by hand
    CARRIED_LOST, // at 1970, likewise
    CLOCK_KIND_COUNT
};

struct device {
    struct ledger_maker now; // the chain that is written
    int64_t delivered;       // of it
    enum clock_kind clock;
    int64_t wrong_ms; // its clock minus the true time
    int64_t booted_at;
};

// A visit as the history knows it.
struct visit {
    int device;
    int slot; // answered then; visits of a slot at the same millisecond
    int dossier, step;
    int level; // 0: declined
    int64_t gen, seq;
};

struct world {
    struct made_office made;
    struct device devices[DEVICES];
    struct visit visits[VISITS_MOST];
    int visit_count;
    int history;
    int64_t start_at;           // of the history, true time
    struct office_tally wanted; // of all histories
    int uncounted;
};

static void start_world(struct world *w)
{
    int64_t enrolled_at =
        date_wall_ms_of_day(date_to_day((struct date){2026, 1, 5}));
    made_office_open_fast(&w->made);
    for (int i = 0; i < DEVICES; i++) {
        char counter[8];
        snprintf(counter, sizeof counter, "%d", i + 1);
        made_office_enrol(&w->made, counter, enrolled_at, &w->devices[i].now);
    }
}

static void end_world(struct world *w)
{
    for (int i = 0; i < DEVICES; i++)
        maker_free(&w->devices[i].now);
    made_office_close(&w->made);
}

// Every history has its own day, and lies about a midnight: a half-month ends
// in it every fifteenth time.
static void start_history(struct world *w)
{
    w->start_at = date_wall_ms_of_day(date_to_day((struct date){2026, 2, 1}) +
                                      w->history) -
                  SLOTS / 2 * SLOT_MS;
    w->visit_count = 0;
    for (int i = 0; i < DEVICES; i++) {
        struct device *d = &w->devices[i];
        d->clock = (enum clock_kind)draw(CLOCK_KIND_COUNT);
        d->booted_at = w->start_at - (int64_t)(1 + draw(8)) * 3600 * 1000;
        id_new_v4(d->now.boot);
        if (draw(4) == 0) {
            maker_new_gen(&d->now, d->now.gen + 1);
            d->delivered = 0;
        }
        switch (d->clock) {
        case DISCIPLINED:
            d->wrong_ms = 0;
            break;
        case ANCHORED:
            d->wrong_ms = draw(2) ? -w->start_at + 5 * 3600 * 1000
                                  : 10 * 365 * (int64_t)DAY_MS;
            break;
        case CARRIED:
            d->wrong_ms = -(int64_t)(1 + draw(5)) * 3600 * 1000;
            break;
        default:
            d->wrong_ms = -w->start_at + 3600 * 1000;
            break;
        }
    }
}

static void set_clock(struct device *d, int64_t true_at)
{
    d->now.wall_ms = true_at + d->wrong_ms;
    d->now.up_ms = true_at - d->booted_at;
}

// Two answers at the same millisecond can be told apart by exact clocks only.
static bool is_slot_free(const struct world *w, const struct visit *wanted)
{
    bool is_exact = w->devices[wanted->device].clock == DISCIPLINED;
    for (int i = 0; i < w->visit_count; i++) {
        const struct visit *other = &w->visits[i];
        if (other->dossier == wanted->dossier && other->slot == wanted->slot &&
            !(is_exact && w->devices[other->device].clock == DISCIPLINED))
            return false;
    }
    return true;
}

static void write_visit(struct world *w, struct visit *v)
{
    static const char *const steps[] = {"", "tiep-nhan", "tra-ket-qua"};
    struct device *d = &w->devices[v->device];
    struct record record;
    set_clock(d, w->start_at + (int64_t)v->slot * SLOT_MS);
    maker_visit(&d->now, v->level, &record);
    record.clock =
        d->clock == DISCIPLINED ? RECORD_CLOCK_SYNCED : RECORD_CLOCK_UNSURE;
    if (v->level > 0)
        record.answered_at = record.closed_at;
    if (v->dossier > 0) {
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "T-%d-%d",
                 w->history, v->dossier);
        strcpy(record.step, steps[v->step]);
    }
    snprintf(record.counter, sizeof record.counter, "%d", v->device + 1);
    v->gen = d->now.gen;
    v->seq = maker_write(&d->now, &record)->seq;
}

// Slot by slot, as the day goes.
static void write_history(struct world *w)
{
    for (int slot = 0; slot < SLOTS; slot++) {
        for (int n = 1 + (int)draw(3); n > 0 && w->visit_count < VISITS_MOST;
             n--) {
            struct visit v = {.device = (int)draw(DEVICES),
                              .slot = slot,
                              .dossier = (int)draw(4), // 0: walk-up
                              .step = (int)draw(3),
                              .level = (int)draw(6)};
            if (v.dossier > 0 && !is_slot_free(w, &v))
                continue;
            write_visit(w, &v);
            w->visits[w->visit_count++] = v;
        }
    }
}

// --- Delivery ----------------------------------------------------------------

// Some of what is not delivered, with some of what is.
static void start_batch(struct device *d, int64_t *now, struct made_batch *out)
{
    int64_t count = (int64_t)d->now.count, from = d->delivered + 1;
    int64_t back = d->delivered > 0 ? (int64_t)draw(3) : 0;
    int64_t to =
        d->delivered + (int64_t)draw((unsigned)(count - d->delivered) + 1);
    from -= back < d->delivered ? back : d->delivered;
    if (to < from)
        to = from <= count ? from : count;
    *now += draw(2000);
    set_clock(d, *now);
    made_batch_start(out, &d->now, from, to, *now + draw(DELAY_MS));
    if (d->clock == CARRIED || d->clock == CARRIED_LOST) {
        out->batch.boot = NULL;
        out->batch.sent_at = 0;
    }
    // Often the answer is lost, and the device sends it all again.
    if (draw(4) > 0 && to > d->delivered)
        d->delivered = to;
}

static bool is_delivered(const struct device *d)
{
    return d->delivered == (int64_t)d->now.count;
}

// One commit, of the batches of several devices.
static void deliver_some(struct world *w, int64_t *now)
{
    struct made_batch made[DEVICES];
    struct office_batch batches[DEVICES];
    size_t count = 0;
    int first = (int)draw(DEVICES);
    for (int i = 0; i < DEVICES; i++) {
        struct device *d = &w->devices[(first + i) % DEVICES];
        if (d->now.count == 0 || (is_delivered(d) && draw(8) > 0) ||
            draw(3) == 0)
            continue;
        start_batch(d, now, &made[count]);
        batches[count] = made[count].batch;
        count++;
    }
    assert_int_equal(office_ingest(w->made.office, batches, count), OFFICE_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(batches[i].status, OFFICE_BATCH_OK);
        made_batch_free(&made[i]);
    }
}

static void deliver_history(struct world *w)
{
    int64_t now = w->start_at + (SLOTS + 10) * SLOT_MS;
    bool more = true;
    while (more) {
        deliver_some(w, &now);
        if (draw(40) == 0)
            made_office_reopen(&w->made);
        more = false;
        for (int i = 0; i < DEVICES; i++)
            more |= !is_delivered(&w->devices[i]);
    }
}

// --- What must count ---------------------------------------------------------

// The time by which a visit competes, as the rule has it and the history knows.
static int64_t time_of(const struct world *w, const struct visit *v)
{
    const struct device *d = &w->devices[v->device];
    int64_t at = w->start_at + (int64_t)v->slot * SLOT_MS;
    switch (d->clock) {
    case CARRIED:
        return at + d->wrong_ms;
    case CARRIED_LOST:
        return INT64_MAX;
    default:
        return at;
    }
}

static bool comes_before(const struct world *w, const struct visit *a,
                         const struct visit *b)
{
    int64_t at_a = time_of(w, a), at_b = time_of(w, b);
    if ((a->level > 0) != (b->level > 0))
        return a->level > 0;
    if (at_a != at_b)
        return at_a < at_b;
    if (a->device != b->device)
        return strcmp(w->devices[a->device].now.device,
                      w->devices[b->device].now.device) < 0;
    return a->seq < b->seq;
}

static bool must_count(const struct world *w, const struct visit *v)
{
    for (int i = 0; i < w->visit_count; i++) {
        const struct visit *other = &w->visits[i];
        if (v->dossier > 0 && other->dossier == v->dossier &&
            other->step == v->step && comes_before(w, other, v))
            return false;
    }
    return true;
}

static const char *const statements[] = {
    "SELECT counted FROM visits v JOIN devices d ON d.device_no = v.device_no"
    " WHERE d.id = ?1 AND gen = ?2 AND seq = ?3"};

static void check_history(struct world *w)
{
    struct sql *sql = NULL;
    assert_int_equal(
        database_open(w->made.path, SQL_FOLLOWER, statements, 1, &sql), SQL_OK);
    for (int i = 0; i < w->visit_count; i++) {
        const struct visit *v = &w->visits[i];
        struct sql_statement *s = sql_use(sql, 0);
        bool wanted = must_count(w, v);
        sql_bind_text(s, 1, w->devices[v->device].now.device);
        sql_bind_int(s, 2, v->gen);
        sql_bind_int(s, 3, v->seq);
        assert_int_equal(sql_step(s), SQL_OK);
        if ((sql_int(s, 0) == 1) != wanted)
            fail_msg("history %d: device %d, slot %d, dossier %d, step %d, "
                     "level %d is %s",
                     w->history, v->device, v->slot, v->dossier, v->step,
                     v->level, wanted ? "not counted" : "counted");
        sql_done(s);
        w->uncounted += !wanted;
        if (!wanted)
            continue;
        if (v->level > 0)
            w->wanted.levels[v->level - 1]++;
        else
            w->wanted.declined++;
        w->wanted.offered += v->dossier > 0;
        w->wanted.offered_rated += v->dossier > 0 && v->level > 0;
    }
    sql_close(sql);
}

struct rows {
    struct buf text;
};

static bool take_row(void *ctx, const struct office_total *total)
{
    struct rows *rows = ctx;
    buf_printf(&rows->text, "%s:", total->key);
    for (int i = 0; i < 5; i++)
        buf_printf(&rows->text, "%lld-", (long long)total->tally.levels[i]);
    buf_printf(
        &rows->text, "%lld/%lld/%lld\n", (long long)total->tally.declined,
        (long long)total->tally.offered, (long long)total->tally.offered_rated);
    return true;
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    fail_msg("%s %lld %lld: %s", found->device, (long long)found->gen,
             (long long)found->seq, found->why);
    return false;
}

static void check_totals(struct world *w)
{
    struct office_verification sum;
    struct office_tally all = made_office_all(w->made.office);
    assert_memory_equal(&all, &w->wanted, sizeof all);
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        struct rows kept = {{0}}, counted = {{0}};
        assert_int_equal(office_totals(w->made.office, INT32_MIN, INT32_MAX,
                                       (enum office_breakdown)by, take_row,
                                       &kept),
                         OFFICE_OK);
        assert_int_equal(office_recount(w->made.office, INT32_MIN, INT32_MAX,
                                        (enum office_breakdown)by, take_row,
                                        &counted),
                         OFFICE_OK);
        assert_string_equal(buf_text(&kept.text), buf_text(&counted.text));
        buf_free(&kept.text);
        buf_free(&counted.text);
    }
    assert_int_equal(office_verify(w->made.office, take_finding, NULL, &sum),
                     OFFICE_OK);
    assert_true(w->uncounted > HISTORIES); // there was something to decide
}

static void test_any_delivery_counts_the_same(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    random_state = SEED;
    for (int i = 0; i < OFFICES; i++) {
        struct world *w = calloc(1, sizeof *w);
        assert_non_null(w);
        start_world(w);
        for (w->history = 0; w->history < HISTORIES; w->history++) {
            start_history(w);
            write_history(w);
            deliver_history(w);
            check_history(w);
        }
        check_totals(w);
        end_world(w);
        free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disciplined_clocks_decide_themselves),
        cmocka_unit_test(test_the_order_of_claims),
        cmocka_unit_test(test_any_delivery_counts_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
