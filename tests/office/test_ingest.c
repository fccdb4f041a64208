// Batches into the ledger: what is stored, what is answered, what is counted.
#include "common/clock.h"
#include "office/devices.h"
#include "postgres/database.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

struct fixture {
    struct made_office made;
    struct ledger_maker a, b;
};

static int64_t enrolled_at(void)
{
    return at("2026-11-23T08:00:00+07:00");
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", enrolled_at(), &f->a);
    made_office_enrol(&f->made, "4", enrolled_at(), &f->b);
    maker_wait(&f->a, 3600 * 1000);
    maker_wait(&f->b, 3600 * 1000);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->a);
    maker_free(&f->b);
    made_office_close(&f->made);
    free(f);
    return 0;
}

static int64_t rated(const struct office_tally *tally)
{
    return tally->levels[0] + tally->levels[1] + tally->levels[2] +
           tally->levels[3] + tally->levels[4];
}

static struct office_device find_device(struct fixture *f,
                                        const struct ledger_maker *maker)
{
    struct office_device device;
    assert_int_equal(office_find_device(f->made.office, maker->device, &device),
                     OFFICE_OK);
    return device;
}

// Sends from…to in one ingest and returns the batch; free it.
static struct made_batch send(struct fixture *f,
                              const struct ledger_maker *maker, int64_t from,
                              int64_t to)
{
    struct made_batch sent;
    made_batch_start(&sent, maker, from, to, maker->wall_ms);
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    return sent;
}

static void expect_statuses(const struct made_batch *sent,
                            enum office_line_status status)
{
    for (size_t i = 0; i < sent->batch.line_count; i++) {
        assert_int_equal(sent->lines[i].status, status);
    }
}

static void test_a_batch_is_stored_and_counted(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 4);
    maker_rate(&f->a, 1);
    maker_rate(&f->a, 0); // declined
    struct made_batch sent = send(f, &f->a, 1, 4);

    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    expect_statuses(&sent, OFFICE_LINE_STORED);
    assert_int_equal(sent.batch.received_to, 4);
    assert_string_equal(sent.batch.held_head, f->a.lines[3].hash);
    assert_int_equal(sent.batch.next_gen, 2);
    made_batch_free(&sent);

    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[3], 1);
    assert_int_equal(all.levels[2], 0);
    assert_int_equal(all.levels[1], 0);
    assert_int_equal(all.levels[0], 1);
    assert_int_equal(all.declined, 1);
    assert_int_equal(all.offered, 0); // walk-up visits are not offered

    struct office_device device = find_device(f, &f->a);
    assert_int_equal(device.received_to, 4);
    assert_int_equal(device.reported_to, 4);
    assert_int_equal(device.last_seen_at, f->a.wall_ms);
    assert_int_equal(device.flag_count, 0);
}

static void test_sent_again_it_is_already_there(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        maker_rate(&f->a, 5);
    }
    struct made_batch first = send(f, &f->a, 1, 3);
    struct made_batch again = send(f, &f->a, 1, 3);
    struct made_batch overlap = send(f, &f->a, 2, 5);

    expect_statuses(&first, OFFICE_LINE_STORED);
    assert_int_equal(again.batch.status, OFFICE_BATCH_OK);
    expect_statuses(&again, OFFICE_LINE_ALREADY);
    assert_int_equal(again.batch.received_to, 3);
    assert_int_equal(overlap.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(overlap.lines[0].status, OFFICE_LINE_ALREADY);
    assert_int_equal(overlap.lines[1].status, OFFICE_LINE_ALREADY);
    assert_int_equal(overlap.lines[2].status, OFFICE_LINE_STORED);
    assert_int_equal(overlap.lines[3].status, OFFICE_LINE_STORED);
    assert_int_equal(overlap.batch.received_to, 5);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 5);
    made_batch_free(&first);
    made_batch_free(&again);
    made_batch_free(&overlap);
}

