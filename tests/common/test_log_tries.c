// What is tried again and again: what of it is said.
#include "common/log.h"
#include "common/log_tries.h"
#include "support/check.h"
#include <stdio.h>

static char last[256];
static int said;

static void hear(void *ctx, enum log_level level, const char *module,
                 const char *text)
{
    (void)ctx;
    (void)level;
    (void)module;
    said++;
    snprintf(last, sizeof last, "%s", text);
}

static int setup(void **state)
{
    (void)state;
    said = 0;
    last[0] = '\0';
    log_set_sink(hear, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    log_set_sink(NULL, NULL);
    return 0;
}

static void try(struct log_tries *tries, const char *fault)
{
    log_tries_begin(tries);
    if (fault)
        log_error("test", "%s", fault);
    log_tries_end(tries, !fault, "test", "the disk");
}

static void test_a_fault_is_said_once_and_so_is_its_end(void **state)
{
    struct log_tries tries = {0};
    (void)state;
    for (int i = 0; i < 1000; i++)
        try(&tries, "no room");
    assert_int_equal(said, 1);
    try(&tries, "broken");
    assert_int_equal(said, 2);
    try(&tries, NULL);
    assert_int_equal(said, 3);
    assert_string_equal(last, "the disk: works again, failed tries: 1001");
    try(&tries, NULL);
    assert_int_equal(said, 3);
    // A new one is news again.
    try(&tries, "no room");
    assert_int_equal(said, 4);
    try(&tries, NULL);
    assert_string_equal(last, "the disk: works again, failed tries: 1");
}

static void test_a_try_that_says_nothing_ends_in_silence(void **state)
{
    struct log_tries tries = {0};
    (void)state;
    log_tries_begin(&tries);
    log_tries_end(&tries, false, "test", "a file that is not there yet");
    try(&tries, NULL);
    assert_int_equal(said, 0);
}

static void test_the_same_words_come_again_after_an_hour(void **state)
{
    static const int64_t S = 1000000;
    struct log_tries tries = {0};
    (void)state;
    log_tries_begin(&tries);
    assert_true(log_tries_take("test", "no room", 10 * S));
    assert_false(log_tries_take("test", "no room", 11 * S));
    assert_true(log_tries_take("test", "other words", 11 * S));
    assert_true(log_tries_take("elsewhere", "no room", 11 * S));
    assert_false(log_tries_take("test", "no room", 3609 * S));
    assert_true(log_tries_take("test", "no room", 3610 * S));
    assert_false(log_tries_take("test", "no room", 3611 * S));
    log_tries_end(&tries, false, "test", "the disk");
}

// Too many different lines in one try: what does not fit is said each time.
static void test_what_cannot_be_remembered_is_said(void **state)
{
    struct log_tries tries = {0};
    (void)state;
    for (int round = 0; round < 2; round++) {
        log_tries_begin(&tries);
        for (int i = 0; i < LOG_TRIES_LINES + 1; i++)
            log_warn("test", "fault %d", i);
        log_tries_end(&tries, false, "test", "the disk");
    }
    assert_int_equal(said, LOG_TRIES_LINES + 2);
}

static void test_one_try_within_another(void **state)
{
    struct log_tries outer = {0}, inner = {0};
    (void)state;
    for (int i = 0; i < 2; i++) {
        log_tries_begin(&outer);
        log_error("test", "of the outer");
        try(&inner, "of the inner");
        log_error("test", "of the outer");
        log_tries_end(&outer, false, "test", "all");
    }
    assert_int_equal(said, 2);
    // Outside of tries nothing is held back.
    log_error("test", "of the outer");
    log_error("test", "of the outer");
    assert_int_equal(said, 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_fault_is_said_once_and_so_is_its_end),
        TEST(test_a_try_that_says_nothing_ends_in_silence),
        TEST(test_the_same_words_come_again_after_an_hour),
        TEST(test_what_cannot_be_remembered_is_said),
        TEST(test_one_try_within_another)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
