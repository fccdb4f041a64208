// Lines of the log, byte by byte, as people, logfmt and JSON have them.
#include "common/json.h"
#include "common/log.h"
#include "support/check.h"
#include <string.h>
#include <unistd.h>

static const struct log_field FIELDS[] = {
    {"route", "batches", 0}, {"status", NULL, 503}, {"why", "đĩa đầy", 0}};

static struct log_line sample(void)
{
    return (struct log_line){.at = "2026-11-23T09:15:02.120+07:00",
                             .level = "warn",
                             .module = "server",
                             .text = "đầy \"ổ\"\nhết",
                             .ward = "H24.12",
                             .fields = FIELDS,
                             .count = 3,
                             .unsaid = 7};
}

static void line_is(enum log_format format, const struct log_line *line,
                    const char *expected)
{
    struct buf out = {0};
    log_line_write(format, line, &out);
    assert_true(buf_ok(&out));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void test_log_line_for_people(void **state)
{
    (void)state;
    struct log_line line = sample();
    line_is(LOG_TEXT, &line,
            "2026-11-23T09:15:02.120+07:00 warn server đầy \"ổ\"\\nhết "
            "ward=H24.12 route=batches status=503 why=\"đĩa đầy\" (7 more like "
            "it were left out)\n");
    line = (struct log_line){.at = "T",
                             .level = "info",
                             .module = "sync",
                             .text = "sent",
                             .ward = ""};
    line_is(LOG_TEXT, &line, "T info sync sent\n");
}

static void test_log_line_as_logfmt(void **state)
{
    (void)state;
    struct log_line line = sample();
    line_is(LOG_LOGFMT, &line,
            "time=2026-11-23T09:15:02.120+07:00 level=warn module=server "
            "msg=\"đầy \\\"ổ\\\"\\nhết\" ward=H24.12 route=batches status=503 "
            "why=\"đĩa đầy\" left_out=7\n");
}

static void test_log_line_as_json(void **state)
{
    (void)state;
    struct log_line line = sample();
    line_is(LOG_JSON, &line,
            "{\"time\":\"2026-11-23T09:15:02.120+07:00\",\"level\":\"warn\","
            "\"module\":\"server\",\"message\":\"đầy \\\"ổ\\\"\\nhết\","
            "\"ward\":\"H24.12\",\"route\":\"batches\",\"status\":503,"
            "\"why\":\"đĩa đầy\",\"left_out\":7}\n");
}

// Values that would end early, or be taken for two, stand in quotes.
static void test_log_line_values_that_need_quotes(void **state)
{
    static const char *const values[] = {"",     "a b",  "a=b",  "a\"b",
                                         "a\\b", "a\nb", "a\x1b"};
    static const char *const written[] = {
        "\"\"",       "\"a b\"",   "\"a=b\"",     "\"a\\\"b\"",
        "\"a\\\\b\"", "\"a\\nb\"", "\"a\\u001b\""};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct log_field field = {"v", values[i], 0};
        struct buf out = {0};
        char expected[64];
        snprintf(expected, sizeof expected, " v=%s", written[i]);
        log_line_fields(
            &(struct log_line){.ward = "", .fields = &field, .count = 1}, &out);
        assert_string_equal(buf_text(&out), expected);
        buf_free(&out);
    }
}

// Whatever bytes a message brings, the JSON is one line that can be read.
static void test_log_line_of_any_bytes_is_json(void **state)
{
    static const struct {
        const char *bytes, *read;
    } rows[] = {
        {"\xff", "\xef\xbf\xbd"},
        {"a\xe1\xba", "a\xef\xbf\xbd\xef\xbf\xbd"}, // cut within a letter
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},   // longer than need be
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, // half a pair
        {"\xf4\x90\x80\x80",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"ệ\xf0\x9f\x98\x80\x01\x7f", "ệ\xf0\x9f\x98\x80\x01\x7f"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        char why[JSON_MESSAGE_SIZE];
        const char *text;
        log_line_write(LOG_JSON,
                       &(struct log_line){.at = "T",
                                          .level = "info",
                                          .module = "m",
                                          .text = rows[i].bytes,
                                          .ward = ""},
                       &out);
        assert_ptr_equal(strchr(buf_text(&out), '\n'),
                         buf_text(&out) + out.size - 1);
        json_t *object = json_read(buf_text(&out), out.size, why);
        if (!object)
            fail_msg("%zu: %s: %s", i, why, buf_text(&out));
        assert_true(json_get_text(object, "message", &text));
        assert_string_equal(text, rows[i].read);
        json_decref(object);
        buf_free(&out);
    }
}

static void keep(void *ctx, enum log_level level, const char *module,
                 const char *text)
{
    (void)level, (void)module;
    snprintf(ctx, 100, "%s", text);
}

static void *say(void *ctx)
{
    log_warn("test", "%s", (const char *)ctx);
    return NULL;
}

// A thread works for the ward of the one that began it, and for no other.
static void test_log_ward_of_a_thread(void **state)
{
    char last[100] = "", word[] = "here";
    pthread_t thread;
    (void)state;
    log_set_sink(keep, last);
    log_set_ward("H24.13");
    assert_int_equal(log_thread_create(&thread, say, word), 0);
    log_set_ward("");
    pthread_join(thread, NULL);
    assert_string_equal(last, "here ward=H24.13");
    log_write_with(LOG_WARN, "test", FIELDS, 2, "%s", word);
    assert_string_equal(last, "here route=batches status=503");
    log_set_sink(NULL, NULL);
}

static void test_log_format_names(void **state)
{
    enum log_format format;
    (void)state;
    assert_true(log_parse_format("logfmt", &format));
    assert_int_equal(format, LOG_LOGFMT);
    assert_true(log_parse_format("json", &format));
    assert_int_equal(format, LOG_JSON);
    assert_false(log_parse_format("xml", &format));
}

// As a whole program writes them: what was set holds for every line.
static void test_log_in_json_on_standard_error(void **state)
{
    int ends[2], saved = dup(STDERR_FILENO);
    char line[300] = "", why[JSON_MESSAGE_SIZE];
    const char *text;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_set_format(LOG_JSON);
    log_error("sync", "%s", "đầy\nforged line\x1b[2J");
    log_set_format(LOG_TEXT);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t got = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    assert_true(got > 0);
    json_t *object = json_read(line, (size_t)got, why);
    assert_non_null(object);
    assert_true(json_get_text(object, "message", &text));
    assert_string_equal(text, "đầy\nforged line\x1b[2J");
    assert_true(json_get_text(object, "level", &text));
    assert_string_equal(text, "error");
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_line_for_people),
        cmocka_unit_test(test_log_line_as_logfmt),
        cmocka_unit_test(test_log_line_as_json),
        cmocka_unit_test(test_log_line_values_that_need_quotes),
        cmocka_unit_test(test_log_line_of_any_bytes_is_json),
        cmocka_unit_test(test_log_ward_of_a_thread),
        cmocka_unit_test(test_log_format_names),
        cmocka_unit_test(test_log_in_json_on_standard_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
