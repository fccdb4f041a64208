// The staff's pages in the whole kiosk, and the words of the diagnosis.
#include "ledger/pin.h"
#include "store/enrol_form.h"
#include "store/ledger_reader.h"
#include "store/store.h"
#include "support/app_hand.h"
#include "support/scratch.h"
#include "ui/backlight.h"
#include "ui/diagnosis.h"
#include "ui/screen.h"
#include "ui/staff.h"
#include "ui/window.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { STAFF_HOLD_MS = 250 };

#define WARD                                                                   \
    "\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"    \
    "\"counter\":\"3\""

struct counter {
    char folder[SCRATCH_SIZE];
    struct app *app;
};

static void start(struct counter *counter)
{
    const struct app_options options = {.directory = counter->folder,
                                        .width = 1280,
                                        .height = 800,
                                        .times = FLOW_TIMES,
                                        .still = true,
                                        .hold_ms = STAFF_HOLD_MS};
    assert_int_equal(app_open(&options, &counter->app), APP_DONE);
}

static void open_counter(struct counter *counter, const char *config)
{
    scratch_make(counter->folder);
    hand_enrol(counter->folder, config);
    hand_set_pin(counter->folder, "246810");
    start(counter);
}

static void stop(struct counter *counter)
{
    assert_int_equal(app_close(counter->app), APP_DONE);
}

static void close_counter(struct counter *counter)
{
    stop(counter);
    scratch_remove(counter->folder);
}

static void hold_name(struct counter *counter, int64_t ms)
{
    hand_hold_at(counter->app, 300, 40, ms);
}

static void type_pin(struct counter *counter, const char *digits)
{
    for (; *digits; digits++) {
        char id[8];
        snprintf(id, sizeof id, "key.%c", *digits);
        hand_tap(counter->app, id);
    }
    hand_tap(counter->app, "pin.ok");
}

static void enter(struct counter *counter)
{
    hold_name(counter, STAFF_HOLD_MS + 150);
    hand_wait_for(counter->app, "pin");
    type_pin(counter, "246810");
    hand_wait_for(counter->app, "diagnostics");
}

static void test_right_pin_opens_the_page(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" WARD "}");
    hand_wait_for(counter.app, "attract");
    // Too short a touch is a citizen's, and opens the question.
    hand_touch_at(counter.app, 300, 40, 60);
    hand_wait_for(counter.app, "rating");
    // In a visit the name is only a name.
    hold_name(&counter, STAFF_HOLD_MS + 150);
    assert_string_equal(app_screen(counter.app), "rating");
    hand_tap(counter.app, "level.3");
    hand_wait_for(counter.app, "reasons");
    hand_tap(counter.app, "reason.skip");
    hand_wait_for(counter.app, "thanks");
    hand_tap(counter.app, "thanks.done");
    hold_name(&counter, STAFF_HOLD_MS + 150);
    hand_wait_for(counter.app, "pin");
    type_pin(&counter, "246811");
    assert_string_equal(app_screen(counter.app), "pin");
    type_pin(&counter, "24681"); // five digits are no try
    hand_tap(counter.app, "pin.clear");
    type_pin(&counter, "246810");
    hand_wait_for(counter.app, "diagnostics");
    hand_tap(counter.app, "diag.actions.6");
    hand_wait_for(counter.app, "attract");
    close_counter(&counter);
}

static void test_five_errors_lock_even_over_a_restart(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" WARD "}");
    for (int life = 0; life < 2; life++) {
        hand_wait_for(counter.app, "attract");
        hold_name(&counter, STAFF_HOLD_MS + 150);
        hand_wait_for(counter.app, "pin");
        for (int i = 0; life == 0 && i < 5; i++)
            type_pin(&counter, "111111");
        type_pin(&counter, "246810");
        assert_string_equal(app_screen(counter.app), "pin");
        if (life == 0) {
            stop(&counter);
            start(&counter);
        }
    }
    close_counter(&counter);
}

