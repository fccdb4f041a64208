// Each attack on a device's directory, by a person with root on the tablet, and
// what names it.
#include "forgery/attacker.h"
#include "forgery/scenes.h"
#include "ledger/digest.h"
#include "store/courier.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

struct fixture {
    struct made_kiosk kiosk;
    char copy[SCRATCH_SIZE];
};

static int set_up(void **state)
{
    static struct fixture f;
    scene_device(&f.kiosk);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    made_kiosk_close(&f->kiosk);
    return 0;
}

// A fresh copy to attack.
static int copy(void **state)
{
    struct fixture *f = *state;
    scratch_make(f->copy);
    attacker_copy(f->kiosk.folder, f->copy);
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
    attacker_must_be_named(findings, f->kiosk.device.id, 1, seq, why);
    json_decref(findings);
}

static void test_untouched(void **state)
{
    struct fixture *f = *state;
    json_t *findings = attacker_verify(f->copy, NULL);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
}

#define BETTER                                                                 \
    "line = CAST(replace(CAST(line AS TEXT), '\"level\":1', '\"level\":5') "   \
    "AS "                                                                      \
    "BLOB)"

static void test_row_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE lines SET " BETTER " WHERE seq = 7");
    expect(f, 7, "the bytes are not those");
}

// With a hash that fits: the next line names the old one.
static void test_row_edited_with_its_hash(void **state)
{
    struct fixture *f = *state;
    char hash[DIGEST_HEX_SIZE];
    char *line = attacker_ask(f->copy, "kiosk.db",
                              "SELECT replace(CAST(line AS TEXT), "
                              "'\"level\":1', '\"level\":5') FROM lines "
                              "WHERE seq = 7");
    digest_hex_of(line, strlen(line), hash);
    free(line);
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE lines SET " BETTER ", hash = x'%s' WHERE seq = 7",
                 hash);
    expect(f, 8, "prev is");
}

static void test_row_deleted(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db", "DELETE FROM lines WHERE seq = 9");
    expect(f, 10, "seq is 10, not 9");
}

static void test_row_inserted(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "INSERT INTO lines SELECT gen, 25, 'another', hash, "
                 "closed_at, outcome, line FROM lines WHERE seq = 5");
    expect(f, 25, "seq is 5, not 25");
}

static void test_rows_reordered(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE lines SET seq = 99 WHERE seq = 3;"
                 "UPDATE lines SET seq = 3 WHERE seq = 4;"
                 "UPDATE lines SET seq = 4 WHERE seq = 99");
    expect(f, 3, "seq is 4, not 3");
    expect(f, 4, "");
}

// Lines that the server has.
static void test_tail_cut_below_a_receipt(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "DELETE FROM lines WHERE seq > 15;"
                 "UPDATE counts SET n = (SELECT count(*) FROM lines "
                 " WHERE outcome = name) WHERE name <> 'lines';"
                 "UPDATE counts SET n = 15 WHERE name = 'lines'");
    expect(f, SCENE_SENT, "gone from the device");
}

// Lines that it has not: the counts tell when they were left alone. When they
// were not, the device alone cannot tell; the server's head can
// (test_server.c).
static void test_tail_cut_that_was_not_sent(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db", "DELETE FROM lines WHERE seq > 22");
    expect(f, 23, "its end was cut off");
}

static void test_lifetime_counts_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "kiosk.db",
                 "UPDATE counts SET n = n + 1 WHERE name = 'rated';"
                 "UPDATE counts SET n = n - 1 WHERE name = 'declined'");
    expect(f, SCENE_LINES, "the lifetime counts are not those of the lines");
}

// kiosk.db of yesterday beside the courier.db of today.
static void test_old_database_restored(void **state)
{
    struct fixture *f = *state;
    struct made_kiosk kiosk;
    char yesterday[SCRATCH_SIZE];
    (void)f;
    made_kiosk_open(&kiosk);
    made_kiosk_visit(&kiosk, 5);
    scratch_make(yesterday);
    attacker_run(kiosk.folder, "kiosk.db", "VACUUM INTO '%s/kiosk.db'",
                 yesterday);
    made_kiosk_visit(&kiosk, 1);
    made_kiosk_acknowledge(&kiosk, 2);
    made_kiosk_stop(&kiosk);
    attacker_copy(yesterday, kiosk.folder);
    json_t *findings = attacker_verify(kiosk.folder, NULL);
    attacker_must_be_named(findings, kiosk.device.id, 1, 2,
                           "gone from the device");
    json_decref(findings);
    scratch_remove(yesterday);
    made_kiosk_close(&kiosk);
}

