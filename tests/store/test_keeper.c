// The ordinary life of visits: tapped, changed, ended, left open by a cut.
#include "common/file.h"
#include "common/log.h"
#include "store/aside.h"
#include "store/device.h"
#include "store/keeper.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <stdio.h>
#include <unistd.h>

enum { SLOTS = 16 };

struct bench {
    char folder[SCRATCH_SIZE];
    char database[SCRATCH_SIZE + 16];
    struct ledger_maker maker;
    struct keeper *keeper;
    struct found_ledger found;
};

static void open_keeper(struct bench *b)
{
    b->keeper = keeper_new(b->folder, b->maker.device, SLOTS, NULL);
    assert_non_null(b->keeper);
    keeper_mend(b->keeper);
}

static void restart(struct bench *b)
{
    keeper_free(b->keeper);
    open_keeper(b);
}

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(LOG_ERROR);
    scratch_make(bench.folder);
    assert_true(file_join(bench.database, sizeof bench.database, bench.folder,
                          DEVICE_FILE_KIOSK));
    maker_start(&bench.maker, 1795400000000);
    open_keeper(&bench);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    keeper_free(b->keeper);
    found_free(&b->found);
    maker_free(&b->maker);
    scratch_remove(b->folder);
    return 0;
}

static const struct found_ledger *read_ledger(struct bench *b)
{
    found_free(&b->found);
    found_read(b->folder, b->maker.device, &b->found);
    return &b->found;
}

static void must_draft(struct bench *b, const struct record *visit)
{
    enum store_reason reason;
    assert_int_equal(keeper_put_draft(b->keeper, visit, &reason), KEEPER_OK);
}

static int64_t must_line(struct bench *b, const struct record *record)
{
    int64_t gen, seq;
    enum store_reason reason;
    assert_int_equal(keeper_put_line(b->keeper, record, &gen, &seq, &reason),
                     KEEPER_OK);
    return seq;
}

static void add_reason(struct record *visit, const char *reason)
{
    snprintf(visit->reasons[visit->reason_count++], RECORD_REASON_SIZE, "%s",
             reason);
}

static void test_visit_from_tap_to_line(void **state)
{
    struct bench *b = *state;
    struct record start, visit, declined;
    maker_event(&b->maker, &start);
    assert_int_equal(must_line(b, &start), 1);
    maker_visit(&b->maker, 4, &visit);
    must_draft(b, &visit);
    assert_int_equal(read_ledger(b)->drafts, 1);
    add_reason(&visit, "reason.high.2");
    assert_int_equal(must_line(b, &visit), 2);
    maker_visit(&b->maker, 0, &declined);
    assert_int_equal(must_line(b, &declined), 3);
    const struct found_ledger *found = read_ledger(b);
    assert_int_equal(found->count, 3);
    assert_int_equal(found->drafts, 0);
    assert_string_equal(found->records[0].event, "start");
    assert_int_equal(found->records[1].level, 4);
    assert_string_equal(found->records[1].reasons[0], "reason.high.2");
    assert_int_equal(found->records[2].outcome, RECORD_DECLINED);
}

// The end of a visit that comes twice is one line, and the chain goes on.
static void test_visit_ends_once(void **state)
{
    struct bench *b = *state;
    struct record visit, next;
    maker_visit(&b->maker, 4, &visit);
    assert_int_equal(must_line(b, &visit), 1);
    assert_int_equal(must_line(b, &visit), 1);
    maker_visit(&b->maker, 3, &next);
    assert_int_equal(must_line(b, &next), 2);
    assert_int_equal(read_ledger(b)->count, 2);
}