// The same lines in pieces of every size, three times over, in an order that
// has nothing to do with the chain, partly several in one commit, with the
// server restarted in between.
static void test_any_resend_counts_once(void **state)
{
    struct fixture *f = *state;
    enum { LINES = 24, ROUNDS = 3 };
    static const int starts[] = {17, 1, 9, 22, 5, 13, 2, 19, 7, 1, 11, 4};
    for (int i = 0; i < LINES; i++) {
        maker_rate(&f->a, i % 5 + 1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
            int64_t from = starts[i];
            int64_t to = from + 7 < LINES ? from + 7 : LINES;
            made_office_send(&f->made, &f->a, from, to, f->a.wall_ms);
        }
        struct made_batch together[3];
        struct office_batch batches[3];
        for (int i = 0; i < 3; i++) {
            made_batch_start(&together[i], &f->a, 1 + 8 * (2 - i),
                             8 + 8 * (2 - i), f->a.wall_ms);
            batches[i] = together[i].batch;
        }
        assert_int_equal(office_ingest(f->made.office, batches, 3), OFFICE_OK);
        for (int i = 0; i < 3; i++) {
            made_batch_free(&together[i]);
        }
        made_office_reopen(&f->made);
    }
    made_office_send(&f->made, &f->a, 1, LINES, f->a.wall_ms);
    assert_int_equal(find_device(f, &f->a).received_to, LINES);
    assert_int_equal(find_device(f, &f->a).flag_count, 0);
    struct office_tally all = made_office_all(f->made.office);
    // 24 lines, levels 1 2 3 4 5 in turn: 5 5 5 5 4
    assert_int_equal(all.levels[0], 5);
    assert_int_equal(all.levels[1], 5);
    assert_int_equal(all.levels[2], 5);
    assert_int_equal(all.levels[3], 5);
    assert_int_equal(all.levels[4], 4);
}

static void test_lines_of_a_batch_may_be_shuffled(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        maker_rate(&f->a, 5);
    }
    struct made_batch sent;
    made_batch_start(&sent, &f->a, 1, 4, f->a.wall_ms);
    struct office_line first = sent.lines[0];
    sent.lines[0] = sent.lines[2];
    sent.lines[2] = first;
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.batch.received_to, 4);
    expect_statuses(&sent, OFFICE_LINE_STORED);
    made_batch_free(&sent);
}

static void test_a_line_twice_in_one_batch_counts_once(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    struct made_batch sent;
    made_batch_start(&sent, &f->a, 1, 2, f->a.wall_ms);
    struct office_line lines[3] = {sent.lines[0], sent.lines[0], sent.lines[1]};
    sent.batch.lines = lines;
    sent.batch.line_count = 3;
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(lines[0].status, OFFICE_LINE_STORED);
    assert_int_equal(lines[1].status, OFFICE_LINE_ALREADY);
    assert_int_equal(lines[2].status, OFFICE_LINE_STORED);
    assert_int_equal(made_office_all(f->made.office).levels[4], 2);
    made_batch_free(&sent);
}

static void test_a_gap_says_where_to_go_on(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 6; i++) {
        maker_rate(&f->a, 5);
    }
    struct made_batch sent = send(f, &f->a, 3, 6);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_GAP);
    assert_int_equal(sent.batch.expected, 1);
    assert_int_equal(sent.batch.received_to, 0);
    expect_statuses(&sent, OFFICE_LINE_UNTOUCHED);
    made_batch_free(&sent);
    assert_int_equal(made_office_all(f->made.office).levels[4], 0);
    // The server knows now that six lines exist.
    assert_int_equal(find_device(f, &f->a).reported_to, 6);

    assert_int_equal(made_office_send(&f->made, &f->a, 1, 6, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(made_office_all(f->made.office).levels[4], 6);
}

static void test_a_hole_inside_a_batch_keeps_what_comes_before(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        maker_rate(&f->a, 5);
    }
    struct made_batch sent;
    made_batch_start(&sent, &f->a, 1, 5, f->a.wall_ms);
    sent.lines[2] = sent.lines[4]; // 1 2 5 4: line 3 is not there
    sent.batch.line_count = 4;
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_GAP);
    assert_int_equal(sent.batch.expected, 3);
    assert_int_equal(sent.batch.received_to, 2);
    assert_string_equal(sent.batch.held_head, f->a.lines[1].hash);
    made_batch_free(&sent);
    assert_int_equal(made_office_all(f->made.office).levels[4], 2);
}

struct flags {
    int forks, conflicts;
    int64_t seq;
    char detail[400];
};

static bool take_flag(void *ctx, const struct office_flag *flag)
{
    struct flags *flags = ctx;
    flags->forks += strcmp(flag->kind, "fork") == 0;
    flags->conflicts += strcmp(flag->kind, "conflict") == 0;
    flags->seq = flag->seq;
    snprintf(flags->detail, sizeof flags->detail, "%s", flag->detail);
    return true;
}

