// What devices do in a scene, in times and counts worked out by hand.
#include "fleet/scene.h"
#include "support/check.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
static const int64_t DAY = 24 * (int64_t)HOUR;

static int64_t at(int64_t hour, int64_t minute)
{
    return hour * HOUR + minute * MINUTE;
}

// 6 % of a day's visits come by 8:00, 15 % by 8:30, 64 % by noon.
static void test_scene_visits_follow_the_hours(void **state)
{
    static const struct {
        int64_t hour, minute, written;
    } rows[] = {{0, 0, 0},    {7, 30, 0},   {8, 0, 2},
                {8, 30, 6},   {11, 30, 25}, {13, 30, 25},
                {16, 59, 39}, {17, 0, 40},  {23, 0, 40}};
    const struct scene_device device = {.phase = 0};
    struct scene scene;
    (void)state;
    scene_begin(SCENE_STEADY_DAY, 40, &scene);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            scene_written(&scene, &device, at(rows[i].hour, rows[i].minute)),
            rows[i].written);
    // Six tenths of a visit ahead: 2.4 are 3.
    const struct scene_device ahead = {.phase = 600000};
    assert_int_equal(scene_written(&scene, &ahead, at(8, 0)), 3);
    assert_int_equal(scene_written(&scene, &ahead, at(17, 0)), 40);
}

// Each fortieth of a day is 25 of a thousand: the first comes 25/60 into the
// half hour of 60, the third 15/90 into the next, the 26th after the break.
static void test_scene_visit_has_its_time(void **state)
{
    const struct scene_device device = {.phase = 0};
    struct scene scene;
    (void)state;
    scene_begin(SCENE_STEADY_DAY, 40, &scene);
    assert_int_equal(scene_line_ms(&scene, &device, 1),
                     at(7, 42) + 30 * SECOND);
    assert_int_equal(scene_line_ms(&scene, &device, 3), at(8, 5));
    assert_int_equal(scene_line_ms(&scene, &device, 26), at(13, 36));
    assert_int_equal(scene_line_ms(&scene, &device, 40), at(17, 0));
}

// At 9:00 it has written 10.4 of 40: the next is the eleventh, 15/110 into the
// half hour.
static void test_scene_part_of_a_day(void **state)
{
    struct scene scene;
    struct scene_device device;
    (void)state;
    scene_begin(SCENE_STEADY_DAY, 40, &scene);
    assert_true(scene_parse_time("9:00", &scene.from_ms));
    assert_true(scene_parse_time("10:00", &scene.to_ms));
    scene_cast(&scene, 0, &device);
    assert_int_equal(device.phase, 0);
    assert_int_equal(device.skipped, 10);
    assert_int_equal(device.lines, 8); // 18.8 by 10:00
    assert_int_equal(scene_line_ms(&scene, &device, 1), at(9, 4) + 5455);
    assert_int_equal(scene_written(&scene, &device, at(9, 4)), 0);
    assert_int_equal(scene_written(&scene, &device, at(16, 0)), 8);
}

// Two days without a network: 80 lines wait, the last of yesterday at 17:00.
static void test_scene_outage_leaves_whole_days(void **state)
{
    const struct scene_device device = {.phase = 0, .backlog = 80};
    struct scene scene;
    (void)state;
    scene_begin(SCENE_AFTER_OUTAGE, 40, &scene);
    assert_int_equal(scene_line_ms(&scene, &device, 1),
                     at(7, 42) + 30 * SECOND - 2 * DAY);
    assert_int_equal(scene_line_ms(&scene, &device, 40), at(17, 0) - 2 * DAY);
    assert_int_equal(scene_line_ms(&scene, &device, 41),
                     at(7, 42) + 30 * SECOND - DAY);
    assert_int_equal(scene_line_ms(&scene, &device, 80), at(17, 0) - DAY);
    assert_int_equal(scene_line_ms(&scene, &device, 81),
                     at(7, 42) + 30 * SECOND);
    assert_int_equal(scene_written(&scene, &device, at(7, 30)), 80);
    assert_int_equal(scene_written(&scene, &device, at(8, 30)), 86);
}

// Whatever the device and the number of visits, a line is written in the very
// millisecond that is told for it, and no line lies before the one ahead of it.
static void test_scene_times_and_counts_agree(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        struct scene scene;
        struct scene_device device;
        scene_begin((enum scene_kind)(i % 3), 1 + (int64_t)i * 7 % 200, &scene);
        scene_cast(&scene, i * 0x9e3779b97f4a7c15u, &device);
        for (int64_t line = 1; line <= device.lines; line++) {
            int64_t now = scene_line_ms(&scene, &device, line);
            if (line > 1)
                assert_true(now > scene_line_ms(&scene, &device, line - 1));
            if (line <= device.backlog)
                continue;
            assert_int_equal(scene_written(&scene, &device, now), line);
            assert_int_equal(scene_written(&scene, &device, now - 1), line - 1);
        }
    }
}

// When a thousand devices first ask: the most that may be, and half of them in
// the first half of it.
static void test_scene_first_contacts_are_spread(void **state)
{
    static const struct {
        enum scene_kind kind;
        int64_t most_s, backlog;
    } rows[] = {{SCENE_STEADY_DAY, 60, 0},
                {SCENE_OPENING_PEAK, 305, 2},
                {SCENE_AFTER_OUTAGE, 900, 40}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene scene;
        int early = 0;
        scene_begin(rows[i].kind, 40, &scene);
        for (uint64_t n = 0; n < 1000; n++) {
            struct scene_device device;
            scene_cast(&scene, n * 0x9e3779b97f4a7c15u, &device);
            int64_t after = device.first_ms - at(7, 30);
            assert_in_range(after, 0, rows[i].most_s * SECOND);
            assert_int_equal(device.backlog, rows[i].backlog);
            early += after < rows[i].most_s * SECOND / 2;
        }
        assert_in_range(early, 430, 570);
    }
}

// A whole day is the same number of visits for every device.
static void test_scene_day_is_whole(void **state)
{
    struct scene scene;
    (void)state;
    scene_begin(SCENE_STEADY_DAY, 40, &scene);
    for (uint64_t n = 0; n < 500; n++) {
        struct scene_device device;
        scene_cast(&scene, n * 0x9e3779b97f4a7c15u, &device);
        assert_int_equal(device.lines, 40);
    }
}

static void test_scene_words_that_are_none(void **state)
{
    static const char *const times[] = {"",      "7",     "7:60", "24:01",
                                        "7:30x", "-1:00", "7.30", "07:030"};
    enum scene_kind kind;
    int64_t ms;
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (scene_parse_time(times[i], &ms))
            fail_msg("\"%s\" was taken", times[i]);
    assert_true(scene_parse_time("24:00", &ms));
    assert_int_equal(ms, DAY);
    assert_false(scene_parse("night", &kind));
    assert_true(scene_parse("after-outage", &kind));
    assert_string_equal(scene_name(kind), "after-outage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scene_visits_follow_the_hours),
        cmocka_unit_test(test_scene_visit_has_its_time),
        cmocka_unit_test(test_scene_part_of_a_day),
        cmocka_unit_test(test_scene_outage_leaves_whole_days),
        cmocka_unit_test(test_scene_times_and_counts_agree),
        cmocka_unit_test(test_scene_first_contacts_are_spread),
        cmocka_unit_test(test_scene_day_is_whole),
        cmocka_unit_test(test_scene_words_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
