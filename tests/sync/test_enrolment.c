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

// The certificate that tests/operator/tls describes.
#define TLS TEST_SOURCE "/tests/operator/tls/"

struct bench {
    struct made_server server;
    char folder[SCRATCH_SIZE], stick[SCRATCH_SIZE];
    struct worker *worker;
    pthread_t thread;
    int asked;
    const char *pin; // of the forms; NULL: none
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
    scratch_make(b->stick);
    const struct worker_params params = {
        .directory = b->folder, .stick = b->stick, .poll_ms = 50};
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
    scratch_remove(b->stick);
    return 0;
}

static void ask_and_hear(struct bench *b, const char *server, const char *code,
                         const char *expected)
{
    const struct timespec pause = {0, 20000000};
    struct enrol_form form = {.id = ""};
    char result[ENROL_FORM_RESULT_SIZE] = "";
    snprintf(form.id, sizeof form.id, "019ab0a2-0000-7000-8000-%012d",
             ++b->asked);
    snprintf(form.server, sizeof form.server, "%s", server);
    snprintf(form.code, sizeof form.code, "%s", code);
    snprintf(form.staff_pin, sizeof form.staff_pin, "%s", HASH);
    snprintf(form.pin, sizeof form.pin, "%s", b->pin ? b->pin : "");
    assert_true(enrol_form_ask(b->folder, &form));
    for (int i = 0; i < 3000; i++) {
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

// What a scanner read: the pin vouches for a server that nobody else knows.
static void test_form_brings_the_pin(void **state)
{
    static const char PIN[] =
        "sha256//HWrtG9+4UGzj2RhoPm2sSVODy6BbBvlAvMdTz2Mhgbc=";
    struct bench *b = *state;
    struct device device;
    char url[64], code[16];
    made_server_code(&b->server, "7", code);
    made_server_stop(&b->server);
    made_server_restart(&b->server,
                        (const char *[]){"--tls-cert", TLS "server.pem",
                                         "--tls-key", TLS "server.key", NULL});
    snprintf(url, sizeof url, "https://127.0.0.1:%u", b->server.port);
    ask_and_hear(b, url, code, "certificate");
    b->pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    ask_and_hear(b, url, code, "wrong-pin");
    b->pin = PIN;
    ask_and_hear(b, url, code, "done");
    assert_int_equal(device_load(b->folder, &device), DEVICE_OK);
    assert_string_equal(device.pin, PIN);
    device_release(&device);
}

// --- A stick
// ------------------------------------------------------------------

static void put_stick(struct bench *b, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/" VOUCHER_FILE, b->stick);
    assert_true(file_replace(path, text, strlen(text), 0600));
}

// Waits for this note of the courier; others may come before.
static void hear_note(struct bench *b, const char *expected)
{
    const struct timespec pause = {0, 20000000};
    char result[ENROL_FORM_RESULT_SIZE] = "";
    for (int i = 0; i < 3000 && strcmp(result, expected) != 0; i++) {
        if (!enrol_form_read_note(b->folder, result))
            nanosleep(&pause, NULL);
    }
    assert_string_equal(result, expected);
}

// The code of another machine, one that is none, then ours.
static void test_stick_enrols_by_itself(void **state)
{
    struct bench *b = *state;
    struct device device;
    struct buf text = {0};
    char code[16];
    made_server_code(&b->server, "12", code);
    voucher_file_begin(HASH, &text);
    buf_printf(&text, "HAILONG-HTTP:127.0.0.1:%u/00000-00000  # 11\r\n",
               b->server.port);
    buf_printf(&text, "what is this?\r\nHAILONG-HTTP:127.0.0.1:%u/%s\r\n",
               b->server.port, code);
    put_stick(b, buf_text(&text));
    hear_note(b, "done");
    assert_int_equal(device_load(b->folder, &device), DEVICE_OK);
    assert_string_equal(device.counter, "12");
    assert_string_equal(device.staff_pin, HASH);
    device_release(&device);
    buf_free(&text);
}

static void test_stick_that_is_used_up_is_left_alone(void **state)
{
    struct bench *b = *state;
    struct device device;
    struct buf text = {0};
    char code[16], note[ENROL_FORM_RESULT_SIZE];
    const struct timespec while_looking = {0, 300000000};
    buf_printf(&text, "HAILONG-HTTP:127.0.0.1:%u/00000-00000\n",
               b->server.port);
    put_stick(b, buf_text(&text));
    hear_note(b, "no-code");
    nanosleep(&while_looking, NULL);
    assert_false(enrol_form_read_note(b->folder, note));
    // Another file is another try.
    made_server_code(&b->server, "12", code);
    buf_printf(&text, "HAILONG-HTTP:127.0.0.1:%u/%s\n", b->server.port, code);
    put_stick(b, buf_text(&text));
    // After a moment in which a failing network would not be asked again.
    hear_note(b, "done");
    assert_int_equal(device_load(b->folder, &device), DEVICE_OK);
    assert_string_equal(device.staff_pin, "");
    device_release(&device);
    buf_free(&text);
}

static void test_stick_with_something_else_on_it(void **state)
{
    struct bench *b = *state;
    put_stick(b, "\xEF\xBB\xBF# nothing but words\r\n");
    hear_note(b, "no-voucher");
    put_stick(b, "HAILONG-HTTP:127.0.0.1:1/00000-00000\n");
    hear_note(b, "no-answer");
}

static void test_damaged_request_is_put_away(void **state)
{
    struct bench *b = *state;
    const struct timespec pause = {0, 20000000};
    char path[128];
    snprintf(path, sizeof path, "%s/%s", b->folder, DEVICE_FILE_ENROL_REQUEST);
    assert_true(file_replace(path, "{\"id\":7", 7, 0600));
    for (int i = 0; i < 3000 && file_exists(path); i++)
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
        cmocka_unit_test_setup_teardown(test_form_brings_the_pin, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_stick_enrols_by_itself, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_stick_that_is_used_up_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stick_with_something_else_on_it,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_request_is_put_away, setup,
                                        teardown),
        cmocka_unit_test(test_every_result_has_its_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
