#include "ledger/proof.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char head[] =
    "711328af30462e4a7fe9b06a1196f7e3de82551380db0300a9e0222bfbd90e2a";

static struct proof_batch make_batch(void)
{
    struct proof_batch batch = {.gen = 2, .to = 101};
    strcpy(batch.device, "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11");
    strcpy(batch.head, head);
    strcpy(batch.nonce, "00112233445566778899aabbccddeeff");
    return batch;
}

// Ed25519 is deterministic: the signature of the text that the format fixes to
// the byte is the signature of the batch.
static void test_batch_text(void **state)
{
    (void)state;
    static const char text[] =
        "hailong.batch.1\n"
        "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11\n"
        "2\n"
        "101\n"
        "711328af30462e4a7fe9b06a1196f7e3de82551380db0300a9e0222bfbd90e2a\n"
        "00112233445566778899aabbccddeeff\n";
    struct proof_batch batch = make_batch();
    struct key key;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    char expected[KEY_SIGNATURE_BASE64_SIZE];
    key_make(&key);
    proof_sign_batch(&key, &batch, signature);
    key_sign(&key, text, strlen(text), expected);
    assert_string_equal(signature, expected);
}

static void test_receipt_text(void **state)
{
    (void)state;
    static const char text[] =
        "hailong.receipt.1\n"
        "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11\n"
        "2\n"
        "101\n"
        "711328af30462e4a7fe9b06a1196f7e3de82551380db0300a9e0222bfbd90e2a\n"
        "00112233445566778899aabbccddeeff\n"
        "2026-11-23T09:15:10.000+07:00\n";
    struct proof_receipt receipt = {.batch = make_batch()};
    struct key key;
    char expected[KEY_SIGNATURE_BASE64_SIZE];
    strcpy(receipt.at, "2026-11-23T09:15:10.000+07:00");
    key_make(&key);
    proof_sign_receipt(&key, &receipt);
    key_sign(&key, text, strlen(text), expected);
    assert_string_equal(receipt.signature, expected);
}

// Every field is covered: change one, and the proof fails.
static void test_batch_covers_all(void **state)
{
    (void)state;
    struct proof_batch batch = make_batch(), other;
    struct key key, stranger;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    key_make(&key);
    key_make(&stranger);
    proof_sign_batch(&key, &batch, signature);
    assert_true(proof_verify_batch(key.public_key, &batch, signature));
    assert_false(proof_verify_batch(stranger.public_key, &batch, signature));
    other = batch;
    other.device[0] = '8';
    assert_false(proof_verify_batch(key.public_key, &other, signature));
    other = batch;
    other.gen = 3;
    assert_false(proof_verify_batch(key.public_key, &other, signature));
    other = batch;
    other.to = 102;
    assert_false(proof_verify_batch(key.public_key, &other, signature));
    other = batch;
    other.head[63] = 'b';
    assert_false(proof_verify_batch(key.public_key, &other, signature));
    other = batch;
    other.nonce[0] = '1';
    assert_false(proof_verify_batch(key.public_key, &other, signature));
}

// A batch's signature is none of a receipt, nor an old receipt one of a new
// batch.
static void test_receipt_answers_one_batch(void **state)
{
    (void)state;
    struct proof_receipt receipt = {.batch = make_batch()};
    struct key key;
    strcpy(receipt.at, "2026-11-23T09:15:10.000+07:00");
    key_make(&key);
    proof_sign_receipt(&key, &receipt);
    assert_true(proof_verify_receipt(key.public_key, &receipt));
    assert_false(
        proof_verify_batch(key.public_key, &receipt.batch, receipt.signature));
    strcpy(receipt.batch.nonce, "ffeeddccbbaa99887766554433221100");
    assert_false(proof_verify_receipt(key.public_key, &receipt));
    receipt.batch = make_batch();
    receipt.at[18] = '1';
    assert_false(proof_verify_receipt(key.public_key, &receipt));
    receipt.at[18] = '0';
    assert_true(proof_verify_receipt(key.public_key, &receipt));
    receipt.signature[0] = '\0';
    assert_false(proof_verify_receipt(key.public_key, &receipt));
}

static void test_nonces_differ(void **state)
{
    (void)state;
    char one[PROOF_NONCE_SIZE], two[PROOF_NONCE_SIZE];
    proof_new_nonce(one);
    proof_new_nonce(two);
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, "0123456789abcdef"), 32);
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_text),
        cmocka_unit_test(test_receipt_text),
        cmocka_unit_test(test_batch_covers_all),
        cmocka_unit_test(test_receipt_answers_one_batch),
        cmocka_unit_test(test_nonces_differ),
    };
    if (!ledger_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
