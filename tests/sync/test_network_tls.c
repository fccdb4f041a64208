// The courier over TLS on a wire that fails: cut at any byte, silent, or led to
// somebody else. Nothing is taken for sent, nothing is lost, and nobody but the
// server of the enrolment hears a line.
#include "common/file.h"
#include "common/log.h"
#include "store/courier.h"
#include "support/check.h"
#include "support/road_maker.h"
#include "support/tunnel.h"
#include "sync/trusted_time.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

// The certificate and key that tests/operator/tls describes.
#define CERT TEST_SOURCE "/tests/operator/tls/server.pem"
#define KEY TEST_SOURCE "/tests/operator/tls/server.key"

struct bench {
    struct made_road *road;
    struct tunnel *tunnel;
    struct made_server other; // pid 0: not started
    char folder[SCRATCH_SIZE], other_cert[128], other_key[128];
};

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
    char command[600];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_true(size > 0 && (size_t)size < sizeof command);
    int status = system(command);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void trust(struct bench *b, const char *ca)
{
    struct device *device = &b->road->device;
    snprintf(device->ca, sizeof device->ca, "%s", ca);
    snprintf(device->server, sizeof device->server, "https://127.0.0.1:%u",
             tunnel_port(b->tunnel));
    assert_true(device_save(b->road->folder, device));
}

static int setup(void **state)
{
    log_set_level(LOG_ERROR + 1);
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->road = made_road_open();
    made_server_stop(&b->road->server);
    made_server_restart(
        &b->road->server,
        (const char *[]){"--tls-cert", CERT, "--tls-key", KEY, NULL});
    b->tunnel = tunnel_start(b->road->server.port);
    scratch_make(b->folder);
    trust(b, CERT);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    tunnel_stop(b->tunnel);
    if (b->other.pid)
        made_server_close(&b->other);
    made_road_close(b->road);
    scratch_remove(b->folder);
    free(b);
    return 0;
}

// At most two seconds a request, so that silence ends within a test.
static enum worker_result send_all(struct bench *b)
{
    struct worker *worker = worker_new(&(struct worker_params){
        .directory = b->road->folder, .connect_s = 2, .total_s = 2});
    assert_non_null(worker);
    enum worker_result result = worker_run_once(worker);
    worker_free(worker);
    return result;
}

static void last_error(struct bench *b, struct courier_attempts *out)
{
    struct courier *courier;
    assert_int_equal(courier_open(b->road->folder, COURIER_READER, &courier),
                     SQL_OK);
    assert_int_equal(courier_attempts(courier, out), SQL_OK);
    courier_close(courier);
}

// What the Office counts, asked without TLS.
static int64_t rated(struct bench *b)
{
    made_server_stop(&b->road->server);
    made_server_restart(&b->road->server, NULL);
    return made_road_rated(b->road);
}

static void test_cut_at_any_byte(void **state)
{
    struct bench *b = *state;
    int sent = 0, cut = 0;
    for (size_t after = 1; after < 4000; after += 391) {
        tunnel_set(b->tunnel, TUNNEL_RESET, after);
        made_road_visit(b->road, 2);
        sent += 2;
        cut += send_all(b) != WORKER_OK;
        assert_true(made_road_position(b->road) <= sent);
    }
    assert_true(cut > 3);
    tunnel_set(b->tunnel, TUNNEL_NONE, 0);
    assert_int_equal(send_all(b), WORKER_OK);
    assert_int_equal(made_road_position(b->road), sent);
    assert_int_equal(rated(b), sent);
}

static void test_a_server_that_never_answers(void **state)
{
    struct bench *b = *state;
    struct courier_attempts attempts;
    made_road_visit(b->road, 1);
    tunnel_set(b->tunnel, TUNNEL_SILENT, 0);
    assert_int_equal(send_all(b), WORKER_LEFT);
    assert_int_equal(made_road_position(b->road), 0);
    last_error(b, &attempts);
    assert_int_equal(attempts.failures, 1);
    tunnel_set(b->tunnel, TUNNEL_NONE, 0);
    assert_int_equal(send_all(b), WORKER_OK);
    assert_int_equal(rated(b), 1);
}

