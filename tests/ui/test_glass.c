// Every screen in every size, language and mode, laid out and drawn: nothing is
// too small for a finger or for old eyes, nothing lies over another, and no
// words are cut. Lengths are those on the glass of three panels that are sold.
#include "support/scratch.h"
#include "survey/comment.h"
#include "ui/parts.h"
#include "ui/staff.h"
#include "ui/typed.h"
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Pixels along one side and millimetres along it, of the visible area.
static const struct panel {
    const char *name;
    int width, height;
    double inches;
} PANELS[] = {{"10.1 inch", 1280, 800, 10.1},
              {"10.1 inch upright", 800, 1280, 10.1},
              {"13.3 inch", 1920, 1080, 13.3},
              {"13.3 inch upright", 1080, 1920, 13.3},
              {"15.6 inch", 1920, 1080, 15.6},
              {"15.6 inch upright", 1080, 1920, 15.6},
              {"15.6 inch coarse", 1366, 768, 15.6}};

static double px_per_mm(const struct panel *p)
{
    return hypot(p->width, p->height) / (p->inches * 25.4);
}

// Every size of window that the screens are made for.
static const struct {
    int width, height;
} SIZES[] = {{1280, 800},  {800, 1280}, {1920, 1080},
             {1080, 1920}, {1366, 768}, {1024, 600}};

struct desk {
    struct i18n *i18n;
    struct survey survey;
    struct setting setting;
    struct text *text;
    struct flow flow;
    struct staff_page staff;
    struct ornament ornament;
    struct comment comment;
    struct typed *typed;
    struct view view;
};

static void read_setting(struct setting *out, const char *text)
{
    struct buf message = {0};
    char why[JSON_MESSAGE_SIZE];
    json_t *object = json_read(text, strlen(text), why);
    assert_non_null(object);
    if (!setting_read(object, out, &message))
        fail_msg("%s", buf_text(&message));
    json_decref(object);
    buf_free(&message);
}

// The longest names that wards and fields really have.
#define LONG_WARD                                                                \
    "{\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":"                     \
    "\"Nguyễn Bỉnh Khiêm\"},\"counter\":\"12\","                            \
    "\"field\":{\"code\":\"dat-dai\",\"vi\":\"Đất đai, xây dựng, môi "   \
    "trường\",\"en\":\"Land, construction, environment\"},"                   \
    "\"hotline\":\"0259 3 822 345 – 1900 1234\",\"hours\":{"                   \
    "\"mon\":[\"07:30-11:30\",\"13:30-17:00\"],"                                 \
    "\"tue\":[\"07:30-11:30\",\"13:30-17:00\"],"                                 \
    "\"wed\":[\"07:30-11:30\",\"13:30-17:00\"],"                                 \
    "\"thu\":[\"07:30-11:30\",\"13:30-17:00\"],"                                 \
    "\"fri\":[\"07:30-11:30\",\"13:30-17:00\"],\"sat\":[\"07:30-11:30\"]},"      \
    "\"walk_up\":\"fields\",\"fields\":["                                        \
    "{\"code\":\"chung-thuc\",\"vi\":\"Chứng "                                 \
    "thực\",\"en\":\"Certification\"},"                                        \
    "{\"code\":\"ho-tich\",\"vi\":\"Hộ tịch\",\"en\":\"Civil status\"},"     \
    "{\"code\":\"cu-tru\",\"vi\":\"Cư trú\",\"en\":\"Residence\"},"            \
    "{\"code\":\"dat-dai\",\"vi\":\"Đất đai, xây dựng, môi trường\"," \
    "\"en\":\"Land, construction, environment\"},"                               \
    "{\"code\":\"ho-kinh-doanh\",\"vi\":\"Hộ kinh doanh\","                    \
    "\"en\":\"Household businesses\"},"                                          \
    "{\"code\":\"bao-tro\",\"vi\":\"Bảo trợ xã hội\",\"en\":"             \
    "\"Social protection\"},"                                                    \
    "{\"code\":\"nguoi-co-cong\",\"vi\":\"Người có công\","                 \
    "\"en\":\"People with meritorious services\"},"                              \
    "{\"code\":\"y-te\",\"vi\":\"Y tế\",\"en\":\"Health\"}]}"

