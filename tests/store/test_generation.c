// A damaged store: set aside, salvaged, and gone on from in a new generation.
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "store/aside.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/keeper.h"
#include "store/ledger_reader.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SLOTS = 16, LINES_MAX = 256 };

struct bench {
    char folder[SCRATCH_SIZE];
    struct ledger_maker maker;
    struct keeper *keeper;
    // As they were written, by seq - 1, of generation 1.
    char *lines[LINES_MAX];
    size_t count;
};

static void open_keeper(struct bench *b)
{
    b->keeper = keeper_new(b->folder, b->maker.device, SLOTS, NULL);
    assert_non_null(b->keeper);
    keeper_mend(b->keeper);
}

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(getenv("HAILONG_SEED") ? LOG_INFO : LOG_ERROR + 1);
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
    for (size_t i = 0; i < b->count; i++)
        free(b->lines[i]);
    scratch_remove(b->folder);
    return 0;
}

static int64_t rate(struct bench *b, int level)
{
    struct record visit;
    int64_t gen, seq;
    enum store_reason reason;
    maker_visit(&b->maker, level, &visit);
    assert_int_equal(keeper_put_line(b->keeper, &visit, &gen, &seq, &reason),
                     KEEPER_OK);
    return seq;
}

static bool take_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    struct bench *b = ctx;
    (void)id;
    assert_int_equal(seq, b->count + 1);
    b->lines[b->count] = strndup(line, size);
    assert_non_null(b->lines[b->count++]);
    return true;
}

// So many ratings, remembered as they stand in the ledger.
static void fill(struct bench *b, int count)
{
    struct ledger_reader *reader;
    for (int i = 0; i < count; i++)
        rate(b, 1 + i % 5);
    assert_int_equal(ledger_reader_open(b->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, take_line, b), SQL_OK);
    ledger_reader_close(reader);
    assert_int_equal(b->count, count);
}

static void stop(struct bench *b)
{
    keeper_free(b->keeper);
    b->keeper = NULL;
}

