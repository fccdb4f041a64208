// Which answers are believed. Each bad one is a good one with one thing wrong.
#include "support/check.h"
#include "support/heard_batch.h"
#include "support/ledger_maker.h"
#include "sync/answer.h"
#include <stdio.h>
#include <stdlib.h>

enum { LINES = 6, FIRST = 2, LAST = 4 }; // the batch holds lines 2 to 4 of 6

struct bench {
    struct ledger_maker device;
    struct key server, other;
    struct batch batch;
    struct heard_batch heard;
    json_t *document; // a good answer, to be spoilt
    struct answer answer;
    char reason[JSON_MESSAGE_SIZE];
};

static void send_lines(struct bench *b, int first, int last)
{
    const struct batch_state none = {0};
    struct ledger_end end = {.gen = 1, .seq = last};
    memcpy(end.head,
           last > 0 ? b->device.lines[last - 1].hash : DIGEST_NONE_HEX,
           sizeof end.head);
    batch_free(&b->batch);
    heard_free(&b->heard);
    json_decref(b->document);
    batch_start(&b->batch, b->device.device, &end);
    for (int seq = first; seq <= last; seq++) {
        const struct made_line *line = &b->device.lines[seq - 1];
        assert_true(
            batch_add(&b->batch, line->seq, line->id, line->bytes, line->size));
    }
    assert_true(batch_finish(&b->batch, &b->device.key, &none,
                             b->device.wall_ms, b->device.boot, 1));
    heard_read(b->batch.body.data, b->batch.body.size, &b->heard);
    b->document = heard_answer(&b->heard, &b->server);
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    maker_start(&b->device, 1795400102120);
    for (int i = 0; i < LINES; i++)
        maker_rate(&b->device, 1 + i % 5);
    key_make(&b->server);
    key_make(&b->other);
    send_lines(b, FIRST, LAST);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    json_decref(b->document);
    heard_free(&b->heard);
    batch_free(&b->batch);
    maker_free(&b->device);
    free(b);
    return 0;
}

static enum answer_own own_hash(void *ctx, int64_t gen, int64_t seq,
                                char out[DIGEST_HEX_SIZE])
{
    const struct ledger_maker *device = ctx;
    if (gen != device->gen || seq < 1 || (size_t)seq > device->count)
        return ANSWER_ALIEN;
    memcpy(out, device->lines[seq - 1].hash, DIGEST_HEX_SIZE);
    return ANSWER_OWN;
}

static bool believe(struct bench *b, const char *bytes, size_t size)
{
    b->reason[0] = '\0';
    return answer_read(bytes, size, &b->batch, b->server.public_key, own_hash,
                       &b->device, &b->answer, b->reason);
}

static bool believe_document(struct bench *b)
{
    struct buf text = {0};
    assert_true(json_write(b->document, &text));
    bool believed = believe(b, text.data, text.size);
    buf_free(&text);
    return believed;
}

// Not believed, and the reason holds `why`.
static void refused(struct bench *b, const char *why)
{
    assert_false(believe_document(b));
    assert_holds(b->reason, why);
}

static json_t *result(struct bench *b, size_t index)
{
    return json_array_get(json_object_get(b->document, "results"), index);
}

static json_t *receipt(struct bench *b)
{
    return json_object_get(b->document, "receipt");
}

static void test_a_good_answer(void **state)
{
    struct bench *b = *state;
    heard_set_status(b->document, 1, "already", "");
    assert_true(believe_document(b));
    assert_int_equal(b->answer.receipt.batch.to, LAST);
    assert_string_equal(b->answer.receipt.batch.head,
                        b->device.lines[LAST - 1].hash);
    assert_string_equal(b->answer.receipt.batch.device, b->device.device);
    assert_int_equal(b->answer.receipt.batch.gen, 1);
    assert_string_equal(b->answer.receipt.at, "2026-11-23T09:15:03.500+07:00");
    assert_true(proof_verify_receipt(b->server.public_key, &b->answer.receipt));
    // 2026-11-23T02:15:03.500Z
    assert_int_equal(b->answer.server_ms, 1795400103500);
    assert_int_equal(b->answer.config_version, 1);
    assert_int_equal(b->answer.aside_count, 0);
    answer_release(&b->answer);
}

// What is not needed may be missing, what is not known may be there.
static void test_an_answer_of_another_version(void **state)
{
    struct bench *b = *state;
    json_object_del(b->document, "server_time");
    json_object_del(b->document, "config_version");
    json_object_set_new(b->document, "weather", json_string("mưa"));
    assert_true(believe_document(b));
    assert_int_equal(b->answer.server_ms, 0);
    assert_int_equal(b->answer.config_version, 0);
    answer_release(&b->answer);
}

