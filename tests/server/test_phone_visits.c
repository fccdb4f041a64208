// A visit on a telephone between its first touch and its end, without HTTP: who
// may go on with it, what ends it, and what is said when nothing can be kept.
#include "common/clock.h"
#include "server/phone_visits.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include "support/scratch.h"
#include <pthread.h>
#include <stdio.h>

static const char device[] = "019aae60-1111-4111-8111-111111111111";
static const char visit_id[] = "019aae6d-ed58-8c04-b1a9-0e5d3c2b1a09";
static const char page_1[] = "019aae6d-0001-7c04-b1a9-0e5d3c2b1a09";
static const char page_2[] = "019aae6d-0002-7c04-b1a9-0e5d3c2b1a09";

struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool is_done;
};

static void on_done(void *ctx)
{
    struct waiter *waiter = ctx;
    pthread_mutex_lock(&waiter->mutex);
    waiter->is_done = true;
    pthread_cond_signal(&waiter->wake);
    pthread_mutex_unlock(&waiter->mutex);
}

static void on_changed(void *ctx)
{
    (void)ctx;
}

static void fill(struct phone_job *job, const char *page, int level, bool ends)
{
    struct record *visit = &job->visit;
    memset(job, 0, sizeof *job);
    record_init(visit, RECORD_VISIT);
    memcpy(visit->id, visit_id, sizeof visit_id);
    memcpy(visit->device, device, sizeof device);
    memcpy(visit->invitation, page_2, sizeof page_2);
    clock_boot_id(visit->boot);
    visit->opened_at = 1000;
    visit->answered_at = clock_wall_ms();
    visit->closed_at = ends ? visit->answered_at : 0;
    strcpy(visit->survey, "quay");
    strcpy(visit->lang, "vi");
    visit->outcome = RECORD_RATED;
    visit->level = level;
    memcpy(job->page, page, sizeof page_1);
    job->ends = ends;
}

static enum phone_result take(struct phone_visits *visits, const char *page,
                              int level, bool ends)
{
    struct waiter waiter = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                            false};
    struct phone_job job;
    fill(&job, page, level, ends);
    job.done = on_done;
    job.ctx = &waiter;
    phone_visits_take(visits, &job);
    pthread_mutex_lock(&waiter.mutex);
    while (!waiter.is_done)
        pthread_cond_wait(&waiter.wake, &waiter.mutex);
    pthread_mutex_unlock(&waiter.mutex);
    return job.result;
}

static struct phone_visits *open_visits(const char *folder)
{
    assert_true(ledger_init());
    struct phone_visits *visits =
        phone_visits_open(folder, device, on_changed, NULL);
    assert_non_null(visits);
    return visits;
}

static void close_visits(struct phone_visits *visits)
{
    phone_visits_stop(visits);
    phone_visits_finish(visits);
    phone_visits_close(visits);
}

static bool read_line(void *ctx, int64_t seq, const char *id, const char *line,
                      size_t size)
{
    char why[JSON_MESSAGE_SIZE];
    (void)seq, (void)id;
    assert_true(record_read(line, size, ctx, why));
    return true;
}

// Lines there are; the last one.
static int64_t read_last(const char *folder, struct record *out)
{
    struct ledger_reader *reader;
    struct ledger_end end = {.seq = 0};
    assert_int_equal(ledger_reader_open(folder, &reader), SQL_OK);
    ledger_reader_end(reader, &end);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, read_line, out), SQL_OK);
    ledger_reader_close(reader);
    return end.seq;
}

