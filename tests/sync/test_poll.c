// The question for invitations, against a server that follows a script: what
// stands in courier.db then, and what the server is asked next.
#include "common/clock.h"
#include "common/log.h"
#include "support/bad_server.h"
#include "support/check.h"
#include "support/scratch.h"
#include "sync/poll.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FIRST "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11"
#define SECOND "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c12"
#define ONE(id)                                                                \
    "{\"id\":\"" id "\",\"transaction\":\"~abc\",\"procedure\":\"2.000815\","  \
    "\"field\":\"chung-thuc\",\"step\":\"tra-ket-qua\",\"officer\":\"cb-07\"," \
    "\"made_at\":\"2026-11-23T09:15:02.000+07:00\","                           \
    "\"expires_at\":\"2026-11-23T09:25:02.000+07:00\"}"
#define LIST(ones)                                                             \
    "{\"invitations\":[" ones "],"                                             \
    "\"server_time\":\"2026-11-23T09:15:03.000+07:00\"}"

static const struct bad_step TWO = {.kind = BAD_TEXT,
                                    .headers = "ETag: \"two\"\r\n",
                                    .body = LIST(ONE(SECOND) "," ONE(FIRST))},
                             SAME = {.kind = BAD_TEXT, .status = 304},
                             HELD = {.kind = BAD_MUTE};

struct bench {
    char folder[SCRATCH_SIZE];
    struct key key;
    struct bad_server *server;
    struct device device;
    struct courier *courier;
    struct poll *poll;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    log_set_level(LOG_ERROR + 1); // what is provoked here is not news
    assert_true(ledger_init());
    scratch_make(b->folder);
    key_make(&b->key);
    b->server = bad_server_start(&b->key);
    snprintf(b->device.server, sizeof b->device.server, "%s",
             bad_server_url(b->server));
    strcpy(b->device.token, "aaaa");
    assert_int_equal(courier_open(b->folder, COURIER_WRITER, &b->courier),
                     SQL_OK);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    poll_free(b->poll);
    bad_server_stop(b->server);
    courier_close(b->courier);
    scratch_remove(b->folder);
    free(b);
    return 0;
}

static void follow(struct bench *b, const struct bad_step *steps, size_t count)
{
    bad_server_follow(b->server, steps, count);
    b->poll = poll_start(
        &(struct poll_params){.device = &b->device, .courier = b->courier});
    assert_non_null(b->poll);
    poll_set_wanted(b->poll, true);
}

