// What an answer promises holds through kill -9: every acknowledged line is
// there when the server comes back, once, and nothing is damaged.
#include "office/moved.h"
#include "office/office.h"
#include "office/verify.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEVICES = 4, ROUNDS = 8, BATCH = 25 };

static int64_t received_to(const struct answer *answer)
{
    int64_t number = -1;
    json_t *object = answer_object(answer);
    assert_true(json_get_int(object, "received_to", &number));
    json_decref(object);
    return number;
}

static int64_t last_of(const struct made_device *device)
{
    return (int64_t)device->ledger.count;
}

// Sends what is not acknowledged and a few lines more.
static int64_t send_more(struct made_device *device, struct made_server *server,
                         int64_t acknowledged)
{
    struct answer answer = {0};
    for (int i = 0; i < BATCH; i++) {
        maker_rate(&device->ledger, 1 + i % 5);
    }
    made_device_send(device, server, acknowledged + 1, last_of(device), 200,
                     &answer);
    acknowledged = received_to(&answer);
    assert_int_equal(acknowledged, last_of(device));
    answer_free(&answer);
    return acknowledged;
}

// The lines from `from` to the last one, without hearing the answer.
static void say_batch(struct talk *talk, const struct made_device *device,
                      int64_t from)
{
    struct buf body = {0}, head = {0};
    made_device_body(device, from, last_of(device), &body, NULL);
    buf_printf(&head,
               "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
               "Authorization: Bearer %s\r\nContent-Length: %zu\r\n"
               "Content-Type: application/x-ndjson\r\n\r\n",
               device->token, body.size);
    talk_send(talk, head.data, head.size);
    talk_send(talk, body.data, body.size);
    buf_free(&head);
    buf_free(&body);
}

// One line more is on its way when the server is killed.
static void kill_in_the_middle(struct made_device *device,
                               struct made_server *server)
{
    struct talk talk;
    maker_rate(&device->ledger, 5);
    talk_open(&talk, server->port);
    say_batch(&talk, device, last_of(device));
    made_server_kill(server);
    talk_close(&talk);
}

static bool say_finding(void *ctx, const struct office_finding *finding)
{
    (void)ctx;
    print_error("%s %lld %lld: %s\n", finding->device, (long long)finding->gen,
                (long long)finding->seq, finding->why);
    return true;
}

static void holds_exactly(const struct made_server *server, int64_t lines)
{
    struct office_verification summary;
    struct office *office;
    char path[128];
    snprintf(path, sizeof path, "%s", server->database);
    assert_int_equal(office_open(path, OFFICE_READER, &office), OFFICE_OK);
    assert_int_equal(office_verify(office, say_finding, NULL, &summary),
                     OFFICE_OK);
    assert_int_equal(summary.findings, 0);
    assert_int_equal(summary.lines, lines);
    office_close(office);
}

static void test_kill_9_loses_no_acknowledged_line(void **state)
{
    struct made_server server;
    struct made_device devices[DEVICES];
    struct answer answer = {0};
    int64_t acknowledged[DEVICES] = {0}, total = 0;
    (void)state;
    made_server_start(&server, NULL);
    for (int d = 0; d < DEVICES; d++) {
        made_device_enrol(&devices[d], &server, "3");
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int d = 0; d < DEVICES; d++) {
            acknowledged[d] = send_more(&devices[d], &server, acknowledged[d]);
        }
        kill_in_the_middle(&devices[0], &server);
        made_server_restart(&server, NULL);
        for (int d = 0; d < DEVICES; d++) {
            // A heartbeat's answer tells what is held.
            int64_t last = last_of(&devices[d]);
            made_device_send(&devices[d], &server, last + 1, last, 200,
                             &answer);
            assert_in_range(received_to(&answer), acknowledged[d], last);
            acknowledged[d] = received_to(&answer);
        }
    }
    for (int d = 0; d < DEVICES; d++) {
        total += send_more(&devices[d], &server, acknowledged[d]);
        made_device_free(&devices[d]);
    }
    made_server_stop(&server);
    holds_exactly(&server, total);
    answer_free(&answer);
    made_server_close(&server);
}

// SIGTERM while batches are on their way: what is answered is stored, and the
// server ends well.
static void test_a_stop_answers_what_it_stores(void **state)
{
    enum { TALKS = 12 };
    struct made_server server;
    struct made_device devices[TALKS];
    struct talk talks[TALKS];
    struct answer answer = {0};
    int64_t acknowledged[TALKS] = {0};
    (void)state;
    made_server_start(&server, NULL);
    for (int i = 0; i < TALKS; i++) {
        made_device_enrol(&devices[i], &server, "3");
        for (int j = 0; j < BATCH; j++) {
            maker_rate(&devices[i].ledger, 5);
        }
        talk_open(&talks[i], server.port);
    }
    for (int i = 0; i < TALKS; i++) {
        say_batch(&talks[i], &devices[i], 1);
    }
    made_server_stop(&server);
    for (int i = 0; i < TALKS; i++) {
        if (talk_hear(&talks[i], true, &answer) && answer.status == 200) {
            acknowledged[i] = received_to(&answer);
            assert_int_equal(acknowledged[i], BATCH);
        }
        talk_close(&talks[i]);
    }
    made_server_restart(&server, NULL);
    for (int i = 0; i < TALKS; i++) {
        made_device_send(&devices[i], &server, BATCH + 1, BATCH, 200, &answer);
        assert_true(received_to(&answer) >= acknowledged[i]);
        made_device_free(&devices[i]);
    }
    answer_free(&answer);
    made_server_close(&server);
}

