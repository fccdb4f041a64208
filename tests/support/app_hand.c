#include "support/app_hand.h"
#include "common/clock.h"
#include "ledger/digest.h"
#include "ledger/pin.h"
#include "store/device.h"
#include "support/scratch.h"
#include "ui/screen.h"
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PATIENCE_MS = 60000,
    DEAF_MS = 370,
    HOLD_MS = 40,
    KEY_MS = 70,
    LOOK_MS = 20
};

const char *hand_enrol(const char *folder, const char *config)
{
    static char id[ID_SIZE];
    struct device device = {
        .counter = "3", .server = "https://127.0.0.1:1", .token = "aa"};
    struct key key;
    struct box_key box;
    char why[JSON_MESSAGE_SIZE];
    assert_true(ledger_init());
    key_make(&key);
    box_make(&box);
    id_new_v4(device.id);
    memcpy(id, device.id, sizeof id);
    memcpy(device.server_key, key.public_key, sizeof device.server_key);
    memcpy(device.box_key, box.public_key, sizeof device.box_key);
    device.config = json_read(config, strlen(config), why);
    assert_non_null(device.config);
    assert_true(device_save_key(folder, &key));
    assert_true(device_save(folder, &device));
    device_release(&device);
    return id;
}

void hand_set_pin(const char *folder, const char *pin)
{
    struct device device;
    char hash[PIN_HASH_SIZE];
    assert_int_equal(device_load(folder, &device), DEVICE_OK);
    assert_true(pin_hash(pin, hash));
    snprintf(device.staff_pin, sizeof device.staff_pin, "%s", hash);
    assert_true(device_save(folder, &device));
    device_release(&device);
}

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

void hand_rest(struct app *app, int64_t ms)
{
    for (int64_t end = now_ms() + ms; now_ms() < end;)
        assert_true(app_turn(app, end - now_ms()));
    assert_true(app_turn(app, 0)); // the last one may have begun before
}

void hand_wait_for_ledger(struct app *app, const char *trace)
{
    for (int64_t end = now_ms() + PATIENCE_MS;
         !scratch_file_holds(trace, "\"saved\"");)
        if (!app_turn(app, LOOK_MS) || now_ms() > end)
            fail_msg("no line was kept: %s", trace);
}

void hand_wait_for(struct app *app, const char *screen)
{
    for (int64_t end = now_ms() + PATIENCE_MS; strcmp(app_screen(app), screen);)
        if (!app_turn(app, LOOK_MS) || now_ms() > end)
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

static void press_at(struct app *app, int x, int y, int64_t ms)
{
    push_button(SDL_MOUSEBUTTONDOWN, x, y);
    hand_rest(app, ms);
    push_button(SDL_MOUSEBUTTONUP, x, y);
    hand_rest(app, 1);
}

void hand_hold_at(struct app *app, int x, int y, int64_t ms)
{
    hand_rest(app, DEAF_MS);
    press_at(app, x, y, ms);
}

void hand_touch_at(struct app *app, int x, int y, int64_t ms)
{
    hand_rest(app, DEAF_MS);
    push_button(SDL_MOUSEBUTTONDOWN, x, y);
    usleep((useconds_t)ms * 1000);
    push_button(SDL_MOUSEBUTTONUP, x, y);
    hand_rest(app, 1);
}

void hand_tap_at(struct app *app, int x, int y)
{
    hand_hold_at(app, x, y, HOLD_MS);
}

void hand_tap(struct app *app, const char *id)
{
    const struct targets *targets = app_targets(app);
    for (size_t i = 0; i < targets->count; i++) {
        const SDL_Rect *area = &targets->list[i].area;
        if (strcmp(targets->list[i].id, id) != 0)
            continue;
        int x = area->x + area->w / 2, y = area->y + area->h / 2;
        // Keys repeat sooner, and no screen has changed between two of them.
        bool settled = now_ms() - app_flow(app)->since > DEAF_MS;
        hand_rest(app, targets->list[i].key && settled ? KEY_MS : DEAF_MS);
        press_at(app, x, y, HOLD_MS);
        return;
    }
    fail_msg("no target %s on the screen %s", id, app_screen(app));
}

unsigned hand_pixel(int x, int y)
{
    SDL_Surface *surface = SDL_GetWindowSurface(SDL_GetWindowFromID(1));
    uint32_t value;
    Uint8 r, g, b;
    assert_non_null(surface);
    assert_int_equal(surface->format->BytesPerPixel, 4);
    assert_true(x < surface->w && y < surface->h);
    memcpy(&value,
           (char *)surface->pixels + (size_t)y * (size_t)surface->pitch +
               (size_t)x * 4,
           sizeof value);
    SDL_GetRGB(value, surface->format, &r, &g, &b);
    return (unsigned)r << 16 | (unsigned)g << 8 | b;
}
