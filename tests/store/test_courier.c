#include "common/file.h"
#include "common/ids.h"
#include "common/log.h"
#include "store/courier.h"
#include "support/check.h"
#include "support/scratch.h"
#include <stdio.h>

static const char head_3[] =
    "711328af30462e4a7fe9b06a1196f7e3de82551380db0300a9e0222bfbd90e2a";
static const char head_5[] =
    "2f4bed32c54c08cbd545c433d1db39739e25d64fc078e718d5457f739d52491d";

struct bench {
    char folder[SCRATCH_SIZE];
    struct courier *courier;
    struct key server;
};

static void reopen(struct bench *b)
{
    courier_close(b->courier);
    assert_int_equal(courier_open(b->folder, COURIER_WRITER, &b->courier),
                     SQL_OK);
}

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(LOG_ERROR);
    assert_true(ledger_init());
    scratch_make(bench.folder);
    key_make(&bench.server);
    reopen(&bench);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    courier_close(b->courier);
    scratch_remove(b->folder);
    return 0;
}

static struct proof_receipt make_receipt(const struct bench *b, int64_t to,
                                         const char *head)
{
    struct proof_receipt receipt = {.batch = {.gen = 1, .to = to}};
    strcpy(receipt.batch.device, "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11");
    strcpy(receipt.batch.head, head);
    proof_new_nonce(receipt.batch.nonce);
    strcpy(receipt.at, "2026-11-23T09:15:10.000+07:00");
    proof_sign_receipt(&b->server, &receipt);
    return receipt;
}

static void advance(struct bench *b, const struct proof_receipt *receipt)
{
    assert_int_equal(courier_advance(b->courier, receipt, NULL, 0), SQL_OK);
}

struct receipts {
    struct proof_receipt all[8];
    size_t count;
};

static bool take_receipt(void *ctx, const struct proof_receipt *receipt)
{
    struct receipts *receipts = ctx;
    receipts->all[receipts->count++] = *receipt;
    return receipts->count < 8;
}

static struct receipts read_receipts(struct bench *b)
{
    struct receipts receipts = {0};
    assert_int_equal(courier_receipts(b->courier, take_receipt, &receipts),
                     SQL_OK);
    return receipts;
}

static void test_reader_before_the_writer(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct courier *reader = NULL;
    scratch_make(folder);
    assert_int_equal(courier_open(folder, COURIER_READER, &reader), SQL_NONE);
    assert_null(reader);
    scratch_remove(folder);
}

// A receipt comes back as it was signed, also after a restart.
static void test_position_is_a_receipt(void **state)
{
    struct bench *b = *state;
    struct proof_receipt kept, receipt = make_receipt(b, 3, head_3);
    assert_int_equal(courier_position(b->courier, 1, &kept), SQL_NONE);
    advance(b, &receipt);
    reopen(b);
    assert_int_equal(courier_position(b->courier, 1, &kept), SQL_OK);
    assert_int_equal(kept.batch.to, 3);
    assert_string_equal(kept.batch.head, head_3);
    assert_true(proof_verify_receipt(b->server.public_key, &kept));
    assert_int_equal(courier_position(b->courier, 2, &kept), SQL_NONE);
}

// A receipt a minute for the same line is one proof, and the position has the
// newest.
static void test_heartbeats_do_not_pile_up(void **state)
{
    struct bench *b = *state;
    struct proof_receipt kept, last = make_receipt(b, 3, head_3);
    advance(b, &last);
    for (int i = 0; i < 5; i++) {
        last = make_receipt(b, 3, head_3);
        advance(b, &last);
    }
    last = make_receipt(b, 5, head_5);
    advance(b, &last);
    assert_int_equal(courier_position(b->courier, 1, &kept), SQL_OK);
    assert_string_equal(kept.batch.nonce, last.batch.nonce);
    struct receipts receipts = read_receipts(b);
    assert_int_equal(receipts.count, 2);
    assert_int_equal(receipts.all[0].batch.to, 3);
    assert_int_equal(receipts.all[1].batch.to, 5);
    for (size_t i = 0; i < receipts.count; i++)
        assert_true(
            proof_verify_receipt(b->server.public_key, &receipts.all[i]));
}

