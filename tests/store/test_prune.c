// Old lines leave the ledger: which, when, and what goes on without them.
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "store/aside.h"
#include "store/courier.h"
#include "store/ledger_reader.h"
#include "store/prune.h"
#include "store/sending.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include "support/old_ledger.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

static int setup(void **state)
{
    static struct old_ledger old;
    log_set_level(LOG_ERROR + 1);
    old_open(&old);
    *state = &old;
    return 0;
}

static int teardown(void **state)
{
    old_close(*state);
    return 0;
}

// False: the database refuses.
static bool run_script(const struct old_ledger *old, const char *script)
{
    char path[SCRATCH_SIZE + 16];
    sqlite3 *db;
    assert_true(file_join(path, sizeof path, old->folder, DEVICE_FILE_KIOSK));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    bool done = sqlite3_exec(db, script, NULL, NULL, NULL) == SQLITE_OK;
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return done;
}

static int64_t lines_of(const struct old_ledger *old)
{
    struct ledger_reader *ledger;
    struct found_ledger found;
    struct ledger_counts counts;
    found_read(old->folder, old->device.id, &found);
    assert_int_equal(ledger_reader_open(old->folder, &ledger), SQL_OK);
    assert_int_equal(ledger_reader_counts(ledger, &counts), SQL_OK);
    ledger_reader_close(ledger);
    int64_t here = (int64_t)found.count;
    assert_int_equal(counts.lines, here + found.left);
    found_free(&found);
    return here;
}

// --- The time ---------------------------------------------------------------

static const char BOOT[] = "11111111-1111-4111-8111-111111111111";

static struct courier_anchor anchor_at(int64_t up_ms, int64_t server_ms)
{
    struct courier_anchor anchor = {.up_ms = up_ms, .server_ms = server_ms};
    strcpy(anchor.boot, BOOT);
    return anchor;
}

static struct prune_now now_at(int64_t up_ms, int64_t wall_ms)
{
    struct prune_now now = {.up_ms = up_ms, .wall_ms = wall_ms};
    strcpy(now.boot, BOOT);
    return now;
}

static void test_time_is_the_servers_carried_on(void **state)
{
    (void)state;
    // 2026-11-23 09:00 at an up time of 1 s; 2 s later, ninety days before.
    const int64_t server = 1795399200000;
    struct courier_anchor anchor = anchor_at(1000, server);
    struct prune_now now = now_at(3000, server + 5000);
    int64_t before = 0;
    assert_true(prune_before(&anchor, &now, 90, &before));
    assert_int_equal(before, server + 2000 - 90 * DAY_MS);
}

static void test_time_is_not_sure(void **state)
{
    (void)state;
    const int64_t server = 1795399200000;
    struct courier_anchor anchor = anchor_at(1000, server);
    struct prune_now now = now_at(3000, server);
    int64_t before = -1;
    // The machine was started anew and has not heard of the server.
    now.boot[0] = '2';
    assert_false(prune_before(&anchor, &now, 90, &before));
    // Our clock jumped, forward or back.
    now = now_at(3000, server + 2 * DAY_MS);
    assert_false(prune_before(&anchor, &now, 90, &before));
    now = now_at(3000, server - 2 * DAY_MS);
    assert_false(prune_before(&anchor, &now, 90, &before));
    // Both agree on a time that cannot be.
    anchor = anchor_at(1000, 0);
    now = now_at(3000, 0);
    assert_false(prune_before(&anchor, &now, 90, &before));
    assert_int_equal(before, -1);
}

// --- What leaves ------------------------------------------------------------

static void test_acknowledged_lines_leave(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 300);
    old_acknowledge(old, 100, 100);
    old_acknowledge(old, 250, 95);
    old_acknowledge(old, 300, 10);
    assert_int_equal(old_prune(old), 250);
    assert_int_equal(lines_of(old), 50);
    // Steps are small, and what has left stays so over a restart.
    old_restart(old);
    assert_int_equal(old_prune(old), 250);
    assert_int_equal(old_visit(old, 1), 301);
    assert_int_equal(lines_of(old), 51);
}

static void test_a_step_is_small(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 200);
    old_acknowledge(old, 200, 100);
    assert_true(keeper_prune(old->keeper, 90));
    assert_int_equal(old_mark(old), PRUNE_STEP);
    assert_true(keeper_prune(old->keeper, 90));
    assert_int_equal(old_mark(old), 2 * PRUNE_STEP);
}

static void test_the_last_line_stays(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 10);
    old_acknowledge(old, 10, 100);
    assert_int_equal(old_prune(old), 9);
    old_restart(old);
    assert_int_equal(old_visit(old, 2), 12);
    assert_int_equal(old_prune(old), 10);
}

static void test_unsent_and_young_lines_stay(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 20);
    assert_int_equal(old_prune(old), 0);
    // The server has them, since 89 days.
    old_acknowledge(old, 20, 89);
    assert_int_equal(old_prune(old), 0);
    assert_true(keeper_prune(old->keeper, 30));
}

