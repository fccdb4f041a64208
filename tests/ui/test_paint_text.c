// Lines of text: on their baseline, broken in balance, shrunk as a set, and
// still there when a font is not.
#include "common/file.h"
#include "common/log.h"
#include "support/painted.h"
#include "support/scratch.h"
#include "ui/text.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char question[] =
    "Ông/Bà hài\u00a0lòng ở\u00a0mức\u00a0nào với lần phục vụ này?";

static struct canvas canvas;
static struct text *text;

static int open_text(void **state)
{
    (void)state;
    painted_open(&canvas, 1300, 200);
    text = text_open();
    assert_non_null(text);
    return 0;
}

static int close_text(void **state)
{
    (void)state;
    text_close(text);
    canvas_free(&canvas);
    return 0;
}

static SDL_Rect drawn(struct text_style style, const char *line, double x,
                      double baseline, enum text_align align)
{
    painted_clear(&canvas);
    text_draw(text, &canvas, style, PAINTED_WHITE, line, x, baseline, align);
    return painted_bounds(&canvas, 128);
}

static int bottom(SDL_Rect r)
{
    return r.y + r.h;
}

static void test_every_letter_stands_on_the_baseline(void **state)
{
    (void)state;
    static const int sizes[] = {24, 30, 38, 48, 54, 66};
    for (int weight = 0; weight < TEXT_WEIGHT_COUNT; weight++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct text_style style = {(enum text_weight)weight, sizes[i]};
            int plain = bottom(drawn(style, "x", 50, 120, TEXT_LEFT));
            assert_int_equal(plain, 120);
            assert_int_equal(bottom(drawn(style, "Ẳ", 50, 120, TEXT_LEFT)),
                             plain);
            assert_int_equal(bottom(drawn(style, "Ễ", 50, 120, TEXT_LEFT)),
                             plain);
            // Round feet reach below by a hair.
            assert_in_range(bottom(drawn(style, "a", 50, 120, TEXT_LEFT)),
                            plain, plain + 1);
            assert_in_range(bottom(drawn(style, "aẲ", 50, 120, TEXT_LEFT)),
                            plain, plain + 1);
        }
    }
}

static void test_marks_on_capitals_are_whole(void **state)
{
    (void)state;
    struct text_style style = {TEXT_BOLD, 100};
    SDL_Rect marked = drawn(style, "Ẳ", 50, 150, TEXT_LEFT);
    SDL_Rect bare = drawn(style, "A", 50, 150, TEXT_LEFT);
    // 1.21 em above the baseline; a capital is 0.74 em high.
    assert_in_range(marked.h, 118, 124);
    assert_in_range(bare.h, 70, 77);
    assert_true(fabs(text_capital(style) - bare.h) < 3);
}

static void test_lines_are_placed_by_their_alignment(void **state)
{
    (void)state;
    struct text_style style = {TEXT_SEMIBOLD, 36};
    int width = text_width(text, style, "Thái độ");
    SDL_Rect left = drawn(style, "Thái độ", 300, 100, TEXT_LEFT);
    SDL_Rect middle = drawn(style, "Thái độ", 300, 100, TEXT_CENTRE);
    SDL_Rect right = drawn(style, "Thái độ", 300, 100, TEXT_RIGHT);
    assert_in_range(left.x, 300, 303);
    assert_in_range(left.x - right.x, width - 1, width + 1);
    assert_in_range(left.x - middle.x, width / 2 - 1, width / 2 + 1);
    // Centred in height: the capitals' middle.
    painted_clear(&canvas);
    text_draw_middle(text, &canvas, style, PAINTED_WHITE, "H", 300, 100,
                     TEXT_CENTRE);
    SDL_Rect capital = painted_bounds(&canvas, 128);
    assert_true(fabs(capital.y + capital.h / 2.0 - 100) <= 1);
    assert_true(fabs(capital.x + capital.w / 2.0 - 300) <= 1);
}

static void test_width_is_what_is_drawn(void **state)
{
    (void)state;
    struct text_style style = {TEXT_BOLD, 48};
    SDL_Rect bounds = drawn(style, question, 20, 100, TEXT_LEFT);
    // But for the room beside the first and last letters.
    assert_in_range(text_width(text, style, question) - bounds.w, 0, 8);
    assert_int_equal(text_width(text, style, ""), 0);
    struct text_style half = {TEXT_BOLD, 24};
    double ratio = (double)text_width(text, style, question) /
                   text_width(text, half, question);
    assert_true(fabs(ratio - 2) < 0.02);
}

