// How often one place may log, by hand.
#include "common/log.h"
#include "common/log_limit.h"
#include "support/check.h"
#include <stdlib.h>
#include <unistd.h>

static const int64_t S = 1000000;

static void test_a_hundred_then_one_in_half_a_minute(void **state)
{
    struct log_limit *limit = calloc(1, sizeof *limit);
    int64_t unsaid;
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_true(log_limit_take(limit, "a", 5 * S, &unsaid));
    assert_false(log_limit_take(limit, "a", 5 * S, &unsaid));
    assert_false(log_limit_take(limit, "a", 34 * S, &unsaid));
    // Another place is not held back by it.
    assert_true(log_limit_take(limit, "b", 34 * S, &unsaid));
    assert_int_equal(unsaid, 0);
    assert_true(log_limit_take(limit, "a", 35 * S, &unsaid));
    assert_int_equal(unsaid, 2);
    assert_false(log_limit_take(limit, "a", 36 * S, &unsaid));
    // After fifty minutes of quiet there are a hundred again.
    for (int i = 0; i < 100; i++)
        assert_true(log_limit_take(limit, "a", 3100 * S, &unsaid));
    assert_false(log_limit_take(limit, "a", 3100 * S, &unsaid));
    free(limit);
}

// A fault that lasts a day, a thousand times a second.
static void test_a_day_of_one_fault(void **state)
{
    struct log_limit *limit = calloc(1, sizeof *limit);
    int64_t unsaid, told = 0, said = 0;
    (void)state;
    for (int64_t ms = 0; ms < 24 * 3600 * 1000; ms += 10) {
        if (log_limit_take(limit, "a", ms * 1000, &unsaid)) {
            said++;
            told += unsaid;
        }
    }
    // The burst, and 2,880 half minutes but the first.
    assert_int_equal(said, 100 + 2879);
    assert_true(told > 8630000);
    free(limit);
}

static void test_lines_on_standard_error(void **state)
{
    char bytes[65536];
    int ends[2], kept = dup(STDERR_FILENO);
    size_t lines = 0;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    for (int i = 0; i < 150; i++)
        log_warn("test", "number %d", i);
    log_warn("test", "something else");
    dup2(kept, STDERR_FILENO);
    close(ends[1]);
    close(kept);
    ssize_t size = 0, got;
    while ((got = read(ends[0], bytes + size, sizeof bytes - (size_t)size)) > 0)
        size += got;
    close(ends[0]);
    for (ssize_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    assert_int_equal(lines, 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hundred_then_one_in_half_a_minute),
        cmocka_unit_test(test_a_day_of_one_fault),
        cmocka_unit_test(test_lines_on_standard_error)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
