// Contrast by the formula of WCAG 2 against what the design demands, for every
// pair in which words or a needed shape stand on a ground.
#include "ui/theme.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static double channel(unsigned value)
{
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(color c)
{
    return 0.2126 * channel(c >> 16 & 255) + 0.7152 * channel(c >> 8 & 255) +
           0.0722 * channel(c & 255);
}

static double contrast(color a, color b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

// `over`, with its opacity, on `under`.
static color laid_over(color under, color over)
{
    double alpha = (over >> 24) / 255.0;
    color out = COLOR(0);
    for (int shift = 0; shift <= 16; shift += 8) {
        double u = under >> shift & 255, o = over >> shift & 255;
        out |= (color)(u + (o - u) * alpha + 0.5) << shift;
    }
    return out;
}

// The design's figures have one decimal.
#define assert_contrast(a, b, demanded)                                        \
    do {                                                                       \
        if (contrast(a, b) < (demanded)-0.05)                                  \
            fail_msg("%s on %s: %.2f, demanded %.1f", #a, #b, contrast(a, b),  \
                     (double)(demanded));                                      \
    } while (0)

static void test_formula(void **state)
{
    (void)state;
    // Published: black on white 21, #777777 on white 4.48.
    assert_true(fabs(contrast(COLOR(0), COLOR(0xffffff)) - 21) < 0.001);
    assert_true(fabs(contrast(COLOR(0x777777), COLOR(0xffffff)) - 4.48) < 0.01);
}

static void test_words_of_the_light_theme(void **state)
{
    (void)state;
    const struct theme *t = theme_get(THEME_LIGHT);
    color drum = laid_over(t->bg, t->gold);
    assert_contrast(t->ink, t->bg, 14.6);
    assert_contrast(t->ink, t->surface, 15.7);
    assert_contrast(t->ink, drum, 13.0);
    assert_contrast(t->ink, t->tint, 13.3);
    assert_contrast(t->ink, t->sand, 12.8);
    assert_contrast(t->ink2, t->bg, 7.3);
    assert_contrast(t->ink2, t->surface, 7.9);
    assert_contrast(t->ink2, drum, 6.5);
    assert_contrast(t->on_primary, t->primary, 9.7);
    assert_contrast(t->primary, t->bg, 9.0);
    assert_contrast(t->on_tint, t->tint, 8.2);
    assert_contrast(t->on_pill, t->pill, 8.2);
    assert_contrast(t->on_chosen, t->chosen, 13.3);
    assert_contrast(t->accent, t->surface, 9.0);
    assert_contrast(t->accent, t->tint, 8.2);
    assert_contrast(t->red, t->sand, 6.0);
    assert_contrast(t->red, t->surface, 7.3);
    assert_contrast(t->lotus, t->emblem, 4.5);
    assert_contrast(t->ok, t->surface, 6.4);
    assert_contrast(t->warn, t->surface, 5.1);
}

static void test_shapes_of_the_light_theme(void **state)
{
    (void)state;
    const struct theme *t = theme_get(THEME_LIGHT);
    static const double demanded[] = {0, 8.1, 5.2, 5.4, 5.0, 8.3};
    assert_contrast(t->control, t->bg, 3.5);
    assert_contrast(t->control, t->surface, 3.8);
    assert_contrast(t->card_line, t->bg, 3.4);
    assert_contrast(t->card_line, t->surface, 3.6);
    for (int level = 1; level <= 5; level++) {
        assert_contrast(t->on_face, t->face[level], demanded[level]);
        assert_contrast(t->face[level], t->surface, 3);
    }
    assert_contrast(t->badge, t->chosen, 3);
    assert_contrast(t->on_badge, t->badge, 4.5);
    // Around a ring's rest nothing has to be read.
    assert_contrast(t->primary, t->track, 4.5);
}

static void test_high_contrast(void **state)
{
    (void)state;
    const struct theme *t = theme_get(THEME_DARK);
    assert_contrast(t->ink, t->bg, 21);
    assert_contrast(t->ink2, t->bg, 21);
    assert_contrast(t->ink, t->surface, 21);
    assert_contrast(t->ink, t->sand, 21);
    assert_contrast(t->red, t->sand, 21);
    assert_contrast(t->control, t->bg, 21);
    assert_contrast(t->card_line, t->surface, 21);
    assert_contrast(t->accent, t->surface, 21);
    assert_contrast(t->on_pill, t->pill, 21);
    assert_contrast(t->on_chosen, t->chosen, 15.1);
    assert_contrast(t->badge, t->chosen, 15.1);
    assert_contrast(t->on_badge, t->badge, 15.1);
    assert_contrast(t->lotus, t->emblem, 21);
    assert_contrast(t->on_primary, t->primary, 15.1);
    assert_contrast(t->primary, t->bg, 15.1);
    // A pressed or chosen surface keeps its words.
    assert_contrast(t->ink, t->tint, 7);
    assert_contrast(t->accent, t->tint, 7);
    assert_contrast(t->on_tint, t->tint, 7);
    assert_contrast(t->primary, t->track, 4.5);
    for (int level = 1; level <= 5; level++)
        assert_contrast(t->on_face, t->face[level], 21);
    assert_int_equal(t->shadow, 0);
    assert_false(t->ornament);
    assert_true(t->border == 4);
}

static void test_night(void **state)
{
    (void)state;
    const struct theme *t = theme_get(THEME_NIGHT);
    color drum = laid_over(t->bg, t->gold);
    assert_contrast(t->ink, t->bg, 12.7);
    assert_contrast(t->ink2, t->bg, 7.9);
    assert_contrast(t->ink, drum, 7);
    assert_contrast(t->ink2, drum, 4.5);
    assert_contrast(t->on_primary, t->primary, 7);
    assert_contrast(t->accent, t->surface, 7);
    assert_contrast(t->red, t->bg, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula),
        cmocka_unit_test(test_words_of_the_light_theme),
        cmocka_unit_test(test_shapes_of_the_light_theme),
        cmocka_unit_test(test_high_contrast),
        cmocka_unit_test(test_night),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
