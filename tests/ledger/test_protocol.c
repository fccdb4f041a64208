// Which protocol two sides speak, by hand.
#include "ledger/protocol.h"
#include "support/check.h"

static int common(int a, int b, int c, int d)
{
    struct protocol_range first = {a, b}, second = {c, d};
    int found = protocol_common(&first, &second);
    assert_int_equal(protocol_common(&second, &first), found);
    return found;
}

static void test_the_newest_of_both(void **state)
{
    (void)state;
    assert_int_equal(common(1, 2, 1, 2), 2);
    assert_int_equal(common(1, 2, 2, 3), 2);
    assert_int_equal(common(1, 2, 1, 1), 1);
    assert_int_equal(common(1, 2, 3, 4), 0);
    assert_int_equal(common(2, 2, 2, 9), 2);
}

static void read(const char *text, int oldest, int newest)
{
    char why[JSON_MESSAGE_SIZE];
    struct protocol_range range = {0, 0};
    json_t *answer = json_read(text, strlen(text), why);
    assert_int_equal(protocol_read(answer, &range), newest != 0);
    assert_int_equal(range.oldest, oldest);
    assert_int_equal(range.newest, newest);
    json_decref(answer);
}

static void test_what_answers_say(void **state)
{
    (void)state;
    read("{\"protocols\":[1,2]}", 1, 2);
    read("{\"protocols\":[7,7]}", 7, 7);
    read("{}", 0, 0);
    read("{\"protocols\":[2]}", 0, 0);
    read("{\"protocols\":[1,2,3]}", 0, 0);
    read("{\"protocols\":[2,1]}", 0, 0);
    read("{\"protocols\":[0,1]}", 0, 0);
    read("{\"protocols\":[\"1\",2]}", 0, 0);
    read("{\"protocols\":[1,99999999999]}", 0, 0);
}

// Two of them: what is newest, and what was before it.
static void test_our_own(void **state)
{
    (void)state;
    assert_int_equal(PROTOCOL_OWN.newest - PROTOCOL_OWN.oldest, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_of_both),
        cmocka_unit_test(test_what_answers_say),
        cmocka_unit_test(test_our_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
