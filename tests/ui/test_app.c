// The whole kiosk on SDL's dummy driver: a mouse touches it, the picture in the
// window's surface is looked at.
#include "common/clock.h"
#include "ledger/digest.h"
#include "store/device.h"
#include "support/app_hand.h"
#include "support/scratch.h"
#include "ui/app.h"
#include "ui/screen.h"
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, DEAF_MS = 400, HOLD_MS = 60 };

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

static void rest(struct app *app, int64_t ms)
{
    for (int64_t end = now_ms() + ms; now_ms() < end;)
        assert_true(app_turn(app, end - now_ms()));
    assert_true(app_turn(app, 0)); // the last one may have begun before
}

static void wait_for(struct app *app, const char *screen)
{
    for (int64_t end = now_ms() + PATIENCE_MS; strcmp(app_screen(app), screen);)
        if (!app_turn(app, 50) || now_ms() > end)
            fail_msg("the screen is %s, not %s", app_screen(app), screen);
}

static void push_button(Uint32 type, int x, int y)
{
    SDL_Event event = {0};
    event.type = type;
    event.button.button = SDL_BUTTON_LEFT;
    event.button.x = x;
    event.button.y = y;
    assert_int_equal(SDL_PushEvent(&event), 1);
}

static void tap(struct app *app, int x, int y)
{
    rest(app, DEAF_MS);
    push_button(SDL_MOUSEBUTTONDOWN, x, y);
    rest(app, HOLD_MS);
    push_button(SDL_MOUSEBUTTONUP, x, y);
    rest(app, 1);
}

static void push_finger(Uint32 type, double x, double y)
{
    SDL_Event event = {0};
    event.type = type;
    event.tfinger.fingerId = 7;
    event.tfinger.x = (float)x;
    event.tfinger.y = (float)y;
    assert_int_equal(SDL_PushEvent(&event), 1);
}

// 0xRRGGBB of the glass.
static unsigned pixel(int x, int y)
{
    SDL_Surface *surface = SDL_GetWindowSurface(SDL_GetWindowFromID(1));
    assert_non_null(surface);
    assert_int_equal(surface->format->BytesPerPixel, 4);
    assert_true(x < surface->w && y < surface->h);
    uint32_t value;
    memcpy(&value,
           (char *)surface->pixels + (size_t)y * (size_t)surface->pitch +
               (size_t)x * 4,
           sizeof value);
    Uint8 r, g, b;
    SDL_GetRGB(value, surface->format, &r, &g, &b);
    return (unsigned)r << 16 | (unsigned)g << 8 | b;
}

static void make_device(const char *folder, const char *config)
{
    struct device device = {
        .counter = "3", .server = "https://127.0.0.1:1", .token = "aa"};
    struct key key;
    struct box_key box;
    char why[JSON_MESSAGE_SIZE];
    assert_true(ledger_init());
    key_make(&key);
    box_make(&box);
    id_new_v4(device.id);
    memcpy(device.server_key, key.public_key, sizeof device.server_key);
    memcpy(device.box_key, box.public_key, sizeof device.box_key);
    device.config = json_read(config, strlen(config), why);
    assert_non_null(device.config);
    assert_true(device_save_key(folder, &key));
    assert_true(device_save(folder, &device));
    device_release(&device);
}

static struct app *open_app(const char *folder, const char *trace)
{
    struct app_options options = {.directory = folder,
                                  .width = 1280,
                                  .height = 800,
                                  .trace = trace,
                                  .times = FLOW_TIMES};
    struct app *app = NULL;
    options.times.thanks = 1000;
    assert_int_equal(app_open(&options, &app), APP_DONE);
    return app;
}

static const char CONFIG[] =
    "{\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"
    "\"counter\":\"3\",\"hotline\":\"0234 3 812 345\"}";

