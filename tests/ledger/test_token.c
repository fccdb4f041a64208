// One-time tokens: made by a server, read by a device without a network.
#include "ledger/digest.h"
#include "ledger/token.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { EXPIRES = 1000000 };

static struct token sample(void)
{
    return (struct token){.id = "0197f2a0-1111-4222-8333-444455556666",
                          .unit = "H24.12",
                          .transaction = "H24.12-261123-0007",
                          .procedure = "2.000815",
                          .field = "chung-thuc",
                          .step = "tra-ket-qua",
                          .expires_at = EXPIRES};
}

static enum token_result read(const struct key *key, const char *text,
                              int64_t now, struct token *out)
{
    return token_read(key->public_key, text, strlen(text), "H24.12", now, out);
}

static void test_token_is_read_as_made(void **state)
{
    (void)state;
    struct key key;
    struct token token = sample(), got;
    char text[TOKEN_SIZE], code[TOKEN_SIZE + 64];
    assert_true(ledger_init());
    key_make(&key);
    assert_true(token_make(&key, &token, text));
    // Goes into an address and into a QR code as it is.
    assert_int_equal(strspn(text,
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                            "tuvwxyz0123456789-_."),
                     strlen(text));
    assert_int_equal(read(&key, text, EXPIRES - 1, &got), TOKEN_GOOD);
    assert_memory_equal(&got, &token, sizeof got);
    snprintf(code, sizeof code, "https://hailong.phuong/d/%s", text);
    assert_string_equal(token_in(code), text);
    assert_string_equal(token_in(text), text);
}

static void test_bad_tokens_are_told_apart(void **state)
{
    (void)state;
    struct key key, other;
    struct token token = sample(), got;
    char text[TOKEN_SIZE];
    assert_true(ledger_init());
    key_make(&key);
    key_make(&other);
    assert_true(token_make(&key, &token, text));
    assert_int_equal(read(&key, text, EXPIRES, &got), TOKEN_EXPIRED);
    assert_string_equal(got.transaction, "H24.12-261123-0007");
    assert_int_equal(read(&key, text, 0, &got), TOKEN_GOOD); // no clock
    assert_int_equal(read(&other, text, 1, &got), TOKEN_FORGED);
    assert_int_equal(
        token_read(key.public_key, text, strlen(text), "H24.13", 1, &got),
        TOKEN_FOREIGN);
    assert_int_equal(
        token_read(key.public_key, text, strlen(text), NULL, 1, &got),
        TOKEN_GOOD);
    assert_int_equal(read(&key, "H24.12-261123-0007", 1, &got), TOKEN_NONE);
    assert_int_equal(read(&key, "", 1, &got), TOKEN_NONE);
    assert_int_equal(read(&key, ".", 1, &got), TOKEN_NONE);
}

static void test_every_changed_character_is_found(void **state)
{
    (void)state;
    struct key key;
    struct token token = sample(), got;
    char text[TOKEN_SIZE];
    assert_true(ledger_init());
    key_make(&key);
    assert_true(token_make(&key, &token, text));
    for (size_t i = 0; text[i]; i++) {
        char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        enum token_result result = read(&key, text, 1, &got);
        if (result != TOKEN_FORGED && result != TOKEN_NONE)
            fail_msg("character %zu changed, and yet %d", i, result);
        text[i] = was;
    }
    for (size_t size = 0; text[size]; size++)
        assert_int_not_equal(
            token_read(key.public_key, text, size, NULL, 1, &got), TOKEN_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_is_read_as_made),
        cmocka_unit_test(test_bad_tokens_are_told_apart),
        cmocka_unit_test(test_every_changed_character_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