static struct flags list_flags(struct fixture *f,
                               const struct ledger_maker *maker)
{
    struct flags flags = {0};
    assert_int_equal(
        office_list_flags(f->made.office, maker->device, take_flag, &flags),
        OFFICE_OK);
    return flags;
}

// A cloned disk: both copies wrote a third line.
static void test_other_bytes_for_a_held_line_are_a_fork(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    struct ledger_maker clone = f->a;
    clone.lines = NULL;
    clone.count = 0;
    for (int i = 0; i < 2; i++) {
        maker_write_bytes(&clone, f->a.lines[i].bytes, f->a.lines[i].size);
    }
    maker_rate(&f->a, 5);
    maker_rate(&clone, 1);
    maker_rate(&clone, 1);
    assert_int_equal(made_office_send(&f->made, &f->a, 1, 3, f->a.wall_ms),
                     OFFICE_BATCH_OK);

    struct made_batch sent = send(f, &clone, 2, 4);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_FORK);
    assert_int_equal(sent.lines[0].status, OFFICE_LINE_ALREADY);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_FORK);
    assert_int_equal(sent.lines[2].status, OFFICE_LINE_FORK);
    assert_int_equal(sent.batch.received_to, 3);
    assert_string_equal(sent.batch.held_head, f->a.lines[2].hash);
    assert_int_equal(sent.batch.next_gen, 2);
    made_batch_free(&sent);
    struct flags flags = list_flags(f, &f->a);
    assert_int_equal(flags.forks, 1);
    assert_int_equal(flags.seq, 3);
    assert_int_equal(made_office_all(f->made.office).levels[0], 0);

    // The first copy is not held up, and a new generation is taken.
    maker_rate(&f->a, 5);
    assert_int_equal(made_office_send(&f->made, &f->a, 4, 4, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    maker_new_gen(&clone, 2);
    maker_rate(&clone, 2);
    assert_int_equal(made_office_send(&f->made, &clone, 1, 1, clone.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(find_device(f, &f->a).gen, 2);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 4);
    assert_int_equal(all.levels[1], 1);
    maker_new_gen(&clone, 3); // frees its lines
}

static void test_a_line_that_does_not_continue_is_a_fork(void **state)
{
    struct fixture *f = *state;
    struct record record;
    maker_rate(&f->a, 5);
    maker_visit(&f->a, 5, &record);
    maker_write(&f->a, &record);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    // Line 2 again, as if line 1 had been another.
    struct buf bytes = {0};
    digest_hex_of("other", 5, record.prev);
    assert_true(record_write(&record, &bytes));
    maker_new_gen(&f->a, 1);
    maker_write_bytes(&f->a, "", 0);
    maker_write_bytes(&f->a, bytes.data, bytes.size);
    buf_free(&bytes);

    assert_int_equal(made_office_send(&f->made, &f->a, 2, 2, f->a.wall_ms),
                     OFFICE_BATCH_FORK);
    assert_int_equal(find_device(f, &f->a).received_to, 1);
    assert_int_equal(find_device(f, &f->a).flag_count, 1);
    assert_int_equal(made_office_all(f->made.office).levels[4], 1);
}

// Rows edited on the device after a heartbeat had told their head.
static void test_a_heartbeat_binds_lines_that_are_not_sent_yet(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 1);
    maker_rate(&f->a, 1);
    assert_int_equal(made_office_send(&f->made, &f->a, 3, 2, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(find_device(f, &f->a).received_to, 0);
    assert_int_equal(find_device(f, &f->a).reported_to, 2);
    made_office_reopen(&f->made); // it is remembered

    maker_new_gen(&f->a, 1);
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    struct made_batch sent = send(f, &f->a, 1, 2);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_FORK);
    assert_int_equal(sent.batch.received_to, 1);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_FORK);
    made_batch_free(&sent);
    assert_int_equal(list_flags(f, &f->a).forks, 1);
}

static void test_a_heartbeat_with_another_head_is_a_fork(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        maker_rate(&f->a, 5);
    }
    made_office_send(&f->made, &f->a, 1, 3, f->a.wall_ms);
    // Late and early heartbeats of the true chain are fine.
    assert_int_equal(made_office_send(&f->made, &f->a, 4, 3, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 1, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(made_office_send(&f->made, &f->a, 1, 0, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(find_device(f, &f->a).flag_count, 0);

    maker_new_gen(&f->a, 1); // an old image, that went another way
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    assert_int_equal(made_office_send(&f->made, &f->a, 3, 2, f->a.wall_ms),
                     OFFICE_BATCH_FORK);
    assert_int_equal(find_device(f, &f->a).flag_count, 1);
}

static void test_two_heads_for_one_unsent_line_are_a_fork(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 1, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 1, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    maker_new_gen(&f->a, 1);
    maker_rate(&f->a, 4);
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 1, f->a.wall_ms),
                     OFFICE_BATCH_FORK);
    struct flags flags = list_flags(f, &f->a);
    assert_int_equal(flags.forks, 1);
    // The second signature is kept as the proof.
    assert_non_null(strstr(flags.detail, f->a.lines[0].hash));
}

static void test_an_invalid_line_keeps_its_place(void **state)
{
    struct fixture *f = *state;
    struct record record;
    maker_rate(&f->a, 5);
    // Line 2: a level that does not exist, with a sound seq and prev.
    maker_visit(&f->a, 5, &record);
    record.gen = 1;
    record.seq = 2;
    strcpy(record.prev, f->a.lines[0].hash);
    struct buf bytes = {0};
    assert_true(record_write(&record, &bytes));
    char *level = strstr(bytes.data, "\"level\":5");
    assert_non_null(level);
    level[strlen("\"level\":")] = '9';
    maker_write_bytes(&f->a, bytes.data, bytes.size);
    buf_free(&bytes);
    maker_rate(&f->a, 4);

    for (int times = 0; times < 2; times++) {
        struct made_batch sent = send(f, &f->a, 1, 3);
        assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
        assert_int_equal(sent.batch.received_to, 3);
        // However often it is sent, the judgement stays.
        assert_int_equal(sent.lines[1].status, OFFICE_LINE_INVALID);
        assert_non_null(strstr(sent.lines[1].detail, "level"));
        assert_string_equal(sent.lines[1].id, record.id);
        assert_int_equal(sent.lines[2].status,
                         times == 0 ? OFFICE_LINE_STORED : OFFICE_LINE_ALREADY);
        made_batch_free(&sent);
    }
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[3], 1);
    assert_int_equal(rated(&all), 2);
    assert_int_equal(find_device(f, &f->a).flag_count, 0);
}

static void test_a_line_that_is_no_json_keeps_its_place(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_write_bytes(&f->a, "\xff\xfe not a line", 14);
    maker_rate(&f->a, 4);
    maker_write_bytes(&f->a, "", 0); // an empty one, last of its batch
    struct made_batch sent = send(f, &f->a, 1, 4);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.batch.received_to, 4);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_INVALID);
    assert_int_equal(sent.lines[1].seq, 2);
    assert_int_equal(sent.lines[2].status, OFFICE_LINE_STORED);
    assert_int_equal(sent.lines[3].status, OFFICE_LINE_INVALID);
    assert_string_equal(sent.batch.held_head, f->a.lines[3].hash);
    made_batch_free(&sent);
    maker_rate(&f->a, 5); // it names the empty line as the one before
    assert_int_equal(made_office_send(&f->made, &f->a, 5, 5, f->a.wall_ms),
                     OFFICE_BATCH_OK);
}

