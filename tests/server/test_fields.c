// The file of the fields' names, and what is said about a broken one.
#include "common/file.h"
#include "server/fields.h"
#include "support/check.h"
#include "support/scratch.h"
#include <stdio.h>

static char folder[SCRATCH_SIZE];
static char path[128];

static int start(void **state)
{
    (void)state;
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/fields.json", folder);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static struct fields *read_text(const char *text, struct buf *message)
{
    assert_true(file_replace(path, text, strlen(text), 0600));
    return fields_open(path, message);
}

static void test_names_come_in_order(void **state)
{
    struct buf message = {0};
    size_t count;
    (void)state;
    struct fields *fields = read_text(
        "{\"ho-tich\": {\"vi\": \"Hộ tịch\", \"en\": \"Civil status\"},"
        " \"dat-dai\": {\"vi\": \"Đất đai\", \"en\": \"Land\"}}",
        &message);
    assert_non_null(fields);
    const struct office_field *list = fields_list(fields, &count);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].code, "ho-tich");
    assert_string_equal(list[0].vi, "Hộ tịch");
    assert_string_equal(list[1].en, "Land");
    fields_close(fields);
    buf_free(&message);
}

static void test_the_programs_own_file_is_sound(void **state)
{
    struct buf message = {0};
    size_t count;
    (void)state;
    struct fields *fields =
        fields_open(TEST_SOURCE "/assets/fields.json", &message);
    assert_non_null(fields);
    fields_list(fields, &count);
    assert_true(count > 0);
    fields_close(fields);
    buf_free(&message);
}

static void test_mistakes_name_file_and_key(void **state)
{
    static const char *const cases[][2] = {
        {"", "fields.json"},
        {"[]", "object"},
        {"{\"a\": 1}", "\"a\""},
        {"{\"a\": {\"vi\": \"A\"}}", "\"a\""},
        {"{\"a\": {\"vi\": \"\", \"en\": \"A\"}}", "\"a\""},
        {"{\"\": {\"vi\": \"A\", \"en\": \"A\"}}", "\"\""},
        {"{\"a\": {}, \"a\": {}}", "duplicate"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf message = {0};
        assert_null(read_text(cases[i][0], &message));
        assert_holds(buf_text(&message), "fields.json");
        assert_holds(buf_text(&message), cases[i][1]);
        buf_free(&message);
    }
    struct buf message = {0};
    assert_null(fields_open("/nowhere/fields.json", &message));
    assert_holds(buf_text(&message), "/nowhere/fields.json");
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_come_in_order),
        cmocka_unit_test(test_the_programs_own_file_is_sound),
        cmocka_unit_test(test_mistakes_name_file_and_key),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