static void test_visit_that_nobody_ends_ends_by_itself(void **state)
{
    char folder[SCRATCH_SIZE];
    struct record line;
    const int64_t patience = PHONE_PATIENCE_S * INT64_C(1000000);
    (void)state;
    scratch_make(folder);
    struct phone_visits *visits = open_visits(folder);
    assert_int_equal(phone_visits_sweep(visits, 0), INT64_MAX);
    assert_false(phone_visits_is_answered(visits, visit_id));
    int64_t before = clock_mono_us();
    assert_int_equal(take(visits, page_1, 2, false), PHONE_KEPT);
    int64_t after = clock_mono_us();
    assert_true(phone_visits_is_answered(visits, visit_id));
    // Until then it is not touched, and when that is, is told.
    int64_t due = phone_visits_sweep(visits, before + patience - 1);
    assert_true(due >= before + patience && due <= after + patience);
    assert_int_equal(read_last(folder, &line), 0);
    assert_int_equal(phone_visits_sweep(visits, due), INT64_MAX);
    // Asked once more before that is durable, nobody gets ahead of it.
    assert_int_equal(take(visits, page_1, 5, true), PHONE_ALREADY);
    assert_int_equal(read_last(folder, &line), 1);
    assert_int_equal(line.level, 2);
    assert_string_equal(line.id, visit_id);
    assert_int_equal(line.opened_at, 1000);
    assert_true(line.closed_at >= line.answered_at);
    assert_int_equal(take(visits, page_2, 5, true), PHONE_ALREADY);
    close_visits(visits);
    assert_int_equal(read_last(folder, &line), 1);
    scratch_remove(folder);
}

static void test_visit_belongs_to_the_page_that_began_it(void **state)
{
    char folder[SCRATCH_SIZE];
    struct record line;
    (void)state;
    scratch_make(folder);
    struct phone_visits *visits = open_visits(folder);
    assert_int_equal(take(visits, page_1, 1, false), PHONE_KEPT);
    assert_int_equal(take(visits, page_2, 5, false), PHONE_ALREADY);
    assert_int_equal(take(visits, page_2, 5, true), PHONE_ALREADY);
    assert_int_equal(take(visits, page_1, 3, false), PHONE_KEPT);
    assert_int_equal(take(visits, page_1, 3, true), PHONE_SENT);
    assert_int_equal(take(visits, page_1, 3, true), PHONE_ALREADY);
    close_visits(visits);
    assert_int_equal(read_last(folder, &line), 1);
    assert_int_equal(line.level, 3);
    // After a restart the ledger alone knows.
    visits = open_visits(folder);
    assert_int_equal(take(visits, page_1, 5, true), PHONE_ALREADY);
    close_visits(visits);
    assert_int_equal(read_last(folder, &line), 1);
    scratch_remove(folder);
}

// The directory cannot be made: a file stands there.
static void test_visit_that_cannot_be_kept_is_not_thanked_for(void **state)
{
    char folder[SCRATCH_SIZE], file[SCRATCH_SIZE + 8];
    (void)state;
    scratch_make(folder);
    snprintf(file, sizeof file, "%s/file", folder);
    FILE *made = fopen(file, "w");
    assert_non_null(made);
    fclose(made);
    struct phone_visits *visits = open_visits(file);
    assert_int_equal(take(visits, page_1, 5, false), PHONE_FAILED);
    assert_int_equal(take(visits, page_1, 5, true), PHONE_FAILED);
    assert_false(phone_visits_is_answered(visits, visit_id));
    close_visits(visits);
    scratch_remove(folder);
}

// Who asks while it stops is answered, too.
static void test_visits_that_stop_answer_everybody(void **state)
{
    char folder[SCRATCH_SIZE];
    (void)state;
    scratch_make(folder);
    struct phone_visits *visits = open_visits(folder);
    assert_int_equal(take(visits, page_1, 4, false), PHONE_KEPT);
    phone_visits_stop(visits);
    assert_int_equal(take(visits, page_1, 4, true), PHONE_FAILED);
    phone_visits_finish(visits);
    assert_int_equal(take(visits, page_1, 4, true), PHONE_FAILED);
    phone_visits_close(visits);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visit_that_nobody_ends_ends_by_itself),
        cmocka_unit_test(test_visit_belongs_to_the_page_that_began_it),
        cmocka_unit_test(test_visit_that_cannot_be_kept_is_not_thanked_for),
        cmocka_unit_test(test_visits_that_stop_answer_everybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
