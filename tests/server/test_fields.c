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

static void must_refuse(const struct fields *fields, const char *codes,
                        const char *what)
{
    struct office_field tiles[FIELDS_TILES];
    struct buf message = {0};
    size_t count;
    assert_false(fields_choose(fields, codes, tiles, &count, &message));
    assert_holds(buf_text(&message), what);
    buf_free(&message);
}

static void test_tiles_are_chosen_by_code_or_are_the_first(void **state)
{
    struct office_field tiles[FIELDS_TILES];
    struct buf text = {0}, message = {0};
    size_t count;
    (void)state;
    for (char code = 'a'; code <= 'j'; code++)
        buf_printf(&text, "%c\"%c\":{\"vi\":\"V%c\",\"en\":\"E%c\"}",
                   code == 'a' ? '{' : ',', code, code, code);
    buf_append_char(&text, '}');
    struct fields *fields = read_text(text.data, &message);
    assert_non_null(fields);
    assert_true(fields_choose(fields, NULL, tiles, &count, &message));
    assert_int_equal(count, 8);
    assert_string_equal(tiles[0].code, "a");
    assert_string_equal(tiles[7].vi, "Vh");
    assert_true(fields_choose(fields, "j,a", tiles, &count, &message));
    assert_int_equal(count, 2);
    assert_string_equal(tiles[0].en, "Ej");
    assert_string_equal(tiles[1].code, "a");
    must_refuse(fields, "a,b,c,d,e,f,g,h,i", "\"i\" is one too many");
    must_refuse(fields, "a,b,a", "\"a\" stands there twice");
    must_refuse(fields, "a,x", "\"x\" is no code");
    must_refuse(fields, "a,", "\"\" is no code");
    must_refuse(fields, "", "\"\" is no code");
    fields_close(fields);
    buf_free(&text);
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
        cmocka_unit_test(test_tiles_are_chosen_by_code_or_are_the_first),
        cmocka_unit_test(test_the_programs_own_file_is_sound),
        cmocka_unit_test(test_mistakes_name_file_and_key),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
