// A device whose store was damaged, its courier, and the real server: what was
// salvaged arrives under its own place, behind the holes too, and every hole is
// shown by device, generation and line.
#include "common/clock.h"
#include "common/log.h"
#include "office/trust.h"
#include "office/verify.h"
#include "store/aside.h"
#include "support/check.h"
#include "support/road_maker.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void run_script(const char *folder, const char *name, const char *script)
{
    char path[160];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t count_in(const struct made_road *b, const char *query)
{
    char path[160];
    sqlite3 *db;
    sqlite3_stmt *s;
    snprintf(path, sizeof path, "%s/office.db", b->server.folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

// The kiosk ends, rows of its ledger are spoiled, and the ring that could fill
// them is lost; then it starts again.
static void spoil(struct made_road *b, const char *seqs)
{
    char script[256], path[160];
    keeper_free(b->keeper);
    snprintf(path, sizeof path, "%s/" DEVICE_FILE_RING, b->folder);
    assert_int_equal(unlink(path), 0);
    snprintf(script, sizeof script,
             "DROP TRIGGER lines_stay;"
             "UPDATE lines SET line = x'7b7d' WHERE gen = 1 AND seq IN (%s);",
             seqs);
    run_script(b->folder, DEVICE_FILE_KIOSK, script);
    b->keeper = keeper_new(b->folder, b->device.id, 0, NULL);
    assert_non_null(b->keeper);
    assert_true(keeper_mend(b->keeper));
}

static void test_lines_behind_a_hole_arrive(void **state)
{
    struct made_road *b = *state;
    made_road_visit(b, 20);
    assert_int_equal(made_road_send(b), WORKER_OK);
    made_road_visit(b, 10);
    spoil(b, "5, 25, 28");
    made_road_visit(b, 2);
    assert_int_equal(made_road_send(b), WORKER_OK);
    // The server has line 5; 25 and 28 are nowhere any more.
    assert_int_equal(made_road_rated(b), 30);
    assert_int_equal(made_road_position(b), 30);
    assert_int_equal(count_in(b, "SELECT count(*) FROM lines WHERE gen = 1"),
                     28);
    assert_int_equal(count_in(b, "SELECT count(*) FROM lines WHERE gen = 2"),
                     3);
    assert_int_equal(
        count_in(b, "SELECT group_concat(first || '-' || last) = '25-25,28-28'"
                    " FROM lost_lines WHERE gen = 1"),
        1);
    assert_int_equal(count_in(b,
                              "SELECT count(*) FROM flags WHERE kind = 'hole'"
                              " AND gen = 1 AND seq IN (25, 28)"),
                     2);
    // Sent again, nothing changes.
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 31);
}

static void test_nothing_is_lost_while_the_ring_is_there(void **state)
{
    struct made_road *b = *state;
    made_road_visit(b, 12);
    keeper_free(b->keeper);
    run_script(b->folder, DEVICE_FILE_KIOSK,
               "DROP TRIGGER lines_stay;"
               "UPDATE lines SET line = x'7b7d' WHERE seq IN (1, 7, 12);");
    b->keeper = keeper_new(b->folder, b->device.id, 0, NULL);
    assert_true(keeper_mend(b->keeper));
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 13);
    assert_int_equal(count_in(b, "SELECT count(*) FROM lost_lines"), 0);
    assert_int_equal(count_in(b, "SELECT count(*) FROM flags"), 0);
}

static void start_again(struct made_road *b)
{
    b->keeper = keeper_new(b->folder, b->device.id, 0, NULL);
    assert_non_null(b->keeper);
    assert_true(keeper_mend(b->keeper));
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%lld/%lld %s\n", (long long)found->gen,
               (long long)found->seq, found->why);
    return true;
}

// Ten lines were sent, five more were not; then the database is damaged, and
// after one more visit it is empty.
static void lose_it_twice(struct made_road *b)
{
    char path[160];
    made_road_visit(b, 10);
    assert_int_equal(made_road_send(b), WORKER_OK);
    made_road_visit(b, 5);
    keeper_free(b->keeper);
    run_script(b->folder, DEVICE_FILE_KIOSK,
               "DROP TRIGGER lines_stay;"
               "UPDATE lines SET line = x'7b7d' WHERE seq = 3;");
    start_again(b);
    made_road_visit(b, 1);
    keeper_free(b->keeper);
    snprintf(path, sizeof path, "%s/" DEVICE_FILE_KIOSK, b->folder);
    assert_int_equal(truncate(path, 0), 0);
}

static void test_an_emptied_store_after_a_damaged_one(void **state)
{
    struct made_road *b = *state;
    lose_it_twice(b);
    start_again(b);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 17);
    assert_int_equal(count_in(b, "SELECT max(gen) FROM lines"), 3);
    assert_int_equal(count_in(b, "SELECT count(*) FROM flags"), 0);
}

// Where nothing of it is left, the first line of the generation that it was
// salvaged into still tells of it.
static void test_a_lost_end_is_shown(void **state)
{
    struct made_road *b = *state;
    struct office *office;
    struct office_trust trust;
    struct office_verification sum;
    struct buf found = {0};
    char path[PATH_MAX], stamp[ASIDE_STAMP_SIZE];
    lose_it_twice(b);
    assert_true(aside_newest(b->folder, stamp));
    assert_true(aside_path(b->folder, DEVICE_FILE_KIOSK, stamp, path));
    assert_int_equal(unlink(path), 0);
    assert_true(aside_path(b->folder, DEVICE_FILE_RING, stamp, path));
    assert_int_equal(unlink(path), 0);
    start_again(b);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 12);
    snprintf(path, sizeof path, "%s/office.db", b->server.folder);
    assert_int_equal(office_open(path, OFFICE_READER, &office), OFFICE_OK);
    assert_int_equal(office_read_trust(office, clock_wall_ms(), 60000, &trust),
                     OFFICE_OK);
    assert_int_equal(trust.missing_lines, 5);
    assert_int_equal(office_verify(office, take_finding, &found, &sum),
                     OFFICE_OK);
    assert_string_equal(buf_text(&found),
                        "1/11 lines 11 to 15 are lost on the device\n");
    buf_free(&found);
    office_close(office);
}

// The courier finds a spoilt line before the kiosk does: it is not sent.
static void test_altered_line_is_never_sent(void **state)
{
    struct made_road *b = *state;
    made_road_visit(b, 6);
    run_script(b->folder, DEVICE_FILE_KIOSK,
               "DROP TRIGGER lines_stay;"
               "UPDATE lines SET line = CAST(replace(CAST(line AS TEXT),"
               " '\"level\":5', '\"level\":1') AS BLOB) WHERE seq = 4;");
    made_road_send(b);
    assert_int_equal(count_in(b, "SELECT count(*) FROM lines WHERE seq >= 4"),
                     0);
    assert_int_equal(count_in(b, "SELECT count(*) FROM visits WHERE level = 1"),
                     0);
}

static int setup(void **state)
{
    log_set_level(LOG_ERROR + 1);
    *state = made_road_open();
    return 0;
}

static int teardown(void **state)
{
    made_road_close(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lines_behind_a_hole_arrive),
        TEST(test_nothing_is_lost_while_the_ring_is_there),
        TEST(test_an_emptied_store_after_a_damaged_one),
        TEST(test_a_lost_end_is_shown),
        TEST(test_altered_line_is_never_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
