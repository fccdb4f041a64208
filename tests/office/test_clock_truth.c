// A device whose clock is lost, wrong, set and set again, that is switched off
// and out of contact for days, before the real database. The test knows when
// each visit really was.
#include "office/verify.h"
#include "postgres/database.h"
#include "support/office_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 10, DAYS = 6, LINES_MOST = 1500, SECOND = 1000 };
enum { MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const int64_t enrolled = 1795400000000;
static const int64_t year = (int64_t)365 * 24 * HOUR;

struct truth {
    int64_t answered_at;
    int64_t low, high; // nobody can know more than that it lay between
    int boot;
    bool is_in_contact; // a batch of its boot brought it, or the one before
};

struct world {
    struct made_office made;
    struct ledger_maker device;
    uint64_t seed;
    int64_t now; // true time
    int boot;
    int64_t booted_at;
    bool is_synced; // a time server keeps the device's clock
    int64_t stored; // lines that the server holds
    struct truth truth[LINES_MOST + 1]; // by seq
};

static int64_t draw(struct world *w, int64_t most)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((w->seed >> 33) % (uint64_t)most);
}

static void pass(struct world *w, int64_t ms)
{
    w->now += ms;
    maker_wait(&w->device, ms);
}

// Right, 1970, ten years off, or where it stood at the last stop.
static void set_clock(struct world *w)
{
    w->is_synced = false;
    switch (draw(w, 5)) {
    case 0:
        w->device.wall_ms = w->now;
        w->is_synced = draw(w, 2) == 0;
        break;
    case 1:
        w->device.wall_ms = 2 * MINUTE;
        break;
    case 2:
        w->device.wall_ms = w->now + 10 * year;
        break;
    case 3:
        w->device.wall_ms = w->now - 10 * year;
        break;
    default:
        break;
    }
}

static void write_line(struct world *w, struct record *record,
                       int64_t answered_at)
{
    assert_true(w->device.count < LINES_MOST);
    record->clock = w->is_synced ? RECORD_CLOCK_SYNCED : RECORD_CLOCK_UNSURE;
    maker_write(&w->device, record);
    w->truth[w->device.count] =
        (struct truth){.answered_at = answered_at, .boot = w->boot};
}

static void start_kiosk(struct world *w)
{
    struct record event;
    maker_event(&w->device, &event);
    write_line(w, &event, w->now);
}

static void reboot(struct world *w)
{
    w->now += MINUTE + draw(w, 14 * HOUR);
    id_new_v4(w->device.boot);
    w->booted_at = w->now;
    w->device.up_ms = 0;
    w->boot++;
    set_clock(w);
    pass(w, 20 * SECOND + draw(w, MINUTE));
    start_kiosk(w);
}

static void visit(struct world *w)
{
    struct record record;
    pass(w, 25 * SECOND + draw(w, 20 * MINUTE));
    maker_visit(&w->device, 1 + (int)draw(w, 5), &record);
    write_line(w, &record, w->now - 10 * SECOND);
}

// What each line of the batch can be placed by.
static void keep_bounds(struct world *w, int64_t from, int64_t to)
{
    for (int64_t seq = from; seq <= to; seq++) {
        struct truth *t = &w->truth[seq];
        t->is_in_contact = t->boot == w->boot ||
                           (t[-1].boot == t->boot && t[-1].is_in_contact);
        t->high = w->booted_at;
        t->low = enrolled;
        for (int64_t before = seq - 1; before > 0; before--)
            if (w->truth[before].is_in_contact) {
                t->low = w->truth[before].answered_at;
                break;
            }
    }
}

// One batch of at most `most` new lines, perhaps behind old ones.
static void contact(struct world *w, int64_t most)
{
    int64_t count = (int64_t)w->device.count;
    int64_t to = w->stored + most < count ? w->stored + most : count;
    int64_t from = w->stored + 1;
    struct made_batch sent;
    if (from > 1 && draw(w, 4) == 0)
        from -= draw(w, from);
    int64_t made_at = w->now;
    int64_t on_its_way = draw(w, SECOND);
    made_batch_start(&sent, &w->device, from, to, made_at + on_its_way);
    struct office_state state = {.pending = count - from + 1,
                                 .lifetime_lines = -1,
                                 .lifetime_ratings = -1,
                                 .disk_free = -1};
    sent.batch.state = &state;
    pass(w, on_its_way);
    keep_bounds(w, w->stored + 1, to);
    // The answer may be lost: it is sent again, a minute later.
    for (int times = 1 + (int)draw(w, 2); times > 0; times--) {
        assert_int_equal(office_ingest(w->made.office, &sent.batch, 1),
                         OFFICE_OK);
        assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
        assert_int_equal(sent.batch.received_to, to);
        sent.batch.received_at += MINUTE;
        sent.batch.up_ms += MINUTE;
    }
    made_batch_free(&sent);
    w->stored = to;
    if (draw(w, 6) == 0)
        made_office_reopen(&w->made);
}