static void test_open_visit_is_closed_as_level_only(void **state)
{
    struct bench *b = *state;
    struct record visit;
    maker_visit(&b->maker, 2, &visit);
    add_reason(&visit, "reason.low.1");
    visit.answer_count = 1;
    visit.answers[0] = (struct record_answer){"15", 4};
    snprintf(visit.comment_hash, sizeof visit.comment_hash, "%s",
             DIGEST_NONE_HEX);
    must_draft(b, &visit);
    restart(b);
    const struct found_ledger *found = read_ledger(b);
    assert_int_equal(found->count, 1);
    assert_int_equal(found->drafts, 0);
    const struct record *closed = &found->records[0];
    assert_string_equal(closed->id, visit.id);
    assert_int_equal(closed->outcome, RECORD_RATED);
    assert_int_equal(closed->level, 2);
    assert_int_equal(closed->reason_count, 0);
    assert_int_equal(closed->answer_count, 0);
    assert_string_equal(closed->comment_hash, "");
    assert_int_equal(closed->opened_at, visit.opened_at);
    assert_int_equal(closed->answered_at, visit.answered_at);
    assert_int_equal(closed->closed_at, visit.answered_at);
    // Once: another start finds nothing more to close.
    restart(b);
    assert_int_equal(read_ledger(b)->count, 1);
}

static void test_changed_answer_keeps_the_last_level(void **state)
{
    struct bench *b = *state;
    struct record visit;
    maker_visit(&b->maker, 1, &visit);
    must_draft(b, &visit);
    keeper_drop_draft(b->keeper, visit.id);
    assert_int_equal(read_ledger(b)->drafts, 0);
    visit.level = 5;
    must_draft(b, &visit);
    restart(b);
    assert_int_equal(read_ledger(b)->count, 1);
    assert_int_equal(b->found.records[0].level, 5);
}

// Not even out of the ring, when the database is lost.
static void test_dropped_draft_never_comes_back(void **state)
{
    struct bench *b = *state;
    struct record visit;
    maker_visit(&b->maker, 1, &visit);
    must_draft(b, &visit);
    keeper_drop_draft(b->keeper, visit.id);
    restart(b);
    assert_int_equal(read_ledger(b)->count, 0);
    keeper_free(b->keeper);
    assert_int_equal(unlink(b->database), 0);
    open_keeper(b);
    assert_int_equal(read_ledger(b)->count, 0);
    assert_int_equal(b->found.drafts, 0);
}

static void test_chain_goes_on_after_a_restart(void **state)
{
    struct bench *b = *state;
    struct store_state before, after;
    struct record visit;
    for (int64_t seq = 1; seq <= 40; seq++) {
        maker_visit(&b->maker, (int)(seq % 5) + 1, &visit);
        assert_int_equal(must_line(b, &visit), seq);
        if (seq % 13 != 0)
            continue;
        keeper_get_state(b->keeper, &before);
        restart(b);
        keeper_get_state(b->keeper, &after);
        assert_int_equal(after.seq, before.seq);
        assert_string_equal(after.head, before.head);
    }
    assert_int_equal(read_ledger(b)->count, 40);
}

static void test_second_kiosk_is_refused(void **state)
{
    struct bench *b = *state;
    struct keeper *second = keeper_new(b->folder, b->maker.device, SLOTS, NULL);
    assert_non_null(second);
    assert_false(keeper_mend(second));
    assert_false(keeper_is_ready(second));
    assert_int_equal(keeper_reason(second), STORE_REASON_BUSY);
    keeper_free(b->keeper);
    b->keeper = NULL;
    assert_true(keeper_mend(second));
    keeper_free(second);
}

// Nobody writes over a damaged database: it is set aside as it is, and what
// citizens say goes into a new one.
static void test_damaged_database_is_set_aside_whole(void **state)
{
    struct bench *b = *state;
    static const char garbage[4096] = "damaged";
    struct record visit;
    struct buf aside = {0};
    char stamp[ASIDE_STAMP_SIZE], path[PATH_MAX];
    keeper_free(b->keeper);
    assert_true(file_replace(b->database, garbage, sizeof garbage, 0600));
    open_keeper(b);
    assert_true(keeper_is_ready(b->keeper));
    assert_true(aside_newest(b->folder, stamp));
    assert_true(aside_path(b->folder, DEVICE_FILE_KIOSK, stamp, path));
    assert_true(file_read(path, 100000, &aside));
    assert_int_equal(aside.size, sizeof garbage);
    assert_memory_equal(aside.data, garbage, sizeof garbage);
    buf_free(&aside);
    maker_visit(&b->maker, 5, &visit);
    add_reason(&visit, "reason.high.1");
    assert_int_equal(must_line(b, &visit), 2);
}

