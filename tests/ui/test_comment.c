// A comment written by a hand on the whole kiosk: what the server's box key
// opens afterwards, and that nothing of it is on the disk but sealed.
#include "common/file.h"
#include "ledger/box.h"
#include "ledger/digest.h"
#include "ledger/record.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include "support/app_hand.h"
#include "support/scratch.h"
#include "ui/kiosk.h"
#include "ui/screen.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 1280, HEIGHT = 800, FILE_MAX = 64 << 20, KEYS = 45 };

#define WARD                                                                   \
    "\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"    \
    "\"counter\":\"3\""

struct counter {
    char folder[SCRATCH_SIZE], trace[SCRATCH_SIZE + 16];
    struct box_key box; // the server's
    struct flow_times times;
    struct app *app;
};

static void enrol(struct counter *counter, const char *config, bool can_seal)
{
    struct device device;
    scratch_make(counter->folder);
    snprintf(counter->trace, sizeof counter->trace, "%s/trace",
             counter->folder);
    hand_enrol(counter->folder, config);
    box_make(&counter->box);
    assert_int_equal(device_load(counter->folder, &device), DEVICE_OK);
    memset(device.box_key, 0, sizeof device.box_key);
    if (can_seal)
        memcpy(device.box_key, counter->box.public_key, sizeof device.box_key);
    assert_true(device_save(counter->folder, &device));
    device_release(&device);
    counter->times = FLOW_TIMES;
    counter->times.selected = 10;
}

static void start(struct counter *counter)
{
    const struct app_options options = {.directory = counter->folder,
                                        .width = WIDTH,
                                        .height = HEIGHT,
                                        .times = counter->times,
                                        .trace = counter->trace,
                                        .still = true};
    assert_int_equal(app_open(&options, &counter->app), APP_DONE);
}

static void open_counter(struct counter *counter)
{
    enrol(counter, "{" WARD "}", true);
    start(counter);
}

static void begin_comment(struct counter *counter)
{
    hand_wait_for(counter->app, "attract");
    hand_tap(counter->app, "attract.button");
    hand_wait_for(counter->app, "rating");
    hand_tap(counter->app, "level.2");
    hand_wait_for(counter->app, "reasons");
    hand_tap(counter->app, "reason.comment");
    hand_wait_for(counter->app, "comment");
}

static void key(struct counter *counter, const char *name)
{
    char id[TARGET_ID_SIZE];
    snprintf(id, sizeof id, "key.%s", name);
    hand_tap(counter->app, id);
}

// ASCII letters and spaces, one key each; a capital takes the shift key.
static void type(struct counter *counter, const char *keys)
{
    for (; *keys; keys++) {
        char name[2] = {*keys, '\0'};
        if (*keys >= 'A' && *keys <= 'Z') {
            key(counter, "shift");
            name[0] = (char)(*keys - 'A' + 'a');
        }
        key(counter, *keys == ' ' ? "space" : name);
    }
}

