// Faces, icons, emblem and drum: that they say what they should, at every size.
#include "support/painted.h"
#include "ui/emblem.h"
#include "ui/face.h"
#include "ui/icon.h"
#include "ui/ornament.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 200, MIDDLE = 100 };

static struct canvas canvas;
// White features on black discs, to be measured.
static struct theme plain;

static int open_canvas(void **state)
{
    (void)state;
    painted_open(&canvas, SIDE, SIDE);
    plain = *theme_get(THEME_LIGHT);
    for (int level = 1; level <= 5; level++)
        plain.face[level] = COLOR(0);
    plain.on_face = PAINTED_WHITE;
    return 0;
}

static int close_canvas(void **state)
{
    (void)state;
    canvas_free(&canvas);
    return 0;
}

static void paint_face(int level, double radius)
{
    painted_clear(&canvas);
    face_draw(&canvas, &plain, level, MIDDLE, MIDDLE, radius);
}

// Where the mouth's line is, at a distance from the middle (both in radii): the
// mean height of what is white below the eyes.
static double mouth_at(double x, double radius)
{
    double sum = 0, weight = 0;
    int column = (int)(MIDDLE + x * radius);
    for (int y = MIDDLE + (int)(0.05 * radius); y < SIDE; y++) {
        int a = painted_at(&canvas, column, y);
        sum += a * (y + 0.5 - MIDDLE);
        weight += a;
    }
    assert_true(weight > 0);
    return sum / weight / radius;
}

static void test_mouths_bend_as_the_levels_say(void **state)
{
    (void)state;
    static const double radii[] = {88, 54, 37, 26};
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++) {
        double r = radii[i], bend[6];
        for (int level = 1; level <= 4; level++) {
            paint_face(level, r);
            double corners = mouth_at(-0.30, r) + mouth_at(0.29, r);
            bend[level] = mouth_at(0, r) - corners / 2;
        }
        // Down in the middle is a smile.
        assert_true(bend[4] > 0.08);
        assert_true(bend[3] > 0 && bend[3] < 0.05);
        assert_true(bend[2] < -0.05);
        assert_true(bend[1] < bend[2] - 0.03);
    }
}

static void test_the_middle_of_each_mouth_is_where_it_was_drawn(void **state)
{
    (void)state;
    // Of a quadratic curve: a quarter of both ends and half of the control.
    static const double middle[] = {0, 0.27, 0.31, 0.35, 0.43};
    for (int level = 1; level <= 4; level++) {
        paint_face(level, 88);
        assert_true(fabs(mouth_at(0, 88) - middle[level]) < 0.01);
    }
}

static void test_the_best_face_laughs_with_a_full_mouth(void **state)
{
    (void)state;
    double lines = 0;
    for (int level = 2; level <= 4; level++) {
        paint_face(level, 88);
        lines = fmax(lines, painted_area(&canvas));
    }
    paint_face(5, 88);
    assert_true(painted_area(&canvas) > 1.4 * lines);
    assert_int_equal(painted_at(&canvas, MIDDLE, MIDDLE + 35), 255);
    // From the sag of the upper edge to the half-ellipse's foot, and half of
    // the edge stroke on both sides: −0.035 + 0.13 + 0.05 to 0.13 + 0.46 +
    // 0.035
    SDL_Rect mouth = {0};
    for (int y = MIDDLE; y < SIDE; y++)
        if (painted_at(&canvas, MIDDLE, y) >= 128) {
            mouth.y = mouth.h ? mouth.y : y;
            mouth.h = y - mouth.y + 1;
        }
    assert_in_range(mouth.y, MIDDLE + 11, MIDDLE + 14);
    assert_in_range(mouth.y + mouth.h, MIDDLE + 54, MIDDLE + 56);
}

// The mean height of what is white above the middle, beside the eyes.
static double brow_at(int column)
{
    double sum = 0, weight = 0;
    for (int y = 0; y < MIDDLE; y++) {
        sum += painted_at(&canvas, column, y) * y;
        weight += painted_at(&canvas, column, y);
    }
    assert_true(weight > 0);
    return sum / weight;
}

