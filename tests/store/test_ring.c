#include "common/file.h"
#include "common/ids.h"
#include "common/log.h"
#include "store/ring.h"
#include "support/check.h"
#include "support/scratch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[SCRATCH_SIZE];
    char path[SCRATCH_SIZE + 16];
    struct ring *ring;
};

static int setup(void **state)
{
    static struct place place;
    memset(&place, 0, sizeof place);
    log_set_level(LOG_ERROR);
    scratch_make(place.folder);
    assert_true(file_join(place.path, sizeof place.path, place.folder, "ring"));
    *state = &place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    ring_close(place->ring);
    scratch_remove(place->folder);
    return 0;
}

static void open_ring(struct place *place, int slots)
{
    ring_close(place->ring);
    place->ring = ring_open(place->path, slots);
    assert_non_null(place->ring);
}

static enum ring_result put(struct place *place, int64_t order,
                            const char *bytes, size_t size)
{
    char id[ID_SIZE];
    id_new_v4(id);
    struct ring_change change = {.type = RING_LINE,
                                 .order = order,
                                 .id = id,
                                 .gen = 7,
                                 .seq = 100 + order,
                                 .bytes = bytes,
                                 .size = size};
    return ring_put(place->ring, &change);
}

static void must_put(struct place *place, int64_t order)
{
    assert_int_equal(put(place, order, "bytes", 5), RING_OK);
}

// Writes the orders that wait, as "2 3 5 ".
static bool list_order(void *ctx, const struct ring_change *change)
{
    struct buf *out = ctx;
    buf_printf(out, "%lld ", (long long)change->order);
    return true;
}

static void must_wait(struct place *place, const char *expected)
{
    struct buf orders = {0};
    assert_true(ring_walk(place->ring, list_order, &orders));
    assert_string_equal(buf_text(&orders), expected);
    buf_free(&orders);
}

static bool take_change(void *ctx, const struct ring_change *change)
{
    char *text = ctx;
    snprintf(text, 200, "%c %lld %s %lld/%lld %.*s", (char)change->type,
             (long long)change->order, change->id, (long long)change->gen,
             (long long)change->seq, (int)change->size, change->bytes);
    return true;
}

static void test_keeps_every_field(void **state)
{
    struct place *place = *state;
    char text[200];
    struct ring_change change = {.type = RING_DRAFT,
                                 .order = 42,
                                 .id = "019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77",
                                 .gen = 3,
                                 .seq = 9,
                                 .bytes = "{\"v\":1}",
                                 .size = 7};
    open_ring(place, 2);
    assert_int_equal(ring_put(place->ring, &change), RING_OK);
    open_ring(place, 2);
    assert_true(ring_walk(place->ring, take_change, text));
    assert_string_equal(
        text, "D 42 019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77 3/9 {\"v\":1}");
    assert_int_equal(ring_last_order(place->ring), 42);
}

static void test_has_its_room_from_the_start(void **state)
{
    struct place *place = *state;
    struct stat st;
    open_ring(place, 4);
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_size, 4 * RING_SLOT_SIZE);
    assert_true(st.st_blocks * 512 >= 4 * RING_SLOT_SIZE); // no hole
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_takes_the_longest_line_and_no_longer(void **state)
{
    struct place *place = *state;
    char *line = malloc(RECORD_LINE_MAX + 1);
    assert_non_null(line);
    memset(line, 'x', RECORD_LINE_MAX + 1);
    open_ring(place, 2);
    assert_int_equal(put(place, 1, line, RECORD_LINE_MAX), RING_OK);
    assert_int_equal(put(place, 2, line, RECORD_LINE_MAX + 1), RING_ERROR);
    open_ring(place, 2);
    must_wait(place, "1 ");
    free(line);
}

static void test_waiting_slot_is_never_written_over(void **state)
{
    struct place *place = *state;
    open_ring(place, 3);
    for (int order = 1; order <= 3; order++)
        must_put(place, order);
    assert_int_equal(ring_free(place->ring), 0);
    assert_int_equal(put(place, 4, "x", 1), RING_FULL);
    ring_settle(place->ring, 1);
    must_put(place, 5);
    assert_int_equal(put(place, 6, "x", 1), RING_FULL);
    must_wait(place, "2 3 5 ");
    assert_int_equal(ring_waiting(place->ring), 3);
}