// Bytes that were damaged on the way are not taken for the line: the next line
// names another hash.
static void test_damaged_bytes_do_not_take_the_place(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    struct made_batch sent;
    made_batch_start(&sent, &f->a, 1, 3, f->a.wall_ms);
    struct office_place place = {f->a.device, 1, 1, 3, 1};
    office_line_read("{\"v\":1,\"dev", 11, &place, &sent.lines[1]);
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_FORK);
    assert_int_equal(sent.batch.received_to, 1);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_FORK);
    made_batch_free(&sent);
    // The true line is still welcome.
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 3, f->a.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(made_office_all(f->made.office).levels[4], 3);
}

static void test_a_line_of_another_device_is_invalid(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    struct record record;
    maker_visit(&f->b, 5, &record); // b's name on a's chain
    maker_write(&f->a, &record);
    struct made_batch sent = send(f, &f->a, 1, 2);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_INVALID);
    assert_non_null(strstr(sent.lines[1].detail, "device"));
    made_batch_free(&sent);
    assert_int_equal(made_office_all(f->made.office).levels[4], 1);
}

static void test_an_id_counts_once_over_generations(void **state)
{
    struct fixture *f = *state;
    struct record record;
    maker_visit(&f->a, 5, &record);
    maker_write(&f->a, &record);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    // The same visit in the next generation, with another level.
    record.level = 1;
    maker_new_gen(&f->a, 2);
    maker_write(&f->a, &record);
    maker_rate(&f->a, 4);
    for (int times = 0; times < 2; times++) {
        struct made_batch sent = send(f, &f->a, 1, 2);
        assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
        assert_int_equal(sent.lines[0].status, OFFICE_LINE_CONFLICT);
        assert_string_equal(sent.lines[0].detail,
                            "its id is that of gen 1 seq 1");
        assert_int_equal(sent.batch.received_to, 2);
        made_batch_free(&sent);
    }
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[3], 1);
    assert_int_equal(all.levels[0], 0);
    struct flags flags = list_flags(f, &f->a);
    assert_int_equal(flags.conflicts, 1);
    assert_int_equal(flags.forks, 0);
}

