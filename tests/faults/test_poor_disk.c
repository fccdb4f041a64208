// A disk that is full, takes no more writes, or does not answer: the screen
// goes on and says what is true, nobody is thanked for what is not kept, and
// when the disk is well again so is the counter, without anybody's hand.
#include "common/file.h"
#include "common/log.h"
#include "faults/desk.h"
#include "faults/disk.h"
#include "faults/small_disk.h"
#include "store/device.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include "support/road_maker.h"
#include <errno.h>
#include <stdio.h>

enum {
    FRAME_MS = 16,
    ROOM = 64 << 10,    // bytes that are left when a disk fills up
    DISK_MIB = 40,      // room for the reserve and three times as much
    RATINGS_MOST = 9000 // that would fit in no case
};

static int setup(void **state)
{
    static struct desk desk;
    log_set_level(LOG_ERROR + 1);
    desk_init(&desk);
    *state = &desk;
    return 0;
}

static bool has_reserve(const struct desk *desk)
{
    char path[SCRATCH_SIZE + 16];
    assert_true(
        file_join(path, sizeof path, desk->folder, DEVICE_FILE_RESERVE));
    return file_exists(path);
}

static enum flow_fault fault(const struct desk *desk)
{
    return flow_fault(kiosk_flow(desk->kiosk));
}

