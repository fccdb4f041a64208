// Reading JSON while each allocation fails in turn, alone or with all after it:
// what is read is the whole of what stands there, or nothing.
#include "common/json.h"
#include "faults/failing_memory.h"
#include "support/check.h"
#include <stdio.h>
#include <string.h>

// Texts and keys around the sizes at which the room for them grows.
static const char source[] =
    "{\"level\":4,\"Phường\":\"Bình Minh\",\"share\":0.1250000000000000,"
    "\"a key that is quite as long as the thirty-two\":[1,22,333,-4e3,true,"
    "null,\"0123456789abcde\",\"0123456789abcdef\",\"0123456789abcdef0\"],"
    "\"Cán bộ hướng dẫn tận tình\":\"Chờ lâu quá \\u0111\\n nhưng cán bộ tận "
    "tình, hồ sơ được trả đúng hẹn và không phải đi lại nhiều lần, xin cảm ơn "
    "bộ phận một cửa của phường\",\"inner\":{\"deep\":[[[\"đáy\"]]]}}";

// Whether an allocation failed.
static bool reads_all_or_nothing(json_t *whole, long n, bool for_ever)
{
    char message[JSON_MESSAGE_SIZE] = "";
    memory_fail(n, for_ever);
    json_t *got = json_read(source, sizeof source - 1, message);
    bool failed = memory_failures() > 0;
    memory_fail(0, false);
    if (failed && (got || strcmp(message, "out of memory") != 0))
        fail_msg("allocation %ld failed %s: %s", n,
                 for_ever ? "for ever" : "once", got ? "read" : message);
    if (!failed)
        assert_true(json_equal(got, whole));
    json_decref(got);
    return failed;
}

static void test_all_or_nothing(void **state)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *whole = json_read(source, sizeof source - 1, message);
    (void)state;
    if (!whole)
        fail_msg("%s", message);
    for (int for_ever = 0; for_ever <= 1; for_ever++) {
        long n = 1;
        while (reads_all_or_nothing(whole, n, for_ever))
            n++;
        assert_true(n > 50); // so many allocations there are at the least
    }
    json_decref(whole);
}

// A text of each length up to some doublings of its room, whose every
// allocation fails, and one that is too large for the stack.
static void test_every_length(void **state)
{
    static char text[4096];
    char message[JSON_MESSAGE_SIZE];
    (void)state;
    for (size_t length = 0; length < sizeof text - 8;
         length += length < 300 ? 1 : 97) {
        size_t size =
            (size_t)snprintf(text, sizeof text, "[\"%0*d\"]", (int)length, 0);
        for (long n = 1;; n++) {
            memory_fail(n, true);
            json_t *got = json_read(text, size, message);
            bool failed = memory_failures() > 0;
            memory_fail(0, false);
            assert_true(failed == !got);
            if (failed)
                assert_string_equal(message, "out of memory");
            json_decref(got);
            if (!failed)
                break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_every_length),
    };
    memory_take_over();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
