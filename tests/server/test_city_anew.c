// Wards of a city that are opened anew while they are used: another name, or
// another place of the book, is there within seconds and without a restart.
// Nothing is lost, nobody hears another ward, and who dawdles holds nobody up.
#include "common/clock.h"
#include "common/date.h"
#include "support/check.h"
#include "support/one_day.h"
#include "support/server_maker.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WARDS = 2,
    DEVICES = 2,    // of each ward
    ROUNDS = 5,     // in each, both wards get another name
    TRIES = 12000,  // a change is looked for every few seconds
    PAUSE_US = 5000 // between two
};

// A poll waits longer than talk_hear() has patience: what it hears in time was
// said because something woke it.
static const char DEVICE_PATH[] = "/api/v1/devices/me/invitations";
static const char *const CODES[WARDS] = {"H24.12", "H24.13"};
static const char *const OPTIONS[] = {
    "--device-rate", "0", "--mode", "transaction", "--request-s", "600", NULL};

struct counter {
    struct made_device device; // at a counter
    int64_t stored;            // lines that were acknowledged
    struct talk talk;
    struct talk poll;
    bool polls;
};

struct used {
    struct made_server server;
    const char *code;
    char name[80]; // as it was changed last
    struct counter counters[DEVICES];
};

static struct made_server city;

