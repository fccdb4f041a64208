#include "support/gallery.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "store/enrol_form.h"
#include "support/app_hand.h"
#include "support/fake_espeak.h"
#include "support/scratch.h"
#include "ui/screen.h"
#include <limits.h>
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { SETTLE_MS = 60, STAFF_HOLD_MS = 300, FIRST_MS = 500, TRIES = 20 };

// A Monday morning, 23/11/2026 09:41.
static const int64_t MORNING_MS = 1795401660000;

#define WARD                                                                   \
    "\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"    \
    "\"counter\":\"3\",\"hotline\":\"0234 3 812 345\","                        \
    "\"field\":{\"code\":\"chung-thuc\",\"vi\":\"Chứng thực\","            \
    "\"en\":\"Certification\"}"

// Eight of assets/fields.json.
#define FIELDS                                                                 \
    "\"walk_up\":\"fields\",\"fields\":["                                      \
    "{\"code\":\"chung-thuc\",\"vi\":\"Chứng "                               \
    "thực\",\"en\":\"Certification\"},"                                      \
    "{\"code\":\"ho-tich\",\"vi\":\"Hộ tịch\",\"en\":\"Civil status\"},"   \
    "{\"code\":\"cu-tru\",\"vi\":\"Cư trú\",\"en\":\"Residence\"},"          \
    "{\"code\":\"dat-dai\",\"vi\":\"Đất đai\",\"en\":\"Land\"},"           \
    "{\"code\":\"xay-dung\",\"vi\":\"Xây dựng\",\"en\":\"Construction\"},"  \
    "{\"code\":\"ho-kinh-doanh\",\"vi\":\"Hộ kinh doanh\","                  \
    "\"en\":\"Household businesses\"},"                                        \
    "{\"code\":\"bao-tro-xa-hoi\",\"vi\":\"Bảo trợ xã hội\","           \
    "\"en\":\"Social protection\"},"                                           \
    "{\"code\":\"nguoi-co-cong\",\"vi\":\"Người có công\","               \
    "\"en\":\"People with meritorious services\"}]"

struct walk {
    int width, height;
    gallery_visitor *visit;
    void *ctx;
    char folder[SCRATCH_SIZE], voice[SCRATCH_SIZE], power[SCRATCH_SIZE];
    char trace[SCRATCH_SIZE + 16];
    struct app *app;
    uint32_t *pixels;
};

static void take(struct walk *w)
{
    hand_rest(w->app, SETTLE_MS);
    for (int y = 0; y < w->height; y++)
        for (int x = 0; x < w->width; x++)
            w->pixels[y * w->width + x] = 0xff000000u | hand_pixel(x, y);
}

static void show(struct walk *w, const char *name, bool varies)
{
    const struct gallery_picture picture = {name, w->width, w->height,
                                            w->pixels, varies};
    w->visit(w->ctx, &picture);
}

static void shoot_one(struct walk *w, const char *name, bool varies)
{
    take(w);
    show(w, name, varies);
}

static void shoot(struct walk *w, const char *name)
{
    shoot_one(w, name, false);
}

static void tap(struct walk *w, const char *id)
{
    hand_tap(w->app, id);
}

// Of a screen that counts down: in its first moment only. False when that is
// over, as on a machine with much to do.
static bool shoot_first(struct walk *w, const char *screen, const char *name)
{
    hand_wait_for(w->app, screen);
    int64_t since = app_flow(w->app)->since;
    take(w);
    if (clock_mono_us() / 1000 - since > FIRST_MS)
        return false;
    show(w, name, false);
    return true;
}

static void shoot_still(struct walk *w, const char *name)
{
    for (int i = 0; !shoot_first(w, "still", name); i++) {
        assert_true(i < TRIES);
        tap(w, "still.more");
    }
}

static void tap_all(struct walk *w, const char *const *ids)
{
    for (; *ids; ids++)
        tap(w, *ids);
}

static bool has_target(const struct walk *w, const char *id)
{
    const struct targets *targets = app_targets(w->app);
    for (size_t i = 0; i < targets->count; i++)
        if (strcmp(targets->list[i].id, id) == 0)
            return true;
    return false;
}