static void rest(int64_t ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static const char *head(struct bench *b, size_t index)
{
    return bad_server_request(b->server, index)->head;
}

static struct courier_invitations kept(struct bench *b)
{
    struct courier_invitations all;
    assert_int_equal(courier_invitations(b->courier, &all), SQL_OK);
    return all;
}

static void is_now(const struct courier_moment *moment)
{
    char boot[CLOCK_BOOT_ID_SIZE];
    clock_boot_id(boot);
    assert_string_equal(moment->boot, boot);
    assert_in_range(clock_boot_ms() - moment->up_ms, 0, 60000);
}

static void test_the_list_is_kept_in_its_order(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {TWO, HELD};
    struct courier_moment contact;
    follow(b, steps, 2);
    bad_server_wait(b->server, 2);
    struct courier_invitations all = kept(b);
    assert_int_equal(all.count, 2);
    assert_string_equal(all.list[0].id, SECOND);
    assert_string_equal(all.list[1].id, FIRST);
    assert_string_equal(all.list[0].transaction, "~abc");
    assert_string_equal(all.list[0].procedure, "2.000815");
    assert_string_equal(all.list[0].field, "chung-thuc");
    assert_string_equal(all.list[0].step, "tra-ket-qua");
    assert_string_equal(all.list[0].officer, "cb-07");
    // 2026-11-23 09:15:02 at UTC+7, and ten minutes later.
    assert_true(all.list[0].made_at == 1795400102000);
    assert_true(all.list[0].expires_at == 1795400702000);
    assert_true(all.server_ms == 1795400103000);
    is_now(&all.told);
    assert_int_equal(courier_contact(b->courier, &contact), SQL_OK);
    is_now(&contact);
}

static void test_the_server_may_hold_back_what_is_known(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {TWO, HELD};
    follow(b, steps, 2);
    bad_server_wait(b->server, 2);
    assert_holds(head(b, 0), "GET /api/v1/devices/me/invitations?wait=0 ");
    assert_holds(head(b, 0), "\r\nAuthorization: Bearer aaaa\r\n");
    assert_null(strstr(head(b, 0), "If-None-Match"));
    assert_holds(head(b, 1), "GET /api/v1/devices/me/invitations?wait=15 ");
    assert_holds(head(b, 1), "\r\nIf-None-Match: \"two\"\r\n");
}

static void test_nothing_new_is_a_contact(void **state)
{
    struct bench *b = *state;
    // After an answer in no time the next question waits a second.
    const struct bad_step steps[] = {TWO, SAME, SAME, HELD};
    struct courier_moment contact;
    follow(b, steps, 4);
    bad_server_wait(b->server, 4);
    assert_int_equal(kept(b).count, 2);
    assert_int_equal(courier_contact(b->courier, &contact), SQL_OK);
    assert_true(contact.up_ms > kept(b).told.up_ms);
}

// A portal, a list that cannot be used, a server in trouble, a cut: what is
// known stays, and the next question is not held back.
static void test_a_bad_answer_leaves_the_list(void **state)
{
    struct bench *b = *state;
    static const struct bad_step bad[] = {
        {.kind = BAD_TEXT, .type = "text/html", .body = "<p>Wi-Fi</p>"},
        {.kind = BAD_TEXT, .body = LIST(ONE(FIRST) "," ONE(FIRST))},
        {.kind = BAD_TEXT, .status = 503, .body = "{}"},
        {.kind = BAD_HANG_UP}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct bad_step steps[] = {TWO, bad[i], HELD};
        size_t before = bad_server_count(b->server);
        follow(b, steps, 3);
        // libcurl asks once more by itself when a kept connection is cut.
        bad_server_wait(b->server, before + 3);
        assert_int_equal(kept(b).count, 2);
        if (bad[i].kind == BAD_TEXT) {
            assert_holds(head(b, before + 2), "?wait=0 ");
            assert_holds(head(b, before + 2), "\r\nIf-None-Match: \"two\"\r\n");
        }
        poll_free(b->poll);
        b->poll = NULL;
    }
}

static void test_an_older_server_is_left_alone(void **state)
{
    struct bench *b = *state;
    static const struct bad_step unknown = {
        .kind = BAD_TEXT, .status = 404, .body = "{}"};
    struct courier_moment contact;
    follow(b, &unknown, 1);
    bad_server_wait(b->server, 1);
    rest(200);
    poll_hurry(b->poll);
    rest(2500);
    assert_int_equal(bad_server_count(b->server), 1);
    assert_int_equal(courier_contact(b->courier, &contact), SQL_NONE);
}

// Another good answer of the server ends the wait after a cut.
static void test_a_cut_is_over_when_the_server_is_back(void **state)
{
    struct bench *b = *state;
    static const struct bad_step cut = {.kind = BAD_HANG_UP};
    const struct bad_step steps[] = {cut, cut, cut, cut, TWO, HELD};
    follow(b, steps, 6);
    for (int i = 0; i < 300 && bad_server_count(b->server) < 6; i++) {
        poll_hurry(b->poll);
        rest(100);
    }
    bad_server_wait(b->server, 6);
    assert_int_equal(kept(b).count, 2);
}

// But not one that the server asked for.
static void test_a_server_that_asks_for_time_gets_it(void **state)
{
    struct bench *b = *state;
    static const struct bad_step busy = {
        .kind = BAD_TEXT, .status = 503, .headers = "Retry-After: 3600\r\n"};
    follow(b, &busy, 1);
    bad_server_wait(b->server, 1);
    rest(200);
    poll_hurry(b->poll);
    rest(2500);
    assert_int_equal(bad_server_count(b->server), 1);
}

// A proxy that answers 304 to everything at once is not asked in a circle.
static void test_a_hasty_server_is_asked_slowly(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {TWO, SAME};
    follow(b, steps, 2);
    bad_server_wait(b->server, 2);
    rest(2500);
    assert_in_range(bad_server_count(b->server), 2, 5);
}

static void test_a_list_of_an_earlier_boot_is_asked_for_anew(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {TWO, HELD};
    struct courier_invitations old = {
        .etag = "\"two\"", .told = {.boot = FIRST, .up_ms = 5}, .server_ms = 1};
    assert_int_equal(courier_put_invitations(b->courier, &old), SQL_OK);
    follow(b, steps, 2);
    bad_server_wait(b->server, 2);
    assert_null(strstr(head(b, 0), "If-None-Match"));
    struct courier_invitations all = kept(b);
    is_now(&all.told);
}

// The counter's visits do not come by invitation any more.
static void test_at_rest_the_list_is_empty(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {TWO, SAME};
    follow(b, steps, 2);
    bad_server_wait(b->server, 2);
    poll_set_wanted(b->poll, false);
    for (int i = 0; i < 600 && kept(b).count > 0; i++)
        rest(50);
    assert_int_equal(kept(b).count, 0);
    rest(500); // for a question of before that the server has yet to read
    size_t asked = bad_server_count(b->server);
    rest(1500);
    assert_int_equal(bad_server_count(b->server), asked);
}

// A courier that ends leaves the list to the counter, and does not wait for the
// answer of a question that is held back.
static void test_its_end_leaves_the_list(void **state)
{
    struct bench *b = *state;
    const struct bad_step steps[] = {TWO, HELD};
    int64_t begun = clock_mono_us();
    follow(b, steps, 2);
    bad_server_wait(b->server, 2);
    poll_free(b->poll);
    b->poll = NULL;
    // The question would have been given up after thirty seconds.
    assert_true(clock_mono_us() - begun < 25000000);
    assert_int_equal(kept(b).count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_list_is_kept_in_its_order),
        TEST(test_the_server_may_hold_back_what_is_known),
        TEST(test_nothing_new_is_a_contact),
        TEST(test_a_bad_answer_leaves_the_list),
        TEST(test_an_older_server_is_left_alone),
        TEST(test_a_cut_is_over_when_the_server_is_back),
        TEST(test_a_server_that_asks_for_time_gets_it),
        TEST(test_a_hasty_server_is_asked_slowly),
        TEST(test_a_list_of_an_earlier_boot_is_asked_for_anew),
        TEST(test_at_rest_the_list_is_empty),
        TEST(test_its_end_leaves_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
