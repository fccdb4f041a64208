// Sealed comments behind the lines of a batch: kept as they came, opened by the
// server's box key alone, and never a reason to refuse a line.
#include "ledger/box.h"
#include "office/ingest.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

// The key that only the server's directory holds.
static void load_box(struct box_key *out)
{
    char path[128];
    snprintf(path, sizeof path, "%s/box.key", server.folder);
    assert_true(box_load(path, out));
}

static struct office *open_office(void)
{
    char path[128];
    struct office *office = NULL;
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(office_open(path, OFFICE_READER, &office), OFFICE_OK);
    return office;
}

// One visit whose line carries the hash of `sealed`.
static void write_visit(struct made_device *device, const struct buf *sealed)
{
    struct record visit;
    maker_visit(&device->ledger, 1, &visit);
    digest_hex_of(buf_text(sealed), sealed->size, visit.comment_hash);
    maker_write(&device->ledger, &visit);
}

static void send_with(const struct made_device *device, int64_t seq,
                      const char *id, const char *sealed)
{
    struct buf body = {0};
    struct answer answer = {0};
    made_device_body(device, seq, seq, &body, NULL);
    buf_printf(&body, "{\"comment\":\"%s\",\"sealed\":\"%s\"}\n", id, sealed);
    made_device_post(device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    buf_free(&body);
}

static enum office_result find(const struct made_device *device, int64_t seq,
                               struct buf *out)
{
    struct office *office = open_office();
    enum office_result result = office_comment(
        office, device->ledger.device, device->ledger.lines[seq - 1].id, out);
    office_close(office);
    return result;
}

static void test_comment_is_kept_and_only_the_key_opens_it(void **state)
{
    (void)state;
    static const char text[] = "Chờ lâu quá, nhưng cán bộ nhiệt tình";
    struct made_device device;
    struct box_key box;
    struct buf sealed = {0}, found = {0}, opened = {0};
    load_box(&box);
    made_device_enrol(&device, &server, "3");
    assert_true(box_seal(box.public_key, text, sizeof text - 1, &sealed));
    write_visit(&device, &sealed);
    send_with(&device, 1, device.ledger.lines[0].id, buf_text(&sealed));
    // Sent again, as after a lost answer: still once.
    send_with(&device, 1, device.ledger.lines[0].id, buf_text(&sealed));
    assert_int_equal(find(&device, 1, &found), OFFICE_OK);
    assert_string_equal(buf_text(&found), buf_text(&sealed));
    assert_true(box_open(&box, buf_text(&found), found.size, &opened));
    assert_string_equal(buf_text(&opened), text);
    buf_free(&sealed);
    buf_free(&found);
    buf_free(&opened);
    made_device_free(&device);
}

static void test_comment_that_does_not_fit_faults_no_line(void **state)
{
    (void)state;
    struct made_device device;
    struct buf sealed = {0}, found = {0};
    made_device_enrol(&device, &server, "4");
    buf_append_text(&sealed, "c2VhbGVk");
    write_visit(&device, &sealed);
    send_with(&device, 1, device.ledger.lines[0].id, "b3RoZXI=");
    assert_int_equal(find(&device, 1, &found), OFFICE_NONE);
    // The right one may still come.
    send_with(&device, 1, device.ledger.lines[0].id, "c2VhbGVk");
    assert_int_equal(find(&device, 1, &found), OFFICE_OK);
    // One for a visit that is not in the batch.
    write_visit(&device, &sealed);
    send_with(&device, 2, device.ledger.lines[0].id, "c2VhbGVk");
    buf_clear(&found);
    assert_int_equal(find(&device, 2, &found), OFFICE_NONE);
    buf_free(&sealed);
    buf_free(&found);
    made_device_free(&device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comment_is_kept_and_only_the_key_opens_it),
        cmocka_unit_test(test_comment_that_does_not_fit_faults_no_line),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
