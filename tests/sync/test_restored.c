// The courier and the real server, which is lost and comes back from an old
// backup: its loss becomes a re-send, exact, and nobody touched anything.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/keeper.h"
#include "support/check.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "sync/worker.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SLOTS = 64 };

struct bench {
    struct made_server server;
    struct made_device enrolled;
    char folder[SCRATCH_SIZE];
    char office_key[65];
    struct device device;
    struct keeper *keeper;
    struct buf backup; // of the server's database
};

static void point_to_server(struct bench *b)
{
    snprintf(b->device.server, sizeof b->device.server, "http://127.0.0.1:%u",
             b->server.port);
    assert_true(device_save(b->folder, &b->device));
}

static void write_identity(struct bench *b)
{
    struct device *device = &b->device;
    memcpy(device->id, b->enrolled.ledger.device, sizeof device->id);
    strcpy(device->counter, "3");
    memcpy(device->token, b->enrolled.token, sizeof b->enrolled.token);
    memcpy(device->server_key, b->enrolled.server_key, KEY_PUBLIC_BYTES);
    id_random(device->box_key, sizeof device->box_key);
    // Older than what the server has, which is then fetched.
    device->config =
        json_pack("{s:i, s:i}", "version", 0, "first_contact_s", 0);
    assert_non_null(device->config);
    point_to_server(b);
    assert_true(device_save_key(b->folder, &b->enrolled.ledger.key));
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    log_set_level(LOG_ERROR + 1);
    scratch_make(b->folder);
    made_server_start(&b->server, NULL);
    made_device_enrol(&b->enrolled, &b->server, "3");
    made_server_key(&b->server, "office", b->office_key);
    write_identity(b);
    b->keeper = keeper_new(b->folder, b->device.id, SLOTS, NULL);
    assert_non_null(b->keeper);
    assert_true(keeper_mend(b->keeper));
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    keeper_free(b->keeper);
    device_release(&b->device);
    made_device_free(&b->enrolled);
    made_server_close(&b->server);
    scratch_remove(b->folder);
    buf_free(&b->backup);
    free(b);
    return 0;
}

// So many visits, each rated 5.
static void visit(struct bench *b, int count)
{
    for (int i = 0; i < count; i++) {
        struct record record;
        int64_t gen, seq;
        enum store_reason reason;
        maker_visit(&b->enrolled.ledger, 5, &record);
        assert_int_equal(
            keeper_put_line(b->keeper, &record, &gen, &seq, &reason),
            KEEPER_OK);
    }
}

static enum worker_result once(const struct bench *b)
{
    struct worker *worker =
        worker_new(&(struct worker_params){.directory = b->folder});
    assert_non_null(worker);
    enum worker_result result = worker_run_once(worker);
    worker_free(worker);
    return result;
}

// Ratings in the Office's report.
static int64_t rated(struct bench *b)
{
    char path[128], from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    int64_t count = -1;
    struct answer answer = {0};
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, from);
    date_format_iso(today + 1, to);
    snprintf(path, sizeof path, "/api/v1/reports/summary?from=%s&to=%s", from,
             to);
    ask(b->server.port, &(struct ask){.path = path, .token = b->office_key},
        &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_true(
        json_get_int(json_object_get(object, "total"), "rated", &count));
    json_decref(object);
    answer_free(&answer);
    return count;
}

static int64_t position(const struct bench *b)
{
    struct proof_receipt receipt;
    struct courier *courier;
    assert_int_equal(courier_open(b->folder, COURIER_READER, &courier), SQL_OK);
    assert_int_equal(courier_position(courier, 1, &receipt), SQL_OK);
    courier_close(courier);
    return receipt.batch.to;
}

static void database_path(const struct bench *b, char out[128])
{
    snprintf(out, 128, "%s/office.db", b->server.folder);
}

// A server that ended well has no WAL beside its database.
static void keep_backup(struct bench *b)
{
    char path[128];
    database_path(b, path);
    made_server_stop(&b->server);
    assert_true(file_read(path, 64 << 20, &b->backup));
    made_server_restart(&b->server, NULL);
    point_to_server(b);
}

static void lose_and_restore(struct bench *b)
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
    point_to_server(b);
}

static void test_every_rating_is_counted_once(void **state)
{
    struct bench *b = *state;
    visit(b, 7);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(rated(b), 7);
    // Sent again as a whole, when courier.db is lost.
    char path[128];
    snprintf(path, sizeof path, "%s/%s", b->folder, DEVICE_FILE_COURIER);
    assert_int_equal(unlink(path), 0);
    visit(b, 1);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(rated(b), 8);
    assert_int_equal(position(b), 8);
}

static void test_the_configuration_is_believed(void **state)
{
    struct bench *b = *state;
    struct courier *courier;
    struct buf body = {0};
    char etag[128];
    int64_t version = 0;
    visit(b, 1);
    assert_int_equal(once(b), WORKER_OK);
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
    struct bench *b = *state;
    visit(b, 10);
    assert_int_equal(once(b), WORKER_OK);
    keep_backup(b);
    visit(b, 5);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(rated(b), 15);
    lose_and_restore(b);
    assert_int_equal(rated(b), 10);
    visit(b, 1);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(rated(b), 16);
    assert_int_equal(position(b), 16);
}

// The backup is from before the first rating.
static void test_a_server_that_holds_nothing_gets_all(void **state)
{
    struct bench *b = *state;
    keep_backup(b);
    visit(b, 6);
    assert_int_equal(once(b), WORKER_OK);
    lose_and_restore(b);
    assert_int_equal(rated(b), 0);
    visit(b, 1);
    assert_int_equal(once(b), WORKER_OK);
    assert_int_equal(rated(b), 7);
}

static void test_a_revoked_device_keeps_its_lines(void **state)
{
    struct bench *b = *state;
    char path[128];
    struct answer answer = {0};
    visit(b, 2);
    assert_int_equal(once(b), WORKER_OK);
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke", b->device.id);
    made_server_admin(&b->server, path, "{}", &answer);
    assert_in_range(answer.status, 200, 204);
    answer_free(&answer);
    visit(b, 3);
    assert_int_equal(once(b), WORKER_LEFT);
    assert_int_equal(position(b), 2);
    assert_int_equal(rated(b), 2);
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
