#include "support/kiosk_maker.h"
#include "common/clock.h"
#include "common/file.h"
#include "store/courier.h"
#include "store/ledger_reader.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void listen_to(void *ctx, const struct store_event *event)
{
    struct made_kiosk *made = ctx;
    pthread_mutex_lock(&made->lock);
    made->event = *event;
    made->events++;
    pthread_cond_signal(&made->told);
    pthread_mutex_unlock(&made->lock);
}

static int count_events(struct made_kiosk *made)
{
    pthread_mutex_lock(&made->lock);
    int count = made->events;
    pthread_mutex_unlock(&made->lock);
    return count;
}

// Waits for one event more than `seen`.
static struct store_event wait_for_event(struct made_kiosk *made, int seen)
{
    pthread_mutex_lock(&made->lock);
    while (made->events <= seen)
        pthread_cond_wait(&made->told, &made->lock);
    struct store_event event = made->event;
    pthread_mutex_unlock(&made->lock);
    return event;
}

static void write_identity(struct made_kiosk *made)
{
    struct device *device = &made->device;
    struct box_key box;
    struct key key;
    key_make(&made->server_key);
    key_make(&key);
    box_make(&box);
    id_new_v4(device->id);
    strcpy(device->counter, "3");
    strcpy(device->server, "https://127.0.0.1:1");
    memset(device->token, 'a', 64);
    memcpy(device->server_key, made->server_key.public_key, KEY_PUBLIC_BYTES);
    memcpy(device->box_key, box.public_key, BOX_KEY_BYTES);
    device->config = json_pack("{s:i, s:s}", "version", 1, "counter", "3");
    assert_non_null(device->config);
    assert_true(device_save(made->folder, device));
    assert_true(device_save_key(made->folder, &key));
}

void made_kiosk_open(struct made_kiosk *made)
{
    assert_true(ledger_init());
    memset(made, 0, sizeof *made);
    scratch_make(made->folder);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->told, NULL);
    write_identity(made);
    const struct store_params params = {.directory = made->folder,
                                        .device = made->device.id,
                                        .listener = listen_to,
                                        .ctx = made,
                                        .ring_slots = 16};
    made->store = store_open(&params);
    assert_non_null(made->store);
    assert_int_equal(wait_for_event(made, 0).kind, STORE_READY);
}

void made_kiosk_stop(struct made_kiosk *made)
{
    store_close(made->store);
    made->store = NULL;
}

void made_kiosk_close(struct made_kiosk *made)
{
    made_kiosk_stop(made);
    device_release(&made->device);
    scratch_remove(made->folder);
    pthread_cond_destroy(&made->told);
    pthread_mutex_destroy(&made->lock);
}

static void make_visit(const struct made_kiosk *made, int level,
                       struct record *out)
{
    struct ledger_maker maker;
    maker_start(&maker, clock_wall_ms());
    strcpy(maker.device, made->device.id);
    maker_visit(&maker, level, out);
    maker_free(&maker);
}

int64_t made_kiosk_visit(struct made_kiosk *made, int level)
{
    struct record record;
    make_visit(made, level, &record);
    int seen = count_events(made);
    assert_true(store_put_line(made->store, &record));
    struct store_event event = wait_for_event(made, seen);
    assert_int_equal(event.kind, STORE_LINE_SAVED);
    return event.seq;
}

void made_kiosk_tap(struct made_kiosk *made, int level)
{
    struct record record;
    make_visit(made, level, &record);
    int seen = count_events(made);
    assert_true(store_put_draft(made->store, &record));
    assert_int_equal(wait_for_event(made, seen).kind, STORE_DRAFT_SAVED);
}

void made_kiosk_acknowledge(struct made_kiosk *made, int64_t to)
{
    struct courier *courier;
    struct ledger_reader *ledger;
    struct proof_receipt receipt = {.batch = {.gen = 1, .to = to}};
    strcpy(receipt.batch.device, made->device.id);
    proof_new_nonce(receipt.batch.nonce);
    clock_format(clock_wall_ms(), receipt.at);
    assert_int_equal(ledger_reader_open(made->folder, &ledger), SQL_OK);
    assert_int_equal(ledger_reader_hash(ledger, 1, to, receipt.batch.head),
                     SQL_OK);
    ledger_reader_close(ledger);
    proof_sign_receipt(&made->server_key, &receipt);
    assert_int_equal(courier_open(made->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_advance(courier, &receipt, NULL, 0), SQL_OK);
    courier_close(courier);
}