static void test_tests_and_events_are_stored_and_not_counted(void **state)
{
    struct fixture *f = *state;
    struct record record;
    maker_event(&f->a, &record);
    maker_write(&f->a, &record);
    maker_visit(&f->a, 5, &record);
    record.test = true;
    maker_write(&f->a, &record);
    struct made_batch sent = send(f, &f->a, 1, 2);
    expect_statuses(&sent, OFFICE_LINE_STORED);
    made_batch_free(&sent);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(rated(&all), 0);
    assert_int_equal(find_device(f, &f->a).received_to, 2);
}

static void test_a_revoked_device_is_quarantined(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    assert_int_equal(office_revoke_device(f->made.office, f->a.device, "admin",
                                          f->a.wall_ms),
                     OFFICE_OK);
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 2, f->a.wall_ms),
                     OFFICE_BATCH_REVOKED);
    assert_int_equal(made_office_send(&f->made, &f->a, 2, 2, f->a.wall_ms),
                     OFFICE_BATCH_REVOKED);
    assert_int_equal(find_device(f, &f->a).received_to, 1);
    assert_int_equal(made_office_all(f->made.office).levels[4], 1);
}

static void test_an_unknown_device_disturbs_nobody(void **state)
{
    struct fixture *f = *state;
    struct ledger_maker stranger;
    maker_start(&stranger, f->a.wall_ms);
    maker_rate(&stranger, 1);
    maker_rate(&f->a, 5);
    struct made_batch bad, good;
    made_batch_start(&bad, &stranger, 1, 1, f->a.wall_ms);
    made_batch_start(&good, &f->a, 1, 1, f->a.wall_ms);
    struct office_batch batches[] = {bad.batch, good.batch};
    assert_int_equal(office_ingest(f->made.office, batches, 2), OFFICE_OK);
    assert_int_equal(batches[0].status, OFFICE_BATCH_UNKNOWN);
    assert_int_equal(batches[1].status, OFFICE_BATCH_OK);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(rated(&all), 1);
    made_batch_free(&bad);
    made_batch_free(&good);
    maker_free(&stranger);
}

// --- One rating a transaction and step --------------------------------------

static void rate_transaction(struct ledger_maker *maker, int level,
                             const char *transaction, const char *step)
{
    struct record record;
    maker_visit(maker, level, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, transaction);
    strcpy(record.step, step);
    strcpy(record.counter, maker->wall_ms % 2 ? "3" : "4");
    maker_write(maker, &record);
    maker_wait(maker, 60 * 1000);
}

// Device a rated the transaction at 9:00 with 2, device b at 9:01 with 5.
static void rate_on_both(struct fixture *f)
{
    rate_transaction(&f->a, 2, "H24.12-261123-0007", "tra-ket-qua");
    maker_wait(&f->b, 60 * 1000);
    rate_transaction(&f->b, 5, "H24.12-261123-0007", "tra-ket-qua");
}

static void expect_first_counts(struct fixture *f)
{
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[1], 1);
    assert_int_equal(all.levels[4], 0);
    assert_int_equal(all.offered, 1);
    assert_int_equal(all.offered_rated, 1);
    struct office_tally a = made_office_total(
        f->made.office, INT32_MIN, INT32_MAX, OFFICE_BY_DEVICE, f->a.device);
    struct office_tally b = made_office_total(
        f->made.office, INT32_MIN, INT32_MAX, OFFICE_BY_DEVICE, f->b.device);
    assert_int_equal(rated(&a), 1);
    assert_int_equal(rated(&b), 0);
}

static void test_the_first_rating_of_a_transaction_counts(void **state)
{
    struct fixture *f = *state;
    rate_on_both(f);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    made_office_send(&f->made, &f->b, 1, 1, f->b.wall_ms);
    expect_first_counts(f);
}