static void change_file(struct bench *b, const char *name, long at,
                        unsigned char flip)
{
    char path[SCRATCH_SIZE + 32];
    assert_true(file_join(path, sizeof path, b->folder, name));
    int fd = open(path, O_RDWR);
    unsigned char byte;
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= flip;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void run_script(struct bench *b, const char *script)
{
    char path[SCRATCH_SIZE + 32];
    sqlite3 *db;
    assert_true(file_join(path, sizeof path, b->folder, DEVICE_FILE_KIOSK));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

// --- What is there afterwards
// --------------------------------------------------

struct found {
    const struct bench *b;
    bool seen[LINES_MAX];
    size_t altered, seen_count;
    struct record first; // line 1 of the new generation
};

static bool compare(void *ctx, int64_t seq, const char *id, const char *line,
                    size_t size)
{
    struct found *f = ctx;
    (void)id;
    bool same = seq >= 1 && (size_t)seq <= f->b->count &&
                strlen(f->b->lines[seq - 1]) == size &&
                memcmp(f->b->lines[seq - 1], line, size) == 0;
    f->altered += !same;
    if (same)
        f->seen[seq - 1] = true;
    f->seen_count += same;
    return true;
}

static bool take_first(void *ctx, int64_t seq, const char *id, const char *line,
                       size_t size)
{
    struct found *f = ctx;
    char why[JSON_MESSAGE_SIZE];
    (void)id;
    assert_int_equal(seq, 1);
    assert_true(record_read(line, size, &f->first, why));
    return false;
}

static struct found look(const struct bench *b, int64_t gen)
{
    struct found found = {.b = b};
    struct ledger_reader *reader;
    assert_int_equal(ledger_reader_open(b->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, compare, &found), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, gen, 1, take_first, &found),
                     SQL_OK);
    ledger_reader_close(reader);
    return found;
}

static int64_t number_in(const struct record *event, const char *key)
{
    char why[JSON_MESSAGE_SIZE];
    int64_t value = -1;
    json_t *detail = json_read(event->detail, strlen(event->detail), why);
    assert_non_null(detail);
    assert_true(json_get_int(detail, key, &value));
    json_decref(detail);
    return value;
}

// --- Tests
// -----------------------------------------------------------------------

static void test_altered_row_is_a_hole_that_is_named(void **state)
{
    struct bench *b = *state;
    fill(b, 40); // the ring holds the last 16 changes
    stop(b);
    run_script(b, "DROP TRIGGER lines_stay;"
                  "UPDATE lines SET line = CAST(replace(CAST(line AS TEXT),"
                  " '\"level\":3', '\"level\":5') AS BLOB) WHERE seq = 8;");
    open_keeper(b);
    assert_true(keeper_is_ready(b->keeper));
    struct found found = look(b, 2);
    assert_int_equal(found.altered, 0);
    assert_int_equal(found.seen_count, 39);
    assert_false(found.seen[7]);
    assert_string_equal(found.first.event, "generation");
    assert_int_equal(number_in(&found.first, "old_gen"), 1);
    assert_int_equal(number_in(&found.first, "last_seq"), 40);
    assert_non_null(strstr(found.first.detail, "\"missing\":[[1,8,8]]"));
    // And on it goes.
    assert_int_equal(rate(b, 4), 2);
    stop(b);
    open_keeper(b);
    assert_int_equal(rate(b, 4), 3);
}

static void test_what_the_ring_holds_fills_the_holes(void **state)
{
    struct bench *b = *state;
    fill(b, 10);
    stop(b);
    run_script(b, "DROP TRIGGER lines_stay;"
                  "UPDATE lines SET line = x'7b7d' WHERE seq IN (2, 9);");
    open_keeper(b);
    struct found found = look(b, 2);
    assert_int_equal(found.altered, 0);
    assert_int_equal(found.seen_count, 10);
    assert_non_null(strstr(found.first.detail, "\"missing\":[]"));
}

static void test_lost_database_goes_on_in_a_new_generation(void **state)
{
    struct bench *b = *state;
    char path[SCRATCH_SIZE + 32];
    fill(b, 40);
    stop(b);
    assert_true(file_join(path, sizeof path, b->folder, DEVICE_FILE_KIOSK));
    assert_int_equal(truncate(path, 0), 0);
    open_keeper(b);
    assert_true(keeper_is_ready(b->keeper));
    struct found found = look(b, 2);
    assert_int_equal(found.altered, 0);
    // Of the 40, the ring remembers the last 16.
    assert_int_equal(found.seen_count, 16);
    assert_true(found.seen[39]);
    assert_non_null(strstr(found.first.detail, "\"missing\":[[1,1,24]]"));
}

// Within one second, and also where the clock is set back.
static void test_the_newest_aside_is_the_last(void **state)
{
    struct bench *b = *state;
    char stamp[ASIDE_STAMP_SIZE], newest[ASIDE_STAMP_SIZE];
    stop(b);
    for (int i = 0; i < 8; i++) {
        open_keeper(b);
        stop(b);
        assert_true(aside_move(b->folder, stamp));
        assert_true(aside_newest(b->folder, newest));
        assert_string_equal(newest, stamp);
    }
}

static void test_unfinished_visit_counts_as_its_level(void **state)
{
    struct bench *b = *state;
    struct record visit;
    enum store_reason reason;
    char path[SCRATCH_SIZE + 32];
    fill(b, 3);
    maker_visit(&b->maker, 2, &visit);
    visit.closed_at = 0;
    assert_int_equal(keeper_put_draft(b->keeper, &visit, &reason), KEEPER_OK);
    stop(b);
    assert_true(file_join(path, sizeof path, b->folder, DEVICE_FILE_KIOSK));
    change_file(b, DEVICE_FILE_KIOSK, 0, 0xff); // no longer a database
    open_keeper(b);
    struct ledger_reader *reader;
    struct ledger_end end;
    assert_int_equal(ledger_reader_open(b->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_end(reader, &end), SQL_OK);
    ledger_reader_close(reader);
    assert_int_equal(end.gen, 2);
    assert_int_equal(end.seq, 2); // the event, and the visit
    assert_int_equal(look(b, 2).seen_count, 3);
}

static void test_fork_is_left_for_a_generation_that_is_asked_for(void **state)
{
    struct bench *b = *state;
    struct courier *courier;
    fill(b, 5);
    stop(b);
    assert_int_equal(courier_open(b->folder, COURIER_WRITER, &courier), SQL_OK);
    assert_int_equal(courier_set_next_gen(courier, 4), SQL_OK);
    courier_close(courier);
    open_keeper(b);
    struct found found = look(b, 4);
    assert_int_equal(found.altered, 0);
    assert_int_equal(found.seen_count, 5);
    assert_int_equal(number_in(&found.first, "old_gen"), 1);
    assert_int_equal(number_in(&found.first, "last_seq"), 5);
    // Once.
    stop(b);
    open_keeper(b);
    assert_int_equal(rate(b, 3), 2);
}

static void test_reader_gives_no_altered_line(void **state)
{
    struct bench *b = *state;
    struct ledger_reader *reader;
    fill(b, 6);
    run_script(b, "DROP TRIGGER lines_stay;"
                  "UPDATE lines SET line = x'7b7d' WHERE seq = 4;");
    struct found found = {.b = b};
    assert_int_equal(ledger_reader_open(b->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, compare, &found),
                     SQL_CORRUPT);
    ledger_reader_close(reader);
    assert_int_equal(found.altered, 0);
    assert_int_equal(found.seen_count, 3);
}

// --- At random
// -------------------------------------------------------------------

enum { DAMAGES = 60, RATINGS = 30 };
#define FILE_WAL DEVICE_FILE_KIOSK "-wal"

static unsigned draw(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % below;
}

static void path_of(const struct bench *b, const char *name,
                    char out[SCRATCH_SIZE + 32])
{
    assert_true(file_join(out, SCRATCH_SIZE + 32, b->folder, name));
}

static void write_whole(const char *path, const struct buf *bytes)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->size, file), bytes->size);
    assert_int_equal(fclose(file), 0);
}

