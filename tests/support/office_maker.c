#include "support/office_maker.h"
#include "office/devices.h"
#include "office/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void open_in(struct made_office *made, const char *parent)
{
    assert_true(ledger_init());
    memset(made, 0, sizeof *made);
    snprintf(made->folder, sizeof made->folder, "%s/hailong-office-XXXXXX",
             parent);
    assert_non_null(mkdtemp(made->folder));
    if (scratch_database_make(made->path))
        scratch_database_place(made->folder, made->path);
    else
        snprintf(made->path, sizeof made->path, "%s/office.db", made->folder);
    assert_int_equal(office_open(made->path, OFFICE_WRITER, &made->office),
                     OFFICE_OK);
}

void made_office_needs_file(void)
{
    if (getenv("HAILONG_TEST_POSTGRES"))
        skip();
}

void made_office_open(struct made_office *made)
{
    open_in(made, "/tmp");
}

void made_office_open_fast(struct made_office *made)
{
    open_in(made, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

void made_office_reopen(struct made_office *made)
{
    office_close(made->office);
    made->office = NULL;
    assert_int_equal(office_open(made->path, OFFICE_WRITER, &made->office),
                     OFFICE_OK);
}

void made_office_close(struct made_office *made)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    office_close(made->office);
    if (office_is_url(made->path))
        scratch_database_drop(made->path);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", made->path, endings[i]);
        unlink(path);
    }
    rmdir(made->folder);
}

void made_office_enrol(struct made_office *made, const char *counter,
                       int64_t enrolled_at, struct ledger_maker *maker)
{
    struct office_new_device wanted = {
        .unit = "H24.12", .counter = counter, .field = "chung-thuc"};
    struct office_enrol_request request = {.version = "0.1.0"};
    struct office_device device;
    char id[ID_SIZE], code[SECRET_CODE_SIZE], token[SECRET_TOKEN_SIZE];
    int64_t expires_at;
    maker_start(maker, enrolled_at);
    assert_int_equal(office_add_device(made->office, &wanted, enrolled_at, id,
                                       code, &expires_at),
                     OFFICE_OK);
    request.code = code;
    memcpy(request.public_key, maker->key.public_key, KEY_PUBLIC_BYTES);
    secret_make_token(token, request.token_hash);
    assert_int_equal(office_enrol(made->office, &request, enrolled_at, &device),
                     OFFICE_ENROLLED);
    strcpy(maker->device, device.id);
}

void made_batch_start(struct made_batch *made, const struct ledger_maker *maker,
                      int64_t from, int64_t to, int64_t received_at)
{
    memset(made, 0, sizeof *made);
    struct office_batch *batch = &made->batch;
    maker_sign(maker, to, &batch->proof, made->signature);
    strcpy(made->boot, maker->boot);
    batch->signature = made->signature;
    batch->sent_at = maker->wall_ms;
    batch->boot = made->boot;
    batch->up_ms = maker->up_ms;
    batch->received_at = received_at;
    batch->line_count = (size_t)(to - from + 1);
    made->lines = calloc(batch->line_count + 1, sizeof *made->lines);
    assert_non_null(made->lines);
    batch->lines = made->lines;
    for (size_t i = 0; i < batch->line_count; i++) {
        const struct made_line *line = &maker->lines[from - 1 + (int64_t)i];
        struct office_place place = {batch->proof.device, maker->gen, from, to,
                                     i};
        office_line_read(line->bytes, line->size, &place, &made->lines[i]);
    }
}

void made_batch_free(struct made_batch *made)
{
    free(made->lines);
    made->lines = NULL;
}

enum office_batch_status made_office_send(struct made_office *made,
                                          const struct ledger_maker *maker,
                                          int64_t from, int64_t to,
                                          int64_t received_at)
{
    struct made_batch sent;
    made_batch_start(&sent, maker, from, to, received_at);
    assert_int_equal(office_ingest(made->office, &sent.batch, 1), OFFICE_OK);
    made_batch_free(&sent);
    return sent.batch.status;
}

struct wanted_total {
    const char *key;
    struct office_tally tally;
    int found;
};

static bool take_total(void *ctx, const struct office_total *total)
{
    struct wanted_total *wanted = ctx;
    if (strcmp(total->key, wanted->key) == 0) {
        wanted->tally = total->tally;
        wanted->found++;
    }
    return true;
}

struct office_tally made_office_total(struct office *office, int32_t from_day,
                                      int32_t to_day, enum office_breakdown by,
                                      const char *key)
{
    struct wanted_total wanted = {.key = key};
    assert_int_equal(
        office_totals(office, from_day, to_day, by, take_total, &wanted),
        OFFICE_OK);
    assert_true(wanted.found <= 1);
    return wanted.tally;
}

struct office_tally made_office_all(struct office *office)
{
    return made_office_total(office, INT32_MIN, INT32_MAX, OFFICE_BY_NONE, "");
}
