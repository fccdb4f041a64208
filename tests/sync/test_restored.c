// The courier and the real server, which is lost and comes back from an old
// backup: its loss becomes a re-send, exact, and nobody touched anything.
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "store/prune.h"
#include "store/sending.h"
#include "support/check.h"
#include "support/road_maker.h"
#include "sync/carry.h"
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

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

static void spoil_courier(const struct made_road *b, size_t at, int size)
{
    char path[SCRATCH_SIZE + 32], junk[8192];
    assert_true(file_join(path, sizeof path, b->folder, DEVICE_FILE_COURIER));
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    memset(junk, 0x5a, sizeof junk);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fwrite(junk, 1, (size_t)size, file), (size_t)size);
    assert_int_equal(fclose(file), 0);
}

// How many files of it lie aside.
static int count_aside(const struct made_road *b)
{
    int count = 0;
    DIR *folder = opendir(b->folder);
    assert_non_null(folder);
    for (struct dirent *e; (e = readdir(folder));)
        count += strncmp(e->d_name, "courier.db.aside-", 17) == 0;
    closedir(folder);
    return count;
}

// What the courier knew is told again; nothing is counted twice for it.
static void test_a_damaged_courier_begins_again(void **state)
{
    // The file's head, the tables' names, and a page further on.
    static const struct {
        size_t at;
        int size;
    } damages[] = {{0, 64}, {100, 800}, {4096, 4096}};
    struct made_road *b = *state;
    for (int i = 0; i < 3; i++) {
        made_road_visit(b, 3);
        assert_int_equal(made_road_send(b), WORKER_OK);
        spoil_courier(b, damages[i].at, damages[i].size);
        made_road_visit(b, 1);
        assert_int_equal(made_road_send(b), WORKER_OK);
        assert_int_equal(made_road_rated(b), 4 * (i + 1));
        assert_int_equal(made_road_position(b), 4 * (i + 1));
        assert_int_equal(count_aside(b), i + 1);
    }
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

static void begin_generation(struct made_road *b)
{
    struct courier *courier;
    assert_int_equal(courier_open(b->folder, COURIER_WRITER, &courier), SQL_OK);
    assert_int_equal(courier_set_next_gen(courier, 2), SQL_OK);
    courier_close(courier);
    keeper_idle(b->keeper);
}

// Heartbeats speak of the newest generation alone.
static void test_a_restored_server_gets_older_generations(void **state)
{
    struct made_road *b = *state;
    made_road_visit(b, 5);
    assert_int_equal(made_road_send(b), WORKER_OK);
    keep_backup(b);
    made_road_visit(b, 5);
    assert_int_equal(made_road_send(b), WORKER_OK);
    begin_generation(b);
    made_road_visit(b, 2);
    assert_int_equal(made_road_send(b), WORKER_OK);
    lose_and_restore(b);
    assert_int_equal(made_road_rated(b), 5);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_rated(b), 13);
}

// --- Lines that have left ---------------------------------------------------

// Visits of four months ago.
static void visit_of_old(struct made_road *b, int count)
{
    b->enrolled.ledger.wall_ms = clock_wall_ms() - 120 * DAY_MS;
    made_road_visit(b, count);
    b->enrolled.ledger.wall_ms = clock_wall_ms();
}