// Another device's ledger under this one's identity.
static void test_database_of_another_device(void **state)
{
    struct fixture *f = *state;
    struct made_kiosk other;
    made_kiosk_open(&other);
    made_kiosk_visit(&other, 5);
    made_kiosk_acknowledge(&other, 1);
    made_kiosk_stop(&other);
    attacker_copy(f->copy, other.folder); // the whole of it …
    assert_true(device_save(other.folder, &other.device)); // … but who it is
    json_t *findings = attacker_verify(other.folder, NULL);
    attacker_must_be_named(findings, other.device.id, 1, 1, "device is");
    attacker_must_be_named(findings, other.device.id, 1, 6,
                           "the receipt is not this server's for this device");
    json_decref(findings);
    made_kiosk_close(&other);
}

static void test_receipt_forged(void **state)
{
    struct fixture *f = *state;
    // One line further than the server went.
    attacker_run(f->copy, "courier.db",
                 "UPDATE receipts SET upto = 21 WHERE upto = 20;"
                 "UPDATE positions SET upto = 21");
    expect(f, 21, "the receipt is not this server's for this device");
    expect(f, 21, "the receipt of the courier's position is not this server's");
}

// Without a receipt: the lines would never be sent.
static void test_position_forged(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "courier.db",
                 "UPDATE positions SET upto = 24, device = NULL, head = NULL, "
                 "nonce = NULL, at = NULL, sig = NULL");
    expect(f, 24, "is said to be acknowledged, and no receipt proves it");
}

static void test_no_proof_is_no_sound_ledger(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "courier.db",
                 "DELETE FROM receipts; DELETE FROM positions");
    expect(f, SCENE_LINES, "no receipt of the server is here");
    attacker_run(f->copy, "courier.db", "DELETE FROM receipts");
    char path[128];
    snprintf(path, sizeof path, "%s/courier.db", f->copy);
    assert_int_equal(remove(path), 0);
    expect(f, SCENE_LINES, "no receipt of the server is here");
}

// Another sealed text under a line than the one whose hash it carries. The
// line is made first, as the kiosk makes it.
static void test_comment_replaced(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct record record;
    struct ledger_maker maker;
    static const char SEALED[] = "c2VhbGVkIGZvciB0aGUgc2VydmVy";
    made_kiosk_open(&kiosk);
    maker_start(&maker, 1795400000000);
    maker_visit(&maker, 1, &record);
    strcpy(record.device, kiosk.device.id);
    digest_hex_of(SEALED, strlen(SEALED), record.comment_hash);
    assert_true(store_put_line(kiosk.store, &record));
    made_kiosk_visit(&kiosk, 5);
    made_kiosk_acknowledge(&kiosk, 1);
    made_kiosk_stop(&kiosk);
    attacker_run(kiosk.folder, "kiosk.db",
                 "INSERT INTO comments VALUES ('%s', CAST('%s' AS BLOB))",
                 record.id, SEALED);
    json_t *findings = attacker_verify(kiosk.folder, NULL);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
    attacker_run(kiosk.folder, "kiosk.db",
                 "UPDATE comments SET sealed = CAST('another' AS BLOB)");
    findings = attacker_verify(kiosk.folder, NULL);
    attacker_must_be_named(findings, kiosk.device.id, 1, 1,
                           "the sealed comment is not the one that the line "
                           "names");
    json_decref(findings);
    maker_free(&maker);
    made_kiosk_close(&kiosk);
}

static void test_newest_receipt_gone(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "courier.db", "DELETE FROM receipts WHERE upto = 20");
    expect(f, SCENE_SENT, "the receipt that the courier's position rests on");
    attacker_run(f->copy, "courier.db", "DELETE FROM positions");
    expect(f, 12, "was acknowledged, and the courier's position is gone");
}

#define ATTACK(name) cmocka_unit_test_setup_teardown(name, copy, drop_copy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_untouched),
        ATTACK(test_row_edited),
        ATTACK(test_row_edited_with_its_hash),
        ATTACK(test_row_deleted),
        ATTACK(test_row_inserted),
        ATTACK(test_rows_reordered),
        ATTACK(test_tail_cut_below_a_receipt),
        ATTACK(test_tail_cut_that_was_not_sent),
        ATTACK(test_lifetime_counts_edited),
        ATTACK(test_old_database_restored),
        ATTACK(test_database_of_another_device),
        ATTACK(test_receipt_forged),
        ATTACK(test_position_forged),
        ATTACK(test_no_proof_is_no_sound_ledger),
        ATTACK(test_newest_receipt_gone),
        cmocka_unit_test(test_comment_replaced),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
