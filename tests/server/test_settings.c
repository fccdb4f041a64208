// What the server refuses to start with, and what it says then.
#include "server/settings.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 16 };

// Reads a command line, ended by NULL, with --data and --unit-name in front.
static bool read_line(const char *const *options, struct config **out_config,
                      struct server_settings *out, struct buf *message)
{
    const char *argv[ARGUMENTS_MAX] = {"hailong-server", "--data", "d",
                                       "--unit-name", "Bình Minh"};
    int argc = 5;
    for (; *options; options++) {
        argv[argc++] = *options;
    }
    *out_config = config_open(SERVER_KEYS);
    return config_read_arguments(*out_config, argc, (char **)(uintptr_t)argv,
                                 message) &&
           server_settings_read(*out_config, out, message);
}

static void test_defaults(void **state)
{
    struct server_settings settings;
    struct config *config;
    struct buf message = {0};
    (void)state;
    assert_true(
        read_line((const char *[]){NULL}, &config, &settings, &message));
    assert_string_equal(settings.data, "d");
    assert_string_equal(settings.unit_code, "00.00");
    assert_true(settings.address.is_loopback);
    assert_int_equal(ntohs(settings.address.socket.ip4.sin_port), 8650);
    assert_int_equal(settings.request_ms, 15000);
    assert_string_equal(settings.defaults.mode, "walk-up");
    assert_string_equal(settings.defaults.walk_up, "on");
    assert_int_equal(settings.defaults.contact_s, 120);
    assert_false(settings.defaults.linked);
    assert_int_equal(settings.defaults.levels, 5);
    assert_int_equal(settings.defaults.heartbeat_s, 60);
    config_close(config);
    buf_free(&message);
}

static void test_address_for_citizens(void **state)
{
    static const struct {
        const char *url;
        bool is_one;
    } urls[] = {{"https://hailong.example", true},
                {"http://10.0.0.7:8650/", true},
                {"https://[2001:db8::1]/phuong/", true},
                {"hailong.example", false},
                {"ftp://hailong.example", false},
                {"https://", false},
                {"https:///d", false},
                {"https://a.example?x=1", false},
                {"https://a.example/#d", false},
                {"https://a.example/ d", false},
                {"https://a.example/\"", false},
                {"https://người.example", false}};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct server_settings settings;
        struct config *config;
        struct buf message = {0};
        bool read =
            read_line((const char *[]){"--public-url", urls[i].url, NULL},
                      &config, &settings, &message);
        if (read != urls[i].is_one)
            fail_msg("%s: %s", urls[i].url, buf_text(&message));
        assert_true(read || strstr(buf_text(&message), "public_url"));
        config_close(config);
        buf_free(&message);
    }
}

static void must_walk_up(const char *const *options, const char *walk_up)
{
    struct server_settings settings;
    struct config *config;
    struct buf message = {0};
    if (!read_line(options, &config, &settings, &message))
        fail_msg("%s", buf_text(&message));
    assert_string_equal(settings.defaults.walk_up, walk_up);
    config_close(config);
    buf_free(&message);
}

static void test_the_mode_decides_about_walk_up_unless_told(void **state)
{
    (void)state;
    must_walk_up((const char *[]){"--mode", "walk-up", NULL}, "on");
    must_walk_up((const char *[]){"--mode", "transaction", NULL}, "off");
    must_walk_up(
        (const char *[]){"--mode", "transaction", "--walk-up", "on", NULL},
        "on");
    must_walk_up((const char *[]){"--walk-up", "fields", "--walk-up-fields",
                                  "ho-tich", NULL},
                 "fields");
}

