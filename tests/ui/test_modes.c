// Large text, black screen and reading aloud, in the whole kiosk: what a
// citizen who needs them sees, hears and touches. The voice is a program of the
// test's own that notes what it is to say.
#include "store/ledger_reader.h"
#include "support/app_hand.h"
#include "support/fake_espeak.h"
#include "support/scratch.h"
#include "ui/screen.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE = 400, LOOK_MS = 50, BLACK = 0x000000, PAGE = 0xFAF6EF };

struct counter {
    char folder[SCRATCH_SIZE], voice[SCRATCH_SIZE];
    struct app *app;
};

#define UNIT                                                                   \
    "\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"    \
    "\"counter\":\"3\",\"hotline\":\"0234 3 812 345\""

static void open_counter(struct counter *counter, const char *config,
                         enum fake_manner manner)
{
    struct app_options options = {.directory = counter->folder,
                                  .width = 1280,
                                  .height = 800,
                                  .times = FLOW_TIMES,
                                  .still = true};
    scratch_make(counter->folder);
    scratch_make(counter->voice);
    fake_espeak_install(counter->voice, manner);
    hand_enrol(counter->folder, config);
    assert_int_equal(app_open(&options, &counter->app), APP_DONE);
    hand_wait_for(counter->app, "attract");
}

static void stop_app(struct counter *counter)
{
    assert_int_equal(app_close(counter->app), APP_DONE);
}

static void clear_away(struct counter *counter)
{
    fake_espeak_restore_path();
    scratch_remove(counter->folder);
    scratch_remove(counter->voice);
}

static void close_counter(struct counter *counter)
{
    stop_app(counter);
    clear_away(counter);
}

static void begin_visit(struct counter *counter)
{
    hand_tap(counter->app, "attract.button");
    hand_wait_for(counter->app, "rating");
}

static const struct target *target(const struct counter *counter,
                                   const char *id)
{
    const struct targets *targets = app_targets(counter->app);
    for (size_t i = 0; i < targets->count; i++)
        if (strcmp(targets->list[i].id, id) == 0)
            return &targets->list[i];
    return NULL;
}

// Touches it to hear it, and again to act.
static void tap_twice(struct counter *counter, const char *id)
{
    hand_tap(counter->app, id);
    hand_tap(counter->app, id);
}

static const char *said(const struct counter *counter)
{
    return fake_espeak_texts(counter->voice);
}

// Until this was said, after the first `from` bytes of what was.
static void wait_to_hear(const struct counter *counter, size_t from,
                         const char *words)
{
    for (int i = 0; i < PATIENCE; i++) {
        const char *all = said(counter);
        if (strlen(all) > from && strstr(all + from, words))
            return;
        hand_rest(counter->app, LOOK_MS);
    }
    fail_msg("\"%s\" was not said: %s", words, said(counter));
}

// --- The visit ---------------------------------------------------------------

enum { VISITS_MAX = 4 };
struct visits {
    struct record list[VISITS_MAX];
    size_t count;
};

static bool keep_visit(void *ctx, int64_t seq, const char *id, const char *line,
                       size_t size)
{
    struct visits *visits = ctx;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    (void)seq;
    (void)id;
    assert_true(record_read(line, size, &record, reason));
    if (record.kind == RECORD_VISIT) {
        assert_true(visits->count < VISITS_MAX);
        visits->list[visits->count++] = record;
    }
    return true;
}

static void read_visits(const struct counter *counter, struct visits *out)
{
    struct ledger_reader *reader;
    *out = (struct visits){0};
    assert_int_equal(ledger_reader_open(counter->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, keep_visit, out), SQL_OK);
    ledger_reader_close(reader);
}

