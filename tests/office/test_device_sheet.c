// A table of new devices: how it may be written, and what is said of one that
// cannot be taken.
#include "office/device_sheet.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct device_sheet sheet;

static bool read(const char *text)
{
    return device_sheet_read(text, strlen(text), &sheet);
}

static void assert_row(size_t index, const char *counter, const char *name,
                       const char *field, const char *point)
{
    assert_true(index < sheet.count);
    assert_string_equal(sheet.rows[index].counter, counter);
    assert_string_equal(sheet.rows[index].name, name);
    assert_string_equal(sheet.rows[index].field, field);
    assert_string_equal(sheet.rows[index].point, point);
}

static void assert_fault(size_t index, const char *kind, int64_t line,
                         const char *column, const char *said)
{
    assert_true(index < sheet.fault_count);
    assert_string_equal(device_sheet_fault_name(sheet.faults[index].kind),
                        kind);
    assert_int_equal(sheet.faults[index].line, line);
    assert_string_equal(sheet.faults[index].column, column);
    assert_string_equal(sheet.faults[index].said, said);
}

static void test_sheet_as_the_readme_has_it(void **state)
{
    (void)state;
    assert_true(read("counter,name,field,point\n"
                     "1,Quầy 1,chung-thuc,tru-so\n"
                     "2,,,\n"));
    assert_int_equal(sheet.count, 2);
    assert_row(0, "1", "Quầy 1", "chung-thuc", "tru-so");
    assert_row(1, "2", "", "", "");
}

// A byte order mark, semicolons, another order, Vietnamese names, blanks, an
// empty row and no line end; "ầ" of the name in three code points.
static void test_sheet_as_a_spreadsheet_saves_it(void **state)
{
    (void)state;
    assert_true(read("\xEF\xBB\xBFTên;Điểm;QUầY\r\n"
                     "Qua\xCC\x82\xCC\x80y 1; tru-so ;01\r\n"
                     ";;\r\n"
                     "\"Một; cửa\";;2"));
    assert_int_equal(sheet.count, 2);
    assert_row(0, "01", "Quầy 1", "", "tru-so");
    assert_row(1, "2", "Một; cửa", "", "");
}

static void test_sheet_tells_all_its_faults(void **state)
{
    char text[400], name[200];
    (void)state;
    memset(name, 'n', 150);
    name[150] = '\0';
    snprintf(text, sizeof text,
             "counter,name,note\n" // "note" is line 1
             "1,A,\n"
             ",B,\n"      // no counter: line 3
             "2,%s,\n"    // a long name: line 4
             "1,C,\n"     // counter 1 again: line 5
             "3,\xFF,\n", // no UTF-8: line 6
             name);
    assert_false(read(text));
    assert_int_equal(sheet.fault_count, 5);
    assert_fault(0, "unknown", 1, "", "note");
    assert_fault(1, "empty", 3, "counter", "");
    // 63 bytes of it are shown
    name[63] = '\0';
    assert_fault(2, "long", 4, "name", name);
    assert_fault(3, "twice", 5, "counter", "1");
    assert_fault(4, "broken", 6, "name", "");
}

static void test_sheet_without_what_it_needs(void **state)
{
    (void)state;
    assert_false(read(""));
    assert_fault(0, "no-rows", 0, "", "");
    assert_false(read("counter\r\n\r\n"));
    assert_fault(0, "no-rows", 0, "", "");
    assert_false(read("number,name\n1,A\n"));
    assert_fault(0, "unknown", 1, "", "number");
    assert_fault(1, "no-counter", 1, "", "");
    assert_false(read("counter,name\n1,\"A\n"));
    assert_int_equal(sheet.faults[0].kind, DEVICE_SHEET_BROKEN);
    assert_int_equal(sheet.faults[0].line, 2);
}

static void test_sheet_of_too_many(void **state)
{
    struct buf text = {0};
    (void)state;
    buf_append_text(&text, "counter\n");
    for (int i = 1; i <= OFFICE_NEW_DEVICES_MAX; i++)
        buf_printf(&text, "%d\n", i);
    assert_true(read(buf_text(&text)));
    assert_int_equal(sheet.count, 200);
    buf_append_text(&text, "201\n");
    assert_false(read(buf_text(&text)));
    assert_fault(0, "many", 202, "", "");
    // However many faults there are, the first are told.
    for (int i = 1; i <= 200; i++)
        buf_append_text(&text, "1\n");
    assert_false(read(buf_text(&text)));
    assert_int_equal(sheet.fault_count, DEVICE_SHEET_FAULTS_MAX);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheet_as_the_readme_has_it),
        cmocka_unit_test(test_sheet_as_a_spreadsheet_saves_it),
        cmocka_unit_test(test_sheet_tells_all_its_faults),
        cmocka_unit_test(test_sheet_without_what_it_needs),
        cmocka_unit_test(test_sheet_of_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
