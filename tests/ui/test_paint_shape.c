// The shapes against geometry: areas by formula, symmetry, and that a part
// painted anew looks as it did.
#include "support/painted.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct canvas canvas;

static int open_canvas(void **state)
{
    (void)state;
    painted_open(&canvas, 240, 200);
    return 0;
}

static int close_canvas(void **state)
{
    (void)state;
    canvas_free(&canvas);
    return 0;
}

static void assert_area(double expected, double percent)
{
    double area = painted_area(&canvas);
    if (fabs(area - expected) > expected * percent / 100)
        fail_msg("area %.1f, by formula %.1f", area, expected);
    painted_clear(&canvas);
}

static void test_disc_covers_its_area(void **state)
{
    (void)state;
    static const double radii[] = {88, 58, 30, 12.5, 3};
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++) {
        double r = radii[i];
        canvas_disc(&canvas, 120.3, 99.6, r, PAINTED_WHITE);
        assert_area(M_PI * r * r, r < 10 ? 2 : 0.5);
    }
}

static void test_ring_and_arc_cover_their_area(void **state)
{
    (void)state;
    double whole = M_PI * (96 * 96 - 84 * 84);
    canvas_ring(&canvas, 120, 100, 90, 12, PAINTED_WHITE);
    assert_area(whole, 0.5);
    // Two round ends of radius 6 make one disc.
    for (int i = 1; i <= 7; i++) {
        canvas_arc(&canvas, 120, 100, 90, 12, 0, i / 8.0, PAINTED_WHITE);
        assert_area(whole * i / 8 + M_PI * 36, 0.5);
    }
    canvas_arc(&canvas, 120, 100, 90, 12, 0, 0, PAINTED_WHITE);
    assert_true(painted_area(&canvas) == 0);
}

static void test_arc_runs_clockwise_from_the_top(void **state)
{
    (void)state;
    canvas_arc(&canvas, 120, 100, 80, 10, 0, 0.25, PAINTED_WHITE);
    assert_int_equal(painted_at(&canvas, 120 + 56, 100 - 57), 255);
    assert_int_equal(painted_at(&canvas, 120 - 57, 100 - 57), 0);
    assert_int_equal(painted_at(&canvas, 120 + 56, 100 + 56), 0);
    painted_clear(&canvas);
    canvas_arc(&canvas, 120, 100, 80, 10, 0, 0.75, PAINTED_WHITE);
    assert_int_equal(painted_at(&canvas, 120 + 56, 100 + 56), 255);
    assert_int_equal(painted_at(&canvas, 120 - 57, 100 + 56), 255);
    assert_int_equal(painted_at(&canvas, 120 - 57, 100 - 57), 0);
}

static void test_rounded_rectangle_covers_its_area(void **state)
{
    (void)state;
    double corners = (4 - M_PI) * 28 * 28;
    canvas_round_rect(&canvas, 10.5, 8.25, 200, 150, 28, PAINTED_WHITE);
    assert_area(200 * 150 - corners, 0.5);
    // The border lies inside: what is left out is a smaller one.
    canvas_round_border(&canvas, 10, 8, 200, 150, 28, 8, PAINTED_WHITE);
    double inner = 184 * 134 - (4 - M_PI) * 20 * 20;
    assert_area(200 * 150 - corners - inner, 0.5);
    canvas_rect(&canvas, 3, 4, 50, 2, PAINTED_WHITE);
    assert_area(100, 0.01);
    canvas_rect(&canvas, 3, 4.5, 50, 2, PAINTED_WHITE);
    assert_area(100, 0.5);
}

static void test_rounded_corners_are_alike(void **state)
{
    (void)state;
    canvas_round_rect(&canvas, 20, 10, 200, 180, 28, COLOR(0x808080));
    canvas_round_border(&canvas, 20, 10, 200, 180, 28, 2.5, PAINTED_WHITE);
    assert_int_equal(painted_asymmetry(&canvas), 0);
    for (int y = 0; y < 100; y++)
        for (int x = 0; x < 240; x++)
            assert_int_equal(painted_at(&canvas, x, y),
                             painted_at(&canvas, x, 199 - y));
    // A corner is as round along x as along y.
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 40; x++)
            assert_int_equal(painted_at(&canvas, 20 + x, 10 + y),
                             painted_at(&canvas, 20 + y, 10 + x));
}