// As a power cut leaves it: with what the log still holds.
static void stop_as_cut(struct bench *b)
{
    static const char *const names[] = {DEVICE_FILE_KIOSK, FILE_WAL};
    struct buf kept[2] = {{0}};
    char path[SCRATCH_SIZE + 32];
    for (int i = 0; i < 2; i++) {
        path_of(b, names[i], path);
        assert_true(file_read(path, 16 << 20, &kept[i]));
    }
    stop(b);
    for (int i = 0; i < 2; i++) {
        path_of(b, names[i], path);
        write_whole(path, &kept[i]);
        buf_free(&kept[i]);
    }
}

// Bytes of one file, in one of four ways.
static void spoil(struct bench *b, const char *name, unsigned *seed)
{
    char path[SCRATCH_SIZE + 32];
    struct stat info;
    path_of(b, name, path);
    assert_int_equal(stat(path, &info), 0);
    switch (draw(seed, 4)) {
    case 0: // one bit
        change_file(b, name, (long)draw(seed, (unsigned)info.st_size),
                    (unsigned char)(1u << draw(seed, 8)));
        break;
    case 1: // a sector
        for (long at = (long)draw(seed, (unsigned)info.st_size / 512) * 512,
                  i = 0;
             i < 512; i++)
            change_file(b, name, at + i, (unsigned char)(1 + draw(seed, 255)));
        break;
    case 2: // the rest of the file
        assert_int_equal(
            truncate(path, (off_t)draw(seed, (unsigned)info.st_size)), 0);
        break;
    default: // bytes here and there
        for (int i = 0; i < 20; i++)
            change_file(b, name, (long)draw(seed, (unsigned)info.st_size),
                        (unsigned char)(1 + draw(seed, 255)));
    }
}

