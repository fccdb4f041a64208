#include "support/road_maker.h"
#include "store/courier.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 64 };

void made_road_point_to(struct made_road *road, uint16_t port)
{
    snprintf(road->device.server, sizeof road->device.server,
             "http://127.0.0.1:%u", port);
    assert_true(device_save(road->folder, &road->device));
}

static void write_identity(struct made_road *road)
{
    struct device *device = &road->device;
    memcpy(device->id, road->enrolled.ledger.device, sizeof device->id);
    strcpy(device->counter, "3");
    memcpy(device->token, road->enrolled.token, sizeof road->enrolled.token);
    memcpy(device->server_key, road->enrolled.server_key, KEY_PUBLIC_BYTES);
    id_random(device->box_key, sizeof device->box_key);
    // Older than what the server has, which is then fetched.
    device->config =
        json_pack("{s:i, s:i}", "version", 0, "first_contact_s", 0);
    assert_non_null(device->config);
    made_road_point_to(road, road->server.port);
    assert_true(device_save_key(road->folder, &road->enrolled.ledger.key));
}

struct made_road *made_road_open(void)
{
    struct made_road *road = calloc(1, sizeof *road);
    assert_non_null(road);
    scratch_make(road->folder);
    made_server_start(&road->server, NULL);
    made_device_enrol(&road->enrolled, &road->server, "3");
    made_server_key(&road->server, "office", road->office_key);
    write_identity(road);
    road->keeper = keeper_new(road->folder, road->device.id, SLOTS, NULL);
    assert_non_null(road->keeper);
    assert_true(keeper_mend(road->keeper));
    return road;
}

void made_road_close(struct made_road *road)
{
    keeper_free(road->keeper);
    device_release(&road->device);
    made_device_free(&road->enrolled);
    made_server_close(&road->server);
    scratch_remove(road->folder);
    buf_free(&road->backup);
    free(road);
}

void made_road_visit(struct made_road *road, int count)
{
    for (int i = 0; i < count; i++) {
        struct record record;
        int64_t gen, seq;
        enum store_reason reason;
        maker_visit(&road->enrolled.ledger, 5, &record);
        assert_int_equal(
            keeper_put_line(road->keeper, &record, &gen, &seq, &reason),
            KEEPER_OK);
    }
}

enum worker_result made_road_send(const struct made_road *road)
{
    struct worker *worker =
        worker_new(&(struct worker_params){.directory = road->folder});
    assert_non_null(worker);
    enum worker_result result = worker_run_once(worker);
    worker_free(worker);
    return result;
}

int64_t made_road_rated(const struct made_road *road)
{
    // Of all days: a bad network may change the clock that a batch tells, which
    // no signature covers.
    static const char path[] =
        "/api/v1/reports/summary?from=2020-01-01&to=2099-12-31";
    int64_t count = -1;
    struct answer answer = {0};
    ask(road->server.port,
        &(struct ask){.path = path, .token = road->office_key}, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_true(
        json_get_int(json_object_get(object, "total"), "rated", &count));
    json_decref(object);
    answer_free(&answer);
    return count;
}

int64_t made_road_position(const struct made_road *road)
{
    struct proof_receipt receipt = {0};
    struct courier *courier;
    enum sql_result result =
        courier_open(road->folder, COURIER_READER, &courier);
    if (result == SQL_NONE)
        return 0;
    assert_int_equal(result, SQL_OK);
    result = courier_position(courier, 1, &receipt);
    courier_close(courier);
    assert_true(result == SQL_OK || result == SQL_NONE);
    return result == SQL_OK ? receipt.batch.to : 0;
}
