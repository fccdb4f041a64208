// What the courier and the operator read of kiosk.db while the kiosk writes.
#include "common/file.h"
#include "common/log.h"
#include "store/device.h"
#include "store/keeper.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <stdio.h>
#include <unistd.h>

struct bench {
    char folder[SCRATCH_SIZE];
    char database[SCRATCH_SIZE + 16];
    struct ledger_maker maker;
    struct keeper *keeper;
    struct ledger_reader *reader;
};

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(LOG_ERROR);
    scratch_make(bench.folder);
    assert_true(file_join(bench.database, sizeof bench.database, bench.folder,
                          DEVICE_FILE_KIOSK));
    maker_start(&bench.maker, 1795400000000);
    bench.keeper = keeper_new(bench.folder, bench.maker.device, 8, NULL);
    assert_true(keeper_mend(bench.keeper));
    assert_int_equal(ledger_reader_open(bench.folder, &bench.reader), SQL_OK);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    ledger_reader_close(b->reader);
    keeper_free(b->keeper);
    maker_free(&b->maker);
    scratch_remove(b->folder);
    return 0;
}

// Closes a visit one minute after the last one. `level` 0 declines.
static void close_visit(struct bench *b, int level)
{
    struct record visit;
    int64_t gen, seq;
    enum store_reason reason;
    maker_wait(&b->maker, 60000);
    maker_visit(&b->maker, level, &visit);
    assert_int_equal(keeper_put_line(b->keeper, &visit, &gen, &seq, &reason),
                     KEEPER_OK);
}

static void test_no_database_yet(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[SCRATCH_SIZE + 16];
    struct ledger_reader *reader = NULL;
    scratch_make(folder);
    assert_int_equal(ledger_reader_open(folder, &reader), SQL_NONE);
    // Made, but with nothing in it.
    assert_true(file_join(path, sizeof path, folder, DEVICE_FILE_KIOSK));
    assert_true(file_replace(path, "", 0, 0600));
    assert_int_equal(ledger_reader_open(folder, &reader), SQL_NONE);
    assert_null(reader);
    scratch_remove(folder);
}

static void test_empty_ledger(void **state)
{
    struct bench *b = *state;
    struct ledger_end end;
    struct ledger_counts counts;
    int64_t number;
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(ledger_reader_end(b->reader, &end), SQL_NONE);
    assert_int_equal(ledger_reader_end_of(b->reader, 1, &end), SQL_NONE);
    assert_int_equal(ledger_reader_next_gen(b->reader, 0, &number), SQL_NONE);
    assert_int_equal(ledger_reader_hash(b->reader, 1, 1, hash), SQL_NONE);
    assert_int_equal(ledger_reader_written_at(b->reader, 1, 0, &number),
                     SQL_NONE);
    assert_int_equal(ledger_reader_counts(b->reader, &counts), SQL_OK);
    assert_int_equal(counts.lines, 0);
    assert_int_equal(ledger_reader_drafts(b->reader, &number), SQL_OK);
    assert_int_equal(number, 0);
}

static void test_end_and_hashes(void **state)
{
    struct bench *b = *state;
    struct store_state stored;
    struct ledger_end end;
    int64_t gen = 0;
    char first[DIGEST_HEX_SIZE], hash[DIGEST_HEX_SIZE];
    close_visit(b, 5);
    keeper_get_state(b->keeper, &stored);
    memcpy(first, stored.head, sizeof first);
    close_visit(b, 4);
    keeper_get_state(b->keeper, &stored);
    assert_int_equal(ledger_reader_end(b->reader, &end), SQL_OK);
    assert_int_equal(end.gen, 1);
    assert_int_equal(end.seq, 2);
    assert_string_equal(end.head, stored.head);
    assert_int_equal(ledger_reader_end_of(b->reader, 1, &end), SQL_OK);
    assert_int_equal(end.seq, 2);
    assert_int_equal(ledger_reader_end_of(b->reader, 2, &end), SQL_NONE);
    assert_int_equal(ledger_reader_hash(b->reader, 1, 1, hash), SQL_OK);
    assert_string_equal(hash, first);
    assert_int_equal(ledger_reader_hash(b->reader, 1, 3, hash), SQL_NONE);
    assert_int_equal(ledger_reader_next_gen(b->reader, gen, &gen), SQL_OK);
    assert_int_equal(gen, 1);
    assert_int_equal(ledger_reader_next_gen(b->reader, gen, &gen), SQL_NONE);
}

