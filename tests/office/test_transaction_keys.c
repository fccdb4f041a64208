// The keys for dossiers' codes: who is told which, and that nothing of a key is
// left once its month is over.
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "office/transaction_keys.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>

struct fixture {
    struct made_office made;
    struct ledger_maker a, b;
    struct office_defaults defaults;
};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-11-20T08:00:00+07:00"), &f->a);
    made_office_enrol(&f->made, "4", at("2026-11-20T08:00:00+07:00"), &f->b);
    f->defaults = (struct office_defaults){.unit_name = "Bình Minh",
                                           .mode = "transaction"};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    made_office_close(&f->made);
    maker_free(&f->a);
    maker_free(&f->b);
    free(f);
    return 0;
}

static void turn(struct fixture *f, const char *when)
{
    bool is_emptied = false;
    assert_int_equal(
        office_turn_keys(f->made.office, &f->defaults, at(when), &is_emptied),
        OFFICE_OK);
    assert_true(is_emptied);
}

// What a device is told.
static int64_t told(struct fixture *f, const struct ledger_maker *device,
                    struct pseudonym_keys *out)
{
    struct buf body = {0};
    char message[JSON_MESSAGE_SIZE];
    int64_t version;
    assert_int_equal(office_read_configuration(f->made.office, device->device,
                                               &version, &body),
                     OFFICE_OK);
    json_t *object = json_read(body.data, body.size, message);
    assert_non_null(object);
    assert_true(pseudonym_keys_read(object, out));
    json_decref(object);
    buf_free(&body);
    return version;
}

static void test_this_and_the_next_month_are_told(void **state)
{
    struct fixture *f = *state;
    struct pseudonym_keys a, b, office;
    turn(f, "2026-11-29T19:44:00+07:00");
    assert_int_equal(told(f, &f->a, &a), 1);
    assert_false(a.linked);
    assert_int_equal(a.count, 2);
    assert_string_equal(a.list[0].period, "2026-12");
    assert_string_equal(a.list[1].period, "2027-01");
    assert_memory_not_equal(a.list[0].key, a.list[1].key, DIGEST_BYTES);
    told(f, &f->b, &b);
    assert_memory_equal(&b, &a, sizeof a);
    memset(&office, 0, sizeof office);
    assert_int_equal(office_transaction_keys(f->made.office, "H24.12", &office),
                     OFFICE_OK);
    assert_memory_equal(&office, &a, sizeof a);
    assert_int_equal(office_transaction_keys(f->made.office, "H24.13", &office),
                     OFFICE_OK);
    assert_int_equal(office.count, 0); // no device is there
    turn(f, "2026-11-30T00:00:00+07:00");
    assert_int_equal(told(f, &f->a, &b), 1);
    assert_memory_equal(&b, &a, sizeof a);
}

// True when eight of the bytes stand in the file: a quarter of a key is one
// too many.
static bool stands_in(const char *path, const char *bytes, size_t size)
{
    struct buf file = {0};
    bool found = false;
    if (file_read(path, 64 << 20, &file) && file.size > 0)
        for (size_t at = 0; at + 8 <= size; at += 8)
            found |= memmem(file.data, file.size, bytes + at, 8) != NULL;
    buf_free(&file);
    return found;
}

static bool is_anywhere(const struct fixture *f,
                        const unsigned char key[DIGEST_BYTES])
{
    static const char *const endings[] = {"", "-wal"};
    char hex[2 * DIGEST_BYTES + 1], path[128];
    bool found = false;
    hex_encode(key, DIGEST_BYTES, hex);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s%s", f->made.path, endings[i]);
        found |= stands_in(path, (const char *)key, DIGEST_BYTES) ||
                 stands_in(path, hex, sizeof hex - 1);
    }
    return found;
}

