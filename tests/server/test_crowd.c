// What one address may ask of the open pages: a flood is slowed, a hall is not.
#include "server/crowd.h"
#include "support/check.h"
#include <stdio.h>

enum { SECOND = 1000000 };

static void test_crowd_bursts_and_goes_on_at_its_rate(void **state)
{
    int64_t now = 5 * (int64_t)SECOND;
    struct crowd *crowd = crowd_open(20);
    (void)state;
    assert_non_null(crowd);
    // 15 seconds' worth at once.
    for (int i = 0; i < 300; i++)
        assert_int_equal(crowd_take(crowd, "203.0.113.7", now), 0);
    assert_int_equal(crowd_take(crowd, "203.0.113.7", now), 1);
    // Refused requests cost nothing: one second brings twenty.
    now += SECOND;
    for (int i = 0; i < 20; i++)
        assert_int_equal(crowd_take(crowd, "203.0.113.7", now), 0);
    assert_int_equal(crowd_take(crowd, "203.0.113.7", now), 1);
    // 20 a second, for ever.
    for (int i = 0; i < 10000; i++) {
        now += SECOND / 20;
        assert_int_equal(crowd_take(crowd, "203.0.113.7", now), 0);
    }
    crowd_close(crowd);
}

static void test_crowd_of_other_addresses_is_its_own(void **state)
{
    struct crowd *crowd = crowd_open(1);
    int met = 0;
    char address[32];
    (void)state;
    while (crowd_take(crowd, "203.0.113.7", SECOND) == 0) {
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(address, sizeof address, "198.51.%d.%d", i / 250, i % 250);
        met += crowd_take(crowd, address, SECOND) != 0;
    }
    // One of 4,096 places is taken: by chance some of them meet there, eight of
    // a thousand in one run of 10⁹.
    assert_true(met <= 7);
    // This machine itself, and no limit.
    for (int i = 0; i < 100; i++)
        assert_int_equal(crowd_take(crowd, "", SECOND), 0);
    crowd_close(crowd);
    crowd = crowd_open(0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(crowd_take(crowd, "203.0.113.7", SECOND), 0);
    crowd_close(crowd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crowd_bursts_and_goes_on_at_its_rate),
        cmocka_unit_test(test_crowd_of_other_addresses_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
