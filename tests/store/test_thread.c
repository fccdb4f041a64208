// The storage thread as the screen sees it: events, in order, by themselves.
#include "common/file.h"
#include "common/log.h"
#include "store/device.h"
#include "store/store.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, PATIENCE_S = 60 };

struct desk {
    char folder[SCRATCH_SIZE];
    struct ledger_maker maker;
    pthread_mutex_t lock;
    pthread_cond_t came;
    // guarded by lock
    struct store_event events[EVENTS_MAX];
    size_t count;
    size_t taken;
};

static int setup(void **state)
{
    static struct desk desk;
    memset(&desk, 0, sizeof desk);
    log_set_level(LOG_ERROR);
    scratch_make(desk.folder);
    maker_start(&desk.maker, 1795400000000);
    pthread_mutex_init(&desk.lock, NULL);
    pthread_cond_init(&desk.came, NULL);
    *state = &desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;
    pthread_cond_destroy(&desk->came);
    pthread_mutex_destroy(&desk->lock);
    maker_free(&desk->maker);
    scratch_remove(desk->folder);
    return 0;
}

static void on_event(void *ctx, const struct store_event *event)
{
    struct desk *desk = ctx;
    pthread_mutex_lock(&desk->lock);
    if (desk->count < EVENTS_MAX)
        desk->events[desk->count++] = *event;
    pthread_cond_signal(&desk->came);
    pthread_mutex_unlock(&desk->lock);
}

// The next event, which must be of this kind.
static struct store_event expect(struct desk *desk, enum store_event_kind kind)
{
    struct timespec end;
    int error = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&desk->lock);
    while (desk->taken == desk->count && !error)
        error = pthread_cond_timedwait(&desk->came, &desk->lock, &end);
    struct store_event event = desk->events[desk->taken];
    bool none = desk->taken == desk->count;
    desk->taken += !none;
    pthread_mutex_unlock(&desk->lock);
    if (none)
        fail_msg("no event came");
    assert_int_equal(event.kind, kind);
    return event;
}

static struct store *start(struct desk *desk)
{
    struct store_params params = {.directory = desk->folder,
                                  .device = desk->maker.device,
                                  .listener = on_event,
                                  .ctx = desk,
                                  .retry_ms = 20,
                                  .ring_slots = 8};
    struct store *store = store_open(&params);
    assert_non_null(store);
    return store;
}