static void test_an_earlier_rating_that_arrives_late_takes_over(void **state)
{
    struct fixture *f = *state;
    rate_on_both(f);
    made_office_send(&f->made, &f->b, 1, 1, f->b.wall_ms);
    struct office_tally before = made_office_all(f->made.office);
    assert_int_equal(before.levels[4], 1);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    expect_first_counts(f);
}

static void test_both_in_one_commit_count_once(void **state)
{
    struct fixture *f = *state;
    rate_on_both(f);
    struct made_batch a, b;
    made_batch_start(&b, &f->b, 1, 1, f->b.wall_ms);
    made_batch_start(&a, &f->a, 1, 1, f->a.wall_ms);
    struct office_batch batches[] = {b.batch, a.batch};
    assert_int_equal(office_ingest(f->made.office, batches, 2), OFFICE_OK);
    made_batch_free(&a);
    made_batch_free(&b);
    expect_first_counts(f);
}

static void
test_other_steps_stand_apart_and_asking_twice_counts_once(void **state)
{
    struct fixture *f = *state;
    struct record record;
    maker_visit(&f->a, 0, &record); // declined first, rated later
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, "T-1");
    strcpy(record.step, "tiep-nhan");
    maker_write(&f->a, &record);
    maker_wait(&f->a, 60 * 1000);
    rate_transaction(&f->a, 5, "T-1", "tiep-nhan");
    rate_transaction(&f->a, 4, "T-1", "tra-ket-qua");
    rate_transaction(&f->a, 3, "T-2", "tra-ket-qua");
    rate_transaction(&f->a, 1, "T-1", "tra-ket-qua"); // again: a duplicate
    made_office_send(&f->made, &f->a, 1, 5, f->a.wall_ms);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.declined, 0); // was answered after all
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[3], 1);
    assert_int_equal(all.levels[2], 1);
    assert_int_equal(all.levels[0], 0);
    assert_int_equal(all.offered, 3);
    assert_int_equal(all.offered_rated, 3);
}

// No dossier was told; the same question was answered on two screens.
static void rate_invitation(struct ledger_maker *maker, int level,
                            const char *invitation)
{
    struct record record;
    maker_visit(maker, level, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.invitation, invitation);
    maker_write(maker, &record);
}

static void test_an_invitation_without_a_dossier_counts_once(void **state)
{
    static const char one[] = "3f0c2f0e-6a51-4c55-9c0e-1f6f6c1d8a01";
    static const char other[] = "3f0c2f0e-6a51-4c55-9c0e-1f6f6c1d8a02";
    struct fixture *f = *state;
    rate_invitation(&f->a, 2, one);
    maker_wait(&f->b, 60 * 1000);
    rate_invitation(&f->b, 5, one);
    // The later one comes first.
    made_office_send(&f->made, &f->b, 1, 1, f->b.wall_ms);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    expect_first_counts(f);
    rate_invitation(&f->b, 4, other);
    made_office_send(&f->made, &f->b, 2, 2, f->b.wall_ms);
    assert_int_equal(made_office_all(f->made.office).levels[3], 1);
}

static void test_a_tie_goes_to_the_lower_seq(void **state)
{
    struct fixture *f = *state;
    struct record first, second;
    maker_visit(&f->a, 5, &first);
    maker_visit(&f->a, 1, &second);
    first.mode = second.mode = RECORD_TRANSACTION;
    strcpy(first.transaction, "T-9");
    strcpy(second.transaction, "T-9");
    maker_write(&f->a, &first);
    maker_write(&f->a, &second);
    made_office_send(&f->made, &f->a, 1, 2, f->a.wall_ms);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[0], 0);
}

// --- When the database is not as it should be -------------------------------

static void tamper(struct fixture *f, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

// The very last step of a commit fails, after lines, ids, codes and visits.
static void test_a_commit_that_fails_leaves_no_trace(void **state)
{
    struct fixture *f = *state;
    struct made_batch sent;
    maker_rate(&f->a, 5);
    rate_transaction(&f->a, 1, "T-1", "tra-ket-qua");
    tamper(f, "CREATE TRIGGER broken BEFORE INSERT ON totals WHEN NEW.grain = "
              "1 BEGIN SELECT RAISE(ABORT, 'broken'); END");
    made_batch_start(&sent, &f->a, 1, 2, f->a.wall_ms);
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1),
                     OFFICE_ERROR);
    assert_int_equal(find_device(f, &f->a).received_to, 0);
    assert_int_equal(find_device(f, &f->a).gen, 0);
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(rated(&all), 0);

    tamper(f, "DROP TRIGGER broken");
    assert_int_equal(office_ingest(f->made.office, &sent.batch, 1), OFFICE_OK);
    expect_statuses(&sent, OFFICE_LINE_STORED);
    made_batch_free(&sent);
    all = made_office_all(f->made.office);
    assert_int_equal(all.levels[4], 1);
    assert_int_equal(all.levels[0], 1);
}