static void count_maintenance(struct counter *counter, int *out)
{
    struct ledger_reader *reader;
    struct ledger_counts counts;
    assert_int_equal(ledger_reader_open(counter->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_counts(reader, &counts), SQL_OK);
    *out = (int)counts.lines;
    ledger_reader_close(reader);
}

static void test_pause_outlives_a_restart(void **state)
{
    (void)state;
    struct counter counter;
    int before, after;
    open_counter(&counter, "{" WARD "}");
    hand_wait_for(counter.app, "attract");
    enter(&counter);
    count_maintenance(&counter, &before);
    hand_tap(counter.app, "diag.actions.5");
    hand_rest(counter.app, 150);
    count_maintenance(&counter, &after);
    assert_int_equal(after, before + 1); // in the ledger at once
    hand_tap(counter.app, "diag.actions.6");
    hand_wait_for(counter.app, "out-of-service");
    assert_int_equal(flow_fault(app_flow(counter.app)), FLOW_PAUSED);
    stop(&counter);
    start(&counter);
    hand_rest(counter.app, 300);
    assert_string_equal(app_screen(counter.app), "out-of-service");
    assert_int_equal(flow_fault(app_flow(counter.app)), FLOW_PAUSED);
    enter(&counter);
    hand_tap(counter.app, "diag.actions.5");
    hand_tap(counter.app, "diag.actions.6");
    hand_wait_for(counter.app, "attract");
    stop(&counter);
    start(&counter);
    hand_rest(counter.app, 300);
    assert_string_equal(app_screen(counter.app), "attract");
    close_counter(&counter);
}

static bool asked_to_send(struct counter *counter)
{
    struct ledger_reader *reader;
    struct buf at = {0};
    assert_int_equal(ledger_reader_open(counter->folder, &reader), SQL_OK);
    bool asked =
        ledger_reader_setting(reader, STORE_SETTING_SEND_NOW, &at) == SQL_OK;
    buf_free(&at);
    ledger_reader_close(reader);
    return asked;
}

static void test_send_now_reaches_the_courier(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" WARD "}");
    hand_wait_for(counter.app, "attract");
    enter(&counter);
    assert_false(asked_to_send(&counter));
    hand_tap(counter.app, "diag.actions.1");
    hand_rest(counter.app, 150);
    assert_true(asked_to_send(&counter));
    close_counter(&counter);
}

static void test_closed_counter_takes_no_visit(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter, "{" WARD ",\"hours\":{}}");
    hand_wait_for(counter.app, "closed");
    hand_tap_at(counter.app, 640, 600);
    hand_rest(counter.app, 400);
    assert_string_equal(app_screen(counter.app), "closed");
    // Staff come in through the clock.
    hand_hold_at(counter.app, 640, 330, STAFF_HOLD_MS + 150);
    hand_wait_for(counter.app, "pin");
    hand_tap(counter.app, "pin.exit");
    hand_wait_for(counter.app, "closed");
    close_counter(&counter);
}

static void test_form_asks_the_courier(void **state)
{
    (void)state;
    struct counter counter;
    struct enrol_form form;
    static const char *const keys[] = {
        "key.l", "key.a", "key.n",     "enrol.code", "key.a", "key.b", "key.2",
        "key.-", "key.c", "enrol.pin", "key.a",      "key.1", "key.2", "key.3",
        "key.4", "key.5", "key.6",     "key.7",      NULL};
    scratch_make(counter.folder);
    start(&counter);
    hand_wait_for(counter.app, "out-of-service");
    hand_tap(counter.app, "oos.enrol");
    hand_wait_for(counter.app, "enrolment");
    for (size_t i = 0; keys[i]; i++)
        hand_tap(counter.app, keys[i]);
    assert_false(enrol_form_take(counter.folder, &form));
    hand_tap(counter.app, "enrol.submit");
    assert_true(enrol_form_take(counter.folder, &form));
    assert_string_equal(form.server, "https://lan");
    assert_string_equal(form.code, "AB2-C");
    assert_true(pin_check(form.staff_pin, "123456"));
    close_counter(&counter);
}

// As a scanner types: the keys of a keyboard of the United States.
static void scan(struct counter *counter, const char *text)
{
    static const char SIGNS[] = "-.:/";
    static const SDL_Scancode CODES[] = {
        SDL_SCANCODE_MINUS, SDL_SCANCODE_PERIOD, SDL_SCANCODE_SEMICOLON,
        SDL_SCANCODE_SLASH};
    for (; *text; text++) {
        SDL_Event key = {.type = SDL_KEYDOWN};
        const char *sign = strchr(SIGNS, *text);
        bool shifted = (*text >= 'A' && *text <= 'Z') || *text == ':';
        unsigned code;
        if (sign)
            code = CODES[sign - SIGNS];
        else if (*text == '\r')
            code = SDL_SCANCODE_RETURN;
        else if (*text <= '9')
            code = *text == '0' ? SDL_SCANCODE_0
                                : SDL_SCANCODE_1 + (unsigned)(*text - '1');
        else
            code = SDL_SCANCODE_A + (unsigned)((*text | 0x20) - 'a');
        key.key.keysym.scancode = (SDL_Scancode)code;
        key.key.keysym.mod = shifted ? KMOD_LSHIFT : KMOD_NONE;
        assert_int_equal(SDL_PushEvent(&key), 1);
        hand_rest(counter->app, 1);
    }
}