static void open_desk(struct desk *desk)
{
    struct buf message = {0};
    *desk = (struct desk){0};
    desk->i18n = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    assert_non_null(desk->i18n);
    assert_true(survey_load(TEST_SOURCE "/assets/surveys/quay.json",
                            &desk->survey, &message));
    read_setting(&desk->setting, LONG_WARD);
    desk->text = text_open();
    assert_non_null(desk->text);
    assert_true(comment_init(&desk->comment, COMPOSE_TELEX, TONE_STYLE_OLD));
    desk->typed = typed_open();
    assert_non_null(desk->typed);
    buf_free(&message);
}

static void close_desk(struct desk *desk)
{
    comment_free(&desk->comment);
    typed_close(desk->typed);
    text_close(desk->text);
    i18n_close(desk->i18n);
}

static void look_at(struct desk *desk, int width, int height)
{
    text_forget(desk->text);
    desk->view = (struct view){.flow = &desk->flow,
                               .survey = &desk->survey,
                               .setting = &desk->setting,
                               .enrolled = true,
                               .i18n = desk->i18n,
                               .layout = layout_make(width, height),
                               .theme = theme_get(THEME_LIGHT),
                               .text = desk->text,
                               .ornament = &desk->ornament,
                               .now = 1000,
                               .wall_ms = 1795401660000,
                               .battery_low = -1,
                               .can_listen = true,
                               .staff = &desk->staff,
                               .can_comment = true,
                               .comment = &desk->comment,
                               .typed = desk->typed};
    const struct flow_setting setting = {.times = FLOW_TIMES,
                                         .transaction = true,
                                         .walk_up = FLOW_WALK_UP_FIELDS,
                                         .field_count = 8};
    flow_init(&desk->flow, &desk->survey, &setting, 0);
    memset(&desk->staff, 0, sizeof desk->staff);
    desk->staff.pin_set = true;
}

typedef void screen_check(struct desk *desk, const char *where, void *ctx);

// What a state of the visit is called, and how it comes about.
enum { LEVEL_LOW = 1, LEVEL_HIGH = 5 };

static void check_state(struct desk *desk, enum flow_screen screen, int level,
                        const char *mode, screen_check *check, void *ctx)
{
    char where[128];
    desk->flow.screen = screen;
    desk->flow.level = level;
    if (!screen_of(screen))
        return;
    snprintf(where, sizeof where, "%s, %dx%d, %s%s", screen_of(screen)->name,
             desk->view.layout.width, desk->view.layout.height,
             i18n_code(desk->view.language), mode);
    check(desk, where, ctx);
}

static void type_keys(struct desk *desk, const char *const *keys)
{
    for (; *keys; keys++)
        assert_int_not_equal(comment_key(&desk->comment, *keys, 0),
                             COMMENT_NOTHING);
}

// Empty, on the other page, with a number in it, and full.
static void check_comment(struct desk *desk, const char *mode,
                          screen_check *check, void *ctx)
{
    static const char *const number[] = {
        "key.symbols", "key.0", "key.9", "key.1", "key.2", "key.3",
        "key.4",       "key.5", "key.6", "key.7", NULL};
    comment_clear(&desk->comment);
    check_state(desk, FLOW_COMMENT, LEVEL_LOW, mode, check, ctx);
    type_keys(desk, number);
    check_state(desk, FLOW_COMMENT, LEVEL_LOW, mode, check, ctx);
    comment_clear(&desk->comment);
    for (int i = 0; i < COMMENT_LETTERS_MAX; i++)
        comment_key(&desk->comment, i % 7 == 6 ? "key.space" : "key.m", 0);
    check_state(desk, FLOW_COMMENT, LEVEL_LOW, mode, check, ctx);
    desk->flow.behind = FLOW_COMMENT;
    check_state(desk, FLOW_STILL, LEVEL_LOW, mode, check, ctx);
}

static void check_visit(struct desk *desk, const char *mode,
                        screen_check *check, void *ctx)
{
    struct flow *flow = &desk->flow;
    check_state(desk, FLOW_FIELDS, 0, mode, check, ctx);
    check_state(desk, FLOW_RATING, 0, mode, check, ctx);
    flow->invited = true;
    check_state(desk, FLOW_RATING, 0, mode, check, ctx);
    desk->view.linked = true;
    check_state(desk, FLOW_RATING, 0, mode, check, ctx);
    desk->view.linked = false;
    desk->setting.levels = 3;
    check_state(desk, FLOW_RATING, 0, mode, check, ctx);
    desk->setting.levels = 5;
    for (int level = LEVEL_LOW; level <= LEVEL_HIGH; level += 4) {
        check_state(desk, FLOW_REASONS, level, mode, check, ctx);
        for (size_t i = 0; i < 9; i++)
            flow->chosen[i] = true;
        check_state(desk, FLOW_REASONS, level, mode, check, ctx);
        flow->behind = FLOW_REASONS;
        check_state(desk, FLOW_STILL, level, mode, check, ctx);
        memset(flow->chosen, 0, sizeof flow->chosen);
    }
    check_comment(desk, mode, check, ctx);
    check_state(desk, FLOW_THANKS, LEVEL_HIGH, mode, check, ctx);
    check_state(desk, FLOW_DECLINED, 0, mode, check, ctx);
    check_state(desk, FLOW_APOLOGY, 0, mode, check, ctx);
    flow->invited = false;
}

