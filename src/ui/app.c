#include "ui/app.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "survey/idle.h"
#include "ui/backlight.h"
#include "ui/input.h"
#include "ui/kiosk.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/reading.h"
#include "ui/rehearsal.h"
#include "ui/scan_key.h"
#include "ui/staff.h"
#include "ui/stage.h"
#include "ui/stop.h"
#include "ui/typed.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORNAMENT_RADIUS = 490, // u; one size for all screens, so it is baked once
    TURNING_MS = 10000,    // of the drum, after a touch
    SLACK = 8,             // u by which a pressed target grows
    LONGEST_SLEEP_MS = 60000,
    HOLD_MS = 5000,       // of the name, by staff
    STAFF_LOOK_MS = 1000, // between two looks at what the staff's pages show
    NIGHT_RADIUS = 370    // u; of the drum behind the clock
};

struct app {
    struct app_options options;
    enum app_result result;
    bool ending;
    struct i18n *i18n;
    struct survey survey;
    struct trace *trace;
    struct window *window;
    struct text *text;
    struct typed *typed;
    struct kiosk *kiosk;
    Uint32 stop_event, store_event;

    struct stage stage;
    struct input input;
    struct layout layout;
    double pixels_x, pixels_y; // in one unit of SDL's mouse
    struct ornament baked, turned;
    bool to_bake;
    double angle; // of the drum, in turns
    int64_t turns_until, turned_at;

    const struct screen *screen; // on the stage
    struct targets targets;
    enum i18n_language language;
    struct aids aids; // as drawn
    int pressed;      // index of a target, or INPUT_NO_TARGET
    struct damage damage;
    int64_t tick_at;
    bool bad_finger_told;

    struct sound *sound;
    struct reading reading;
    enum flow_screen heard; // the screen that the sounds know of

    int64_t looked_at; // every event from before is taken
    int64_t hold_at; // the name has been held long enough; INT64_MAX: it is not
    struct staff_page page;
    int battery_low; // as drawn
    int64_t page_at; // when the staff's page is looked at again
    int touch_faults;
    bool had_touch;   // there was a touch panel
    int64_t panel_at; // one must be there from now on; INT64_MAX: it need not
    double smallest_mm;

    struct idle idle;
    int64_t began_at;
    int brightness; // percent, as set
    struct idle_shift shift;
    struct backlight *backlight;
};

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

// --- What the screens see --------------------------------------------------

// 0 when the clock was plainly never set: then no time is shown.
static int64_t believable_wall_ms(const struct app *app)
{
    int64_t wall =
        app->options.wall_ms ? app->options.wall_ms : clock_wall_ms();
    return clock_is_believable(wall) ? wall : 0;
}

// Percent; outside the opening hours nothing is heard.
static int volume_of(const struct app *app)
{
    bool closed = kiosk_flow(app->kiosk)->screen == FLOW_CLOSED;
    return closed ? 0 : kiosk_setting(app->kiosk)->volume;
}

static const struct theme *theme_of(const struct flow *flow)
{
    if (flow->screen == FLOW_CLOSED)
        return theme_get(THEME_NIGHT);
    return theme_get(flow->aids.dark ? THEME_DARK : THEME_LIGHT);
}

static struct view view_of(const struct app *app, int64_t now)
{
    const struct flow *flow = kiosk_flow(app->kiosk);
    return (struct view){
        .flow = flow,
        .survey = kiosk_survey(app->kiosk),
        .setting = kiosk_setting(app->kiosk),
        .enrolled = kiosk_is_enrolled(app->kiosk),
        .field = kiosk_field_name(app->kiosk, flow->language),
        .linked = kiosk_is_linked(app->kiosk),
        .i18n = app->i18n,
        .language = flow->language,
        .layout = app->layout,
        .theme = theme_of(flow),
        .text = app->text,
        .ornament = app->turned.size ? &app->turned : &app->baked,
        .now = now,
        .wall_ms = believable_wall_ms(app),
        .battery_low = kiosk_battery_low(app->kiosk),
        .turns_until = app->options.still ? 0 : app->turns_until,
        .can_listen =
            reading_is_offered(&app->reading, flow->language, volume_of(app)),
        .loudness = reading_loudness(&app->reading),
        .staff = &app->page,
        .can_comment = kiosk_can_comment(app->kiosk),
        .comment = kiosk_comment(app->kiosk),
        .typed = app->typed};
}

