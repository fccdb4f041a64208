// The passwords of people.
#include "ledger/digest.h"
#include "ledger/password.h"
#include "support/check.h"

static void test_ten_letters_are_asked_for(void **state)
{
    (void)state;
    // Ten letters as a person counts them, however many bytes they take.
    assert_true(password_is_well_formed("mười quả x"));
    assert_true(password_is_well_formed("0123456789"));
    assert_false(password_is_well_formed("012345678"));
    assert_false(password_is_well_formed("mười quả "));
    assert_false(password_is_well_formed(""));
    assert_false(password_is_well_formed("0123456789\n"));
    assert_false(password_is_well_formed("0123456789\x7F"));
    assert_false(password_is_well_formed("0123456789\xFF"));
    char longest[PASSWORD_BYTES_MOST + 2];
    memset(longest, 'a', sizeof longest);
    longest[PASSWORD_BYTES_MOST + 1] = '\0';
    assert_false(password_is_well_formed(longest));
    longest[PASSWORD_BYTES_MOST] = '\0';
    assert_true(password_is_well_formed(longest));
}

static void test_hash_knows_its_password_alone(void **state)
{
    char one[PASSWORD_HASH_SIZE], two[PASSWORD_HASH_SIZE];
    (void)state;
    assert_true(password_hash("con mèo trèo", one));
    assert_true(password_hash("con mèo trèo", two));
    assert_string_not_equal(one, two); // salted
    assert_holds(one, "$argon2id$v=19$m=32768,t=3,p=1$");
    assert_true(password_hash_is_valid(one));
    assert_true(password_check(one, "con mèo trèo"));
    assert_false(password_check(one, "con mèo trèo "));
    assert_false(password_check(one, "con meo treo"));
    assert_false(password_check(one, ""));
    assert_false(password_hash("quá ngắn", one));
}

// The same letters, composed or not, as two keyboards send them.
static void test_both_forms_of_a_letter_are_the_same(void **state)
{
    char hash[PASSWORD_HASH_SIZE];
    (void)state;
    assert_true(password_hash("m\xC3\xA8o m\xC3\xA8o m\xC3\xA8o", hash));
    assert_true(password_check(hash, "me\xCC\x80o me\xCC\x80o me\xCC\x80o"));
}

static void test_nobody_has_no_password(void **state)
{
    (void)state;
    assert_false(password_check(NULL, "con mèo trèo"));
    assert_false(password_check(NULL, ""));
    assert_false(password_check("", "con mèo trèo"));
    assert_false(password_check("x", "x"));
    // One that would take 4 GiB is not tried.
    assert_false(password_check("$argon2id$v=19$m=4194304,t=3,p=1$"
                                "AAAAAAAAAAAAAAAAAAAAAA$"
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                "con mèo trèo"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_letters_are_asked_for),
        cmocka_unit_test(test_hash_knows_its_password_alone),
        cmocka_unit_test(test_both_forms_of_a_letter_are_the_same),
        cmocka_unit_test(test_nobody_has_no_password),
    };
    return ledger_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
