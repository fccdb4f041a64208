// GET /api/v1/reasons against the whole server: the shares by hand, what is
// told to whom, and questions that cannot be answered.
#include "common/clock.h"
#include "common/date.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>

static struct made_server server;
static char office_key[65], leader_key[65];
static char days[64]; // from=…&to=…: yesterday to tomorrow

static void rate(struct made_device *device, const char *counter, int level,
                 const char *first, const char *second)
{
    struct record record;
    maker_visit(&device->ledger, level, &record);
    strcpy(record.counter, counter);
    strcpy(record.officer, "cb-07");
    strcpy(record.field, strcmp(counter, "3") == 0 ? "chung-thuc" : "ho-tich");
    if (first) {
        strcpy(record.reasons[record.reason_count++], first);
    }
    if (second) {
        strcpy(record.reasons[record.reason_count++], second);
    }
    maker_write(&device->ledger, &record);
    maker_wait(&device->ledger, 1000);
}

// Not satisfied: 8, of which 6 waited long and 3 met poor manners, one of them
// both, and one gave no reason. Satisfied: 12, of which 5 say friendly. One
// reason is of an older question set. All but 2 satisfied ones at counter 3.
static int start(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    for (int i = 0; i < 5; i++) {
        rate(&device, "3", 1 + i % 3, "reason.low.1", NULL);
        rate(&device, "3", 5, "reason.high.3", NULL);
        rate(&device, "3", 4, NULL, NULL);
    }
    rate(&device, "3", 2, "reason.low.1", "reason.low.3");
    rate(&device, "3", 2, "reason.low.3", "reason.old.9");
    rate(&device, "3", 3, NULL, NULL);
    rate(&device, "4", 5, NULL, NULL);
    rate(&device, "4", 5, "reason.other", NULL);
    made_device_send(&device, &server, 1, (int64_t)device.ledger.count, 200,
                     &answer);
    made_server_key(&server, "office", office_key);
    made_server_key(&server, "leader", leader_key);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, from);
    date_format_iso(today + 1, to);
    snprintf(days, sizeof days, "from=%s&to=%s", from, to);
    answer_free(&answer);
    made_device_free(&device);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void get(const char *key, const char *more, struct answer *answer)
{
    char path[256];
    answer_free(answer);
    snprintf(path, sizeof path, "/api/v1/reasons?%s%s", days, more);
    ask(server.port, &(struct ask){.path = path, .token = key}, answer);
}