static void send(struct counter *counter)
{
    hand_tap(counter->app, "comment.send");
    hand_wait_for(counter->app, "thanks");
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

// --- What is kept ------------------------------------------------------------

struct last_visit {
    char id[ID_SIZE];
    char hash[DIGEST_HEX_SIZE]; // of its comment; "": none
};

static bool note_visit(void *ctx, int64_t seq, const char *id, const char *line,
                       size_t size)
{
    struct last_visit *last = ctx;
    char why[JSON_MESSAGE_SIZE];
    (void)seq;
    json_t *object = json_read(line, size, why);
    const char *kind = "", *hash = "";
    assert_non_null(object);
    assert_true(json_get_text(object, "kind", &kind));
    if (strcmp(kind, "visit") == 0) {
        snprintf(last->id, sizeof last->id, "%s", id);
        json_get_text(object, "comment_hash", &hash);
        snprintf(last->hash, sizeof last->hash, "%s", hash);
    }
    json_decref(object);
    return true;
}

// Ends the kiosk. What its last visit says, opened with the server's key; NULL:
// it has no comment. The caller gives it back.
static char *end_and_open(struct counter *counter)
{
    struct ledger_reader *reader;
    struct ledger_end end;
    struct last_visit last = {"", ""};
    struct buf sealed = {0}, words = {0};
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(app_close(counter->app), APP_DONE);
    assert_int_equal(ledger_reader_open(counter->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_end(reader, &end), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, end.gen, 1, note_visit, &last),
                     SQL_OK);
    assert_true(last.id[0]);
    enum sql_result result = ledger_reader_comment(reader, last.id, &sealed);
    ledger_reader_close(reader);
    if (!last.hash[0]) {
        assert_int_equal(result, SQL_NONE);
        return NULL;
    }
    assert_int_equal(result, SQL_OK);
    digest_hex_of(buf_text(&sealed), sealed.size, hash);
    assert_string_equal(hash, last.hash);
    assert_true(
        box_open(&counter->box, buf_text(&sealed), sealed.size, &words));
    buf_free(&sealed);
    buf_append(&words, "", 1);
    assert_true(buf_ok(&words));
    return buf_take(&words);
}

static void must_say(struct counter *counter, const char *expected)
{
    char *words = end_and_open(counter);
    assert_non_null(words);
    assert_string_equal(words, expected);
    free(words);
}

// In no file of the device, whatever it is for.
static void must_be_nowhere(const struct counter *counter, const char *words)
{
    DIR *folder = opendir(counter->folder);
    size_t files = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[SCRATCH_SIZE + sizeof entry->d_name];
        struct buf bytes = {0};
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", counter->folder, entry->d_name);
        assert_true(file_read(path, FILE_MAX, &bytes));
        if (bytes.size > 0 &&
            memmem(bytes.data, bytes.size, words, strlen(words)))
            fail_msg("%s holds \"%s\"", entry->d_name, words);
        buf_free(&bytes);
        files++;
    }
    closedir(folder);
    assert_true(files >= 4);
}

static bool trace_has(const struct counter *counter, const char *words)
{
    struct buf bytes = {0};
    assert_true(file_read(counter->trace, FILE_MAX, &bytes));
    assert_true(bytes.size > 0);
    bool has = memmem(bytes.data, bytes.size, words, strlen(words)) != NULL;
    buf_free(&bytes);
    return has;
}

static void test_what_is_typed_is_sealed(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    begin_comment(&counter);
    // The first capital comes by itself.
    type(&counter, "tieengs Vieetj");
    send(&counter);
    must_say(&counter, "Tiếng Việt");
    must_be_nowhere(&counter, "Tiếng");
    must_be_nowhere(&counter, "Việt");
    // Where the keys lie is told, which of them were touched is not.
    assert_true(trace_has(&counter, "{\"id\":\"key.g\""));
    assert_true(trace_has(&counter, "\"ev\":\"tap\",\"id\":\"key\""));
    assert_false(trace_has(&counter, "\"ev\":\"tap\",\"id\":\"key."));
    assert_false(trace_has(&counter, "\"ev\":\"down\",\"id\":\"key."));
    scratch_remove(counter.folder);
}

static void test_tone_keys_and_delete(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    begin_comment(&counter);
    key(&counter, "tone.sac"); // no vowel: refused
    type(&counter, "to");
    key(&counter, "tone.huyen");
    key(&counter, "tone.sac"); // replaces
    type(&counter, "t ca");
    key(&counter, "backspace");
    key(&counter, "backspace");
    key(&counter, "backspace"); // "Tót"
    key(&counter, "backspace");
    key(&counter, "ô");
    key(&counter, "backspace"); // "Tó"
    key(&counter, "symbols");
    key(&counter, "!");
    key(&counter, "letters");
    type(&counter, " da");
    send(&counter);
    must_say(&counter, "Tó! Da");
    scratch_remove(counter.folder);
}