static void test_a_border_hides_no_more_than_its_width(void **state)
{
    (void)state;
    canvas_round_border(&canvas, 20, 10, 200, 180, 28, 4, PAINTED_WHITE);
    for (int x = 60; x < 180; x++) {
        assert_int_equal(painted_at(&canvas, x, 9), 0);
        assert_int_equal(painted_at(&canvas, x, 10), 255);
        assert_int_equal(painted_at(&canvas, x, 13), 255);
        assert_int_equal(painted_at(&canvas, x, 14), 0);
    }
    assert_int_equal(painted_at(&canvas, 120, 100), 0);
}

static void test_ellipse_covers_its_area(void **state)
{
    (void)state;
    // The eye of a face of radius 88.
    canvas_ellipse(&canvas, 120, 100, 9.24, 11.44, PAINTED_WHITE);
    assert_area(M_PI * 9.24 * 11.44, 0.5);
    canvas_ellipse(&canvas, 120, 100, 70, 40, PAINTED_WHITE);
    assert_area(M_PI * 70 * 40, 0.5);
}

static void test_strokes_cover_their_area(void **state)
{
    (void)state;
    struct point a = {30, 40}, b = {190, 160}, c = {40, 150};
    canvas_line(&canvas, a, b, 11, PAINTED_WHITE);
    assert_area(200 * 11 + M_PI * 5.5 * 5.5, 0.5);
    // Thinner than a pixel: fainter, not wider.
    canvas_line(&canvas, a, b, 0.5, PAINTED_WHITE);
    assert_area(200 * 0.5, 3);
    // A curve whose middle control lies on the chord is a line.
    struct point middle = {110, 100};
    canvas_curve(&canvas, a, middle, b, 11, PAINTED_WHITE);
    assert_area(200 * 11 + M_PI * 5.5 * 5.5, 0.5);
    // Joints are round and are not painted twice.
    struct point corner[] = {a, b, c};
    canvas_path(&canvas, corner, 3, false, 10, color_fade(PAINTED_WHITE, 128));
    assert_int_equal(painted_at(&canvas, 189, 159), 128);
}

static void test_polygon_covers_its_area(void **state)
{
    (void)state;
    static const struct point triangle[] = {
        {20.5, 30.25}, {200.75, 60.5}, {90.25, 180.75}};
    static const struct point backwards[] = {
        {90.25, 180.75}, {200.75, 60.5}, {20.5, 30.25}};
    // Half of the cross product of two sides.
    double area = fabs(180.25 * 150.5 - 30.25 * 69.75) / 2;
    canvas_polygon(&canvas, triangle, 3, PAINTED_WHITE);
    assert_area(area, 0.1);
    canvas_polygon(&canvas, backwards, 3, PAINTED_WHITE);
    assert_area(area, 0.1);
    static const struct point square[] = {
        {10, 10}, {20, 10}, {20, 20}, {10, 20}};
    canvas_polygon(&canvas, square, 4, PAINTED_WHITE);
    assert_int_equal(painted_at(&canvas, 10, 10), 255);
    assert_int_equal(painted_at(&canvas, 19, 19), 255);
    assert_int_equal(painted_at(&canvas, 9, 15), 0);
    assert_int_equal(painted_at(&canvas, 20, 15), 0);
    assert_area(100, 0.01);
    // Thin as a needle, between two columns of pixels.
    static const struct point needle[] = {
        {60, 10}, {60.5, 10}, {60.5, 190}, {60, 190}};
    canvas_polygon(&canvas, needle, 4, PAINTED_WHITE);
    assert_area(90, 0.5);
}