struct walk {
    int64_t seqs[8];
    size_t count, stop_after;
};

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    struct walk *walk = ctx;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    assert_true(record_read(line, size, &record, reason));
    assert_int_equal(record.seq, seq);
    assert_string_equal(record.id, id);
    walk->seqs[walk->count++] = seq;
    return walk->count < walk->stop_after;
}

static void test_walk_from_and_until(void **state)
{
    struct bench *b = *state;
    struct walk all = {.stop_after = 8}, some = {.stop_after = 2};
    for (int level = 1; level <= 5; level++)
        close_visit(b, level);
    assert_int_equal(ledger_reader_walk(b->reader, 1, 3, take_line, &all),
                     SQL_OK);
    assert_int_equal(all.count, 3);
    assert_int_equal(all.seqs[0], 3);
    assert_int_equal(all.seqs[2], 5);
    assert_int_equal(ledger_reader_walk(b->reader, 1, 1, take_line, &some),
                     SQL_OK);
    assert_int_equal(some.count, 2);
    assert_int_equal(some.seqs[1], 2);
    // Beyond the end there is nothing, which is no fault.
    assert_int_equal(ledger_reader_walk(b->reader, 1, 6, take_line, &all),
                     SQL_OK);
    assert_int_equal(all.count, 3);
}

static void test_counts_and_ages(void **state)
{
    struct bench *b = *state;
    struct record record;
    struct ledger_counts counts;
    int64_t gen, seq, at, drafts;
    enum store_reason reason;
    close_visit(b, 5); // closed at 1795400060000
    close_visit(b, 1);
    close_visit(b, 0);
    maker_event(&b->maker, &record);
    assert_int_equal(keeper_put_line(b->keeper, &record, &gen, &seq, &reason),
                     KEEPER_OK);
    maker_visit(&b->maker, 3, &record);
    assert_int_equal(keeper_put_draft(b->keeper, &record, &reason), KEEPER_OK);
    assert_int_equal(ledger_reader_counts(b->reader, &counts), SQL_OK);
    assert_int_equal(counts.lines, 4);
    assert_int_equal(counts.rated, 2);
    assert_int_equal(counts.declined, 1);
    assert_int_equal(counts.timeout, 0);
    assert_int_equal(counts.withdrawn, 0);
    assert_int_equal(ledger_reader_drafts(b->reader, &drafts), SQL_OK);
    assert_int_equal(drafts, 1);
    assert_int_equal(ledger_reader_written_at(b->reader, 1, 0, &at), SQL_OK);
    assert_int_equal(at, 1795400060000);
    assert_int_equal(ledger_reader_written_at(b->reader, 1, 2, &at), SQL_OK);
    assert_int_equal(at, 1795400180000);
    assert_int_equal(ledger_reader_written_at(b->reader, 1, 4, &at), SQL_NONE);
}

static void test_notices_the_kiosks_work(void **state)
{
    struct bench *b = *state;
    ledger_reader_changed(b->reader);
    assert_false(ledger_reader_changed(b->reader));
    close_visit(b, 5);
    assert_true(ledger_reader_changed(b->reader));
    assert_false(ledger_reader_changed(b->reader));
    keeper_idle(b->keeper); // a checkpoint is no news
    struct ledger_end end;
    assert_int_equal(ledger_reader_end(b->reader, &end), SQL_OK);
    assert_int_equal(end.seq, 1);
}

static void test_notices_another_database(void **state)
{
    struct bench *b = *state;
    char aside[SCRATCH_SIZE + 32];
    assert_false(ledger_reader_is_replaced(b->reader));
    assert_true(file_join(aside, sizeof aside, b->folder, "set-aside"));
    assert_int_equal(rename(b->database, aside), 0);
    assert_true(ledger_reader_is_replaced(b->reader));
    assert_true(file_replace(b->database, "", 0, 0600));
    assert_true(ledger_reader_is_replaced(b->reader));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_database_yet),
        TEST(test_empty_ledger),
        TEST(test_end_and_hashes),
        TEST(test_walk_from_and_until),
        TEST(test_counts_and_ages),
        TEST(test_notices_the_kiosks_work),
        TEST(test_notices_another_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
