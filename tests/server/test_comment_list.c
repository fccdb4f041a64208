// GET /api/v1/comments against the whole server: what leaves it of what
// citizens wrote, to whom, and what is said of a comment that cannot be read.
#include "common/clock.h"
#include "common/date.h"
#include "ledger/box.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static struct made_server server;
static struct made_device device;
static struct box_key box;
static char office_key[65], leader_key[65];
static char days[64]; // from=…&to=…: yesterday to tomorrow

static void comment_bytes(int level, const char *reason, const void *bytes,
                          size_t size, const struct box_key *key, bool is_sent)
{
    struct record record;
    struct buf sealed = {0}, body = {0};
    struct answer answer = {0};
    int64_t seq = (int64_t)device.ledger.count + 1;
    assert_true(box_seal(key->public_key, bytes, size, &sealed));
    maker_visit(&device.ledger, level, &record);
    strcpy(record.field, level >= 4 ? "ho-tich" : "dat-dai");
    strcpy(record.officer, "cb-07");
    if (reason) {
        strcpy(record.reasons[record.reason_count++], reason);
    }
    digest_hex_of(buf_text(&sealed), sealed.size, record.comment_hash);
    const struct made_line *line = maker_write(&device.ledger, &record);
    made_device_body(&device, seq, seq, &body, NULL);
    if (is_sent) {
        buf_printf(&body, "{\"comment\":\"%s\",\"sealed\":\"%s\"}\n", line->id,
                   buf_text(&sealed));
    }
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    buf_free(&sealed);
    buf_free(&body);
    maker_wait(&device.ledger, 1000);
}

static void comment(int level, const char *reason, const char *text)
{
    comment_bytes(level, reason, text, strlen(text), &box, true);
}

static void run_on_office(const char *script)
{
    struct sql *sql = NULL;
    char path[128];
    made_server_stop(&server);
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
    made_server_restart(&server, NULL);
}

static void load_box(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/box.key", server.folder);
    assert_true(box_load(path, &box));
}

static const char HOSTILE[] = "<script>alert(1)</script> =cmd|' /C calc'!A0 "
                              "\u202Egnorw\u202C 😀 \"quoted\"";

static int start(void **state)
{
    struct box_key other;
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    made_device_enrol(&device, &server, "3");
    load_box();
    comment(1, "reason.low.1", "Chờ lâu quá. Gọi tôi 090 123 4567");
    comment(5, NULL, HOSTILE);
    comment(2, "reason.low.3", "Đường vào khó tìm, thái độ chưa tốt");
    box_make(&other);
    comment_bytes(3, NULL, "x", 1, &other, true);
    comment_bytes(3, NULL, "\xff\xfe", 2, &box, true);
    comment_bytes(3, NULL, "never sent", 10, &box, false);
    comment(3, NULL, "Văn bản bị thay"); // line 7
    made_server_key(&server, "office", office_key);
    made_server_key(&server, "leader", leader_key);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, from);
    date_format_iso(today + 1, to);
    snprintf(days, sizeof days, "from=%s&to=%s", from, to);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_device_free(&device);
    made_server_close(&server);
    return 0;
}

static void get(const char *key, const char *more, struct answer *answer)
{
    char path[400];
    answer_free(answer);
    snprintf(path, sizeof path, "/api/v1/comments?%s%s", days, more);
    ask(server.port, &(struct ask){.path = path, .token = key}, answer);
}