static void test_one_visit_from_touch_to_thanks(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], trace[SCRATCH_SIZE + 16];
    scratch_make(folder);
    make_device(folder, CONFIG);
    snprintf(trace, sizeof trace, "%s/trace", folder);
    struct app *app = open_app(folder, trace);
    wait_for(app, "attract");
    rest(app, 300);
    assert_int_equal(pixel(98, 410), 0x00594F);  // the best face
    assert_int_equal(pixel(400, 575), 0x0B4A63); // the button
    assert_int_equal(pixel(20, 790), 0xFAF6EF);  // the page
    tap(app, 600, 624);
    wait_for(app, "rating");
    rest(app, 300);
    assert_int_equal(pixel(1128, 320), 0x9B1C31); // the worst face
    assert_int_equal(pixel(60, 640), 0xFFFFFF);   // a card
    tap(app, 1128, 450);
    assert_int_equal(app_flow(app)->level, 1);
    wait_for(app, "reasons");
    rest(app, 300);
    tap(app, 300, 300);
    rest(app, 50);
    assert_int_equal(pixel(300, 255), 0x0B4A63); // the chip is chosen
    assert_int_equal(pixel(700, 255), 0xFFFFFF); // its neighbour is not
    tap(app, 1000, 726);
    wait_for(app, "thanks");
    wait_for(app, "attract");
    assert_int_equal(app_close(app), APP_DONE);

    // What a tester reads in the trace.
    char line[4096];
    int drafts = 0, saved = 0, frames = 0;
    FILE *file = fopen(trace, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char why[JSON_MESSAGE_SIZE];
        json_t *event = json_read(line, strlen(line) - 1, why);
        if (!event)
            fail_msg("%s: %s", line, why);
        const char *what = NULL;
        assert_true(json_get_text(event, "ev", &what));
        assert_true(json_is_integer(json_object_get(event, "t")));
        drafts += strcmp(what, "draft") == 0;
        saved += strcmp(what, "saved") == 0;
        frames += strcmp(what, "frame") == 0;
        json_decref(event);
    }
    fclose(file);
    assert_int_equal(drafts, 1);
    assert_int_equal(saved, 3); // start, visit, stop
    assert_true(frames > 5);
    scratch_remove(folder);
}

// A device of its own, at the screen on which a visit begins.
static struct app *open_at_rest(char folder[SCRATCH_SIZE])
{
    scratch_make(folder);
    make_device(folder, CONFIG);
    struct app *app = open_app(folder, NULL);
    wait_for(app, "attract");
    return app;
}