static void test_rewind_keeps_the_proofs(void **state)
{
    struct bench *b = *state;
    struct proof_receipt kept, receipt = make_receipt(b, 5, head_5);
    advance(b, &receipt);
    assert_int_equal(courier_rewind(b->courier, 1, 2), SQL_OK);
    assert_int_equal(courier_position(b->courier, 1, &kept), SQL_OK);
    assert_int_equal(kept.batch.to, 2);
    assert_string_equal(kept.batch.head, "");
    assert_string_equal(kept.signature, "");
    assert_int_equal(read_receipts(b).count, 1);
    // A generation of which nothing was acknowledged can be set as well.
    assert_int_equal(courier_rewind(b->courier, 2, 0), SQL_OK);
    assert_int_equal(courier_position(b->courier, 2, &kept), SQL_OK);
    assert_int_equal(kept.batch.to, 0);
}

static bool take_aside(void *ctx, int64_t gen,
                       const struct courier_aside *aside)
{
    struct buf *out = ctx;
    buf_printf(out, "%lld/%lld %s %s %s;", (long long)gen,
               (long long)aside->seq, aside->id, aside->status, aside->reason);
    return true;
}

static void test_quarantine_goes_with_the_receipt(void **state)
{
    struct bench *b = *state;
    static const struct courier_aside aside[] = {
        {2, "019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77", "invalid", "level: wrong"},
        {3, "019aae6d-ed58-7c04-b1a9-0e5d3c2b1a09", "conflict", "other bytes"}};
    struct proof_receipt receipt = make_receipt(b, 3, head_3);
    struct buf text = {0};
    int64_t count;
    assert_int_equal(courier_quarantine_count(b->courier, &count), SQL_OK);
    assert_int_equal(count, 0);
    assert_int_equal(courier_advance(b->courier, &receipt, aside, 2), SQL_OK);
    // The same answer again adds nothing.
    assert_int_equal(courier_advance(b->courier, &receipt, aside, 2), SQL_OK);
    assert_int_equal(courier_quarantine_count(b->courier, &count), SQL_OK);
    assert_int_equal(count, 2);
    assert_int_equal(courier_quarantine(b->courier, take_aside, &text), SQL_OK);
    assert_string_equal(
        buf_text(&text),
        "1/2 019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77 invalid level: wrong;"
        "1/3 019aae6d-ed58-7c04-b1a9-0e5d3c2b1a09 conflict other bytes;");
    buf_free(&text);
}

static void test_attempts_outlive_a_restart(void **state)
{
    struct bench *b = *state;
    struct courier_attempts attempts = {0}, kept;
    assert_int_equal(courier_attempts(b->courier, &kept), SQL_OK);
    assert_int_equal(kept.failures, 0);
    assert_int_equal(kept.last_sent_ms, 0);
    assert_string_equal(kept.last_error, "");
    attempts.failures = 7;
    attempts.next_at_ms = 1795400900000;
    attempts.last_sent_ms = 1795400000000;
    strcpy(attempts.last_error, "không kết nối được: connection refused");
    attempts.last_error_ms = 1795400100000;
    assert_int_equal(courier_set_attempts(b->courier, &attempts), SQL_OK);
    reopen(b);
    assert_int_equal(courier_attempts(b->courier, &kept), SQL_OK);
    assert_int_equal(kept.failures, 7);
    assert_int_equal(kept.next_at_ms, 1795400900000);
    assert_int_equal(kept.last_sent_ms, 1795400000000);
    assert_string_equal(kept.last_error, attempts.last_error);
    assert_int_equal(kept.last_error_ms, 1795400100000);
}

// The newest anchor is the last one that was put, whatever the clocks said.
static void test_newest_anchor(void **state)
{
    struct bench *b = *state;
    struct courier_anchor kept;
    struct courier_anchor first = {.boot =
                                       "c2a1f0de-93b4-4d5e-8f60-718293a4b5c6",
                                   .up_ms = 1000,
                                   .server_ms = 1795400000000,
                                   .round_trip_ms = 40};
    struct courier_anchor second = {.boot =
                                        "5b0e8c1a-7f42-4c8b-a1d3-9e6f70812345",
                                    .up_ms = 500,
                                    .server_ms = 1700000000000,
                                    .round_trip_ms = 90};
    assert_int_equal(courier_anchor(b->courier, &kept), SQL_NONE);
    assert_int_equal(courier_put_anchor(b->courier, &first), SQL_OK);
    assert_int_equal(courier_put_anchor(b->courier, &second), SQL_OK);
    assert_int_equal(courier_anchor(b->courier, &kept), SQL_OK);
    assert_string_equal(kept.boot, second.boot);
    assert_int_equal(kept.server_ms, 1700000000000);
    first.up_ms = 9000;
    assert_int_equal(courier_put_anchor(b->courier, &first), SQL_OK);
    assert_int_equal(courier_anchor(b->courier, &kept), SQL_OK);
    assert_string_equal(kept.boot, first.boot);
    assert_int_equal(kept.up_ms, 9000);
    assert_int_equal(kept.round_trip_ms, 40);
}