// `config` NULL: the device is not enrolled.
static void open_app(struct walk *w, const char *config)
{
    struct app_options options = {.directory = w->folder,
                                  .width = w->width,
                                  .height = w->height,
                                  .trace = w->trace,
                                  .times = FLOW_TIMES,
                                  .still = true,
                                  .hold_ms = STAFF_HOLD_MS,
                                  .battery_root = w->power,
                                  .wall_ms = MORNING_MS};
    options.times.selected = 1200;
    options.times.chosen = 4000;
    options.times.comment = 5000;
    options.times.cleaning = 1500;
    scratch_make(w->folder);
    snprintf(w->trace, sizeof w->trace, "%s/trace", w->folder);
    if (config) {
        hand_enrol(w->folder, config);
        hand_set_pin(w->folder, "246810");
    }
    assert_int_equal(app_open(&options, &w->app), APP_DONE);
    // The drum is baked after the first picture.
    hand_rest(w->app, SETTLE_MS);
}

static void close_app(struct walk *w)
{
    assert_int_equal(app_close(w->app), APP_DONE);
    scratch_remove(w->folder);
}

static void begin_visit(struct walk *w)
{
    hand_wait_for(w->app, "attract");
    tap(w, "attract.button");
    hand_wait_for(w->app, "rating");
}

// A visit in the mode of a tool, or in none, up to its end.
static void pass_visit(struct walk *w, const char *tool, const char *level)
{
    begin_visit(w);
    if (tool)
        tap(w, tool);
    tap(w, level);
    hand_wait_for(w->app, "reasons");
    tap(w, "reason.skip");
}

// After such a visit, or another one with the same thanks.
static void end_visit(struct walk *w, const char *tool, const char *level,
                      const char *picture)
{
    for (int i = 0; !shoot_first(w, "thanks", picture); i++) {
        assert_true(i < TRIES);
        pass_visit(w, tool, level);
    }
    tap(w, "thanks.done");
}

static void ordinary_visit(struct walk *w)
{
    hand_wait_for(w->app, "attract");
    shoot(w, "attract");
    begin_visit(w);
    shoot(w, "rating");
    tap(w, "tool.lang");
    shoot(w, "rating-english");
    tap(w, "tool.lang");
    tap(w, "level.5");
    shoot(w, "rating-selected");
    hand_wait_for(w->app, "reasons");
    shoot(w, "reasons-high");
    tap(w, "reason.high.1");
    tap(w, "reason.high.4");
    shoot(w, "reasons-chosen");
    shoot_still(w, "still");
    tap(w, "still.send");
    end_visit(w, NULL, "level.5", "thanks");
    begin_visit(w);
    tap(w, "level.1");
    hand_wait_for(w->app, "reasons");
    shoot(w, "reasons-low");
    tap(w, "reason.skip");
    end_visit(w, NULL, "level.1", "thanks-low");
}

static void visit_in_mode(struct walk *w, const char *tool, const char *mode)
{
    char name[32];
    begin_visit(w);
    tap(w, tool);
    snprintf(name, sizeof name, "rating-%s", mode);
    shoot(w, name);
    tap(w, "level.2");
    hand_wait_for(w->app, "reasons");
    snprintf(name, sizeof name, "reasons-%s", mode);
    shoot(w, name);
    tap(w, "reason.skip");
    snprintf(name, sizeof name, "thanks-%s", mode);
    end_visit(w, tool, "level.2", name);
}

static void type_comment(struct walk *w)
{
    static const char *const keys[] = {
        "key.c",     "key.a", "key.n",         "key.tone.sac", "key.space",
        "key.b",     "key.ô", "key.tone.nang", "key.space",    "key.h",
        "key.ư",     "key.ơ", "key.n",         "key.g",        "key.tone.sac",
        "key.space", "key.d", "key.â",         "key.n",        "key.tone.nga",
        NULL};
    tap_all(w, keys);
}

