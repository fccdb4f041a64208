// A city's server over HTTP: each ward answers below its own path with its own
// book, a broken book stops nobody else, and a ward that has become a part of
// another is only read.
#include "common/file.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct made_server city;

static void change(const char *text)
{
    made_registry_change(&city, text);
}

static void add_ward(const char *code)
{
    char text[300];
    snprintf(text, sizeof text,
             "{\"do\":\"add\",\"unit\":\"%s\",\"kind\":\"ward\","
             "\"name\":\"Phường %s\",\"parent\":\"H24\","
             "\"from\":\"2026-01-01\"}",
             code, code);
    change(text);
}

static int setup(void **state)
{
    static const char *const units[] = {
        "{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
        "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.B\",\"kind\":\"cluster\","
        "\"parent\":\"H24\",\"name\":\"Cụm B\",\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
        "\"parent\":\"H24\",\"name\":\"Phường H24.12\","
        "\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
        "\"parent\":\"H24.B\",\"name\":\"Phường H24.13\","
        "\"from\":\"2026-01-01\"}"};
    (void)state;
    made_registry_start(&city, units, sizeof units / sizeof *units, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    made_server_close(&city);
    return 0;
}

static int status_of(const char *path, const char *token, const char *headers)
{
    struct answer answer = {0};
    ask(city.port,
        &(struct ask){.path = path, .token = token, .headers = headers},
        &answer);
    int status = answer.status;
    answer_free(&answer);
    return status;
}

static void test_city_keeps_wards_apart(void **state)
{
    struct made_server one, other;
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_city_ward(&city, "H24.12", &one);
    made_city_ward(&city, "H24.13", &other);
    made_device_enrol(&device, &one, "3");
    maker_rate(&device.ledger, 5);
    maker_rate(&device.ledger, 2);
    made_device_send(&device, &one, 1, 2, 200, &answer);
    assert_int_equal(made_server_rated(&one), 2);
    assert_int_equal(made_server_rated(&other), 0);
    // Its token is nobody's elsewhere, and its address takes any letters.
    assert_int_equal(
        status_of("/w/H24.13/api/v1/devices/me/config", device.token, NULL),
        401);
    assert_int_equal(
        status_of("/w/H24/api/v1/devices/me/config", device.token, NULL), 401);
    assert_int_equal(
        status_of("/w/h24.12/api/v1/devices/me/config", device.token, NULL),
        200);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_city_keeps_people_apart(void **state)
{
    struct made_server one, other;
    struct made_session session;
    struct answer answer = {0};
    (void)state;
    made_city_ward(&city, "H24.12", &one);
    made_city_ward(&city, "H24.13", &other);
    made_server_person(&one, "binh", "leader", "");
    made_server_sign_in(&one, "binh", &session);
    assert_int_equal(
        status_of("/w/H24.12/api/v1/sessions/me", NULL, session.headers), 200);
    assert_int_equal(
        status_of("/w/H24.13/api/v1/sessions/me", NULL, session.headers), 401);
    assert_int_equal(status_of("/api/v1/sessions/me", NULL, session.headers),
                     401);
    // A browser keeps the cookie to the ward's own paths.
    const char *body = "{\"name\":\"binh\",\"password\":\"" MADE_PASSWORD "\"}";
    ask(city.port,
        &(struct ask){.path = "/w/H24.12/api/v1/sessions",
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_non_null(
        strstr(answer_header(&answer, "Set-Cookie"), "; Path=/w/H24.12/;"));
    answer_free(&answer);
}

static void test_city_leads_to_pages_below_the_ward(void **state)
{
    struct made_server one;
    struct answer answer = {0};
    (void)state;
    made_city_ward(&city, "H24.12", &one);
    ask(city.port, &(struct ask){.path = "/w/H24.12/linh-vuc?by=field"},
        &answer);
    assert_int_equal(answer.status, 303);
    assert_string_equal(
        answer_header(&answer, "Location"),
        "/w/H24.12/dang-nhap?next=/w/H24.12/linh-vuc%3Fby%3Dfield");
    ask(city.port, &(struct ask){.path = "/w/H24.12"}, &answer);
    assert_int_equal(answer.status, 308);
    assert_string_equal(answer_header(&answer, "Location"), "/w/H24.12/");
    ask(city.port, &(struct ask){.path = "/w/H24.12/dang-nhap"}, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(buf_text(&answer.body), "Phường H24.12"));
    assert_non_null(
        strstr(buf_text(&answer.body), "src=\"/w/H24.12/web/dang-nhap.js\""));
    assert_null(strstr(buf_text(&answer.body), "=\"/web/"));
    ask(city.port, &(struct ask){.path = "/dang-nhap"}, &answer);
    assert_non_null(strstr(buf_text(&answer.body), "Thành phố Mẫu"));
    assert_int_equal(status_of("/w/H24.99/healthz", NULL, NULL), 404);
    assert_int_equal(status_of("/w/", NULL, NULL), 404);
    answer_free(&answer);
}

static void add_broken_ward(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/wards/H24.14", city.folder);
    assert_true(file_make_directory(path));
    snprintf(path, sizeof path, "%s/wards/H24.14/office.db", city.folder);
    assert_true(file_replace(path, "no database", 11, 0600));
    change("{\"do\":\"add\",\"unit\":\"H24.14\",\"kind\":\"ward\","
           "\"name\":\"Phường H24.14\",\"parent\":\"H24\","
           "\"book\":\"wards/H24.14\",\"from\":\"2026-01-01\"}");
}

static void test_city_goes_on_beside_a_broken_book(void **state)
{
    struct made_server one;
    struct answer answer = {0};
    (void)state;
    made_server_stop(&city);
    add_broken_ward();
    made_server_restart(&city, NULL);
    made_city_ward(&city, "H24.12", &one);
    made_city_ward(&city, "H24.13", &one);
    ask(city.port, &(struct ask){.path = "/w/H24.14/healthz"}, &answer);
    answer_is_problem(&answer, 503, "busy");
    assert_non_null(answer_header(&answer, "Retry-After"));
    answer_free(&answer);
}

// What an upgrade left beside a ward's book goes after a week, as beside one
// alone.
static void test_city_lets_old_copies_of_wards_go(void **state)
{
    static const struct timespec long_ago[] = {{1000000000, 0},
                                               {1000000000, 0}};
    char folder[300], path[400], other[400];
    (void)state;
    if (city.database[0] != '\0') {
        skip();
    }
    made_server_stop(&city);
    snprintf(folder, sizeof folder, "%s/wards/H24.12/before", city.folder);
    snprintf(path, sizeof path, "%s/office.db", folder);
    snprintf(other, sizeof other, "%s/newer-office.db", folder);
    assert_true(file_make_directory(folder));
    assert_true(file_replace(path, "old", 3, 0600));
    assert_true(file_replace(other, "new", 3, 0600));
    assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
    made_server_restart(&city, NULL);
    for (int i = 0; i < 3000 && file_exists(path); i++) {
        usleep(20000);
    }
    assert_false(file_exists(path));
    assert_true(file_exists(other));
}

static void test_city_opens_a_ward_that_is_added(void **state)
{
    struct made_server added;
    (void)state;
    assert_int_equal(status_of("/w/H24.15/healthz", NULL, NULL), 404);
    add_ward("H24.15");
    for (int i = 0;
         i < 3000 && status_of("/w/H24.15/healthz", NULL, NULL) == 404; i++) {
        usleep(20000);
    }
    made_city_ward(&city, "H24.15", &added);
}

static void test_city_knows_wards_by_their_old_hosts(void **state)
{
    struct made_server one;
    struct made_device device;
    struct answer answer = {0};
    struct talk talk;
    char text[400];
    (void)state;
    made_city_ward(&city, "H24.12", &one);
    made_device_enrol(&device, &one, "3");
    change("{\"do\":\"host\",\"unit\":\"H24.12\","
           "\"host\":\"h24-12.example:8650\"}");
    snprintf(text, sizeof text,
             "GET /api/v1/devices/me/config HTTP/1.1\r\n"
             "Host: H24-12.example:8650\r\n"
             "Authorization: Bearer %s\r\n\r\n",
             device.token);
    for (int i = 0; i < 3000 && answer.status != 200; i++) {
        talk_open(&talk, city.port);
        talk_say(&talk, text);
        assert_true(talk_hear(&talk, true, &answer));
        talk_close(&talk);
        usleep(20000);
    }
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    made_device_free(&device);
}

// What devices hold still comes in; nothing new begins.
static void test_city_only_reads_a_ward_that_ended(void **state)
{
    struct made_server one;
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_city_ward(&city, "H24.12", &one);
    made_device_enrol(&device, &one, "3");
    maker_rate(&device.ledger, 4);
    change("{\"do\":\"merge\",\"units\":[\"H24.12\"],"
           "\"into\":\"H24.13\",\"from\":\"2026-07-01\"}");
    for (int i = 0; i < 3000 && answer.status != 409; i++) {
        made_server_admin(&one, "/admin/v1/devices",
                          "{\"counter\":\"4\",\"name\":\"Quầy\","
                          "\"field\":\"chung-thuc\"}",
                          &answer);
        usleep(20000);
    }
    answer_is_problem(&answer, 409, "ended");
    assert_non_null(strstr(buf_text(&answer.body), "2026-06-30"));
    made_device_send(&device, &one, 1, 1, 200, &answer);
    assert_int_equal(
        status_of("/w/H24.12/api/v1/devices/me/config", device.token, NULL),
        200);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_city_takes_a_wards_own_settings(void **state)
{
    struct made_server one;
    struct made_device device;
    struct answer answer = {0};
    static const char own[] = "[unit]\nhotline = 0900 000 012\n";
    static const char wrong[] = "[server]\nthreads = 9\n";
    char path[300];
    (void)state;
    made_city_ward(&city, "H24.12", &one);
    made_server_stop(&city);
    snprintf(path, sizeof path, "%s/wards/H24.12/ward.ini", city.folder);
    assert_true(file_replace(path, own, sizeof own - 1, 0600));
    snprintf(path, sizeof path, "%s/wards/H24.13/ward.ini", city.folder);
    assert_true(file_replace(path, wrong, sizeof wrong - 1, 0600));
    made_server_restart(&city, NULL);
    made_city_ward(&city, "H24.12", &one);
    made_device_enrol(&device, &one, "3");
    ask(city.port,
        &(struct ask){.path = "/w/H24.12/api/v1/devices/me/config",
                      .token = device.token},
        &answer);
    assert_non_null(strstr(buf_text(&answer.body), "0900 000 012"));
    assert_non_null(strstr(buf_text(&answer.body), "Phường H24.12"));
    assert_int_equal(status_of("/w/H24.13/healthz", NULL, NULL), 503);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_city_without_a_city_does_not_start(void **state)
{
    struct made_server empty = {.is_city = true};
    (void)state;
    strcpy(empty.folder, "/tmp/hailong-city-XXXXXX");
    assert_non_null(mkdtemp(empty.folder));
    assert_int_equal(made_server_try(&empty, NULL), 1);
    made_server_close(&empty);
}

// --- Who sees what of the city -----------------------------------------------

static int64_t rated_in_league(const char *query, const char *headers,
                               const char *token)
{
    char path[200];
    struct answer answer = {0};
    int64_t count = -1;
    snprintf(path, sizeof path,
             "/api/v1/league?from=2021-01-01&to=2029-12-31%s", query);
    ask(city.port,
        &(struct ask){.path = path, .headers = headers, .token = token},
        &answer);
    if (answer.status == 200) {
        json_t *told = answer_object(&answer);
        assert_true(
            json_get_int(json_object_get(told, "total"), "rated", &count));
        json_decref(told);
    } else {
        count = -answer.status;
    }
    answer_free(&answer);
    return count;
}

// Seven ratings in H24.12, eight in H24.13, which is below the cluster H24.B.
static void rate_wards(void)
{
    static const char *const codes[] = {"H24.12", "H24.13"};
    for (size_t i = 0; i < 2; i++) {
        struct made_server ward;
        struct made_device device;
        struct answer answer = {0};
        made_city_ward(&city, codes[i], &ward);
        made_device_enrol(&device, &ward, "3");
        for (int64_t j = 0; j < 7 + (int64_t)i; j++) {
            maker_rate(&device.ledger, 5);
        }
        made_device_send(&device, &ward, 1, 7 + (int64_t)i, 200, &answer);
        answer_free(&answer);
        made_device_free(&device);
    }
}

// Everybody asks for everything: what is not below them is refused.
static void test_city_shows_a_person_their_subtree(void **state)
{
    static const struct {
        const char *person, *unit;           // NULL: none
        int whole, all, cluster, one, other; // ratings, or less than 0: status
    } people[] = {{"an", "H24", 15, 15, 8, 7, 8},
                  {"binh", "H24.B", 8, -403, 8, -403, 8},
                  {"cam", "H24.12", 7, -403, -403, 7, -403},
                  {"dung", NULL, -403, -403, -403, -403, -403}};
    static const char *const wards[] = {"H24.12", "H24.13"};
    char text[200], path[200];
    (void)state;
    rate_wards();
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        struct made_session session;
        made_server_person(&city, people[i].person,
                           i == 0 ? "office" : "leader", "");
        if (people[i].unit) {
            snprintf(text, sizeof text,
                     "{\"do\":\"person\",\"person\":\"%s\",\"unit\":\"%s\"}",
                     people[i].person, people[i].unit);
            change(text);
        }
        made_server_sign_in(&city, people[i].person, &session);
        const char *who = session.headers;
        for (int tries = 0;
             tries < 3000 && rated_in_league("", who, NULL) != people[i].whole;
             tries++) {
            usleep(20000);
        }
        assert_int_equal(rated_in_league("", who, NULL), people[i].whole);
        assert_int_equal(rated_in_league("&unit=H24", who, NULL),
                         people[i].all);
        assert_int_equal(rated_in_league("&unit=H24.B", who, NULL),
                         people[i].cluster);
        assert_int_equal(rated_in_league("&unit=H24.12", who, NULL),
                         people[i].one);
        assert_int_equal(rated_in_league("&unit=H24.13", who, NULL),
                         people[i].other);
        assert_int_equal(rated_in_league("&unit=H24.99", who, NULL),
                         people[i].unit ? -404 : -403);
        for (size_t j = 0; j < 2; j++) {
            bool may = (j == 0 ? people[i].one : people[i].other) >= 0;
            snprintf(path, sizeof path,
                     "/w/H24/api/v1/units/%s/summary?from=2021-01-01&to="
                     "2029-12-31&by=counter",
                     wards[j]);
            assert_int_equal(status_of(path, NULL, who), may ? 200 : 403);
        }
        // Nobody of the city is somebody in a ward.
        assert_int_equal(status_of("/w/H24.12/api/v1/sessions/me", NULL, who),
                         401);
    }
}

// What it may load is said as of every page (test_pages.c).
static void test_city_has_a_page(void **state)
{
    struct made_session session;
    struct answer answer = {0};
    (void)state;
    made_server_person(&city, "an", "leader", "");
    made_server_sign_in(&city, "an", &session);
    ask(city.port,
        &(struct ask){.path = "/w/H24/thanh-pho", .headers = session.headers},
        &answer);
    assert_int_equal(answer.status, 200);
    const char *policy = answer_header(&answer, "Content-Security-Policy");
    assert_non_null(policy);
    assert_non_null(strstr(policy, "default-src 'none'; script-src 'self'"));
    assert_null(strstr(policy, "unsafe"));
    answer_free(&answer);
}

// People of a ward are nobody in the city; the city's keys see all of it.
static void test_city_shows_nothing_to_others(void **state)
{
    struct made_server one;
    struct made_session session;
    char key[65], feed[65];
    (void)state;
    rate_wards();
    made_city_ward(&city, "H24.12", &one);
    made_server_person(&one, "em", "leader", "");
    made_server_sign_in(&one, "em", &session);
    assert_int_equal(rated_in_league("", session.headers, NULL), -401);
    assert_int_equal(status_of("/w/H24.12/api/v1/league?period=duong-lich:2026",
                               NULL, session.headers),
                     404);
    assert_int_equal(rated_in_league("", NULL, NULL), -401);
    made_server_key(&city, "leader", key);
    made_server_key(&city, "feed", feed);
    assert_int_equal(rated_in_league("", NULL, key), 15);
    assert_int_equal(rated_in_league("", NULL, feed), -403);
    assert_int_equal(
        status_of("/api/v1/units/H24.12/summary?period=duong-lich:2026"
                  "&by=officer",
                  key, NULL),
        400);
    assert_int_equal(
        status_of("/api/v1/units/H24.B/summary?period=duong-lich:2026", key,
                  NULL),
        400);
}

// One answer for all of them, which says whose each figure is.
static void test_city_tells_watchers_of_each_ward(void **state)
{
    static const char *const told[] = {
        "\nhailong_ward_up{ward=\"H24.12\"} 1\n",
        "\nhailong_ward_up{ward=\"H24.13\"} 1\n",
        "\nhailong_ward_up{ward=\"H24.14\"} 0\n",
        "\nhailong_lines_total{ward=\"H24.12\",status=\"stored\"} 7\n",
        "\nhailong_lines_total{ward=\"H24.13\",status=\"stored\"} 8\n",
        "\nhailong_lines_total{ward=\"H24\",status=\"stored\"} 0\n",
        "\nhailong_database_reachable{ward=\"H24.13\"} 1\n",
        "\nhailong_device_pending_lines{ward=\"H24.12\",device=\"",
        "\nhailong_connections{ward=\"H24\"} "};
    struct answer answer = {0};
    (void)state;
    add_broken_ward();
    rate_wards();
    for (int i = 0;
         i < 3000 && status_of("/w/H24.14/healthz", NULL, NULL) != 503; i++) {
        usleep(20000);
    }
    ask(city.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_int_equal(answer.status, 200);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (!strstr(buf_text(&answer.body), told[i])) {
            fail_msg("%s", told[i]);
        }
    }
    // A name has one head, and the listeners are counted once.
    const char *head = strstr(buf_text(&answer.body), "# TYPE hailong_lines");
    assert_null(strstr(head + 1, "# TYPE hailong_lines"));
    assert_null(
        strstr(buf_text(&answer.body), "hailong_connections{ward=\"H24."));
    answer_free(&answer);
}

static void run_on(const char *address, const char *script)
{
    const char *const asked[] = {script};
    struct sql *sql = NULL;
    assert_int_equal(database_open(address, SQL_WRITER, asked, 1, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_NONE);
    sql_done(s);
    sql_close(sql);
}

static bool is_told(const char *line)
{
    struct answer answer = {0};
    ask(city.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_int_equal(answer.status, 200);
    bool told = strstr(buf_text(&answer.body), line) != NULL;
    answer_free(&answer);
    return told;
}

// A batch of one rating; it is stored or not.
static void send_one(struct made_device *device, struct made_server *ward,
                     bool is_stored)
{
    struct buf body = {0};
    struct answer answer = {0};
    made_device_body(device, 1, 1, &body, NULL);
    made_device_post(device, ward, &body, NULL, &answer);
    assert_int_equal(answer.status == 200, is_stored);
    answer_free(&answer);
    buf_free(&body);
}

// A ward is up as long as its ratings are taken. That its database answers is
// another thing, and says where to look.
static void test_city_tells_watchers_of_a_ward_that_stores_nothing(void **state)
{
    char book[SCRATCH_URL_SIZE + 64];
    struct made_server ward, other;
    struct made_device device;
    bool is_file = city.database[0] == '\0';
    (void)state;
    snprintf(book, sizeof book,
             is_file ? "%s/wards/H24.13/office.db" : "%s?schema=w_h24_13",
             is_file ? city.folder : city.database);
    made_city_ward(&city, "H24.12", &other);
    made_city_ward(&city, "H24.13", &ward);
    made_device_enrol(&device, &ward, "3");
    maker_rate(&device.ledger, 5);
    run_on(book, "ALTER TABLE lines RENAME TO lines_away");
    send_one(&device, &ward, false);
    assert_true(is_told("\nhailong_ward_up{ward=\"H24.13\"} 0\n"));
    assert_true(is_told("\nhailong_database_reachable{ward=\"H24.13\"} 1\n"));
    assert_true(is_told("\nhailong_ward_up{ward=\"H24.12\"} 1\n"));
    run_on(book, "ALTER TABLE lines_away RENAME TO lines");
    send_one(&device, &ward, true);
    assert_true(is_told("\nhailong_ward_up{ward=\"H24.13\"} 1\n"));
    made_device_free(&device);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_city_keeps_wards_apart),
        TEST(test_city_keeps_people_apart),
        TEST(test_city_shows_a_person_their_subtree),
        TEST(test_city_shows_nothing_to_others),
        TEST(test_city_has_a_page),
        TEST(test_city_tells_watchers_of_each_ward),
        TEST(test_city_tells_watchers_of_a_ward_that_stores_nothing),
        TEST(test_city_leads_to_pages_below_the_ward),
        TEST(test_city_goes_on_beside_a_broken_book),
        TEST(test_city_lets_old_copies_of_wards_go),
        TEST(test_city_opens_a_ward_that_is_added),
        TEST(test_city_knows_wards_by_their_old_hosts),
        TEST(test_city_only_reads_a_ward_that_ended),
        TEST(test_city_takes_a_wards_own_settings),
        cmocka_unit_test(test_city_without_a_city_does_not_start)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