static void damage_all(struct app *app)
{
    app->damage.all = true;
}

// --- Change of screen and of targets
// ------------------------------------------

static bool same_places(const struct targets *a, const struct targets *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!SDL_RectEquals(&a->list[i].area, &b->list[i].area))
            return false;
    return true;
}

static bool same_names(const struct targets *a, const struct targets *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->list[i].id, b->list[i].id) != 0)
            return false;
    return true;
}

static void press(const struct app *app, struct targets *targets)
{
    if (app->pressed >= 0 && (size_t)app->pressed < targets->count)
        targets->list[app->pressed].look |= LOOK_PRESSED;
}

static void forget_touch(struct app *app, int64_t now)
{
    app->pressed = INPUT_NO_TARGET;
    kiosk_hold_key(app->kiosk, NULL, now);
    input_screen_changed(&app->input, now);
}

static void begin_ticks(struct app *app, const struct view *view)
{
    struct damage ignored = {0};
    app->turned_at = view->now;
    app->tick_at =
        app->screen->tick ? app->screen->tick(view, &ignored) : INT64_MAX;
}

static void show_screen(struct app *app, const struct screen *screen,
                        const struct view *view)
{
    bool first = !app->screen;
    app->to_bake |=
        !first && (screen == &SCREEN_CLOSED) != (app->screen == &SCREEN_CLOSED);
    app->screen = screen;
    app->targets = (struct targets){0};
    forget_touch(app, view->now);
    screen->layout(view, &app->targets);
    trace_screen(app->trace, screen->name, &app->targets);
    app->damage = (struct damage){.all = first};
    if (!first)
        stage_change(&app->stage, view, screen, &app->targets);
    begin_ticks(app, view);
}

// What is heard goes with what is seen.
static void hear(struct app *app, int64_t now)
{
    struct view view = view_of(app, now);
    sound_set_volume(app->sound, volume_of(app));
    if (view.flow->screen == FLOW_THANKS && app->heard != FLOW_THANKS)
        sound_play(app->sound, TONE_CHIME);
    app->heard = view.flow->screen;
    reading_follow(&app->reading, &view);
}

// Another mode: everything looks different, and may lie elsewhere.
static void change_aids(struct app *app, const struct view *view)
{
    const struct aids *aids = &view->flow->aids;
    if (aids->large != app->aids.large) {
        text_forget(app->text);
        forget_touch(app, view->now);
    }
    if (aids->large != app->aids.large || aids->dark != app->aids.dark)
        damage_all(app);
    app->aids = *aids;
}

static int touch_screens(void)
{
    int count = 0;
    for (int i = 0; i < SDL_GetNumTouchDevices(); i++)
        count += SDL_GetTouchDeviceType(SDL_GetTouchDevice(i)) ==
                 SDL_TOUCH_DEVICE_DIRECT;
    return count;
}

// What the staff's pages show, when one of them is open.
static void look_at_staff(struct app *app, int64_t now)
{
    app->page_at = INT64_MAX;
    if (!flow_is_staff(kiosk_flow(app->kiosk)))
        return;
    const struct kiosk_senses senses = {
        .touch_screens = touch_screens(),
        .touch_faults = app->touch_faults,
        .smallest_mm = app->smallest_mm,
        .sound_missing = sound_state(app->sound) == SOUND_MISSING};
    struct staff_page page;
    kiosk_write_page(app->kiosk, &senses, app->i18n, now, &page);
    if (!staff_page_is(&page, &app->page))
        damage_all(app);
    app->page = page;
    app->page_at = now + STAFF_LOOK_MS;
}

// A text that changed is drawn at the next turn, its caret showing. Of one that
// is gone nothing stays among the lines that are kept.
static void look_at_typed(struct app *app, int64_t now)
{
    const struct comment *comment = kiosk_comment(app->kiosk);
    if (!typed_is_new(app->typed, comment))
        return;
    if (comment_size(comment) == 0)
        text_forget(app->text);
    if (app->screen == &SCREEN_COMMENT) {
        app->typed->since = now;
        app->tick_at = now;
    } else {
        app->typed->shown = comment->changes;
    }
}

