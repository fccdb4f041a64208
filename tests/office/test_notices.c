// Notices for the waiting screen: what may stand in one, and when a device is
// told of it.
#include "common/date.h"
#include "common/json.h"
#include "office/cases.h"
#include "office/configuration.h"
#include "office/documents.h"
#include "office/notices.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>

// Monday, 2026-11-23, 15:00 in Vietnam.
#define MONDAY INT64_C(1795420800000)
enum { HOUR = 3600 * 1000 };

#define NOTICE(vi, en, from, to, cases)                                        \
    "{\"vi\":\"" vi "\",\"en\":\"" en "\",\"from\":\"" from "\",\"to\":\"" to  \
    "\",\"cases\":[" cases "]}"
#define ID "\"00000000000000aa\""
#define GOOD                                                                   \
    NOTICE("Thêm 12 ghế ở khu chờ.", "12 more chairs.", "2026-11-01",          \
           "2026-12-31", ID)

static void expect_notices(const char *list, const char *part)
{
    struct buf text = {0}, why = {0};
    char message[JSON_MESSAGE_SIZE];
    buf_printf(&text, "{\"notices\":[%s]}", list);
    json_t *body = json_read(buf_text(&text), text.size, message);
    assert_non_null(body);
    bool is_good = notices_check(body, &why);
    if (part) {
        assert_false(is_good);
        assert_holds(buf_text(&why), part);
    } else if (!is_good) {
        fail_msg("%s", buf_text(&why));
    }
    json_decref(body);
    buf_free(&text);
    buf_free(&why);
}

static void test_what_may_stand_in_a_notice(void **state)
{
    (void)state;
    expect_notices("", NULL);
    expect_notices(GOOD, NULL);
    expect_notices(GOOD "," GOOD "," GOOD "," GOOD, NULL);
    expect_notices(GOOD "," GOOD "," GOOD "," GOOD "," GOOD,
                   "more than four would be shown at once");
    expect_notices(NOTICE("", "b", "2026-11-01", "2026-12-31", ID),
                   "notices[0].vi: is missing");
    expect_notices(NOTICE("a", "Call 09012", "2026-11-01", "2026-12-31", ID),
                   "notices[0].en: has a number of more than four digits");
    expect_notices(NOTICE("97 % hài lòng", "b", "2026-11-01", "2026-12-31", ID),
                   "notices[0].vi: speaks of a score");
    expect_notices(NOTICE("a\\nb", "b", "2026-11-01", "2026-12-31", ID),
                   "notices[0].vi: must be one line");
    expect_notices(
        NOTICE("Một câu dài quá sáu mươi chữ cái thì không đủ chỗ trên hai "
               "dòng đâu",
               "b", "2026-11-01", "2026-12-31", ID),
        "notices[0].vi: is too long");
    expect_notices(NOTICE("a", "b", "2026-11-31", "2026-12-31", ID),
                   "notices[0].from: is no day");
    expect_notices(NOTICE("a", "b", "2026-12-31", "2026-11-01", ID),
                   "notices[0].to: comes before from");
    expect_notices(NOTICE("a", "b", "2026-11-01", "2026-12-31", ""),
                   "notices[0].cases: must be");
    expect_notices(NOTICE("a", "b", "2026-11-01", "2026-12-31", "\"x\""),
                   "notices[0].cases: must be");
}

// --- With a case -------------------------------------------------------------

struct bench {
    struct made_office made;
    struct ledger_maker device;
    char id[OFFICE_RATING_ID_SIZE];
    int64_t version; // of the case
};

static bool take_id(void *ctx, const struct office_case *row)
{
    memcpy(ctx, row->id, sizeof row->id);
    return false;
}

