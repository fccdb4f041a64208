// Attacks that reach the server as batches: replayed, with a stolen key, from a
// copied or an old database, after a tail was cut off. The server names device,
// generation, line and reason, and counts nothing twice.
#include "forgery/attacker.h"
#include "office/devices.h"
#include "office/trust.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <stdlib.h>

static const int64_t START = 1795400000000;

struct fixture {
    struct made_office made;
    struct ledger_maker device;
};

static int set_up(void **state)
{
    static struct fixture f;
    made_office_open(&f.made);
    made_office_enrol(&f.made, "3", START, &f.device);
    maker_wait(&f.device, 3600 * 1000);
    for (int level = 1; level <= 5; level++)
        maker_rate(&f.device, level);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->device);
    made_office_close(&f->made);
    return 0;
}

// The device with its key and its first `count` lines, elsewhere or earlier.
static void copy_device(const struct ledger_maker *from, size_t count,
                        struct ledger_maker *out)
{
    maker_start(out, from->wall_ms);
    strcpy(out->device, from->device);
    strcpy(out->boot, from->boot);
    out->key = from->key;
    out->up_ms = from->up_ms;
    for (size_t i = 0; i < count; i++)
        maker_write_bytes(out, from->lines[i].bytes, from->lines[i].size);
}

static enum office_batch_status send(struct fixture *f,
                                     const struct ledger_maker *maker,
                                     int64_t from, int64_t to)
{
    return made_office_send(&f->made, maker, from, to, maker->wall_ms);
}

static bool take_flag(void *ctx, const struct office_flag *flag)
{
    buf_printf(ctx, "%lld/%lld %s: %s\n", (long long)flag->gen,
               (long long)flag->seq, flag->kind, flag->detail);
    return true;
}

static void must_be_flagged(struct fixture *f, const char *device,
                            const char *flag)
{
    struct buf flags = {0};
    enum office_result result =
        office_list_flags(f->made.office, device, take_flag, &flags);
    assert_true(result == OFFICE_OK || result == OFFICE_NONE);
    assert_holds(buf_text(&flags), flag);
    buf_free(&flags);
}

// The thief, with key and token, goes on where the device stands; so does the
// device.
static void test_key_stolen(void **state)
{
    struct fixture *f = *state;
    struct ledger_maker thief;
    assert_int_equal(send(f, &f->device, 1, 3), OFFICE_BATCH_OK);
    copy_device(&f->device, 3, &thief);
    maker_rate(&thief, 5);
    assert_int_equal(send(f, &thief, 4, 4), OFFICE_BATCH_OK);
    assert_int_equal(send(f, &f->device, 4, 5), OFFICE_BATCH_FORK);
    must_be_flagged(f, f->device.device,
                    "1/4 fork: other bytes are held at this place\n");
    // The thief's line stays where it is, and both are kept.
    assert_int_equal(made_office_all(f->made.office).levels[3], 0);
    assert_int_equal(made_office_all(f->made.office).levels[4], 1);
    maker_free(&thief);
}

static void test_old_database_restored(void **state)
{
    struct fixture *f = *state;
    struct ledger_maker old;
    assert_int_equal(send(f, &f->device, 1, 5), OFFICE_BATCH_OK);
    copy_device(&f->device, 2, &old);
    maker_wait(&old, 60 * 1000);
    maker_rate(&old, 5);
    assert_int_equal(send(f, &old, 3, 3), OFFICE_BATCH_FORK);
    must_be_flagged(f, f->device.device,
                    "1/3 fork: other bytes are held at this place\n");
    assert_int_equal(made_office_all(f->made.office).levels[4], 1);
    maker_free(&old);
}

// On the second device with its own identity: the lines name the first.
static void test_database_copied_to_a_second_device(void **state)
{
    struct fixture *f = *state;
    struct ledger_maker second;
    struct made_batch batch;
    made_office_enrol(&f->made, "4", START, &second);
    maker_wait(&second, 2 * 3600 * 1000);
    for (size_t i = 0; i < 3; i++)
        maker_write_bytes(&second, f->device.lines[i].bytes,
                          f->device.lines[i].size);
    made_batch_start(&batch, &second, 1, 3, second.wall_ms);
    assert_int_equal(office_ingest(f->made.office, &batch.batch, 1), OFFICE_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(batch.lines[i].seq, i + 1);
        assert_int_equal(batch.lines[i].status, OFFICE_LINE_INVALID);
        assert_string_equal(batch.lines[i].detail,
                            "device is not the one that sent it");
    }
    made_batch_free(&batch);
    struct office_tally all = made_office_all(f->made.office);
    for (int i = 0; i < 5; i++)
        assert_int_equal(all.levels[i], 0);
    maker_free(&second);
}

