// The one thread that writes: its bounded queue, its order, its end.
#include "common/log.h"
#include "server/writer.h"
#include "support/office_maker.h"
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

static void no_log(void *ctx, enum log_level level, const char *module,
                   const char *text)
{
    (void)ctx, (void)level, (void)module, (void)text;
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

// The disk is full for a while: the batch is refused, nothing of it counts, the
// watchers hear of it; and when there is room again it is taken.
static void test_a_full_disk_passes(void **state)
{
    made_office_needs_file();
    enum { LINES = 200 };
    struct made_office made;
    struct ledger_maker maker;
    struct made_batch batch;
    struct writer_job job = {.done = told, .done_ctx = &numbers[0]};
    struct rlimit before, none;
    (void)state;
    done_count = 0;
    made_office_open(&made);
    made_office_enrol(&made, "3", NOW, &maker);
    for (int i = 0; i < LINES; i++) {
        maker_rate(&maker, 5);
    }
    made_batch_start(&batch, &maker, 1, LINES, NOW);
    job.batch = &batch.batch;
    struct office *office = made.office;
    made.office = NULL;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 4096;
    struct writer *writer = writer_start(made.path, office);
    assert_non_null(writer);
    log_set_sink(no_log, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    assert_true(writer_reserve(writer));
    writer_push(writer, &job);
    writer_finish(writer);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    log_set_sink(NULL, NULL);
    assert_int_equal(done_count, 1);
    assert_int_not_equal(job.result, OFFICE_OK);
    assert_false(writer_figures(writer).is_well);
    assert_true(writer_figures(writer).failures >= 1);
    writer_close(writer);
    made_office_reopen(&made);
    assert_int_equal(made_office_all(made.office).levels[4], 0);
    assert_int_equal(made_office_send(&made, &maker, 1, LINES, NOW),
                     OFFICE_BATCH_OK);
    assert_int_equal(made_office_all(made.office).levels[4], LINES);
    made_batch_free(&batch);
    maker_free(&maker);
    made_office_close(&made);
}

static bool is_well_within(struct writer *writer, int seconds)
{
    for (int tenths = 0; tenths < seconds * 10; tenths++) {
        if (writer_figures(writer).is_well) {
            return true;
        }
        usleep(100 * 1000);
    }
    return false;
}

// Another program holds the database for a while. Watchers hear of it, and when
// it lets go they hear of that although nobody sends anything.
static void test_a_lock_passes(void **state)
{
    made_office_needs_file();
    struct made_office made;
    struct ledger_maker maker;
    struct made_batch batch;
    struct writer_job job = {.done = told, .done_ctx = &numbers[0]};
    sqlite3 *other = NULL;
    (void)state;
    done_count = 0;
    made_office_open(&made);
    made_office_enrol(&made, "3", NOW, &maker);
    maker_rate(&maker, 5);
    made_batch_start(&batch, &maker, 1, 1, NOW);
    job.batch = &batch.batch;
    struct office *office = made.office;
    made.office = NULL;
    struct writer *writer = writer_start(made.path, office);
    assert_non_null(writer);
    assert_int_equal(sqlite3_open(made.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
    log_set_sink(no_log, NULL);
    assert_true(writer_reserve(writer));
    writer_push(writer, &job);
    while (writer_figures(writer).failures == 0) {
        usleep(10 * 1000);
    }
    assert_false(is_well_within(writer, 4));
    // That it fails otherwise for a moment does not end its looking.
    assert_int_equal(sqlite3_exec(other,
                                  "ALTER TABLE codes RENAME TO gone; COMMIT",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_false(is_well_within(writer, 4));
    assert_int_equal(sqlite3_exec(other, "ALTER TABLE gone RENAME TO codes",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(is_well_within(writer, 60));
    log_set_sink(NULL, NULL);
    writer_finish(writer);
    // The batch is its device's to bring again.
    assert_int_equal(job.result, OFFICE_BUSY);
    assert_int_equal(writer_figures(writer).commits, 0);
    writer_close(writer);
    sqlite3_close(other);
    made_office_reopen(&made);
    assert_int_equal(made_office_all(made.office).levels[4], 0);
    made_batch_free(&batch);
    maker_free(&maker);
    made_office_close(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_queue_is_bounded_and_finished),
        cmocka_unit_test(test_batches_that_wait_share_a_commit),
        cmocka_unit_test(test_a_full_disk_passes),
        cmocka_unit_test(test_a_lock_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
