// Visits that an invitation or a scanned code opens: what is on the screen, and
// what is in the ledger afterwards. The test writes courier.db as the courier
// does, and types as a scanner does.
#include "common/clock.h"
#include "common/file.h"
#include "ledger/pseudonym.h"
#include "ledger/token.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include "support/counter_desk.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11"
#define SECOND "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c12"
#define WARD                                                                   \
    "{\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"   \
    "\"counter\":\"3\",\"field\":{\"code\":\"chung-thuc\",\"vi\":"             \
    "\"Chứng thực\"},"
#define KEYS                                                                   \
    "\"transaction_keys\":[{\"period\":\"2026-12\",\"from\":\"2026-11-15\","   \
    "\"to\":\"2026-12-14\",\"key\":\"000102030405060708090a0b0c0d0e0f"         \
    "101112131415161718191a1b1c1d1e1f\"}]}"

static const char INVITED[] = WARD "\"mode\":\"transaction\"," KEYS,
                  WALK_UP[] = WARD KEYS,
                  LINKED[] = WARD "\"mode\":\"transaction\",\"privacy\":"
                                  "\"linked\"}";
static const char DOSSIER[] = "H24.12-261123-0007";
// openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f over
// "hailong.transaction.1\nH24.12\nH24.12-261123-0007", in base64url.
static const char DOSSIER_TOKEN[] =
    "~TFuS5HZ-mAGjk0CfdrnrLd-udASwJkWC8YBA7RHec8g";

enum { TEN_MINUTES = 600000, BEGUN_MS = 2000, BEGUN_AT = 1002000 };
// 2026-11-23 09:15:03 at UTC+7, by the server.
static const int64_t SERVER_MS = 1795400103000;

// --- The courier -------------------------------------------------------------