#define SCANNED_PIN "sha256//HWrtG9+4UGzj2RhoPm2sSVODy6BbBvlAvMdTz2Mhgbc="
#define SCANNED                                                                \
    "HAILONG:MAY-CHU.EXAMPLE:8650/7K2QF-9M3TX/"                                \
    "DVVO2G67XBIGZY6ZDBUD43NMJFJYHS5ALMDPSQF4Y5J46YZBQG3Q"

static void test_scanned_code_opens_and_fills_the_form(void **state)
{
    (void)state;
    struct counter counter;
    struct enrol_form form;
    static const char *const pin[] = {"key.1", "key.2", "key.3", "key.4",
                                      "key.5", "key.6", NULL};
    scratch_make(counter.folder);
    start(&counter);
    hand_wait_for(counter.app, "out-of-service");
    // Neither a dossier's code nor half of ours means anything here.
    scan(&counter, "H24.12-261123-0007\r");
    scan(&counter, "HAILONG:MAY-CHU.EXAMPLE/7K2QF\r");
    assert_string_equal(app_screen(counter.app), "out-of-service");
    scan(&counter, SCANNED "\r");
    hand_wait_for(counter.app, "enrolment");
    assert_false(enrol_form_take(counter.folder, &form));
    for (size_t i = 0; pin[i]; i++)
        hand_tap(counter.app, pin[i]);
    hand_tap(counter.app, "enrol.submit");
    assert_true(enrol_form_take(counter.folder, &form));
    assert_string_equal(form.server, "https://may-chu.example:8650");
    assert_string_equal(form.code, "7K2QF-9M3TX");
    assert_string_equal(form.pin, SCANNED_PIN);
    assert_true(pin_check(form.staff_pin, "123456"));
    // The code was used: the next one is handed in as it is scanned.
    assert_true(enrol_form_answer(counter.folder, form.id, "code-used"));
    hand_rest(counter.app, 1500);
    scan(&counter, "HAILONG:MAY-CHU.EXAMPLE/00000-11111\r");
    assert_true(enrol_form_take(counter.folder, &form));
    assert_string_equal(form.server, "https://may-chu.example");
    assert_string_equal(form.code, "00000-11111");
    assert_string_equal(form.pin, "");
    assert_true(pin_check(form.staff_pin, "123456"));
    close_counter(&counter);
}

// The pin belongs to the server that was scanned, not to one that is typed.
static void test_typed_server_has_no_scanned_pin(void **state)
{
    (void)state;
    struct staff staff;
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    staff_init(&staff, folder);
    staff_open_form(&staff);
    staff_form_scan(&staff, SCANNED, 0);
    assert_string_equal(staff.result, "scanned");
    assert_string_equal(staff.pin, SCANNED_PIN);
    staff_form_key(&staff, STAFF_FORM_FIELD + STAFF_FIELD_CODE, 0);
    staff_form_key(&staff, STAFF_FORM_DELETE, 0);
    assert_string_equal(staff.pin, SCANNED_PIN);
    staff_form_key(&staff, STAFF_FORM_FIELD + STAFF_FIELD_SERVER, 0);
    staff_form_key(&staff, STAFF_FORM_DELETE, 0);
    assert_string_equal(staff.pin, "");
    staff_form_scan(&staff, "https://may-chu.example/d/x", 0);
    assert_string_equal(staff.result, "scan-other");
    scratch_remove(folder);
}

// A stick is plugged in: nobody has to touch the screen.
static void test_news_of_a_stick_open_the_form(void **state)
{
    (void)state;
    struct counter counter;
    scratch_make(counter.folder);
    start(&counter);
    hand_wait_for(counter.app, "out-of-service");
    assert_true(enrol_form_note(counter.folder, "no-code"));
    hand_wait_for(counter.app, "enrolment");
    // It becomes a device, and the screen begins its work.
    hand_enrol(counter.folder, "{" WARD "}");
    hand_wait_for(counter.app, "attract");
    close_counter(&counter);
}

