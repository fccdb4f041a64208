// hailong enrol against a real server, over HTTP and HTTPS, and everything that
// may be wrong with server, code, certificate or directory.
#include "common/clock.h"
#include "common/file.h"
#include "i18n/i18n.h"
#include "office/devices.h"
#include "store/device.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "sync/enrolment.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TLS TEST_SOURCE "/tests/operator/tls/"

// SHA-256 of the public key in tls/server.pem, by `openssl dgst`.
#define PIN_HEX                                                                \
    "1d6aed1bdfb8506ce3d918683e6dac495383cba05b06f940bcc753cf632181b7"
#define PIN_BASE64 "HWrtG9+4UGzj2RhoPm2sSVODy6BbBvlAvMdTz2Mhgbc="

enum { URL_SIZE = 64 };

static void url_of(const struct made_server *server, const char *scheme,
                   char out[URL_SIZE])
{
    snprintf(out, URL_SIZE, "%s://127.0.0.1:%u", scheme, server->port);
}

static mode_t mode_of(const char *folder, const char *name)
{
    char path[128];
    struct stat found;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(stat(path, &found), 0);
    return found.st_mode & 07777;
}

static void assert_not_enrolled(const char *folder)
{
    struct device device;
    assert_int_equal(device_load(folder, &device), DEVICE_NOT_ENROLLED);
}

static void test_enrol(void **state)
{
    (void)state;
    struct made_server server;
    struct device device;
    struct key key;
    struct run run = {0};
    struct answer answer = {0};
    char folder[SCRATCH_SIZE], url[URL_SIZE], code[16];
    made_server_start(&server, NULL);
    made_server_code(&server, "3", code);
    url_of(&server, "http", url);
    scratch_make(folder);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 0);
    assert_int_equal(mode_of(folder, "device.json"), 0600);
    assert_int_equal(mode_of(folder, "device.key"), 0600);
    assert_int_equal(device_load(folder, &device), DEVICE_OK);
    assert_string_equal(device.counter, "3");
    assert_string_equal(device.server, url);
    // Without the keys for dossiers' codes; the courier fetches the whole.
    assert_int_equal(device.config_version, 0);
    assert_null(json_object_get(device.config, "transaction_keys"));
    run_must_say(&run, device.id);
    // The token is not printed, and it is good.
    assert_null(strstr(run_out(&run), device.token));
    ask(server.port,
        &(struct ask){.path = "/api/v1/devices/me/config",
                      .token = device.token},
        &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    assert_true(device_load_key(folder, &key));
    key_wipe(&key);
    run_command(&run, "device", "list", "--data", server.folder, NULL);
    run_must_say(&run, device.id);
    run_must_say(&run, "active");
    device_release(&device);
    run_free(&run);
    scratch_remove(folder);
    made_server_close(&server);
}

// The code as a tired person types it; the directory does not exist yet.
static void test_enrol_is_kind_to_typists(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    char folder[SCRATCH_SIZE], inner[128], url[URL_SIZE + 1], code[16];
    made_server_start(&server, NULL);
    made_server_code(&server, "3", code);
    memmove(code + 5, code + 6, 6); // no dash
    for (char *c = code; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    url_of(&server, "http", url);
    strcat(url, "/");
    scratch_make(folder);
    snprintf(inner, sizeof inner, "%s/device", folder);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data", inner,
                NULL);
    run_must_end(&run, 0);
    run_free(&run);
    scratch_remove(inner);
    scratch_remove(folder);
    made_server_close(&server);
}

static void test_enrol_codes_that_do_not_work(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    char folder[SCRATCH_SIZE], other[SCRATCH_SIZE], url[URL_SIZE], code[16];
    made_server_start(&server, NULL);
    made_server_code(&server, "3", code);
    url_of(&server, "http", url);
    scratch_make(folder);
    scratch_make(other);
    run_command(&run, "enrol", "--server", url, "--code", "00000-00000",
                "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "does not know this code");
    assert_not_enrolled(folder);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 0);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data", other,
                NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "was used already");
    assert_not_enrolled(other);
    run_free(&run);
    scratch_remove(folder);
    scratch_remove(other);
    made_server_close(&server);
}