static void open_bench(struct bench *b)
{
    const struct office_cases_wanted wanted = {.now = MONDAY + HOUR,
                                               .last_day = OFFICE_DAY_MOST,
                                               .states = 1 << CASE_NEW,
                                               .limit = 1};
    made_office_open_fast(&b->made);
    made_office_enrol(&b->made, "3", MONDAY - 24 * HOUR, &b->device);
    maker_wait(&b->device, MONDAY - b->device.wall_ms);
    maker_rate(&b->device, 1);
    made_office_send(&b->made, &b->device, 1, 1, b->device.wall_ms);
    assert_int_equal(office_list_cases(b->made.office, &wanted, take_id, b->id),
                     OFFICE_OK);
    const struct office_new_person person = {
        .name = "an",
        .display = "an",
        .role = PERSON_OFFICE,
        .officer = "",
        .hash = "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    assert_int_equal(office_add_person(b->made.office, &person, "admin", 1),
                     PERSON_ADDED);
    b->version = 1;
}

static void change(struct bench *b, enum case_kind kind, const char *person)
{
    struct case_outcome out;
    bool assigns = kind == CASE_ASSIGN;
    const struct case_wish wish = {.id = b->id,
                                   .expected = b->version++,
                                   .kind = kind,
                                   .person = person,
                                   .owner = assigns ? "an" : NULL,
                                   .body =
                                       assigns ? "{\"owner\":\"an\"}" : "{}",
                                   .now = MONDAY + HOUR};
    assert_int_equal(office_change_case(b->made.office, &wish, &out),
                     OFFICE_OK);
    assert_true(out.is_done);
}

static void put_notice(struct bench *b)
{
    struct buf body = {0};
    int64_t version;
    buf_printf(
        &body,
        "{\"notices\":[{\"vi\":\"Thêm ghế.\",\"en\":\"Chairs.\","
        "\"from\":\"2026-11-01\",\"to\":\"2026-11-30\",\"cases\":[\"%s\"]}]}",
        b->id);
    const struct document_wish wish = {"notices", 0,      buf_text(&body),
                                       "user an", MONDAY, NULL};
    assert_int_equal(office_put_document(b->made.office, &wish, &version),
                     OFFICE_OK);
    buf_free(&body);
}

// What the device is told at a time, of notices.
static void expect_told(struct bench *b, int64_t now, const char *expected)
{
    static const struct office_defaults defaults = {.linked = true};
    struct buf body = {0};
    int64_t version;
    assert_int_equal(office_configure_all(b->made.office, &defaults, now),
                     OFFICE_OK);
    assert_int_equal(office_read_configuration(b->made.office, b->device.device,
                                               &version, &body),
                     OFFICE_OK);
    if (expected) {
        assert_holds(buf_text(&body), expected);
    } else {
        assert_null(strstr(buf_text(&body), "notices"));
    }
    buf_free(&body);
}

static void test_a_notice_holds_while_its_case_is_closed(void **state)
{
    (void)state;
    static const char told[] =
        "\"notices\":[{\"vi\":\"Thêm ghế.\",\"en\":\"Chairs.\","
        "\"from\":\"2026-11-01\",\"to\":\"2026-11-30\"}]";
    struct bench b;
    open_bench(&b);
    expect_told(&b, MONDAY, NULL);
    put_notice(&b);
    change(&b, CASE_ASSIGN, "an");
    change(&b, CASE_ANSWER, "an");
    expect_told(&b, MONDAY, NULL);
    change(&b, CASE_CONFIRM, "binh");
    expect_told(&b, MONDAY, told);
    // Its last day is whole.
    expect_told(&b, MONDAY + INT64_C(7) * 24 * HOUR + 8 * HOUR, told);
    expect_told(&b, MONDAY + INT64_C(7) * 24 * HOUR + 9 * HOUR, NULL);
    expect_told(&b, MONDAY, told);
    change(&b, CASE_REOPEN, "binh");
    expect_told(&b, MONDAY, NULL);
    maker_free(&b.device);
    made_office_close(&b.made);
}

static int start(void **state)
{
    (void)state;
    return ledger_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_may_stand_in_a_notice),
        cmocka_unit_test(test_a_notice_holds_while_its_case_is_closed),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
