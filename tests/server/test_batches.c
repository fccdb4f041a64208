// POST /api/v1/batches against the whole server: what is stored, what is
// refused and with which words, and what the receipt proves.
#include "ledger/proof.h"
#include "office/devices.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static int64_t number_of(const json_t *object, const char *key)
{
    int64_t number = -1;
    assert_true(json_get_int(object, key, &number));
    return number;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = NULL;
    assert_true(json_get_text(object, key, &text));
    return text;
}

// The results are these statuses, in order.
static void has_statuses(const json_t *object, size_t count,
                         const char *const *statuses)
{
    const json_t *results = json_object_get(object, "results");
    assert_int_equal(json_array_size(results), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(text_of(json_array_get(results, i), "status"),
                            statuses[i]);
    }
}

// The receipt is the server's, for this nonce, and names the device's own line.
static void has_receipt(const json_t *object, const struct made_device *device,
                        const char *nonce, int64_t to)
{
    const json_t *receipt = json_object_get(object, "receipt");
    struct proof_receipt proof = {.batch.gen = device->ledger.gen};
    strcpy(proof.batch.device, device->ledger.device);
    strcpy(proof.batch.nonce, nonce);
    proof.batch.to = number_of(receipt, "to");
    strcpy(proof.batch.head, text_of(receipt, "head"));
    snprintf(proof.at, sizeof proof.at, "%s", text_of(receipt, "at"));
    snprintf(proof.signature, sizeof proof.signature, "%s",
             text_of(receipt, "sig"));
    assert_int_equal(proof.batch.to, to);
    assert_string_equal(proof.batch.head,
                        to > 0 ? device->ledger.lines[to - 1].hash
                               : DIGEST_NONE_HEX);
    assert_true(proof_verify_receipt(device->server_key, &proof));
    proof.batch.nonce[0] = proof.batch.nonce[0] == '0' ? '1' : '0';
    assert_false(proof_verify_receipt(device->server_key, &proof));
}

