// The restore drill of the README, from the first rating to the last figure:
// a server with two counters, a backup of the night, ratings after it, the
// server's disk lost; then another machine, and nobody touches a counter.
#include "common/clock.h"
#include "common/date.h"
#include "office/backup.h"
#include "store/device.h"
#include "store/keeper.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "sync/worker.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SLOTS = 64, COUNTERS = 2, WAIT_TENTHS = 600 };

// A counter with its ledger, and a courier that runs all the time.
struct counter {
    char folder[SCRATCH_SIZE];
    const char *name;
    struct made_device enrolled;
    struct device device;
    struct keeper *keeper;
    struct worker *worker; // NULL: it stands still
    pthread_t thread;
};

struct drill {
    struct made_server server;
    struct counter counters[COUNTERS];
    char backups[SCRATCH_SIZE];
    struct run run;
};

static void point_to(struct counter *counter, uint16_t port)
{
    snprintf(counter->device.server, sizeof counter->device.server,
             "http://127.0.0.1:%u", port);
    assert_true(device_save(counter->folder, &counter->device));
}

static void open_counter(struct counter *counter, const char *name,
                         struct made_server *server)
{
    struct device *device = &counter->device;
    counter->name = name;
    scratch_make(counter->folder);
    made_device_enrol(&counter->enrolled, server, name);
    memcpy(device->id, counter->enrolled.ledger.device, sizeof device->id);
    strcpy(device->counter, name);
    memcpy(device->token, counter->enrolled.token,
           sizeof counter->enrolled.token);
    memcpy(device->server_key, counter->enrolled.server_key, KEY_PUBLIC_BYTES);
    id_random(device->box_key, sizeof device->box_key);
    device->config = json_pack("{s:i, s:i, s:i}", "version", 0,
                               "first_contact_s", 0, "heartbeat_s", 5);
    assert_non_null(device->config);
    point_to(counter, server->port);
    assert_true(
        device_save_key(counter->folder, &counter->enrolled.ledger.key));
    counter->keeper = keeper_new(counter->folder, device->id, SLOTS, NULL);
    assert_non_null(counter->keeper);
    assert_true(keeper_mend(counter->keeper));
}

static void *run_courier(void *ctx)
{
    struct counter *counter = ctx;
    assert_int_equal(worker_run(counter->worker), WORKER_OK);
    return NULL;
}

static void start_courier(struct counter *counter)
{
    counter->worker = worker_new(
        &(struct worker_params){.directory = counter->folder, .poll_ms = 50});
    assert_non_null(counter->worker);
    assert_int_equal(
        pthread_create(&counter->thread, NULL, run_courier, counter), 0);
}

static void stop_courier(struct counter *counter)
{
    if (!counter->worker)
        return;
    worker_stop(counter->worker);
    pthread_join(counter->thread, NULL);
    worker_free(counter->worker);
    counter->worker = NULL;
}

static void rate(struct counter *counter, int level, int count)
{
    for (int i = 0; i < count; i++) {
        struct record record;
        int64_t gen, seq;
        enum store_reason reason;
        maker_visit(&counter->enrolled.ledger, level, &record);
        strcpy(record.counter, counter->name);
        assert_int_equal(
            keeper_put_line(counter->keeper, &record, &gen, &seq, &reason),
            KEEPER_OK);
    }
}

// Suspicion is judged a little later, in the background.
static void drop_flags(json_t *row)
{
    json_object_del(row, "flagged");
    json_object_del(row, "without_flagged");
}

// The report's figures: the total and each counter's row, as text.
static void figures(struct drill *d, struct buf *out)
{
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, from);
    date_format_iso(today + 1, to);
    run_command(&d->run, "report", "--data", d->server.folder, "--from", from,
                "--to", to, "--by", "counter", "--format", "json", NULL);
    run_must_end(&d->run, 0);
    json_t *report = run_json(&d->run);
    size_t i;
    json_t *row;
    buf_clear(out);
    drop_flags(json_object_get(report, "total"));
    json_array_foreach(json_object_get(report, "rows"), i, row)
    {
        drop_flags(row);
    }
    assert_true(json_write(json_object_get(report, "total"), out));
    assert_true(json_write(json_object_get(report, "rows"), out));
    json_decref(report);
}

