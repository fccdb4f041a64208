// The power is cut at any change of the counter's, the courier's or the
// server's files. What was acknowledged is there, once, and all opens by
// itself.
//
//   test_power              a hundred cuts of each, for every day
//   test_power CUTS [SEED]  so many in all, for a night; prints the sums
//
// HAILONG_POWER_CUTS says CUTS too.
#include "common/ids.h"
#include "common/log.h"
#include "faults/power.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

static const struct power_subject *const subjects[] = {
    &power_store, &power_prune, &power_courier, &power_office};
enum { SUBJECTS = sizeof subjects / sizeof subjects[0], DAILY = 100 };

static void must_survive(const struct power_subject *subject)
{
    struct power_sum sum;
    power_run(subject, DAILY, id_random_u64() >> 32, &sum);
    assert_int_equal(sum.lost, 0);
    assert_int_equal(sum.unusable, 0);
    // The cuts did come in the middle of something.
    assert_true(sum.at_rest < sum.cuts / 2);
}

static void test_counter_survives(void **state)
{
    (void)state;
    must_survive(&power_store);
}

static void test_leaving_survives(void **state)
{
    (void)state;
    must_survive(&power_prune);
}

static void test_courier_survives(void **state)
{
    (void)state;
    must_survive(&power_courier);
}

static void test_server_survives(void **state)
{
    (void)state;
    must_survive(&power_office);
}

static int soak(long cuts, uint64_t seed)
{
    long found = 0;
    for (size_t i = 0; i < SUBJECTS; i++) {
        struct power_sum sum;
        power_run(subjects[i], (cuts + SUBJECTS - 1) / SUBJECTS, seed, &sum);
        printf("power cuts, %-8s seed %llu: %ld (%ld in recovery, %ld at "
               "rest), %ld lost, %ld unusable\n",
               subjects[i]->name, (unsigned long long)seed, sum.cuts,
               sum.in_recovery, sum.at_rest, sum.lost, sum.unusable);
        fflush(stdout);
        found += sum.lost + sum.unusable;
    }
    return found > 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter_survives),
        cmocka_unit_test(test_leaving_survives),
        cmocka_unit_test(test_courier_survives),
        cmocka_unit_test(test_server_survives),
    };
    const char *cuts = argc > 1 ? argv[1] : getenv("HAILONG_POWER_CUTS");
    uint64_t seed =
        argc > 2 ? strtoull(argv[2], NULL, 10) : id_random_u64() >> 32;
    log_set_level(LOG_ERROR + 1);
    if (cuts)
        return soak(strtol(cuts, NULL, 10), seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