static int setup(void **state)
{
    static const char *const units[] = {
        "{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
        "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
        "\"parent\":\"H24\",\"name\":\"Phường H24.12 số 0\","
        "\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
        "\"parent\":\"H24\",\"name\":\"Phường H24.13 số 0\","
        "\"from\":\"2026-01-01\"}"};
    (void)state;
    made_registry_start(&city, units, sizeof units / sizeof *units, OPTIONS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    made_server_close(&city);
    return 0;
}

static void use(struct used *used, const char *code)
{
    char number[2] = "1";
    memset(used, 0, sizeof *used);
    used->code = code;
    made_city_ward(&city, code, &used->server);
    snprintf(used->name, sizeof used->name, "Phường %s số 0", code);
    for (int i = 0; i < DEVICES; i++) {
        number[0] = (char)('1' + i);
        made_device_enrol(&used->counters[i].device, &used->server, number);
    }
}

static void leave(struct used *used)
{
    for (int i = 0; i < DEVICES; i++) {
        if (used->counters[i].polls) {
            talk_close(&used->counters[i].poll);
        }
        made_device_free(&used->counters[i].device);
    }
}

// From a day on, counted from today.
static void rename_unit(const char *code, const char *name, int days)
{
    char day[DATE_ISO_SIZE], text[300];
    date_format_iso(date_day_of_wall_ms(clock_wall_ms()) + days, day);
    snprintf(text, sizeof text,
             "{\"do\":\"name\",\"unit\":\"%s\",\"name\":\"%s\","
             "\"from\":\"%s\"}",
             code, name, day);
    made_registry_change(&city, text);
}

// What a page of the ward says of itself; "" while it is opened anew.
static bool page_has_at(uint16_t port, const char *code, const char *name)
{
    char path[80];
    struct answer answer = {0};
    snprintf(path, sizeof path, "/w/%s/dang-nhap", code);
    ask(port, &(struct ask){.path = path}, &answer);
    bool has = answer.status == 200 && strstr(buf_text(&answer.body), name);
    if (answer.status != 200) {
        assert_int_equal(answer.status, 503);
        assert_string_equal(answer_header(&answer, "Retry-After"), "2");
    }
    answer_free(&answer);
    return has;
}

static bool page_has(const char *code, const char *name)
{
    return page_has_at(city.port, code, name);
}

static void wait_for_page(uint16_t port, const char *code, const char *name)
{
    for (int i = 0; i < TRIES && !page_has_at(port, code, name); i++) {
        usleep(PAUSE_US);
    }
    assert_true(page_has_at(port, code, name));
}

// --- What goes on meanwhile

static void say_batch(const struct used *used, struct counter *counter)
{
    struct buf body = {0}, text = {0};
    struct made_device *device = &counter->device;
    if (counter->stored == (int64_t)device->ledger.count) {
        maker_rate(&device->ledger, 5);
    }
    made_device_body(device, counter->stored + 1, (int64_t)device->ledger.count,
                     &body, NULL);
    buf_printf(&text,
               "POST /w/%s/api/v1/batches HTTP/1.1\r\nHost: x\r\n"
               "Authorization: Bearer %s\r\n"
               "Content-Type: application/x-ndjson\r\n"
               "Content-Length: %zu\r\n\r\n",
               used->code, device->token, body.size);
    buf_append(&text, body.data, body.size);
    talk_open(&counter->talk, city.port);
    talk_send(&counter->talk, text.data, text.size);
    buf_free(&text);
    buf_free(&body);
}

// Stored, or to be sent again in a moment, and nothing else.
static void hear_batch(struct counter *counter)
{
    struct answer answer = {0};
    assert_true(talk_hear(&counter->talk, true, &answer));
    if (answer.status == 200) {
        counter->stored = (int64_t)counter->device.ledger.count;
    } else {
        answer_is_problem(&answer, 503, "busy");
        assert_non_null(answer_header(&answer, "Retry-After"));
    }
    talk_close(&counter->talk);
    answer_free(&answer);
}

// What the device is told of its unit is its own ward's, under either name.
static void look_at_config(const struct used *used,
                           const struct counter *counter)
{
    char path[80], name[80];
    struct answer answer = {0};
    snprintf(path, sizeof path, "/w/%s/api/v1/devices/me/config", used->code);
    snprintf(name, sizeof name, "Phường %s số ", used->code);
    ask(city.port, &(struct ask){.path = path, .token = counter->device.token},
        &answer);
    if (answer.status == 200) {
        assert_holds(buf_text(&answer.body), name);
    } else {
        answer_is_problem(&answer, 503, "busy");
    }
    answer_free(&answer);
}

static void begin_poll(const struct used *used, struct counter *counter)
{
    struct buf text = {0};
    char path[80];
    struct answer answer = {0};
    snprintf(path, sizeof path, "/w/%s%s", used->code, DEVICE_PATH);
    ask(city.port, &(struct ask){.path = path, .token = counter->device.token},
        &answer);
    assert_int_equal(answer.status, 200);
    buf_printf(&text,
               "GET %s?wait=30 HTTP/1.1\r\nHost: x\r\n"
               "Authorization: Bearer %s\r\nIf-None-Match: %s\r\n\r\n",
               path, counter->device.token, answer_header(&answer, "ETag"));
    talk_open(&counter->poll, city.port);
    talk_say(&counter->poll, buf_text(&text));
    counter->polls = true;
    buf_free(&text);
    answer_free(&answer);
}

// It was answered, not cut: there is nothing new at its counter.
static void end_poll(struct counter *counter)
{
    struct answer answer = {0};
    assert_true(talk_hear(&counter->poll, true, &answer));
    assert_int_equal(answer.status, 304);
    talk_close(&counter->poll);
    counter->polls = false;
    answer_free(&answer);
}

// All at once, so that each moment of a ward's end and begin meets some.
static void go_on(struct used used[WARDS])
{
    for (int i = 0; i < WARDS * DEVICES; i++) {
        say_batch(&used[i / DEVICES], &used[i / DEVICES].counters[i % DEVICES]);
    }
    for (int i = 0; i < WARDS * DEVICES; i++) {
        look_at_config(&used[i / DEVICES],
                       &used[i / DEVICES].counters[i % DEVICES]);
    }
    for (int i = 0; i < WARDS * DEVICES; i++) {
        hear_batch(&used[i / DEVICES].counters[i % DEVICES]);
    }
}

static bool all_have_names(const struct used used[WARDS])
{
    bool all = true;
    for (int i = 0; i < WARDS; i++) {
        all = page_has(used[i].code, used[i].name) && all;
    }
    return all;
}

// --- Tests

static void test_anew_shows_a_name_and_loses_nothing(void **state)
{
    struct used used[WARDS];
    (void)state;
    for (int i = 0; i < WARDS; i++) {
        use(&used[i], CODES[i]);
    }
    for (int round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < WARDS * DEVICES; i++) {
            begin_poll(&used[i / DEVICES],
                       &used[i / DEVICES].counters[i % DEVICES]);
        }
        for (int i = 0; i < WARDS; i++) {
            snprintf(used[i].name, sizeof used[i].name, "Phường %s số %d",
                     used[i].code, round);
            rename_unit(used[i].code, used[i].name, 0);
        }
        int tries = 0;
        while (!all_have_names(used) && tries++ < TRIES) {
            go_on(used);
        }
        assert_true(all_have_names(used));
        for (int i = 0; i < WARDS * DEVICES; i++) {
            end_poll(&used[i / DEVICES].counters[i % DEVICES]);
        }
        go_on(used);
    }
    for (int i = 0; i < WARDS; i++) {
        int64_t stored = 0;
        for (int j = 0; j < DEVICES; j++) {
            stored += used[i].counters[j].stored;
        }
        made_city_ward(&city, used[i].code, &used[i].server);
        assert_true(stored >= DEVICES * ROUNDS);
        assert_int_equal(made_server_rated(&used[i].server), stored);
        leave(&used[i]);
    }
}

