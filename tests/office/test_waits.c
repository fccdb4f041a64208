// Waiting times as a histogram: figures worked out by hand, bytes and back.
#include "office/waits.h"
#include "support/check.h"
#include <stdlib.h>

enum { MINUTE = 60000 };

static struct waits of(const int64_t *ms, size_t count)
{
    struct waits waits = {0};
    for (size_t i = 0; i < count; i++) {
        waits_add(&waits, ms[i], 1);
    }
    assert_false(waits.failed);
    return waits;
}

#define WAITS(...)                                                             \
    of((const int64_t[]){__VA_ARGS__},                                         \
       sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void test_waits_median(void **state)
{
    (void)state;
    struct waits waits = WAITS(3 * MINUTE, 20 * MINUTE, 7 * MINUTE);
    assert_int_equal(waits_median(&waits), 700);
    waits_free(&waits);
    // 4,1 and 4,2 minutes: between them 4,15.
    waits = WAITS(4 * MINUTE + 12000, 4 * MINUTE + 6000, MINUTE, 9 * MINUTE);
    assert_int_equal(waits_median(&waits), 415);
    waits_free(&waits);
    // 2,9 s are no tenth of a minute, 3 s are one.
    waits = WAITS(2999);
    assert_int_equal(waits_median(&waits), 0);
    waits_free(&waits);
    waits = WAITS(3000);
    assert_int_equal(waits_median(&waits), 10);
    waits_free(&waits);
    waits = WAITS(WAITS_MOST_MS);
    assert_int_equal(waits_median(&waits), 144000);
    waits_free(&waits);
    assert_int_equal(waits_median(&waits), -1);
}

static void test_waits_within_fifteen_minutes_to_the_millisecond(void **state)
{
    (void)state;
    struct waits waits = WAITS(15 * MINUTE, 15 * MINUTE + 1, 0);
    assert_int_equal(waits.known, 3);
    assert_int_equal(waits.within, 2);
    assert_int_equal(waits.ms, 30 * MINUTE + 1);
    waits_free(&waits);
}

static void test_waits_taken_away_leave_nothing(void **state)
{
    (void)state;
    struct waits waits = {0}, nothing = {0};
    waits_add(&waits, 5 * MINUTE, -1);
    waits_add(&waits, 5 * MINUTE, 1);
    assert_true(waits_equal(&waits, &nothing));
    assert_int_equal(waits.count, 0);
    waits_free(&waits);
}

static void test_waits_merge(void **state)
{
    (void)state;
    struct waits a = WAITS(MINUTE, 3 * MINUTE), b = WAITS(2 * MINUTE, MINUTE);
    struct waits all = WAITS(MINUTE, MINUTE, 2 * MINUTE, 3 * MINUTE);
    assert_false(waits_equal(&a, &all));
    waits_merge(&a, &b);
    assert_true(waits_equal(&a, &all));
    waits_free(&a);
    waits_free(&b);
    waits_free(&all);
}

// However two are put together, it is as if each wait had been added alone.
static void test_waits_merge_in_any_order(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 500; round++) {
        struct waits parts[2] = {{0}}, all = {0};
        for (int i = rand() % 40; i > 0; i--) {
            int64_t ms = rand() % 20 * WAITS_TENTH_MS;
            int sign = rand() % 4 ? 1 : -1;
            waits_add(&parts[rand() % 2], ms, sign);
            waits_add(&all, ms, sign);
        }
        waits_merge(&parts[0], &parts[1]);
        assert_true(waits_equal(&parts[0], &all));
        waits_free(&parts[0]);
        waits_free(&parts[1]);
        waits_free(&all);
    }
}

static void test_waits_become_bytes_and_come_back(void **state)
{
    (void)state;
    // 0 twice, 1,0 and 24 h: distances 0, 10, 14390.
    static const unsigned char expected[] = {0, 2, 10, 1, 0xb6, 0x70, 1};
    struct waits waits = WAITS(0, MINUTE, WAITS_MOST_MS, 1);
    struct waits back = {
        .known = waits.known, .ms = waits.ms, .within = waits.within};
    struct buf bytes = {0};
    assert_true(waits_write(&waits, &bytes));
    assert_int_equal(bytes.size, sizeof expected);
    assert_memory_equal(bytes.data, expected, sizeof expected);
    assert_true(waits_read(bytes.data, bytes.size, &back));
    assert_true(waits_equal(&waits, &back));
    waits_free(&waits);
    waits_free(&back);
    buf_free(&bytes);
    assert_true(waits_read(NULL, 0, &back));
}

static void test_waits_refuse_other_bytes(void **state)
{
    static const struct {
        int64_t known;
        size_t size;
        unsigned char bytes[12];
    } cases[] = {
        {2, 2, {0, 1}},          // one of two is missing
        {1, 4, {0, 1, 1, 1}},    // one too many
        {1, 1, {0}},             // no count
        {1, 2, {0, 0x81}},       // cut
        {0, 2, {0, 0}},          // a cell of nobody
        {2, 4, {5, 1, 0, 1}},    // the same cell twice
        {1, 3, {0xc1, 0x70, 1}}, // more than a day
        {1, 3, {0x80, 0, 1}},    // another spelling of 0
        {1,
         12,
         {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct waits waits = {.known = cases[i].known};
        if (waits_read(cases[i].bytes, cases[i].size, &waits)) {
            fail_msg("case %zu was taken", i);
        }
        waits_free(&waits);
    }
    // What was taken away and never there is no histogram.
    struct waits waits = {0};
    struct buf out = {0};
    waits_add(&waits, MINUTE, -1);
    assert_false(waits_write(&waits, &out));
    waits_free(&waits);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_median),
        cmocka_unit_test(test_waits_within_fifteen_minutes_to_the_millisecond),
        cmocka_unit_test(test_waits_taken_away_leave_nothing),
        cmocka_unit_test(test_waits_merge),
        cmocka_unit_test(test_waits_merge_in_any_order),
        cmocka_unit_test(test_waits_become_bytes_and_come_back),
        cmocka_unit_test(test_waits_refuse_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