static void test_held_delete_and_back(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    begin_comment(&counter);
    type(&counter, "bi");
    const SDL_Rect *area = &target(&counter, "key.backspace")->area;
    hand_hold_at(counter.app, area->x + area->w / 2, area->y + area->h / 2,
                 900);
    // Both letters went, so a capital comes.
    type(&counter, "ch");
    hand_tap(counter.app, "comment.back");
    hand_wait_for(counter.app, "reasons");
    hand_tap(counter.app, "reason.low.1");
    hand_tap(counter.app, "reason.comment");
    hand_wait_for(counter.app, "comment");
    type(&counter, "o");
    send(&counter);
    must_say(&counter, "Cho");
    scratch_remove(counter.folder);
}

static void test_time_out_drops_the_text(void **state)
{
    (void)state;
    struct counter counter;
    enrol(&counter, "{" WARD "}", true);
    counter.times.comment = 3000; // for two keys on a slow machine
    counter.times.still = 4000;
    counter.times.thanks = 300;
    start(&counter);
    begin_comment(&counter);
    type(&counter, "bi");
    hand_wait_for(counter.app, "still");
    // Whoever is still there goes on where they were.
    hand_tap(counter.app, "still.more");
    hand_wait_for(counter.app, "comment");
    hand_wait_for(counter.app, "still");
    hand_wait_for(counter.app, "thanks");
    hand_wait_for(counter.app, "attract");
    assert_null(end_and_open(&counter));
    scratch_remove(counter.folder);
}

static void test_next_citizen_begins_empty(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    begin_comment(&counter);
    type(&counter, "bi");
    send(&counter);
    hand_tap(counter.app, "thanks.done");
    begin_comment(&counter);
    // Spaces alone are nothing to send.
    type(&counter, " ");
    send(&counter);
    assert_null(end_and_open(&counter));
    scratch_remove(counter.folder);
}

static void test_nothing_to_seal_with_no_comment(void **state)
{
    (void)state;
    struct counter counter;
    enrol(&counter, "{" WARD "}", false);
    start(&counter);
    hand_wait_for(counter.app, "attract");
    hand_tap(counter.app, "attract.button");
    hand_wait_for(counter.app, "rating");
    hand_tap(counter.app, "level.2");
    hand_wait_for(counter.app, "reasons");
    assert_null(target(&counter, "reason.comment"));
    assert_non_null(target(&counter, "tool.lang"));
    hand_tap(counter.app, "reason.skip");
    hand_wait_for(counter.app, "thanks");
    assert_null(end_and_open(&counter));
    scratch_remove(counter.folder);
}

static void test_vni_by_configuration(void **state)
{
    (void)state;
    struct counter counter;
    enrol(&counter, "{" WARD ",\"typing\":\"vni-new\"}", true);
    start(&counter);
    begin_comment(&counter);
    type(&counter, "hoa");
    key(&counter, "symbols");
    key(&counter, "2");
    send(&counter);
    must_say(&counter, "Hoà");
    scratch_remove(counter.folder);
}

// --- What is seen ------------------------------------------------------------

// Pixels of this colour in a part of the window.
static int pixels_of(unsigned rgb, int x, int y, int w, int h)
{
    int count = 0;
    for (int i = y; i < y + h; i++)
        for (int k = x; k < x + w; k++)
            count += hand_pixel(k, i) == rgb;
    return count;
}

static int red_of_hint(void)
{
    return pixels_of(0xA3262A, 280, 64, 960, 46);
}

static int red_of_box(void)
{
    return pixels_of(0xA3262A, 44, 122, 1192, 168);
}

static void test_numbers_raise_the_hint(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    begin_comment(&counter);
    hand_rest(counter.app, 50);
    assert_int_equal(red_of_hint(), 0);
    // The caret, 4 u wide.
    assert_in_range(red_of_box(), 3 * 40, 4 * 50);
    key(&counter, "symbols");
    for (const char *digit = "09123456"; *digit; digit++)
        key(&counter, (char[]){*digit, '\0'});
    hand_rest(counter.app, 50);
    assert_int_equal(red_of_hint(), 0);
    key(&counter, "7");
    hand_rest(counter.app, 50);
    assert_true(red_of_hint() > 100);
    key(&counter, "backspace");
    hand_rest(counter.app, 50);
    assert_int_equal(red_of_hint(), 0);
    send(&counter);
    must_say(&counter, "09123456");
    scratch_remove(counter.folder);
}