static void test_enrol_with_an_expired_code(void **state)
{
    (void)state;
    struct made_server server;
    struct office *office;
    struct run run = {0};
    char folder[SCRATCH_SIZE], url[URL_SIZE];
    char id[ID_SIZE], code[SECRET_CODE_SIZE];
    int64_t expires_at;
    const struct office_new_device wanted = {.unit = "H24.12", .counter = "3"};
    made_server_start(&server, NULL);
    made_server_stop(&server);
    assert_int_equal(office_open(server.database, OFFICE_WRITER, &office),
                     OFFICE_OK);
    assert_int_equal(
        office_add_device(office, &wanted,
                          clock_wall_ms() - SECRET_CODE_VALID_MS - 1, id, code,
                          &expires_at),
        OFFICE_OK);
    office_close(office);
    made_server_restart(&server, NULL);
    url_of(&server, "http", url);
    scratch_make(folder);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "has expired");
    assert_not_enrolled(folder);
    run_free(&run);
    scratch_remove(folder);
    made_server_close(&server);
}

static void test_enrol_leaves_an_enrolled_directory_alone(void **state)
{
    (void)state;
    struct run run = {0};
    char folder[SCRATCH_SIZE], path[128];
    struct buf text = {0};
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/device.json", folder);
    assert_true(file_replace(path, "{}", 2, 0600));
    run_command(&run, "enrol", "--server", "http://127.0.0.1:1", "--code",
                "00000-00000", "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "is enrolled already");
    assert_true(file_read(path, 100, &text));
    assert_string_equal(buf_text(&text), "{}");
    buf_free(&text);
    run_free(&run);
    scratch_remove(folder);
}

static void test_enrol_wrong_options(void **state)
{
    (void)state;
    static const struct {
        const char *server, *pin, *why;
    } cases[] = {
        {"host name", NULL, "write it as https://host"},
        {"ftp://127.0.0.1", NULL, "write it as https://host"},
        {"https://", NULL, "write it as https://host"},
        {"https://host/path", NULL, "write it as https://host"},
        {"https://host?x", NULL, "write it as https://host"},
        {"http://192.0.2.1:8650", NULL, "everybody on the way"},
        {"https://host", "sha256//AAAA", "--pin"},
        {"https://host", PIN_HEX ";", "--pin"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run = {0};
        run_command(&run, "enrol", "--code", "00000-00000", "--data",
                    "/tmp/hailong-never-made", "--server", cases[i].server,
                    cases[i].pin ? "--pin" : NULL, cases[i].pin, NULL);
        run_must_end(&run, 2);
        run_must_complain(&run, cases[i].why);
        assert_false(file_exists("/tmp/hailong-never-made"));
        run_free(&run);
    }
}

// --- Servers that are none --------------------------------------------------

struct stranger {
    int socket;
    const char *says;
};

// Answers one request, whatever it is, and ends.
static void *answer_once(void *ctx)
{
    struct stranger *stranger = ctx;
    char heard[4096];
    int peer = accept(stranger->socket, NULL, NULL);
    if (peer >= 0) {
        ssize_t got = recv(peer, heard, sizeof heard, 0);
        if (got > 0)
            send(peer, stranger->says, strlen(stranger->says), MSG_NOSIGNAL);
        close(peer);
    }
    return NULL;
}

static uint16_t listen_somewhere(struct stranger *stranger)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    stranger->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(stranger->socket >= 0);
    assert_int_equal(bind(stranger->socket, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(stranger->socket, 1), 0);
    assert_int_equal(
        getsockname(stranger->socket, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static void test_enrol_with_a_stranger(void **state)
{
    (void)state;
    static const struct {
        const char *says, *why;
    } cases[] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
         "not the answer of a hailong-server"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
         "not the answer of a hailong-server"},
        {"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello",
         "not the answer of a hailong-server"},
        {"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
         "the answer lacks something"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "no answer"},
        {"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{", "no answer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stranger stranger = {.says = cases[i].says};
        struct run run = {0};
        pthread_t thread;
        char folder[SCRATCH_SIZE], url[URL_SIZE];
        snprintf(url, sizeof url, "http://127.0.0.1:%u",
                 listen_somewhere(&stranger));
        assert_int_equal(pthread_create(&thread, NULL, answer_once, &stranger),
                         0);
        scratch_make(folder);
        run_command(&run, "enrol", "--server", url, "--code", "00000-00000",
                    "--data", folder, NULL);
        run_must_end(&run, 1);
        run_must_complain(&run, cases[i].why);
        run_must_complain(&run, url);
        assert_not_enrolled(folder);
        pthread_join(thread, NULL);
        close(stranger.socket);
        run_free(&run);
        scratch_remove(folder);
    }
}

// The server's answer was lost on its way, and the code with it: the device
// asks again with the key that it made, and is the same device.
static void test_enrol_again_after_a_lost_answer(void **state)
{
    (void)state;
    struct made_server server;
    struct device first, again;
    struct run run = {0};
    char folder[SCRATCH_SIZE], url[URL_SIZE], code[16], path[128];
    made_server_start(&server, NULL);
    made_server_code(&server, "3", code);
    url_of(&server, "http", url);
    scratch_make(folder);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 0);
    assert_int_equal(device_load(folder, &first), DEVICE_OK);
    snprintf(path, sizeof path, "%s/device.json", folder);
    assert_int_equal(unlink(path), 0);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 0);
    assert_int_equal(device_load(folder, &again), DEVICE_OK);
    assert_string_equal(again.id, first.id);
    assert_string_not_equal(again.token, first.token);
    // Another machine with the same code is refused.
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/device.key", folder);
    assert_int_equal(unlink(path), 0);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "used already");
    device_release(&first);
    device_release(&again);
    run_free(&run);
    scratch_remove(folder);
    made_server_close(&server);
}

static void test_enrol_with_nobody(void **state)
{
    (void)state;
    struct stranger stranger = {0};
    struct run run = {0};
    char folder[SCRATCH_SIZE], url[URL_SIZE];
    // A port that was ours a moment ago: nobody listens there.
    snprintf(url, sizeof url, "http://127.0.0.1:%u",
             listen_somewhere(&stranger));
    close(stranger.socket);
    scratch_make(folder);
    run_command(&run, "enrol", "--server", url, "--code", "00000-00000",
                "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "no answer");
    run_must_complain(&run, "that hailong-server runs there");
    assert_not_enrolled(folder);
    run_free(&run);
    scratch_remove(folder);
}

// --- HTTPS ------------------------------------------------------------------

static void start_with(struct made_server *server, const char *certificate)
{
    const char *const options[] = {"--tls-cert", certificate, "--tls-key",
                                   TLS "server.key", NULL};
    made_server_start(server, options);
}

static void test_enrol_over_https(void **state)
{
    (void)state;
    static const char *const PINS[] = {NULL, PIN_HEX, PIN_BASE64,
                                       "sha256//" PIN_BASE64};
    struct made_server server;
    char url[URL_SIZE];
    start_with(&server, TLS "server.pem");
    url_of(&server, "https", url);
    for (size_t i = 0; i < sizeof PINS / sizeof PINS[0]; i++) {
        struct run run = {0};
        struct device device;
        char folder[SCRATCH_SIZE], code[16];
        scratch_make(folder);
        made_server_code(&server, "3", code);
        run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                    folder, "--ca", TLS "server.pem", PINS[i] ? "--pin" : NULL,
                    PINS[i], NULL);
        run_must_end(&run, 0);
        assert_int_equal(device_load(folder, &device), DEVICE_OK);
        assert_string_equal(device.ca, TLS "server.pem");
        assert_string_equal(device.pin, PINS[i] ? "sha256//" PIN_BASE64 : "");
        device_release(&device);
        run_free(&run);
        scratch_remove(folder);
    }
    made_server_close(&server);
}

// The code is not spent: who knows the server's key enrols with it.
static void assert_code_still_works(const struct made_server *server,
                                    const char *folder, const char *code)
{
    struct run run = {0};
    char url[URL_SIZE];
    assert_not_enrolled(folder);
    url_of(server, "https", url);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, "--pin", PIN_HEX, NULL);
    run_must_end(&run, 0);
    run_free(&run);
}