// A log that belongs to another database, as a careless copy leaves it.
static void put_foreign_wal(struct bench *b)
{
    char path[SCRATCH_SIZE + 32], other[SCRATCH_SIZE + 40];
    struct buf bytes = {0};
    sqlite3 *db;
    path_of(b, FILE_WAL, path);
    snprintf(other, sizeof other, "%s/other", b->folder);
    assert_int_equal(sqlite3_open(other, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA journal_mode = WAL;"
                                  "CREATE TABLE lines (a, b);"
                                  "INSERT INTO lines VALUES (1, 2);",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    strcat(other, "-wal");
    assert_true(file_read(other, 1 << 20, &bytes));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    write_whole(path, &bytes);
    buf_free(&bytes);
}

// True when the ring file was left alone.
static bool damage(struct bench *b, unsigned *seed)
{
    char path[SCRATCH_SIZE + 32];
    unsigned what = draw(seed, 20);
    if (what < 8)
        stop(b);
    else
        stop_as_cut(b);
    switch (what) {
    case 0:
    case 1:
        spoil(b, DEVICE_FILE_RING, seed);
        return false;
    case 8:
    case 9:
    case 10:
    case 11:
        spoil(b, FILE_WAL, seed);
        return true;
    case 12:
    case 13: // no log, or none that belongs here
        path_of(b, FILE_WAL, path);
        assert_int_equal(unlink(path), 0);
        return true;
    case 14:
        put_foreign_wal(b);
        return true;
    case 15: // an empty file, and no file
        path_of(b, DEVICE_FILE_KIOSK, path);
        assert_int_equal(truncate(path, 0), 0);
        return true;
    case 16:
        path_of(b, DEVICE_FILE_KIOSK, path);
        assert_int_equal(unlink(path), 0);
        return true;
    default:
        spoil(b, DEVICE_FILE_KIOSK, seed);
        return true;
    }
}

static void test_random_damage_alters_nothing(void **state)
{
    (void)state;
    const char *wanted = getenv("HAILONG_DAMAGES"),
               *from = getenv("HAILONG_SEED");
    int count = wanted ? atoi(wanted) : DAMAGES, lost = 0, renewed = 0;
    int first = from ? atoi(from) : 0;
    for (int round = first; round < first + count; round++) {
        struct bench *b;
        unsigned seed = 77u + (unsigned)round;
        assert_int_equal(setup((void **)&b), 0);
        fill(b, RATINGS);
        bool ring_is_whole = damage(b, &seed);
        open_keeper(b);
        if (!keeper_is_ready(b->keeper))
            fail_msg("round %d: no rating is possible", round);
        struct store_state now;
        keeper_get_state(b->keeper, &now);
        struct found found = look(b, now.gen);
        if (found.altered > 0)
            fail_msg("round %d: %zu altered lines", round, found.altered);
        // What the ring holds whole is never lost.
        for (size_t i = RATINGS - SLOTS; ring_is_whole && i < RATINGS; i++)
            if (!found.seen[i])
                fail_msg("round %d: line %zu is lost", round, i + 1);
        renewed += now.gen > 1;
        lost += RATINGS - (int)found.seen_count;
        rate(b, 5);
        void *ended = b;
        teardown(&ended);
    }
    print_message("%d damages: %d new generations, %d of %d lines lost, "
                  "0 altered\n",
                  count, renewed, lost, count * RATINGS);
    assert_true(renewed > 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_altered_row_is_a_hole_that_is_named),
        TEST(test_what_the_ring_holds_fills_the_holes),
        TEST(test_lost_database_goes_on_in_a_new_generation),
        TEST(test_the_newest_aside_is_the_last),
        TEST(test_unfinished_visit_counts_as_its_level),
        TEST(test_fork_is_left_for_a_generation_that_is_asked_for),
        TEST(test_reader_gives_no_altered_line),
        cmocka_unit_test(test_random_damage_alters_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
