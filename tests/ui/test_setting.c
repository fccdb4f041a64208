// The device configuration: defaults, the whole of it, and mistakes.
#include "ui/setting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

// False with the complaint in `message`.
static bool read_text(const char *text, struct setting *out,
                      struct buf *message)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *object = json_read(text, strlen(text), why);
    if (!object)
        fail_msg("%s: %s", text, why);
    bool ok = setting_read(object, out, message);
    json_decref(object);
    return ok;
}

static void test_only_a_version_is_needed(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text("{\"version\":1}", &s, &message));
    assert_int_equal(s.version, 1);
    assert_int_equal(s.mode, RECORD_WALK_UP);
    assert_string_equal(s.survey, "quay");
    assert_int_equal(s.levels, 5);
    assert_int_equal(s.order, RECORD_BEST_FIRST);
    assert_int_equal(s.rating_ms, 60000);
    assert_string_equal(s.counter, "1");
    assert_string_equal(s.unit_name, "");
    assert_string_equal(s.hotline, "");
    assert_false(s.reasons_low);
    assert_false(s.test);
    assert_int_equal(s.typing, COMPOSE_TELEX);
    assert_int_equal(s.tones, TONE_STYLE_OLD);
    assert_int_equal(s.walk_up, FLOW_WALK_UP_ON);
    assert_int_equal(s.field_count, 0);
    assert_int_equal(s.contact_ms, 120000);
    assert_false(s.privacy.linked);
    assert_int_equal(s.privacy.count, 0);
}

static void test_whole_configuration(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text(
        "{\"version\":3,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình "
        "Minh\"},\"counter\":\"7\",\"field\":{\"code\":\"chung-thuc\",\"vi\":"
        "\"Chứng thực\",\"en\":\"Certification\"},\"mode\":\"transaction\","
        "\"survey\":\"quay\",\"levels\":3,\"order\":\"worst-first\","
        "\"hotline\":\"0234 3 812 345\",\"rating_s\":20,\"reasons\":\"low\","
        "\"test\":true,\"typing\":\"vni-new\",\"first_contact_s\":5,\"unheard_"
        "of\":[1]}",
        &s, &message));
    assert_int_equal(s.version, 3);
    assert_string_equal(s.unit_code, "H24.12");
    assert_string_equal(s.unit_name, "Bình Minh");
    assert_string_equal(s.counter, "7");
    assert_string_equal(s.field.code, "chung-thuc");
    assert_string_equal(s.field.name[I18N_VI], "Chứng thực");
    assert_string_equal(s.field.name[I18N_EN], "Certification");
    assert_int_equal(s.mode, RECORD_TRANSACTION);
    assert_int_equal(s.levels, 3);
    assert_int_equal(s.order, RECORD_WORST_FIRST);
    assert_string_equal(s.hotline, "0234 3 812 345");
    assert_int_equal(s.rating_ms, 20000);
    assert_true(s.reasons_low);
    assert_true(s.test);
    assert_int_equal(s.typing, COMPOSE_VNI);
    assert_int_equal(s.tones, TONE_STYLE_NEW);
}

static void test_walk_up_follows_the_mode(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(
        read_text("{\"version\":1,\"mode\":\"transaction\"}", &s, &message));
    assert_int_equal(s.walk_up, FLOW_WALK_UP_OFF);
    assert_true(read_text("{\"version\":1,\"mode\":\"transaction\","
                          "\"walk_up\":\"on\",\"contact_s\":30}",
                          &s, &message));
    assert_int_equal(s.walk_up, FLOW_WALK_UP_ON);
    assert_int_equal(s.contact_ms, 30000);
    assert_true(read_text("{\"version\":1,\"walk_up\":\"off\"}", &s, &message));
    assert_int_equal(s.walk_up, FLOW_WALK_UP_OFF);
}

static void test_fields_to_choose_from(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text(
        "{\"version\":1,\"walk_up\":\"fields\",\"field\":{\"code\":\"khac\","
        "\"vi\":\"Khác\"},\"fields\":[{\"code\":\"ho-tich\",\"vi\":"
        "\"Hộ tịch\",\"en\":\"Civil status\"},{\"code\":\"dat-dai\","
        "\"vi\":\"Đất đai\"}]}",
        &s, &message));
    assert_int_equal(s.walk_up, FLOW_WALK_UP_FIELDS);
    assert_int_equal(s.field_count, 2);
    assert_string_equal(s.fields[0].code, "ho-tich");
    assert_string_equal(s.fields[0].name[I18N_EN], "Civil status");
    assert_string_equal(s.fields[1].name[I18N_EN], "Đất đai");
    assert_ptr_equal(setting_field(&s, "dat-dai"), &s.fields[1]);
    assert_ptr_equal(setting_field(&s, "khac"), &s.field);
    assert_null(setting_field(&s, "chung-thuc"));
    assert_null(setting_field(&s, ""));
}

static void test_keys_of_transactions(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text(
        "{\"version\":1,\"privacy\":\"anonymous\",\"transaction_keys\":["
        "{\"period\":\"2026-12\",\"from\":\"2026-11-15\",\"to\":"
        "\"2026-12-14\",\"key\":\"000102030405060708090a0b0c0d0e0f"
        "101112131415161718191a1b1c1d1e1f\"}]}",
        &s, &message));
    assert_int_equal(s.privacy.count, 1);
    assert_string_equal(s.privacy.list[0].period, "2026-12");
    assert_int_equal(s.privacy.list[0].key[31], 0x1f);
    assert_true(
        read_text("{\"version\":1,\"privacy\":\"linked\"}", &s, &message));
    assert_true(s.privacy.linked);
}