static void test_lines_set_aside(void **state)
{
    struct bench *b = *state;
    heard_set_status(b->document, 0, "invalid", "line 2: level: not 1 to 5");
    heard_set_status(b->document, 2, "conflict", "line 4: id was counted");
    // The server may not have been able to read an id in a line that is no
    // record.
    json_object_set_new(result(b, 0), "id", json_null());
    assert_true(believe_document(b));
    const struct courier_aside *aside = b->answer.aside;
    assert_int_equal(b->answer.aside_count, 2);
    assert_int_equal(aside[0].seq, 2);
    assert_string_equal(aside[0].id, b->device.lines[1].id);
    assert_string_equal(aside[0].status, "invalid");
    assert_string_equal(aside[0].reason, "line 2: level: not 1 to 5");
    assert_int_equal(aside[1].seq, 4);
    assert_string_equal(aside[1].id, b->device.lines[3].id);
    assert_string_equal(aside[1].status, "conflict");
    // They are part of the chain all the same.
    assert_int_equal(b->answer.receipt.batch.to, LAST);
    answer_release(&b->answer);
}

static void test_an_aside_without_a_reason(void **state)
{
    struct bench *b = *state;
    heard_set_status(b->document, 0, "invalid", "");
    json_object_del(result(b, 0), "detail");
    assert_true(believe_document(b));
    assert_string_equal(b->answer.aside[0].reason, "");
    answer_release(&b->answer);
}

static void test_results_of_other_lines(void **state)
{
    struct bench *b = *state;
    json_object_set_new(result(b, 1), "seq", json_integer(7));
    refused(b, "not sent");
    send_lines(b, FIRST, LAST);
    json_object_set_new(result(b, 1), "seq", json_string("3"));
    refused(b, "not sent");
    send_lines(b, FIRST, LAST);
    json_object_set_new(result(b, 1), "id", json_string(b->device.lines[4].id));
    refused(b, "another id");
    send_lines(b, FIRST, LAST);
    json_object_set_new(result(b, 1), "id", json_null());
    refused(b, "another id");
    // Two that changed places.
    send_lines(b, FIRST, LAST);
    json_array_append(json_object_get(b->document, "results"), result(b, 0));
    json_array_remove(json_object_get(b->document, "results"), 0);
    refused(b, "not sent");
}

static void test_results_in_another_number(void **state)
{
    struct bench *b = *state;
    json_t *results = json_object_get(b->document, "results");
    json_array_append(results, result(b, 2));
    refused(b, "one result for each line");
    json_array_remove(results, 3);
    json_array_remove(results, 2);
    refused(b, "one result for each line");
    json_array_clear(results);
    refused(b, "one result for each line");
    json_object_set_new(b->document, "results", json_object());
    refused(b, "one result for each line");
    json_object_del(b->document, "results");
    refused(b, "one result for each line");
}

static void test_results_with_a_strange_status(void **state)
{
    struct bench *b = *state;
    heard_set_status(b->document, 2, "queued", "");
    refused(b, "status that is not known");
    json_object_del(result(b, 2), "status");
    refused(b, "no status");
    json_array_set_new(json_object_get(b->document, "results"), 2,
                       json_string("stored"));
    refused(b, "not sent");
}

static void test_no_receipt(void **state)
{
    static const char *const members[] = {"to", "head", "at", "sig"};
    struct bench *b = *state;
    for (size_t i = 0; i < 4; i++) {
        send_lines(b, FIRST, LAST);
        json_object_del(receipt(b), members[i]);
        refused(b, "no receipt");
    }
    json_object_set_new(b->document, "receipt", json_true());
    refused(b, "no receipt");
    json_object_del(b->document, "receipt");
    refused(b, "no receipt");
}

static void test_receipt_of_another_signer(void **state)
{
    struct bench *b = *state;
    heard_set_receipt(b->document, &b->heard, &b->other, LAST, NULL, NULL);
    refused(b, "signature does not fit");
    // Nor of the device itself.
    heard_set_receipt(b->document, &b->heard, &b->device.key, LAST, NULL, NULL);
    refused(b, "signature does not fit");
}

static void test_receipt_that_was_changed(void **state)
{
    struct bench *b = *state;
    json_object_set_new(receipt(b), "to", json_integer(LAST + 1));
    refused(b, "signature does not fit");
    send_lines(b, FIRST, LAST);
    json_object_set_new(receipt(b), "at",
                        json_string("2026-11-24T09:15:03.500+07:00"));
    refused(b, "signature does not fit");
    send_lines(b, FIRST, LAST);
    json_object_set_new(receipt(b), "head",
                        json_string(b->device.lines[4].hash));
    refused(b, "signature does not fit");
    send_lines(b, FIRST, LAST);
    json_object_set_new(receipt(b), "sig", json_string("AAAA"));
    refused(b, "signature does not fit");
}