// By invitation or by a code, with and without a button, and what is kept.
static void check_waiting(struct desk *desk, screen_check *check, void *ctx)
{
    struct flow_setting *setting = &desk->flow.setting;
    const struct flow_setting usual = *setting;
    for (int i = 0; i < 8; i++) {
        setting->transaction = i & 1;
        setting->walk_up = i & 2 ? FLOW_WALK_UP_OFF : FLOW_WALK_UP_ON;
        desk->setting.privacy.linked = i & 4;
        check_state(desk, FLOW_WAITING, 0, "", check, ctx);
    }
    desk->setting.privacy.linked = false;
    *setting = usual;
}

// Every word that the row may show.
static void check_diagnosis(struct desk *desk, screen_check *check, void *ctx)
{
    struct diagnosis_facts facts = {.gen = 12,
                                    .seq = 12345678,
                                    .disk_free_bytes = 821430000000,
                                    .wall_ms = 1795401660000,
                                    .touch_faults = 12345,
                                    .volume = 45};
    struct diagnosis *out = &desk->staff.diagnosis;
    facts.sending.ledger_read = facts.sending.courier_read = true;
    facts.sending.pending = 123456;
    facts.sending.quarantined = 1234;
    diagnosis_make(&facts, desk->i18n, desk->view.language, out);
    check_state(desk, FLOW_DIAGNOSTICS, 0, "", check, ctx);
    facts.store_fault = FLOW_DISK_FULL;
    facts.clock_believed = true;
    facts.sending.attempts.last_sent_ms = 1795401660000 - 86400000 * 321LL;
    facts.touch_faults = 0;
    facts.touch_screens = 1;
    facts.smallest_mm = 11.2;
    facts.sound_missing = true;
    facts.sending.gone = 12345;
    diagnosis_make(&facts, desk->i18n, desk->view.language, out);
    check_state(desk, FLOW_DIAGNOSTICS, 0, ", bad", check, ctx);
    facts = (struct diagnosis_facts){.gen = 1, .wall_ms = 1795401660000};
    diagnosis_make(&facts, desk->i18n, desk->view.language, out);
    check_state(desk, FLOW_DIAGNOSTICS, 0, ", empty", check, ctx);
}

static void check_forms(struct desk *desk, screen_check *check, void *ctx)
{
    static const char *const results[] = {
        "done",       "incomplete",       "bad-pin",      "disk",
        "no-courier", "already-enrolled", "address",      "plain-http",
        "no-answer",  "certificate",      "not-a-server", "code-unknown",
        "code-used",  "code-expired",     "refused",      "memory"};
    desk->staff.form = STAFF_FORM_ANSWERED;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        snprintf(desk->staff.result, sizeof desk->staff.result, "%s",
                 results[i]);
        check_state(desk, FLOW_ENROLMENT, 0, results[i], check, ctx);
    }
    desk->staff.form = STAFF_FORM_TYPING;
    check_state(desk, FLOW_ENROLMENT, 0, "", check, ctx);
}

// Page by page.
static void check_pages(struct desk *desk, const char *more,
                        const struct doctor_facts *facts, screen_check *check,
                        void *ctx)
{
    struct doctor_line lines[DOCTOR_CHECK_COUNT];
    struct examination_lines *out = &desk->staff.checks;
    doctor_judge(facts, desk->i18n, desk->view.language, lines);
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++) {
        out->list[i].check = lines[i].check;
        out->list[i].verdict = lines[i].verdict;
        snprintf(out->list[i].says, sizeof out->list[i].says, "%s",
                 buf_text(&lines[i].says));
        snprintf(out->list[i].advice, sizeof out->list[i].advice, "%s",
                 buf_text(&lines[i].advice));
    }
    doctor_free(lines);
    out->ready = true;
    for (int page = 0; page < 7; page++) {
        desk->staff.checks_page = page;
        check_state(desk, FLOW_CHECKS, 0, more, check, ctx);
    }
    desk->staff.checks_page = 0;
}