// --- The diagnosis -----------------------------------------------------------

// Monday 23/11/2026, 09:41:00 in Vietnam; the machine runs for an hour.
enum { HOUR_MS = 3600 * 1000 };
static const int64_t NOW = 1795401660000;

static struct diagnosis_facts well(void)
{
    struct diagnosis_facts facts = {.gen = 1,
                                    .seq = 12345,
                                    .disk_free_bytes = 21430000000,
                                    .wall_ms = NOW,
                                    .clock_believed = true,
                                    .boot = "boot-1",
                                    .up_ms = HOUR_MS,
                                    .touch_screens = 1,
                                    .smallest_mm = 13.6,
                                    .volume = 45};
    facts.sending.courier_read = facts.sending.ledger_read = true;
    facts.sending.attempts.last_sent_ms = NOW - 30000;
    // At half past the server's clock said 200 ms more than ours.
    snprintf(facts.sending.anchor.boot, sizeof facts.sending.anchor.boot,
             "boot-1");
    facts.sending.anchor.up_ms = HOUR_MS / 2;
    facts.sending.anchor.server_ms = NOW - HOUR_MS / 2 + 200;
    return facts;
}

static void check(const struct diagnosis_facts *facts, enum diagnosis_row row,
                  bool well_there, const char *words)
{
    struct buf message = {0};
    struct diagnosis diagnosis;
    struct i18n *i18n = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    assert_non_null(i18n);
    diagnosis_make(facts, i18n, I18N_VI, &diagnosis);
    assert_string_equal(diagnosis.rows[row].text, words);
    assert_int_equal(diagnosis.rows[row].well, well_there);
    i18n_close(i18n);
    buf_free(&message);
}

#define NB "\u00a0"

static void test_diagnosis_of_a_sound_device(void **state)
{
    (void)state;
    struct diagnosis_facts facts = well();
    check(&facts, DIAGNOSIS_SERVER, true, "Đang kết nối");
    check(&facts, DIAGNOSIS_PENDING, true, "0");
    check(&facts, DIAGNOSIS_LAST_SENT, true, "23/11/2026 09:40");
    check(&facts, DIAGNOSIS_LEDGER, true, "Nguyên vẹn · số 12.345");
    check(&facts, DIAGNOSIS_STORAGE, true, "Còn 21,4" NB "GB");
    check(&facts, DIAGNOSIS_CLOCK, true, "Đúng (lệch 0,2" NB "giây)");
    check(&facts, DIAGNOSIS_TOUCH, true, "Tốt");
    check(&facts, DIAGNOSIS_SOUND, true, "Tốt · mức 45" NB "%");
}

static void test_diagnosis_names_what_is_wrong(void **state)
{
    (void)state;
    struct diagnosis_facts facts = well();
    facts.sending.attempts.last_sent_ms = NOW - 12 * 60000;
    facts.sending.attempts.failures = 4;
    facts.sending.pending = 1037;
    check(&facts, DIAGNOSIS_SERVER, false, "Mất kết nối 12" NB "phút");
    check(&facts, DIAGNOSIS_PENDING, false, "1.037");
    facts.sending.attempts.last_sent_ms = NOW - 5 * HOUR_MS;
    check(&facts, DIAGNOSIS_SERVER, false, "Mất kết nối 5" NB "giờ");
    check(&facts, DIAGNOSIS_LAST_SENT, true, "23/11/2026 04:41");
    facts.sending.attempts.last_sent_ms = NOW - 50 * (int64_t)HOUR_MS;
    check(&facts, DIAGNOSIS_SERVER, false, "Mất kết nối 2" NB "ngày");
    check(&facts, DIAGNOSIS_LAST_SENT, false, "21/11/2026 07:41");
    facts.sending.quarantined = 2;
    check(&facts, DIAGNOSIS_PENDING, false, "1.037 · 2 bị loại");
    facts.sending.quarantined = 0;
    facts.sending.gone = 19;
    check(&facts, DIAGNOSIS_PENDING, false,
          "1.037 · 19 đã dọn, máy chủ hỏi lại");
    facts.store_fault = FLOW_DISK_FULL;
    facts.disk_free_bytes = 3500000;
    check(&facts, DIAGNOSIS_LEDGER, false, "Không ghi được · E-22");
    check(&facts, DIAGNOSIS_STORAGE, false, "Còn 3" NB "MB");
    facts.sending.anchor.server_ms += 90000;
    check(&facts, DIAGNOSIS_CLOCK, false, "Lệch 1" NB "phút");
    snprintf(facts.boot, sizeof facts.boot, "boot-2");
    check(&facts, DIAGNOSIS_CLOCK, false, "Chưa so với máy chủ");
    facts.smallest_mm = 11.26;
    check(&facts, DIAGNOSIS_TOUCH, false, "Màn hình nhỏ: ô chạm 11,2" NB "mm");
    facts.touch_screens = 0;
    check(&facts, DIAGNOSIS_TOUCH, false, "Không có cảm ứng");
    facts.sound_missing = true;
    check(&facts, DIAGNOSIS_SOUND, false, "Không có loa");
    facts.sending = (struct sending){.ledger_read = true, .courier_read = true};
    check(&facts, DIAGNOSIS_SERVER, false, "Chưa kết nối lần nào");
    check(&facts, DIAGNOSIS_LAST_SENT, false, "Chưa gửi lần nào");
}