// Compares what is to be seen with what is on the stage, and notes the
// difference.
static void refresh(struct app *app, int64_t now)
{
    hear(app, now);
    look_at_staff(app, now);
    look_at_typed(app, now);
    struct view view = view_of(app, now);
    const struct screen *screen = screen_of(view.flow->screen);
    if (view.language != app->language) {
        app->language = view.language;
        text_forget(app->text);
        damage_all(app);
    }
    change_aids(app, &view);
    if (view.battery_low != app->battery_low)
        damage_all(app);
    app->battery_low = view.battery_low;
    if (screen != app->screen) {
        show_screen(app, screen, &view);
        return;
    }
    struct targets targets = {0};
    screen->layout(&view, &targets);
    press(app, &targets);
    bool in_place = same_places(&targets, &app->targets);
    if (!in_place || !same_names(&targets, &app->targets))
        trace_screen(app->trace, screen->name, &targets);
    if (!in_place)
        damage_all(app);
    for (size_t i = 0; in_place && i < targets.count; i++) {
        const struct target *now_seen = &targets.list[i];
        const struct target *before = &app->targets.list[i];
        if (now_seen->look != before->look ||
            strcmp(now_seen->id, before->id) != 0)
            damage_add(&app->damage, part_with_shadow(&view, now_seen->area));
    }
    app->targets = targets;
}

static void lay_out_again(struct app *app, int64_t now)
{
    int width, height, points_w, points_h;
    window_size(app->window, &width, &height);
    window_points(app->window, &points_w, &points_h);
    app->layout = layout_make(width, height);
    app->pixels_x = (double)width / (points_w > 0 ? points_w : 1);
    app->pixels_y = (double)height / (points_h > 0 ? points_h : 1);
    app->input.slack = SLACK * app->layout.scale;
    app->to_bake = true;
    text_forget(app->text);
    if (!stage_resize(&app->stage, app->layout.width, app->layout.height)) {
        app->result = APP_FAILED;
        app->ending = true;
        return;
    }
    forget_touch(app, now);
    damage_all(app);
    double px_per_mm = app->options.dpi > 0 ? app->options.dpi / 25.4
                                            : window_px_per_mm(app->window);
    double smallest = px_per_mm > 0
                          ? layout_smallest_mm(&app->layout, px_per_mm)
                          : LAYOUT_TARGET_MM;
    app->smallest_mm = px_per_mm > 0 ? smallest : 0;
    if (smallest < LAYOUT_TARGET_MM)
        log_warn("ui",
                 "the display is small for fingers: targets of %.1f mm, "
                 "%.1f are wanted",
                 smallest, LAYOUT_TARGET_MM);
}

// --- Input -------------------------------------------------------------------

static void step(struct app *app, const struct flow_input *input)
{
    if (kiosk_step(app->kiosk, input))
        refresh(app, input->now);
}

static bool is_letter_key(const struct app *app, const struct target *target)
{
    return app->screen == &SCREEN_COMMENT && target->act == FLOW_KEY;
}

static void type_key(struct app *app, const char *key, int64_t now)
{
    enum comment_answer answer = kiosk_type(app->kiosk, key, now);
    if (answer != COMMENT_NOTHING)
        sound_play(app->sound,
                   answer == COMMENT_REFUSED ? TONE_REFUSED : TONE_TICK);
    refresh(app, now);
}

// Which keys were touched would tell what was written.
static void trace_target(const struct app *app, const char *what,
                         const struct target *target)
{
    trace_touch(app->trace, what,
                is_letter_key(app, target) ? "key" : target->id);
}

static void act_on_tap(struct app *app, int target, int64_t now)
{
    struct flow_input input = {.kind = FLOW_ACT, .now = now};
    struct view view = view_of(app, now);
    struct target tapped; // a copy: the step lays out anew
    if (target != INPUT_NO_TARGET) {
        tapped = app->targets.list[target];
        trace_target(app, "tap", &tapped);
        if (is_letter_key(app, &tapped)) {
            type_key(app, tapped.id, now);
            return;
        }
        sound_play(app->sound, TONE_TICK);
        if (!reading_tap(&app->reading, &view, &tapped)) {
            refresh(app, now); // it may be louder now
            return;
        }
        input.act = tapped.act;
        input.value = tapped.value;
        if (tapped.act == FLOW_TEST_SOUND)
            sound_test(app->sound);
    } else if (!app->screen->tap_beside ||
               !app->screen->tap_beside(&view, &input.act)) {
        return;
    }
    step(app, &input);
    if (target != INPUT_NO_TARGET) {
        view = view_of(app, now);
        reading_answer(&app->reading, &view, &tapped);
    }
}

