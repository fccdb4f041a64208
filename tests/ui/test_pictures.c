// Every screen against a picture of it that somebody looked at and approved, in
// both shapes. What is kept is a quarter of the size and grey, so that another
// version of the font's renderer changes next to nothing; a button that moved
// or a text that changed does. Where a change is meant, look at the pictures of
// `make screenshots`, then run this test once with HAILONG_APPROVE=1.
#include "support/gallery.h"
#include "support/picture_file.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PART = 4,           // pixels of the screen in one of the picture, each way
    FAR_OFF = 40,       // of 255: more than another renderer makes
    FAR_OFF_MOST = 1000 // one pixel in so many may be
};

struct small {
    int width, height;
    uint8_t *grey;
};

// The mean of each square, in the weights of ITU-R BT.601.
static struct small shrink(const uint32_t *pixels, int width, int height)
{
    struct small out = {width / PART, height / PART, NULL};
    out.grey = malloc((size_t)out.width * (size_t)out.height);
    assert_non_null(out.grey);
    for (int y = 0; y < out.height; y++) {
        for (int x = 0; x < out.width; x++) {
            unsigned sum = 0;
            for (int i = 0; i < PART * PART; i++) {
                uint32_t p =
                    pixels[(y * PART + i / PART) * width + x * PART + i % PART];
                sum += 299 * (p >> 16 & 255) + 587 * (p >> 8 & 255) +
                       114 * (p & 255);
            }
            out.grey[y * out.width + x] = (uint8_t)(sum / 1000 / PART / PART);
        }
    }
    return out;
}

// How many pixels are far off; all of them when the sizes differ.
static int differences(const struct small *a, const struct small *b)
{
    int count = 0;
    if (a->width != b->width || a->height != b->height)
        return INT_MAX;
    for (int i = 0; i < a->width * a->height; i++)
        count += abs(a->grey[i] - b->grey[i]) > FAR_OFF;
    return count;
}

static bool is_alike(const struct small *a, const struct small *b)
{
    return differences(a, b) <= a->width * a->height / FAR_OFF_MOST;
}

struct comparison {
    const char *size;
    size_t seen, bad;
};

static void compare(void *ctx, const struct gallery_picture *picture)
{
    struct comparison *c = ctx;
    char approved[PATH_MAX], made[PATH_MAX];
    if (picture->varies)
        return;
    struct small now = shrink(picture->pixels, picture->width, picture->height);
    struct small before = {0};
    snprintf(approved, sizeof approved,
             TEST_SOURCE "/tests/ui/approved/%s/%s.png", c->size,
             picture->name);
    snprintf(made, sizeof made, TEST_BUILD "/pictures/%s-%s.png", c->size,
             picture->name);
    c->seen++;
    if (getenv("HAILONG_APPROVE")) {
        assert_true(
            picture_write_grey(approved, now.grey, now.width, now.height));
    } else {
        before.grey =
            picture_read_grey(approved, &before.width, &before.height);
        if (!before.grey || !is_alike(&now, &before)) {
            picture_write(made, picture->pixels, picture->width,
                          picture->height);
            print_error("%s is not as approved; it is now %s\n", approved,
                        made);
            c->bad++;
        }
    }
    free(before.grey);
    free(now.grey);
}

static void check_size(const char *size, int width, int height)
{
    struct comparison c = {size, 0, 0};
    mkdir(TEST_BUILD "/pictures", 0755);
    gallery_walk(width, height, compare, &c);
    assert_true(c.seen >= 25);
    assert_int_equal(c.bad, 0);
}

static void test_wide_screens_are_as_approved(void **state)
{
    (void)state;
    check_size("1280x800", 1280, 800);
}

static void test_tall_screens_are_as_approved(void **state)
{
    (void)state;
    check_size("800x1280", 800, 1280);
}

// --- The comparison itself -------------------------------------------------

enum { W = 640, H = 400 };

// A page with one button of 200 x 60, its border 3 wide.
static struct small page_with_button(int at_x, unsigned noise)
{
    static uint32_t pixels[W * H];
    for (int i = 0; i < W * H; i++) {
        int x = i % W - at_x, y = i / W - 170;
        bool inside = x >= 0 && x < 200 && y >= 0 && y < 60;
        bool border = inside && (x < 3 || x >= 197 || y < 3 || y >= 57);
        uint32_t grey = border ? 0x40 : inside ? 0xff : 0xf0;
        // As another renderer's edges: a little lighter or darker.
        grey -= (uint32_t)(i * 2654435761u >> 16) % (noise + 1);
        pixels[i] = 0xff000000u | grey << 16 | grey << 8 | grey;
    }
    return shrink(pixels, W, H);
}

static void test_comparison_sees_a_moved_button(void **state)
{
    (void)state;
    struct small plain = page_with_button(200, 0);
    struct small noisy = page_with_button(200, 24);
    struct small moved = page_with_button(206, 0);
    assert_true(is_alike(&plain, &plain));
    assert_true(is_alike(&plain, &noisy));
    assert_false(is_alike(&plain, &moved));
    free(plain.grey);
    free(noisy.grey);
    free(moved.grey);
}

// The walks wait more than they work, so the two shapes go side by side, each
// in a process of its own.
int main(void)
{
    const struct CMUnitTest wide[] = {
        cmocka_unit_test(test_comparison_sees_a_moved_button),
        cmocka_unit_test(test_wide_screens_are_as_approved)};
    const struct CMUnitTest tall[] = {
        cmocka_unit_test(test_tall_screens_are_as_approved)};
    int status = 0;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    pid_t other = fork();
    if (other == 0)
        return cmocka_run_group_tests(tall, NULL, NULL);
    int failed = cmocka_run_group_tests(wide, NULL, NULL);
    if (other < 0 || waitpid(other, &status, 0) != other ||
        !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        print_error("the tall screens failed\n");
        failed = 1;
    }
    return failed;
}