// The row of a chain says less than its lines: the lines decide.
static void test_a_chain_row_that_was_set_back(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    made_office_send(&f->made, &f->a, 1, 2, f->a.wall_ms);
    tamper(f, "UPDATE chains SET received_to = 1, head = (SELECT hash FROM "
              "lines WHERE seq = 1)");
    made_office_reopen(&f->made);
    struct made_batch sent = send(f, &f->a, 1, 3);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.batch.received_to, 3);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_ALREADY);
    assert_int_equal(sent.lines[2].status, OFFICE_LINE_STORED);
    made_batch_free(&sent);
    assert_int_equal(made_office_all(f->made.office).levels[4], 3);
    assert_int_equal(find_device(f, &f->a).flag_count, 0);
}

// A line that was held is gone, a visit stands where no line made it: nobody is
// accused, nothing is counted twice, and the device goes on.
static void test_rows_that_were_changed_do_not_stop_a_device(void **state)
{
    struct fixture *f = *state;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    made_office_send(&f->made, &f->a, 1, 2, f->a.wall_ms);
    tamper(f,
           "DROP TRIGGER lines_no_delete; DELETE FROM lines WHERE seq = 1;"
           "CREATE TEMP TABLE other AS SELECT * FROM visits WHERE seq = 2;"
           "UPDATE other SET seq = 3; INSERT INTO visits SELECT * FROM other");
    struct made_batch sent = send(f, &f->a, 1, 3);
    assert_int_equal(sent.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(sent.lines[0].status, OFFICE_LINE_UNTOUCHED);
    assert_int_equal(sent.lines[1].status, OFFICE_LINE_ALREADY);
    assert_int_equal(sent.lines[2].status, OFFICE_LINE_STORED);
    made_batch_free(&sent);
    assert_int_equal(made_office_all(f->made.office).levels[4], 2);
    assert_int_equal(find_device(f, &f->a).flag_count, 0);
}

static void test_a_newer_database_is_refused(void **state)
{
    struct fixture *f = *state;
    struct office *other = NULL;
    struct sql *sql = NULL;
    char back[64];
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    snprintf(back, sizeof back, "PRAGMA user_version = %d", sql_version(sql));
    sql_close(sql);
    tamper(f, "PRAGMA user_version = 99");
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &other),
                     OFFICE_ERROR);
    assert_int_equal(office_open(f->made.path, OFFICE_WRITER, &other),
                     OFFICE_ERROR);
    assert_null(other);
    tamper(f, back);
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &other),
                     OFFICE_OK);
    office_close(other);
}

// --- Around the batch -------------------------------------------------------

static void test_the_state_of_a_device_is_kept(void **state)
{
    struct fixture *f = *state;
    struct made_batch beat;
    struct office_state said = {.version = "0.2.0",
                                .pending = 7,
                                .lifetime_lines = 100,
                                .lifetime_ratings = 90,
                                .disk_free = 1 << 30,
                                .body = "{\"pending\":7}"};
    made_batch_start(&beat, &f->a, 1, 0, f->a.wall_ms);
    beat.batch.sent_at = f->a.wall_ms + 90 * 1000; // its clock is ahead
    beat.batch.state = &said;
    assert_int_equal(office_ingest(f->made.office, &beat.batch, 1), OFFICE_OK);
    assert_int_equal(beat.batch.status, OFFICE_BATCH_OK);
    assert_int_equal(beat.batch.received_to, 0);
    assert_string_equal(beat.batch.held_head, DIGEST_NONE_HEX);
    made_batch_free(&beat);
    // A batch that says nothing leaves it.
    made_office_send(&f->made, &f->a, 1, 0, f->a.wall_ms + 1000);

    struct office_device device = find_device(f, &f->a);
    assert_string_equal(device.version, "0.2.0");
    assert_int_equal(device.pending, 7);
    assert_int_equal(device.lifetime_lines, 100);
    assert_int_equal(device.lifetime_ratings, 90);
    assert_int_equal(device.disk_free, 1 << 30);
    assert_int_equal(device.last_seen_at, f->a.wall_ms + 1000);
    assert_true(device.has_clock_offset);
}