static json_t *get_object(const char *key, const char *more)
{
    struct answer answer = {0};
    get(key, more, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    answer_free(&answer);
    return object;
}

// The member of an array of objects whose `key` is `value`.
static json_t *member(const json_t *array, const char *key, const char *value)
{
    size_t i;
    json_t *each;
    json_array_foreach(array, i, each)
    {
        const char *text = json_string_value(json_object_get(each, key));
        if (text && strcmp(text, value) == 0) {
            return each;
        }
    }
    return NULL;
}

// "low low_share satisfied satisfied_share" of an object, "-" for null.
static void expect(const json_t *object, const char *expected)
{
    static const char *const keys[] = {"low", "low_share", "satisfied",
                                       "satisfied_share"};
    struct buf text = {0};
    assert_non_null(object);
    for (size_t i = 0; i < 4; i++) {
        const json_t *value = json_object_get(object, keys[i]);
        if (json_is_null(value)) {
            buf_printf(&text, "- ");
        } else {
            buf_printf(&text, "%g ", json_number_value(value));
        }
    }
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void test_shares_are_of_the_ratings_beneath(void **state)
{
    (void)state;
    json_t *object = get_object(office_key, "");
    const json_t *reasons = json_object_get(object, "reasons");
    assert_int_equal(json_integer_value(json_object_get(object, "rated")), 20);
    assert_int_equal(json_integer_value(json_object_get(object, "low")), 8);
    expect(json_object_get(object, "with_reason"), "7 87.5 6 50 ");
    // 6 of 8, 2 of 8, 5 of 12, 1 of 12 = 8,33…
    expect(member(reasons, "id", "reason.low.1"), "6 75 0 0 ");
    expect(member(reasons, "id", "reason.low.3"), "2 25 0 0 ");
    expect(member(reasons, "id", "reason.high.3"), "0 0 5 41.7 ");
    expect(member(reasons, "id", "reason.other"), "0 0 1 8.3 ");
    expect(member(reasons, "id", "reason.low.8"), "0 0 0 0 ");
    json_t *past = member(reasons, "id", "reason.old.9");
    expect(past, "1 12.5 0 0 ");
    assert_string_equal(json_string_value(json_object_get(past, "list")),
                        "past");
    assert_string_equal(json_string_value(json_object_get(past, "group")),
                        "other");
    // Given in all: 6 + 2 + 1 of the dissatisfied, 5 + 1 of the satisfied.
    const json_t *groups = json_object_get(object, "groups");
    expect(member(groups, "group", "waiting"), "6 66.7 0 0 ");
    expect(member(groups, "group", "officer"), "2 22.2 5 83.3 ");
    expect(member(groups, "group", "other"), "1 11.1 1 16.7 ");
    assert_string_equal(
        json_string_value(json_object_get(
            json_object_get(member(reasons, "id", "reason.low.3"), "label"),
            "vi")),
        "Thái độ chưa tốt");
    json_decref(object);
}

static void test_rows_and_filters(void **state)
{
    (void)state;
    json_t *object = get_object(office_key, "&by=counter");
    const json_t *rows = json_object_get(object, "rows");
    assert_int_equal(json_array_size(rows), 2);
    json_t *third = member(rows, "key", "3");
    assert_string_equal(json_string_value(json_object_get(third, "label")),
                        "Quầy 3");
    expect(member(json_object_get(third, "reasons"), "id", "reason.high.3"),
           "0 0 5 50 ");
    json_decref(object);
    object = get_object(office_key, "&by=field");
    const json_t *field =
        member(json_object_get(object, "rows"), "key", "chung-thuc");
    assert_string_equal(json_string_value(json_object_get(field, "label")),
                        "Chứng thực");
    json_decref(object);
    object = get_object(office_key, "&field=ho-tich");
    assert_int_equal(json_integer_value(json_object_get(object, "rated")), 2);
    expect(member(json_object_get(object, "reasons"), "id", "reason.other"),
           "0 - 1 50 ");
    json_decref(object);
    // Nothing is named so.
    object = get_object(office_key, "&field=khong-co");
    assert_int_equal(json_integer_value(json_object_get(object, "rated")), 0);
    json_decref(object);
}

static void test_of_an_officer_only_the_officers_group(void **state)
{
    (void)state;
    const char *const asked[] = {"&officer=cb-07", "&by=officer"};
    for (size_t i = 0; i < 2; i++) {
        json_t *object = get_object(office_key, asked[i]);
        const json_t *reasons = json_object_get(object, "reasons");
        assert_int_equal(json_array_size(reasons), 4);
        assert_null(member(reasons, "id", "reason.low.1"));
        expect(member(reasons, "id", "reason.low.3"), "2 25 0 0 ");
        assert_int_equal(json_array_size(json_object_get(object, "groups")), 1);
        assert_true(json_is_null(json_object_get(object, "with_reason")));
        json_decref(object);
    }
}

static void test_leaders_see_no_small_counts(void **state)
{
    (void)state;
    json_t *object = get_object(leader_key, "&by=counter");
    const json_t *reasons = json_object_get(object, "reasons");
    expect(member(reasons, "id", "reason.low.1"), "6 75 0 0 ");
    expect(member(reasons, "id", "reason.low.3"), "- - 0 0 ");
    expect(member(reasons, "id", "reason.other"), "0 0 - - ");
    // One count of a group that is withheld is not told by its sum either.
    expect(member(json_object_get(object, "groups"), "group", "officer"),
           "- - 5 83.3 ");
    const json_t *fourth = member(json_object_get(object, "rows"), "key", "4");
    assert_true(json_is_null(json_object_get(fourth, "satisfied")));
    assert_int_equal(json_array_size(json_object_get(fourth, "reasons")), 0);
    json_decref(object);
}

static void test_questions_that_make_no_sense(void **state)
{
    static const struct {
        const char *more, *says;
    } bad[] = {
        {"&period=duong-lich:2026", "give either the period or the two days"},
        {"&by=weekday", "by: is unknown; one of none counter field"},
        {"&counter=3&field=ho-tich", "field: stands beside counter"},
        {"&by=field&counter=3", "counter: stands beside by"},
        {"&counter=3&counter=4", "counter"},
        {"&field=%ff", "field: is no UTF-8"},
    };
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        get(office_key, bad[i].more, &answer);
        answer_is_problem(&answer, 400, "bad-request");
        assert_holds(buf_text(&answer.body), bad[i].says);
    }
    answer_free(&answer);
    ask(server.port,
        &(struct ask){.path = "/api/v1/reasons?from=2026-11-30&to=2026-11-01",
                      .token = office_key},
        &answer);
    answer_is_problem(&answer, 400, "bad-request");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_are_of_the_ratings_beneath),
        cmocka_unit_test(test_rows_and_filters),
        cmocka_unit_test(test_of_an_officer_only_the_officers_group),
        cmocka_unit_test(test_leaders_see_no_small_counts),
        cmocka_unit_test(test_questions_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