static void warn_of_touch(struct app *app, enum input_fault fault)
{
    app->touch_faults += fault != INPUT_SOUND;
    if (fault == INPUT_GHOSTS)
        log_warn("ui", "touch fault: many taps beside every target");
    else if (fault == INPUT_STUCK)
        log_warn("ui", "touch fault: a finger down for 20 s");
}

// Where staff hold their finger: the ward's name, or the clock of the closed
// counter.
static bool is_on_name(const struct app *app, double x, double y)
{
    const struct layout *l = &app->layout;
    double u = x / l->scale, v = y / l->scale;
    if (kiosk_flow(app->kiosk)->screen == FLOW_CLOSED)
        return u > l->w / 4 && u < l->w * 3 / 4 && v > l->h / 2 - 180 &&
               v < l->h / 2 + 100;
    return u < l->w * 0.6 && v < 100;
}

static void hold_name(struct app *app, const struct input_event *event,
                      bool touched)
{
    bool inside = is_on_name(app, event->x, event->y);
    if (touched && inside && flow_is_idle(kiosk_flow(app->kiosk)) &&
        kiosk_is_enrolled(app->kiosk))
        app->hold_at =
            event->now +
            (app->options.hold_ms > 0 ? app->options.hold_ms : HOLD_MS);
    else if (event->kind != INPUT_FINGER_MOVE || !inside)
        app->hold_at = INT64_MAX;
}

static void take_finger(struct app *app, const struct input_event *event)
{
    struct input_area areas[TARGETS_MAX];
    const struct targets *targets = &app->targets;
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *t = &targets->list[i];
        areas[i] =
            (struct input_area){t->area.x - t->reach, t->area.y - t->reach,
                                t->area.x + t->area.w + t->reach,
                                t->area.y + t->area.h + t->reach, t->key};
    }
    struct input_result result =
        input_take(&app->input, areas, targets->count, event);
    warn_of_touch(app, result.fault);
    hold_name(app, event, result.touched);
    if (event->kind != INPUT_FINGER_UP &&
        kiosk_touch_cell(app->kiosk, event->x / app->layout.width,
                         event->y / app->layout.height, app->layout.portrait))
        refresh(app, event->now);
    if (result.touched) {
        const struct flow_input touch = {.kind = FLOW_TOUCH, .now = event->now};
        app->turns_until = event->now + TURNING_MS;
        idle_touch(&app->idle, event->now);
        sound_wake(app->sound);
        reading_touch(&app->reading);
        // The drum begins to turn. A screen where nothing moves has no tick.
        if (app->screen->tick)
            app->tick_at = event->now;
        kiosk_touch_at(app->kiosk, event->x / app->layout.width,
                       event->y / app->layout.height);
        step(app, &touch);
    }
    if (result.what == INPUT_NOTHING)
        return;
    const struct target *down =
        result.what == INPUT_PRESS && result.target != INPUT_NO_TARGET
            ? &targets->list[result.target]
            : NULL;
    if (down)
        trace_target(app, "down", down);
    kiosk_hold_key(app->kiosk, down ? down->id : NULL, event->now);
    app->pressed = result.what == INPUT_PRESS ? result.target : INPUT_NO_TARGET;
    refresh(app, event->now);
    if (result.what == INPUT_TAP)
        act_on_tap(app, result.target, event->now);
}

// How far the picture lies beside its place, pixels.
static int shift_x(const struct app *app)
{
    return layout_px(&app->layout, app->shift.x);
}

static int shift_y(const struct app *app)
{
    return layout_px(&app->layout, app->shift.y);
}

static double part_of_screen(struct app *app, float value)
{
    if (value >= 0 && value <= 1)
        return value;
    if (!app->bad_finger_told)
        log_warn("ui", "touch fault: a finger at %g, which is outside 0..1",
                 (double)value);
    app->touch_faults += !app->bad_finger_told;
    app->bad_finger_told = true;
    return value > 1 ? 1 : 0;
}