// Perhaps the network fails again before all is sent.
static void send_some(struct world *w)
{
    while (w->stored < (int64_t)w->device.count && draw(w, 5) != 0)
        contact(w, 1 + draw(w, 80));
}

static void live(struct world *w)
{
    const int64_t end = enrolled + (int64_t)DAYS * 24 * HOUR;
    bool is_online = true;
    start_kiosk(w);
    while (w->now < end && w->device.count < LINES_MOST - 100) {
        visit(w);
        if (draw(w, 12) == 0)
            set_clock(w);
        if (draw(w, 25) == 0)
            reboot(w);
        if (draw(w, 20) == 0)
            is_online = !is_online;
        if (is_online && draw(w, 4) == 0)
            send_some(w);
    }
    while (w->stored < (int64_t)w->device.count)
        contact(w, 80);
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    print_error("seq %lld %s\n", (long long)found->seq, found->why);
    return true;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

static void check_row(const struct world *w, int64_t seq, int64_t at,
                      int64_t quality)
{
    const struct truth *t = &w->truth[seq];
    int64_t off = distance(at, t->answered_at);
    bool is_good = quality == 0 ? off <= 2 * SECOND
                                : quality == 1 && !t->is_in_contact &&
                                      at >= t->low - 2 * SECOND &&
                                      at <= t->high + 2 * SECOND;
    if (!is_good)
        print_error("seq %lld boot %d: %c, %lld s off\n", (long long)seq,
                    t->boot, (char)('A' + quality), (long long)off / SECOND);
    assert_true(is_good);
}

struct seen {
    int64_t rows, between;
};

static struct seen check_rows(const struct world *w)
{
    struct sql *sql = NULL;
    const char *const text[] = {
        "SELECT seq, at, quality FROM visits ORDER BY seq"};
    struct seen seen = {0};
    int64_t before_at = 0;
    int before_boot = -1;
    assert_int_equal(database_open(w->made.path, SQL_FOLLOWER, text, 1, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    while (sql_step(s) == SQL_OK) {
        int64_t seq = sql_int(s, 0), at = sql_int(s, 1);
        check_row(w, seq, at, sql_int(s, 2));
        if (w->truth[seq].boot == before_boot)
            assert_true(at >= before_at);
        before_boot = w->truth[seq].boot;
        before_at = at;
        seen.rows++;
        seen.between += sql_int(s, 2) == 1;
    }
    sql_done(s);
    sql_close(sql);
    return seen;
}

static void test_every_visit_is_where_it_was(void **state)
{
    struct world *w = malloc(sizeof *w);
    int64_t between = 0;
    (void)state;
    assert_non_null(w);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct office_verification sum;
        *w = (struct world){
            .seed = seed * 977, .now = enrolled, .truth[0].boot = -1};
        made_office_open(&w->made);
        made_office_enrol(&w->made, "3", enrolled, &w->device);
        w->booted_at = w->now - w->device.up_ms;
        live(w);
        struct seen seen = check_rows(w);
        struct office_tally all = made_office_all(w->made.office);
        int64_t rated = 0;
        for (int level = 0; level < 5; level++)
            rated += all.levels[level];
        assert_int_equal(rated, seen.rows);
        assert_int_equal(rated + w->boot + 1, (int64_t)w->device.count);
        assert_int_equal(
            office_verify(w->made.office, take_finding, NULL, &sum), OFFICE_OK);
        assert_int_equal(sum.findings, 0);
        between += seen.between;
        maker_free(&w->device);
        made_office_close(&w->made);
    }
    assert_in_range(between, 100, 100000); // else the worlds were too kind
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_visit_is_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