// An answer that was recorded once cannot answer a later batch.
static void test_receipt_of_an_earlier_batch(void **state)
{
    struct bench *b = *state;
    char old[PROOF_NONCE_SIZE];
    memcpy(old, b->heard.proof.nonce, sizeof old);
    send_lines(b, FIRST, LAST);
    heard_set_receipt(b->document, &b->heard, &b->server, LAST, NULL, old);
    refused(b, "signature does not fit");
    // Nor when it says itself which one it is for.
    json_object_set_new(receipt(b), "nonce", json_string(old));
    refused(b, "signature does not fit");
}

// Signed by the server, for the neighbour's counter or for older lines of ours.
static void test_receipt_of_another_chain(void **state)
{
    struct bench *b = *state;
    struct heard_batch other = b->heard;
    id_new_v4(other.proof.device);
    heard_set_receipt(b->document, &other, &b->server, LAST, NULL, NULL);
    refused(b, "signature does not fit");
    json_object_set_new(receipt(b), "device", json_string(other.proof.device));
    refused(b, "signature does not fit");
    other = b->heard;
    other.proof.gen = 2;
    heard_set_receipt(b->document, &other, &b->server, LAST, NULL, NULL);
    refused(b, "signature does not fit");
    json_object_set_new(receipt(b), "gen", json_integer(2));
    refused(b, "signature does not fit");
}

// Signed by the server, but for lines that were never written.
static void test_receipt_beyond_what_we_wrote(void **state)
{
    struct bench *b = *state;
    heard_set_receipt(b->document, &b->heard, &b->server, LINES + 1,
                      b->device.lines[LAST - 1].hash, NULL);
    refused(b, "not ours");
}

static void test_receipt_for_other_bytes(void **state)
{
    struct bench *b = *state;
    heard_set_receipt(b->document, &b->heard, &b->server, LAST,
                      b->device.lines[0].hash, NULL);
    refused(b, "not our line's hash");
}

static void test_receipt_that_leaves_lines_out(void **state)
{
    struct bench *b = *state;
    heard_set_receipt(b->document, &b->heard, &b->server, LAST - 1,
                      b->device.lines[LAST - 2].hash, NULL);
    refused(b, "leaves out");
    heard_set_receipt(b->document, &b->heard, &b->server, 0, DIGEST_NONE_HEX,
                      NULL);
    refused(b, "leaves out");
    heard_set_receipt(b->document, &b->heard, &b->server, -1, DIGEST_NONE_HEX,
                      NULL);
    refused(b, "cannot be");
}

// An answer got lost, and the server holds more than we know of.
static void test_receipt_of_more_than_was_sent(void **state)
{
    struct bench *b = *state;
    heard_set_receipt(b->document, &b->heard, &b->server, LINES,
                      b->device.lines[LINES - 1].hash, NULL);
    assert_true(believe_document(b));
    assert_int_equal(b->answer.receipt.batch.to, LINES);
    answer_release(&b->answer);
}

// A heartbeat may hear of less: the server was restored from a backup.
static void test_heartbeat_of_a_restored_server(void **state)
{
    struct bench *b = *state;
    send_lines(b, LINES + 1, LINES);
    assert_true(believe_document(b));
    answer_release(&b->answer);
    heard_set_receipt(b->document, &b->heard, &b->server, 3,
                      b->device.lines[2].hash, NULL);
    assert_true(believe_document(b));
    assert_int_equal(b->answer.receipt.batch.to, 3);
    answer_release(&b->answer);
    heard_set_receipt(b->document, &b->heard, &b->server, 0, DIGEST_NONE_HEX,
                      NULL);
    assert_true(believe_document(b));
    assert_int_equal(b->answer.receipt.batch.to, 0);
    answer_release(&b->answer);
    // "Nothing" has one form only.
    heard_set_receipt(b->document, &b->heard, &b->server, 0,
                      b->device.lines[0].hash, NULL);
    refused(b, "not our line's hash");
    heard_set_receipt(b->document, &b->heard, &b->server, -1, DIGEST_NONE_HEX,
                      NULL);
    refused(b, "cannot be");
}