static void take_touch(struct app *app, const SDL_TouchFingerEvent *finger,
                       int64_t now)
{
    const struct input_event event = {
        .kind = finger->type == SDL_FINGERDOWN ? INPUT_FINGER_DOWN
                : finger->type == SDL_FINGERUP ? INPUT_FINGER_UP
                                               : INPUT_FINGER_MOVE,
        .finger = finger->fingerId,
        .x = part_of_screen(app, finger->x) * app->layout.width - shift_x(app),
        .y = part_of_screen(app, finger->y) * app->layout.height - shift_y(app),
        .now = now,
        .late = now - app->looked_at};
    take_finger(app, &event);
}

static void take_mouse(struct app *app, enum input_kind kind, Sint32 x,
                       Sint32 y, int64_t now)
{
    const struct input_event event = {
        .kind = kind,
        .finger = INPUT_MOUSE,
        .x = (x + 0.5) * app->pixels_x - shift_x(app),
        .y = (y + 0.5) * app->pixels_y - shift_y(app),
        .now = now,
        .late = now - app->looked_at};
    take_finger(app, &event);
}

static void take_window_event(struct app *app, const SDL_WindowEvent *event,
                              int64_t now)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED) {
        int width, height;
        window_size(app->window, &width, &height);
        if (width != app->layout.width || height != app->layout.height) {
            lay_out_again(app, now);
            refresh(app, now);
        }
    } else if (event->event == SDL_WINDOWEVENT_EXPOSED) {
        stage_expose(&app->stage);
    } else if (event->event == SDL_WINDOWEVENT_CLOSE && app->options.width) {
        app->ending = true;
    }
}

static void take_store_event(struct app *app, struct store_event *event,
                             int64_t now)
{
    if (kiosk_take_store_event(app->kiosk, event, now))
        refresh(app, now);
    free(event);
    if (kiosk_health(app->kiosk) != KIOSK_WELL) {
        app->result = APP_FAILED;
        app->ending = true;
    }
}

// Only a scanner's: whatever else is typed on a keyboard that is plugged in
// means nothing, on any screen.
static void take_key(struct app *app, const SDL_KeyboardEvent *key, int64_t now)
{
    char c = scan_key(key);
    if (c == '\0')
        return;
    kiosk_overlook_scan(app->kiosk, now - app->looked_at);
    if (!kiosk_scan(app->kiosk, c, now))
        return;
    idle_touch(&app->idle, now);
    sound_wake(app->sound);
    sound_play(app->sound, TONE_TICK);
    refresh(app, now);
}

static void take_event(struct app *app, const SDL_Event *event, int64_t now)
{
    switch (event->type) {
    case SDL_WINDOWEVENT:
        take_window_event(app, &event->window, now);
        break;
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP:
        take_touch(app, &event->tfinger, now);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (event->button.button == SDL_BUTTON_LEFT &&
            event->button.which != SDL_TOUCH_MOUSEID)
            take_mouse(app,
                       event->type == SDL_MOUSEBUTTONDOWN ? INPUT_FINGER_DOWN
                                                          : INPUT_FINGER_UP,
                       event->button.x, event->button.y, now);
        break;
    case SDL_MOUSEMOTION:
        if (event->motion.which != SDL_TOUCH_MOUSEID)
            take_mouse(app, INPUT_FINGER_MOVE, event->motion.x, event->motion.y,
                       now);
        break;
    case SDL_KEYDOWN:
        take_key(app, &event->key, now);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        stage_expose(&app->stage);
        break;
    default:
        if (event->type == app->stop_event)
            app->ending = true;
        else if (event->type == app->store_event)
            take_store_event(app, event->user.data1, now);
        break;
    }
}

// --- Time --------------------------------------------------------------------

// The drum turns by one degree a second while its screen asks for it.
static void turn_drum(struct app *app, int64_t now)
{
    bool quiet =
        app->screen == &SCREEN_ATTRACT || app->screen == &SCREEN_WAITING;
    if (quiet && now < app->turns_until && app->baked.size &&
        !app->options.still) {
        app->angle += (double)(now - app->turned_at) / 360000;
        ornament_turn(&app->baked, app->angle, &app->turned);
    }
    app->turned_at = now;
}

static void tick_screen(struct app *app, int64_t now)
{
    if (!app->screen->tick || now < app->tick_at || app->stage.fading)
        return;
    turn_drum(app, now);
    struct view view = view_of(app, now);
    app->tick_at = app->screen->tick(&view, &app->damage);
}