static struct courier *open_courier(const struct counter_desk *desk)
{
    struct courier *courier;
    assert_int_equal(courier_open(desk->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    return courier;
}

// A counter whose courier runs, and has told nothing yet.
static void begin(struct counter_desk *desk, const char *config)
{
    counter_open(desk, config);
    courier_close(open_courier(desk));
    counter_rest(desk, BEGUN_MS); // until the kiosk looks for the file again
}

static struct courier_moment this_moment(void)
{
    struct courier_moment moment = {.up_ms = clock_boot_ms()};
    clock_boot_id(moment.boot);
    return moment;
}

static struct courier_invitation invitation(const char *id)
{
    struct courier_invitation one = {.transaction = "~abc",
                                     .procedure = "2.000815",
                                     .field = "ho-tich",
                                     .step = "tra-ket-qua",
                                     .officer = "cb-07",
                                     .made_at = SERVER_MS,
                                     .expires_at = SERVER_MS + TEN_MINUTES};
    snprintf(one.id, sizeof one.id, "%s", id);
    return one;
}

// By the server's clock.
static int64_t server_now(const struct counter_desk *desk)
{
    return SERVER_MS + desk->now - BEGUN_AT;
}

// A list that the server told now.
static void tell(const struct counter_desk *desk,
                 const struct courier_invitation *list, size_t count)
{
    struct courier_invitations all = {
        .count = count, .told = this_moment(), .server_ms = server_now(desk)};
    struct courier *courier = open_courier(desk);
    for (size_t i = 0; i < count; i++)
        all.list[i] = list[i];
    assert_int_equal(courier_put_invitations(courier, &all), SQL_OK);
    courier_close(courier);
}

static void tell_one(const struct counter_desk *desk, const char *id)
{
    const struct courier_invitation one = invitation(id);
    tell(desk, &one, 1);
}

// What the courier reads of which invitation is shown.
static void must_show(struct counter_desk *desk, const char *id)
{
    struct ledger_reader *reader;
    struct buf shown = {0};
    for (int i = 0; i < 6000 && strcmp(buf_text(&shown), id) != 0; i++) {
        usleep(10000); // the store's thread writes it
        buf_clear(&shown);
        assert_int_equal(ledger_reader_open(desk->folder, &reader), SQL_OK);
        ledger_reader_setting(reader, STORE_SETTING_INVITATION, &shown);
        ledger_reader_close(reader);
    }
    assert_string_equal(buf_text(&shown), id);
    buf_free(&shown);
}

static void opened(struct counter_desk *desk)
{
    counter_rest(desk, 250);
    assert_int_equal(counter_screen(desk), FLOW_RATING);
}

static void rate(struct counter_desk *desk, int level)
{
    desk->now += 700;
    counter_act(desk, FLOW_LEVEL, level);
    counter_rest(desk, 200);
    counter_act(desk, FLOW_SEND, 0);
    counter_until(desk, STORE_LINE_SAVED);
    assert_int_equal(counter_screen(desk), FLOW_THANKS);
}

// --- Invitations -------------------------------------------------------------

static void test_invitations_open_in_their_order(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    struct courier_invitation two[] = {invitation(SECOND), invitation(FIRST)};
    two[1].transaction[0] = two[1].field[0] = '\0';
    tell(&desk, two, 2);
    opened(&desk);
    // A field that has no name here is not shown; its code never is.
    assert_string_equal(kiosk_field_name(desk.kiosk, I18N_VI), "");
    must_show(&desk, SECOND);
    counter_act(&desk, FLOW_DECLINE, 0);
    counter_rest(&desk, 6000);
    // The next one, at once.
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    assert_string_equal(kiosk_field_name(desk.kiosk, I18N_VI), "Chứng thực");
    counter_until(&desk, STORE_LINE_SAVED);
    must_show(&desk, FIRST);
    rate(&desk, 4);
    must_show(&desk, "");
    counter_rest(&desk, 5000);
    // Both stand in the list until the server has heard of it.
    counter_rest(&desk, 1000);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 2);
    const struct record *declined = &visits->list[0];
    assert_int_equal(declined->outcome, RECORD_DECLINED);
    assert_int_equal(declined->mode, RECORD_TRANSACTION);
    // Not "~abc", which is no token: whatever comes is made one.
    assert_true(pseudonym_is(declined->transaction));
    assert_string_equal(declined->procedure, "2.000815");
    assert_string_equal(declined->field, "ho-tich");
    assert_string_equal(declined->step, "tra-ket-qua");
    assert_string_equal(declined->officer, "cb-07");
    assert_string_equal(declined->invitation, SECOND);
    assert_string_equal(visits->list[1].invitation, FIRST);
    assert_string_equal(visits->list[1].field, "chung-thuc");
    assert_int_equal(visits->list[1].level, 4);
    free(visits);
    counter_close(&desk);
}

static void test_a_token_of_the_server_is_kept_as_it_is(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    struct courier_invitation one = invitation(FIRST);
    snprintf(one.transaction, sizeof one.transaction, "%s", DOSSIER_TOKEN);
    tell(&desk, &one, 1);
    opened(&desk);
    assert_false(kiosk_is_linked(desk.kiosk));
    rate(&desk, 5);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_string_equal(visits->list[0].transaction, DOSSIER_TOKEN);
    free(visits);
    counter_close(&desk);
}

// The list still holds it after a restart, because the line is not sent yet.
static void test_who_was_asked_is_remembered_over_a_restart(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    tell_one(&desk, FIRST);
    opened(&desk);
    counter_rest(&desk, 60000); // no touch at all
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_stop(&desk);
    counter_start(&desk);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_rest(&desk, 1000);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    tell_one(&desk, SECOND);
    opened(&desk);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 2);
    assert_int_equal(visits->list[0].outcome, RECORD_TIMEOUT);
    assert_string_equal(visits->list[0].invitation, FIRST);
    free(visits);
    counter_close(&desk);
}