static void refused_over_https(const char *certificate, const char *host,
                               const char *ca, const char *pin,
                               const char *vietnamese, const char *english)
{
    struct made_server server;
    struct run run = {0};
    char folder[SCRATCH_SIZE], url[URL_SIZE], code[16];
    const char *const options[] = {ca ? "--ca" : "--pin", ca ? ca : pin,
                                   ca && pin ? "--pin" : NULL, pin};
    start_with(&server, certificate);
    snprintf(url, sizeof url, "https://%s:%u", host, server.port);
    made_server_code(&server, "3", code);
    scratch_make(folder);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, ca || pin ? options[0] : NULL, options[1], options[2],
                options[3], NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "certificate is not accepted");
    run_must_complain(&run, english);
    run_must_complain(&run, vietnamese);
    assert_code_still_works(&server, folder, code);
    run_free(&run);
    scratch_remove(folder);
    made_server_close(&server);
}

// The system's certificates do not know ours.
static void test_enrol_refuses_an_unknown_certificate(void **state)
{
    (void)state;
    refused_over_https(TLS "server.pem", "127.0.0.1", NULL, NULL,
                       "Chưa tin được chứng thư", "names the server's key");
}

static void test_enrol_refuses_an_expired_certificate(void **state)
{
    (void)state;
    refused_over_https(TLS "expired.pem", "127.0.0.1", TLS "expired.pem", NULL,
                       "Đồng hồ của máy này chỉ", "the clock is right");
}