static void draw(struct app *app, int64_t now)
{
    if (!app->damage.all && app->damage.count == 0)
        return;
    struct view view = view_of(app, now);
    stage_update(&app->stage, &view, app->screen, &app->targets, &app->damage);
    app->damage = (struct damage){0};
}

static enum idle_state idle_state_of(const struct flow *flow)
{
    if (flow->screen == FLOW_CLOSED)
        return IDLE_CLOSED;
    return flow->screen == FLOW_WAITING || flow->screen == FLOW_ATTRACT
               ? IDLE_WAITING
               : IDLE_BUSY;
}

// Black over the picture where the panel itself cannot be dimmed. The night's
// colours are dark enough by themselves until the panel goes off.
static unsigned veil_of(int brightness, bool closed)
{
    if (closed && brightness > 0)
        return 0;
    return (unsigned)(100 - brightness) * 255 / 100;
}

static void dim(struct app *app, int brightness)
{
    bool closed = app->idle.state == IDLE_CLOSED;
    unsigned veil = backlight_set(app->backlight, brightness)
                        ? 0
                        : veil_of(brightness, closed);
    app->brightness = brightness;
    if (veil != app->stage.veil)
        damage_all(app);
    app->stage.veil = veil;
}

// What the screen does for itself while nobody uses it.
static void rest(struct app *app, int64_t now)
{
    struct idle_shift shift = {0, 0};
    idle_set(&app->idle, idle_state_of(kiosk_flow(app->kiosk)), now);
    int brightness = idle_brightness(&app->idle, now);
    if (brightness != app->brightness)
        dim(app, brightness);
    if (app->idle.state != IDLE_BUSY)
        shift = idle_shift_at(app->began_at, now);
    if (shift.x == app->shift.x && shift.y == app->shift.y)
        return;
    app->shift = shift;
    window_shift(app->window, shift_x(app), shift_y(app));
    stage_expose(&app->stage);
}

static int64_t rest_deadline(const struct app *app, int64_t now)
{
    if (app->idle.state == IDLE_BUSY)
        return INT64_MAX;
    int64_t shift = idle_shift_deadline(app->began_at, now);
    int64_t light = idle_deadline(&app->idle, now);
    return shift < light ? shift : light;
}