static void comment_visit(struct walk *w, const char *tool, const char *mode)
{
    char name[32];
    begin_visit(w);
    if (tool)
        tap(w, tool);
    tap(w, "level.4");
    hand_wait_for(w->app, "reasons");
    tap(w, "reason.comment");
    hand_wait_for(w->app, "comment");
    type_comment(w);
    snprintf(name, sizeof name, "comment%s", mode);
    shoot(w, name);
    snprintf(name, sizeof name, "still-comment%s", mode);
    shoot_still(w, name);
    tap(w, "still.send");
    hand_wait_for(w->app, "thanks");
    tap(w, "thanks.done");
}

static bool can_comment(struct walk *w)
{
    begin_visit(w);
    tap(w, "level.4");
    hand_wait_for(w->app, "reasons");
    bool can = has_target(w, "reason.comment");
    tap(w, "reason.skip");
    hand_wait_for(w->app, "thanks");
    tap(w, "thanks.done");
    return can;
}

static void hold_name(struct walk *w)
{
    hand_hold_at(w->app, w->width / 4, w->height / 30, STAFF_HOLD_MS + 100);
    hand_wait_for(w->app, "pin");
}

static void type_pin(struct walk *w, const char *digits)
{
    for (; *digits; digits++) {
        char id[8];
        snprintf(id, sizeof id, "key.%c", *digits);
        tap(w, id);
    }
}

static void staff_pages(struct walk *w)
{
    hand_wait_for(w->app, "attract");
    hold_name(w);
    type_pin(w, "1357");
    shoot(w, "pin");
    type_pin(w, "91");
    tap(w, "pin.ok");
    shoot(w, "pin-wrong");
    type_pin(w, "246810");
    tap(w, "pin.ok");
    hand_wait_for(w->app, "diagnostics");
    shoot_one(w, "diagnostics", true);
    tap(w, "diag.examine");
    hand_wait_for(w->app, "checks");
    hand_rest(w->app, 1500);
    shoot_one(w, "checks", true);
    tap(w, "checks.next");
    shoot_one(w, "checks-2", true);
    tap(w, "checks.back");
    hand_wait_for(w->app, "diagnostics");
    tap(w, "diag.actions.2");
    hand_wait_for(w->app, "touch-test");
    hand_tap_at(w->app, w->width / 16, w->height / 10);
    hand_tap_at(w->app, w->width * 15 / 16, w->height * 9 / 10);
    shoot(w, "touch-test");
    tap(w, "pin.exit");
    hand_wait_for(w->app, "diagnostics");
    tap(w, "diag.actions.4");
    hand_wait_for(w->app, "cleaning");
    shoot_one(w, "cleaning", true);
    hand_wait_for(w->app, "diagnostics");
    tap(w, "diag.actions.5");
    tap(w, "diag.actions.6");
    hand_wait_for(w->app, "out-of-service");
    shoot(w, "out-of-service");
    hold_name(w);
    for (int i = 0; i < 5; i++) {
        type_pin(w, "000000");
        tap(w, "pin.ok");
    }
    shoot(w, "pin-locked");
}

// A visit without an invitation, where it begins with the choice of a field.
static void fields_visit(struct walk *w)
{
    hand_wait_for(w->app, "waiting");
    shoot(w, "waiting-button");
    tap(w, "wait.start");
    hand_wait_for(w->app, "fields");
    shoot(w, "fields");
    tap(w, "tool.lang");
    shoot(w, "fields-english");
    tap(w, "tool.lang");
    tap(w, "tool.dark");
    shoot(w, "fields-dark");
    tap(w, "tool.dark");
    tap(w, "tool.large");
    shoot(w, "fields-large");
    tap(w, "field.bao-tro-xa-hoi");
    hand_wait_for(w->app, "rating");
    tap(w, "tool.large");
    shoot(w, "rating-of-field");
}