static int64_t rated(struct drill *d)
{
    struct buf text = {0};
    figures(d, &text);
    const char *at = strstr(buf_text(&text), "\"rated\":");
    assert_non_null(at);
    int64_t count = strtoll(at + strlen("\"rated\":"), NULL, 10);
    buf_free(&text);
    return count;
}

static void wait_for_ratings(struct drill *d, int64_t count)
{
    for (int i = 0; i < WAIT_TENTHS && rated(d) != count; i++)
        usleep(100000);
    assert_int_equal(rated(d), count);
}

static void back_up(struct drill *d)
{
    run_command(&d->run, "backup", "--data", d->server.folder, "--dir",
                d->backups, NULL);
    run_must_end(&d->run, 0);
}

static int set_up(void **state)
{
    struct drill *d = calloc(1, sizeof *d);
    assert_non_null(d);
    scratch_make(d->backups);
    made_server_start(&d->server, (const char *[]){"--heartbeat-s", "5", NULL});
    open_counter(&d->counters[0], "3", &d->server);
    open_counter(&d->counters[1], "4", &d->server);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct drill *d = *state;
    for (int i = 0; i < COUNTERS; i++) {
        struct counter *counter = &d->counters[i];
        stop_courier(counter);
        keeper_free(counter->keeper);
        device_release(&counter->device);
        made_device_free(&counter->enrolled);
        scratch_remove(counter->folder);
    }
    made_server_close(&d->server);
    scratch_remove(d->backups);
    run_free(&d->run);
    free(d);
    return 0;
}

// The new machine has the old one's address; here that is a port, which a
// courier reads when it starts.
static void move_to_new_machine(struct drill *d, const char *folder)
{
    char file[SCRATCH_SIZE + BACKUP_NAME_SIZE + 2];
    struct backup_note note;
    assert_true(backup_note_read(d->server.folder, &note));
    snprintf(file, sizeof file, "%s/%s", note.folder, note.name);
    made_server_close(&d->server); // with all that was on its disk
    d->server = (struct made_server){.pid = 0};
    snprintf(d->server.folder, sizeof d->server.folder, "%s", folder);
    run_command(&d->run, "restore", "--from", file, "--data", folder, NULL);
    run_must_end(&d->run, 0);
    run_command(&d->run, "verify", "--data", folder, NULL);
    run_must_end(&d->run, 0);
    made_server_restart(&d->server,
                        (const char *[]){"--heartbeat-s", "5", NULL});
}

static void test_the_drill(void **state)
{
    struct drill *d = *state;
    struct buf before = {0}, after = {0};
    char folder[64];
    scratch_make(folder);
    for (int i = 0; i < COUNTERS; i++)
        start_courier(&d->counters[i]);
    rate(&d->counters[0], 5, 6);
    rate(&d->counters[1], 4, 5);
    wait_for_ratings(d, 11);
    back_up(d);
    // Of both counters, after the backup.
    rate(&d->counters[0], 1, 2);
    rate(&d->counters[1], 5, 7);
    wait_for_ratings(d, 20);
    figures(d, &before);

    made_server_kill(&d->server);
    for (int i = 0; i < COUNTERS; i++)
        stop_courier(&d->counters[i]);
    move_to_new_machine(d, folder);
    assert_int_equal(rated(d), 11);
    for (int i = 0; i < COUNTERS; i++) {
        point_to(&d->counters[i], d->server.port);
        start_courier(&d->counters[i]);
    }
    // No counter is touched, and nobody rates: a heartbeat is enough.
    wait_for_ratings(d, 20);
    figures(d, &after);
    assert_string_equal(buf_text(&after), buf_text(&before));
    run_command(&d->run, "verify", "--data", folder, NULL);
    run_must_end(&d->run, 0);
    buf_free(&before);
    buf_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_drill, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
