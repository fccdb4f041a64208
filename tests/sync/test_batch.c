// The body of a batch, byte for byte.
#include "common/json.h"
#include "support/check.h"
#include "support/ledger_maker.h"
#include "sync/batch.h"
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static const char boot[] = "0b1e6f0a-6a3d-4a7e-8f55-3c1f2a9d7e10";
// 2026-11-23T02:15:02.120Z
static const int64_t wall_ms = 1795400102120;

static const struct batch_state state_of_a_good_day = {
    .pending = 3,
    .lifetime =
        {.lines = 9, .rated = 5, .declined = 2, .timeout = 1, .withdrawn = 1},
    .disk_free_mib = 2048,
    .oldest_at = 1795400101000,
    .config_version = 4};

struct bench {
    struct ledger_maker device;
    struct batch batch;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    maker_start(&b->device, wall_ms);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    batch_free(&b->batch);
    maker_free(&b->device);
    free(b);
    return 0;
}

static void start(struct bench *b)
{
    struct ledger_end end = {.gen = 1};
    memcpy(end.head, DIGEST_NONE_HEX, sizeof end.head);
    batch_free(&b->batch);
    batch_start(&b->batch, b->device.device, &end);
}

static bool add(struct bench *b, const struct made_line *line)
{
    return batch_add(&b->batch, line->seq, line->id, line->bytes, line->size);
}

static void finish(struct bench *b)
{
    assert_true(batch_finish(&b->batch, &b->device.key, &state_of_a_good_day,
                             wall_ms, boot, 512345));
}

// What the server gets to read: the body, inflated when it says gzip.
static struct buf inflated(const struct batch *batch)
{
    struct buf out = {0};
    z_stream z = {0};
    size_t room = BATCH_BYTES_MAX + 1;
    if (!batch->gzip) {
        buf_append(&out, batch->body.data, batch->body.size);
        return out;
    }
    // gzip alone (RFC 1952): zlib's own form is not what the header says.
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)batch->body.data;
    z.avail_in = (uInt)batch->body.size;
    z.next_out = (Bytef *)buf_reserve(&out, room);
    z.avail_out = (uInt)room;
    assert_non_null(z.next_out);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    buf_commit(&out, z.total_out);
    inflateEnd(&z);
    return out;
}

// The header as the wire's description has it, from the values alone.
static void expect_header(const struct bench *b, int64_t gen, int64_t from,
                          int64_t to, const char *head, struct buf *out)
{
    const char *nonce = b->batch.proof.nonce;
    char sig[KEY_SIGNATURE_BASE64_SIZE];
    struct buf text = {0};
    buf_printf(&text, "hailong.batch.1\n%s\n%lld\n%lld\n%s\n%s\n",
               b->device.device, (long long)gen, (long long)to, head, nonce);
    key_sign(&b->device.key, text.data, text.size, sig);
    buf_free(&text);
    buf_printf(out,
               "{\"batch\":1,\"device\":\"%s\",\"gen\":%lld,\"from\":%lld,"
               "\"to\":%lld,\"head\":\"%s\",\"nonce\":\"%s\",\"sig\":\"%s\","
               "\"sent_at\":\"2026-11-23T09:15:02.120+07:00\","
               "\"boot\":\"0b1e6f0a-6a3d-4a7e-8f55-3c1f2a9d7e10\","
               "\"up_ms\":512345,\"state\":{\"pending\":3,\"lifetime\":{"
               "\"lines\":9,\"rated\":5,\"declined\":2,\"timeout\":1,"
               "\"withdrawn\":1},\"disk_free_mib\":2048,\"version\":\"%s\","
               "\"config\":4,\"faults\":[],"
               "\"oldest_at\":\"2026-11-23T09:15:01.000+07:00\"},"
               "\"protocol\":2}\n",
               b->device.device, (long long)gen, (long long)from, (long long)to,
               head, nonce, sig, HAILONG_VERSION);
}

static void assert_body(const struct bench *b, const struct buf *expected)
{
    struct buf body = inflated(&b->batch);
    assert_string_equal(buf_text(&body), buf_text(expected));
    assert_int_equal(body.size, expected->size);
    buf_free(&body);
}

static void test_lines_go_as_they_are(void **state)
{
    struct bench *b = *state;
    struct buf expected = {0};
    for (int level = 1; level <= 5; level++)
        maker_rate(&b->device, level);
    const struct made_line *lines = b->device.lines;
    start(b);
    for (int i = 1; i <= 3; i++) // lines 2, 3 and 4
        assert_true(add(b, &lines[i]));
    finish(b);
    assert_true(b->batch.gzip);
    expect_header(b, 1, 2, 4, lines[3].hash, &expected);
    for (int i = 1; i <= 3; i++) {
        buf_append(&expected, lines[i].bytes, lines[i].size);
        buf_append_char(&expected, '\n');
    }
    assert_body(b, &expected);
    assert_int_equal(b->batch.count, 3);
    assert_int_equal(b->batch.items[0].seq, 2);
    assert_string_equal(b->batch.items[2].id, lines[3].id);
    buf_free(&expected);
}

