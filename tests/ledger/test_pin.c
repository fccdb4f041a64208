// The staff's PIN and the count of its tries.
#include "ledger/digest.h"
#include "ledger/pin.h"
#include "support/check.h"
#include <stdio.h>

static const struct pin_moment START = {"0b8f6a52-6f0e-4b36-9a9d-2f4f1f6f0001",
                                        1000000};

static struct pin_moment after(int64_t ms)
{
    struct pin_moment moment = START;
    moment.up_ms += ms;
    return moment;
}

static struct pin_moment in_new_boot(int64_t up_ms)
{
    return (struct pin_moment){"0b8f6a52-6f0e-4b36-9a9d-2f4f1f6f0002", up_ms};
}

static void test_only_six_digits_are_a_pin(void **state)
{
    (void)state;
    assert_true(pin_is_well_formed("000000"));
    assert_true(pin_is_well_formed("482913"));
    static const char *const bad[] = {
        "", "48291", "4829130", "48291a", "48 291", "+48291", "４８２９１３"};
    char hash[PIN_HASH_SIZE];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(pin_is_well_formed(bad[i]));
        assert_false(pin_hash(bad[i], hash));
    }
}

static void test_hash_knows_its_pin_alone(void **state)
{
    (void)state;
    char one[PIN_HASH_SIZE], two[PIN_HASH_SIZE];
    assert_true(pin_hash("482913", one));
    assert_true(pin_hash("482913", two));
    assert_string_not_equal(one, two); // salted
    assert_true(pin_hash_is_valid(one));
    assert_null(strstr(one, "482913"));
    assert_true(pin_check(one, "482913"));
    assert_true(pin_check(two, "482913"));
    assert_false(pin_check(one, "482914"));
    assert_false(pin_check(one, "48291"));
    assert_false(pin_check(one, ""));
}

static void test_damaged_and_foreign_hashes_admit_nobody(void **state)
{
    (void)state;
    char hash[PIN_HASH_SIZE], changed[PIN_HASH_SIZE];
    assert_true(pin_hash("482913", hash));
    size_t size = strlen(hash);
    for (size_t cut = 0; cut < size; cut++) {
        snprintf(changed, sizeof changed, "%.*s", (int)cut, hash);
        assert_false(pin_hash_is_valid(changed));
        assert_false(pin_check(changed, "482913"));
    }
    static const char *const foreign[] = {
        "", "482913",
        "$2b$12$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
        // A gigabyte of memory, a hundred passes, four lanes.
        "$argon2id$v=19$m=1048576,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=16384,t=100,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=16384,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2i$v=19$m=16384,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        assert_false(pin_hash_is_valid(foreign[i]));
        assert_false(pin_check(foreign[i], "482913"));
    }
}

static struct pin_tries locked(void)
{
    struct pin_tries tries = {0};
    for (int i = 0; i < PIN_TRIES; i++) {
        assert_int_equal(pin_tries_left(&tries, &START), PIN_TRIES - i);
        assert_true(pin_tries_take(&tries, &START));
    }
    return tries;
}

static void test_five_tries_then_five_minutes(void **state)
{
    (void)state;
    struct pin_tries tries = locked();
    struct pin_moment later = after(1);
    assert_int_equal(pin_tries_left(&tries, &START), 0);
    assert_false(pin_tries_take(&tries, &START));
    assert_int_equal(pin_lock_left_minutes(&tries, &START), 5);
    assert_int_equal(pin_lock_left_minutes(&tries, &later), 5);
    later = after(60000);
    assert_int_equal(pin_lock_left_minutes(&tries, &later), 4);
    // Trying while it is locked makes it no longer.
    assert_false(pin_tries_take(&tries, &later));
    later = after(299999);
    assert_int_equal(pin_lock_left_minutes(&tries, &later), 1);
    assert_false(pin_tries_take(&tries, &later));
    later = after(300000);
    assert_int_equal(pin_lock_left_ms(&tries, &later), 0);
    assert_int_equal(pin_tries_left(&tries, &later), 5);
    assert_true(pin_tries_take(&tries, &later));
    assert_int_equal(pin_tries_left(&tries, &later), 4);
}

static void test_right_pin_gives_all_tries_back(void **state)
{
    (void)state;
    struct pin_tries tries = {0};
    assert_true(pin_tries_take(&tries, &START));
    assert_true(pin_tries_take(&tries, &START));
    pin_tries_forgive(&tries);
    assert_int_equal(pin_tries_left(&tries, &START), 5);
}

static void test_restart_does_not_end_the_lock(void **state)
{
    (void)state;
    struct pin_tries tries = locked(), read;
    char text[PIN_TRIES_TEXT_SIZE];
    struct pin_moment boot = in_new_boot(20000);
    pin_tries_write(&tries, text);
    assert_true(pin_tries_read(text, &boot, &read));
    assert_false(pin_tries_take(&read, &boot));
    assert_int_equal(pin_lock_left_ms(&read, &boot), 280000);
    boot = in_new_boot(300000);
    assert_true(pin_tries_take(&read, &boot));
}

static void test_tries_are_kept_as_text(void **state)
{
    (void)state;
    struct pin_tries tries = {0}, read;
    char text[PIN_TRIES_TEXT_SIZE];
    assert_true(pin_tries_take(&tries, &START));
    pin_tries_write(&tries, text);
    assert_true(pin_tries_read(text, &START, &read));
    assert_int_equal(pin_tries_left(&read, &START), 4);
    pin_tries_forgive(&tries);
    pin_tries_write(&tries, text);
    assert_true(pin_tries_read(text, &START, &read));
    assert_int_equal(pin_tries_left(&read, &START), 5);
    assert_true(pin_tries_read(NULL, &START, &read));
    assert_int_equal(pin_tries_left(&read, &START), 5);
}

static void test_damage_wins_no_tries(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "x",      "5",      "9 - 0",
        "-1 - 0", "0 - -5", "1 0b8f6a52-6f0e-4b36-9a9d-2f4f1f6f0001 7 more"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pin_tries read;
        struct pin_moment later = after(300000);
        assert_false(pin_tries_read(bad[i], &START, &read));
        assert_false(pin_tries_take(&read, &START));
        assert_true(pin_tries_take(&read, &later));
    }
}

int main(void)
{
    if (!ledger_init())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_six_digits_are_a_pin),
        cmocka_unit_test(test_hash_knows_its_pin_alone),
        cmocka_unit_test(test_damaged_and_foreign_hashes_admit_nobody),
        cmocka_unit_test(test_five_tries_then_five_minutes),
        cmocka_unit_test(test_right_pin_gives_all_tries_back),
        cmocka_unit_test(test_restart_does_not_end_the_lock),
        cmocka_unit_test(test_tries_are_kept_as_text),
        cmocka_unit_test(test_damage_wins_no_tries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