// The longest that the doctor may say.
static void check_checks(struct desk *desk, screen_check *check, void *ctx)
{
    struct doctor_facts facts = {
        .missing_file = "fonts/BeVietnamPro-SemiBold.ttf",
        .display_found = true,
        .display = "HDMI-A-1, 1920x1080",
        .touch = "ILITEK ILITEK-TP Multi-Touch Controller V5",
        .touch_count = 1,
        .battery = {true, 14, true},
        .disk_free_bytes = 49000000,
        .sync_errno = EROFS,
        .enrolled = DEVICE_OK,
        .open_files = true,
        .reach = DOCTOR_NOT_REACHED,
        .message = "Failed to connect to may-chu.binhminh.example port 8650 "
                   "after 130012 ms: Couldn't connect to server",
        .server = "https://may-chu.binhminh.example:8650"};
    desk->staff.checks.ready = false;
    check_state(desk, FLOW_CHECKS, 0, ", waiting", check, ctx);
    check_pages(desk, ", bad", &facts, check, ctx);
    facts.missing_file[0] = '\0';
    facts.touch_count = 2;
    facts.sending.ledger_read = facts.sending.courier_read = true;
    facts.sending.quarantined = 1234;
    facts.disk_in_memory = facts.clock_believed = true;
    facts.sync_errno = 0;
    facts.open_files = false;
    facts.reach = DOCTOR_BAD_CERTIFICATE;
    snprintf(facts.message, sizeof facts.message,
             "SSL certificate problem: unable to get local issuer certificate");
    check_pages(desk, ", worse", &facts, check, ctx);
    facts.reach = DOCTOR_REACHED;
    facts.server_known = facts.is_our_server = facts.offset_known = true;
    facts.right_status = 403;
    facts.clock_ahead_ms = -123456789;
    check_pages(desk, ", revoked", &facts, check, ctx);
    facts.right_status = 401;
    facts.enrolled = DEVICE_BROKEN;
    check_pages(desk, ", broken", &facts, check, ctx);
}

static void check_staff(struct desk *desk, screen_check *check, void *ctx)
{
    check_checks(desk, check, ctx);
    desk->staff.pin_left = 5;
    check_state(desk, FLOW_PIN, 0, "", check, ctx);
    desk->staff.pin_wrong = true;
    check_state(desk, FLOW_PIN, 0, ", wrong", check, ctx);
    desk->staff.pin_lock_minutes = 5;
    check_state(desk, FLOW_PIN, 0, ", locked", check, ctx);
    desk->staff.pin_set = false;
    check_state(desk, FLOW_PIN, 0, ", none", check, ctx);
    desk->flow.paused = true;
    check_diagnosis(desk, check, ctx);
    desk->flow.paused = false;
    check_state(desk, FLOW_TOUCH_TEST, 0, "", check, ctx);
    check_state(desk, FLOW_CLEANING, 0, "", check, ctx);
    check_forms(desk, check, ctx);
}

static void check_language(struct desk *desk, int width, int height,
                           enum i18n_language language, screen_check *check,
                           void *ctx)
{
    look_at(desk, width, height);
    desk->flow.language = desk->view.language = language;
    desk->view.field = desk->setting.field.name[language];
    check_waiting(desk, check, ctx);
    check_state(desk, FLOW_ATTRACT, 0, "", check, ctx);
    check_state(desk, FLOW_CLOSED, 0, "", check, ctx);
    desk->flow.fault = FLOW_NOT_ENROLLED;
    check_state(desk, FLOW_OUT_OF_SERVICE, 0, ", E-10", check, ctx);
    desk->flow.fault = FLOW_DISK_FULL;
    check_state(desk, FLOW_OUT_OF_SERVICE, 0, "", check, ctx);
    desk->flow.fault = FLOW_BATTERY_EMPTY;
    desk->view.battery_low = 3;
    check_state(desk, FLOW_OUT_OF_SERVICE, 0, ", E-41", check, ctx);
    desk->flow.fault = FLOW_FINE;
    check_state(desk, FLOW_ATTRACT, 0, ", battery", check, ctx);
    desk->view.battery_low = -1;
    check_visit(desk, "", check, ctx);
    desk->flow.aids.large = true;
    text_forget(desk->text);
    check_visit(desk, ", large", check, ctx);
    desk->flow.aids.large = false;
    text_forget(desk->text);
    check_staff(desk, check, ctx);
}