static void test_enrol_refuses_another_hosts_certificate(void **state)
{
    (void)state;
    refused_over_https(TLS "server.pem", "localhost", TLS "server.pem", NULL,
                       "mang tên khác", "it is another host's");
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void test_enrol_refuses_another_key(void **state)
{
    (void)state;
    refused_over_https(TLS "server.pem", "127.0.0.1", TLS "server.pem", ZEROS,
                       "Khóa của máy chủ không khớp", "not the one of the pin");
    refused_over_https(TLS "server.pem", "127.0.0.1", NULL, ZEROS,
                       "Khóa của máy chủ không khớp", "not the one of the pin");
}

// --- The text of a QR code, and a file of them -------------------------------

#define PIN_BASE32 "DVVO2G67XBIGZY6ZDBUD43NMJFJYHS5ALMDPSQF4Y5J46YZBQG3Q"

// With the pin nobody else has to vouch for the server, whatever the clock
// says: the certificate is of 2020.
static void test_enrol_by_the_text_of_a_qr_code(void **state)
{
    (void)state;
    struct made_server server;
    struct device device;
    struct run run = {0};
    char folder[SCRATCH_SIZE], code[16], text[128];
    start_with(&server, TLS "expired.pem");
    made_server_code(&server, "3", code);
    scratch_make(folder);
    snprintf(text, sizeof text, "hailong:127.0.0.1:%u/%s/" PIN_BASE32,
             server.port, code);
    run_command(&run, "enrol", "--qr", text, "--data", folder, NULL);
    run_must_end(&run, 0);
    assert_int_equal(device_load(folder, &device), DEVICE_OK);
    assert_string_equal(device.pin, "sha256//" PIN_BASE64);
    assert_string_equal(device.counter, "3");
    device_release(&device);
    run_free(&run);
    scratch_remove(folder);
    made_server_close(&server);
}

static void test_enrol_by_one_way_alone(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "enrol", "--qr", "H24.12-261123-0007", "--data",
                "/tmp/hailong-never-made", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "HAILONG:HOST/CODE");
    run_command(&run, "enrol", "--qr", "HAILONG:a/00000-00000", "--server",
                "https://a", "--data", "/tmp/hailong-never-made", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "give one of");
    run_free(&run);
}

