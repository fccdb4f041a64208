#include "support/courier_bench.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include <stdio.h>
#include <time.h>

enum { PATIENCE_MS = 60000, PAUSE_MS = 20 };

void bench_send_to(struct courier_bench *bench, const char *url)
{
    struct device *device = &bench->kiosk.device;
    snprintf(device->server, sizeof device->server, "%s", url);
    assert_true(device_save(bench->kiosk.folder, device));
}

void bench_open(struct courier_bench *bench)
{
    memset(bench, 0, sizeof *bench);
    made_kiosk_open(&bench->kiosk);
    key_make(&bench->other);
    bench->server = bad_server_start(&bench->kiosk.server_key);
    json_object_set_new(bench->kiosk.device.config, "first_contact_s",
                        json_integer(0));
    bench_send_to(bench, bad_server_url(bench->server));
}

void bench_close(struct courier_bench *bench)
{
    bad_server_stop(bench->server);
    made_kiosk_close(&bench->kiosk);
}

void bench_visit(struct courier_bench *bench, int count)
{
    for (int i = 0; i < count; i++)
        made_kiosk_visit(&bench->kiosk, i % 6); // 0: declined
}

void bench_lose(struct courier_bench *bench, int64_t from, int64_t to)
{
    char path[128], script[160];
    struct sql *sql;
    snprintf(path, sizeof path, "%s/%s", bench->kiosk.folder,
             DEVICE_FILE_KIOSK);
    snprintf(script, sizeof script,
             "DROP TRIGGER lines_remain;"
             "DELETE FROM lines WHERE seq BETWEEN %lld AND %lld",
             (long long)from, (long long)to);
    assert_int_equal(sql_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

static struct ledger_reader *open_ledger(struct courier_bench *bench)
{
    struct ledger_reader *ledger = NULL;
    assert_int_equal(ledger_reader_open(bench->kiosk.folder, &ledger), SQL_OK);
    return ledger;
}

// NULL: there is no courier.db yet.
static struct courier *open_courier(struct courier_bench *bench)
{
    struct courier *courier = NULL;
    enum sql_result result =
        courier_open(bench->kiosk.folder, COURIER_READER, &courier);
    assert_true(result == SQL_OK || result == SQL_NONE);
    return courier;
}

void bench_hash(struct courier_bench *bench, int64_t seq,
                char out[DIGEST_HEX_SIZE])
{
    struct ledger_reader *ledger = open_ledger(bench);
    assert_int_equal(ledger_reader_hash(ledger, 1, seq, out), SQL_OK);
    ledger_reader_close(ledger);
}

int64_t bench_position(struct courier_bench *bench)
{
    struct proof_receipt receipt;
    struct courier *courier = open_courier(bench);
    enum sql_result result =
        courier ? courier_position(courier, 1, &receipt) : SQL_NONE;
    courier_close(courier);
    assert_true(result == SQL_OK || result == SQL_NONE);
    return result == SQL_OK ? receipt.batch.to : 0;
}

void bench_wait_for(struct courier_bench *bench, int64_t to)
{
    const struct timespec pause = {0, PAUSE_MS * 1000000L};
    for (int i = 0; i < PATIENCE_MS / PAUSE_MS; i++) {
        if (bench_position(bench) == to)
            return;
        nanosleep(&pause, NULL);
    }
    fail_msg("line %lld was not acknowledged", (long long)to);
}

int64_t bench_pending(struct courier_bench *bench)
{
    struct ledger_end end = {0};
    struct ledger_reader *ledger = open_ledger(bench);
    enum sql_result result = ledger_reader_end(ledger, &end);
    ledger_reader_close(ledger);
    assert_true(result == SQL_OK || result == SQL_NONE);
    return end.seq - bench_position(bench);
}

struct courier_attempts bench_attempts(struct courier_bench *bench)
{
    struct courier_attempts attempts = {0};
    struct courier *courier = open_courier(bench);
    if (courier)
        assert_int_equal(courier_attempts(courier, &attempts), SQL_OK);
    courier_close(courier);
    return attempts;
}

int64_t bench_next_gen(struct courier_bench *bench)
{
    int64_t gen;
    struct courier *courier = open_courier(bench);
    assert_non_null(courier);
    assert_int_equal(courier_next_gen(courier, &gen), SQL_OK);
    courier_close(courier);
    return gen;
}

static bool append_aside(void *ctx, int64_t gen,
                         const struct courier_aside *aside)
{
    assert_int_equal(gen, 1);
    buf_printf(ctx, "%lld %s %s;", (long long)aside->seq, aside->status,
               aside->reason);
    return true;
}

void bench_quarantine(struct courier_bench *bench, struct buf *out)
{
    struct courier *courier = open_courier(bench);
    assert_non_null(courier);
    assert_int_equal(courier_quarantine(courier, append_aside, out), SQL_OK);
    courier_close(courier);
}

void bench_heard(struct courier_bench *bench, size_t index,
                 struct heard_batch *out)
{
    const struct bad_request *request =
        bad_server_request(bench->server, index);
    assert_holds(request->head, "POST /api/v1/batches HTTP/1.1\r\n");
    heard_read(request->body, request->size, out);
}

void bench_must_have_sent(struct courier_bench *bench, size_t index,
                          int64_t from, int64_t to)
{
    struct heard_batch heard;
    struct key key;
    char head[DIGEST_HEX_SIZE];
    bench_heard(bench, index, &heard);
    assert_true(device_load_key(bench->kiosk.folder, &key));
    heard_is_signed_by(&heard, key.public_key);
    assert_string_equal(heard.proof.device, bench->kiosk.device.id);
    assert_int_equal(heard.proof.gen, 1);
    assert_int_equal(heard.from, from);
    assert_int_equal(heard.proof.to, to);
    bench_hash(bench, to, head);
    assert_string_equal(heard.proof.head, head);
    key_wipe(&key);
    heard_free(&heard);
}
