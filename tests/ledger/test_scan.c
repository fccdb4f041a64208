// The quick reader against the full one: what it takes, jansson's reader takes
// to the same record; whatever it does not take is left to that one.
#include "ledger/scan.h"
#include "support/check.h"
#include "support/ledger_maker.h"
#include <stdio.h>
#include <stdlib.h>

// The full reader sees a line that is not in the one form: an unknown key at
// its end changes nothing else.
static bool read_in_full(const char *line, size_t size, struct record *out)
{
    char reason[JSON_MESSAGE_SIZE];
    struct buf other = {0};
    struct record by_scan;
    buf_append(&other, line, size - 1);
    buf_append_text(&other, ",\"later\":1}");
    assert_false(scan_visit(buf_text(&other), other.size, &by_scan));
    bool ok = record_read(buf_text(&other), other.size, out, reason);
    buf_free(&other);
    return ok;
}

static void assert_same(const char *line, size_t size)
{
    static struct record quick, full;
    assert_true(scan_visit(line, size, &quick));
    memset(&full, 0, sizeof full);
    assert_true(read_in_full(line, size, &full));
    struct buf one = {0}, two = {0};
    assert_true(record_write(&quick, &one));
    assert_true(record_write(&full, &two));
    assert_string_equal(buf_text(&one), buf_text(&two));
    assert_int_equal(one.size, size);
    assert_memory_equal(one.data, line, size);
    buf_free(&one);
    buf_free(&two);
}

static void fill(struct record *visit)
{
    snprintf(visit->unit, sizeof visit->unit, "H24.12");
    snprintf(visit->field, sizeof visit->field, "chung-thuc");
    snprintf(visit->transaction, sizeof visit->transaction,
             "H24.12-261123-0007");
    snprintf(visit->aids[0], sizeof visit->aids[0], "large");
    visit->aid_count = 1;
    snprintf(visit->reasons[0], sizeof visit->reasons[0], "reason.low.1");
    snprintf(visit->reasons[1], sizeof visit->reasons[1], "reason.low.8");
    visit->reason_count = 2;
    snprintf(visit->answers[0].question, sizeof visit->answers[0].question,
             "15");
    visit->answers[0].level = 4;
    snprintf(visit->answers[1].question, sizeof visit->answers[1].question,
             "16");
    visit->answer_count = 2;
    visit->has_touch = true;
    visit->touch_x = 0.29;
    visit->touch_y = 1;
    visit->touch_after_ms = 1240;
}

static void test_scan_gives_what_the_full_reader_gives(void **state)
{
    (void)state;
    struct ledger_maker maker;
    maker_start(&maker, 1795400102120);
    for (int level = 0; level <= 5; level++) {
        struct record visit;
        maker_visit(&maker, level, &visit);
        const struct made_line *plain = maker_write(&maker, &visit);
        assert_same(plain->bytes, plain->size);
        maker_visit(&maker, level, &visit);
        fill(&visit);
        const struct made_line *full = maker_write(&maker, &visit);
        assert_same(full->bytes, full->size);
    }
    maker_free(&maker);
}

static void test_scan_leaves_other_lines_to_the_full_reader(void **state)
{
    (void)state;
    struct ledger_maker maker;
    struct record visit, out;
    char reason[JSON_MESSAGE_SIZE];
    maker_start(&maker, 1795400102120);
    maker_event(&maker, &visit);
    const struct made_line *event = maker_write(&maker, &visit);
    assert_false(scan_visit(event->bytes, event->size, &out));
    assert_true(record_read(event->bytes, event->size, &out, reason));
    maker_visit(&maker, 3, &visit);
    snprintf(visit.field, sizeof visit.field, "chứng thực");
    const struct made_line *marked = maker_write(&maker, &visit);
    assert_false(scan_visit(marked->bytes, marked->size, &out));
    assert_true(record_read(marked->bytes, marked->size, &out, reason));
    assert_string_equal(out.field, "chứng thực");
    maker_free(&maker);
}

// Every byte of a line changed to each of some others: either the scanner
// refuses, or both readers agree.
static void test_scan_agrees_on_damaged_lines(void **state)
{
    (void)state;
    static const char others[] = "0159\"\\{}[]:,. -+a\x01\x7f\xc3";
    struct ledger_maker maker;
    struct record visit;
    maker_start(&maker, 1795400102120);
    maker_visit(&maker, 4, &visit);
    fill(&visit);
    const struct made_line *line = maker_write(&maker, &visit);
    char *copy = malloc(line->size + 1);
    assert_non_null(copy);
    size_t taken = 0;
    for (size_t at = 0; at < line->size; at++) {
        for (size_t i = 0; i < sizeof others - 1; i++) {
            static struct record quick, full;
            memcpy(copy, line->bytes, line->size);
            copy[at] = others[i];
            if (!scan_visit(copy, line->size, &quick))
                continue;
            taken++;
            // What the rules refuse, both ways refuse.
            struct buf one = {0}, two = {0};
            bool by_quick = record_write(&quick, &one);
            bool by_full = read_in_full(copy, line->size, &full) &&
                           record_write(&full, &two);
            if (by_quick != by_full ||
                strcmp(buf_text(&one), buf_text(&two)) != 0)
                fail_msg("offset %zu, byte %d: %s", at, others[i], copy);
            buf_free(&one);
            buf_free(&two);
        }
    }
    assert_true(taken > 100);
    // And every cut.
    for (size_t size = 0; size < line->size; size++) {
        static struct record cut;
        assert_false(scan_visit(line->bytes, size, &cut));
    }
    free(copy);
    maker_free(&maker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_gives_what_the_full_reader_gives),
        cmocka_unit_test(test_scan_leaves_other_lines_to_the_full_reader),
        cmocka_unit_test(test_scan_agrees_on_damaged_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