// A dossier's code off a paper, as a scanner types it.
static void scan(void)
{
    static const SDL_Scancode keys[] = {
        SDL_SCANCODE_H, SDL_SCANCODE_2,     SDL_SCANCODE_4,
        SDL_SCANCODE_1, SDL_SCANCODE_MINUS, SDL_SCANCODE_2,
        SDL_SCANCODE_6, SDL_SCANCODE_RETURN};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        SDL_Event event = {.type = SDL_KEYDOWN};
        event.key.keysym.scancode = keys[i];
        assert_int_equal(SDL_PushEvent(&event), 1);
    }
}

// Where the dossier's code is kept with the answer, the screen says so.
static void linked_visit(struct walk *w)
{
    hand_wait_for(w->app, "waiting");
    shoot(w, "waiting-linked");
    hand_wait_for_ledger(w->app, w->trace);
    scan();
    hand_wait_for(w->app, "rating");
    shoot(w, "rating-linked");
    tap(w, "tool.large");
    shoot(w, "rating-linked-large");
    tap(w, "tool.lang");
    shoot(w, "rating-linked-large-english");
}

// A visit that an invitation opens, and one that the store does not take.
static void invited_visits(struct walk *w)
{
    static const struct flow_input invited = {.kind = FLOW_INVITED},
                                   send = {.kind = FLOW_ACT, .act = FLOW_SEND},
                                   failed = {.kind = FLOW_STORE_FAILED,
                                             .fault = FLOW_STORE_FAULT};
    hand_wait_for(w->app, "waiting");
    shoot(w, "waiting");
    app_take(w->app, &invited);
    hand_wait_for(w->app, "rating");
    shoot(w, "rating-invited");
    tap(w, "rate.decline");
    hand_wait_for(w->app, "declined");
    shoot_one(w, "declined", true);
    tap(w, "declined.again");
    hand_wait_for(w->app, "rating");
    tap(w, "level.3");
    hand_wait_for(w->app, "reasons");
    app_take(w->app, &send);
    app_take(w->app, &failed);
    hand_wait_for(w->app, "out-of-service");
    shoot(w, "apology");
}

static void enrolment(struct walk *w)
{
    static const char *const keys[] = {"key.1", "key.9", "key.2",
                                       "key..", "key.1", NULL};
    hand_wait_for(w->app, "out-of-service");
    shoot(w, "not-enrolled");
    tap(w, "oos.enrol");
    hand_wait_for(w->app, "enrolment");
    tap_all(w, keys);
    shoot(w, "enrolment");
    tap(w, "enrol.submit");
    shoot(w, "enrolment-error");
    // What a scanner and the courier bring, by its name alone.
    assert_true(enrol_form_note(w->folder, "scanned"));
    hand_rest(w->app, 1500);
    shoot(w, "enrolment-scanned");
    assert_true(enrol_form_note(w->folder, "wrong-pin"));
    hand_rest(w->app, 1500);
    shoot(w, "enrolment-wrong-pin");
}

// Closed today and on the days beside it, in case midnight passes meanwhile.
static void write_closed(char *out, size_t size)
{
    static const char day[] = "[\"07:30-11:30\",\"13:30-17:00\"]";
    char dates[3][DATE_ISO_SIZE];
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    for (int i = 0; i < 3; i++)
        date_format_iso(today + i - 1, dates[i]);
    snprintf(out, size,
             "{" WARD ",\"hours\":{\"mon\":%s,\"tue\":%s,\"wed\":%s,"
             "\"thu\":%s,\"fri\":%s},\"holidays\":[\"%s\",\"%s\",\"%s\"]}",
             day, day, day, day, day, dates[0], dates[1], dates[2]);
}

// What the ward did, on the waiting screen: two at once, and one below the
// button where that stands in the way.
#define NOTICES                                                                     \
    "\"notices\":[{\"vi\":\"Tháng 10: thêm 12 ghế và quạt ở khu chờ.\"," \
    "\"en\":\"October: 12 more chairs and fans in the waiting area.\","             \
    "\"from\":\"2020-01-01\",\"to\":\"2099-12-31\"},"                               \
    "{\"vi\":\"Tháng 11: mở thêm quầy chứng thực sáng thứ Hai.\","     \
    "\"en\":\"November: one more certification counter on Monday mornings.\","      \
    "\"from\":\"2020-01-01\",\"to\":\"2099-12-31\"},"                               \
    "{\"vi\":\"Đã hết hạn.\",\"en\":\"Past.\",\"from\":\"2020-01-01\","       \
    "\"to\":\"2020-01-31\"}]"