// The receipt is old, the lines say that they are not: one clock was wrong.
static void test_a_line_that_says_it_is_young_stays(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 5);
    maker_wait(&old->maker, 60 * DAY_MS);
    old_visit(old, 5);
    old_acknowledge(old, 10, 100);
    assert_int_equal(old_prune(old), 5);
}

static void test_nothing_leaves_while_the_time_is_unsure(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 20);
    old_acknowledge(old, 20, 100);
    old_anchor(old, BOOT, 0, 0);
    assert_int_equal(old_prune(old), 0);
    old_anchor(old, NULL, 0, 400 * DAY_MS);
    assert_int_equal(old_prune(old), 0);
    old_anchor(old, NULL, 60 * 1000, 0);
    assert_int_equal(old_prune(old), 19);
}

static void test_a_receipt_of_another_key_proves_nothing(void **state)
{
    struct old_ledger *old = *state;
    struct key other;
    key_make(&other);
    old_visit(old, 20);
    old_receipt(old, 20, 100, &other);
    assert_int_equal(old_prune(old), 0);
    // Nor does an old one of the server while the newest is not its own.
    old_acknowledge(old, 10, 100);
    old_receipt(old, 20, 1, &other);
    assert_int_equal(old_prune(old), 0);
    old_acknowledge(old, 20, 1);
    assert_int_equal(old_prune(old), 10);
}

static void test_nothing_leaves_that_the_server_asks_for(void **state)
{
    struct old_ledger *old = *state;
    struct courier *courier;
    old_visit(old, 20);
    old_acknowledge(old, 20, 100);
    assert_int_equal(courier_open(old->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_rewind(courier, 1, 12), SQL_OK);
    courier_close(courier);
    assert_int_equal(old_prune(old), 0);
}

static void test_a_comment_goes_with_its_line(void **state)
{
    struct old_ledger *old = *state;
    static const char SEALED[] = "c2VhbGVkIGZvciB0aGUgc2VydmVy";
    struct record record[2];
    struct ledger_reader *ledger;
    struct buf sealed = {0};
    int64_t gen, seq;
    enum store_reason reason;
    for (int i = 0; i < 2; i++) {
        maker_visit(&old->maker, 1, &record[i]);
        digest_hex_of(SEALED, strlen(SEALED), record[i].comment_hash);
        assert_int_equal(
            keeper_put_comment(old->keeper, record[i].id, SEALED, &reason),
            KEEPER_OK);
        assert_int_equal(
            keeper_put_line(old->keeper, &record[i], &gen, &seq, &reason),
            KEEPER_OK);
    }
    old_acknowledge(old, 2, 100);
    assert_int_equal(old_prune(old), 1);
    assert_int_equal(ledger_reader_open(old->folder, &ledger), SQL_OK);
    assert_int_equal(ledger_reader_comment(ledger, record[0].id, &sealed),
                     SQL_NONE);
    assert_int_equal(ledger_reader_comment(ledger, record[1].id, &sealed),
                     SQL_OK);
    ledger_reader_close(ledger);
    buf_free(&sealed);
}

// --- What the database itself refuses ---------------------------------------

static void test_the_database_refuses(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 20);
    old_acknowledge(old, 20, 100);
    assert_false(run_script(old, "DELETE FROM lines WHERE seq = 3"));
    assert_false(run_script(old, "DELETE FROM lines"));
    // A mark without a receipt's line, or whose head is not the next one's
    // prev.
    assert_false(
        run_script(old, "INSERT INTO pruned SELECT 1, 5, lower(hex(hash)), 99,"
                        " lower(hex(hash)), '', '', '', '', 0, 0, 0, 0, 0"
                        " FROM lines WHERE seq = 5"));
    assert_false(
        run_script(old, "INSERT INTO pruned SELECT 1, 6, lower(hex(hash)), 6,"
                        " lower(hex(hash)), '', '', '', '', 0, 0, 0, 0, 0"
                        " FROM lines WHERE seq = 5"));
    assert_int_equal(old_prune(old), 19);
    assert_false(run_script(old, "DELETE FROM lines WHERE seq = 20"));
    assert_false(run_script(old, "UPDATE pruned SET upto = 18"));
    assert_false(run_script(old, "UPDATE pruned SET upto = 20"));
    assert_false(run_script(old, "DELETE FROM pruned"));
    assert_false(run_script(old, "UPDATE lines SET outcome = 'timeout'"));
    assert_false(run_script(old, "INSERT INTO lines VALUES"
                                 " (1, 7, 'x', zeroblob(32), 0, NULL, x'7b')"));
    assert_int_equal(lines_of(old), 1);
}

// --- What goes on -----------------------------------------------------------