// The other's name says that the registry was read meanwhile.
static void test_anew_waits_for_the_day_of_a_name(void **state)
{
    (void)state;
    struct made_server ward;
    one_day_for(120);
    made_city_ward(&city, "H24.12", &ward);
    made_city_ward(&city, "H24.13", &ward);
    rename_unit("H24.12", "Phường Của Ngày Mai", 1);
    rename_unit("H24.13", "Phường Của Hôm Nay", 0);
    wait_for_page(city.port, "H24.13", "Phường Của Hôm Nay");
    assert_true(page_has("H24.12", "Phường H24.12 số 0"));
}

// One that sends a batch for ever is let go; without that its ward would be
// shut for the ten minutes that a request may take.
static void test_anew_does_not_wait_for_slow_peers(void **state)
{
    struct used used;
    struct talk slow;
    char text[300];
    (void)state;
    use(&used, "H24.12");
    snprintf(text, sizeof text,
             "POST /w/H24.12/api/v1/batches HTTP/1.1\r\nHost: x\r\n"
             "Authorization: Bearer %s\r\n"
             "Content-Type: application/x-ndjson\r\n"
             "Content-Length: 999\r\n\r\n{",
             used.counters[0].device.token);
    talk_open(&slow, city.port);
    talk_say(&slow, text);
    rename_unit("H24.12", "Phường Mới", 0);
    assert_true(talk_is_closed(&slow));
    talk_close(&slow);
    wait_for_page(city.port, "H24.12", "Phường Mới");
    leave(&used);
}

static void move_book(const char *book)
{
    char text[SCRATCH_URL_SIZE + 120], schema[SCRATCH_URL_SIZE + 40];
    snprintf(schema, sizeof schema, "%s?schema=%s", city.database, book);
    snprintf(text, sizeof text,
             "{\"do\":\"book\",\"unit\":\"H24.12\",\"book\":\"%s\"}",
             city.database[0] != '\0' ? schema : book);
    made_registry_change(&city, text);
}

// A book that is a file stands in a directory that has the ward's keys as well;
// one on PostgreSQL keeps them where they are.
static void test_anew_reads_a_book_that_lies_elsewhere(void **state)
{
    struct used used;
    struct answer answer = {0};
    struct made_server moved;
    (void)state;
    use(&used, "H24.12");
    maker_rate(&used.counters[0].device.ledger, 3);
    made_device_send(&used.counters[0].device, &used.server, 1, 1, 200,
                     &answer);
    move_book("elsewhere");
    for (int i = 0; i < TRIES && answer.status != 401; i++) {
        ask(city.port,
            &(struct ask){.path = "/w/H24.12/api/v1/devices/me/config",
                          .token = used.counters[0].device.token},
            &answer);
        usleep(PAUSE_US);
    }
    assert_int_equal(answer.status, 401);
    move_book(city.database[0] != '\0' ? "w_h24_12" : "wards/H24.12");
    for (int i = 0; i < TRIES && answer.status != 200; i++) {
        ask(city.port,
            &(struct ask){.path = "/w/H24.12/api/v1/devices/me/config",
                          .token = used.counters[0].device.token},
            &answer);
        usleep(PAUSE_US);
    }
    made_city_ward(&city, "H24.12", &moved);
    assert_int_equal(made_server_rated(&moved), 1);
    answer_free(&answer);
    leave(&used);
}

// --- The city itself

// Nothing was answered yet.
static bool is_quiet(const struct talk *talk)
{
    return poll(&(struct pollfd){.fd = talk->fd, .events = POLLIN}, 1, 0) == 0;
}

static bool config_has(uint16_t port, const struct made_device *device,
                       const char *name)
{
    struct answer answer = {0};
    made_device_config(device, port, &answer);
    assert_int_equal(answer.status, 200);
    bool has = strstr(buf_text(&answer.body), name) != NULL;
    answer_free(&answer);
    return has;
}