static void test_heartbeat_has_the_last_line_and_none(void **state)
{
    struct bench *b = *state;
    struct buf expected = {0};
    struct ledger_end end = {.gen = 2, .seq = 7};
    digest_hex_of("line 7", 6, end.head);
    batch_start(&b->batch, b->device.device, &end);
    finish(b);
    assert_int_equal(b->batch.count, 0);
    expect_header(b, 2, 8, 7, end.head, &expected);
    assert_body(b, &expected);
    // Too small to be worth packing.
    assert_false(b->batch.gzip);
    buf_free(&expected);
}

static void test_heartbeat_of_an_empty_generation(void **state)
{
    struct bench *b = *state;
    struct buf expected = {0};
    start(b);
    finish(b);
    expect_header(b, 1, 1, 0,
                  "00000000000000000000000000000000"
                  "00000000000000000000000000000000",
                  &expected);
    assert_body(b, &expected);
    buf_free(&expected);
}

static void test_signature_is_the_devices(void **state)
{
    struct bench *b = *state;
    char message[JSON_MESSAGE_SIZE];
    const char *signature;
    struct key other;
    key_make(&other);
    maker_rate(&b->device, 4);
    start(b);
    assert_true(add(b, &b->device.lines[0]));
    finish(b);
    struct buf body = inflated(&b->batch);
    size_t length = strcspn(buf_text(&body), "\n");
    json_t *header = json_read(body.data, length, message);
    assert_non_null(header);
    assert_true(json_get_text(header, "sig", &signature));
    struct proof_batch *proof = &b->batch.proof;
    const unsigned char *key = b->device.key.public_key;
    assert_true(proof_verify_batch(key, proof, signature));
    assert_false(proof_verify_batch(other.public_key, proof, signature));
    proof->to++;
    assert_false(proof_verify_batch(key, proof, signature));
    json_decref(header);
    buf_free(&body);
}

static void test_each_batch_has_its_own_nonce(void **state)
{
    struct bench *b = *state;
    char first[PROOF_NONCE_SIZE];
    unsigned char bytes[16];
    start(b);
    finish(b);
    memcpy(first, b->batch.proof.nonce, sizeof first);
    assert_true(hex_decode(first, strlen(first), bytes, sizeof bytes));
    start(b);
    finish(b);
    assert_string_not_equal(first, b->batch.proof.nonce);
}

static void test_at_most_500_lines(void **state)
{
    struct bench *b = *state;
    int64_t count = 0;
    char id[ID_SIZE];
    id_new_v7(wall_ms, id);
    start(b);
    while (batch_add(&b->batch, 101 + count, id, "{}", 2))
        count++;
    assert_int_equal(count, 500);
    finish(b);
    struct buf body = inflated(&b->batch);
    const char *header = strchr(buf_text(&body), '\n');
    assert_non_null(header);
    // What was refused left nothing behind.
    assert_int_equal(body.size - (size_t)(header + 1 - body.data), 500 * 3);
    assert_int_equal(b->batch.from, 101);
    assert_int_equal(b->batch.proof.to, 600);
    buf_free(&body);
}

// 255 lines of 16,385 bytes with their newline are 4,178,175; one more would
// be beyond 4 MiB = 4,194,304, whatever the header takes.
static void test_at_most_4_mib(void **state)
{
    static char line[16384];
    struct bench *b = *state;
    int64_t count = 0;
    char id[ID_SIZE];
    id_new_v7(wall_ms, id);
    id_random(line, sizeof line); // does not shrink
    for (size_t i = 0; i < sizeof line; i++)
        line[i] = (char)('a' + (line[i] & 15));
    start(b);
    while (batch_add(&b->batch, 1 + count, id, line, sizeof line))
        count++;
    assert_int_equal(count, 255);
    finish(b);
    struct buf body = inflated(&b->batch);
    assert_in_range(body.size, 4178175, 4194304);
    assert_true(b->batch.gzip && b->batch.body.size < body.size);
    buf_free(&body);
}

static void test_a_hole_ends_the_batch(void **state)
{
    struct bench *b = *state;
    char id[ID_SIZE];
    id_new_v7(wall_ms, id);
    start(b);
    assert_true(batch_add(&b->batch, 4, id, "{}", 2));
    assert_true(batch_add(&b->batch, 5, id, "{}", 2));
    assert_false(batch_add(&b->batch, 7, id, "{}", 2));
    assert_false(batch_add(&b->batch, 5, id, "{}", 2));
    assert_int_equal(b->batch.count, 2);
    assert_int_equal(b->batch.proof.to, 5);
}

static void test_faults_are_told(void **state)
{
    struct bench *b = *state;
    struct batch_state broken = state_of_a_good_day;
    broken.faults[0] = "touch";
    broken.faults[1] = "clock";
    broken.fault_count = 2;
    broken.disk_free_mib = -1;
    start(b);
    assert_true(
        batch_finish(&b->batch, &b->device.key, &broken, wall_ms, boot, 1));
    struct buf body = inflated(&b->batch);
    assert_holds(buf_text(&body), "\"disk_free_mib\":-1,");
    assert_holds(buf_text(&body), "\"faults\":[\"touch\",\"clock\"]");
    buf_free(&body);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lines_go_as_they_are),
        TEST(test_heartbeat_has_the_last_line_and_none),
        TEST(test_heartbeat_of_an_empty_generation),
        TEST(test_signature_is_the_devices),
        TEST(test_each_batch_has_its_own_nonce),
        TEST(test_at_most_500_lines),
        TEST(test_at_most_4_mib),
        TEST(test_a_hole_ends_the_batch),
        TEST(test_faults_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
