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
    assert_string_equal(s.field_code, "chung-thuc");
    assert_string_equal(s.field_name[I18N_VI], "Chứng thực");
    assert_string_equal(s.field_name[I18N_EN], "Certification");
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

static void test_null_is_the_default(void **state)
{
    (void)state;
    struct setting s;
    struct buf message = {0};
    assert_true(read_text("{\"version\":1,\"field\":null,\"mode\":null,"
                          "\"hotline\":null,\"levels\":null}",
                          &s, &message));
    assert_string_equal(s.field_code, "");
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
    assert_string_equal(s.field_name[I18N_EN], "Hộ tịch");
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
        {"{\"version\":1,\"typing\":true}", "typing"},
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
        cmocka_unit_test(test_null_is_the_default),
        cmocka_unit_test(test_one_name_serves_both_languages),
        cmocka_unit_test(test_text_becomes_nfc),
        cmocka_unit_test(test_mistakes_name_the_key)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