static void test_nobody_is_asked_before_the_ledger_is_read(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    counter_stop(&desk);
    tell_one(&desk, FIRST);
    counter_start(&desk);
    counter_rest(&desk, 300);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_until(&desk, STORE_LINE_SAVED);
    opened(&desk);
    counter_close(&desk);
}

static void test_the_expired_are_passed_over(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    struct courier_invitation two[] = {invitation(SECOND), invitation(FIRST)};
    two[0].expires_at = SERVER_MS + 5000;
    // Told while somebody is at the screen, who stays too long.
    tell_one(&desk, "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c13");
    opened(&desk);
    tell(&desk, two, 2);
    counter_rest(&desk, 250);
    // The first was withdrawn with this list; the second waits for the third.
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_until(&desk, STORE_LINE_SAVED);
    desk.now += 5000;
    counter_rest(&desk, 250);
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    must_show(&desk, FIRST);
    counter_close(&desk);
}

// A list of before a power cut says nothing of how long it holds, when the
// machine has no clock either.
static void test_a_list_of_an_earlier_boot_waits_for_a_clock(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    struct courier_invitations all = {.list = {invitation(FIRST)},
                                      .count = 1,
                                      .told = {.boot = SECOND, .up_ms = 1},
                                      .server_ms = SERVER_MS};
    // Longer than any clock that runs: only without one is it not shown.
    all.list[0].expires_at = INT64_MAX / 2;
    struct courier *courier = open_courier(&desk);
    assert_int_equal(courier_put_invitations(courier, &all), SQL_OK);
    courier_close(courier);
    counter_rest(&desk, 250);
    assert_int_equal(counter_screen(&desk),
                     clock_is_synced() ? FLOW_RATING : FLOW_WAITING);
    counter_close(&desk);
}

static void test_withdrawn_while_untouched_goes_home(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    tell_one(&desk, FIRST);
    opened(&desk);
    tell(&desk, NULL, 0);
    counter_rest(&desk, 250);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_until(&desk, STORE_LINE_SAVED);
    // It does not come back.
    tell_one(&desk, FIRST);
    counter_rest(&desk, 250);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 1);
    assert_int_equal(visits->list[0].outcome, RECORD_WITHDRAWN);
    assert_string_equal(visits->list[0].invitation, FIRST);
    free(visits);
    counter_close(&desk);
}

static void test_withdrawn_after_a_face_goes_on(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    tell_one(&desk, FIRST);
    opened(&desk);
    counter_act(&desk, FLOW_LEVEL, 2);
    tell(&desk, NULL, 0);
    counter_rest(&desk, 300);
    assert_int_equal(counter_screen(&desk), FLOW_REASONS);
    counter_rest(&desk, 300);
    counter_act(&desk, FLOW_SEND, 0);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->list[0].outcome, RECORD_RATED);
    assert_int_equal(visits->list[0].level, 2);
    free(visits);
    counter_close(&desk);
}

// It was shown in time, so the citizen has the time of the screen.
static void test_expired_on_the_screen_stays(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    struct courier_invitation one = invitation(FIRST);
    one.expires_at = SERVER_MS + 5000;
    tell(&desk, &one, 1);
    opened(&desk);
    counter_rest(&desk, 6000);
    tell(&desk, NULL, 0);
    counter_rest(&desk, 6000);
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    counter_close(&desk);
}

static void test_walk_up_counters_show_no_invitation(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, WALK_UP);
    tell_one(&desk, FIRST);
    counter_rest(&desk, 1000);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    counter_close(&desk);
}

// --- Without an invitation ---------------------------------------------------

static void test_without_contact_it_goes_on_alone(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, WARD "\"mode\":\"transaction\",\"contact_s\":30}");
    counter_rest(&desk, 29750 - BEGUN_MS);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_rest(&desk, 250);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    counter_act(&desk, FLOW_WAKE, 0);
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    // Contact again, while somebody is here.
    struct courier *courier = open_courier(&desk);
    struct courier_moment contact = this_moment();
    assert_int_equal(courier_put_contact(courier, &contact), SQL_OK);
    courier_close(courier);
    counter_rest(&desk, 1000);
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    rate(&desk, 3);
    counter_rest(&desk, 5000);
    counter_rest(&desk, 250);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->list[0].mode, RECORD_WALK_UP_OFFLINE);
    assert_string_equal(visits->list[0].invitation, "");
    free(visits);
    counter_close(&desk);
}