static void test_modes_end_with_the_visit_and_are_recorded(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS);
    begin_visit(&counter);
    assert_int_equal(target(&counter, "level.5")->area.w, 224);
    hand_tap(counter.app, "tool.large");
    hand_tap(counter.app, "tool.dark");
    hand_tap(counter.app, "tool.audio");
    hand_rest(counter.app, 50);
    // Rows, on black; the tools that are on look it.
    assert_int_equal(target(&counter, "level.5")->area.w, 1200);
    assert_int_equal(target(&counter, "level.1")->area.h, 84);
    assert_int_equal(hand_pixel(20, 400), BLACK);
    assert_int_equal(hand_pixel(90, 236), 0xFFFFFF); // a face's disc
    const SDL_Rect *large = &target(&counter, "tool.large")->area;
    assert_int_equal(hand_pixel(large->x + 12, large->y + 20), 0xFFD83D);
    tap_twice(&counter, "level.2");
    hand_wait_for(counter.app, "reasons");
    assert_int_equal(hand_pixel(20, 400), BLACK);
    tap_twice(&counter, "reason.skip");
    hand_wait_for(counter.app, "thanks");
    assert_int_equal(hand_pixel(20, 400), BLACK);
    // Ten seconds instead of five, for slow readers and listeners.
    assert_int_equal(flow_deadline(app_flow(counter.app)) -
                         app_flow(counter.app)->since,
                     10000);
    tap_twice(&counter, "thanks.done");
    hand_wait_for(counter.app, "attract");
    hand_rest(counter.app, 50);
    assert_int_equal(hand_pixel(20, 790), PAGE);
    begin_visit(&counter);
    hand_rest(counter.app, 50);
    assert_int_equal(target(&counter, "level.5")->area.w, 224);
    assert_int_equal(hand_pixel(20, 400), PAGE);
    // Touches act at once again.
    hand_tap(counter.app, "level.4");
    assert_int_equal(app_flow(counter.app)->level, 4);
    stop_app(&counter);

    static struct visits visits;
    read_visits(&counter, &visits);
    assert_int_equal(visits.count, 2);
    assert_int_equal(visits.list[0].level, 2);
    assert_int_equal(visits.list[0].aid_count, 3);
    assert_string_equal(visits.list[0].aids[0], "large");
    assert_string_equal(visits.list[0].aids[1], "dark");
    assert_string_equal(visits.list[0].aids[2], "audio");
    assert_int_equal(visits.list[1].aid_count, 0);
    clear_away(&counter);
}

// --- Listening -------------------------------------------------------------

static void test_first_touch_reads_second_acts(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS);
    begin_visit(&counter);
    hand_tap(counter.app, "tool.audio");
    wait_to_hear(&counter, 0, "Từ trái sang phải: rất hài lòng, hài lòng,");
    hand_tap(counter.app, "level.1");
    assert_int_equal(app_flow(counter.app)->level, 0);
    wait_to_hear(&counter, 0, "Rất không hài lòng\nChạm lần nữa để chọn.");
    // Another one: the first has to be touched twice again.
    hand_tap(counter.app, "level.5");
    hand_tap(counter.app, "level.1");
    assert_int_equal(app_flow(counter.app)->level, 0);
    hand_tap(counter.app, "level.1");
    assert_int_equal(app_flow(counter.app)->level, 1);
    wait_to_hear(&counter, 0, "Đã chọn.");
    hand_wait_for(counter.app, "reasons");
    tap_twice(&counter, "reason.low.1");
    assert_int_equal(flow_chosen_count(app_flow(counter.app)), 1);
    size_t before = strlen(said(&counter));
    tap_twice(&counter, "reason.low.1");
    assert_int_equal(flow_chosen_count(app_flow(counter.app)), 0);
    wait_to_hear(&counter, before, "Đã bỏ chọn.");
    close_counter(&counter);
}

// Keys act at once and in silence; sending is read first, as everything is.
static void test_what_is_typed_is_not_read(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS);
    begin_visit(&counter);
    hand_tap(counter.app, "tool.audio");
    tap_twice(&counter, "level.4");
    hand_wait_for(counter.app, "reasons");
    tap_twice(&counter, "reason.comment");
    hand_wait_for(counter.app, "comment");
    wait_to_hear(&counter, 0, "Xin đừng ghi tên");
    hand_rest(counter.app, 50);
    size_t before = strlen(said(&counter));
    hand_tap(counter.app, "key.o");
    hand_tap(counter.app, "key.tone.sac");
    // The capital of the beginning is used up.
    assert_int_equal(target(&counter, "key.o")->look, 0);
    hand_tap(counter.app, "comment.send");
    wait_to_hear(&counter, before, "Gửi góp");
    assert_string_equal(app_screen(counter.app), "comment");
    assert_null(strstr(said(&counter) + before, "ó\n"));
    assert_null(strstr(said(&counter) + before, "key."));
    assert_null(strstr(said(&counter) + before, "sắc"));
    hand_tap(counter.app, "comment.send");
    hand_wait_for(counter.app, "thanks");
    close_counter(&counter);
}