static void test_a_receipt_can_be_compared_later(void **state)
{
    struct fixture *f = *state;
    char hash[DIGEST_HEX_SIZE];
    maker_rate(&f->a, 5);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    assert_int_equal(office_line_hash(f->made.office, f->a.device, 1, 1, hash),
                     OFFICE_OK);
    assert_string_equal(hash, f->a.lines[0].hash);
    assert_int_equal(office_line_hash(f->made.office, f->a.device, 1, 2, hash),
                     OFFICE_NONE);
}

static void test_a_reader_sees_one_moment(void **state)
{
    struct fixture *f = *state;
    struct office *reader = NULL;
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 5);
    made_office_send(&f->made, &f->a, 1, 1, f->a.wall_ms);
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &reader),
                     OFFICE_OK);
    assert_int_equal(office_begin_reading(reader), OFFICE_OK);
    assert_int_equal(made_office_all(reader).levels[4], 1);
    made_office_send(&f->made, &f->a, 2, 2, f->a.wall_ms);
    assert_int_equal(made_office_all(reader).levels[4], 1);
    office_end_reading(reader);
    assert_int_equal(made_office_all(reader).levels[4], 2);
    office_close(reader);
}

static void test_a_reader_needs_a_database(void **state)
{
    struct fixture *f = *state;
    char path[160];
    struct office *reader = NULL;
    snprintf(path, sizeof path, "%s-none", f->made.path);
    // A cluster that is there and has no such database stays without it.
    assert_int_equal(office_open(path, OFFICE_READER, &reader),
                     office_is_url(path) ? OFFICE_ERROR : OFFICE_NONE);
    assert_null(reader);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_a_batch_is_stored_and_counted),
        OFFICE_TEST(test_sent_again_it_is_already_there),
        OFFICE_TEST(test_any_resend_counts_once),
        OFFICE_TEST(test_lines_of_a_batch_may_be_shuffled),
        OFFICE_TEST(test_a_line_twice_in_one_batch_counts_once),
        OFFICE_TEST(test_a_gap_says_where_to_go_on),
        OFFICE_TEST(test_a_hole_inside_a_batch_keeps_what_comes_before),
        OFFICE_TEST(test_other_bytes_for_a_held_line_are_a_fork),
        OFFICE_TEST(test_a_line_that_does_not_continue_is_a_fork),
        OFFICE_TEST(test_a_heartbeat_binds_lines_that_are_not_sent_yet),
        OFFICE_TEST(test_a_heartbeat_with_another_head_is_a_fork),
        OFFICE_TEST(test_two_heads_for_one_unsent_line_are_a_fork),
        OFFICE_TEST(test_an_invalid_line_keeps_its_place),
        OFFICE_TEST(test_a_line_that_is_no_json_keeps_its_place),
        OFFICE_TEST(test_damaged_bytes_do_not_take_the_place),
        OFFICE_TEST(test_a_line_of_another_device_is_invalid),
        OFFICE_TEST(test_an_id_counts_once_over_generations),
        OFFICE_TEST(test_tests_and_events_are_stored_and_not_counted),
        OFFICE_TEST(test_a_revoked_device_is_quarantined),
        OFFICE_TEST(test_an_unknown_device_disturbs_nobody),
        OFFICE_TEST(test_the_first_rating_of_a_transaction_counts),
        OFFICE_TEST(test_an_earlier_rating_that_arrives_late_takes_over),
        OFFICE_TEST(test_both_in_one_commit_count_once),
        OFFICE_TEST(test_other_steps_stand_apart_and_asking_twice_counts_once),
        OFFICE_TEST(test_an_invitation_without_a_dossier_counts_once),
        OFFICE_TEST(test_a_tie_goes_to_the_lower_seq),
        OFFICE_TEST(test_a_commit_that_fails_leaves_no_trace),
        OFFICE_TEST(test_a_chain_row_that_was_set_back),
        OFFICE_TEST(test_rows_that_were_changed_do_not_stop_a_device),
        OFFICE_TEST(test_a_newer_database_is_refused),
        OFFICE_TEST(test_the_state_of_a_device_is_kept),
        OFFICE_TEST(test_a_receipt_can_be_compared_later),
        OFFICE_TEST(test_a_reader_sees_one_moment),
        OFFICE_TEST(test_a_reader_needs_a_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
