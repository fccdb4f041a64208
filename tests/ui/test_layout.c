// Places on the window against the figures of the design.
#include "ui/layout.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const int SIZES[][2] = {{1280, 800},  {800, 1280}, {1920, 1080},
                               {1080, 1920}, {1024, 600}, {1024, 768},
                               {1366, 768},  {768, 1366}, {1280, 1024},
                               {3840, 2160}, {640, 400}};
enum { SIZE_COUNT = sizeof SIZES / sizeof SIZES[0] };

static void assert_box(struct box box, double x, double y, double w, double h)
{
    assert_true(fabs(box.x - x) < 0.05);
    assert_true(fabs(box.y - y) < 0.05);
    assert_true(fabs(box.w - w) < 0.05);
    assert_true(fabs(box.h - h) < 0.05);
}

static void test_scale_and_shape_follow_the_window(void **state)
{
    (void)state;
    struct layout l = layout_make(1920, 1080);
    assert_false(l.portrait);
    assert_true(fabs(l.scale - 1.35) < 1e-9);
    assert_int_equal(layout_px(&l, 40), 54);
    // 1422.2 u wide: the columns take the rest, nothing goes under the header.
    assert_true(fabs(l.w - 1422.22) < 0.01);
    assert_true(l.drop == 0);
    l = layout_make(800, 1280);
    assert_true(l.portrait);
    assert_true(l.scale == 1);
    // 4:3 has height left over: 768 / 0.8 - 800 u.
    l = layout_make(1024, 768);
    assert_true(fabs(l.drop - 160) < 1e-9);
    l = layout_make(0, 0);
    assert_true(l.scale > 0);
}

static void test_five_cards_of_the_design(void **state)
{
    (void)state;
    struct layout l = layout_make(1280, 800);
    struct box cards[5];
    layout_levels(&l, 5, cards);
    assert_box(cards[0], 40, 252, 224, 408);
    assert_box(cards[1], 284, 252, 224, 408);
    assert_box(cards[4], 1016, 252, 224, 408);
    layout_levels(&l, 3, cards);
    assert_box(cards[0], 40, 252, 386.67, 408);
    assert_box(cards[2], 853.33, 252, 386.67, 408);
    l = layout_make(800, 1280);
    layout_levels(&l, 5, cards);
    assert_box(cards[0], 40, 308, 720, 136);
    assert_box(cards[4], 40, 916, 720, 136);
    layout_levels(&l, 3, cards);
    assert_box(cards[2], 40, 812, 720, 236);
}

static void test_tools_of_the_design(void **state)
{
    (void)state;
    struct layout l = layout_make(1280, 800);
    struct box tools[4], decline;
    layout_tools(&l, 4, tools, &decline);
    assert_box(tools[0], 40, 694, 220, 80);
    assert_box(tools[1], 276, 694, 220, 80);
    assert_box(tools[3], 748, 694, 220, 80);
    assert_box(decline, 984, 694, 256, 80);
    layout_tools(&l, 4, tools, NULL);
    assert_box(tools[0], 40, 694, 288, 80);
    assert_box(tools[3], 952, 694, 288, 80);
    // A single tool is as wide, in the middle.
    layout_tools(&l, 1, tools, NULL);
    assert_box(tools[0], 496, 694, 288, 80);
    l = layout_make(800, 1280);
    layout_tools(&l, 4, tools, &decline);
    assert_box(tools[0], 40, 1072, 229.33, 80);
    assert_box(tools[2], 530.67, 1072, 229.33, 80);
    assert_box(tools[3], 40, 1168, 229.33, 80);
    assert_box(decline, 285.33, 1168, 474.67, 80);
    layout_tools(&l, 1, tools, &decline);
    assert_box(tools[0], 40, 1120, 229.33, 80);
    assert_box(decline, 285.33, 1120, 474.67, 80);
}

static void test_rows_of_large_text(void **state)
{
    (void)state;
    struct layout l = layout_make(1280, 800);
    struct box rows[5];
    layout_rows(&l, 5, false, rows);
    assert_box(rows[0], 40, 194, 1200, 84);
    assert_box(rows[1], 40, 293, 1200, 84);
    assert_box(rows[4], 40, 590, 1200, 84);
    layout_rows(&l, 3, false, rows);
    assert_box(rows[2], 40, 524, 1200, 150);
    l = layout_make(800, 1280);
    layout_rows(&l, 5, false, rows);
    assert_box(rows[0], 40, 258, 720, 142);
    assert_box(rows[4], 40, 890, 720, 142);
}

static void test_four_tools_upright_stand_two_and_two(void **state)
{
    (void)state;
    struct layout l = layout_make(800, 1280);
    struct box tools[4];
    layout_tools(&l, 4, tools, NULL);
    assert_box(tools[0], 40, 1072, 352, 80);
    assert_box(tools[1], 408, 1072, 352, 80);
    assert_box(tools[3], 408, 1168, 352, 80);
}