// What is said from the choice of a level to the end of the visit.
static char *said_after(int level)
{
    struct counter counter;
    char id[16];
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS);
    begin_visit(&counter);
    hand_tap(counter.app, "tool.audio");
    snprintf(id, sizeof id, "level.%d", level);
    hand_tap(counter.app, id);
    wait_to_hear(&counter, 0, "Chạm lần nữa để chọn.\n");
    size_t before = strlen(said(&counter));
    hand_tap(counter.app, id);
    wait_to_hear(&counter, before, "Đã chọn.");
    hand_wait_for(counter.app, "reasons");
    wait_to_hear(&counter, before, "Chạm vào từng ô để nghe.");
    hand_tap(counter.app, "reason.skip");
    wait_to_hear(&counter, before, "Bỏ qua\nChạm lần nữa để chọn.");
    hand_tap(counter.app, "reason.skip");
    hand_wait_for(counter.app, "thanks");
    wait_to_hear(&counter, before, "0 2 3 4, 3, 8 1 2, 3 4 5\n");
    char *after = strdup(said(&counter) + before);
    assert_non_null(after);
    close_counter(&counter);
    return after;
}

static void test_nothing_said_tells_the_level(void **state)
{
    (void)state;
    char *best = said_after(5), *worst = said_after(1);
    assert_string_equal(best, worst);
    assert_null(strstr(best, "hài lòng"));
    // The whole road is read.
    assert_non_null(strstr(best, "Điều gì khiến Ông, Bà đánh giá như vậy?"));
    assert_non_null(strstr(best, "Xin cảm ơn Ông, Bà!"));
    assert_non_null(strstr(best, "Ý kiến của Ông, Bà đã được ghi nhận"));
    free(best);
    free(worst);
}

static void test_levels_are_read_in_the_order_shown(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT ",\"levels\":3,\"order\":\"worst-first\"}",
                 FAKE_SPEAKS);
    begin_visit(&counter);
    hand_tap(counter.app, "tool.audio");
    wait_to_hear(&counter, 0,
                 "Từ trái sang phải:\nKhông hài lòng\nBình thường\nHài "
                 "lòng\n");
    // Rows now.
    size_t before = strlen(said(&counter));
    tap_twice(&counter, "tool.large");
    wait_to_hear(&counter, before,
                 "Đã bật.\nXin Ông, Bà chạm vào một khuôn mặt. Từ trên xuống "
                 "dưới:\nKhông hài lòng\nBình thường\nHài lòng\n");
    close_counter(&counter);
}

static void test_finger_ends_speech(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS_ON);
    begin_visit(&counter);
    hand_tap(counter.app, "tool.audio");
    wait_to_hear(&counter, 0, "Đã bật nghe đọc.");
    // A sentence lasts a minute here. The second of a target is made when the
    // first begins, so what was spoken before has ended.
    hand_tap(counter.app, "level.4");
    wait_to_hear(&counter, 0, "Hài lòng\nChạm lần nữa");
    close_counter(&counter);
}

static unsigned loudness(const struct counter *counter)
{
    return target(counter, "tool.audio")->look / LOOK_NUMBER;
}

static void test_tool_goes_through_three_volumes(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS);
    begin_visit(&counter);
    assert_int_equal(loudness(&counter), 0);
    hand_tap(counter.app, "tool.audio");
    assert_int_equal(loudness(&counter), 1);
    tap_twice(&counter, "tool.audio");
    assert_int_equal(loudness(&counter), 2);
    tap_twice(&counter, "tool.audio");
    assert_int_equal(loudness(&counter), 3);
    tap_twice(&counter, "tool.audio");
    assert_int_equal(loudness(&counter), 0);
    assert_false(app_flow(counter.app)->aids.audio);
    hand_tap(counter.app, "level.3");
    assert_int_equal(app_flow(counter.app)->level, 3);
    close_counter(&counter);
}

static void test_without_a_voice_there_is_no_tool(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" UNIT "}", FAKE_SPEAKS);
    stop_app(&counter);
    fake_espeak_remove(counter.voice);
    struct app_options options = {.directory = counter.folder,
                                  .width = 1280,
                                  .height = 800,
                                  .times = FLOW_TIMES,
                                  .still = true};
    assert_int_equal(app_open(&options, &counter.app), APP_DONE);
    begin_visit(&counter);
    assert_null(target(&counter, "tool.audio"));
    assert_non_null(target(&counter, "tool.large"));
    assert_non_null(target(&counter, "tool.dark"));
    assert_non_null(target(&counter, "tool.lang"));
    close_counter(&counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes_end_with_the_visit_and_are_recorded),
        cmocka_unit_test(test_first_touch_reads_second_acts),
        cmocka_unit_test(test_what_is_typed_is_not_read),
        cmocka_unit_test(test_nothing_said_tells_the_level),
        cmocka_unit_test(test_levels_are_read_in_the_order_shown),
        cmocka_unit_test(test_finger_ends_speech),
        cmocka_unit_test(test_tool_goes_through_three_volumes),
        cmocka_unit_test(test_without_a_voice_there_is_no_tool)};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
