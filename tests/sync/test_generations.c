// A device whose store was damaged, its courier, and the real server: what was
// salvaged arrives under its own place, behind the holes too, and every hole is
// shown by device, generation and line.
#include "common/log.h"
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
        TEST(test_altered_line_is_never_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