static void test_sharing_follows_the_needs(void **state)
{
    (void)state;
    const struct box row[] = {
        {40, 5, 100, 80}, {150, 5, 100, 80}, {270, 5, 100, 80}};
    struct box boxes[3];
    // Wide enough: nothing moves.
    memcpy(boxes, row, sizeof row);
    const double little[] = {100, 20, 99};
    assert_true(layout_share(little, 3, boxes));
    assert_box(boxes[0], 40, 5, 100, 80);
    assert_box(boxes[2], 270, 5, 100, 80);
    // 60 u are over, 20 for each; the gaps of 10 and 20 stay.
    const double one_more[] = {140, 40, 60};
    assert_true(layout_share(one_more, 3, boxes));
    assert_box(boxes[0], 40, 5, 160, 80);
    assert_box(boxes[1], 210, 5, 60, 80);
    assert_box(boxes[2], 290, 5, 80, 80);
    // Twice as much as there is.
    memcpy(boxes, row, sizeof row);
    const double too_much[] = {300, 200, 100};
    assert_false(layout_share(too_much, 3, boxes));
    assert_box(boxes[0], 40, 5, 150, 80);
    assert_box(boxes[1], 200, 5, 100, 80);
    assert_box(boxes[2], 320, 5, 50, 80);
}

static void test_chips_and_buttons_of_the_design(void **state)
{
    (void)state;
    struct layout l = layout_make(1280, 800);
    struct box chips[9];
    layout_chips(&l, 9, chips);
    assert_box(chips[0], 40, 244, 386.67, 122);
    assert_box(chips[4], 446.67, 384, 386.67, 122);
    assert_box(chips[8], 853.33, 524, 386.67, 122);
    struct layout_buttons b = layout_reason_buttons(&l);
    assert_box(b.back, 40, 678, 300, 96);
    assert_box(b.beside, 360, 678, 340, 96);
    assert_box(b.main, 740, 678, 500, 96);
    l = layout_make(800, 1280);
    layout_chips(&l, 9, chips);
    assert_box(chips[0], 40, 306, 352, 118);
    assert_box(chips[7], 408, 708, 352, 118);
    assert_box(chips[8], 40, 842, 720, 104);
    b = layout_reason_buttons(&l);
    assert_box(b.back, 40, 1024, 352, 104);
    assert_box(b.beside, 408, 1024, 352, 104);
    assert_box(b.main, 40, 1144, 720, 104);
}

static bool apart(const struct box *a, const struct box *b, double gap)
{
    return a->x + a->w + gap <= b->x + 1e-6 ||
           b->x + b->w + gap <= a->x + 1e-6 ||
           a->y + a->h + gap <= b->y + 1e-6 || b->y + b->h + gap <= a->y + 1e-6;
}

// All inside the window with the margin, and 15 u apart: 2.54 mm at 10 inches.
static void check_boxes(const struct layout *l, const struct box *boxes,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(boxes[i].x >= 39.99);
        assert_true(boxes[i].x + boxes[i].w <= l->w - 39.99);
        assert_true(boxes[i].y >= 100);
        assert_true(boxes[i].y + boxes[i].h <= l->h - 20);
        assert_true(boxes[i].w >= 75 && boxes[i].h >= 75);
        for (size_t k = 0; k < i; k++)
            assert_true(apart(&boxes[i], &boxes[k], 15));
    }
}

static void test_nothing_overlaps_at_any_size(void **state)
{
    (void)state;
    for (int s = 0; s < SIZE_COUNT; s++) {
        struct layout l = layout_make(SIZES[s][0], SIZES[s][1]);
        for (size_t levels = 2; levels <= 5; levels++) {
            for (size_t tools = 1; tools <= 5; tools++) {
                struct box all[11];
                layout_levels(&l, levels, all);
                layout_tools(&l, tools, all + levels, NULL);
                check_boxes(&l, all, levels + tools);
                layout_rows(&l, levels, false, all);
                check_boxes(&l, all, levels + tools);
                layout_levels(&l, levels, all);
                if (tools == 5)
                    continue; // five tools and "no rating" are never drawn
                layout_tools(&l, tools, all + levels, &all[levels + tools]);
                check_boxes(&l, all, levels + tools + 1);
            }
        }
        for (size_t chips = 1; chips <= 9; chips++) {
            struct box all[12];
            layout_chips(&l, chips, all);
            struct layout_buttons b = layout_reason_buttons(&l);
            all[chips] = b.back;
            all[chips + 1] = b.beside;
            all[chips + 2] = b.main;
            check_boxes(&l, all, chips + 3);
        }
    }
}

static void test_physical_floor(void **state)
{
    (void)state;
    // 10.1 inches at 1280 × 800 have 5.885 px in a mm: 80 u are 13.6 mm.
    struct layout l = layout_make(1280, 800);
    assert_true(fabs(layout_smallest_mm(&l, 5.885) - 13.59) < 0.01);
    assert_true(layout_smallest_mm(&l, 5.885) >= LAYOUT_TARGET_MM);
    // 7 inches at 1024 × 600 have 6.68: too small for a finger.
    l = layout_make(1024, 600);
    assert_true(layout_smallest_mm(&l, 6.68) < LAYOUT_TARGET_MM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale_and_shape_follow_the_window),
        cmocka_unit_test(test_five_cards_of_the_design),
        cmocka_unit_test(test_tools_of_the_design),
        cmocka_unit_test(test_rows_of_large_text),
        cmocka_unit_test(test_four_tools_upright_stand_two_and_two),
        cmocka_unit_test(test_sharing_follows_the_needs),
        cmocka_unit_test(test_chips_and_buttons_of_the_design),
        cmocka_unit_test(test_nothing_overlaps_at_any_size),
        cmocka_unit_test(test_physical_floor)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
