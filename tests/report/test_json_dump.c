// What is written of a report is what jansson writes, to the byte.
#include "report/json_parts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_as_jansson(json_t *value)
{
    struct buf text = {0};
    char *wanted = json_dumps(
        value, JSON_COMPACT | JSON_REAL_PRECISION(JSON_PARTS_DIGITS));
    assert_non_null(wanted);
    assert_true(json_parts_dump(value, &text));
    assert_string_equal(buf_text(&text), wanted);
    free(wanted);
    buf_free(&text);
    json_decref(value);
}

static void test_json_dump_rates(void **state)
{
    (void)state;
    json_t *array = json_array();
    for (int hundredths = 0; hundredths <= 10000; hundredths++)
        json_array_append_new(array, json_parts_fixed(hundredths, 2));
    for (int tenths = 0; tenths <= 14400; tenths += 7)
        json_array_append_new(array, json_parts_fixed(tenths, 1));
    json_array_append_new(array, json_parts_fixed(FIGURES_UNKNOWN, 1));
    assert_as_jansson(array);
}

static void test_json_dump_odd_numbers(void **state)
{
    static const double reals[] = {
        -0.0,          -1.5, 0.001, 1.0 / 3, 0.1 + 0.2,         1e9,
        9999999999.99, 1e10, 1e300, 5e-324,  4503599627370496.5};
    static const json_int_t integers[] = {0,  7,         10,       1000000000,
                                          -1, INT64_MAX, INT64_MIN};
    (void)state;
    json_t *array = json_array();
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        json_array_append_new(array, json_real(reals[i]));
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++)
        json_array_append_new(array, json_integer(integers[i]));
    assert_as_jansson(array);
}

static void test_json_dump_texts(void **state)
{
    (void)state;
    json_t *object = json_object();
    json_object_set_new(object, "plain", json_string("Chứng thực"));
    json_object_set_new(object, "", json_string(""));
    json_object_set_new(object, "odd \"name\"\n",
                        json_string("a\"b\\c/\n\t\x01 \x7f </script>"));
    json_object_set_new(object, "nul", json_stringn("a\0b", 3));
    json_object_set_new(object, "none", json_null());
    json_object_set_new(object, "yes", json_true());
    json_object_set_new(object, "no", json_false());
    json_object_set_new(object, "empty", json_array());
    json_object_set_new(object, "nothing", json_object());
    assert_as_jansson(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_dump_rates),
        cmocka_unit_test(test_json_dump_odd_numbers),
        cmocka_unit_test(test_json_dump_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