// Who hangs up before the answer takes nothing with him.
static void test_senders_that_hang_up(void **state)
{
    enum { TIMES = 30 };
    struct made_server server;
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    for (int i = 0; i < TIMES; i++) {
        struct talk talk;
        maker_rate(&device.ledger, 5);
        talk_open(&talk, server.port);
        say_batch(&talk, &device, 1);
        talk_close(&talk);
    }
    made_device_send(&device, &server, 1, TIMES, 200, &answer);
    assert_int_equal(received_to(&answer), TIMES);
    made_server_stop(&server);
    holds_exactly(&server, TIMES);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&server);
}

// A stop by SIGTERM leaves the whole database in one file.
static void test_a_clean_stop_leaves_no_log_behind(void **state)
{
    struct made_server server;
    struct made_device device;
    char path[128];
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    send_more(&device, &server, 0);
    made_server_stop(&server);
    snprintf(path, sizeof path, "%s/office.db-wal", server.folder);
    assert_int_equal(access(path, F_OK), -1);
    made_device_free(&device);
    made_server_close(&server);
}

static void test_two_servers_do_not_share_a_directory(void **state)
{
    struct made_server server;
    struct answer answer = {0};
    (void)state;
    made_server_start(&server, NULL);
    assert_int_equal(made_server_try(&server, NULL), 1);
    // The first one goes on, and its admin.json is still its own.
    made_server_admin(&server, "/admin/v1/devices", "{\"counter\":\"1\"}",
                      &answer);
    assert_int_equal(answer.status, 201);
    answer_free(&answer);
    made_server_close(&server);
}

// The file of a book that went on in PostgreSQL, until the note is deleted.
static void test_a_book_that_was_moved_is_not_served(void **state)
{
    struct made_server server;
    char note[160];
    (void)state;
    made_server_start(&server, NULL);
    made_server_stop(&server);
    assert_true(office_moved_write(server.folder, 1));
    if (!office_is_url(server.database))
        assert_int_equal(made_server_try(&server, NULL), 1);
    snprintf(note, sizeof note, "%s/%s", server.folder, OFFICE_MOVED_NOTE);
    assert_int_equal(unlink(note), 0);
    made_server_restart(&server, NULL);
    made_server_close(&server);
}

enum { KEY_PATH_SIZE = 128 };

// A server that has stopped, whose device knows its key.
static void stop_with_device(struct made_server *server,
                             struct made_device *device,
                             char key_path[KEY_PATH_SIZE])
{
    made_server_start(server, NULL);
    made_device_enrol(device, server, "3");
    made_server_stop(server);
    snprintf(key_path, KEY_PATH_SIZE, "%s/server.key", server->folder);
}

static void test_lost_keys_are_not_replaced_in_silence(void **state)
{
    struct made_server server;
    struct made_device device;
    char path[KEY_PATH_SIZE];
    (void)state;
    stop_with_device(&server, &device, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(made_server_try(&server, NULL), 1);
    assert_int_equal(access(path, F_OK), -1);
    made_device_free(&device);
    made_server_close(&server);
}

// A directory put together by hand, or a book that was moved and is started
// beside the keys of the ward next door.
static void test_other_keys_than_the_books_are_refused(void **state)
{
    struct made_server server;
    struct made_device device;
    struct key key, own;
    struct answer answer = {0};
    char path[KEY_PATH_SIZE];
    (void)state;
    stop_with_device(&server, &device, path);
    assert_true(key_load(path, &own));
    key_make(&key);
    assert_int_equal(unlink(path), 0);
    assert_true(key_save(path, &key));
    assert_int_equal(made_server_try(&server, NULL), 1);
    // With its own it goes on.
    assert_int_equal(unlink(path), 0);
    assert_true(key_save(path, &own));
    made_server_restart(&server, NULL);
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &server, 1, last_of(&device), 200, &answer);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_9_loses_no_acknowledged_line),
        cmocka_unit_test(test_a_stop_answers_what_it_stores),
        cmocka_unit_test(test_senders_that_hang_up),
        cmocka_unit_test(test_a_clean_stop_leaves_no_log_behind),
        cmocka_unit_test(test_two_servers_do_not_share_a_directory),
        cmocka_unit_test(test_a_book_that_was_moved_is_not_served),
        cmocka_unit_test(test_lost_keys_are_not_replaced_in_silence),
        cmocka_unit_test(test_other_keys_than_the_books_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
