#include "common/ids.h"
#include "ledger/digest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void must_hash(const char *bytes, size_t size, const char *expected)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex_of(bytes, size, hex);
    assert_string_equal(hex, expected);
}

// The examples that NIST publishes for FIPS 180-4.
static void test_sha256_vectors(void **state)
{
    (void)state;
    static const char two_blocks[] =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    must_hash(
        "", 0,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    must_hash(
        "abc", 3,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    must_hash(
        two_blocks, strlen(two_blocks),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_sha256_million(void **state)
{
    (void)state;
    enum { MILLION = 1000000 };
    char *letters = malloc(MILLION);
    assert_non_null(letters);
    memset(letters, 'a', MILLION);
    must_hash(
        letters, MILLION,
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(letters);
}

static void must_hmac(const void *key, size_t key_size, const void *bytes,
                      size_t size, const char *expected)
{
    unsigned char mac[DIGEST_BYTES];
    char hex[DIGEST_HEX_SIZE];
    digest_hmac(key, key_size, bytes, size, mac);
    hex_encode(mac, sizeof mac, hex);
    assert_string_equal(hex, expected);
}

// RFC 4231, test cases 1, 2, 3 and 6.
static void test_hmac_vectors(void **state)
{
    (void)state;
    static const char long_text[] =
        "Test Using Larger Than Block-Size Key - Hash Key First";
    unsigned char key[131], bytes[50];
    memset(key, 0x0b, 20);
    must_hmac(
        key, 20, "Hi There", 8,
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    must_hmac(
        "Jefe", 4, "what do ya want for nothing?", 28,
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(bytes, 0xdd, sizeof bytes);
    must_hmac(
        key, 20, bytes, sizeof bytes,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    must_hmac(
        key, sizeof key, long_text, strlen(long_text),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void test_hex_is_valid(void **state)
{
    (void)state;
    char hex[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    assert_true(digest_hex_is_valid(hex, 64));
    assert_true(digest_hex_is_valid(DIGEST_NONE_HEX, 64));
    assert_false(digest_hex_is_valid(hex, 63));
    hex[63] = 'F';
    assert_false(digest_hex_is_valid(hex, 64));
    hex[63] = 'g';
    assert_false(digest_hex_is_valid(hex, 64));
}

static void test_equal(void **state)
{
    (void)state;
    assert_true(digest_equal("same", "same", 4));
    assert_false(digest_equal("same", "samf", 4));
}

// RFC 4648, section 10.
static void test_base64_vectors(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf text = {0};
        char back[8] = "";
        size_t size = strlen(pairs[i][0]);
        base64_append(pairs[i][0], size, &text);
        assert_string_equal(buf_text(&text), pairs[i][1]);
        assert_true(base64_decode(pairs[i][1], text.size, back, size));
        assert_memory_equal(back, pairs[i][0], size);
        buf_free(&text);
    }
}

static void test_base64_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Zm9v!", "Zm9", "Zm9v\n", "Zm9vYg==", "Zg==Zg==", "", " Zm9v", "Zm-_"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char out[3];
        assert_false(base64_decode(bad[i], strlen(bad[i]), out, sizeof out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_vectors),
        cmocka_unit_test(test_sha256_million),
        cmocka_unit_test(test_hmac_vectors),
        cmocka_unit_test(test_hex_is_valid),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_base64_vectors),
        cmocka_unit_test(test_base64_refuses),
    };
    if (!ledger_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