// Settled slots are used again from the oldest on.
static void test_newest_records_stay_longest(void **state)
{
    struct place *place = *state;
    open_ring(place, 3);
    for (int order = 1; order <= 5; order++) {
        must_put(place, order);
        ring_settle(place->ring, order);
    }
    open_ring(place, 3); // not settled again: everything readable waits
    must_wait(place, "3 4 5 ");
}

// One changed byte, anywhere in a slot's record.
static void test_torn_slot_reads_as_empty(void **state)
{
    struct place *place = *state;
    static const long places[] = {0, 9, 30, 60, 90, 112, 114};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        open_ring(place, 3);
        ring_settle(place->ring, 1000);
        for (int order = 1001; order <= 1003; order++)
            must_put(place, order);
        FILE *file = fopen(place->path, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, RING_SLOT_SIZE + places[i], SEEK_SET), 0);
        int byte = fgetc(file);
        assert_int_equal(fseek(file, RING_SLOT_SIZE + places[i], SEEK_SET), 0);
        assert_int_not_equal(fputc(byte ^ 0x10, file), EOF);
        assert_int_equal(fclose(file), 0);
        open_ring(place, 3);
        must_wait(place, "1001 1003 ");
        assert_int_equal(unlink(place->path), 0);
    }
}

// A slot that goes bad while it waits is told, and stops nobody else.
static void test_slot_damaged_while_open(void **state)
{
    struct place *place = *state;
    open_ring(place, 3);
    for (int order = 1; order <= 3; order++)
        must_put(place, order);
    FILE *file = fopen(place->path, "r+b");
    assert_non_null(file);
    assert_int_not_equal(fputc('?', file), EOF);
    assert_int_equal(fclose(file), 0);
    must_wait(place, "2 3 ");
}

static void test_larger_file_keeps_its_slots(void **state)
{
    struct place *place = *state;
    open_ring(place, 5);
    for (int order = 1; order <= 5; order++)
        must_put(place, order);
    open_ring(place, 2);
    must_wait(place, "1 2 3 4 5 ");
    open_ring(place, 7);
    must_wait(place, "1 2 3 4 5 ");
    assert_int_equal(ring_free(place->ring), 2);
}

static bool stop_at_second(void *ctx, const struct ring_change *change)
{
    (void)change;
    return ++*(int *)ctx < 2;
}

static void test_walk_stops_when_told(void **state)
{
    struct place *place = *state;
    int seen = 0;
    open_ring(place, 3);
    for (int order = 1; order <= 3; order++)
        must_put(place, order);
    assert_false(ring_walk(place->ring, stop_at_second, &seen));
    assert_int_equal(seen, 2);
}

static void test_finds_a_waiting_line(void **state)
{
    struct place *place = *state;
    int64_t gen = 0, seq = 0;
    const char *id = "019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77";
    struct ring_change change = {
        .type = RING_DRAFT, .order = 1, .id = id, .bytes = "x", .size = 1};
    open_ring(place, 3);
    assert_int_equal(ring_put(place->ring, &change), RING_OK);
    assert_false(ring_find_line(place->ring, id, &gen, &seq));
    change.type = RING_LINE;
    change.order = 2;
    change.gen = 1;
    change.seq = 12;
    assert_int_equal(ring_put(place->ring, &change), RING_OK);
    assert_true(ring_find_line(place->ring, id, &gen, &seq));
    assert_int_equal(gen, 1);
    assert_int_equal(seq, 12);
    ring_settle(place->ring, 2);
    assert_false(ring_find_line(place->ring, id, &gen, &seq));
}

static void test_cannot_be_opened(void **state)
{
    struct place *place = *state;
    errno = 0;
    assert_null(ring_open("/nowhere/at/all/ring", 3));
    assert_int_equal(errno, ENOENT);
    assert_null(ring_open(place->folder, 3)); // a folder
    assert_int_equal(errno, EISDIR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keeps_every_field),
        TEST(test_has_its_room_from_the_start),
        TEST(test_takes_the_longest_line_and_no_longer),
        TEST(test_waiting_slot_is_never_written_over),
        TEST(test_newest_records_stay_longest),
        TEST(test_torn_slot_reads_as_empty),
        TEST(test_slot_damaged_while_open),
        TEST(test_larger_file_keeps_its_slots),
        TEST(test_walk_stops_when_told),
        TEST(test_finds_a_waiting_line),
        TEST(test_cannot_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