#define ONE_NOTICE                                                                  \
    "\"notices\":[{\"vi\":\"Tháng 10: thêm 12 ghế và quạt ở khu chờ.\"," \
    "\"en\":\"October: 12 more chairs and fans in the waiting area.\","             \
    "\"from\":\"2020-01-01\",\"to\":\"2099-12-31\"}]"

static void notices(struct walk *w)
{
    open_app(w, "{" WARD ",\"mode\":\"transaction\"," NOTICES "}");
    hand_wait_for(w->app, "waiting");
    shoot(w, "waiting-notices");
    close_app(w);
    open_app(w,
             "{" WARD ",\"mode\":\"transaction\"," FIELDS "," ONE_NOTICE "}");
    hand_wait_for(w->app, "waiting");
    shoot(w, "waiting-notice-button");
    close_app(w);
}

static void put_battery(const struct walk *w, const char *percent)
{
    const char *const files[][2] = {{"type", "Battery\n"},
                                    {"capacity", percent},
                                    {"status", "Discharging\n"}};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/BAT0", w->power);
    mkdir(path, 0755);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/BAT0/%s", w->power, files[i][0]);
        assert_true(file_replace(path, files[i][1], strlen(files[i][1]), 0644));
    }
}

// A tablet that nobody plugged in.
static void batteries(struct walk *w)
{
    put_battery(w, "14\n");
    open_app(w, "{" WARD "}");
    hand_wait_for(w->app, "attract");
    hand_rest(w->app, 400);
    shoot(w, "attract-battery");
    close_app(w);
    put_battery(w, "3\n");
    open_app(w, "{" WARD ",\"mode\":\"transaction\"}");
    hand_wait_for(w->app, "out-of-service");
    hand_rest(w->app, 400);
    shoot(w, "out-of-service-battery");
    close_app(w);
}

void gallery_walk(int width, int height, gallery_visitor *visit, void *ctx)
{
    struct walk w = {
        .width = width, .height = height, .visit = visit, .ctx = ctx};
    char closed[1024];
    w.pixels = malloc((size_t)width * (size_t)height * sizeof *w.pixels);
    assert_non_null(w.pixels);
    scratch_make(w.voice);
    scratch_make(w.power);
    fake_espeak_install(w.voice, FAKE_SPEAKS);
    open_app(&w, "{" WARD "}");
    ordinary_visit(&w);
    visit_in_mode(&w, "tool.large", "large");
    visit_in_mode(&w, "tool.dark", "dark");
    if (can_comment(&w)) {
        comment_visit(&w, NULL, "");
        comment_visit(&w, "tool.large", "-large");
        comment_visit(&w, "tool.dark", "-dark");
    }
    staff_pages(&w);
    close_app(&w);
    open_app(&w, "{" WARD ",\"levels\":3}");
    begin_visit(&w);
    shoot(&w, "rating-3-levels");
    close_app(&w);
    open_app(&w, "{" WARD ",\"mode\":\"transaction\"}");
    invited_visits(&w);
    close_app(&w);
    open_app(&w, "{" WARD ",\"mode\":\"transaction\"," FIELDS "}");
    fields_visit(&w);
    close_app(&w);
    open_app(&w, "{" WARD ",\"mode\":\"transaction\",\"privacy\":\"linked\"}");
    linked_visit(&w);
    close_app(&w);
    notices(&w);
    write_closed(closed, sizeof closed);
    open_app(&w, closed);
    hand_wait_for(w.app, "closed");
    hand_rest(w.app, 400);
    shoot(&w, "closed");
    close_app(&w);
    open_app(&w, NULL);
    enrolment(&w);
    close_app(&w);
    batteries(&w);
    fake_espeak_restore_path();
    scratch_remove(w.power);
    scratch_remove(w.voice);
    free(w.pixels);
}