// As a program of that schema leaves it: in the head, and in a row.
static int mark_schema(const struct bench *b, int version)
{
    static const char *const none[] = {"SELECT 1"};
    char script[160];
    struct sql *sql;
    assert_int_equal(sql_open(b->database, SQL_WRITER, none, 1, &sql), SQL_OK);
    int before = sql_version(sql);
    snprintf(script, sizeof script,
             "PRAGMA user_version = %d;"
             "UPDATE settings SET value = '%d' WHERE name = 'schema'",
             version, version);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
    return before;
}

// An older program over a newer one's ledger: it is not touched, visits wait in
// the ring, and the newer program finds all of them.
static void test_a_newer_ledger_is_left_alone(void **state)
{
    struct bench *b = *state;
    struct record first, second;
    char stamp[ASIDE_STAMP_SIZE];
    maker_visit(&b->maker, 4, &first);
    assert_int_equal(must_line(b, &first), 1);
    keeper_free(b->keeper);
    int version = mark_schema(b, 99);
    open_keeper(b);
    assert_true(keeper_needs_mending(b->keeper));
    assert_false(aside_newest(b->folder, stamp));
    maker_visit(&b->maker, 5, &second);
    assert_int_equal(must_line(b, &second), 0);
    keeper_free(b->keeper);
    mark_schema(b, version);
    open_keeper(b);
    const struct found_ledger *found = read_ledger(b);
    assert_int_equal(found->count, 2);
    assert_int_equal(found->records[0].level, 4);
    assert_int_equal(found->records[1].level, 5);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

// --- Who was asked -----------------------------------------------------------

struct heard {
    char ids[8][ID_SIZE];
    size_t count;
};

static void hear(void *ctx, const char *invitation)
{
    struct heard *heard = ctx;
    assert_true(heard->count < 8);
    memcpy(heard->ids[heard->count++], invitation, ID_SIZE);
}

// Of a line, and of a visit that a power cut ended: both are answered when the
// keeper is whole again, and the walk-up beside them has nothing to tell.
static void test_a_restart_tells_who_was_asked(void **state)
{
    struct bench *b = *state;
    static const char first[] = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11",
                      second[] = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c12";
    struct heard heard = {.count = 0};
    struct record asked;
    maker_visit(&b->maker, 4, &asked);
    snprintf(asked.invitation, sizeof asked.invitation, "%s", first);
    must_line(b, &asked);
    struct record plain;
    maker_visit(&b->maker, 5, &plain);
    must_line(b, &plain);
    struct record cut;
    maker_visit(&b->maker, 3, &cut);
    cut.closed_at = 0;
    snprintf(cut.invitation, sizeof cut.invitation, "%s", second);
    must_draft(b, &cut);
    keeper_free(b->keeper);
    b->keeper = keeper_new(b->folder, b->maker.device, SLOTS, NULL);
    assert_non_null(b->keeper);
    keeper_tell_answered(b->keeper, hear, &heard);
    assert_true(keeper_mend(b->keeper));
    assert_int_equal(heard.count, 2);
    assert_string_equal(heard.ids[0], first);
    assert_string_equal(heard.ids[1], second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_visit_from_tap_to_line),
        TEST(test_visit_ends_once),
        TEST(test_open_visit_is_closed_as_level_only),
        TEST(test_changed_answer_keeps_the_last_level),
        TEST(test_dropped_draft_never_comes_back),
        TEST(test_chain_goes_on_after_a_restart),
        TEST(test_second_kiosk_is_refused),
        TEST(test_damaged_database_is_set_aside_whole),
        TEST(test_a_newer_ledger_is_left_alone),
        TEST(test_a_restart_tells_who_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