static void test_colour_is_the_callers(void **state)
{
    (void)state;
    struct text_style style = {TEXT_BOLD, 60};
    text_draw(text, &canvas, style, COLOR(0xA3262A), "I", 100, 100, TEXT_LEFT);
    text_draw(text, &canvas, style, COLOR(0x0B4A63), "I", 200, 100, TEXT_LEFT);
    bool red = false, blue = false;
    for (int i = 0; i < canvas.width * canvas.height; i++) {
        red |= canvas.pixels[i] == COLOR(0xA3262A);
        blue |= canvas.pixels[i] == COLOR(0x0B4A63);
    }
    assert_true(red && blue);
    // One picture in the cache serves both.
    assert_int_equal(text_cached(text), 1);
}

static void test_cache_is_bounded_and_emptied(void **state)
{
    (void)state;
    struct text_style style = {TEXT_MEDIUM, 30};
    SDL_Rect before = drawn(style, "Góp ý của Ông/Bà", 50, 100, TEXT_LEFT);
    double area = painted_area(&canvas);
    for (int i = 0; i < 3 * TEXT_CACHE_MAX; i++) {
        char line[32];
        snprintf(line, sizeof line, "Câu %d trên 500", i);
        text_draw(text, &canvas, style, PAINTED_WHITE, line, 50, 100,
                  TEXT_LEFT);
        assert_true(text_cached(text) <= TEXT_CACHE_MAX);
    }
    assert_int_equal(text_cached(text), TEXT_CACHE_MAX);
    // What was pushed out is drawn as before.
    SDL_Rect after = drawn(style, "Góp ý của Ông/Bà", 50, 100, TEXT_LEFT);
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(painted_area(&canvas) == area);
    text_forget(text);
    assert_int_equal(text_cached(text), 0);
}

// The lines put together again with the plain spaces between them.
static void assert_joins_to(const struct text_lines *lines, const char *words)
{
    struct buf whole = {0};
    for (size_t i = 0; i < lines->count; i++)
        buf_printf(&whole, "%s%s", i ? " " : "", lines->line[i]);
    assert_string_equal(buf_text(&whole), words);
    buf_free(&whole);
}

// The narrowest that two lines of these words can be, found by trying every
// plain space.
static int narrowest_of_two(struct text_style style, const char *words)
{
    int least = 1 << 20;
    for (const char *p = words; (p = strchr(p, ' ')); p++) {
        char first[256];
        snprintf(first, sizeof first, "%.*s", (int)(p - words), words);
        int one = text_width(text, style, first);
        int other = text_width(text, style, p + 1);
        int wide = one > other ? one : other;
        least = wide < least ? wide : least;
    }
    return least;
}

static void test_breaks_are_balanced(void **state)
{
    (void)state;
    static const char *const sentences[] = {
        question, "Không hài\u00a0lòng", "Rất không hài\u00a0lòng",
        "Điều gì khiến Ông/Bà đánh\u00a0giá như vậy?",
        "Ý kiến của Ông/Bà đã được ghi nhận và giúp phường phục vụ tốt hơn."};
    struct text_style style = {TEXT_BOLD, 46};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        struct text_lines lines;
        int room = text_width(text, style, sentences[i]) * 7 / 10;
        text_break(text, style, sentences[i], room, 2, &lines);
        assert_true(lines.fits);
        assert_int_equal(lines.count, 2);
        assert_joins_to(&lines, sentences[i]);
        assert_int_equal(lines.width, narrowest_of_two(style, sentences[i]));
        assert_true(lines.width <= room);
    }
}

static void test_units_of_sense_stay_together(void **state)
{
    (void)state;
    struct text_style style = {TEXT_BOLD, 46};
    for (int room = 1200; room >= 340; room -= 20) {
        struct text_lines lines;
        text_break(text, style, question, room, TEXT_LINES_MAX, &lines);
        assert_true(lines.fits);
        assert_joins_to(&lines, question);
        bool whole = false, name = false;
        for (size_t i = 0; i < lines.count; i++) {
            whole |= strstr(lines.line[i], "ở\u00a0mức\u00a0nào") != NULL;
            name |= strstr(lines.line[i], "Ông/Bà") != NULL;
            assert_true(text_width(text, style, lines.line[i]) <= room);
        }
        assert_true(whole && name);
    }
}

static void test_a_newline_breaks_always(void **state)
{
    (void)state;
    struct text_style style = {TEXT_SEMIBOLD, 36};
    struct text_lines lines;
    text_break(text, style, "Trả kết quả\ntrễ hẹn", 1000, 2, &lines);
    assert_true(lines.fits);
    assert_int_equal(lines.count, 2);
    assert_string_equal(lines.line[0], "Trả kết quả");
    assert_string_equal(lines.line[1], "trễ hẹn");
    text_break(text, style, "", 1000, 2, &lines);
    assert_true(lines.fits);
    assert_int_equal(lines.count, 0);
}