static void test_the_chosen_field_is_kept(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, WARD "\"mode\":\"transaction\",\"walk_up\":\"fields\","
                      "\"fields\":[{\"code\":\"ho-tich\",\"vi\":\"Hộ tịch\"},"
                      "{\"code\":\"dat-dai\",\"vi\":\"Đất đai\"}]}");
    counter_act(&desk, FLOW_WAKE, 0);
    assert_int_equal(counter_screen(&desk), FLOW_FIELDS);
    assert_string_equal(kiosk_field_name(desk.kiosk, I18N_VI), "Chứng thực");
    // An invitation waits until the screen is free.
    tell_one(&desk, FIRST);
    counter_rest(&desk, 1000);
    assert_int_equal(counter_screen(&desk), FLOW_FIELDS);
    counter_act(&desk, FLOW_FIELD, 1);
    assert_string_equal(kiosk_field_name(desk.kiosk, I18N_EN), "Đất đai");
    rate(&desk, 5);
    counter_rest(&desk, 5000);
    opened(&desk);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 2);
    assert_string_equal(visits->list[0].field, "dat-dai");
    assert_int_equal(visits->list[0].mode, RECORD_WALK_UP);
    assert_string_equal(visits->list[1].invitation, FIRST);
    free(visits);
    counter_close(&desk);
}

// --- Codes -------------------------------------------------------------------

static bool scan(struct counter_desk *desk, const char *code)
{
    bool did = false;
    // Not the scan of a moment ago.
    desk->now += 6000;
    for (; *code; code++)
        did |= kiosk_scan(desk->kiosk, *code, desk->now += 2);
    return kiosk_scan(desk->kiosk, '\r', desk->now += 2) || did;
}

// The server's time, as the courier learned it.
static void tell_time(const struct counter_desk *desk, int64_t server_ms)
{
    struct courier *courier = open_courier(desk);
    struct courier_anchor anchor = {.up_ms = clock_boot_ms(),
                                    .server_ms = server_ms};
    clock_boot_id(anchor.boot);
    assert_int_equal(courier_put_anchor(courier, &anchor), SQL_OK);
    courier_close(courier);
}

// Nowhere in the device's files.
static void must_not_be_kept(const struct counter_desk *desk, const char *text)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *dir = opendir(desk->folder);
    assert_non_null(dir);
    int files = 0;
    while ((entry = readdir(dir))) {
        struct buf bytes = {0};
        if (entry->d_name[0] == '.')
            continue;
        assert_true(file_join(path, sizeof path, desk->folder, entry->d_name));
        assert_true(file_read(path, 64 << 20, &bytes));
        if (memmem(buf_text(&bytes), bytes.size, text, strlen(text)))
            fail_msg("%s holds %s", entry->d_name, text);
        buf_free(&bytes);
        files++;
    }
    closedir(dir);
    assert_true(files >= 4);
}

static void test_a_dossier_s_code_becomes_a_token(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, WALK_UP);
    tell_time(&desk, SERVER_MS);
    counter_rest(&desk, 1000);
    assert_true(scan(&desk, DOSSIER));
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    assert_false(kiosk_is_linked(desk.kiosk));
    rate(&desk, 4);
    counter_rest(&desk, 5000);
    must_not_be_kept(&desk, DOSSIER);
    counter_stop(&desk);
    must_not_be_kept(&desk, DOSSIER);
    struct counter_visits *visits = counter_read(&desk);
    assert_string_equal(visits->list[0].transaction, DOSSIER_TOKEN);
    assert_int_equal(visits->list[0].mode, RECORD_TRANSACTION);
    assert_string_equal(visits->list[0].invitation, "");
    assert_string_equal(visits->list[0].field, "chung-thuc");
    free(visits);
    counter_close(&desk);
}

