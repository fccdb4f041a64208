// The form on the counter's screen: what the courier makes of it, against the
// real server.
#include "common/file.h"
#include "common/log.h"
#include "ledger/key.h"
#include "store/enrol_form.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "sync/enrolment.h"
#include "sync/worker.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

static const char HASH[] =
    "$argon2id$v=19$m=16384,t=3,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct bench {
    struct made_server server;
    char folder[SCRATCH_SIZE];
    struct worker *worker;
    pthread_t thread;
    int asked;
};

static void *courier(void *ctx)
{
    worker_run(ctx);
    return NULL;
}

static int setup(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;
    *b = (struct bench){0};
    log_set_level(LOG_ERROR + 1);
    made_server_start(&b->server, NULL);
    scratch_make(b->folder);
    const struct worker_params params = {.directory = b->folder, .poll_ms = 50};
    b->worker = worker_new(&params);
    assert_non_null(b->worker);
    assert_int_equal(pthread_create(&b->thread, NULL, courier, b->worker), 0);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    worker_stop(b->worker);
    pthread_join(b->thread, NULL);
    worker_free(b->worker);
    made_server_close(&b->server);
    scratch_remove(b->folder);
    return 0;
}

static void ask_and_hear(struct bench *b, const char *server, const char *code,
                         const char *expected)
{
    const struct timespec pause = {0, 20000000};
    struct enrol_form form = {{0}, {0}, {0}, {0}};
    char result[ENROL_FORM_RESULT_SIZE] = "";
    snprintf(form.id, sizeof form.id, "019ab0a2-0000-7000-8000-%012d",
             ++b->asked);
    snprintf(form.server, sizeof form.server, "%s", server);
    snprintf(form.code, sizeof form.code, "%s", code);
    snprintf(form.staff_pin, sizeof form.staff_pin, "%s", HASH);
    assert_true(enrol_form_ask(b->folder, &form));
    for (int i = 0; i < 1500; i++) {
        if (enrol_form_hear(b->folder, form.id, result))
            break;
        nanosleep(&pause, NULL);
    }
    assert_string_equal(result, expected);
}

static void test_form_enrols_the_device(void **state)
{
    struct bench *b = *state;
    struct device device;
    struct stat found;
    char url[64], code[16], path[128];
    snprintf(url, sizeof url, " http://127.0.0.1:%u/ ", b->server.port);
    made_server_code(&b->server, "7", code);
    ask_and_hear(b, url, "00000-00000", "code-unknown");
    ask_and_hear(b, "http://192.0.2.1", code, "plain-http");
    ask_and_hear(b, "ward server", code, "address");
    // Nobody listens there; the code is not lost.
    ask_and_hear(b, "http://127.0.0.1:1", code, "no-answer");
    assert_int_equal(device_load(b->folder, &device), DEVICE_NOT_ENROLLED);
    ask_and_hear(b, url, code, "done");
    assert_int_equal(device_load(b->folder, &device), DEVICE_OK);
    assert_string_equal(device.counter, "7");
    assert_string_equal(device.staff_pin, HASH);
    // Neither the code nor the hash lies about.
    snprintf(path, sizeof path, "%s/%s", b->folder, DEVICE_FILE_ENROL_REQUEST);
    assert_int_not_equal(stat(path, &found), 0);
    device_release(&device);
}

static void test_damaged_request_is_put_away(void **state)
{
    struct bench *b = *state;
    const struct timespec pause = {0, 20000000};
    char path[128];
    snprintf(path, sizeof path, "%s/%s", b->folder, DEVICE_FILE_ENROL_REQUEST);
    assert_true(file_replace(path, "{\"id\":7", 7, 0600));
    for (int i = 0; i < 500 && file_exists(path); i++)
        nanosleep(&pause, NULL);
    assert_false(file_exists(path));
    struct device device;
    assert_int_equal(device_load(b->folder, &device), DEVICE_NOT_ENROLLED);
}

static void test_every_result_has_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < ENROLMENT_RESULT_COUNT; i++) {
        enum enrolment_result result;
        assert_true(enrolment_by_name(enrolment_name(i), &result));
        assert_int_equal(result, i);
    }
    enum enrolment_result result;
    assert_false(enrolment_by_name("", &result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_form_enrols_the_device, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_damaged_request_is_put_away, setup,
                                        teardown),
        cmocka_unit_test(test_every_result_has_its_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