static void test_what_cannot_fit_is_told(void **state)
{
    (void)state;
    struct text_style style = {TEXT_SEMIBOLD, 36};
    struct text_lines lines;
    text_break(text, style, "Phải đi lại nhiều lần", 100, 2, &lines);
    assert_false(lines.fits);
    text_break(text, style, "nghiêng", 20, 2, &lines);
    assert_false(lines.fits);
    // Longer than a line can hold, with and without a place to break.
    char words[2 * TEXT_LINE_SIZE];
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    text_break(text, style, words, 1 << 20, 8, &lines);
    assert_false(lines.fits);
    words[TEXT_LINE_SIZE - 10] = ' ';
    text_break(text, style, words, 1 << 20, 8, &lines);
    assert_false(lines.fits);
}

static void test_a_set_of_labels_shrinks_together(void **state)
{
    (void)state;
    static const char *const levels[] = {"Rất hài\u00a0lòng", "Hài\u00a0lòng",
                                         "Bình thường", "Không hài\u00a0lòng",
                                         "Rất không hài\u00a0lòng"};
    struct text_style style = {TEXT_BOLD, 38};
    // The cards of the design hold them at full size.
    assert_int_equal(text_fit(text, style, 20, 1, levels, 5, 200, 2), 38);
    int px = text_fit(text, style, 20, 1, levels, 5, 160, 2);
    assert_in_range(px, 21, 37);
    bool all = true, larger = true;
    for (int i = 0; i < 5; i++) {
        struct text_lines lines;
        struct text_style fitted = {TEXT_BOLD, px}, next = {TEXT_BOLD, px + 1};
        text_break(text, fitted, levels[i], 160, 2, &lines);
        all &= lines.fits;
        text_break(text, next, levels[i], 160, 2, &lines);
        larger &= lines.fits;
    }
    assert_true(all);
    assert_false(larger);
    // The longest alone decides; the shortest alone would stay large.
    assert_int_equal(text_fit(text, style, 20, 1, levels + 4, 1, 160, 2), px);
    assert_int_equal(text_fit(text, style, 20, 1, levels + 1, 1, 160, 2), 38);
    assert_int_equal(text_fit(text, style, 30, 1, levels, 5, 10, 2), 30);
    // Ever narrower, never larger.
    int last = 38;
    for (int room = 240; room >= 60; room -= 12) {
        int now = text_fit(text, style, 10, 1, levels, 5, room, 2);
        assert_true(now <= last);
        last = now;
    }
}

static void test_numbers_of_a_countdown_are_centred(void **state)
{
    (void)state;
    struct text_style style = {TEXT_BOLD, 38};
    static const char *const numbers[] = {"20", "11", "9", "1"};
    for (size_t i = 0; i < 4; i++) {
        SDL_Rect r = drawn(style, numbers[i], 300, 100, TEXT_CENTRE);
        assert_true(fabs(r.x + r.w / 2.0 - 300) <= 3);
    }
}

// --- Fonts that fail ---------------------------------------------------------

static void hear(void *ctx, enum log_level level, const char *module,
                 const char *line)
{
    (void)level;
    (void)module;
    buf_printf(ctx, "%s\n", line);
}

// A folder of assets and a system's folder of fonts, both of the test's own.
struct places {
    char assets[SCRATCH_SIZE], system[SCRATCH_SIZE];
    struct buf heard; // lines of the log
    char *assets_before, *system_before;
};

static char *keep(const char *name)
{
    const char *value = getenv(name);
    return value ? strdup(value) : NULL;
}

static void restore(const char *name, char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
    free(value);
}

static void make_folder(const char *root, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void places_make(struct places *p)
{
    *p = (struct places){0};
    scratch_make(p->assets);
    scratch_make(p->system);
    make_folder(p->assets, "fonts");
    make_folder(p->system, "fonts");
    make_folder(p->system, "fonts/truetype");
    make_folder(p->system, "fonts/truetype/noto");
    p->assets_before = keep("HAILONG_ASSETS");
    p->system_before = keep("XDG_DATA_DIRS");
    setenv("HAILONG_ASSETS", p->assets, 1);
    setenv("XDG_DATA_DIRS", p->system, 1);
    log_set_sink(hear, &p->heard);
}

static void places_remove(struct places *p)
{
    static const char *const inner[] = {"fonts/truetype/noto", "fonts/truetype",
                                        "fonts"};
    char path[256];
    log_set_sink(NULL, NULL);
    restore("HAILONG_ASSETS", p->assets_before);
    restore("XDG_DATA_DIRS", p->system_before);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", p->system, inner[i]);
        scratch_remove(path);
    }
    snprintf(path, sizeof path, "%s/fonts", p->assets);
    scratch_remove(path);
    scratch_remove(p->assets);
    scratch_remove(p->system);
    buf_free(&p->heard);
}