static void test_nothing_of_a_key_outlives_its_month(void **state)
{
    made_office_needs_file();
    struct fixture *f = *state;
    struct pseudonym_keys before, after;
    turn(f, "2026-11-29T19:44:00+07:00");
    told(f, &f->a, &before);
    assert_true(is_anywhere(f, before.list[0].key));
    turn(f, "2026-12-14T23:59:59+07:00"); // its last day is whole
    assert_int_equal(told(f, &f->a, &after), 1);
    assert_true(is_anywhere(f, before.list[0].key));

    turn(f, "2026-12-15T00:00:00+07:00");
    assert_false(is_anywhere(f, before.list[0].key));
    assert_int_equal(told(f, &f->a, &after), 2);
    assert_int_equal(after.count, 2);
    assert_string_equal(after.list[0].period, "2027-01");
    assert_memory_equal(after.list[0].key, before.list[1].key, DIGEST_BYTES);
    assert_string_equal(after.list[1].period, "2027-02");
    // Two years later all of them, and the rows that they left do not grow
    // into the way.
    for (int month = 1; month <= 12; month++) {
        char when[32];
        snprintf(when, sizeof when, "2028-%02d-20T08:00:00+07:00", month);
        turn(f, when);
        assert_false(is_anywhere(f, after.list[0].key));
        told(f, &f->b, &after);
        assert_int_equal(after.count, 2);
    }
}

static void test_a_reader_delays_only_the_emptying_of_the_log(void **state)
{
    made_office_needs_file();
    struct fixture *f = *state;
    struct office *reader = NULL;
    struct pseudonym_keys before, after;
    int64_t version;
    struct buf body = {0};
    turn(f, "2026-11-29T08:00:00+07:00");
    told(f, &f->a, &before);
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &reader),
                     OFFICE_OK);
    assert_int_equal(office_begin_reading(reader), OFFICE_OK);
    assert_int_equal(
        office_read_configuration(reader, f->a.device, &version, &body),
        OFFICE_OK);
    bool is_emptied = true;
    assert_int_equal(office_turn_keys(f->made.office, &f->defaults,
                                      at("2026-12-15T08:00:00+07:00"),
                                      &is_emptied),
                     OFFICE_OK);
    assert_false(is_emptied);
    assert_int_equal(told(f, &f->a, &after), 2);
    office_end_reading(reader);
    turn(f, "2026-12-15T08:00:30+07:00");
    assert_false(is_anywhere(f, before.list[0].key));
    office_close(reader);
    buf_free(&body);
}

static void test_a_clock_that_was_never_set_destroys_nothing(void **state)
{
    struct fixture *f = *state;
    struct pseudonym_keys before, after;
    turn(f, "2026-11-29T08:00:00+07:00");
    told(f, &f->a, &before);
    turn(f, "2199-01-01T08:00:00+07:00");
    turn(f, "2026-11-29T08:01:00+07:00");
    told(f, &f->a, &after);
    assert_memory_equal(&after, &before, sizeof after);
}

// The server's clock ran half a year ahead, and was set right.
static void test_a_month_without_a_key_gets_a_new_one(void **state)
{
    struct fixture *f = *state;
    struct pseudonym_keys before, after;
    turn(f, "2026-11-29T08:00:00+07:00");
    told(f, &f->a, &before);
    turn(f, "2027-05-29T08:00:00+07:00");
    turn(f, "2026-11-29T08:05:00+07:00");
    told(f, &f->a, &after);
    assert_int_equal(after.count, 2);
    assert_string_equal(after.list[0].period, "2026-12");
    assert_memory_not_equal(after.list[0].key, before.list[0].key,
                            DIGEST_BYTES);
}

static void test_linked_tells_no_key(void **state)
{
    struct fixture *f = *state;
    struct pseudonym_keys keys;
    f->defaults.linked = true;
    turn(f, "2026-11-29T08:00:00+07:00");
    assert_int_equal(told(f, &f->a, &keys), 1);
    assert_true(keys.linked);
    assert_int_equal(keys.count, 0);
    f->defaults.linked = false;
    turn(f, "2026-11-29T08:00:00+07:00");
    assert_int_equal(told(f, &f->a, &keys), 2);
    assert_false(keys.linked);
    assert_int_equal(keys.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_this_and_the_next_month_are_told,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_nothing_of_a_key_outlives_its_month, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_reader_delays_only_the_emptying_of_the_log, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_clock_that_was_never_set_destroys_nothing, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_month_without_a_key_gets_a_new_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_linked_tells_no_key, set_up,
                                        tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
