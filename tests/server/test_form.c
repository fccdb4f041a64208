// The body of a form: what a browser sends is read, anything else refused.
#include "server/form.h"
#include "support/check.h"

static struct form form;
static char why[FORM_WHY_SIZE];

static bool read_text(const char *text)
{
    form_free(&form);
    why[0] = '\0';
    return form_read(text, strlen(text), &form, why);
}

static int stop(void **state)
{
    (void)state;
    form_free(&form);
    return 0;
}

// As Chromium sent it for "Chờ lâu, 2 giờ\nở quầy" and two boxes.
static void test_form_of_a_browser_is_read(void **state)
{
    (void)state;
    assert_true(read_text("level=2&reason=reason.low.1&reason=reason.low.3"
                          "&comment=Ch%E1%BB%9D+l%C3%A2u%2C+2+gi%E1%BB%9D%0D"
                          "%0A%E1%BB%9F+qu%E1%BA%A7y&send=1"));
    assert_int_equal(form.count, 5);
    assert_string_equal(form_value(&form, "level"), "2");
    assert_string_equal(form_value(&form, "comment"),
                        "Chờ lâu, 2 giờ\r\nở quầy");
    assert_true(form_has(&form, "reason", "reason.low.1"));
    assert_true(form_has(&form, "reason", "reason.low.3"));
    assert_false(form_has(&form, "reason", "reason.low.2"));
    // Which of the two is meant, nobody knows.
    assert_null(form_value(&form, "reason"));
    assert_null(form_value(&form, "absent"));
}

static void test_form_may_be_empty(void **state)
{
    (void)state;
    assert_true(read_text(""));
    assert_int_equal(form.count, 0);
    assert_true(read_text("comment="));
    assert_string_equal(form_value(&form, "comment"), "");
    assert_true(read_text("a=b%3Dc%26d"));
    assert_string_equal(form_value(&form, "a"), "b=c&d");
}

static void test_form_that_no_browser_sends_is_refused(void **state)
{
    static const struct {
        const char *body, *why;
    } cases[] = {{"a", "no name=value"},         {"=a", "no name=value"},
                 {"a=1&", "no name=value"},      {"&a=1", "no name=value"},
                 {"a=1&&b=2", "no name=value"},  {"a=%", "not encoded"},
                 {"a=%4", "not encoded"},        {"a=%zz", "not encoded"},
                 {"a=%00b", "not encoded"},      {"a=%C3", "not encoded"},
                 {"a=%ED%A0%80", "not encoded"}, {"a=b c", "not encoded"},
                 {"a=b=c", "not encoded"},       {"a=\xc3\xa2", "not encoded"},
                 {"a=<b>", "not encoded"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (read_text(cases[i].body))
            fail_msg("\"%s\" was taken", cases[i].body);
        assert_holds(why, cases[i].why);
    }
}

static void test_form_has_a_bound(void **state)
{
    struct buf body = {0};
    (void)state;
    for (int i = 1; i <= FORM_FIELDS_MAX; i++)
        buf_printf(&body, "%sf%d=%d", i > 1 ? "&" : "", i, i);
    assert_true(read_text(buf_text(&body)));
    assert_string_equal(form_value(&form, "f32"), "32");
    buf_append_text(&body, "&more=1");
    assert_false(read_text(buf_text(&body)));
    assert_holds(why, "too many");
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_of_a_browser_is_read),
        cmocka_unit_test(test_form_may_be_empty),
        cmocka_unit_test(test_form_that_no_browser_sends_is_refused),
        cmocka_unit_test(test_form_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
