// One received line: its place and what is known of it.
#include "office/line.h"
#include "support/ledger_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t noon = 1795400000000;

static void read_line(const struct ledger_maker *maker, size_t index,
                      int64_t from, int64_t to, struct office_line *out)
{
    struct office_place place = {maker->device, maker->gen, from, to,
                                 index - (size_t)from + 1};
    office_line_read(maker->lines[index].bytes, maker->lines[index].size,
                     &place, out);
}

static void test_a_sound_line(void **state)
{
    struct ledger_maker maker;
    struct record record;
    struct office_line line;
    char hash[DIGEST_HEX_SIZE];
    (void)state;
    maker_start(&maker, noon);
    maker_rate(&maker, 4);
    maker_visit(&maker, 5, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, "H24.12-261123-0007");
    strcpy(record.procedure, "2.000815");
    strcpy(record.officer, "cb-07");
    maker_write(&maker, &record);
    read_line(&maker, 1, 1, 2, &line);

    assert_true(line.is_sound);
    assert_int_equal(line.seq, 2);
    hex_encode(line.hash, DIGEST_BYTES, hash);
    assert_string_equal(hash, maker.lines[1].hash);
    assert_true(line.has_prev);
    hex_encode(line.prev, DIGEST_BYTES, hash);
    assert_string_equal(hash, maker.lines[0].hash);
    assert_string_equal(line.id, record.id);
    assert_string_equal(line.detail, "");
    assert_true(line.visit.counts);
    assert_int_equal(line.visit.outcome, RECORD_RATED);
    assert_int_equal(line.visit.level, 5);
    assert_int_equal(line.visit.mode, RECORD_TRANSACTION);
    assert_int_equal(line.visit.answered_at, noon + 30000 - 10000);
    assert_string_equal(line.visit.transaction, "H24.12-261123-0007");
    assert_string_equal(line.visit.procedure, "2.000815");
    assert_string_equal(line.visit.officer, "cb-07");
    assert_string_equal(line.visit.counter, "3");
    assert_string_equal(line.visit.boot, maker.boot);
    maker_free(&maker);
}

static void test_tests_and_events_do_not_count(void **state)
{
    struct ledger_maker maker;
    struct record record;
    struct office_line line;
    (void)state;
    maker_start(&maker, noon);
    maker_event(&maker, &record);
    maker_write(&maker, &record);
    maker_visit(&maker, 5, &record);
    record.test = true;
    maker_write(&maker, &record);
    for (size_t i = 0; i < 2; i++) {
        read_line(&maker, i, 1, 2, &line);
        assert_true(line.is_sound);
        assert_false(line.visit.counts);
    }
    maker_free(&maker);
}

static void test_a_seq_outside_the_batch_is_not_its_place(void **state)
{
    struct ledger_maker maker;
    struct office_line line;
    (void)state;
    maker_start(&maker, noon);
    maker_rate(&maker, 5);
    // Line 1, sent as the third of the lines 7…12.
    struct office_place place = {maker.device, 1, 7, 12, 2};
    office_line_read(maker.lines[0].bytes, maker.lines[0].size, &place, &line);
    assert_false(line.is_sound);
    assert_int_equal(line.seq, 9);
    assert_true(line.has_prev);
    assert_non_null(strstr(line.detail, "seq 1"));
    // At the end of all numbers nothing overflows.
    place =
        (struct office_place){maker.device, 1, INT64_MAX - 1, INT64_MAX, 499};
    office_line_read(maker.lines[0].bytes, maker.lines[0].size, &place, &line);
    assert_int_equal(line.seq, INT64_MAX);
    maker_free(&maker);
}

static void test_another_gen_or_device_is_not_sound(void **state)
{
    struct ledger_maker maker;
    struct office_line line;
    (void)state;
    maker_start(&maker, noon);
    maker_rate(&maker, 5);
    struct office_place place = {maker.device, 2, 1, 1, 0};
    office_line_read(maker.lines[0].bytes, maker.lines[0].size, &place, &line);
    assert_false(line.is_sound);
    assert_non_null(strstr(line.detail, "gen"));
    place = (struct office_place){"00000000-0000-4000-8000-000000000000", 1, 1,
                                  1, 0};
    office_line_read(maker.lines[0].bytes, maker.lines[0].size, &place, &line);
    assert_false(line.is_sound);
    assert_int_equal(line.seq, 1);
    assert_non_null(strstr(line.detail, "device"));
    maker_free(&maker);
}

static void test_bytes_that_are_no_record(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } lines[] = {
        {NULL, 0},
        {"", 0},
        {"null", 4},
        {"[1,2]", 5},
        {"{\"seq\":\"2\",\"prev\":7,\"id\":{}}", 29},
        {"\xff\xfe", 2},
        {"{\"seq\":2}\0", 10},
        {"{\"seq\":2,\"seq\":2}", 17},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct office_line line;
        struct office_place place = {"00000000-0000-4000-8000-000000000000", 1,
                                     1, 3, 2};
        office_line_read(lines[i].bytes, lines[i].size, &place, &line);
        assert_false(line.is_sound);
        assert_int_equal(line.seq, 3);
        assert_false(line.has_prev);
        assert_string_equal(line.id, "");
        assert_non_null(line.bytes);
        assert_string_not_equal(line.detail, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_line),
        cmocka_unit_test(test_tests_and_events_do_not_count),
        cmocka_unit_test(test_a_seq_outside_the_batch_is_not_its_place),
        cmocka_unit_test(test_another_gen_or_device_is_not_sound),
        cmocka_unit_test(test_bytes_that_are_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