static void test_only_the_worst_face_has_brows(void **state)
{
    (void)state;
    for (int level = 1; level <= 4; level++) {
        paint_face(level, 88);
        // The eyes' upper ends are at 0.33 above the middle.
        SDL_Rect bounds = painted_bounds(&canvas, 128);
        double top = (double)(MIDDLE - bounds.y) / 88;
        if (level == 1)
            assert_true(top > 0.52);
        else
            assert_true(fabs(top - 0.33) < 0.02);
    }
    // Sad, not angry: the outer ends are lower.
    paint_face(1, 88);
    assert_true(brow_at(MIDDLE - 46) > brow_at(MIDDLE - 18) + 8);
}

static void test_faces_look_straight_at_you(void **state)
{
    (void)state;
    for (int level = 1; level <= 5; level++) {
        for (int radius = 20; radius <= 90; radius += 7) {
            paint_face(level, radius);
            assert_true(painted_asymmetry(&canvas) <= 2);
        }
    }
}

static void test_features_stay_on_the_disc(void **state)
{
    (void)state;
    for (int level = 1; level <= 5; level++) {
        paint_face(level, 88);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                if (hypot(x + 0.5 - MIDDLE, y + 0.5 - MIDDLE) > 0.85 * 88)
                    assert_int_equal(painted_at(&canvas, x, y), 0);
    }
}

static void test_the_faces_of_high_contrast_are_white_with_black(void **state)
{
    (void)state;
    const struct theme *dark = theme_get(THEME_DARK);
    for (int level = 1; level <= 5; level++) {
        painted_clear(&canvas);
        face_draw(&canvas, dark, level, MIDDLE, MIDDLE, 88);
        assert_int_equal(painted_at(&canvas, MIDDLE, MIDDLE - 80), 255);
        assert_int_equal(painted_at(&canvas, MIDDLE, MIDDLE - 95), 0);
        // An eye, or a smiling one's top.
        assert_int_equal(painted_at(&canvas, MIDDLE + 31, MIDDLE - 21), 0);
    }
}

static void test_every_icon_fills_its_square_and_no_more(void **state)
{
    (void)state;
    static const int sizes[] = {24, 38, 56, 120};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int icon = ICON_NONE + 1; icon < ICON_COUNT; icon++) {
            painted_clear(&canvas);
            icon_draw(&canvas, (enum icon)icon, MIDDLE, MIDDLE, sizes[i],
                      PAINTED_WHITE, COLOR(0));
            SDL_Rect bounds = painted_bounds(&canvas, 128);
            int half = sizes[i] / 2 + sizes[i] / 16;
            assert_true(bounds.x >= MIDDLE - half);
            assert_true(bounds.y >= MIDDLE - half);
            assert_true(bounds.x + bounds.w <= MIDDLE + half);
            assert_true(bounds.y + bounds.h <= MIDDLE + half);
            // Wide enough to be seen, and in the middle.
            assert_true(bounds.w > sizes[i] / 2);
            assert_true(abs(bounds.x + bounds.w / 2 - MIDDLE) <= sizes[i] / 8);
        }
    }
}

static void test_no_two_icons_are_alike(void **state)
{
    (void)state;
    static uint32_t seen[ICON_COUNT][SIDE * SIDE];
    for (int icon = ICON_NONE + 1; icon < ICON_COUNT; icon++) {
        painted_clear(&canvas);
        icon_draw(&canvas, (enum icon)icon, MIDDLE, MIDDLE, 56, PAINTED_WHITE,
                  COLOR(0));
        memcpy(seen[icon], canvas.pixels, sizeof seen[icon]);
        for (int other = ICON_NONE + 1; other < icon; other++)
            assert_memory_not_equal(seen[icon], seen[other], sizeof seen[icon]);
    }
}

static void test_icons_of_the_question_sets_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "clock", "calendar-check", "calendar-late", "person", "guidance",
        "turns", "document",       "chair",         "screen", "more"};
    enum icon icon = ICON_NONE, last = ICON_NONE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(icon_by_name(names[i], &icon));
        assert_int_not_equal(icon, last);
        last = icon;
    }
    assert_false(icon_by_name("unicorn", &icon));
    assert_false(icon_by_name("", &icon));
    assert_int_equal(icon, last);
}