// The drum is dear: it is baked when the first picture without it is shown.
static void bake(struct app *app)
{
    app->to_bake = false;
    ornament_free(&app->turned);
    double radius =
        app->screen == &SCREEN_CLOSED ? NIGHT_RADIUS : ORNAMENT_RADIUS;
    if (ornament_bake(&app->baked, radius * app->layout.scale, 0)) {
        damage_all(app);
        app->tick_at = now_ms();
    }
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t deadline(const struct app *app)
{
    int64_t at =
        sooner(kiosk_deadline(app->kiosk), input_deadline(&app->input));
    at = sooner(at, sooner(app->hold_at, app->page_at));
    at = sooner(at, sooner(rest_deadline(app, now_ms()), app->panel_at));
    // While a picture fades in, what moves on it waits.
    if (app->stage.fading)
        return sooner(at, stage_deadline(&app->stage));
    return sooner(at, app->tick_at);
}

// A panel that was there and is not: SDL forgets it when its cable is out. Or
// one that should be there and never came.
static void look_at_touch(struct app *app, int64_t now)
{
    bool here = SDL_GetNumTouchDevices() > 0;
    app->had_touch |= here;
    bool late = now >= app->panel_at;
    bool gone = (app->had_touch || late) && !here;
    if (late)
        app->panel_at = INT64_MAX;
    app->had_touch |= late;
    if (gone == kiosk_touch_is_gone(app->kiosk))
        return;
    kiosk_set_touch_gone(app->kiosk, gone, now);
    refresh(app, now);
}

static void open_staff(struct app *app, int64_t now)
{
    const struct flow_input held = {.kind = FLOW_STAFF, .now = now};
    app->hold_at = INT64_MAX;
    step(app, &held);
}

static void advance(struct app *app)
{
    int64_t now = now_ms();
    if (kiosk_tick(app->kiosk, now))
        refresh(app, now);
    warn_of_touch(app, input_tick(&app->input, now));
    look_at_touch(app, now);
    if (now >= app->hold_at)
        open_staff(app, now);
    if (now >= app->page_at)
        refresh(app, now);
    stage_tick(&app->stage, now);
    rest(app, now);
    tick_screen(app, now);
    draw(app, now);
    if (app->to_bake && !app->stage.fading) {
        bake(app);
        draw(app, now_ms());
    }
}

// What is there already came while a picture was drawn, nobody knows when. What
// is waited for comes now, unless the finger has lifted since, or the scanner
// gone on: then the machine left the program without a turn.
static bool await_event(struct app *app, SDL_Event *event, int64_t wait_ms)
{
    if (SDL_PollEvent(event))
        return true;
    app->looked_at = now_ms();
    bool came = SDL_WaitEventTimeout(event, wait_ms < 0 ? 0 : (int)wait_ms);
    bool is_late = SDL_HasEvent(SDL_FINGERUP) ||
                   SDL_HasEvent(SDL_MOUSEBUTTONUP) || SDL_HasEvent(SDL_KEYDOWN);
    if (!is_late)
        app->looked_at = now_ms();
    return came;
}

bool app_turn(struct app *app, int64_t most_ms)
{
    int64_t wait = deadline(app) - now_ms();
    wait = sooner(wait, sooner(most_ms, LONGEST_SLEEP_MS));
    SDL_Event event;
    if (await_event(app, &event, wait)) {
        do
            take_event(app, &event, now_ms());
        while (!app->ending && SDL_PollEvent(&event));
        app->looked_at = now_ms();
    }
    if (!app->ending)
        advance(app);
    return !app->ending;
}

bool app_is_alive(const struct app *app)
{
    return !kiosk_is_stuck(app->kiosk);
}

// --- Life --------------------------------------------------------------------

// On the storage thread: the event goes into SDL's queue with a copy of its
// data, which the receiver frees.
static void carry_store_event(void *ctx, const struct store_event *event)
{
    const struct app *app = ctx;
    struct store_event *copy = malloc(sizeof *copy);
    SDL_Event carried = {.type = app->store_event};
    if (copy)
        *copy = *event;
    carried.user.data1 = copy;
    if (!copy || SDL_PushEvent(&carried) != 1) {
        log_error("ui", "an event of the store is lost: %s", SDL_GetError());
        free(copy);
    }
}

static bool say(struct buf *message)
{
    fprintf(stderr, "hailong-kiosk: %s\n", buf_text(message));
    return false;
}

static bool load_assets(struct app *app)
{
    char texts[PATH_MAX], survey[PATH_MAX];
    struct buf message = {0};
    bool ok = true;
    if (!file_find_asset("i18n", texts, sizeof texts) ||
        !file_find_asset("surveys/quay.json", survey, sizeof survey)) {
        buf_append_text(&message, "the folder of texts and question sets is "
                                  "not found; set HAILONG_ASSETS to it");
        ok = say(&message);
    }
    if (ok && !(app->i18n = i18n_open_rest(texts, &message)))
        ok = say(&message);
    buf_clear(&message);
    // Without its questions the screen says that it is out of service.
    if (ok && (!survey_load(survey, &app->survey, &message) ||
               !survey_check_words(&app->survey, app->i18n, &message))) {
        log_error("ui", "%s", buf_text(&message));
        app->survey = (struct survey){0};
    }
    buf_free(&message);
    return ok;
}

static bool open_window(struct app *app)
{
    const struct window_options options = {.title = "Hài Lòng",
                                           .width = app->options.width,
                                           .height = app->options.height};
    app->window = window_open(&options);
    if (!app->window)
        return false;
    app->stop_event = SDL_RegisterEvents(2);
    app->store_event = app->stop_event + 1;
    app->text = text_open();
    app->typed = typed_open();
    if (!app->typed)
        log_error("ui", "out of memory");
    return app->text && app->typed && stop_start(app->stop_event);
}

// After the first picture. The device is opened once, so that it is known
// whether there is one before somebody comes.
static void open_sounds(struct app *app)
{
    app->sound = sound_start(SOUND_LINGER_MS);
    const struct voice_params params = {.sound = app->sound, .i18n = app->i18n};
    reading_open(&app->reading, app->sound, voice_open(&params));
    sound_wake(app->sound);
}

// For the kiosk, before a new configuration holds.
static bool fits_display(void *ctx, const struct setting *setting,
                         const struct survey *survey, struct buf *why)
{
    const struct app *app = ctx;
    int width, height;
    window_size(app->window, &width, &height);
    const struct rehearsal rehearsal = {.i18n = app->i18n,
                                        .text = app->text,
                                        .layout = layout_make(width, height)};
    return rehearsal_fits(&rehearsal, setting, survey, why);
}

static bool open_all(struct app *app)
{
    if (app->options.trace && !(app->trace = trace_open(app->options.trace)))
        return false;
    if (!stop_block() || !open_window(app))
        return false;
    int64_t now = now_ms();
    const struct kiosk_params params = {
        .directory = app->options.directory,
        .survey = &app->survey,
        .i18n = app->i18n,
        .times = app->options.times,
        .rating_fixed = app->options.rating_fixed,
        .retry_ms = app->options.retry_ms,
        .keep_days = app->options.keep_days,
        .prune_ms = app->options.prune_ms,
        .trial_ms = app->options.trial_ms,
        .fits = fits_display,
        .battery_root = app->options.battery_root,
        .listener = carry_store_event,
        .ctx = app,
        .trace = app->trace};
    app->kiosk = kiosk_open(&params, now);
    if (!app->kiosk)
        return false;
    app->stage.window = app->window;
    app->stage.trace = app->trace;
    app->stage.still = app->options.still;
    app->typed->steady = app->options.still;
    app->pressed = INPUT_NO_TARGET;
    app->turns_until = now + TURNING_MS;
    app->looked_at = now;
    app->hold_at = app->page_at = app->panel_at = INT64_MAX;
    if (app->options.panel_ms > 0 && window_owns_display())
        app->panel_at = now + app->options.panel_ms;
    app->battery_low = -1;
    app->began_at = now;
    app->brightness = 100;
    idle_init(&app->idle, now);
    input_init(&app->input, SLACK);
    lay_out_again(app, now);
    if (app->ending)
        return false;
    refresh(app, now);
    draw(app, now);
    open_sounds(app);
    // In a window the display is somebody else's.
    if (app->options.width == 0)
        app->backlight = backlight_open(BACKLIGHT_ROOT);
    return true;
}

enum app_result app_open(const struct app_options *options,
                         struct app **out_app)
{
    struct app *app = calloc(1, sizeof *app);
    if (!app) {
        log_error("ui", "out of memory");
        return APP_FAILED;
    }
    app->options = *options;
    if (!load_assets(app))
        app->result = APP_MISTAKE;
    else if (!open_all(app))
        app->result = APP_FAILED;
    if (app->result != APP_DONE)
        return app_close(app);
    *out_app = app;
    return APP_DONE;
}

// What the store said while it finished. Not by polling, which stops at SDL's
// own marks in the queue and may leave events behind.
static void drain(struct app *app)
{
    SDL_Event event;
    while (SDL_PeepEvents(&event, 1, SDL_GETEVENT, app->store_event,
                          app->store_event) == 1) {
        const struct store_event *said = event.user.data1;
        if (said->kind == STORE_LINE_SAVED)
            trace_saved(app->trace, said->id, said->seq);
        free(event.user.data1);
    }
}

enum app_result app_close(struct app *app)
{
    enum app_result result = app->result;
    kiosk_close(app->kiosk, now_ms());
    reading_close(&app->reading);
    bool silent = sound_stop(app->sound);
    if (app->window) {
        drain(app);
        stop_join();
    }
    stage_free(&app->stage);
    ornament_free(&app->baked);
    ornament_free(&app->turned);
    backlight_close(app->backlight);
    text_close(app->text);
    typed_close(app->typed);
    window_close(app->window);
    trace_close(app->trace);
    i18n_close(app->i18n);
    if (silent)
        SDL_Quit();
    free(app);
    return result;
}

void app_take(struct app *app, const struct flow_input *input)
{
    struct flow_input now = *input;
    now.now = now_ms();
    step(app, &now);
}

const char *app_screen(const struct app *app)
{
    return app->screen->name;
}

const struct targets *app_targets(const struct app *app)
{
    return &app->targets;
}

const struct flow *app_flow(const struct app *app)
{
    return kiosk_flow(app->kiosk);
}
