// The sealed comment of a visit: kept with its line, found by the courier, and
// gone when its line never came.
#include "common/log.h"
#include "store/keeper.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <stdio.h>

enum { SLOTS = 16 };
static const char sealed[] = "c2VhbGVkIGZvciB0aGUgc2VydmVyIGFsb25l";

struct bench {
    char folder[SCRATCH_SIZE];
    struct ledger_maker maker;
    struct keeper *keeper;
    bool refuses; // the database
};

static enum sql_result refuse(void *ctx, bool done)
{
    const struct bench *b = ctx;
    return b->refuses && !done ? SQL_FULL : SQL_OK;
}

static void open_keeper(struct bench *b)
{
    struct keeper_faults faults = {refuse, NULL, b};
    b->keeper = keeper_new(b->folder, b->maker.device, SLOTS, &faults);
    assert_non_null(b->keeper);
    keeper_mend(b->keeper);
}

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(LOG_ERROR);
    scratch_make(bench.folder);
    maker_start(&bench.maker, 1795400000000);
    open_keeper(&bench);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    keeper_free(b->keeper);
    maker_free(&b->maker);
    scratch_remove(b->folder);
    return 0;
}

static void make_visit(struct bench *b, struct record *out)
{
    maker_visit(&b->maker, 2, out);
    digest_hex_of(sealed, sizeof sealed - 1, out->comment_hash);
}

static void put_comment(struct bench *b, const struct record *visit)
{
    enum store_reason reason;
    assert_int_equal(keeper_put_comment(b->keeper, visit->id, sealed, &reason),
                     KEEPER_OK);
}

static void put_line(struct bench *b, const struct record *visit)
{
    int64_t gen, seq;
    enum store_reason reason;
    assert_int_equal(keeper_put_line(b->keeper, visit, &gen, &seq, &reason),
                     KEEPER_OK);
}

static void assert_comment(const struct bench *b, const char *id,
                           const char *expected)
{
    struct ledger_reader *reader;
    struct buf found = {0};
    assert_int_equal(ledger_reader_open(b->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_comment(reader, id, &found),
                     expected ? SQL_OK : SQL_NONE);
    if (expected)
        assert_string_equal(buf_text(&found), expected);
    buf_free(&found);
    ledger_reader_close(reader);
}

static void test_comment_stands_beside_its_line(void **state)
{
    struct bench *b = *state;
    struct record visit;
    make_visit(b, &visit);
    put_comment(b, &visit);
    put_line(b, &visit);
    assert_comment(b, visit.id, sealed);
    keeper_free(b->keeper);
    open_keeper(b);
    assert_comment(b, visit.id, sealed);
}

static void test_comment_without_its_line_is_forgotten(void **state)
{
    struct bench *b = *state;
    struct record visit;
    enum store_reason reason;
    make_visit(b, &visit);
    assert_int_equal(keeper_put_draft(b->keeper, &visit, &reason), KEEPER_OK);
    put_comment(b, &visit);
    keeper_free(b->keeper); // a power cut before the line
    open_keeper(b);
    assert_comment(b, visit.id, NULL);
}

static void test_comment_waits_in_the_ring(void **state)
{
    struct bench *b = *state;
    struct record visit;
    make_visit(b, &visit);
    b->refuses = true;
    put_comment(b, &visit);
    put_line(b, &visit);
    keeper_free(b->keeper);
    b->refuses = false;
    open_keeper(b);
    assert_comment(b, visit.id, sealed);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_comment_stands_beside_its_line),
        TEST(test_comment_without_its_line_is_forgotten),
        TEST(test_comment_waits_in_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