static size_t count_lines(struct desk *desk)
{
    struct found_ledger found;
    found_read(desk->folder, desk->maker.device, &found);
    size_t count = found.count;
    assert_int_equal(found.drafts, 0);
    found_free(&found);
    return count;
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_one_visit(void **state)
{
    struct desk *desk = *state;
    struct record visit;
    struct store_state stored;
    struct store *store = start(desk);
    struct store_event ready = expect(desk, STORE_READY);
    assert_int_equal(ready.gen, 1);
    assert_int_equal(ready.seq, 0);
    maker_visit(&desk->maker, 4, &visit);
    assert_true(store_put_draft(store, &visit));
    assert_string_equal(expect(desk, STORE_DRAFT_SAVED).id, visit.id);
    assert_true(store_put_line(store, &visit));
    struct store_event saved = expect(desk, STORE_LINE_SAVED);
    assert_string_equal(saved.id, visit.id);
    assert_int_equal(saved.gen, 1);
    assert_int_equal(saved.seq, 1);
    store_get_state(store, &stored);
    assert_true(stored.ready);
    assert_int_equal(stored.seq, 1);
    assert_int_equal(stored.ring_waiting, 0);
    assert_true(stored.disk_free_bytes > 0);
    store_close(store);
    assert_int_equal(count_lines(desk), 1);
}

// Closing finishes what was queued, dropped drafts and device events included.
static void test_close_finishes_the_queue(void **state)
{
    struct desk *desk = *state;
    enum { VISITS = 40 };
    struct record record;
    struct store *store = start(desk);
    for (int i = 0; i < VISITS; i++) {
        maker_visit(&desk->maker, i % 5 + 1, &record);
        assert_true(store_put_draft(store, &record));
        if (i % 2)
            assert_true(store_put_line(store, &record));
        else
            assert_true(store_drop_draft(store, record.id));
    }
    maker_event(&desk->maker, &record);
    assert_true(store_put_line(store, &record));
    store_close(store);
    assert_int_equal(count_lines(desk), VISITS / 2 + 1);
}

static void test_damaged_database_is_replaced_at_once(void **state)
{
    struct desk *desk = *state;
    static const char garbage[8192] = "this is no database";
    char path[SCRATCH_SIZE + 16];
    struct store_state stored;
    assert_true(file_join(path, sizeof path, desk->folder, DEVICE_FILE_KIOSK));
    assert_true(file_replace(path, garbage, sizeof garbage, 0600));
    struct store *store = start(desk);
    expect(desk, STORE_READY);
    store_get_state(store, &stored);
    assert_true(stored.ready);
    assert_int_equal(stored.seq, 1); // says that a generation begins
    store_close(store);
}

static void test_second_kiosk_waits_for_the_first(void **state)
{
    struct desk *desk = *state;
    struct store *first = start(desk);
    expect(desk, STORE_READY);
    struct store *second = start(desk);
    assert_int_equal(expect(desk, STORE_BROKEN).reason, STORE_REASON_BUSY);
    store_close(first);
    expect(desk, STORE_READY);
    store_close(second);
}

// Neither copy can be written: the visit is told as failed, never as saved, and
// the store comes back by itself.
static void test_dead_disk_is_told(void **state)
{
    struct desk *desk = *state;
    struct record lost, after;
    struct store *store = start(desk);
    expect(desk, STORE_READY);
    maker_visit(&desk->maker, 5, &lost);
    maker_visit(&desk->maker, 2, &after);
    limit_files(0);
    bool queued = store_put_line(store, &lost);
    struct store_event failed = expect(desk, STORE_FAILED);
    limit_files(RLIM_INFINITY);
    assert_true(queued);
    assert_string_equal(failed.id, lost.id);
    assert_int_equal(failed.reason, STORE_REASON_FULL);
    expect(desk, STORE_BROKEN);
    expect(desk, STORE_READY);
    assert_true(store_put_line(store, &after));
    assert_string_equal(expect(desk, STORE_LINE_SAVED).id, after.id);
    store_close(store);
}

// A record that breaks the format's rules is refused alone.
static void test_bad_record_breaks_nothing(void **state)
{
    struct desk *desk = *state;
    struct record bad, good;
    struct store *store = start(desk);
    expect(desk, STORE_READY);
    maker_visit(&desk->maker, 5, &bad);
    bad.level = 9;
    assert_true(store_put_line(store, &bad));
    assert_string_equal(expect(desk, STORE_FAILED).id, bad.id);
    expect(desk, STORE_READY);
    maker_visit(&desk->maker, 5, &good);
    assert_true(store_put_line(store, &good));
    assert_int_equal(expect(desk, STORE_LINE_SAVED).seq, 1);
    store_close(store);
    assert_int_equal(count_lines(desk), 1);
}

// The file system of `whole` is seen a second time as `own`, the way a service
// sees its folder. False where this process may not mount.
static bool mount_twice(const char *whole, const char *own)
{
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", whole, "tmpfs", 0, NULL) == 0 &&
           mount(whole, own, NULL, MS_BIND, NULL) == 0 &&
           mount(NULL, own, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0;
}

static void make_writable(const char *whole, bool writable)
{
    unsigned long flags = MS_REMOUNT | (writable ? 0 : MS_RDONLY);
    assert_int_equal(mount(NULL, whole, NULL, flags, NULL), 0);
}

// A system that starts read-only and is then made writable: the service's own
// mount stays as it was, and only the next start has another.
static void test_only_a_new_start_can_write(void **state)
{
    struct desk *desk = *state;
    char whole[SCRATCH_SIZE];
    scratch_make(whole);
    if (!mount_twice(whole, desk->folder)) {
        scratch_remove(whole);
        skip();
    }
    // Never writable: a mistake that no start mends.
    struct store *store = start(desk);
    assert_int_equal(expect(desk, STORE_BROKEN).reason, STORE_REASON_BROKEN);
    store_close(store);
    make_writable(whole, false);
    store = start(desk);
    assert_int_equal(expect(desk, STORE_BROKEN).reason, STORE_REASON_BROKEN);
    make_writable(whole, true);
    assert_int_equal(expect(desk, STORE_BROKEN).reason,
                     STORE_REASON_LEFT_BEHIND);
    store_close(store);
    assert_int_equal(umount(desk->folder), 0);
    assert_int_equal(umount(whole), 0);
    scratch_remove(whole);
}

static void test_reasons_have_names(void **state)
{
    (void)state;
    for (int a = 0; a <= STORE_REASON_LEFT_BEHIND; a++)
        for (int b = a + 1; b <= STORE_REASON_LEFT_BEHIND; b++)
            assert_string_not_equal(store_reason_name((enum store_reason)a),
                                    store_reason_name((enum store_reason)b));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_visit),
        TEST(test_close_finishes_the_queue),
        TEST(test_damaged_database_is_replaced_at_once),
        TEST(test_second_kiosk_waits_for_the_first),
        TEST(test_dead_disk_is_told),
        TEST(test_only_a_new_start_can_write),
        TEST(test_bad_record_breaks_nothing),
        cmocka_unit_test(test_reasons_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
