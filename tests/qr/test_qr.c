// QR codes: both drawings show the same modules, with the marks by which a
// reader finds a code, and room around it.
#include "qr/qr.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 200, QUIET = 4 };

struct picture {
    bool is_dark[SIDE_MAX][SIDE_MAX];
    int side;
};

// Half blocks, light ones drawn: " " is dark over dark.
static void see_blocks(const char *text, struct picture *out)
{
    static const char *const blocks[] = {" ", "▄", "▀", "█"};
    struct buf drawn = {0};
    int x = 0, y = 0;
    memset(out, 0, sizeof *out);
    assert_true(qr_append_blocks(text, &drawn));
    for (const char *at = buf_text(&drawn); *at;) {
        if (*at == '\n') {
            out->side = x;
            x = 0;
            y += 2;
            at++;
            continue;
        }
        int block = 3;
        while (block > 0 &&
               strncmp(at, blocks[block], strlen(blocks[block])) != 0)
            block--;
        at += strlen(blocks[block]);
        assert_true(x < SIDE_MAX && y + 1 < SIDE_MAX);
        out->is_dark[y][x] = !(block & 2);
        out->is_dark[y + 1][x] = !(block & 1);
        x++;
    }
    buf_free(&drawn);
}

static void see_svg(const char *text, struct picture *out)
{
    struct buf drawn = {0};
    memset(out, 0, sizeof *out);
    assert_true(qr_append_svg(text, &drawn));
    const char *at = strstr(buf_text(&drawn), "viewBox=\"0 0 ");
    assert_non_null(at);
    out->side = atoi(at + strlen("viewBox=\"0 0 "));
    assert_true(out->side <= SIDE_MAX);
    at = strstr(at, "<path d=\"");
    assert_non_null(at);
    for (at += strlen("<path d=\""); *at != '"';) {
        int x, y, width, back, used = 0;
        assert_int_equal(
            sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &width, &back, &used), 4);
        assert_true(used > 0 && width > 0 && width == back);
        assert_true(y < out->side && x + width <= out->side);
        for (int i = 0; i < width; i++)
            out->is_dark[y][x + i] = true;
        at += used;
    }
    assert_string_equal(at, "\"/></svg>\n");
    buf_free(&drawn);
}

// The three squares of 7 modules: a dark ring, a light one, a dark core.
static void check_finder(const struct picture *picture, int left, int top)
{
    for (int y = 0; y < 7; y++) {
        for (int x = 0; x < 7; x++) {
            bool is_ring = x == 0 || y == 0 || x == 6 || y == 6;
            bool is_core = x >= 2 && x <= 4 && y >= 2 && y <= 4;
            assert_int_equal(picture->is_dark[top + y][left + x],
                             is_ring || is_core);
        }
    }
}

static const char ADDRESS[] =
    "https://hailong.example/d/eyJpZCI6IjAxOWFiMGEyLTAwMDAtNzAwMC04MDAwIn0.abc";

static void test_reader_finds_the_code(void **state)
{
    struct picture picture;
    (void)state;
    see_svg(ADDRESS, &picture);
    // Version n has 17 + 4n modules a side.
    assert_int_equal((picture.side - 2 * QUIET - 17) % 4, 0);
    int far = picture.side - QUIET - 7;
    check_finder(&picture, QUIET, QUIET);
    check_finder(&picture, far, QUIET);
    check_finder(&picture, QUIET, far);
    for (int y = 0; y < picture.side; y++) {
        for (int x = 0; x < picture.side; x++) {
            bool is_inside = x >= QUIET && y >= QUIET &&
                             x < picture.side - QUIET &&
                             y < picture.side - QUIET;
            assert_true(is_inside || !picture.is_dark[y][x]);
        }
    }
}

static void test_both_drawings_are_one_code(void **state)
{
    struct picture blocks, svg;
    (void)state;
    see_blocks(ADDRESS, &blocks);
    see_svg(ADDRESS, &svg);
    assert_int_equal(blocks.side, svg.side);
    for (int y = 0; y < svg.side; y++)
        assert_memory_equal(blocks.is_dark[y], svg.is_dark[y],
                            (size_t)svg.side);
}

static void test_text_too_long_is_refused(void **state)
{
    char text[4000];
    struct buf out = {0};
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(qr_append_svg(text, &out));
    assert_false(qr_append_blocks(text, &out));
    assert_int_equal(out.size, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_finds_the_code),
        cmocka_unit_test(test_both_drawings_are_one_code),
        cmocka_unit_test(test_text_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
