// The battery, out of a made folder of the kernel's.
#include "common/battery.h"
#include "common/file.h"
#include "support/scratch.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char root[SCRATCH_SIZE];

static void put(const char *supply, const char *name, const char *value)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, supply);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/%s/%s", root, supply, name);
    assert_true(file_replace(path, value, strlen(value), 0644));
}

static int make_root(void **state)
{
    (void)state;
    scratch_make(root);
    return 0;
}

static int remove_root(void **state)
{
    (void)state;
    scratch_remove(root);
    return 0;
}

static void tablet(const char *percent, const char *status)
{
    put("BAT0", "type", "Battery\n");
    put("BAT0", "capacity", percent);
    put("BAT0", "status", status);
}

static void assert_battery(bool found, int percent, bool discharges)
{
    struct battery battery;
    battery_read(root, &battery);
    assert_int_equal(battery.found, found);
    assert_int_equal(battery.percent, percent);
    assert_int_equal(battery.discharges, discharges);
}

static void test_battery_of_a_mains_machine(void **state)
{
    (void)state;
    struct battery battery;
    assert_battery(false, 0, false);
    battery_read("/nowhere/at/all", &battery);
    assert_false(battery.found);
    put("AC", "type", "Mains\n");
    put("AC", "online", "1\n");
    // A scanner without a wire has one of its own.
    put("hid-1", "type", "Battery\n");
    put("hid-1", "scope", "Device\n");
    put("hid-1", "capacity", "2\n");
    put("hid-1", "status", "Discharging\n");
    assert_battery(false, 0, false);
}

static void test_battery_of_a_tablet(void **state)
{
    (void)state;
    tablet("3\n", "Discharging\n");
    assert_battery(true, 3, true);
    tablet("3\n", "Charging\n");
    assert_battery(true, 3, false);
    tablet("100\n", "Full\n");
    assert_battery(true, 100, false);
    // A gauge that does not know: the plug decides.
    tablet("40\n", "Unknown\n");
    assert_battery(true, 40, true);
    put("AC", "type", "USB\n");
    put("AC", "online", "1\n");
    assert_battery(true, 40, false);
}

static void test_battery_of_two_lasts_with_the_fuller(void **state)
{
    (void)state;
    tablet("0\n", "Not charging\n");
    put("BAT1", "type", "Battery\n");
    put("BAT1", "capacity", "61\n");
    put("BAT1", "status", "Discharging\n");
    assert_battery(true, 61, true);
}

// What a driver says that is not so.
static void test_battery_of_nonsense_is_none(void **state)
{
    (void)state;
    tablet("", "Discharging\n");
    assert_battery(false, 0, false);
    tablet("-5\n", "Discharging\n");
    assert_battery(false, 0, false);
    tablet("250\n", "Discharging\n");
    assert_battery(false, 0, false);
    tablet("50\n", "Discharging\n");
    put("BAT0", "present", "0\n");
    assert_battery(false, 0, false);
}

static void assert_level(enum battery_level before, int percent,
                         enum battery_level now)
{
    const struct battery battery = {true, percent, true};
    assert_int_equal(battery_level(before, &battery), now);
}

static void test_battery_level_does_not_waver(void **state)
{
    (void)state;
    const struct battery plugged = {true, 2, false};
    assert_level(BATTERY_FINE, 20, BATTERY_FINE);
    assert_level(BATTERY_FINE, 19, BATTERY_WEAK);
    assert_level(BATTERY_WEAK, 22, BATTERY_WEAK);
    assert_level(BATTERY_WEAK, 23, BATTERY_FINE);
    assert_level(BATTERY_WEAK, 6, BATTERY_WEAK);
    assert_level(BATTERY_WEAK, 5, BATTERY_EMPTY);
    assert_level(BATTERY_EMPTY, 8, BATTERY_EMPTY);
    assert_level(BATTERY_EMPTY, 9, BATTERY_WEAK);
    assert_int_equal(battery_level(BATTERY_EMPTY, &plugged), BATTERY_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_battery_of_a_mains_machine,
                                        make_root, remove_root),
        cmocka_unit_test_setup_teardown(test_battery_of_a_tablet, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(
            test_battery_of_two_lasts_with_the_fuller, make_root, remove_root),
        cmocka_unit_test_setup_teardown(test_battery_of_nonsense_is_none,
                                        make_root, remove_root),
        cmocka_unit_test(test_battery_level_does_not_waver)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
