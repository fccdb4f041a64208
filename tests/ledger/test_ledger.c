// The ledger's bytes, keys and proofs, against lines written out by hand
// (hashed with sha256sum) and the published vectors of FIPS 180-4 and RFC 8032.
#include "common/file.h"
#include "ledger/box.h"
#include "ledger/chain.h"
#include "ledger/proof.h"
#include "support/check.h"
#include "support/scratch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char line_1[] =
    "{\"v\":1,\"device\":\"018f2d6e-0000-7000-8000-000000000001\""
    ",\"gen\":1,\"seq\":1,\"prev\":\"0000000000000000000000000000"
    "000000000000000000000000000000000000\",\"id\":\"019a0000-000"
    "0-7000-8000-000000000001\",\"kind\":\"event\",\"test\":false"
    ",\"at\":\"2026-11-23T07:30:00.000+07:00\",\"clock\":\"synced"
    "\",\"boot\":\"11111111-2222-4333-8444-555555555555\",\"up_ms"
    "\":1000,\"event\":\"start\",\"detail\":{\"version\":\"0.1.0\""
    "}}";
static const char hash_1[] =
    "71248e093dc521ee9657b4f38b1de262555ef2d680a72a9233b6518526b4094f";
static const char line_2[] =
    "{\"v\":1,\"device\":\"018f2d6e-0000-7000-8000-000000000001\""
    ",\"gen\":1,\"seq\":2,\"prev\":\"71248e093dc521ee9657b4f38b1d"
    "e262555ef2d680a72a9233b6518526b4094f\",\"id\":\"019a0000-000"
    "0-7000-8000-000000000002\",\"kind\":\"visit\",\"test\":false"
    ",\"opened_at\":\"2026-11-23T09:15:02.120+07:00\",\"answered_"
    "at\":\"2026-11-23T09:15:03.360+07:00\",\"closed_at\":\"2026-"
    "11-23T09:15:09.000+07:00\",\"clock\":\"unsure\",\"boot\":\"1"
    "1111111-2222-4333-8444-555555555555\",\"up_ms\":512345,\"sur"
    "vey\":\"quay\",\"survey_version\":3,\"lang\":\"vi\",\"mode\""
    ":\"transaction\",\"order\":\"best-first\",\"aids\":[\"large\""
    "],\"outcome\":\"rated\",\"level\":5,\"reasons\":[\"reason.hi"
    "gh.1\",\"reason.high.3\"],\"answers\":[{\"q\":\"15\",\"level"
    "\":4},{\"q\":\"16\",\"level\":null}],\"comment_hash\":null,\""
    "unit\":\"H24.12\",\"counter\":\"3\",\"field\":\"chung-thuc\""
    ",\"procedure\":\"2.000815\",\"step\":\"tra-ket-qua\",\"offic"
    "er\":\"cb-07\",\"transaction\":\"H24.12-261123-0007\",\"invi"
    "tation\":\"66666666-7777-4888-8999-aaaaaaaaaaaa\",\"touch\":"
    "{\"x\":0.31,\"y\":0.05,\"after_ms\":1240}}";
static const char hash_2[] =
    "f02a94185f9e9600a5e085456c194b413d924e46ff7331d6f7db902bea794cbc";

static const char device[] = "018f2d6e-0000-7000-8000-000000000001";

static int setup(void **state)
{
    (void)state;
    return ledger_init() ? 0 : 1;
}

static void copy(char *out, size_t size, const char *text)
{
    assert_true((size_t)snprintf(out, size, "%s", text) < size);
}

#define COPY(field, text) copy((field), sizeof(field), (text))

static void make_event(struct record *r)
{
    record_init(r, RECORD_EVENT);
    COPY(r->device, device);
    r->gen = 1;
    r->seq = 1;
    COPY(r->prev, DIGEST_NONE_HEX);
    COPY(r->id, "019a0000-0000-7000-8000-000000000001");
    r->opened_at = 1795393800000; // 2026-11-23 07:30 in Vietnam
    r->clock = RECORD_CLOCK_SYNCED;
    COPY(r->boot, "11111111-2222-4333-8444-555555555555");
    r->up_ms = 1000;
    COPY(r->event, "start");
    COPY(r->detail, "{\"version\":\"0.1.0\"}");
}