static void test_bytes_that_are_no_answer(void **state)
{
    static const char nul[] = "{\"results\":[]\0}";
    static const char *const texts[] = {
        "",
        "{",
        "null",
        "[]",
        "[{}]",
        "\"results\"",
        "{}",
        "<!DOCTYPE html><html><body>Wi-Fi miễn phí</body></html>",
        "{\"results\":[],\"results\":[]}",
        "\xff\xfe{}",
        "{\"results\":[],\"received_to\":99999999999999999999}"};
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (believe(b, texts[i], strlen(texts[i])))
            fail_msg("believed: %s", texts[i]);
        assert_true(strlen(b->reason) > 0);
    }
    assert_false(believe(b, nul, sizeof nul - 1));
    assert_false(believe(b, NULL, 0));
}

// Cut anywhere, it is refused.
static void test_a_truncated_answer(void **state)
{
    struct bench *b = *state;
    struct buf text = {0};
    assert_true(json_write(b->document, &text));
    for (size_t size = 0; size < text.size; size++)
        assert_false(believe(b, text.data, size));
    assert_true(believe(b, text.data, text.size));
    answer_release(&b->answer);
    buf_free(&text);
}

static void test_a_deep_answer(void **state)
{
    struct bench *b = *state;
    struct buf text = {0};
    buf_append_text(&text, "{\"results\":");
    for (int i = 0; i < 100000; i++)
        buf_append_char(&text, '[');
    assert_false(believe(b, text.data, text.size));
    assert_holds(b->reason, "deep");
    buf_free(&text);
}

static struct problem read_problem(const char *text)
{
    struct problem problem;
    problem_read(text, strlen(text), &problem);
    return problem;
}

static void test_problem_document(void **state)
{
    (void)state;
    struct problem p = read_problem(
        "{\"type\":\"urn:hailong:problem:gap\",\"title\":\"Lines before these "
        "are missing\",\"status\":409,\"detail\":\"send again from line 12\","
        "\"expected\":12,\"next_gen\":2}");
    assert_string_equal(p.type, "gap");
    assert_string_equal(p.detail, "send again from line 12");
    assert_int_equal(p.expected, 12);
    assert_int_equal(p.next_gen, 2);
    p = read_problem("{\"type\":\"https://example.vn/problems/fork\"}");
    assert_string_equal(p.type, "fork");
    assert_string_equal(p.detail, "");
    assert_int_equal(p.expected, 0);
}

static void test_problem_that_is_none(void **state)
{
    static const char *const texts[] = {
        "",   "<html>409 Conflict</html>",          "[1]", "{\"type\":7}",
        "{}", "{\"expected\":\"12\",\"detail\":{}}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct problem p = read_problem(texts[i]);
        assert_string_equal(p.type, "");
        assert_string_equal(p.detail, "");
        assert_int_equal(p.expected, 0);
        assert_int_equal(p.next_gen, 0);
    }
}

// "x" and 100 times "ộ" (E1 BB 99) are 301 bytes. 159 fit beside the NUL: the
// "x", 52 letters, and two bytes of one more, which is left out.
static void test_problem_is_cut_between_letters(void **state)
{
    struct buf text = {0}, whole = {0};
    (void)state;
    buf_append_text(&text, "{\"detail\":\"x");
    for (int i = 0; i < 100; i++)
        buf_append_text(&text, "ộ");
    buf_append_text(&text, "\"}");
    struct problem p = read_problem(buf_text(&text));
    buf_append_char(&whole, 'x');
    for (int i = 0; i < 52; i++)
        buf_append_text(&whole, "ộ");
    assert_string_equal(p.detail, buf_text(&whole));
    buf_free(&text);
    buf_free(&whole);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_good_answer),
        TEST(test_an_answer_of_another_version),
        TEST(test_lines_set_aside),
        TEST(test_an_aside_without_a_reason),
        TEST(test_results_of_other_lines),
        TEST(test_results_in_another_number),
        TEST(test_results_with_a_strange_status),
        TEST(test_no_receipt),
        TEST(test_receipt_of_another_signer),
        TEST(test_receipt_that_was_changed),
        TEST(test_receipt_of_an_earlier_batch),
        TEST(test_receipt_of_another_chain),
        TEST(test_receipt_beyond_what_we_wrote),
        TEST(test_receipt_for_other_bytes),
        TEST(test_receipt_that_leaves_lines_out),
        TEST(test_receipt_of_more_than_was_sent),
        TEST(test_heartbeat_of_a_restored_server),
        TEST(test_bytes_that_are_no_answer),
        TEST(test_a_truncated_answer),
        TEST(test_a_deep_answer),
        cmocka_unit_test(test_problem_document),
        cmocka_unit_test(test_problem_that_is_none),
        cmocka_unit_test(test_problem_is_cut_between_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