static void test_letters_of_keys_follow_the_capitals(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    begin_comment(&counter);
    assert_int_equal(app_targets(counter.app)->count, 1 + KEYS);
    assert_int_equal(target(&counter, "key.a")->look, LOOK_NUMBER);
    type(&counter, "a");
    assert_int_equal(target(&counter, "key.a")->look, 0);
    key(&counter, "shift");
    key(&counter, "shift");
    assert_int_equal(target(&counter, "key.shift")->look,
                     LOOK_NUMBER * COMMENT_LOCKED);
    key(&counter, "b");
    key(&counter, "b");
    assert_int_equal(target(&counter, "key.a")->look, LOOK_NUMBER);
    send(&counter);
    must_say(&counter, "ABB");
    scratch_remove(counter.folder);
}

static void ignore(void *ctx, const struct store_event *event)
{
    (void)ctx;
    (void)event;
}

static void act(struct kiosk *kiosk, enum flow_act act, int value, int64_t now)
{
    const struct flow_input input = {
        .kind = FLOW_ACT, .act = act, .value = value, .now = now};
    kiosk_step(kiosk, &input);
}

// By hand this would take a minute.
static void test_three_hundred_letters_and_no_more(void **state)
{
    (void)state;
    struct counter counter;
    struct buf message = {0};
    struct survey survey;
    enrol(&counter, "{" WARD "}", true);
    assert_true(survey_load(TEST_SOURCE "/assets/surveys/quay.json", &survey,
                            &message));
    const struct kiosk_params params = {.directory = counter.folder,
                                        .survey = &survey,
                                        .times = FLOW_TIMES,
                                        .listener = ignore};
    struct kiosk *kiosk = kiosk_open(&params, 0);
    assert_non_null(kiosk);
    act(kiosk, FLOW_WAKE, 0, 1000);
    // Not on this screen.
    assert_int_equal(kiosk_type(kiosk, "key.b", 1000), COMMENT_NOTHING);
    act(kiosk, FLOW_LEVEL, 4, 2000);
    const struct flow_input tick = {.kind = FLOW_TICK, .now = 3000};
    kiosk_step(kiosk, &tick);
    act(kiosk, FLOW_WRITE, 0, 3000);
    assert_int_equal(kiosk_flow(kiosk)->screen, FLOW_COMMENT);
    for (int i = 0; i < 300; i++)
        assert_int_equal(
            kiosk_type(kiosk, i % 3 == 2 ? "key.space" : "key.b", 4000),
            COMMENT_TYPED);
    assert_int_equal(kiosk_type(kiosk, "key.b", 4000), COMMENT_REFUSED);
    assert_int_equal(comment_hint(kiosk_comment(kiosk)), COMMENT_HINT_FULL);
    assert_int_equal(kiosk_comment(kiosk)->letters, 300);
    assert_int_equal(kiosk_type(kiosk, "key.backspace", 4000), COMMENT_TYPED);
    kiosk_close(kiosk, 5000);
    buf_free(&message);
    scratch_remove(counter.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_typed_is_sealed),
        cmocka_unit_test(test_tone_keys_and_delete),
        cmocka_unit_test(test_held_delete_and_back),
        cmocka_unit_test(test_time_out_drops_the_text),
        cmocka_unit_test(test_next_citizen_begins_empty),
        cmocka_unit_test(test_nothing_to_seal_with_no_comment),
        cmocka_unit_test(test_vni_by_configuration),
        cmocka_unit_test(test_numbers_raise_the_hint),
        cmocka_unit_test(test_letters_of_keys_follow_the_capitals),
        cmocka_unit_test(test_three_hundred_letters_and_no_more)};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    assert_true(ledger_init());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