static void test_mistakes_are_named(void **state)
{
    static const struct {
        const char *options[5];
        const char *named;
    } cases[] = {{{"--unit-name", ""}, "unit_name"},
                 {{"--unit-code", ""}, "unit_code"},
                 {{"--data", ""}, "data"},
                 {{"--listen", "here"}, "listen"},
                 {{"--listen", "127.0.0.1"}, "listen"},
                 {{"--listen", "127.0.0.1:65536"}, "listen"},
                 {{"--listen", "ward.example:8650"}, "listen"},
                 {{"--listen", "0.0.0.0:8650"}, "--plain-http"},
                 {{"--listen", "192.168.1.5:8650"}, "--plain-http"},
                 {{"--listen", "[::]:8650"}, "--plain-http"},
                 {{"--tls-cert", "c.pem"}, "tls_key"},
                 {{"--tls-key", "k.pem"}, "tls_cert"},
                 {{"--mode", "kiosk"}, "mode"},
                 {{"--privacy", "open"}, "privacy"},
                 {{"--walk-up", "maybe"}, "walk_up"},
                 {{"--walk-up", "off"}, "walk_up"}, // in mode walk-up
                 {{"--walk-up-fields", "a,b"}, "walk_up_fields"},
                 {{"--contact-s", "29"}, "--contact-s"},
                 {{"--contact-s", "3601"}, "--contact-s"},
                 {{"--levels", "4"}, "levels"},
                 {{"--levels", "6"}, "levels"},
                 {{"--order", "random"}, "order"},
                 {{"--reasons", "some"}, "reasons"},
                 {{"--proxy", "proxy.example"}, "proxy"},
                 {{"--proxy", "192.0.2.5,192.0.2"}, "192.0.2"},
                 {{"--log-level", "loud"}, "log_level"},
                 {{"--log-format", "xml"}, "log_format"},
                 {{"--threads", "0"}, "threads"},
                 {{"--no-such"}, "--no-such"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_settings settings;
        struct config *config;
        struct buf message = {0};
        assert_false(read_line(cases[i].options, &config, &settings, &message));
        if (!strstr(buf_text(&message), cases[i].named)) {
            fail_msg("\"%s\" does not name %s", buf_text(&message),
                     cases[i].named);
        }
        config_close(config);
        buf_free(&message);
    }
}

static void test_proxies_are_addresses_of_both_kinds(void **state)
{
    const char *const options[] = {
        "--proxy", "192.0.2.5, 2001:db8::5,::ffff:192.0.2.6", NULL};
    struct server_settings settings;
    struct config *config;
    struct buf message = {0};
    char text[INET6_ADDRSTRLEN];
    (void)state;
    assert_true(read_line(options, &config, &settings, &message));
    assert_int_equal(settings.proxy_count, 3);
    static const char *const expected[] = {"::ffff:192.0.2.5", "2001:db8::5",
                                           "::ffff:192.0.2.6"};
    for (size_t i = 0; i < settings.proxy_count; i++) {
        inet_ntop(AF_INET6, &settings.proxies[i], text, sizeof text);
        assert_string_equal(text, expected[i]);
    }
    config_close(config);
    buf_free(&message);
}

static void test_what_is_allowed_beyond_the_machine(void **state)
{
    static const char *const cases[][7] = {
        {"--listen", "0.0.0.0:80", "--plain-http"},
        {"--listen", "[::]:443", "--tls-cert", "c.pem", "--tls-key", "k.pem"},
        {"--listen", "[::1]:0"},
        {"--listen", "127.5.0.1:0"},
        {"--listen", "localhost:0"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_settings settings;
        struct config *config;
        struct buf message = {0};
        assert_true(read_line(cases[i], &config, &settings, &message));
        config_close(config);
        buf_free(&message);
    }
}

static void test_the_ini_file(void **state)
{
    static const char text[] = "[server]\n"
                               "listen = [::1]:9000\n"
                               "device_rate = 7\n"
                               "[unit]\n"
                               "code = H24.12\n"
                               "name = Phường Bình Minh\n"
                               "hotline = 0234 3 812 345\n"
                               "[kiosk]\n"
                               "mode = transaction\n"
                               "levels = 3\n"
                               "test = yes\n";
    char path[] = "/tmp/hailong-ini-XXXXXX";
    struct server_settings settings;
    struct buf message = {0};
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    const char *argv[] = {"hailong-server", "--config", path, "--data", "d"};
    struct config *config = config_open(SERVER_KEYS);
    bool read =
        config_read_arguments(config, 5, (char **)(uintptr_t)argv, &message) &&
        server_settings_read(config, &settings, &message);
    unlink(path);
    assert_string_equal(buf_text(&message), "");
    assert_true(read);
    assert_string_equal(settings.unit_code, "H24.12");
    assert_string_equal(settings.defaults.unit_name, "Phường Bình Minh");
    assert_string_equal(settings.defaults.mode, "transaction");
    assert_int_equal(settings.defaults.levels, 3);
    assert_true(settings.defaults.test);
    assert_int_equal(settings.device_rate, 7);
    assert_int_equal(ntohs(settings.address.socket.ip6.sin6_port), 9000);
    config_close(config);
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_address_for_citizens),
        cmocka_unit_test(test_the_mode_decides_about_walk_up_unless_told),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_proxies_are_addresses_of_both_kinds),
        cmocka_unit_test(test_what_is_allowed_beyond_the_machine),
        cmocka_unit_test(test_the_ini_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