static void wait_for_config(const struct made_device *device, const char *name)
{
    for (int i = 0; i < TRIES && !config_has(city.port, device, name); i++) {
        usleep(PAUSE_US);
    }
    assert_true(config_has(city.port, device, name));
}

static bool units_have(const char *key, const char *name)
{
    struct answer answer = {0};
    ask(city.port, &(struct ask){.path = "/api/v1/units", .token = key},
        &answer);
    assert_int_equal(answer.status, 200);
    bool has = strstr(buf_text(&answer.body), name) != NULL;
    answer_free(&answer);
    return has;
}

// Its pages, the devices that are its own, and the list of its units say the
// name; what waits in a ward goes on waiting.
static void test_anew_city_has_another_name_while_it_is_open(void **state)
{
    struct used used;
    struct made_device device;
    char key[65];
    (void)state;
    one_day_for(180);
    use(&used, "H24.12");
    made_device_enrol(&device, &city, "1");
    made_server_key(&city, "leader", key);
    begin_poll(&used, &used.counters[0]);
    assert_true(page_has("H24", "Thành phố Mẫu"));
    assert_true(config_has(city.port, &device, "Thành phố Mẫu"));
    rename_unit("H24", "Thành phố Của Ngày Mai", 1);
    rename_unit("H24", "Thành phố Đổi Tên", 0);
    wait_for_page(city.port, "H24", "Thành phố Đổi Tên");
    wait_for_config(&device, "Thành phố Đổi Tên");
    assert_true(units_have(key, "Thành phố Đổi Tên"));
    assert_false(page_has("H24", "Thành phố Mẫu"));
    assert_true(is_quiet(&used.counters[0].poll));
    // Back again, as after a mistake.
    rename_unit("H24", "Thành phố Mẫu", 0);
    wait_for_page(city.port, "H24", "Thành phố Mẫu");
    wait_for_config(&device, "Thành phố Mẫu");
    made_device_free(&device);
    leave(&used);
}

// Between the city and its wards.
static void test_anew_levels_have_another_name(void **state)
{
    char key[65];
    (void)state;
    made_server_key(&city, "leader", key);
    made_registry_change(&city, "{\"do\":\"add\",\"unit\":\"H24.A\","
                                "\"kind\":\"cluster\",\"parent\":\"H24\","
                                "\"name\":\"Cụm Cũ\",\"from\":\"2026-01-01\"}");
    rename_unit("H24.A", "Cụm Mới", 0);
    for (int i = 0; i < TRIES && !units_have(key, "Cụm Mới"); i++) {
        usleep(PAUSE_US);
    }
    assert_true(units_have(key, "Cụm Mới"));
    assert_false(units_have(key, "Cụm Cũ"));
}

// Each looks at the registry for itself.
static void test_anew_is_for_every_server_of_the_city(void **state)
{
    struct made_server second, ward;
    struct used used;
    struct answer answer = {0};
    (void)state;
    if (city.database[0] == '\0') {
        skip();
    }
    use(&used, "H24.12");
    made_city_ward(&city, "H24.13", &ward);
    made_city_beside(&second, &city, CODES, WARDS);
    made_city_ward(&second, "H24.12", &ward);
    rename_unit("H24.12", "Phường Mới", 0);
    wait_for_page(city.port, "H24.12", "Phường Mới");
    wait_for_page(second.port, "H24.12", "Phường Mới");
    rename_unit("H24", "Thành phố Đổi Tên", 0);
    wait_for_page(city.port, "H24", "Thành phố Đổi Tên");
    wait_for_page(second.port, "H24", "Thành phố Đổi Tên");
    maker_rate(&used.counters[0].device.ledger, 4);
    made_device_send(&used.counters[0].device, &ward, 1, 1, 200, &answer);
    made_city_ward(&city, "H24.12", &used.server);
    assert_int_equal(made_server_rated(&used.server), 1);
    answer_free(&answer);
    made_server_close(&second);
    leave(&used);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_anew_shows_a_name_and_loses_nothing),
        TEST(test_anew_waits_for_the_day_of_a_name),
        TEST(test_anew_does_not_wait_for_slow_peers),
        TEST(test_anew_reads_a_book_that_lies_elsewhere),
        TEST(test_anew_city_has_another_name_while_it_is_open),
        TEST(test_anew_levels_have_another_name),
        TEST(test_anew_is_for_every_server_of_the_city)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
