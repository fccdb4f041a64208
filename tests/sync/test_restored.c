// The courier and the real server, which is lost and comes back from an old
// backup: its loss becomes a re-send, exact, and nobody touched anything.
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "support/check.h"
#include "support/road_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void database_path(const struct made_road *b, char out[128])
{
    snprintf(out, 128, "%s/office.db", b->server.folder);
}

// A server that ended well has no WAL beside its database.
static void keep_backup(struct made_road *b)
{
    char path[128];
    database_path(b, path);
    made_server_stop(&b->server);
    assert_true(file_read(path, 64 << 20, &b->backup));
    made_server_restart(&b->server, NULL);
    made_road_point_to(b, b->server.port);
}

static void lose_and_restore(struct made_road *b)
{
    char path[128], beside[160];
    database_path(b, path);
    made_server_kill(&b->server);
    snprintf(beside, sizeof beside, "%s-wal", path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", path);
    unlink(beside);
    assert_true(file_replace(path, b->backup.data, b->backup.size, 0600));
    made_server_restart(&b->server, NULL);
    made_road_point_to(b, b->server.port);
}

static void test_every_rating_is_counted_once(void **state)
{
    struct made_road *b = *state;
    made_road_visit(b, 7);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 7);
    // Sent again as a whole, when courier.db is lost.
    char path[128];
    snprintf(path, sizeof path, "%s/%s", b->folder, DEVICE_FILE_COURIER);
    assert_int_equal(unlink(path), 0);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 8);
    assert_int_equal(made_road_position(b), 8);
}

static void test_the_configuration_is_believed(void **state)
{
    struct made_road *b = *state;
    struct courier *courier;
    struct buf body = {0};
    char etag[128];
    int64_t version = 0;
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(courier_open(b->folder, COURIER_READER, &courier), SQL_OK);
    assert_int_equal(
        courier_config(courier, &version, etag, sizeof etag, &body), SQL_OK);
    courier_close(courier);
    assert_true(version > 0);
    assert_holds(buf_text(&body), "\"Bình Minh\"");
    buf_free(&body);
}

static void test_a_restored_server_gets_all_again(void **state)
{
    struct made_road *b = *state;
    made_road_visit(b, 10);
    assert_int_equal(made_road_send(b), WORKER_OK);
    keep_backup(b);
    made_road_visit(b, 5);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 15);
    lose_and_restore(b);
    assert_int_equal(made_road_rated(b), 10);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 16);
    assert_int_equal(made_road_position(b), 16);
}

// The backup is from before the first rating.
static void test_a_server_that_holds_nothing_gets_all(void **state)
{
    struct made_road *b = *state;
    keep_backup(b);
    made_road_visit(b, 6);
    assert_int_equal(made_road_send(b), WORKER_OK);
    lose_and_restore(b);
    assert_int_equal(made_road_rated(b), 0);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 7);
}

static void test_a_revoked_device_keeps_its_lines(void **state)
{
    struct made_road *b = *state;
    char path[128];
    struct answer answer = {0};
    made_road_visit(b, 2);
    assert_int_equal(made_road_send(b), WORKER_OK);
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke", b->device.id);
    made_server_admin(&b->server, path, "{}", &answer);
    assert_in_range(answer.status, 200, 204);
    answer_free(&answer);
    made_road_visit(b, 3);
    assert_int_equal(made_road_send(b), WORKER_LEFT);
    assert_int_equal(made_road_position(b), 2);
    assert_int_equal(made_road_rated(b), 2);
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
        TEST(test_every_rating_is_counted_once),
        TEST(test_the_configuration_is_believed),
        TEST(test_a_restored_server_gets_all_again),
        TEST(test_a_server_that_holds_nothing_gets_all),
        TEST(test_a_revoked_device_keeps_its_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
