// One visit on the counter's screen, with every call to the disk and to memory
// failing in turn. The program goes on, the screen is calm, thanks are said for
// what is kept, and when the failure is over it takes visits again by itself.
//
//   test_failing_visit      some of the calls, for every day
//   test_failing_visit all  each of them
#include "common/log.h"
#include "faults/desk.h"
#include "faults/disk.h"
#include "faults/failing.h"
#include "faults/failing_memory.h"
#include "store/keeper.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include <stdio.h>

static long stride;

static int count_level(const struct found_ledger *found, int level)
{
    int count = 0;
    for (size_t i = 0; i < found->count; i++)
        count += found->records[i].level == level;
    return count;
}

static void check_ledger(struct desk *desk, bool thanked, bool thanked_later)
{
    struct found_ledger found;
    struct keeper *keeper =
        keeper_new(desk->folder, desk->device, DESK_SLOTS, NULL);
    assert_non_null(keeper);
    assert_true(keeper_mend(keeper));
    keeper_free(keeper);
    found_read(desk->folder, desk->device, &found);
    assert_int_equal(found.drafts, 0);
    // Once, when thanked for; at most once, when not.
    assert_in_range(count_level(&found, 4), thanked, 1);
    assert_in_range(count_level(&found, 2), thanked_later, 1);
    found_free(&found);
}

static bool visit_once(void *ctx, const struct failing *failing)
{
    struct desk *desk = ctx;
    bool thanked = false, thanked_later;
    snprintf(desk->doing, sizeof desk->doing, "%s number %ld failed %s",
             failing_name(failing->kind), failing->n,
             failing->for_ever ? "for ever" : "once");
    desk_settle(desk);
    desk->now = 1000000;
    failing_begin(failing, desk->folder);
    desk_start(desk);
    if (desk->kiosk) {
        desk_take_event(desk, 100);
        thanked = desk_rate(desk, 4);
        desk_go_home(desk);
    }
    if (failing->for_ever && desk->kiosk)
        desk_close(desk);
    bool failed = failing_end();
    thanked_later = desk_rate_at_last(desk, 2);
    if (!thanked_later)
        fail_msg("%s: no thanks after it", desk->doing);
    desk_close(desk);
    check_ledger(desk, thanked, thanked_later);
    disk_forget();
    scratch_remove(desk->folder);
    if (!failed)
        assert_true(thanked);
    return failed;
}

static void test_every_call_may_fail(void **state)
{
    struct desk desk;
    (void)state;
    desk_init(&desk);
    long runs = failing_walk(visit_once, &desk, stride);
    print_message("%ld visits\n", runs);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_may_fail),
    };
    memory_take_over();
    stride = failing_stride(argc, argv, 97);
    log_set_level(LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