static void make_visit(struct record *r)
{
    record_init(r, RECORD_VISIT);
    COPY(r->device, device);
    r->gen = 1;
    r->seq = 2;
    COPY(r->prev, hash_1);
    COPY(r->id, "019a0000-0000-7000-8000-000000000002");
    r->opened_at = 1795400102120; // 09:15:02.120
    r->answered_at = 1795400103360;
    r->closed_at = 1795400109000;
    COPY(r->boot, "11111111-2222-4333-8444-555555555555");
    r->up_ms = 512345;
    COPY(r->survey, "quay");
    r->survey_version = 3;
    COPY(r->lang, "vi");
    COPY(r->aids[0], "large");
    r->aid_count = 1;
    r->level = 5;
    COPY(r->reasons[0], "reason.high.1");
    COPY(r->reasons[1], "reason.high.3");
    r->reason_count = 2;
    COPY(r->answers[0].question, "15");
    r->answers[0].level = 4;
    COPY(r->answers[1].question, "16");
    r->answer_count = 2;
    COPY(r->unit, "H24.12");
    COPY(r->counter, "3");
    COPY(r->field, "chung-thuc");
    COPY(r->procedure, "2.000815");
    COPY(r->step, "tra-ket-qua");
    COPY(r->officer, "cb-07");
    COPY(r->transaction, "H24.12-261123-0007");
    COPY(r->invitation, "66666666-7777-4888-8999-aaaaaaaaaaaa");
    r->has_touch = true;
    r->touch_x = 0.3149;
    r->touch_y = 0.05;
    r->touch_after_ms = 1240;
}

static void test_record_bytes_are_exact(void **state)
{
    (void)state;
    struct record record;
    struct buf out = {0};
    make_event(&record);
    assert_true(record_write(&record, &out));
    assert_string_equal(buf_text(&out), line_1);
    buf_clear(&out);
    make_visit(&record);
    assert_true(record_write(&record, &out));
    assert_string_equal(buf_text(&out), line_2);
    buf_free(&out);
}

static void test_record_reads_what_it_wrote(void **state)
{
    (void)state;
    struct record read;
    struct buf again = {0};
    char reason[JSON_MESSAGE_SIZE];
    assert_true(record_read(line_2, strlen(line_2), &read, reason));
    assert_int_equal(read.level, 5);
    assert_int_equal(read.outcome, RECORD_RATED);
    assert_int_equal(read.closed_at, 1795400109000);
    assert_string_equal(read.transaction, "H24.12-261123-0007");
    assert_int_equal(read.answers[1].level, 0);
    assert_true(record_write(&read, &again));
    assert_string_equal(buf_text(&again), line_2);
    buf_free(&again);
}

static void test_record_texts_are_made_nfc_and_escaped(void **state)
{
    (void)state;
    struct record record;
    struct buf out = {0};
    char reason[JSON_MESSAGE_SIZE];
    make_visit(&record);
    COPY(record.field, "chu\xcc\x9b\xcc\x81ng \"a\\b\"");
    assert_true(record_write(&record, &out));
    assert_holds(buf_text(&out), "\"field\":\"chứng \\\"a\\\\b\\\"\"");
    assert_true(record_read(buf_text(&out), out.size, &record, reason));
    assert_string_equal(record.field, "chứng \"a\\b\"");
    buf_clear(&out);
    COPY(record.field, "a\nb");
    assert_false(record_write(&record, &out));
    assert_int_equal(out.size, 0);
    buf_free(&out);
}

// A line of the good one with a part of it changed.
static void assert_refused(const char *from, const char *to, const char *why)
{
    char reason[JSON_MESSAGE_SIZE] = "";
    struct record record;
    struct buf line = {0};
    const char *at = strstr(line_2, from);
    assert_non_null(at);
    buf_append(&line, line_2, (size_t)(at - line_2));
    buf_append_text(&line, to);
    buf_append_text(&line, at + strlen(from));
    assert_false(record_read(buf_text(&line), line.size, &record, reason));
    assert_holds(reason, why);
    buf_free(&line);
}

static void test_record_refuses_and_names_the_key(void **state)
{
    (void)state;
    assert_refused("\"level\":5,", "\"level\":6,", "level");
    assert_refused("\"level\":5,", "\"level\":null,", "level");
    assert_refused("\"level\":5,", "\"level\":\"5\",", "level");
    assert_refused("\"rated\"", "\"declined\"", "level: stands without");
    assert_refused("\"rated\"", "\"liked\"", "outcome");
    assert_refused("\"gen\":1", "\"gen\":0", "gen");
    assert_refused("\"seq\":2", "\"seq\":2.5", "seq");
    assert_refused("\"seq\":2", "\"seq\":2,\"seq\":3", "duplicate");
    assert_refused("\"v\":1", "\"v\":2", "v: is a version");
    assert_refused("\"kind\":\"visit\"", "\"kind\":\"visitor\"", "kind");
    assert_refused("\"test\":false", "\"test\":0", "test");
    assert_refused("018f2d6e", "018F2D6E", "device");
    assert_refused("71248e09", "71248E09", "prev");
    assert_refused("T09:15:02.120+07:00", " 09:15", "opened_at");
    assert_refused("chung-thuc", "chu\xcc\x9b\xcc\x81ng", "not NFC");
    assert_refused("chung-thuc", "chung\\nthuc", "control");
    assert_refused("chung-thuc", "chu\\u0301ng", "escape");
    assert_refused("chung-thuc", "chung\xff", "UTF-8");
    assert_refused("\"x\":0.31", "\"x\":1.5", "touch");
    assert_refused("\"counter\":\"3\"", "\"counter\":null", "counter");
    assert_refused("}}", "}", "line 1");
    assert_refused("}}", "}} ,", "line 1");
}