static void test_a_batch_is_stored_and_receipted(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    struct buf body = {0};
    char nonce[PROOF_NONCE_SIZE];
    (void)state;
    made_device_enrol(&device, &server, "3");
    for (int level = 1; level <= 5; level++) {
        maker_rate(&device.ledger, level);
    }
    made_device_body(&device, 1, 5, &body, nonce);
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    has_statuses(
        object, 5,
        (const char *[]){"stored", "stored", "stored", "stored", "stored"});
    const json_t *second =
        json_array_get(json_object_get(object, "results"), 1);
    assert_int_equal(number_of(second, "seq"), 2);
    assert_string_equal(text_of(second, "id"), device.ledger.lines[1].id);
    assert_true(json_is_null(json_object_get(second, "detail")));
    assert_int_equal(number_of(object, "received_to"), 5);
    assert_int_equal(number_of(object, "next_gen"), 2);
    assert_int_equal(number_of(object, "config_version"), 1);
    assert_int_equal(strlen(text_of(object, "server_time")), 29);
    has_receipt(object, &device, nonce, 5);
    json_decref(object);
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_resent_and_overlapping_lines_are_already_there(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    for (int i = 0; i < 6; i++) {
        maker_rate(&device.ledger, 5);
    }
    made_device_send(&device, &server, 1, 4, 200, &answer);
    made_device_send(&device, &server, 1, 4, 200, &answer);
    json_t *object = answer_object(&answer);
    has_statuses(object, 4,
                 (const char *[]){"already", "already", "already", "already"});
    json_decref(object);
    made_device_send(&device, &server, 3, 6, 200, &answer);
    object = answer_object(&answer);
    has_statuses(object, 4,
                 (const char *[]){"already", "already", "stored", "stored"});
    assert_int_equal(number_of(object, "received_to"), 6);
    json_decref(object);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_a_gap_names_the_line_to_send_from(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    for (int i = 0; i < 6; i++) {
        maker_rate(&device.ledger, 4);
    }
    made_device_send(&device, &server, 1, 2, 200, &answer);
    made_device_send(&device, &server, 5, 6, 409, &answer);
    answer_is_problem(&answer, 409, "gap");
    json_t *object = answer_object(&answer);
    assert_int_equal(number_of(object, "expected"), 3);
    json_decref(object);
    made_device_send(&device, &server, 3, 6, 200, &answer);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_a_heartbeat_is_never_a_gap(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    struct buf body = {0};
    char nonce[PROOF_NONCE_SIZE];
    (void)state;
    made_device_enrol(&device, &server, "3");
    made_device_body(&device, 1, 0, &body, nonce);
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    has_receipt(object, &device, nonce, 0);
    json_decref(object);
    for (int i = 0; i < 3; i++) {
        maker_rate(&device.ledger, 5);
    }
    made_device_send(&device, &server, 1, 1, 200, &answer);
    // The head is two lines beyond what the server holds.
    buf_clear(&body);
    made_device_body(&device, 4, 3, &body, nonce);
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    object = answer_object(&answer);
    has_statuses(object, 0, NULL);
    assert_int_equal(number_of(object, "received_to"), 1);
    has_receipt(object, &device, nonce, 1);
    json_decref(object);
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
}

// What the Office sees of a device comes with its heartbeats.
static void test_a_heartbeat_tells_how_the_device_is(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    struct office *office;
    struct office_device seen;
    char path[128];
    (void)state;
    made_device_enrol(&device, &server, "12");
    maker_rate(&device.ledger, 5);
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &server, 1, 1, 200, &answer);
    made_device_send(&device, &server, 3, 2, 200, &answer);
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(office_open(path, OFFICE_READER, &office), OFFICE_OK);
    assert_int_equal(office_find_device(office, device.ledger.device, &seen),
                     OFFICE_OK);
    office_close(office);
    assert_string_equal(seen.counter, "12");
    assert_string_equal(seen.version, "0.1.0");
    assert_int_equal(seen.pending, 7);
    assert_int_equal(seen.lifetime_lines, 2);
    assert_int_equal(seen.lifetime_ratings, 2);
    assert_int_equal(seen.disk_free, 3 * 1024 * 1024);
    assert_int_equal(seen.received_to, 1);
    assert_int_equal(seen.reported_to, 2);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_another_line_at_a_held_place_is_a_fork(void **state)
{
    struct made_device device, copy;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    copy = device;
    copy.ledger.lines = NULL;
    for (int i = 0; i < 3; i++) {
        maker_rate(&device.ledger, 5);
        maker_rate(&copy.ledger, 1); // as a cloned disk would
    }
    made_device_send(&device, &server, 1, 3, 200, &answer);
    made_device_send(&copy, &server, 1, 3, 409, &answer);
    answer_is_problem(&answer, 409, "fork");
    json_t *object = answer_object(&answer);
    assert_int_equal(number_of(object, "line"), 2);
    assert_int_equal(number_of(object, "next_gen"), 2);
    json_decref(object);
    // What was held goes on.
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &server, 4, 4, 200, &answer);
    answer_free(&answer);
    made_device_free(&device);
    copy.ledger.device[0] = '\0';
    made_device_free(&copy);
}

static void test_a_wrong_signature_is_refused(void **state)
{
    struct made_device device, other;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    made_device_enrol(&other, &server, "4");
    maker_rate(&device.ledger, 5);
    // Its own token and lines, another device's key.
    struct key own = device.ledger.key;
    device.ledger.key = other.ledger.key;
    made_device_send(&device, &server, 1, 1, 422, &answer);
    answer_is_problem(&answer, 422, "bad-signature");
    device.ledger.key = own;
    made_device_send(&device, &server, 1, 1, 200, &answer);
    answer_free(&answer);
    made_device_free(&device);
    made_device_free(&other);
}

static void test_another_devices_token_is_refused(void **state)
{
    struct made_device device, other;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    made_device_enrol(&other, &server, "4");
    maker_rate(&device.ledger, 5);
    strcpy(device.token, other.token);
    made_device_send(&device, &server, 1, 1, 422, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    answer_free(&answer);
    made_device_free(&device);
    made_device_free(&other);
}

static void test_unknown_and_missing_tokens_get_401(void **state)
{
    static const char *const headers[] = {
        "", "Authorization: Basic YTpi\r\n", "Authorization: Bearer \r\n",
        "Authorization: Bearer nonsense\r\n",
        "Authorization: Bearer 0123456789abcdef0123456789abcdef0123456789abcdef"
        "0123456789abcdef\r\n"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        ask(server.port,
            &(struct ask){.path = "/api/v1/batches",
                          .headers = headers[i],
                          .type = "application/x-ndjson",
                          .body = "{}\n",
                          .size = 3},
            &answer);
        answer_is_problem(&answer, 401, "unauthorized");
        assert_non_null(
            strstr(answer_header(&answer, "WWW-Authenticate"), "Bearer"));
    }
    answer_free(&answer);
}

static void test_a_revoked_device_gets_403(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    char path[128];
    (void)state;
    made_device_enrol(&device, &server, "3");
    maker_rate(&device.ledger, 5);
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &server, 1, 1, 200, &answer);
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke",
             device.ledger.device);
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    made_device_send(&device, &server, 2, 2, 403, &answer);
    answer_is_problem(&answer, 403, "revoked");
    answer_free(&answer);
    made_device_free(&device);
}

// Lines of one device, as many as are asked for.
static void rate_often(struct made_device *device, int count)
{
    for (int i = 0; i < count; i++) {
        maker_rate(&device->ledger, 1 + i % 5);
    }
}

static void test_500_lines_are_taken_and_501_are_not(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    rate_often(&device, 501);
    made_device_send(&device, &server, 1, 501, 413, &answer);
    answer_is_problem(&answer, 413, "too-large");
    made_device_send(&device, &server, 1, 500, 200, &answer);
    json_t *object = answer_object(&answer);
    assert_int_equal(number_of(object, "received_to"), 500);
    json_decref(object);
    answer_free(&answer);
    made_device_free(&device);
}

static void gzip(const void *bytes, size_t size, struct buf *out)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
                                  Z_DEFAULT_STRATEGY),
                     Z_OK);
    size_t room = deflateBound(&stream, size);
    char *to = buf_reserve(out, room);
    assert_non_null(to);
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    buf_commit(out, stream.total_out);
    deflateEnd(&stream);
}

