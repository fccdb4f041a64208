// The server over TLS, asked by the client that devices use.
#include "support/check.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "sync/transport.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[SCRATCH_SIZE];
static char cert[128], key[128];
static struct made_server server;

// A certificate of its own, for 127.0.0.1.
static void make_certificate(void)
{
    const char *argv[] = {"openssl",
                          "req",
                          "-x509",
                          "-newkey",
                          "ec",
                          "-pkeyopt",
                          "ec_paramgen_curve:prime256v1",
                          "-nodes",
                          "-days",
                          "2",
                          "-subj",
                          "/CN=ward",
                          "-addext",
                          "subjectAltName=IP:127.0.0.1",
                          "-keyout",
                          key,
                          "-out",
                          cert,
                          NULL};
    posix_spawn_file_actions_t quiet;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawnp(&pid, "openssl", &quiet, NULL,
                                  (char **)(uintptr_t)argv, environ),
                     0);
    posix_spawn_file_actions_destroy(&quiet);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int start(void **state)
{
    (void)state;
    scratch_make(folder);
    snprintf(cert, sizeof cert, "%s/cert.pem", folder);
    snprintf(key, sizeof key, "%s/key.pem", folder);
    make_certificate();
    made_server_start(&server, (const char *[]){"--tls-cert", cert, "--tls-key",
                                                key, "--request-s", "1", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    scratch_remove(folder);
    return 0;
}

static enum transport_result get_health(const char *ca,
                                        struct transport_answer *out)
{
    char url[64];
    struct transport *transport =
        transport_open(&(struct transport_params){.ca = ca});
    assert_non_null(transport);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/healthz", server.port);
    enum transport_result result = transport_ask(
        transport, &(struct transport_request){.method = "GET", .url = url},
        out);
    transport_close(transport);
    return result;
}

static void test_who_knows_the_certificate_is_served(void **state)
{
    struct transport_answer answer;
    (void)state;
    assert_int_equal(get_health(cert, &answer), TRANSPORT_ANSWERED);
    assert_int_equal(answer.status, 200);
    assert_holds(buf_text(&answer.body), "\"ok\"");
    transport_answer_free(&answer);
    // Nobody else vouches for it.
    assert_int_equal(get_health(NULL, &answer), TRANSPORT_TLS);
    transport_answer_free(&answer);
}

// This answer waits for the writer's thread, asleep in the library meanwhile.
static void test_what_waits_for_the_writer_comes_back(void **state)
{
    static const char body[] =
        "{\"code\":\"00000-00000\",\"public_key\":"
        "\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"}";
    char url[80];
    struct transport_answer answer;
    struct transport *transport =
        transport_open(&(struct transport_params){.ca = cert});
    (void)state;
    assert_non_null(transport);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/api/v1/devices/enrol",
             server.port);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(transport_ask(transport,
                                       &(struct transport_request){
                                           .method = "POST",
                                           .url = url,
                                           .content_type = "application/json",
                                           .body = body,
                                           .size = sizeof body - 1},
                                       &answer),
                         TRANSPORT_ANSWERED);
        assert_int_equal(answer.status, 404);
        assert_holds(buf_text(&answer.body), "code-unknown");
        transport_answer_free(&answer);
    }
    transport_close(transport);
}

static void test_plain_http_gets_nothing_there(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, server.port);
    talk_say(&talk, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!talk_is_closed(&talk)) {
        assert_null(strstr(buf_text(&talk.heard), "HTTP/1.1"));
        buf_clear(&talk.heard);
    }
    talk_close(&talk);
}

static void test_a_handshake_that_never_comes_is_cut(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, server.port);
    talk_hear_end(&talk);
    talk_close(&talk);
}

static void test_a_key_that_does_not_fit_is_refused(void **state)
{
    struct made_server other = {0};
    (void)state;
    strcpy(other.folder, folder);
    assert_int_equal(
        made_server_try(&other, (const char *[]){"--tls-cert", cert,
                                                 "--tls-key", cert, NULL}),
        1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_knows_the_certificate_is_served),
        cmocka_unit_test(test_what_waits_for_the_writer_comes_back),
        cmocka_unit_test(test_plain_http_gets_nothing_there),
        cmocka_unit_test(test_a_handshake_that_never_comes_is_cut),
        cmocka_unit_test(test_a_key_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
