// One sending of all that waits, to the real server, with every call to the
// disk and to memory failing in turn: the batch, courier.db, the answer, the
// configuration that is fetched after it. The courier ends calmly, takes
// nothing for sent that the server does not have, and when the failure is over
// the next sending brings all of it, once.
//
//   test_failing_sync      some of the calls, for every day
//   test_failing_sync all  each of them
#include "common/file.h"
#include "common/log.h"
#include "faults/disk.h"
#include "faults/failing.h"
#include "faults/failing_memory.h"
#include "store/courier.h"
#include "support/check.h"
#include "support/road_maker.h"
#include <stdio.h>
#include <unistd.h>

// Sendings before server and device are made anew, so that they stay small.
enum { ROAD_RUNS = 64, VISITS = 2, TRIES = 3 };

static long stride;

struct walk {
    struct made_road *road; // NULL: not yet
    int runs, sent;         // on this road
};

static void renew(struct walk *walk)
{
    if (walk->road && walk->runs < ROAD_RUNS)
        return;
    if (walk->road)
        made_road_close(walk->road);
    *walk = (struct walk){.road = made_road_open()};
}

// The courier makes its database anew, and asks for a receipt for everything.
static void forget_courier(const struct made_road *road)
{
    static const char *const names[] = {DEVICE_FILE_COURIER,
                                        DEVICE_FILE_COURIER "-wal",
                                        DEVICE_FILE_COURIER "-shm"};
    char path[SCRATCH_SIZE + 32];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(file_join(path, sizeof path, road->folder, names[i]));
        unlink(path);
    }
}

// WORKER_FAILED also when there is no memory for a courier at all.
static enum worker_result send_while_it_fails(const struct made_road *road)
{
    struct worker *worker =
        worker_new(&(struct worker_params){.directory = road->folder});
    if (!worker)
        return WORKER_FAILED;
    enum worker_result result = worker_run_once(worker);
    worker_free(worker);
    return result;
}

static bool count_aside(void *ctx, int64_t gen,
                        const struct courier_aside *aside)
{
    (void)gen;
    (void)aside;
    ++*(int *)ctx;
    return true;
}

static int set_aside(const struct made_road *road)
{
    struct courier *courier;
    int count = 0;
    assert_int_equal(courier_open(road->folder, COURIER_READER, &courier),
                     SQL_OK);
    assert_int_equal(courier_quarantine(courier, count_aside, &count), SQL_OK);
    courier_close(courier);
    return count;
}

static void must_all_arrive(const struct walk *walk)
{
    int tries = 1;
    while (made_road_send(walk->road) != WORKER_OK)
        assert_true(tries++ < TRIES);
    assert_int_equal(made_road_rated(walk->road), walk->sent);
    assert_int_equal(made_road_position(walk->road), walk->sent);
    assert_int_equal(set_aside(walk->road), 0);
}

static bool send_once(void *ctx, const struct failing *failing)
{
    struct walk *walk = ctx;
    renew(walk);
    made_road_visit(walk->road, VISITS);
    walk->sent += VISITS;
    walk->runs++;
    forget_courier(walk->road);
    failing_begin(failing, walk->road->folder);
    enum worker_result result = send_while_it_fails(walk->road);
    bool failed = failing_end();
    disk_forget();
    int64_t position = made_road_position(walk->road);
    int64_t rated = made_road_rated(walk->road);
    if (position > rated || rated > walk->sent ||
        (result == WORKER_OK && position != walk->sent) ||
        (result != WORKER_OK && !failed))
        fail_msg("%s number %ld failed %s: result %d, %d sent, %d counted, %d "
                 "acknowledged",
                 failing_name(failing->kind), failing->n,
                 failing->for_ever ? "for ever" : "once", (int)result,
                 walk->sent, (int)rated, (int)position);
    must_all_arrive(walk);
    return failed;
}

static void test_every_call_may_fail(void **state)
{
    struct walk walk = {0};
    (void)state;
    long runs = failing_walk(send_once, &walk, stride);
    print_message("%ld sendings\n", runs);
    made_road_close(walk.road);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_may_fail),
    };
    memory_take_over();
    stride = failing_stride(argc, argv, 97);
    log_set_level(LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