static void test_null_is_the_default(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text("{\"version\":1,\"field\":null,\"mode\":null,"
                          "\"hotline\":null,\"levels\":null}",
                          &s, &message));
    assert_string_equal(s.field.code, "");
    assert_int_equal(s.levels, 5);
}

static void test_one_name_serves_both_languages(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text("{\"version\":1,\"field\":{\"code\":\"ho-tich\","
                          "\"vi\":\"Hộ tịch\"}}",
                          &s, &message));
    assert_string_equal(s.field.name[I18N_EN], "Hộ tịch");
}

static void test_text_becomes_nfc(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    // i and a combining grave accent.
    assert_true(read_text("{\"version\":1,\"unit\":{\"name\":"
                          "\"Bi\xcc\x80nh\"}}",
                          &s, &message));
    assert_string_equal(s.unit_name, "B\xc3\xacnh");
}

static void test_notices_of_what_was_done(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text(
        "{\"version\":1,\"notices\":[{\"vi\":\"Thêm ghế.\",\"en\":\"Chairs.\","
        "\"from\":\"1970-01-02\",\"to\":\"1970-01-11\"}]}",
        &s, &message));
    assert_int_equal(s.notice_count, 1);
    assert_string_equal(s.notices[0].text[I18N_VI], "Thêm ghế.");
    assert_string_equal(s.notices[0].text[I18N_EN], "Chairs.");
    assert_int_equal(s.notices[0].first, 1);
    assert_int_equal(s.notices[0].last, 10);
}

static void test_mistakes_name_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *text, *key;
    } cases[] = {
        {"[1]", "configuration"},
        {"{}", "version"},
        {"{\"version\":\"1\"}", "version"},
        {"{\"version\":1,\"levels\":4}", "levels"},
        {"{\"version\":1,\"levels\":6}", "levels"},
        {"{\"version\":1,\"rating_s\":19}", "rating_s"},
        {"{\"version\":1,\"rating_s\":181}", "rating_s"},
        {"{\"version\":1,\"rating_s\":\"60\"}", "rating_s"},
        {"{\"version\":1,\"mode\":\"walkup\"}", "mode"},
        {"{\"version\":1,\"order\":5}", "order"},
        {"{\"version\":1,\"reasons\":\"none\"}", "reasons"},
        {"{\"version\":1,\"typing\":\"viqr\"}", "typing"},
        {"{\"version\":1,\"walk_up\":\"yes\"}", "walk_up"},
        {"{\"version\":1,\"walk_up\":true}", "walk_up"},
        {"{\"version\":1,\"walk_up\":\"fields\"}", "walk_up"},
        {"{\"version\":1,\"fields\":{}}", "fields"},
        {"{\"version\":1,\"fields\":[\"ho-tich\"]}", "fields"},
        {"{\"version\":1,\"fields\":[{\"code\":\"ho-tich\"}]}", "fields"},
        {"{\"version\":1,\"fields\":[{\"code\":\"a\",\"vi\":\"A\"},"
         "{\"code\":\"a\",\"vi\":\"B\"}]}",
         "fields"},
        {"{\"version\":1,\"fields\":[{\"code\":\"a\",\"vi\":\"A\"},"
         "{\"code\":\"b\",\"vi\":\"A\"},{\"code\":\"c\",\"vi\":\"A\"},"
         "{\"code\":\"d\",\"vi\":\"A\"},{\"code\":\"e\",\"vi\":\"A\"},"
         "{\"code\":\"f\",\"vi\":\"A\"},{\"code\":\"g\",\"vi\":\"A\"},"
         "{\"code\":\"h\",\"vi\":\"A\"},{\"code\":\"i\",\"vi\":\"A\"}]}",
         "fields"},
        {"{\"version\":1,\"contact_s\":29}", "contact_s"},
        {"{\"version\":1,\"contact_s\":3601}", "contact_s"},
        {"{\"version\":1,\"privacy\":\"secret\"}", "privacy"},
        {"{\"version\":1,\"transaction_keys\":[{\"period\":\"2026-12\"}]}",
         "privacy"},
        {"{\"version\":1,\"typing\":true}", "typing"},
        {"{\"version\":1,\"notices\":{}}", "notices"},
        {"{\"version\":1,\"notices\":[{\"vi\":\"a\",\"from\":\"1970-01-02\"}]}",
         "notices"},
        {"{\"version\":1,\"unit\":\"Bình Minh\"}", "unit"},
        {"{\"version\":1,\"field\":[]}", "field"},
        {"{\"version\":1,\"test\":1}", "test"},
        {"{\"version\":1,\"counter\":\"\"}", "counter"},
        {"{\"version\":1,\"counter\":3}", "counter"},
        {"{\"version\":1,\"survey\":\"../../etc/passwd\"}", "survey"},
        {"{\"version\":1,\"hotline\":\"0123456789012345678901234567890123456789"
         "012345678901234567890123456789\"}",
         "hotline"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct setting s = {.version = 77};
        struct buf message = {0};
        assert_false(read_text(cases[i].text, &s, &message));
        if (strncmp(buf_text(&message), cases[i].key, strlen(cases[i].key)))
            fail_msg("%s: said \"%s\"", cases[i].text, buf_text(&message));
        assert_int_equal(s.version, 77);
        buf_free(&message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_version_is_needed),
        cmocka_unit_test(test_whole_configuration),
        cmocka_unit_test(test_walk_up_follows_the_mode),
        cmocka_unit_test(test_fields_to_choose_from),
        cmocka_unit_test(test_notices_of_what_was_done),
        cmocka_unit_test(test_keys_of_transactions),
        cmocka_unit_test(test_null_is_the_default),
        cmocka_unit_test(test_one_name_serves_both_languages),
        cmocka_unit_test(test_text_becomes_nfc),
        cmocka_unit_test(test_mistakes_name_the_key)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