static void check_size(struct desk *desk, int width, int height,
                       screen_check *check, void *ctx)
{
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++)
        check_language(desk, width, height, (enum i18n_language)i, check, ctx);
}

// --- Fingers ---------------------------------------------------------------

struct finger {
    const struct panel *panel;
    size_t targets;
};

// Rounding to pixels may take half a pixel at each edge.
static bool is_at_least(double px, double mm, const struct panel *panel)
{
    return px + 1 >= mm * px_per_mm(panel);
}

static void check_pair(const struct target *a, const struct target *b,
                       const struct panel *panel, const char *where)
{
    const SDL_Rect *p = &a->area, *q = &b->area;
    int dx = p->x < q->x ? q->x - p->x - p->w : p->x - q->x - q->w;
    int dy = p->y < q->y ? q->y - p->y - p->h : p->y - q->y - q->h;
    int gap = dx > dy ? dx : dy;
    if (gap < 0)
        fail_msg("%s, %s: %s lies over %s", where, panel->name, a->id, b->id);
    // Keys stand closer: their pitch counts.
    if (!(a->key && b->key) && !is_at_least(gap, LAYOUT_GAP_MM, panel))
        fail_msg("%s, %s: %s and %s are %.2f mm apart", where, panel->name,
                 a->id, b->id, gap / px_per_mm(panel));
}

static void check_fingers(struct desk *desk, const char *where, void *ctx)
{
    struct finger *finger = ctx;
    static struct targets targets;
    const struct layout *l = &desk->view.layout;
    targets.count = 0;
    screen_of(desk->flow.screen)->layout(&desk->view, &targets);
    for (size_t i = 0; i < targets.count; i++) {
        const struct target *t = &targets.list[i];
        // Of a key, its half of the gaps belongs to it.
        double more = t->key ? 2 * t->reach : 0;
        if (!is_at_least(t->area.w + more, LAYOUT_TARGET_MM, finger->panel) ||
            !is_at_least(t->area.h + more, LAYOUT_TARGET_MM, finger->panel))
            fail_msg("%s, %s: %s is %.1f x %.1f mm", where, finger->panel->name,
                     t->id, (t->area.w + more) / px_per_mm(finger->panel),
                     (t->area.h + more) / px_per_mm(finger->panel));
        if (t->area.x < 0 || t->area.y < 0 ||
            t->area.x + t->area.w > l->width ||
            t->area.y + t->area.h > l->height)
            fail_msg("%s: %s is not on the screen", where, t->id);
        for (size_t j = 0; j < i; j++)
            check_pair(t, &targets.list[j], finger->panel, where);
        finger->targets++;
    }
}

static void test_targets_are_for_fingers(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    for (size_t i = 0; i < sizeof PANELS / sizeof PANELS[0]; i++) {
        struct finger finger = {&PANELS[i], 0};
        check_size(&desk, PANELS[i].width, PANELS[i].height, check_fingers,
                   &finger);
        assert_true(finger.targets > 500);
    }
    close_desk(&desk);
}

// --- Words -------------------------------------------------------------------

struct words {
    struct canvas canvas;
    size_t drawn;
};

// A header's second line is 24 u; what a citizen needs is larger. A panel of
// 10.1 inches shows 28 u as capitals of 3.5 mm.
enum { LEAST_U = 24 };

static void check_words(struct desk *desk, const char *where, void *ctx)
{
    struct words *words = ctx;
    static struct targets targets;
    const struct screen *screen = screen_of(desk->flow.screen);
    targets.count = 0;
    text_take_tally(desk->text);
    screen->layout(&desk->view, &targets);
    screen->draw(&desk->view, &targets, &words->canvas);
    canvas_forget_damage(&words->canvas);
    struct text_tally tally = text_take_tally(desk->text);
    if (tally.misfits > 0)
        fail_msg("%s: %zu labels are cut", where, tally.misfits);
    double least = floor(LEAST_U * desk->view.layout.scale);
    if (tally.smallest_px > 0 && tally.smallest_px < least)
        fail_msg("%s: letters of %d px, %.0f are the least", where,
                 tally.smallest_px, least);
    words->drawn++;
}

static void test_words_fit_everywhere(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        struct words words = {0};
        assert_true(
            canvas_resize(&words.canvas, SIZES[i].width, SIZES[i].height));
        check_size(&desk, SIZES[i].width, SIZES[i].height, check_words, &words);
        assert_true(words.drawn > 80);
        canvas_free(&words.canvas);
    }
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_are_for_fingers),
        cmocka_unit_test(test_words_fit_everywhere)};
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
