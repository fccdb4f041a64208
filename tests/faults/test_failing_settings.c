// The kiosk's own settings, read while memory runs out: it ends, and says that
// they are not known rather than that there are none.
#include "common/ids.h"
#include "common/log.h"
#include "faults/failing_memory.h"
#include "ledger/digest.h"
#include "store/keeper.h"
#include "store/settings.h"
#include "support/check.h"
#include "support/scratch.h"
#include <unistd.h>

enum { HANGS_S = 300 };

static void test_settings_while_memory_runs_out(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], device[ID_SIZE];
    struct settings read;
    bool known = false;
    scratch_make(folder);
    id_new_v4(device);
    struct keeper *keeper = keeper_new(folder, device, 0, NULL);
    assert_non_null(keeper);
    assert_true(keeper_mend(keeper));
    assert_true(keeper_put_setting(keeper, "paused", "yes"));
    assert_true(keeper_put_setting(keeper, "send_now", "2026-11-23"));
    assert_true(keeper_read_settings(keeper, &read));
    size_t all = read.count; // the store has one of its own
    assert_true(all >= 2);
    alarm(HANGS_S); // ends the test where it would go on for ever
    for (long n = 1; !known; n++) {
        memory_fail(n, false);
        known = keeper_read_settings(keeper, &read);
        long failures = memory_failures();
        memory_fail(0, false);
        assert_true(known || failures > 0);
        if (known && failures > 0)
            known = false; // SQLite did without it
        else if (known)
            assert_int_equal(read.count, all);
    }
    alarm(0);
    keeper_free(keeper);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_while_memory_runs_out)};
    memory_take_over();
    log_set_level(LOG_ERROR + 1);
    return ledger_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