// --- Light and place
// -----------------------------------------------------------

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int brightness_in(const char *folder)
{
    char path[256];
    int value = -1;
    snprintf(path, sizeof path, "%s/brightness", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &value), 1);
    fclose(file);
    return value;
}

static void test_backlight_follows(void **state)
{
    (void)state;
    char root[SCRATCH_SIZE], panel[SCRATCH_SIZE + 16];
    scratch_make(root);
    assert_null(backlight_open(root));
    assert_false(backlight_set(NULL, 60));
    snprintf(panel, sizeof panel, "%s/panel0", root);
    assert_int_equal(mkdir(panel, 0755), 0);
    write_file(panel, "max_brightness", "1500\n");
    write_file(panel, "brightness", "1500\n");
    struct backlight *light = backlight_open(root);
    assert_non_null(light);
    assert_true(backlight_set(light, 60));
    assert_int_equal(brightness_in(panel), 900);
    assert_true(backlight_set(light, 0));
    assert_int_equal(brightness_in(panel), 0);
    backlight_close(light);
    assert_int_equal(brightness_in(panel), 1500);
    scratch_remove(root);
}

static void test_picture_is_shown_beside_its_place(void **state)
{
    (void)state;
    enum { W = 40, H = 30 };
    static uint32_t pixels[W * H];
    const struct window_options options = {
        .title = "t", .width = W, .height = H};
    struct window *window = window_open(&options);
    const SDL_Rect all = {0, 0, W, H}, dot = {10, 10, 1, 1};
    assert_non_null(window);
    for (int i = 0; i < W * H; i++)
        pixels[i] = 0xff112233;
    pixels[10 * W + 10] = 0xffffffff;
    assert_true(window_present(window, pixels, W, &all, 1));
    assert_int_equal(hand_pixel(10, 10), 0xffffff);
    window_shift(window, 3, -2);
    assert_true(window_present(window, pixels, W, &dot, 1));
    assert_int_equal(hand_pixel(13, 8), 0xffffff);
    assert_int_equal(hand_pixel(10, 10), 0x112233);
    assert_int_equal(hand_pixel(0, H - 1), 0x112233); // the border goes on
    window_shift(window, 0, 0);
    assert_true(window_present(window, pixels, W, &all, 1));
    assert_int_equal(hand_pixel(10, 10), 0xffffff);
    assert_int_equal(hand_pixel(13, 8), 0x112233);
    window_close(window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picture_is_shown_beside_its_place),
        cmocka_unit_test(test_backlight_follows),
        cmocka_unit_test(test_diagnosis_of_a_sound_device),
        cmocka_unit_test(test_diagnosis_names_what_is_wrong),
        cmocka_unit_test(test_right_pin_opens_the_page),
        cmocka_unit_test(test_five_errors_lock_even_over_a_restart),
        cmocka_unit_test(test_pause_outlives_a_restart),
        cmocka_unit_test(test_send_now_reaches_the_courier),
        cmocka_unit_test(test_closed_counter_takes_no_visit),
        cmocka_unit_test(test_form_asks_the_courier),
        cmocka_unit_test(test_scanned_code_opens_and_fills_the_form),
        cmocka_unit_test(test_typed_server_has_no_scanned_pin),
        cmocka_unit_test(test_news_of_a_stick_open_the_form)};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