static void start_other(struct bench *b)
{
    snprintf(b->other_cert, sizeof b->other_cert, "%s/cert.pem", b->folder);
    snprintf(b->other_key, sizeof b->other_key, "%s/key.pem", b->folder);
    shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
          "-nodes -days 2 -subj /CN=other -addext "
          "subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null",
          b->other_key, b->other_cert);
    made_server_start(&b->other,
                      (const char *[]){"--tls-cert", b->other_cert, "--tls-key",
                                       b->other_key, NULL});
    tunnel_lead_to(b->tunnel, b->other.port);
}

static void must_refuse_and_come_back(struct bench *b)
{
    struct courier_attempts attempts;
    made_road_visit(b->road, 1);
    assert_int_equal(send_all(b), WORKER_LEFT);
    assert_int_equal(made_road_position(b->road), 0);
    last_error(b, &attempts);
    assert_int_equal(strncmp(attempts.last_error, "TLS: ", 5), 0);
    tunnel_lead_to(b->tunnel, b->road->server.port);
    assert_int_equal(send_all(b), WORKER_OK);
    assert_int_equal(rated(b), 1);
}

static void test_another_certificate(void **state)
{
    struct bench *b = *state;
    start_other(b);
    must_refuse_and_come_back(b);
}

// The authority would vouch for both; the pin is of one.
static void test_another_key_of_a_trusted_authority(void **state)
{
    struct bench *b = *state;
    char both[128], file[128];
    struct buf digest = {0};
    start_other(b);
    snprintf(both, sizeof both, "%s/both.pem", b->folder);
    snprintf(file, sizeof file, "%s/pin", b->folder);
    shell("cat " CERT " %s > %s", b->other_cert, both);
    shell("openssl x509 -in " CERT " -noout -pubkey"
          " | openssl pkey -pubin -outform der"
          " | openssl dgst -sha256 -binary | openssl base64 > %s",
          file);
    assert_true(file_read(file, 100, &digest));
    snprintf(b->road->device.pin, sizeof b->road->device.pin, "sha256//%.44s",
             buf_text(&digest));
    buf_free(&digest);
    trust(b, both);
    must_refuse_and_come_back(b);
}

// --- The time by which certificates are judged
// --------------------------------

enum { S = 1000, DAY = 24 * 60 * 60 };
#define BOOT "0195c3a8-0000-7000-8000-000000000001"
#define OTHER_BOOT "0195c3a8-0000-7000-8000-000000000002"
// 2026-11-23T09:15:00+07:00
#define NOW INT64_C(1795400100)

static void test_which_time_judges(void **state)
{
    const struct courier_anchor anchor = {
        .boot = BOOT, .up_ms = 60 * S, .server_ms = NOW * S};
    // Ten minutes later the server's clock is ten minutes further.
    const int64_t later = 660 * S, then = NOW + 600;
    const struct {
        const char *boot;
        int64_t wall_s, judge;
    } cases[] = {
        {BOOT, then, 0},              // a clock that is right
        {BOOT, then - DAY, 0},        // a day off is good enough
        {BOOT, then - DAY - 1, then}, // no more
        {BOOT, then + DAY + 1, then},
        {BOOT, 0, then},    // 1970
        {OTHER_BOOT, 0, 0}, // said in another boot: worth nothing now
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(trusted_time_to_judge_by(&anchor, cases[i].boot, later,
                                                  cases[i].wall_s * S),
                         cases[i].judge);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_cut_at_any_byte),
        TEST(test_a_server_that_never_answers),
        TEST(test_another_certificate),
        TEST(test_another_key_of_a_trusted_authority),
        cmocka_unit_test(test_which_time_judges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