// The first code is used, the second is nobody's, the third works.
static void test_enrol_by_a_file_of_codes(void **state)
{
    (void)state;
    struct made_server server;
    struct device device;
    struct buf text = {0};
    struct run run = {0};
    char folder[SCRATCH_SIZE], other[SCRATCH_SIZE], path[128], codes[2][16];
    made_server_start(&server, NULL);
    made_server_code(&server, "3", codes[0]);
    made_server_code(&server, "4", codes[1]);
    scratch_make(folder);
    scratch_make(other);
    snprintf(path, sizeof path, "%s/codes.txt", other);
    buf_printf(&text,
               "HAILONG-HTTP:127.0.0.1:%u/%s  # Quầy 3\r\n"
               "HAILONG-HTTP:127.0.0.1:%u/00000-00000\r\n"
               "HAILONG-HTTP:127.0.0.1:%u/%s  # Quầy 4\r\n",
               server.port, codes[0], server.port, server.port, codes[1]);
    assert_true(file_replace(path, text.data, text.size, 0600));
    run_command(&run, "enrol", "--file", path, "--data", folder, NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "counter 3");
    snprintf(folder + strlen(folder), 8, "/again");
    run_command(&run, "enrol", "--file", path, "--data", folder, NULL);
    run_must_end(&run, 0);
    assert_int_equal(device_load(folder, &device), DEVICE_OK);
    assert_string_equal(device.counter, "4");
    device_release(&device);
    snprintf(path + strlen(path) - 9, 16, "third");
    run_command(&run, "enrol", "--file", path, "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "No such file");
    snprintf(path + strlen(path) - 5, 16, "codes.txt");
    snprintf(folder + strlen(folder) - 5, 8, "third");
    run_command(&run, "enrol", "--file", path, "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "2 used, 0 expired, 1 unknown");
    run_must_complain(&run, "Không mã nào trong tệp còn dùng được");
    assert_not_enrolled(folder);
    buf_free(&text);
    run_free(&run);
    made_server_close(&server);
    scratch_remove(other);
    folder[strlen(folder) - 6] = '\0';
    scratch_remove(folder);
}

// --- No way to the server ----------------------------------------------------

static void unreachable(const char *server, const char *vietnamese,
                        const char *english)
{
    struct run run = {0};
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    run_command(&run, "enrol", "--server", server, "--code", "00000-00000",
                "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, vietnamese);
    run_must_complain(&run, english);
    assert_not_enrolled(folder);
    run_free(&run);
    scratch_remove(folder);
}

static void test_enrol_says_what_stands_in_the_way(void **state)
{
    (void)state;
    char url[URL_SIZE];
    // No label of a name is longer than 63 letters: nobody needs to be asked.
    unreachable(
        "https://"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        ".invalid",
        "Không tìm thấy máy chủ có tên này", "nobody knows this name");
    // Linux connects to no broadcast address, as without a route.
    unreachable("https://255.255.255.255", "chưa có mạng", "no network");
    // Something that speaks, and no TLS.
    struct stranger stranger = {.says = "SSH-2.0-OpenSSH_9.2\r\n"};
    pthread_t thread;
    snprintf(url, sizeof url, "https://127.0.0.1:%u",
             listen_somewhere(&stranger));
    assert_int_equal(pthread_create(&thread, NULL, answer_once, &stranger), 0);
    unreachable(url, "không phải máy chủ Hài Lòng",
                "not the answer of a hailong-server");
    pthread_join(thread, NULL);
    close(stranger.socket);
}

static void test_every_ending_has_its_words(void **state)
{
    (void)state;
    struct buf message = {0};
    struct i18n *texts = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    const struct enrolment what = {.directory = "d", .server = "s"};
    assert_non_null(texts);
    for (int i = 0; i < ENROLMENT_RESULT_COUNT; i++) {
        char id[64];
        struct buf words = {0};
        snprintf(id, sizeof id, "enrol.%s", enrolment_name(i));
        assert_true(i18n_has(texts, I18N_VI, id));
        assert_true(i18n_has(texts, I18N_EN, id));
        enrolment_explain(&what, i, "", &words);
        assert_true(words.size > 0);
        buf_free(&words);
    }
    i18n_close(texts);
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enrol),
        cmocka_unit_test(test_enrol_is_kind_to_typists),
        cmocka_unit_test(test_enrol_codes_that_do_not_work),
        cmocka_unit_test(test_enrol_with_an_expired_code),
        cmocka_unit_test(test_enrol_leaves_an_enrolled_directory_alone),
        cmocka_unit_test(test_enrol_wrong_options),
        cmocka_unit_test(test_enrol_with_a_stranger),
        cmocka_unit_test(test_enrol_again_after_a_lost_answer),
        cmocka_unit_test(test_enrol_with_nobody),
        cmocka_unit_test(test_enrol_over_https),
        cmocka_unit_test(test_enrol_refuses_an_unknown_certificate),
        cmocka_unit_test(test_enrol_refuses_an_expired_certificate),
        cmocka_unit_test(test_enrol_refuses_another_hosts_certificate),
        cmocka_unit_test(test_enrol_refuses_another_key),
        cmocka_unit_test(test_enrol_by_the_text_of_a_qr_code),
        cmocka_unit_test(test_enrol_by_one_way_alone),
        cmocka_unit_test(test_enrol_by_a_file_of_codes),
        cmocka_unit_test(test_enrol_says_what_stands_in_the_way),
        cmocka_unit_test(test_every_ending_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