// Down and up while the program is at something else, as at a picture that
// takes long to draw.
static void test_a_tap_that_is_over_before_it_is_seen(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = open_at_rest(folder);
    rest(app, DEAF_MS);
    push_button(SDL_MOUSEBUTTONDOWN, 600, 624);
    usleep(HOLD_MS * 1000);
    push_button(SDL_MOUSEBUTTONUP, 600, 624);
    wait_for(app, "rating");
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void test_window_is_laid_out_again_in_place(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = open_at_rest(folder);
    tap(app, 600, 624);
    wait_for(app, "rating");
    rest(app, 300);
    SDL_SetWindowSize(SDL_GetWindowFromID(1), 800, 1280);
    rest(app, 300);
    assert_string_equal(app_screen(app), "rating");
    assert_int_equal(pixel(136, 335), 0x00594F); // rows now
    assert_int_equal(pixel(136, 940), 0x9B1C31);
    tap(app, 500, 984);
    assert_int_equal(app_flow(app)->level, 1);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void test_finger_is_a_part_of_the_window(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = open_at_rest(folder);
    // Anywhere wakes.
    rest(app, DEAF_MS);
    push_finger(SDL_FINGERDOWN, 0.9, 0.95);
    rest(app, HOLD_MS);
    push_finger(SDL_FINGERUP, 0.9, 0.95);
    wait_for(app, "rating");
    rest(app, DEAF_MS);
    push_finger(SDL_FINGERDOWN, 0.31, 0.5);
    rest(app, HOLD_MS);
    push_finger(SDL_FINGERUP, 0.31, 0.5);
    rest(app, 1);
    assert_int_equal(app_flow(app)->level, 4);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void test_language_tool_changes_the_whole_interface(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = open_at_rest(folder);
    tap(app, 600, 624);
    wait_for(app, "rating");
    hand_tap(app, "tool.lang");
    assert_int_equal(app_flow(app)->language, I18N_EN);
    hand_tap(app, "tool.lang");
    assert_int_equal(app_flow(app)->language, I18N_VI);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void test_still_screen_draws_nothing(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], trace[SCRATCH_SIZE + 16];
    scratch_make(folder);
    make_device(folder, CONFIG);
    snprintf(trace, sizeof trace, "%s/trace", folder);
    struct app *app = open_app(folder, trace);
    wait_for(app, "attract");
    tap(app, 600, 624);
    wait_for(app, "rating");
    hand_wait_for_ledger(app, trace);
    rest(app, 500);
    FILE *file = fopen(trace, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long before = ftell(file);
    rest(app, 1500);
    fseek(file, 0, SEEK_END);
    assert_int_equal(ftell(file), before);
    fclose(file);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void push_key(SDL_Scancode code, int held)
{
    SDL_Event key = {.type = SDL_KEYDOWN};
    key.key.keysym.scancode = code;
    key.key.keysym.sym = SDL_GetKeyFromScancode(code);
    key.key.keysym.mod = (Uint16)held;
    assert_int_equal(SDL_PushEvent(&key), 1);
    key.type = SDL_KEYUP;
    assert_int_equal(SDL_PushEvent(&key), 1);
}

static void press_key(struct app *app, SDL_Scancode code, int held)
{
    push_key(code, held);
    rest(app, 1);
}

// Every key there is but Enter, with which the others would be a scanner's
// code; alone and with those that shift.
static void press_every_key(struct app *app)
{
    static const int held[] = {KMOD_NONE, KMOD_LSHIFT, KMOD_LCTRL,
                               KMOD_LALT, KMOD_LGUI,   KMOD_LCTRL | KMOD_LALT};
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        for (int code = SDL_SCANCODE_A; code < SDL_NUM_SCANCODES; code++)
            if (code != SDL_SCANCODE_RETURN && code != SDL_SCANCODE_KP_ENTER)
                press_key(app, (SDL_Scancode)code, held[i]);
}

static void test_a_keyboard_does_nothing(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = open_at_rest(folder);
    press_every_key(app);
    assert_string_equal(app_screen(app), "attract");
    tap(app, 600, 624);
    wait_for(app, "rating");
    press_every_key(app);
    assert_string_equal(app_screen(app), "rating");
    assert_int_equal(app_flow(app)->level, 0);
    assert_false(app_flow(app)->aids.large);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

// "H24.12-261123-0007" and Enter, as a scanner sends them.
static void test_a_scanner_opens_the_rating(void **state)
{
    (void)state;
    static const struct {
        SDL_Scancode code;
        int held;
    } keys[] = {{SDL_SCANCODE_H, KMOD_LSHIFT}, {SDL_SCANCODE_2, 0},
                {SDL_SCANCODE_4, 0},           {SDL_SCANCODE_PERIOD, 0},
                {SDL_SCANCODE_1, 0},           {SDL_SCANCODE_2, 0},
                {SDL_SCANCODE_MINUS, 0},       {SDL_SCANCODE_2, 0},
                {SDL_SCANCODE_6, 0},           {SDL_SCANCODE_1, 0},
                {SDL_SCANCODE_1, 0},           {SDL_SCANCODE_2, 0},
                {SDL_SCANCODE_3, 0},           {SDL_SCANCODE_MINUS, 0},
                {SDL_SCANCODE_0, 0},           {SDL_SCANCODE_0, 0},
                {SDL_SCANCODE_0, 0},           {SDL_SCANCODE_7, 0},
                {SDL_SCANCODE_RETURN, 0}};
    char folder[SCRATCH_SIZE], trace[SCRATCH_SIZE + 16];
    scratch_make(folder);
    make_device(folder, CONFIG);
    snprintf(trace, sizeof trace, "%s/trace", folder);
    struct app *app = open_app(folder, trace);
    wait_for(app, "attract");
    hand_wait_for_ledger(app, trace);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (i == 16) {
            // The program is elsewhere for longer than a scanner pauses; what
            // is left is too short for a code. One turn, which may take long.
            assert_true(app_turn(app, 1));
            usleep(200 * 1000);
        }
        push_key(keys[i].code, keys[i].held);
    }
    wait_for(app, "rating");
    assert_true(app_flow(app)->invited);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

// Opens a kiosk on assets of our own, made of the real ones and of what stands
// in for a file.
static enum app_result open_with(const char *folder, const char *vi,
                                 const char *en, const char *quay,
                                 struct app **out)
{
    struct app_options options = {
        .directory = folder, .width = 1280, .height = 800, .times = FLOW_TIMES};
    char sub[SCRATCH_SIZE + 16];
    const char *real = TEST_SOURCE "/assets";
    const char *const files[3][3] = {{"i18n", "vi.json", vi},
                                     {"i18n", "en.json", en},
                                     {"surveys", "quay.json", quay}};
    for (int i = 0; i < 3; i++) {
        char path[SCRATCH_SIZE + 64], from[512];
        snprintf(sub, sizeof sub, "%s/%s", folder, files[i][0]);
        mkdir(sub, 0700);
        snprintf(path, sizeof path, "%s/%s", sub, files[i][1]);
        snprintf(from, sizeof from, "%s/%s/%s", real, files[i][0], files[i][1]);
        if (!files[i][2]) {
            assert_int_equal(symlink(from, path), 0);
            continue;
        }
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(files[i][2], file);
        fclose(file);
    }
    snprintf(sub, sizeof sub, "%s/fonts", folder);
    assert_int_equal(symlink(TEST_SOURCE "/assets/fonts", sub), 0);
    setenv("HAILONG_ASSETS", folder, 1);
    enum app_result result = app_open(&options, out);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return result;
}

static void drop_assets(const char *folder)
{
    static const char *const files[] = {"i18n/vi.json", "i18n/en.json",
                                        "surveys/quay.json", "fonts"};
    char path[SCRATCH_SIZE + 64];
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/i18n", folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/surveys", folder);
    rmdir(path);
    scratch_remove(folder);
}

// The dummy driver has no touch panel: on the whole screen one is needed.
static struct app *open_whole(const char *folder, int panel_ms)
{
    const struct app_options options = {
        .directory = folder, .times = FLOW_TIMES, .panel_ms = panel_ms};
    struct app *app = NULL;
    assert_int_equal(app_open(&options, &app), APP_DONE);
    return app;
}

static void test_no_panel_ever_is_a_fault(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    make_device(folder, CONFIG);
    struct app *app = open_whole(folder, 200);
    wait_for(app, "out-of-service");
    assert_int_equal(flow_fault(app_flow(app)), FLOW_TOUCH_FAULT);
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void test_a_mouse_may_do_for_a_panel(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    make_device(folder, CONFIG);
    struct app *app = open_whole(folder, 0);
    wait_for(app, "attract");
    rest(app, 400);
    assert_string_equal(app_screen(app), "attract");
    assert_int_equal(app_close(app), APP_DONE);
    scratch_remove(folder);
}

static void test_no_texts_at_all_are_a_mistake(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = NULL;
    scratch_make(folder);
    assert_int_equal(
        open_with(folder, "{\"unit.name\":\n\"\n}", "", NULL, &app),
        APP_MISTAKE);
    drop_assets(folder);
}

static bool offers(const struct app *app, const char *id)
{
    const struct targets *targets = app_targets(app);
    for (size_t i = 0; i < targets->count; i++)
        if (strcmp(targets->list[i].id, id) == 0)
            return true;
    return false;
}

static void test_damaged_translation_is_left_out(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = NULL;
    scratch_make(folder);
    hand_enrol(folder, "{\"version\":1,\"counter\":\"3\"}");
    assert_int_equal(open_with(folder, NULL, "{\"a\":", NULL, &app), APP_DONE);
    hand_tap(app, "attract.button");
    hand_wait_for(app, "rating");
    assert_true(offers(app, "level.5"));
    assert_false(offers(app, "tool.lang"));
    assert_int_equal(app_close(app), APP_DONE);
    drop_assets(folder);
}

static void test_damaged_question_set_is_a_fault(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct app *app = NULL;
    scratch_make(folder);
    hand_enrol(folder, "{\"version\":1,\"counter\":\"3\"}");
    assert_int_equal(open_with(folder, NULL, NULL, "{\"id\":\"quay\"}", &app),
                     APP_DONE);
    hand_wait_for(app, "out-of-service");
    assert_int_equal(app_close(app), APP_DONE);
    drop_assets(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_visit_from_touch_to_thanks),
        cmocka_unit_test(test_a_tap_that_is_over_before_it_is_seen),
        cmocka_unit_test(test_window_is_laid_out_again_in_place),
        cmocka_unit_test(test_finger_is_a_part_of_the_window),
        cmocka_unit_test(test_language_tool_changes_the_whole_interface),
        cmocka_unit_test(test_still_screen_draws_nothing),
        cmocka_unit_test(test_a_keyboard_does_nothing),
        cmocka_unit_test(test_a_scanner_opens_the_rating),
        cmocka_unit_test(test_no_panel_ever_is_a_fault),
        cmocka_unit_test(test_a_mouse_may_do_for_a_panel),
        cmocka_unit_test(test_no_texts_at_all_are_a_mistake),
        cmocka_unit_test(test_damaged_translation_is_left_out),
        cmocka_unit_test(test_damaged_question_set_is_a_fault)};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