static void test_shadow_fades_out_and_ends(void **state)
{
    (void)state;
    canvas_shadow(&canvas, 60, 50, 120, 100, 28, 0, 12, PAINTED_WHITE);
    assert_int_equal(painted_asymmetry(&canvas), 0);
    // Half as dark at the edge as inside, never darker farther out, and
    // nothing beyond 14.
    assert_in_range(painted_at(&canvas, 59, 100), 110, 145);
    for (int x = 60 - 15; x < 60; x++)
        assert_true(painted_at(&canvas, x, 100) <=
                    painted_at(&canvas, x + 1, 100));
    assert_int_equal(painted_at(&canvas, 60 - 15, 100), 0);
    assert_int_equal(painted_at(&canvas, 120, 50 - 15), 0);
    // Full between the round corners, which the rectangle leaves free; none
    // where it is sure to lie.
    assert_int_equal(painted_at(&canvas, 120, 70), 255);
    assert_int_equal(painted_at(&canvas, 120, 100), 0);
}

// Everything at once, at places that are not whole pixels.
static void paint_everything(struct canvas *on)
{
    static const struct point kite[] = {
        {120.2, 20.1}, {220.9, 60.6}, {140.7, 120.3}, {20.4, 60.2}};
    struct point a = {5.5, 190.3}, b = {120.1, 40.7}, c = {233.2, 188.8};
    canvas_shadow(on, 30.3, 40.6, 150, 120, 28, 0, 12, 0x29ffffff);
    canvas_round_rect(on, 30.3, 40.6, 150, 120, 28, COLOR(0x336699));
    canvas_round_border(on, 30.3, 40.6, 150, 120, 28, 2.5, COLOR(0xffcc00));
    canvas_disc(on, 150.4, 90.2, 44.4, 0x80ff0000);
    canvas_ellipse(on, 60.2, 70.8, 20.4, 31.3, COLOR(0x00ff00));
    canvas_arc(on, 120.5, 100.5, 80.2, 12, 0.1, 0.6, COLOR(0x0000ff));
    canvas_polygon(on, kite, 4, 0xc0ffffff);
    canvas_curve(on, a, b, c, 7.3, COLOR(0xff00ff));
}

// Strokes at many places between pixels: what is worked out for several pixels
// at once must not depend on where it began.
static void paint_strokes(struct canvas *on)
{
    for (int i = 0; i < 120; i++) {
        double down = 1.37 * i, aside = 200 - 1.61 * i;
        canvas_line(on, (struct point){3.3, down},
                    (struct point){235.9, 199.1 - down}, 1.7, COLOR(0x00ff00));
        canvas_curve(on, (struct point){aside, 5.2},
                     (struct point){aside + 33.3, 90.1},
                     (struct point){aside - 7.7, 190.3}, 2.3, COLOR(0xff0000));
    }
}

static void expect_the_same_in_strips(void (*paint)(struct canvas *on))
{
    struct canvas parts;
    painted_open(&parts, 240, 200);
    paint(&canvas);
    // In strips of odd widths, as damaged rectangles come.
    for (int x = 0; x < 240; x += 7) {
        for (int y = 0; y < 200; y += 41) {
            SDL_Rect clip = {x, y, 7, 41};
            canvas_clip(&parts, &clip);
            paint(&parts);
        }
    }
    assert_memory_equal(parts.pixels, canvas.pixels,
                        240 * 200 * sizeof *canvas.pixels);
    canvas_free(&parts);
}

static void test_a_part_painted_anew_looks_as_it_did(void **state)
{
    (void)state;
    expect_the_same_in_strips(paint_everything);
}

static void test_a_part_of_strokes_looks_as_it_did(void **state)
{
    (void)state;
    expect_the_same_in_strips(paint_strokes);
}

static void test_nothing_is_painted_beyond_the_clip(void **state)
{
    (void)state;
    SDL_Rect clip = {60, 50, 90, 70};
    canvas_clip(&canvas, &clip);
    paint_everything(&canvas);
    for (int y = 0; y < 200; y++) {
        for (int x = 0; x < 240; x++) {
            bool inside = x >= 60 && x < 150 && y >= 50 && y < 120;
            if (!inside)
                assert_int_equal(canvas.pixels[y * 240 + x], COLOR(0));
        }
    }
}