static void test_icon_draws_with_the_clip_it_found(void **state)
{
    (void)state;
    SDL_Rect clip = {MIDDLE - 5, 0, 40, SIDE};
    for (int icon = ICON_NONE + 1; icon < ICON_COUNT; icon++) {
        painted_clear(&canvas);
        canvas_clip(&canvas, &clip);
        icon_draw(&canvas, (enum icon)icon, MIDDLE, MIDDLE, 56, PAINTED_WHITE,
                  COLOR(0));
        assert_memory_equal(&canvas.clip, &clip, sizeof clip);
        for (int y = 0; y < SIDE; y++)
            assert_int_equal(painted_at(&canvas, clip.x - 1, y), 0);
    }
}

static void test_the_lotus_stands_upright_on_its_disc(void **state)
{
    (void)state;
    struct theme theme = *theme_get(THEME_LIGHT);
    theme.lotus = PAINTED_WHITE;
    theme.emblem = COLOR(0);
    static const double radii[] = {30, 40.5, 70};
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++) {
        double r = radii[i];
        painted_clear(&canvas);
        emblem_draw(&canvas, &theme, MIDDLE, MIDDLE, r);
        assert_true(painted_asymmetry(&canvas) <= 40);
        SDL_Rect bounds = painted_bounds(&canvas, 128);
        assert_true(fabs((bounds.y - MIDDLE) / r + 0.49) < 0.05);
        assert_true(fabs(bounds.w / r - 1.24) < 0.06);
        // The gaps that set the petals apart can be seen.
        int changes = 0, y = MIDDLE + (int)(0.05 * r);
        for (int x = bounds.x; x < bounds.x + bounds.w; x++)
            changes += (painted_at(&canvas, x, y) >= 128) !=
                       (painted_at(&canvas, x - 1, y) >= 128);
        assert_true(changes >= 5);
    }
}

static void test_the_drum_is_round_and_turns(void **state)
{
    (void)state;
    struct ornament drum = {0}, turned = {0};
    assert_true(ornament_bake(&drum, 90, 0));
    ornament_draw(&drum, &canvas, MIDDLE, MIDDLE, PAINTED_WHITE);
    // Upside down it is the same: every ring has an even number of parts.
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            assert_true(abs(painted_at(&canvas, x, y) -
                            painted_at(&canvas, SIDE - 1 - x, SIDE - 1 - y)) <=
                        2);
    assert_int_equal(painted_at(&canvas, MIDDLE, MIDDLE), 255);
    double area = painted_area(&canvas);
    // Neither empty nor full.
    assert_true(area > 0.15 * M_PI * 8100 && area < 0.6 * M_PI * 8100);
    // A ray points up; half of the way to the next one there is a valley.
    int ray = MIDDLE - (int)(0.18 * 90);
    assert_true(painted_at(&canvas, MIDDLE, ray) > 128);
    assert_true(ornament_turn(&drum, 1.0 / 28, &turned));
    painted_clear(&canvas);
    ornament_draw(&turned, &canvas, MIDDLE, MIDDLE, PAINTED_WHITE);
    assert_true(painted_at(&canvas, MIDDLE, ray) < 64);
    assert_true(fabs(painted_area(&canvas) - area) < 0.03 * area);
    // Turned, not moved.
    assert_int_equal(painted_at(&canvas, MIDDLE, MIDDLE), 255);
    ornament_free(&drum);
    ornament_free(&turned);
}

static void test_a_drum_that_is_not_baked_draws_nothing(void **state)
{
    (void)state;
    struct ornament none = {0};
    ornament_draw(&none, &canvas, MIDDLE, MIDDLE, PAINTED_WHITE);
    assert_true(painted_area(&canvas) == 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_canvas, close_canvas)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_mouths_bend_as_the_levels_say),
        TEST(test_the_middle_of_each_mouth_is_where_it_was_drawn),
        TEST(test_the_best_face_laughs_with_a_full_mouth),
        TEST(test_only_the_worst_face_has_brows),
        TEST(test_faces_look_straight_at_you),
        TEST(test_features_stay_on_the_disc),
        TEST(test_the_faces_of_high_contrast_are_white_with_black),
        TEST(test_every_icon_fills_its_square_and_no_more),
        TEST(test_no_two_icons_are_alike),
        TEST(test_icons_of_the_question_sets_have_names),
        TEST(test_icon_draws_with_the_clip_it_found),
        TEST(test_the_lotus_stands_upright_on_its_disc),
        TEST(test_the_drum_is_round_and_turns),
        TEST(test_a_drum_that_is_not_baked_draws_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
