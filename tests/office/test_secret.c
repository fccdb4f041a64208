#include "ledger/digest.h"
#include "office/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool hash_code(const char *code, unsigned char hash[DIGEST_BYTES])
{
    return secret_hash_code(code, strlen(code), hash);
}

static void test_a_code_is_read_as_people_type_it(void **state)
{
    unsigned char plain[DIGEST_BYTES], typed[DIGEST_BYTES];
    (void)state;
    digest_of("0123456789", 10, plain);
    static const char *const same[] = {"01234-56789", "0123456789",
                                       " 0123 4567 89 ", "oI23456789",
                                       "Ol23-4567-89"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        memset(typed, 0, sizeof typed);
        assert_true(hash_code(same[i], typed));
        assert_memory_equal(typed, plain, sizeof plain);
    }
    digest_of("ABCDEFGHJK", 10, plain);
    assert_true(hash_code("abcde-fghjk", typed));
    assert_memory_equal(typed, plain, sizeof plain);
}

static void test_what_cannot_be_a_code_is_refused(void **state)
{
    unsigned char hash[DIGEST_BYTES];
    (void)state;
    assert_false(hash_code("", hash));
    assert_false(hash_code("01234-5678", hash));
    assert_false(hash_code("01234-567890", hash));
    assert_false(hash_code("01234-5678U", hash)); // U is no letter of it
    assert_false(hash_code("01234-5678!", hash));
    assert_false(hash_code("01234-5678ậ", hash));
    assert_false(secret_hash_code("01234\0"
                                  "6789",
                                  10, hash));
}

static void test_new_codes_have_the_form_and_hash_to_themselves(void **state)
{
    (void)state;
    char last[SECRET_CODE_SIZE] = "";
    for (int i = 0; i < 100; i++) {
        char code[SECRET_CODE_SIZE];
        unsigned char made[DIGEST_BYTES], read[DIGEST_BYTES];
        secret_make_code(code, made);
        assert_int_equal(strlen(code), 11);
        assert_int_equal(code[5], '-');
        assert_int_equal(strspn(code, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), 11);
        assert_true(hash_code(code, read));
        assert_memory_equal(made, read, sizeof made);
        assert_string_not_equal(code, last);
        strcpy(last, code);
    }
}

static void test_tokens(void **state)
{
    char token[SECRET_TOKEN_SIZE], other[SECRET_TOKEN_SIZE];
    unsigned char made[DIGEST_BYTES], read[DIGEST_BYTES];
    (void)state;
    secret_make_token(token, made);
    secret_make_token(other, read);
    assert_string_not_equal(token, other);
    assert_int_equal(strlen(token), 64);
    assert_true(secret_hash_token(token, 64, read));
    assert_memory_equal(made, read, sizeof made);
    assert_false(secret_hash_token(token, 63, read));
    token[0] = 'g';
    assert_false(secret_hash_token(token, 64, read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_code_is_read_as_people_type_it),
        cmocka_unit_test(test_what_cannot_be_a_code_is_refused),
        cmocka_unit_test(test_new_codes_have_the_form_and_hash_to_themselves),
        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