static void test_gzip_is_taken(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    struct buf body = {0}, zipped = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    rate_often(&device, 300);
    made_device_body(&device, 1, 300, &body, NULL);
    gzip(body.data, body.size, &zipped);
    assert_true(zipped.size < body.size / 2);
    made_device_post(&device, &server, &zipped, "Content-Encoding: gzip\r\n",
                     &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_int_equal(number_of(object, "received_to"), 300);
    json_decref(object);
    // Cut short, and with something behind its end.
    zipped.size -= 10;
    made_device_post(&device, &server, &zipped, "Content-Encoding: gzip\r\n",
                     &answer);
    answer_is_problem(&answer, 422, "unreadable");
    zipped.size += 10;
    buf_append_text(&zipped, "more");
    made_device_post(&device, &server, &zipped, "Content-Encoding: gzip\r\n",
                     &answer);
    answer_is_problem(&answer, 422, "unreadable");
    made_device_post(&device, &server, &body, "Content-Encoding: gzip\r\n",
                     &answer);
    answer_is_problem(&answer, 422, "unreadable");
    buf_free(&body);
    buf_free(&zipped);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_a_gzip_bomb_is_refused(void **state)
{
    enum { BLOWN_UP = 64 << 20 };
    struct made_device device;
    struct answer answer = {0};
    struct buf zipped = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    char *zeros = calloc(1, BLOWN_UP);
    assert_non_null(zeros);
    gzip(zeros, BLOWN_UP, &zipped);
    assert_true(zipped.size < 100000);
    made_device_post(&device, &server, &zipped, "Content-Encoding: gzip\r\n",
                     &answer);
    answer_is_problem(&answer, 413, "too-large");
    free(zeros);
    buf_free(&zipped);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_an_oversize_body_is_refused(void **state)
{
    enum { TOO_MUCH = (4 << 20) + 1 };
    struct made_device device;
    struct answer answer = {0};
    struct buf body = {0};
    struct talk talk;
    (void)state;
    made_device_enrol(&device, &server, "3");
    assert_non_null(buf_reserve(&body, TOO_MUCH));
    memset(body.data, 'x', TOO_MUCH);
    buf_commit(&body, TOO_MUCH);
    // By what it announces: the answer comes before the body.
    talk_open(&talk, server.port);
    struct buf head = {0};
    buf_printf(&head,
               "POST /api/v1/batches HTTP/1.1\r\nHost: a\r\n"
               "Authorization: Bearer %s\r\n"
               "Content-Type: application/x-ndjson\r\n",
               device.token);
    talk_send(&talk, head.data, head.size);
    talk_say(&talk, "Content-Length: 1099511627776\r\n\r\n");
    assert_true(talk_hear(&talk, true, &answer));
    answer_is_problem(&answer, 413, "too-large");
    talk_close(&talk);
    // In chunks nothing is announced: it is counted as it comes.
    talk_open(&talk, server.port);
    talk_send(&talk, head.data, head.size);
    talk_say(&talk, "Transfer-Encoding: chunked\r\n\r\n400001\r\n");
    talk_send(&talk, body.data, body.size);
    talk_say(&talk, "\r\n0\r\n\r\n");
    assert_true(talk_hear(&talk, true, &answer));
    answer_is_problem(&answer, 413, "too-large");
    talk_close(&talk);
    buf_free(&head);
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_types_and_encodings_that_are_not_taken(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    struct ask wrong = {.path = "/api/v1/batches",
                        .token = device.token,
                        .type = "application/json",
                        .body = "{}",
                        .size = 2};
    ask(server.port, &wrong, &answer);
    answer_is_problem(&answer, 415, "media-type");
    wrong.type = NULL;
    ask(server.port, &wrong, &answer);
    answer_is_problem(&answer, 415, "media-type");
    wrong.type = "application/x-ndjson; charset=utf-8";
    wrong.headers = "Content-Encoding: br\r\n";
    ask(server.port, &wrong, &answer);
    answer_is_problem(&answer, 415, "media-type");
    assert_string_equal(answer_header(&answer, "Accept-Encoding"), "gzip");
    answer_free(&answer);
    made_device_free(&device);
}

static void test_a_comeback_after_the_wrong_generation(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    rate_often(&device, 2);
    made_device_send(&device, &server, 1, 2, 200, &answer);
    maker_new_gen(&device.ledger, 2);
    rate_often(&device, 3);
    made_device_send(&device, &server, 1, 3, 200, &answer);
    json_t *object = answer_object(&answer);
    assert_int_equal(number_of(object, "received_to"), 3);
    assert_int_equal(number_of(object, "next_gen"), 3);
    json_decref(object);
    answer_free(&answer);
    made_device_free(&device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_batch_is_stored_and_receipted),
        cmocka_unit_test(test_resent_and_overlapping_lines_are_already_there),
        cmocka_unit_test(test_a_gap_names_the_line_to_send_from),
        cmocka_unit_test(test_a_heartbeat_is_never_a_gap),
        cmocka_unit_test(test_a_heartbeat_tells_how_the_device_is),
        cmocka_unit_test(test_another_line_at_a_held_place_is_a_fork),
        cmocka_unit_test(test_a_wrong_signature_is_refused),
        cmocka_unit_test(test_another_devices_token_is_refused),
        cmocka_unit_test(test_unknown_and_missing_tokens_get_401),
        cmocka_unit_test(test_a_revoked_device_gets_403),
        cmocka_unit_test(test_500_lines_are_taken_and_501_are_not),
        cmocka_unit_test(test_gzip_is_taken),
        cmocka_unit_test(test_a_gzip_bomb_is_refused),
        cmocka_unit_test(test_an_oversize_body_is_refused),
        cmocka_unit_test(test_types_and_encodings_that_are_not_taken),
        cmocka_unit_test(test_a_comeback_after_the_wrong_generation),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
