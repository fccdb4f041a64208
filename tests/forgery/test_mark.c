// Attacks on the mark up to which a device's lines have left, and on what it
// rests on, by a person with root on the tablet; and what names them.
#include "forgery/attacker.h"
#include "forgery/scenes.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

struct fixture {
    struct old_ledger old;
    char copy[SCRATCH_SIZE];
};

static int set_up(void **state)
{
    static struct fixture f;
    scene_pruned(&f.old);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    old_close(&f->old);
    return 0;
}

// A fresh copy to attack.
static int copy(void **state)
{
    struct fixture *f = *state;
    scratch_make(f->copy);
    attacker_copy(f->old.folder, f->copy);
    return 0;
}

static int drop_copy(void **state)
{
    struct fixture *f = *state;
    scratch_remove(f->copy);
    return 0;
}

static void expect(struct fixture *f, int64_t seq, const char *why)
{
    json_t *findings = attacker_verify(f->copy, NULL);
    attacker_must_be_named(findings, f->old.device.id, 1, seq, why);
    json_decref(findings);
}

static void test_untouched(void **state)
{
    struct fixture *f = *state;
    json_t *findings = attacker_verify(f->copy, NULL);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
}

// The lines stay where they were.
static void test_mark_raised(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE pruned SET upto = 33, head = (SELECT lower(hex(hash)) "
                 "FROM lines WHERE seq = 33)");
    expect(f, 31, "is still here, and the mark says that it has left");
    expect(f, 33, "is still here, and the mark says that it has left");
}

#define LEAVE_UPTO(to)                                                         \
    "UPDATE pruned SET upto = " #to                                            \
    ", head = (SELECT lower(hex(hash)) FROM lines WHERE seq = " #to "), "      \
    "lines = " #to ", rated = rated + " #to " - 30;"                           \
    "UPDATE counts SET n = (SELECT count(*) + 25 FROM lines WHERE seq > " #to  \
    " AND outcome = 'rated') + " #to " - 30 WHERE name = 'rated';"             \
    "UPDATE counts SET n = (SELECT count(*) + 5 FROM lines WHERE seq > " #to   \
    " AND outcome = 'declined') WHERE name = 'declined';"                      \
    "DELETE FROM lines WHERE seq <= " #to ";"

// Line 39 was never sent: with all counts in order, no receipt reaches it.
static void test_unsent_lines_let_leave(void **state)
{
    struct fixture *f = *state;
    attacker_run(
        f->copy, "kiosk.db",
        "UPDATE pruned SET receipt_to = 39, receipt_head = "
        "(SELECT lower(hex(hash)) FROM lines WHERE seq = 39);" LEAVE_UPTO(39));
    expect(f, 39, "the receipt that should prove them is not this server's");
}

// The receipt is the true one, and reaches less far than the mark.
static void test_mark_beyond_its_receipt(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "PRAGMA ignore_check_constraints = ON;" LEAVE_UPTO(39));
    expect(f, 39, "the receipt that should prove them is not");
}

static void test_mark_lowered(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db", "UPDATE pruned SET upto = 28");
    expect(f, 31, "seq is 31, not 29");
}

static void test_mark_removed(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db", "DELETE FROM pruned");
    expect(f, 31, "seq is 31, not 1");
}

static void test_mark_of_another_line(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db", "UPDATE pruned SET head = receipt_head");
    expect(f, 31, "prev is");
}

static void test_receipt_of_the_mark_forged(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE pruned SET at = replace(at, '20', '19')");
    expect(f, SCENE_MARK, "the receipt that should prove them is not");
}

// Every line whose hash a receipt could be held against is cut off.
static void test_end_cut_off_below_the_receipt(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "DELETE FROM lines WHERE seq > 33;"
                 "UPDATE counts SET n = 33 WHERE name = 'lines'");
    expect(f, SCENE_MARK_RECEIPT,
           "the line that the receipt of the mark names is gone");
}

// All of it, under a mark that is as good as one can be: for the very line of
// the receipt.
static void test_all_let_leave(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE pruned SET upto = 36, head = receipt_head, lines = 36;"
                 "DELETE FROM lines;"
                 "UPDATE counts SET n = 36 WHERE name = 'lines';"
                 "UPDATE counts SET n = (SELECT rated FROM pruned) "
                 "WHERE name = 'rated';"
                 "UPDATE counts SET n = (SELECT declined FROM pruned) "
                 "WHERE name = 'declined'");
    attacker_run(f->copy, "courier.db",
                 "DELETE FROM receipts WHERE upto > 36;"
                 "UPDATE positions SET (upto, head, nonce, at, sig) = "
                 "(SELECT upto, head, nonce, at, sig FROM receipts)");
    expect(f, 0, "none of this generation is here");
}

static void test_counts_of_what_left_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE pruned SET rated = rated - 1, declined = declined + "
                 "1");
    expect(f, SCENE_OLD_LINES, "the lifetime counts are not those");
    attacker_run(f->copy, "kiosk.db", "UPDATE pruned SET lines = 31");
    expect(f, SCENE_MARK, "more is counted as having left than could have");
}

#define ATTACK(name) cmocka_unit_test_setup_teardown(name, copy, drop_copy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_untouched),
        ATTACK(test_mark_raised),
        ATTACK(test_unsent_lines_let_leave),
        ATTACK(test_mark_beyond_its_receipt),
        ATTACK(test_mark_lowered),
        ATTACK(test_mark_removed),
        ATTACK(test_mark_of_another_line),
        ATTACK(test_receipt_of_the_mark_forged),
        ATTACK(test_end_cut_off_below_the_receipt),
        ATTACK(test_all_let_leave),
        ATTACK(test_counts_of_what_left_edited),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