// Copies our font `from` to root/to, no more than `most` bytes of it.
static void put_font(const char *root, const char *to, const char *from,
                     size_t most)
{
    char path[256];
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s/assets/fonts/%s", TEST_SOURCE, from);
    assert_true(file_read(path, 4 << 20, &bytes));
    snprintf(path, sizeof path, "%s/%s", root, to);
    size_t size = bytes.size < most ? bytes.size : most;
    assert_true(file_replace(path, bytes.data, size, 0600));
    buf_free(&bytes);
}

static void test_a_damaged_font_is_named_and_the_next_is_taken(void **state)
{
    (void)state;
    struct places p;
    places_make(&p);
    put_font(p.assets, "fonts/BeVietnamPro-Medium.ttf",
             "BeVietnamPro-Medium.ttf", 20000);
    put_font(p.assets, "fonts/BeVietnamPro-Bold.ttf", "BeVietnamPro-Bold.ttf",
             SIZE_MAX);
    put_font(p.system, "fonts/truetype/noto/NotoSans-Medium.ttf",
             "BeVietnamPro-Medium.ttf", SIZE_MAX);
    struct text *other = text_open();
    assert_non_null(other);
    assert_non_null(
        strstr(buf_text(&p.heard), "/fonts/BeVietnamPro-Medium.ttf: "));
    assert_null(strstr(buf_text(&p.heard), "NotoSans-Medium"));
    struct text_style medium = {TEXT_MEDIUM, 30}, bold = {TEXT_BOLD, 30};
    assert_int_equal(text_width(other, medium, "Bỏ qua"),
                     text_width(text, medium, "Bỏ qua"));
    assert_int_equal(text_width(other, bold, "Bỏ qua"),
                     text_width(text, bold, "Bỏ qua"));
    // Once is enough.
    size_t told = p.heard.size;
    text_width(other, medium, "Góp ý");
    assert_int_equal(p.heard.size, told);
    text_close(other);
    places_remove(&p);
}

static void test_a_missing_weight_is_drawn_in_another(void **state)
{
    (void)state;
    struct places p;
    places_make(&p);
    put_font(p.assets, "fonts/BeVietnamPro-Medium.ttf",
             "BeVietnamPro-Medium.ttf", SIZE_MAX);
    struct text *other = text_open();
    assert_non_null(other);
    struct text_style medium = {TEXT_MEDIUM, 48}, bold = {TEXT_BOLD, 48};
    text_draw(other, &canvas, bold, PAINTED_WHITE, "Hài\u00a0lòng", 50, 100,
              TEXT_LEFT);
    assert_true(painted_area(&canvas) > 500);
    assert_int_equal(text_width(other, bold, "Hài\u00a0lòng"),
                     text_width(text, medium, "Hài\u00a0lòng"));
    assert_non_null(
        strstr(buf_text(&p.heard), "BeVietnamPro-Bold.ttf: not found"));
    text_close(other);
    places_remove(&p);
}

static void test_no_font_at_all_is_told(void **state)
{
    (void)state;
    struct places p;
    places_make(&p);
    // Not a font, and one that is empty.
    char path[256];
    snprintf(path, sizeof path, "%s/fonts/BeVietnamPro-Medium.ttf", p.assets);
    assert_true(file_replace(path, "not a font", 10, 0600));
    snprintf(path, sizeof path, "%s/fonts/BeVietnamPro-Bold.ttf", p.assets);
    assert_true(file_replace(path, "", 0, 0600));
    assert_null(text_open());
    assert_non_null(strstr(buf_text(&p.heard), "BeVietnamPro-Medium.ttf"));
    assert_non_null(strstr(buf_text(&p.heard), "BeVietnamPro-Bold.ttf"));
    assert_non_null(strstr(buf_text(&p.heard), "no font can be opened"));
    places_remove(&p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_text, close_text)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_letter_stands_on_the_baseline),
        TEST(test_marks_on_capitals_are_whole),
        TEST(test_lines_are_placed_by_their_alignment),
        TEST(test_width_is_what_is_drawn),
        TEST(test_colour_is_the_callers),
        TEST(test_cache_is_bounded_and_emptied),
        TEST(test_breaks_are_balanced),
        TEST(test_units_of_sense_stay_together),
        TEST(test_a_newline_breaks_always),
        TEST(test_what_cannot_fit_is_told),
        TEST(test_a_set_of_labels_shrinks_together),
        TEST(test_numbers_of_a_countdown_are_centred),
        TEST(test_a_damaged_font_is_named_and_the_next_is_taken),
        TEST(test_a_missing_weight_is_drawn_in_another),
        TEST(test_no_font_at_all_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