static void test_record_keeps_unknown_keys_out_of_the_way(void **state)
{
    (void)state;
    char line[2000], reason[JSON_MESSAGE_SIZE];
    struct record record;
    snprintf(line, sizeof line, "%.*s,\"later\":{\"a\":[1]}}",
             (int)strlen(line_2) - 1, line_2);
    assert_true(record_read(line, strlen(line), &record, reason));
    assert_int_equal(record.level, 5);
}

static void test_record_draft_has_no_place_yet(void **state)
{
    (void)state;
    struct record record, read;
    struct buf out = {0};
    char reason[JSON_MESSAGE_SIZE];
    make_visit(&record);
    record.closed_at = 0;
    assert_true(record_write_draft(&record, &out));
    assert_null(strstr(buf_text(&out), "\"seq\""));
    assert_true(record_read_draft(buf_text(&out), out.size, &read, reason));
    assert_int_equal(read.level, 5);
    assert_int_equal(read.closed_at, 0);
    assert_false(record_read(buf_text(&out), out.size, &read, reason));
    buf_free(&out);
}

static void test_chain_follows_and_names_each_fault(void **state)
{
    (void)state;
    struct chain chain;
    struct record record;
    struct buf line = {0};
    char reason[JSON_MESSAGE_SIZE];
    chain_start(&chain, device, 1);
    assert_int_equal(chain_follow(&chain, line_2, strlen(line_2), NULL, reason),
                     CHAIN_GAP);
    assert_int_equal(chain_follow(&chain, line_1, strlen(line_1), NULL, reason),
                     CHAIN_SOUND);
    assert_string_equal(chain.head, hash_1);
    assert_int_equal(chain_follow(&chain, line_1, strlen(line_1), NULL, reason),
                     CHAIN_REPEAT);
    assert_int_equal(chain_follow(&chain, "{}", 2, NULL, reason),
                     CHAIN_BAD_LINE);

    make_visit(&record);
    COPY(record.prev, hash_2);
    assert_true(record_write(&record, &line));
    assert_int_equal(
        chain_follow(&chain, buf_text(&line), line.size, NULL, reason),
        CHAIN_BAD_PREV);
    assert_holds(reason, "prev");
    buf_clear(&line);
    make_visit(&record);
    record.gen = 2;
    assert_true(record_write(&record, &line));
    assert_int_equal(
        chain_follow(&chain, buf_text(&line), line.size, NULL, reason),
        CHAIN_BAD_GEN);
    buf_clear(&line);
    record.gen = 1;
    COPY(record.device, "018f2d6e-0000-7000-8000-000000000002");
    assert_true(record_write(&record, &line));
    assert_int_equal(
        chain_follow(&chain, buf_text(&line), line.size, NULL, reason),
        CHAIN_BAD_DEVICE);
    buf_free(&line);

    assert_int_equal(
        chain_follow(&chain, line_2, strlen(line_2), &record, reason),
        CHAIN_SOUND);
    assert_string_equal(chain.head, hash_2);
    assert_int_equal(record.level, 5);
}

static void test_digest_fips_vectors(void **state)
{
    (void)state;
    char hex[DIGEST_HEX_SIZE];
    digest_hex_of("abc", 3, hex);
    assert_string_equal(
        hex,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_hex_of("", 0, hex);
    assert_string_equal(
        hex,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_base64_rfc_vectors(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf out = {0};
        char back[8];
        size_t size = strlen(pairs[i][0]);
        base64_append(pairs[i][0], size, &out);
        assert_string_equal(buf_text(&out), pairs[i][1]);
        assert_true(
            base64_decode(pairs[i][1], strlen(pairs[i][1]), back, size));
        assert_memory_equal(back, pairs[i][0], size);
        buf_free(&out);
    }
    char three[3];
    assert_false(base64_decode("Zm9", 3, three, 3));
    assert_false(base64_decode("Zm9v", 4, three, 2));
    assert_false(base64_decode("Zm9v\n", 5, three, 3));
}

// RFC 8032, section 7.1, test 1: the empty message.
static void test_key_rfc_8032_vector(void **state)
{
    (void)state;
    static const char seed[] =
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    static const char public[] =
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    static const char signature[] =
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    char folder[SCRATCH_SIZE], path[128], text[KEY_SIGNATURE_BASE64_SIZE];
    unsigned char bytes[64];
    struct buf file = {0};
    struct key key;
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "device.key"));
    assert_true(hex_decode(seed, 64, bytes, 32));
    base64_append(bytes, 32, &file);
    assert_true(file_replace(path, file.data, file.size, 0600));
    assert_true(key_load(path, &key));
    assert_true(hex_decode(public, 64, bytes, 32));
    assert_memory_equal(key.public_key, bytes, 32);
    key_sign(&key, "", 0, text);
    assert_true(hex_decode(signature, 128, bytes, 64));
    buf_clear(&file);
    base64_append(bytes, 64, &file);
    assert_string_equal(text, buf_text(&file));
    assert_true(key_verify(key.public_key, "", 0, text));
    assert_false(key_verify(key.public_key, "x", 1, text));
    buf_free(&file);
    scratch_remove(folder);
}