// A month for which this device has no key.
static void test_without_a_key_no_code_is_kept(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, WALK_UP);
    tell_time(&desk, SERVER_MS + INT64_C(86400000) * 60);
    counter_rest(&desk, 1000);
    assert_true(scan(&desk, DOSSIER));
    rate(&desk, 4);
    counter_stop(&desk);
    must_not_be_kept(&desk, DOSSIER);
    struct counter_visits *visits = counter_read(&desk);
    assert_string_equal(visits->list[0].transaction, "");
    assert_int_equal(visits->list[0].mode, RECORD_TRANSACTION);
    free(visits);
    counter_close(&desk);
}

static void test_linked_keeps_the_code_and_says_so(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, LINKED);
    assert_false(kiosk_is_linked(desk.kiosk));
    assert_true(scan(&desk, "h24.12-261123-0007"));
    assert_true(kiosk_is_linked(desk.kiosk));
    rate(&desk, 4);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_string_equal(visits->list[0].transaction, DOSSIER);
    free(visits);
    counter_close(&desk);
}

// An unusual code is taken; what is no code does nothing, and neither does
// anything that is typed while a citizen answers.
static void test_garbage_opens_nothing(void **state)
{
    (void)state;
    static const char *const garbage[] = {
        "abcdef",     "12 34 56", "https://example.org/?q=1",
        "0;rm -rf /", "\x01",     "\x1b[A"};
    struct counter_desk desk;
    begin(&desk, WALK_UP);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        assert_false(scan(&desk, garbage[i]));
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    for (int i = 0; i < 5000; i++)
        assert_false(kiosk_scan(desk.kiosk, '7', desk.now += 2));
    assert_false(kiosk_scan(desk.kiosk, '\r', desk.now += 2));
    assert_true(scan(&desk, "HS-2026/000123"));
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    assert_false(scan(&desk, DOSSIER));
    assert_false(scan(&desk, "5"));
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    assert_int_equal(kiosk_flow(desk.kiosk)->level, 0);
    counter_close(&desk);
}

static void make_token(const struct counter_desk *desk,
                       const struct key *signer, const char *unit,
                       int64_t expires_at, char out[TOKEN_SIZE + 32])
{
    struct token token = {.id = FIRST,
                          .procedure = "2.000815",
                          .field = "ho-tich",
                          .step = "tra-ket-qua",
                          .expires_at = expires_at};
    char text[TOKEN_SIZE];
    (void)desk;
    snprintf(token.unit, sizeof token.unit, "%s", unit);
    snprintf(token.transaction, sizeof token.transaction, "%s", DOSSIER_TOKEN);
    assert_true(token_make(signer, &token, text));
    snprintf(out, TOKEN_SIZE + 32, "https://ward.example/d/%s", text);
}

static void test_a_token_opens_once(void **state)
{
    (void)state;
    struct counter_desk desk;
    char code[TOKEN_SIZE + 32];
    begin(&desk, INVITED);
    make_token(&desk, &desk.server, "H24.12", SERVER_MS + TEN_MINUTES, code);
    assert_true(scan(&desk, code));
    rate(&desk, 1);
    counter_rest(&desk, 5000);
    assert_false(scan(&desk, code));
    counter_stop(&desk);
    counter_start(&desk);
    counter_until(&desk, STORE_LINE_SAVED);
    assert_false(scan(&desk, code));
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 1);
    assert_string_equal(visits->list[0].transaction, DOSSIER_TOKEN);
    assert_string_equal(visits->list[0].invitation, FIRST);
    assert_string_equal(visits->list[0].procedure, "2.000815");
    assert_string_equal(visits->list[0].field, "ho-tich");
    assert_string_equal(visits->list[0].step, "tra-ket-qua");
    assert_int_equal(visits->list[0].mode, RECORD_TRANSACTION);
    free(visits);
    counter_close(&desk);
}