static json_t *get_object(const char *more)
{
    struct answer answer = {0};
    get(office_key, more, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    answer_free(&answer);
    return object;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

// The only comment of the answer.
static json_t *get_one(const char *more, json_t **out_object)
{
    *out_object = get_object(more);
    json_t *rows = json_object_get(*out_object, "comments");
    assert_int_equal(json_array_size(rows), 1);
    return json_array_get(rows, 0);
}

static size_t count_of(const char *more)
{
    json_t *object = get_object(more);
    size_t count = json_array_size(json_object_get(object, "comments"));
    json_decref(object);
    return count;
}

// Before all others: what came just now is held back.
static void test_the_running_quarter_is_held_back(void **state)
{
    (void)state;
    assert_int_equal(count_of(""), 0);
    run_on_office("UPDATE rounds SET quarter = quarter - 4;"
                  "UPDATE comments SET sealed = CAST('YWJj' AS BLOB) WHERE id ="
                  " (SELECT id FROM ids WHERE seq = 7)");
    assert_int_equal(count_of(""), 7);
}

static void test_numbers_are_masked_before_they_leave(void **state)
{
    json_t *object;
    (void)state;
    const json_t *row = get_one("&level=1", &object);
    assert_string_equal(text_of(row, "text"),
                        "Chờ lâu quá. Gọi tôi ••• ••• ••••");
    assert_int_equal(json_integer_value(json_object_get(row, "masked")), 1);
    assert_string_equal(text_of(row, "field"), "dat-dai");
    assert_string_equal(text_of(json_object_get(row, "field_name"), "vi"),
                        "Đất đai");
    assert_string_equal(text_of(row, "counter"), "3");
    assert_null(json_object_get(row, "officer"));
    // The quarter of an hour and no more.
    int64_t at = 0;
    const char *told = text_of(row, "at");
    assert_true(clock_parse(told, strlen(told), &at));
    assert_int_equal(at % (15 * 60 * 1000), 0);
    const json_t *reason = json_array_get(json_object_get(row, "reasons"), 0);
    assert_string_equal(text_of(reason, "id"), "reason.low.1");
    assert_string_equal(text_of(json_object_get(reason, "label"), "vi"),
                        "Chờ lâu");
    json_decref(object);
}

static void test_hostile_text_is_text(void **state)
{
    json_t *object;
    (void)state;
    const json_t *row = get_one("&level=5", &object);
    assert_string_equal(text_of(row, "text"), HOSTILE);
    json_decref(object);
}

static void test_what_cannot_be_read_is_shown_as_such(void **state)
{
    const char *const states[] = {"locked", "no-text", "missing", "changed"};
    (void)state;
    json_t *object = get_object("&level=3");
    const json_t *rows = json_object_get(object, "comments");
    assert_int_equal(json_array_size(rows), 4);
    for (size_t i = 0; i < 4; i++) {
        bool is_there = false;
        for (size_t k = 0; k < 4; k++) {
            const json_t *row = json_array_get(rows, k);
            assert_true(json_is_null(json_object_get(row, "text")));
            is_there |= strcmp(text_of(row, "state"), states[i]) == 0;
        }
        assert_true(is_there);
    }
    json_decref(object);
}

static void test_searching(void **state)
{
    json_t *object;
    (void)state;
    // Without marks, in any order, every word.
    const json_t *row = get_one("&q=thai%20do%20DUONG", &object);
    assert_holds(text_of(row, "text"), "Đường vào");
    json_decref(object);
    assert_int_equal(count_of("&q=duong%20lau"), 0);
    assert_int_equal(count_of("&q=lau&level=2"), 0);
    assert_int_equal(count_of("&q=lau&reason=reason.low.1"), 1);
    assert_int_equal(count_of("&q=%20"), 7);
    // Nobody finds a number by asking for it.
    assert_int_equal(count_of("&q=090"), 0);
    assert_int_equal(count_of("&q=4567"), 0);
}

static void test_pages_go_on(void **state)
{
    char more[80] = "&limit=3";
    size_t count = 0;
    (void)state;
    for (int pages = 0; more[0] != '\0' && pages < 5; pages++) {
        json_t *object = get_object(more);
        const char *next = text_of(object, "next");
        count += json_array_size(json_object_get(object, "comments"));
        assert_int_equal(json_is_true(json_object_get(object, "more")),
                         next[0] != '\0');
        more[0] = '\0';
        if (next[0] != '\0') {
            snprintf(more, sizeof more, "&limit=3&after=%s", next);
        }
        json_decref(object);
    }
    assert_int_equal(count, 7);
}

static void test_leaders_read_and_officers_do_not(void **state)
{
    struct answer answer = {0};
    struct made_session officer;
    char path[160];
    (void)state;
    get(leader_key, "", &answer);
    assert_int_equal(answer.status, 200);
    made_server_person(&server, "binh", "officer", "cb-07");
    made_server_sign_in(&server, "binh", &officer);
    answer_free(&answer);
    snprintf(path, sizeof path, "/api/v1/comments?%s", days);
    ask(server.port, &(struct ask){.path = path, .headers = officer.headers},
        &answer);
    answer_is_problem(&answer, 403, "forbidden");
    answer_free(&answer);
}

static void test_questions_that_make_no_sense(void **state)
{
    static const struct {
        const char *more, *says;
    } bad[] = {
        {"&level=0", "level: give a whole number from 1 to 5"},
        {"&level=6", "level: give a whole number from 1 to 5"},
        {"&limit=201", "limit: give a whole number from 1 to 200"},
        {"&after=x", "after: is none of the cursors"},
        {"&period=duong-lich:2026", "give either the period or the two days"},
        {"&q=a%C3", "q: is no UTF-8"},
    };
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        get(office_key, bad[i].more, &answer);
        answer_is_problem(&answer, 400, "bad-request");
        assert_holds(buf_text(&answer.body), bad[i].says);
    }
    answer_free(&answer);
    // A filter that names nothing finds nothing.
    assert_int_equal(count_of("&field=khong-co"), 0);
    assert_int_equal(count_of("&reason=reason.low.99"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_running_quarter_is_held_back),
        cmocka_unit_test(test_numbers_are_masked_before_they_leave),
        cmocka_unit_test(test_hostile_text_is_text),
        cmocka_unit_test(test_what_cannot_be_read_is_shown_as_such),
        cmocka_unit_test(test_searching),
        cmocka_unit_test(test_pages_go_on),
        cmocka_unit_test(test_leaders_read_and_officers_do_not),
        cmocka_unit_test(test_questions_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