static void must_be_out_of_service(struct desk *desk, enum flow_fault why)
{
    desk_go_home(desk);
    assert_int_equal(desk_screen(desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(fault(desk), why);
}

// --- Full
// ---------------------------------------------------------------------

// A desk on the device of a road, so that what it keeps can be sent.
static void sit_down(struct desk *desk, struct made_road *road)
{
    keeper_free(road->keeper);
    road->keeper = NULL;
    assert_true(device_save(road->folder, &road->device));
    assert_true(device_save_key(road->folder, &road->enrolled.ledger.key));
    memcpy(desk->folder, road->folder, sizeof desk->folder);
    memcpy(desk->device, road->device.id, sizeof desk->device);
    desk_start(desk);
    assert_non_null(desk->kiosk);
    assert_true(desk_take_event(desk, 10000));
}

// Rates until the disk takes no more and the screen says so, each thanked for
// but perhaps the last. Ratings after the reserve was given up come back too.
static int fill_up(struct desk *desk, int *out_after)
{
    int thanked = 0;
    *out_after = 0;
    for (int i = 0; i < RATINGS_MOST; i++) {
        desk_go_home(desk);
        if (desk_screen(desk) == FLOW_OUT_OF_SERVICE)
            break;
        bool alarmed = !has_reserve(desk);
        if (!desk_rate(desk, i % 5 + 1))
            break;
        thanked++;
        *out_after += alarmed;
    }
    return thanked;
}

static void drain(struct made_road *road, int thanked)
{
    int tries = 0;
    while (made_road_send(road) != WORKER_OK)
        assert_true(tries++ < 3);
    // The one that ended in an apology may have been kept after all.
    assert_in_range(made_road_rated(road), thanked, thanked + 1);
}

static void run_full(struct desk *desk, bool on_its_own)
{
    struct made_road *road = made_road_open();
    struct small_disk disk = {""};
    int after, thanked;
    bool mounted =
        on_its_own && small_disk_mount(&disk, road->folder, DISK_MIB);
    if (!mounted)
        disk_watch(road->folder);
    sit_down(desk, road);
    assert_true(has_reserve(desk));
    if (mounted)
        small_disk_fill(desk->folder, ROOM);
    else
        disk_room(ROOM);
    thanked = fill_up(desk, &after);
    assert_true(after >= 2000);
    assert_false(has_reserve(desk));
    must_be_out_of_service(desk, FLOW_DISK_FULL);
    if (mounted)
        small_disk_empty(desk->folder);
    else
        disk_room(-1);
    assert_true(desk_rate_at_last(desk, 5));
    desk_close(desk);
    assert_true(has_reserve(desk));
    drain(road, thanked + 1);
    print_message("%d ratings on a full disk%s, %d of them after the alarm\n",
                  thanked, mounted ? " of its own" : "", after);
    disk_forget();
    small_disk_unmount(&disk, road->folder);
    made_road_close(road);
}

static void test_full_disk(void **state)
{
    run_full(*state, false);
}

// A real one where this process may mount; elsewhere the same disk again.
static void test_full_file_system(void **state)
{
    run_full(*state, true);
}

// --- Read-only
// ------------------------------------------------------------------

static void set_read_only(bool read_only)
{
    disk_fail(DISK_WRITE, read_only, true, EROFS);
    disk_fail(DISK_NAME, read_only, true, EROFS);
}

static void test_read_only_disk(void **state)
{
    struct desk *desk = *state;
    struct found_ledger found;
    int levels[6] = {0};
    desk_settle(desk);
    disk_watch(desk->folder);
    desk_start(desk);
    assert_true(desk_take_event(desk, 10000));
    assert_true(desk_rate(desk, 5));
    desk_go_home(desk);
    set_read_only(true);
    assert_false(desk_rate(desk, 1));
    assert_int_equal(desk_screen(desk), FLOW_APOLOGY);
    must_be_out_of_service(desk, FLOW_STORE_FAULT);
    set_read_only(false);
    assert_true(desk_rate_at_last(desk, 4));
    desk_close(desk);
    disk_forget();
    found_read(desk->folder, desk->device, &found);
    for (size_t i = 0; i < found.count; i++)
        levels[found.records[i].level]++;
    assert_int_equal(levels[5], 1);
    assert_int_equal(levels[4], 1);
    assert_in_range(levels[1], 0, 1);
    found_free(&found);
    scratch_remove(desk->folder);
}

// --- Slow
// -----------------------------------------------------------------------

// So long the disk has hung; the screen draws on, and thanks nobody.
static void draw_on(struct desk *desk, int64_t ms)
{
    disk_wait_held();
    for (int64_t t = 0; t < ms; t += FRAME_MS) {
        desk_rest(desk, FRAME_MS);
        desk_take_event(desk, 0); // of what came before
        assert_true(desk_is_saving(desk));
        assert_int_not_equal(desk_screen(desk), FLOW_THANKS);
    }
}

static void let_go(struct desk *desk)
{
    disk_hold(false);
    while (desk_is_saving(desk))
        assert_true(desk_take_event(desk, 10000));
    assert_int_equal(desk_screen(desk), FLOW_THANKS);
    desk_go_home(desk);
}

static void test_slow_disk(void **state)
{
    struct desk *desk = *state;
    struct found_ledger found;
    desk_settle(desk);
    disk_watch(desk->folder);
    desk_start(desk);
    assert_true(desk_take_event(desk, 10000));
    // A write of 5 s: thanks come late, and they come.
    disk_hold(true);
    desk_tap(desk, 5);
    draw_on(desk, 5000);
    let_go(desk);
    assert_int_equal(desk_screen(desk), FLOW_ATTRACT);
    // One of 12 s: the screen does not leave the citizen waiting, and when the
    // rating is kept after all it says so.
    disk_hold(true);
    desk_tap(desk, 4);
    draw_on(desk, 12000);
    assert_int_equal(desk_screen(desk), FLOW_APOLOGY);
    let_go(desk);
    assert_int_equal(desk_screen(desk), FLOW_ATTRACT);
    assert_true(desk_rate(desk, 3));
    desk_close(desk);
    disk_forget();
    found_read(desk->folder, desk->device, &found);
    // The start, three ratings, the stop.
    assert_int_equal(found.count, 5);
    for (size_t i = 1; i <= 3; i++)
        assert_int_equal(found.records[i].level, 6 - (int)i);
    found_free(&found);
    scratch_remove(desk->folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_read_only_disk, setup),
        cmocka_unit_test_setup(test_slow_disk, setup),
        cmocka_unit_test_setup(test_full_disk, setup),
        cmocka_unit_test_setup(test_full_file_system, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