static void test_config_is_kept_to_the_byte(void **state)
{
    struct bench *b = *state;
    static const char body[] =
        "{\"version\":4, \"unit\":{\"name\":\"Bình Minh\"}}";
    int64_t version = 0;
    char etag[32];
    struct buf kept = {0};
    assert_int_equal(
        courier_config(b->courier, &version, etag, sizeof etag, &kept),
        SQL_NONE);
    assert_int_equal(
        courier_put_config(b->courier, 3, "\"old\"", "{}", 2, "c2ln"), SQL_OK);
    assert_int_equal(
        courier_put_config(b->courier, 4, "\"4\"", body, strlen(body), "c2ln"),
        SQL_OK);
    assert_int_equal(
        courier_config(b->courier, &version, etag, sizeof etag, &kept), SQL_OK);
    assert_int_equal(version, 4);
    assert_string_equal(etag, "\"4\"");
    assert_string_equal(buf_text(&kept), body);
    buf_free(&kept);
}

// Beside a newer one, until that one was shown.
static void test_config_that_was_shown_is_kept_beside(void **state)
{
    struct bench *b = *state;
    int64_t version = 0;
    char etag[32];
    struct buf kept = {0};
    assert_int_equal(
        courier_put_config(b->courier, 3, "\"3\"", "{\"a\":1}", 7, "c2ln"),
        SQL_OK);
    assert_int_equal(
        courier_shown_config(b->courier, &version, etag, sizeof etag, &kept),
        SQL_NONE);
    assert_int_equal(courier_keep_shown_config(b->courier), SQL_OK);
    assert_int_equal(
        courier_put_config(b->courier, 4, "\"4\"", "{}", 2, "c2ln"), SQL_OK);
    reopen(b);
    assert_int_equal(
        courier_shown_config(b->courier, &version, etag, sizeof etag, &kept),
        SQL_OK);
    assert_int_equal(version, 3);
    assert_string_equal(buf_text(&kept), "{\"a\":1}");
    assert_int_equal(courier_drop_shown_config(b->courier), SQL_OK);
    assert_int_equal(
        courier_shown_config(b->courier, &version, etag, sizeof etag, &kept),
        SQL_NONE);
    buf_free(&kept);
}

// Eight bytes of it in the database or its log.
static bool stands_in_files(const struct bench *b, const char *secret)
{
    static const char *const names[] = {"courier.db", "courier.db-wal"};
    bool found = false;
    for (size_t i = 0; i < 2; i++) {
        struct buf file = {0};
        char path[SCRATCH_SIZE + 32];
        snprintf(path, sizeof path, "%s/%s", b->folder, names[i]);
        if (file_read(path, 64 << 20, &file) && file.size > 0)
            for (size_t at = 0; at + 8 <= strlen(secret); at += 8)
                found |= memmem(file.data, file.size, secret + at, 8) != NULL;
        buf_free(&file);
    }
    return found;
}

// Longer and shorter ones, as keys and hours come and go.
static void test_a_replaced_config_leaves_nothing(void **state)
{
    static const char secret[] =
        "5f1d0c3b7a9e8462d1c0b9f8e7a6958473625140f1e2d3c4b5a6978869504132";
    struct bench *b = *state;
    for (int size = 100; size < 9000; size += 1700) {
        char body[10000];
        snprintf(body, sizeof body, "{\"hours\":\"%*s\",\"key\":\"%s\"}", size,
                 "", secret);
        assert_int_equal(courier_put_config(b->courier, 3, "\"3\"", body,
                                            strlen(body), "c2ln"),
                         SQL_OK);
        assert_true(stands_in_files(b, secret));
        snprintf(body, sizeof body, "{\"hours\":\"%*s\"}", 9000 - size, "");
        assert_int_equal(courier_put_config(b->courier, 4, "\"4\"", body,
                                            strlen(body), "c2ln"),
                         SQL_OK);
        assert_false(stands_in_files(b, secret));
    }
}