static void forget_receipts(const struct made_road *b)
{
    char path[160];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/" DEVICE_FILE_COURIER, b->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM receipts", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

// As if the server had signed its last receipts a hundred days ago.
static void age_receipts(const struct made_road *b, int64_t gens)
{
    char path[160];
    struct key server;
    struct courier *courier;
    snprintf(path, sizeof path, "%s/server.key", b->server.folder);
    assert_true(key_load(path, &server));
    forget_receipts(b);
    assert_int_equal(courier_open(b->folder, COURIER_WRITER, &courier), SQL_OK);
    for (int64_t gen = 1; gen <= gens; gen++) {
        struct proof_receipt receipt;
        assert_int_equal(courier_position(courier, gen, &receipt), SQL_OK);
        clock_format(clock_wall_ms() - 100 * DAY_MS, receipt.at);
        proof_sign_receipt(&server, &receipt);
        assert_int_equal(courier_advance(courier, &receipt, NULL, 0), SQL_OK);
    }
    courier_close(courier);
}

static int64_t prune(struct made_road *b)
{
    struct sending sending;
    while (keeper_prune(b->keeper, PRUNE_KEEP_DAYS))
        ;
    sending_read(b->folder, &sending);
    return sending.left;
}

// A number of the server's database.
static int64_t ask_server(const struct made_road *b, const char *query)
{
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *s;
    database_path(b, path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static int64_t gone(const struct made_road *b)
{
    struct sending sending;
    sending_read(b->folder, &sending);
    return sending.gone;
}

// For lines 1, 7, 18 and 19 as well.
static void add_receipts(const struct made_road *b)
{
    char path[160];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/" DEVICE_FILE_COURIER, b->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "INSERT INTO receipts (gen, upto, head, device, nonce, at,"
                     " sig) SELECT gen, n.column1, head, device, nonce, at, sig"
                     " FROM receipts, (VALUES (1), (7), (18), (19)) AS n",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static bool write_place(void *ctx, const struct proof_receipt *receipt)
{
    buf_printf(ctx, "%lld ", (long long)receipt->batch.to);
    return true;
}

static void expect_receipts(const struct made_road *b, const char *wanted)
{
    struct courier *courier;
    struct buf text = {0};
    assert_int_equal(courier_open(b->folder, COURIER_READER, &courier), SQL_OK);
    assert_int_equal(courier_receipts(courier, write_place, &text), SQL_OK);
    courier_close(courier);
    assert_string_equal(buf_text(&text), wanted);
    buf_free(&text);
}

// They would grow for ever.
static void test_receipts_leave_with_their_lines(void **state)
{
    struct made_road *b = *state;
    visit_of_old(b, 20);
    assert_int_equal(made_road_send(b), WORKER_OK);
    age_receipts(b, 1);
    add_receipts(b);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    expect_receipts(b, "1 7 18 19 20 21 "); // nothing has left
    forget_receipts(b);
    age_receipts(b, 1);
    add_receipts(b);
    assert_int_equal(prune(b), 20);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_OK);
    expect_receipts(b, "21 22 ");
}

static void test_sending_goes_on_behind_the_mark(void **state)
{
    struct made_road *b = *state;
    char path[128];
    visit_of_old(b, 20);
    assert_int_equal(made_road_send(b), WORKER_OK);
    age_receipts(b, 1);
    assert_int_equal(prune(b), 19);
    made_road_visit(b, 3);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_position(b), 23);
    // What the courier knew is lost: what is left is sent again.
    snprintf(path, sizeof path, "%s/%s", b->folder, DEVICE_FILE_COURIER);
    assert_int_equal(unlink(path), 0);
    made_road_visit(b, 1);
    assert_int_equal(gone(b), 0);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(made_road_position(b), 24);
    assert_int_equal(ask_server(b, "SELECT count(*) FROM lines"), 24);
    assert_int_equal(ask_server(b, "SELECT count(*) FROM flags"), 0);
}

static bool count_bytes(void *ctx, const void *bytes, size_t size)
{
    struct buf *all = ctx;
    buf_append(all, bytes, size);
    return buf_ok(all);
}

static void test_what_is_left_is_carried(void **state)
{
    struct made_road *b = *state;
    struct carry_count count;
    struct buf file = {0};
    visit_of_old(b, 20);
    assert_int_equal(made_road_send(b), WORKER_OK);
    age_receipts(b, 1);
    assert_int_equal(prune(b), 19);
    made_road_visit(b, 3);
    assert_int_equal(carry_export(b->folder, true, count_bytes, &file, &count),
                     CARRY_DONE);
    assert_int_equal(count.lines, 4);
    assert_holds(buf_text(&file), "\"from\":20,\"to\":23");
    buf_free(&file);
}

// The server's backup is older than what stays on the device.
static void ask_for_what_left(struct made_road *b)
{
    visit_of_old(b, 10);
    assert_int_equal(made_road_send(b), WORKER_OK);
    keep_backup(b);
    visit_of_old(b, 20);
    assert_int_equal(made_road_send(b), WORKER_OK);
    age_receipts(b, 1);
    assert_int_equal(prune(b), 29);
    lose_and_restore(b);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_LEFT);
}

static void test_what_left_and_is_asked_for_is_told(void **state)
{
    struct made_road *b = *state;
    struct sending sending;
    ask_for_what_left(b);
    sending_read(b->folder, &sending);
    assert_holds(sending.attempts.last_error,
                 "the server asks again for lines 11 to 29 of generation 1");
    assert_int_equal(sending.gone, 19);
    assert_int_equal(sending.pending, 2);
    // Nothing more leaves meanwhile, however old.
    assert_int_equal(prune(b), 29);
}

static void test_a_hole_is_declared_for_what_left(void **state)
{
    struct made_road *b = *state;
    ask_for_what_left(b);
    keeper_idle(b->keeper);
    made_road_visit(b, 2);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(gone(b), 0);
    // Lines 1…10, 30 and 31; line 1 of generation 2, and two visits.
    assert_int_equal(ask_server(b, "SELECT count(*) FROM lines"), 15);
    assert_int_equal(
        ask_server(b, "SELECT group_concat(gen || ' ' || first || '-' || last)"
                      " = '1 11-29' FROM lost_lines"),
        1);
    assert_int_equal(ask_server(b, "SELECT count(*) FROM flags WHERE gen = 1"
                                   " AND seq = 11 AND kind = 'hole'"),
                     1);
    assert_int_equal(made_road_position(b), 31);
}

// Once more, when more has left than generation 2 told of.
static void test_each_loss_is_declared(void **state)
{
    struct made_road *b = *state;
    ask_for_what_left(b);
    keeper_idle(b->keeper);
    assert_int_equal(made_road_send(b), WORKER_OK);
    visit_of_old(b, 8);
    assert_int_equal(made_road_send(b), WORKER_OK);
    age_receipts(b, 2);
    // Line 1 of generation 2 is of today.
    assert_int_equal(prune(b), 30);
    lose_and_restore(b);
    made_road_visit(b, 1);
    assert_int_equal(made_road_send(b), WORKER_LEFT);
    keeper_idle(b->keeper);
    assert_int_equal(made_road_send(b), WORKER_OK);
    assert_int_equal(gone(b), 0);
    assert_int_equal(
        ask_server(b, "SELECT group_concat(gen || ' ' || first || '-' || last)"
                      " = '1 11-30' FROM lost_lines"),
        1);
    assert_int_equal(ask_server(b, "SELECT max(gen) FROM lines"), 3);
    assert_int_equal(ask_server(b, "SELECT count(*) FROM lines WHERE gen = 2"),
                     10);
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
        TEST(test_a_damaged_courier_begins_again),
        TEST(test_a_restored_server_gets_older_generations),
        TEST(test_a_revoked_device_keeps_its_lines),
        TEST(test_receipts_leave_with_their_lines),
        TEST(test_sending_goes_on_behind_the_mark),
        TEST(test_what_is_left_is_carried),
        TEST(test_what_left_and_is_asked_for_is_told),
        TEST(test_a_hole_is_declared_for_what_left),
        TEST(test_each_loss_is_declared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
