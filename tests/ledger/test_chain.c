#include "hand_lines.h"
#include "ledger/chain.h"
#include "support/ledger_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum chain_fault follow(struct chain *chain,
                               const struct made_line *line)
{
    char reason[JSON_MESSAGE_SIZE] = "";
    enum chain_fault fault =
        chain_follow(chain, line->bytes, line->size, NULL, reason);
    // Every fault says why.
    assert_true(fault == CHAIN_SOUND || strlen(reason) > 0);
    return fault;
}

static void test_hand_lines(void **state)
{
    (void)state;
    static const char line_1[] = HAND_LINE_1, line_2[] = HAND_LINE_2;
    struct chain chain;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    chain_start(&chain, HAND_DEVICE, 1);
    assert_int_equal(chain.seq, 0);
    assert_string_equal(chain.head, DIGEST_NONE_HEX);
    assert_int_equal(chain_follow(&chain, line_1, strlen(line_1), NULL, reason),
                     CHAIN_SOUND);
    assert_string_equal(chain.head, HAND_HASH_1);
    assert_int_equal(
        chain_follow(&chain, line_2, strlen(line_2), &record, reason),
        CHAIN_SOUND);
    assert_int_equal(chain.seq, 2);
    assert_string_equal(chain.head, HAND_HASH_2);
    assert_string_equal(record.id, HAND_ID_2);
}

// Three lines of a device, and a chain that holds the first.
struct made {
    struct ledger_maker maker;
    struct chain chain;
};

static int make_lines(void **state)
{
    static struct made made;
    maker_start(&made.maker, 1795400000000);
    for (int level = 5; level >= 3; level--)
        maker_rate(&made.maker, level);
    chain_start(&made.chain, made.maker.device, 1);
    *state = &made;
    return follow(&made.chain, &made.maker.lines[0]) != CHAIN_SOUND;
}

static int free_lines(void **state)
{
    struct made *made = *state;
    maker_free(&made->maker);
    return 0;
}

// A refused line leaves the chain where it was: the right one still follows.
static void must_refuse(struct made *made, const struct made_line *line,
                        enum chain_fault expected)
{
    assert_int_equal(follow(&made->chain, line), expected);
    assert_int_equal(made->chain.seq, 1);
    assert_string_equal(made->chain.head, made->maker.lines[0].hash);
    assert_int_equal(follow(&made->chain, &made->maker.lines[1]), CHAIN_SOUND);
}

static void test_gap(void **state)
{
    struct made *made = *state;
    must_refuse(made, &made->maker.lines[2], CHAIN_GAP);
}

static void test_repeat(void **state)
{
    struct made *made = *state;
    must_refuse(made, &made->maker.lines[0], CHAIN_REPEAT);
}

static void test_bad_line(void **state)
{
    struct made *made = *state;
    struct made_line line = made->maker.lines[1];
    line.size--;
    must_refuse(made, &line, CHAIN_BAD_LINE);
}

// One digit of a line that is held was changed: the next one tells.
static void test_edit_shows_at_the_next_line(void **state)
{
    struct made *made = *state;
    struct made_line *line = &made->maker.lines[1];
    char *level = strstr(line->bytes, "\"level\":4");
    assert_non_null(level);
    level[strlen("\"level\":")] = '5';
    assert_int_equal(follow(&made->chain, line), CHAIN_SOUND);
    assert_int_equal(follow(&made->chain, &made->maker.lines[2]),
                     CHAIN_BAD_PREV);
    assert_int_equal(made->chain.seq, 2);
}

static void test_other_device(void **state)
{
    struct made *made = *state;
    struct ledger_maker other;
    maker_start(&other, 1795400000000);
    maker_rate(&other, 5);
    must_refuse(made, maker_rate(&other, 5), CHAIN_BAD_DEVICE);
    maker_free(&other);
}

static void test_other_gen(void **state)
{
    struct made *made = *state;
    struct ledger_maker other;
    maker_start(&other, 1795400000000);
    strcpy(other.device, made->maker.device);
    maker_new_gen(&other, 2);
    must_refuse(made, maker_rate(&other, 5), CHAIN_BAD_GEN);
    maker_free(&other);
}

static void test_names_differ(void **state)
{
    (void)state;
    for (int a = CHAIN_SOUND; a <= CHAIN_BAD_PREV; a++)
        for (int b = a + 1; b <= CHAIN_BAD_PREV; b++)
            assert_string_not_equal(chain_fault_name((enum chain_fault)a),
                                    chain_fault_name((enum chain_fault)b));
}

#define WITH_LINES(test)                                                       \
    cmocka_unit_test_setup_teardown(test, make_lines, free_lines)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hand_lines),
        WITH_LINES(test_gap),
        WITH_LINES(test_repeat),
        WITH_LINES(test_bad_line),
        WITH_LINES(test_edit_shows_at_the_next_line),
        WITH_LINES(test_other_device),
        WITH_LINES(test_other_gen),
        cmocka_unit_test(test_names_differ),
    };
    if (!ledger_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