static void test_next_gen(void **state)
{
    struct bench *b = *state;
    int64_t gen = -1;
    assert_int_equal(courier_next_gen(b->courier, &gen), SQL_OK);
    assert_int_equal(gen, 0);
    assert_int_equal(courier_set_next_gen(b->courier, 2), SQL_OK);
    reopen(b);
    assert_int_equal(courier_next_gen(b->courier, &gen), SQL_OK);
    assert_int_equal(gen, 2);
}

// The kiosk's way: it reads, notices, and can change nothing.
static void test_reader_follows(void **state)
{
    struct bench *b = *state;
    struct courier *reader;
    struct proof_receipt receipt = make_receipt(b, 3, head_3);
    assert_int_equal(courier_open(b->folder, COURIER_READER, &reader), SQL_OK);
    courier_changed(reader);
    assert_false(courier_changed(reader));
    assert_false(courier_is_replaced(reader));
    advance(b, &receipt);
    assert_true(courier_changed(reader));
    assert_int_equal(courier_position(reader, 1, &receipt), SQL_OK);
    log_set_level(LOG_ERROR + 1);
    assert_int_not_equal(courier_set_next_gen(reader, 9), SQL_OK);
    assert_int_not_equal(courier_rewind(reader, 1, 0), SQL_OK);
    courier_close(reader);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

// --- Invitations -------------------------------------------------------------

static struct courier_invitations two_invitations(void)
{
    struct courier_invitations all = {
        .list = {{.id = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c12",
                  .transaction = "~abc",
                  .procedure = "2.000815",
                  .field = "chung-thuc",
                  .step = "tra-ket-qua",
                  .officer = "cb-07",
                  .made_at = 1000,
                  .expires_at = 2000},
                 {.id = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11",
                  .made_at = 1500,
                  .expires_at = 2500}},
        .count = 2,
        .etag = "\"a\"",
        .told = {.boot = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c00", .up_ms = 42},
        .server_ms = 1600};
    return all;
}

static void test_invitations_are_replaced_as_a_whole(void **state)
{
    struct bench *b = *state;
    struct courier_invitations all = two_invitations(), kept;
    assert_int_equal(courier_invitations(b->courier, &kept), SQL_NONE);
    assert_int_equal(courier_put_invitations(b->courier, &all), SQL_OK);
    reopen(b);
    assert_int_equal(courier_invitations(b->courier, &kept), SQL_OK);
    assert_memory_equal(&kept, &all, sizeof all);
    all.list[0] = all.list[1];
    all.count = 1;
    assert_int_equal(courier_put_invitations(b->courier, &all), SQL_OK);
    assert_int_equal(courier_invitations(b->courier, &kept), SQL_OK);
    assert_int_equal(kept.count, 1);
    assert_string_equal(kept.list[0].id,
                        "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11");
    // One that could not be kept leaves the whole of before.
    all.list[1] = all.list[0];
    all.count = 2;
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(courier_put_invitations(b->courier, &all), SQL_CLASH);
    log_set_level(LOG_ERROR);
    assert_int_equal(courier_invitations(b->courier, &kept), SQL_OK);
    assert_int_equal(kept.count, 1);
}

static void test_the_last_contact_is_kept(void **state)
{
    struct bench *b = *state;
    struct courier_invitations all = two_invitations();
    struct courier_moment contact = {
        .boot = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c00", .up_ms = 99};
    assert_int_equal(courier_contact(b->courier, &contact), SQL_NONE);
    assert_int_equal(courier_put_invitations(b->courier, &all), SQL_OK);
    assert_int_equal(courier_contact(b->courier, &contact), SQL_OK);
    assert_int_equal(contact.up_ms, 42);
    contact.up_ms = 77;
    assert_int_equal(courier_put_contact(b->courier, &contact), SQL_OK);
    reopen(b);
    contact.up_ms = 0;
    assert_int_equal(courier_contact(b->courier, &contact), SQL_OK);
    assert_int_equal(contact.up_ms, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_before_the_writer),
        TEST(test_position_is_a_receipt),
        TEST(test_heartbeats_do_not_pile_up),
        TEST(test_rewind_keeps_the_proofs),
        TEST(test_quarantine_goes_with_the_receipt),
        TEST(test_attempts_outlive_a_restart),
        TEST(test_newest_anchor),
        TEST(test_config_is_kept_to_the_byte),
        TEST(test_config_that_was_shown_is_kept_beside),
        TEST(test_a_replaced_config_leaves_nothing),
        TEST(test_next_gen),
        TEST(test_invitations_are_replaced_as_a_whole),
        TEST(test_the_last_contact_is_kept),
        TEST(test_reader_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
