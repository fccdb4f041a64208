// How long the disk lasts, by hand.
#include "office/upkeep.h"
#include "support/check.h"

enum { MIB = 1 << 20 };

static void test_days_left(void **state)
{
    (void)state;
    // 3,000 ratings in 30 days, of 10,000 in 100 MiB: 1 MiB a day.
    assert_int_equal(
        upkeep_days_left(INT64_C(500) * MIB, 100 * MIB, 1, 3000, 10000, 30),
        500);
    // Four backups on the same disk grow with it.
    assert_int_equal(
        upkeep_days_left(INT64_C(500) * MIB, 100 * MIB, 5, 3000, 10000, 30),
        100);
    assert_int_equal(upkeep_days_left(0, 100 * MIB, 1, 3000, 10000, 30), 0);
}

static void test_too_few_tell_nothing(void **state)
{
    (void)state;
    assert_int_equal(upkeep_days_left(MIB, MIB, 1, 999, 999, 30), -1);
    assert_int_equal(upkeep_days_left(MIB, MIB, 1, 0, 10000, 30), -1);
    // A hundred years are told as such.
    assert_int_equal(
        upkeep_days_left(INT64_C(1) << 50, MIB, 1, 1, 100000000, 30), 36500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_left),
        cmocka_unit_test(test_too_few_tell_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
