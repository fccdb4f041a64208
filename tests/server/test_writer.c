// The one thread that writes: its bounded queue, its order, its end.
#include "server/writer.h"
#include "support/office_maker.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t NOW = INT64_C(1795400000000); // 2026-11-23

// A job that waits until it may go on, and one that counts.
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t opens;
    bool is_open;
};
static struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                           false};
static int done_count;   // the writer's until it has finished
static int order[300];   // of the jobs, as they were told
static int numbers[300]; // 0, 1, 2 …

static enum office_result wait_at_gate(struct office *office, void *ctx)
{
    (void)office, (void)ctx;
    pthread_mutex_lock(&gate.mutex);
    while (!gate.is_open) {
        pthread_cond_wait(&gate.opens, &gate.mutex);
    }
    pthread_mutex_unlock(&gate.mutex);
    return OFFICE_OK;
}

static enum office_result do_nothing(struct office *office, void *ctx)
{
    (void)office, (void)ctx;
    return OFFICE_NONE;
}

static void told(void *ctx)
{
    order[done_count++] = *(int *)ctx;
}

static struct writer *start(struct made_office *made)
{
    done_count = 0;
    gate.is_open = false;
    for (int i = 0; i < 300; i++) {
        numbers[i] = i;
    }
    made_office_open(made);
    struct office *office = made->office;
    made->office = NULL;
    struct writer *writer = writer_start(made->path, office);
    assert_non_null(writer);
    return writer;
}

static void open_gate(void)
{
    pthread_mutex_lock(&gate.mutex);
    gate.is_open = true;
    pthread_cond_signal(&gate.opens);
    pthread_mutex_unlock(&gate.mutex);
}

static void test_the_queue_is_bounded_and_finished(void **state)
{
    static struct writer_job jobs[WRITER_QUEUE_MAX + 1];
    struct made_office made;
    struct writer *writer = start(&made);
    (void)state;
    memset(jobs, 0, sizeof jobs);
    for (int i = 0; i <= WRITER_QUEUE_MAX; i++) {
        jobs[i].work = i == 0 ? wait_at_gate : do_nothing;
        jobs[i].done = told;
        jobs[i].done_ctx = &numbers[i];
    }
    // The first one is out of the queue once it is at work; the queue takes as
    // many again.
    assert_true(writer_reserve(writer));
    writer_push(writer, &jobs[0]);
    while (writer_figures(writer).waiting > 0) {
        sched_yield();
    }
    for (int i = 1; i <= WRITER_QUEUE_MAX; i++) {
        assert_true(writer_reserve(writer));
    }
    assert_false(writer_reserve(writer));
    for (int i = 1; i <= WRITER_QUEUE_MAX; i++) {
        writer_push(writer, &jobs[i]);
    }
    assert_false(writer_reserve(writer));
    open_gate();
    writer_finish(writer);
    assert_false(writer_reserve(writer));
    assert_int_equal(done_count, WRITER_QUEUE_MAX + 1);
    for (int i = 0; i <= WRITER_QUEUE_MAX; i++) {
        assert_int_equal(order[i], i);
        assert_int_equal(jobs[i].result, i == 0 ? OFFICE_OK : OFFICE_NONE);
    }
    writer_close(writer);
    made_office_close(&made);
}

// Batches that came while the writer was at work share commits.
static void test_batches_that_wait_share_a_commit(void **state)
{
    enum { DEVICES = 100 };
    static struct ledger_maker makers[DEVICES];
    static struct made_batch batches[DEVICES];
    static struct writer_job jobs[DEVICES + 1];
    struct made_office made;
    (void)state;
    struct writer *writer = start(&made);
    writer_finish(writer);
    writer_close(writer);
    made_office_reopen(&made);
    for (int i = 0; i < DEVICES; i++) {
        made_office_enrol(&made, "3", NOW, &makers[i]);
        maker_rate(&makers[i], 5);
        made_batch_start(&batches[i], &makers[i], 1, 1, NOW);
    }
    memset(jobs, 0, sizeof jobs);
    struct office *office = made.office;
    made.office = NULL;
    writer = writer_start(made.path, office);
    assert_non_null(writer);
    jobs[DEVICES].work = wait_at_gate;
    jobs[DEVICES].done = told;
    jobs[DEVICES].done_ctx = &numbers[DEVICES];
    assert_true(writer_reserve(writer));
    writer_push(writer, &jobs[DEVICES]);
    for (int i = 0; i < DEVICES; i++) {
        jobs[i].batch = &batches[i].batch;
        jobs[i].done = told;
        jobs[i].done_ctx = &numbers[i];
        assert_true(writer_reserve(writer));
        writer_push(writer, &jobs[i]);
    }
    open_gate();
    writer_finish(writer);
    // 64 and 36.
    struct writer_figures figures = writer_figures(writer);
    assert_int_equal(figures.commits, 2);
    assert_int_equal(figures.committed, DEVICES);
    assert_true(figures.is_well);
    for (int i = 0; i < DEVICES; i++) {
        assert_int_equal(jobs[i].result, OFFICE_OK);
        assert_int_equal(batches[i].batch.status, OFFICE_BATCH_OK);
        assert_int_equal(batches[i].batch.received_to, 1);
        made_batch_free(&batches[i]);
        maker_free(&makers[i]);
    }
    writer_close(writer);
    made_office_reopen(&made);
    assert_int_equal(made_office_all(made.office).levels[4], DEVICES);
    made_office_close(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_queue_is_bounded_and_finished),
        cmocka_unit_test(test_batches_that_wait_share_a_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