// The heartbeat told of five lines, three were sent. The last two are made
// anew before they go.
static void test_tail_rewritten_after_a_heartbeat(void **state)
{
    struct fixture *f = *state;
    struct ledger_maker forger;
    assert_int_equal(send(f, &f->device, 1, 3), OFFICE_BATCH_OK);
    assert_int_equal(send(f, &f->device, 6, 5), OFFICE_BATCH_OK);
    copy_device(&f->device, 3, &forger);
    maker_rate(&forger, 5);
    maker_rate(&forger, 5);
    assert_int_equal(send(f, &forger, 4, 5), OFFICE_BATCH_FORK);
    must_be_flagged(f, f->device.device,
                    "1/5 fork: the device signed another head for this place "
                    "before\n");
    maker_free(&forger);
}

// The same, cut off and nothing in its place: the report says that two lines
// are missing for as long as they are.
static void test_tail_cut_off_after_a_heartbeat(void **state)
{
    struct fixture *f = *state;
    struct office_trust trust;
    assert_int_equal(send(f, &f->device, 1, 3), OFFICE_BATCH_OK);
    assert_int_equal(send(f, &f->device, 6, 5), OFFICE_BATCH_OK);
    assert_int_equal(send(f, &f->device, 4, 3), OFFICE_BATCH_OK); // cut
    assert_int_equal(
        office_read_trust(f->made.office, f->device.wall_ms, 60000, &trust),
        OFFICE_OK);
    assert_int_equal(trust.missing_lines, 2);
}

// What remains to an attacker with root: the lines since the last heartbeat.
// Nobody but the tablet knows of them.
static void test_what_no_heartbeat_told_of_can_be_rewritten(void **state)
{
    struct fixture *f = *state;
    struct ledger_maker forger;
    assert_int_equal(send(f, &f->device, 1, 3), OFFICE_BATCH_OK);
    copy_device(&f->device, 3, &forger);
    maker_rate(&forger, 5);
    assert_int_equal(send(f, &forger, 4, 4), OFFICE_BATCH_OK);
    maker_free(&forger);
}

static int64_t count_of(struct answer *answer, const char *status)
{
    int64_t count = 0;
    const char *at = buf_text(&answer->body);
    char part[40];
    snprintf(part, sizeof part, "\"status\":\"%s\"", status);
    while ((at = strstr(at, part))) {
        count++;
        at++;
    }
    return count;
}

// Bytes that went over the wire, once more, by somebody else and by itself.
static void test_batch_replayed(void **state)
{
    (void)state;
    struct made_server server;
    struct made_device device, other;
    struct buf body = {0};
    struct answer answer = {0};
    made_server_start(&server, (const char *const[]){NULL});
    made_device_enrol(&device, &server, "3");
    made_device_enrol(&other, &server, "4");
    for (int level = 1; level <= 3; level++)
        maker_rate(&device.ledger, level);
    made_device_body(&device, 1, 3, &body, NULL);
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(count_of(&answer, "stored"), 3);
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(count_of(&answer, "stored"), 0);
    assert_int_equal(count_of(&answer, "already"), 3);
    // Another device's token does not fit the batch, and one nobody has does
    // not fit anything: a key alone is not enough.
    made_device_post(&other, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 422);
    memset(device.token, '0', sizeof device.token - 1);
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 401);
    made_server_stop(&server);
    json_t *findings = attacker_verify(server.folder, NULL);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
    char *counted =
        attacker_ask(server.folder, "office.db",
                     "SELECT level_1 + level_2 + level_3 + level_4 + level_5 "
                     "FROM totals WHERE dimension = 0 AND grain = 1");
    assert_string_equal(counted, "3");
    free(counted);
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
    made_device_free(&other);
    made_server_close(&server);
}

// Through the running server, which alone writes.
static void test_checkpoint_of_a_running_server(void **state)
{
    (void)state;
    struct made_server server;
    struct made_device device;
    struct answer answer = {0};
    made_server_start(&server, (const char *const[]){NULL});
    made_device_enrol(&device, &server, "3");
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &server, 1, 1, 200, &answer);
    made_server_admin(&server, "/admin/v1/checkpoints", "", &answer);
    assert_int_equal(answer.status, 201);
    assert_holds(buf_text(&answer.body), "{\"text\":\"hailong.checkpoint.2\\n");
    assert_holds(buf_text(&answer.body), "\\nH24.12\\n1\\n");
    made_server_stop(&server);
    char *size = attacker_ask(server.folder, "office.db",
                              "SELECT size FROM checkpoints");
    assert_string_equal(size, "1");
    free(size);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&server);
}

#define ATTACK(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_key_stolen),
        ATTACK(test_old_database_restored),
        ATTACK(test_database_copied_to_a_second_device),
        ATTACK(test_tail_rewritten_after_a_heartbeat),
        ATTACK(test_tail_cut_off_after_a_heartbeat),
        ATTACK(test_what_no_heartbeat_told_of_can_be_rewritten),
        cmocka_unit_test(test_batch_replayed),
        cmocka_unit_test(test_checkpoint_of_a_running_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