static void test_shapes_may_hang_over_the_edge(void **state)
{
    (void)state;
    static const struct point huge[] = {
        {-1e6, -1e6}, {1e6, -1e6}, {1e6, 1e6}, {-1e6, 1e6}};
    canvas_disc(&canvas, 0, 0, 60, PAINTED_WHITE);
    assert_area(M_PI * 3600 / 4, 0.5);
    canvas_ring(&canvas, 240, 200, 50, 10, PAINTED_WHITE);
    assert_area(M_PI * (55 * 55 - 45 * 45) / 4, 0.5);
    canvas_polygon(&canvas, huge, 4, PAINTED_WHITE);
    assert_area(240 * 200, 0.01);
    canvas_round_rect(&canvas, -1e6, -1e6, 2e6, 2e6, 28, PAINTED_WHITE);
    assert_area(240 * 200, 0.01);
    canvas_disc(&canvas, -900, -900, 60, PAINTED_WHITE);
    canvas_line(&canvas, huge[0], huge[1], 20, PAINTED_WHITE);
    assert_true(painted_area(&canvas) == 0);
}

static void test_damage_holds_what_was_painted(void **state)
{
    (void)state;
    canvas_disc(&canvas, 60, 60, 20, PAINTED_WHITE);
    assert_int_equal(canvas.damage_count, 1);
    canvas_rect(&canvas, 150, 150, 20, 20, PAINTED_WHITE);
    assert_int_equal(canvas.damage_count, 2);
    for (int y = 0; y < 200; y++) {
        for (int x = 0; x < 240; x++) {
            SDL_Point p = {x, y};
            if (painted_at(&canvas, x, y))
                assert_true(SDL_PointInRect(&p, &canvas.damage[0]) ||
                            SDL_PointInRect(&p, &canvas.damage[1]));
        }
    }
    // More than the list holds: merged, and still all of them covered.
    canvas_forget_damage(&canvas);
    for (int i = 0; i < 40; i++)
        canvas_touch(&canvas, (SDL_Rect){6 * i % 234, 37 * i % 190, 2, 2});
    assert_true(canvas.damage_count <= CANVAS_DAMAGE_MAX);
    for (int i = 0; i < 40; i++) {
        SDL_Point p = {6 * i % 234, 37 * i % 190};
        bool covered = false;
        for (size_t k = 0; k < canvas.damage_count; k++)
            covered |= SDL_PointInRect(&p, &canvas.damage[k]);
        assert_true(covered);
    }
    canvas_forget_damage(&canvas);
    canvas_touch(&canvas, (SDL_Rect){-50, -50, 20, 20});
    assert_int_equal(canvas.damage_count, 0);
}

static void test_a_fade_goes_from_one_picture_to_the_other(void **state)
{
    (void)state;
    struct canvas from, to;
    painted_open(&from, 240, 200);
    painted_open(&to, 240, 200);
    canvas_fill(&to, PAINTED_WHITE);
    canvas_mix(&canvas, &from, &to, 0);
    assert_int_equal(painted_at(&canvas, 5, 5), 0);
    canvas_mix(&canvas, &from, &to, 0.5);
    assert_in_range(painted_at(&canvas, 5, 5), 126, 130);
    canvas_mix(&canvas, &from, &to, 1);
    assert_memory_equal(canvas.pixels, to.pixels,
                        240 * 200 * sizeof *to.pixels);
    canvas_free(&from);
    canvas_free(&to);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_canvas, close_canvas)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_disc_covers_its_area),
        TEST(test_ring_and_arc_cover_their_area),
        TEST(test_arc_runs_clockwise_from_the_top),
        TEST(test_rounded_rectangle_covers_its_area),
        TEST(test_rounded_corners_are_alike),
        TEST(test_a_border_hides_no_more_than_its_width),
        TEST(test_ellipse_covers_its_area),
        TEST(test_strokes_cover_their_area),
        TEST(test_polygon_covers_its_area),
        TEST(test_shadow_fades_out_and_ends),
        TEST(test_a_part_painted_anew_looks_as_it_did),
        TEST(test_a_part_of_strokes_looks_as_it_did),
        TEST(test_nothing_is_painted_beyond_the_clip),
        TEST(test_shapes_may_hang_over_the_edge),
        TEST(test_damage_holds_what_was_painted),
        TEST(test_a_fade_goes_from_one_picture_to_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