static void test_key_file_that_others_can_read_is_refused(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[128];
    struct key key, back;
    struct stat st;
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "device.key"));
    key_make(&key);
    assert_true(key_save(path, &key));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(key_load(path, &back));
    assert_memory_equal(&key, &back, sizeof key);
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(key_load(path, &back));
    assert_int_equal(errno, EPERM);
    assert_true(file_replace(path, "short\n", 6, 0600));
    assert_false(key_load(path, &back));
    assert_int_equal(errno, EINVAL);
    scratch_remove(folder);
}

static void test_box_only_the_server_opens(void **state)
{
    (void)state;
    static const char text[] = "Cán bộ nhiệt tình";
    struct box_key server, other;
    struct buf sealed = {0}, opened = {0};
    box_make(&server);
    box_make(&other);
    assert_true(box_seal(server.public_key, text, sizeof text - 1, &sealed));
    assert_null(strstr(buf_text(&sealed), "nhi"));
    assert_false(box_open(&other, buf_text(&sealed), sealed.size, &opened));
    assert_true(box_open(&server, buf_text(&sealed), sealed.size, &opened));
    assert_string_equal(buf_text(&opened), text);
    sealed.data[20] = sealed.data[20] == 'A' ? 'B' : 'A';
    buf_clear(&opened);
    assert_false(box_open(&server, buf_text(&sealed), sealed.size, &opened));
    buf_free(&sealed);
    buf_free(&opened);
}

static void test_proof_signs_exactly_these_texts(void **state)
{
    (void)state;
    struct key key;
    struct proof_receipt receipt = {.batch = {.gen = 2, .to = 101}};
    char signature[KEY_SIGNATURE_BASE64_SIZE], text[400];
    key_make(&key);
    COPY(receipt.batch.device, device);
    COPY(receipt.batch.head, hash_1);
    COPY(receipt.batch.nonce, "0123456789abcdef0123456789abcdef");
    COPY(receipt.at, "2026-11-23T09:15:02.120+07:00");
    proof_sign_batch(&key, &receipt.batch, signature);
    snprintf(text, sizeof text,
             "hailong.batch.1\n%s\n2\n101\n%s\n"
             "0123456789abcdef0123456789abcdef\n",
             device, hash_1);
    assert_true(key_verify(key.public_key, text, strlen(text), signature));
    proof_sign_receipt(&key, &receipt);
    snprintf(text, sizeof text,
             "hailong.receipt.1\n%s\n2\n101\n%s\n"
             "0123456789abcdef0123456789abcdef\n"
             "2026-11-23T09:15:02.120+07:00\n",
             device, hash_1);
    assert_true(
        key_verify(key.public_key, text, strlen(text), receipt.signature));
    assert_true(proof_verify_receipt(key.public_key, &receipt));
    receipt.batch.to = 102;
    assert_false(proof_verify_receipt(key.public_key, &receipt));
    receipt.batch.to = 101;
    receipt.batch.nonce[0] = 'f';
    assert_false(proof_verify_receipt(key.public_key, &receipt));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_bytes_are_exact),
        cmocka_unit_test(test_record_reads_what_it_wrote),
        cmocka_unit_test(test_record_texts_are_made_nfc_and_escaped),
        cmocka_unit_test(test_record_refuses_and_names_the_key),
        cmocka_unit_test(test_record_keeps_unknown_keys_out_of_the_way),
        cmocka_unit_test(test_record_draft_has_no_place_yet),
        cmocka_unit_test(test_chain_follows_and_names_each_fault),
        cmocka_unit_test(test_digest_fips_vectors),
        cmocka_unit_test(test_base64_rfc_vectors),
        cmocka_unit_test(test_key_rfc_8032_vector),
        cmocka_unit_test(test_key_file_that_others_can_read_is_refused),
        cmocka_unit_test(test_box_only_the_server_opens),
        cmocka_unit_test(test_proof_signs_exactly_these_texts),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