static void test_only_good_tokens_open(void **state)
{
    (void)state;
    struct counter_desk desk;
    struct key other;
    char code[TOKEN_SIZE + 32];
    begin(&desk, INVITED);
    tell_time(&desk, SERVER_MS);
    counter_rest(&desk, 300);
    key_make(&other);
    make_token(&desk, &other, "H24.12", SERVER_MS + TEN_MINUTES, code);
    assert_false(scan(&desk, code));
    make_token(&desk, &desk.server, "H24.13", SERVER_MS + TEN_MINUTES, code);
    assert_false(scan(&desk, code));
    make_token(&desk, &desk.server, "H24.12", SERVER_MS - 1, code);
    assert_false(scan(&desk, code));
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    make_token(&desk, &desk.server, "H24.12", SERVER_MS + TEN_MINUTES, code);
    assert_true(scan(&desk, code));
    counter_close(&desk);
}

// The paper of somebody who is invited opens that invitation, with all that the
// server told of it.
static void test_a_code_finds_its_invitation(void **state)
{
    (void)state;
    struct counter_desk desk;
    begin(&desk, INVITED);
    struct courier_invitation two[] = {invitation(SECOND), invitation(FIRST)};
    snprintf(two[1].transaction, sizeof two[1].transaction, "%s",
             DOSSIER_TOKEN);
    // Both arrive while the screen is taken; the paper decides who is next.
    assert_true(scan(&desk, "HS-2026-1"));
    tell(&desk, two, 2);
    rate(&desk, 4);
    desk.now += 5000;
    const struct flow_input tick = {.kind = FLOW_TICK, .now = desk.now};
    kiosk_step(desk.kiosk, &tick);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_rest(&desk, 0);
    // The first of the list came by itself: it declines, then the paper.
    must_show(&desk, SECOND);
    counter_act(&desk, FLOW_DECLINE, 0);
    desk.now += 6000;
    const struct flow_input later = {.kind = FLOW_TICK, .now = desk.now};
    kiosk_step(desk.kiosk, &later);
    counter_until(&desk, STORE_LINE_SAVED);
    assert_true(scan(&desk, DOSSIER));
    must_show(&desk, FIRST);
    rate(&desk, 5);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 3);
    assert_string_equal(visits->list[2].invitation, FIRST);
    assert_string_equal(visits->list[2].officer, "cb-07");
    free(visits);
    counter_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invitations_open_in_their_order),
        cmocka_unit_test(test_a_token_of_the_server_is_kept_as_it_is),
        cmocka_unit_test(test_who_was_asked_is_remembered_over_a_restart),
        cmocka_unit_test(test_nobody_is_asked_before_the_ledger_is_read),
        cmocka_unit_test(test_the_expired_are_passed_over),
        cmocka_unit_test(test_a_list_of_an_earlier_boot_waits_for_a_clock),
        cmocka_unit_test(test_withdrawn_while_untouched_goes_home),
        cmocka_unit_test(test_withdrawn_after_a_face_goes_on),
        cmocka_unit_test(test_expired_on_the_screen_stays),
        cmocka_unit_test(test_walk_up_counters_show_no_invitation),
        cmocka_unit_test(test_without_contact_it_goes_on_alone),
        cmocka_unit_test(test_the_chosen_field_is_kept),
        cmocka_unit_test(test_a_dossier_s_code_becomes_a_token),
        cmocka_unit_test(test_without_a_key_no_code_is_kept),
        cmocka_unit_test(test_linked_keeps_the_code_and_says_so),
        cmocka_unit_test(test_garbage_opens_nothing),
        cmocka_unit_test(test_a_token_opens_once),
        cmocka_unit_test(test_only_good_tokens_open),
        cmocka_unit_test(test_a_code_finds_its_invitation)};
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