static void test_sending_knows_what_left(void **state)
{
    struct old_ledger *old = *state;
    struct sending sending;
    struct courier *courier;
    old_visit(old, 30);
    old_acknowledge(old, 20, 100);
    assert_int_equal(old_prune(old), 20);
    sending_read(old->folder, &sending);
    assert_int_equal(sending.left, 20);
    assert_int_equal(sending.gone, 0);
    assert_int_equal(sending.pending, 10);
    assert_int_equal(sending.counts.lines, 30);
    // The server asks from line 13 on.
    assert_int_equal(courier_open(old->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_rewind(courier, 1, 12), SQL_OK);
    courier_close(courier);
    sending_read(old->folder, &sending);
    assert_int_equal(sending.gone, 8);
    assert_int_equal(sending.pending, 10);
}

// The first column of the first row, to free().
static char *ask(const struct old_ledger *old, const char *query)
{
    char path[SCRATCH_SIZE + 16];
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_true(file_join(path, sizeof path, old->folder, DEVICE_FILE_KIOSK));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    char *answer = strdup((const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_non_null(answer);
    return answer;
}

static void must_answer(const struct old_ledger *old, const char *query,
                        const char *expected)
{
    char *answer = ask(old, query);
    assert_string_equal(answer, expected);
    free(answer);
}

// The kiosk finds a row spoiled, and begins anew from what it can salvage.
static void spoil(struct old_ledger *old, const char *script)
{
    char stamp[ASIDE_STAMP_SIZE];
    keeper_free(old->keeper);
    old->keeper = NULL;
    assert_true(run_script(old, "DROP TRIGGER lines_stay"));
    assert_true(run_script(old, script));
    old_restart(old);
    assert_true(aside_newest(old->folder, stamp));
}

// What is salvaged still follows the mark.
static void test_salvage_carries_the_mark_over(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 40);
    old_acknowledge(old, 30, 100);
    assert_int_equal(old_prune(old), 30);
    // The ring has this line, and some that have left.
    spoil(old, "UPDATE lines SET line = x'7b7d' WHERE seq = 36");
    assert_int_equal(old_mark(old), 30);
    must_answer(old,
                "SELECT min(seq) || '-' || max(seq) || ' ' || count(*)"
                " FROM lines WHERE gen = 1",
                "31-40 10");
    old_acknowledge(old, 40, 100);
    assert_int_equal(old_prune(old), 39);
}

// The line behind the mark is lost: a hole, and no mark that hides it.
static void test_a_mark_that_nothing_follows_is_left_behind(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 40);
    old_acknowledge(old, 20, 100);
    assert_int_equal(old_prune(old), 20);
    spoil(old, "UPDATE lines SET line = x'7b7d' WHERE seq = 21");
    assert_int_equal(old_mark(old), 0);
    must_answer(old,
                "SELECT CAST(line AS TEXT) LIKE '%\"missing\":[[1,1,21]]%'"
                " FROM lines WHERE gen = 2 AND seq = 1",
                "1");
}

// The courier asks while the screen runs; the first line tells what is missing.
static void test_a_new_generation_tells_what_left(void **state)
{
    struct old_ledger *old = *state;
    struct courier *courier;
    old_visit(old, 20);
    old_acknowledge(old, 15, 100);
    assert_int_equal(old_prune(old), 15);
    assert_int_equal(courier_open(old->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_set_next_gen(courier, 2), SQL_OK);
    courier_close(courier);
    keeper_idle(old->keeper);
    char *line = ask(old, "SELECT CAST(line AS TEXT) FROM lines"
                          " WHERE gen = 2 AND seq = 1");
    assert_holds(line, "\"missing\":[[1,1,15]]");
    free(line);
    // Once, and visits go on there.
    keeper_idle(old->keeper);
    assert_int_equal(old_visit(old, 1), 2);
}

// The storage thread does it by itself, and records come first.
static void test_lines_leave_while_the_screen_rests(void **state)
{
    struct old_ledger *old = *state;
    old_visit(old, 150);
    old_acknowledge(old, 140, 100);
    keeper_free(old->keeper);
    old->keeper = NULL;
    const struct store_params params = {.directory = old->folder,
                                        .device = old->device.id,
                                        .keep_days = PRUNE_KEEP_DAYS,
                                        .prune_ms = 10};
    struct store *store = store_open(&params);
    assert_non_null(store);
    for (int i = 0; i < 3000 && old_mark(old) < 140; i++)
        usleep(10000);
    store_close(store);
    assert_int_equal(old_mark(old), 140);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_is_the_servers_carried_on),
        cmocka_unit_test(test_time_is_not_sure),
        TEST(test_acknowledged_lines_leave),
        TEST(test_a_step_is_small),
        TEST(test_the_last_line_stays),
        TEST(test_unsent_and_young_lines_stay),
        TEST(test_a_line_that_says_it_is_young_stays),
        TEST(test_nothing_leaves_while_the_time_is_unsure),
        TEST(test_a_receipt_of_another_key_proves_nothing),
        TEST(test_nothing_leaves_that_the_server_asks_for),
        TEST(test_a_comment_goes_with_its_line),
        TEST(test_the_database_refuses),
        TEST(test_sending_knows_what_left),
        TEST(test_salvage_carries_the_mark_over),
        TEST(test_a_mark_that_nothing_follows_is_left_behind),
        TEST(test_a_new_generation_tells_what_left),
        TEST(test_lines_leave_while_the_screen_rests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
