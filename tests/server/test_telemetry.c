// What watches the server asks for what the server tells: every name in the
// rules for alerts and on the dashboard is one of GET /metrics, and none that
// is told there is shown to nobody.
#include "common/file.h"
#include "server/metrics.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char *const WATCHERS[] = {
    TEST_SOURCE "/tools/prometheus/hailong.rules.yml",
    TEST_SOURCE "/tools/grafana/hailong.json"};
enum { WATCHER_COUNT = sizeof WATCHERS / sizeof *WATCHERS, NAME_SIZE = 80 };

struct telemetry {
    struct buf told; // as a scrape gets it, with all that may be in it
    struct buf watchers[WATCHER_COUNT];
};

static int set_up(void **state)
{
    static struct telemetry telemetry;
    struct made_server own;
    struct made_device device;
    struct answer answer = {0};
    // What an idle machine without a backup leaves out.
    const struct upkeep upkeep = {
        .disk_size = 2, .disk_free = 1, .days_left = 90, .backup_at = 1};
    made_server_start(&own, NULL);
    made_device_enrol(&device, &own, "3");
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &own, 1, 1, 200, &answer);
    ask(own.port, &(struct ask){.path = "/metrics"}, &answer);
    buf_append(&telemetry.told, answer.body.data, answer.body.size);
    metrics_write_upkeep(&upkeep, 2000, &telemetry.told);
    metrics_write_ward("H24.12", true, &telemetry.told);
    metrics_write_shared(1, &telemetry.told);
    metrics_write_turns(&(struct office_turns){0}, &telemetry.told);
    metrics_write_program(1000, 2000, &telemetry.told);
    for (int i = 0; i < WATCHER_COUNT; i++) {
        assert_true(file_read(WATCHERS[i], 1 << 20, &telemetry.watchers[i]));
    }
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&own);
    *state = &telemetry;
    return 0;
}

static int tear_down(void **state)
{
    struct telemetry *telemetry = *state;
    buf_free(&telemetry->told);
    for (int i = 0; i < WATCHER_COUNT; i++) {
        buf_free(&telemetry->watchers[i]);
    }
    return 0;
}

// The next name of a metric at or after `at`; NULL: none.
static const char *next_name(const char *at, char out[NAME_SIZE])
{
    at = strstr(at, "hailong_");
    size_t size = at ? strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
    if (!at) {
        return NULL;
    }
    assert_in_range(size, 1, NAME_SIZE - 1);
    memcpy(out, at, size);
    out[size] = '\0';
    return at + size;
}

static bool is_told(const struct telemetry *telemetry, const char *name)
{
    char head[NAME_SIZE + 16];
    const char *end = strstr(name, "_bucket"); // of a histogram
    snprintf(head, sizeof head, "# TYPE %.*s ",
             (int)(end ? (size_t)(end - name) : strlen(name)), name);
    return strstr(buf_text(&telemetry->told), head) != NULL;
}

static bool is_named(const struct buf *text, const char *wanted)
{
    char name[NAME_SIZE];
    size_t size = strlen(wanted);
    for (const char *at = buf_text(text); (at = next_name(at, name));) {
        if (strncmp(name, wanted, size) == 0 &&
            (name[size] == '\0' || strcmp(name + size, "_bucket") == 0)) {
            return true;
        }
    }
    return false;
}

static void test_what_is_watched_is_told(void **state)
{
    struct telemetry *telemetry = *state;
    char name[NAME_SIZE];
    for (int i = 0; i < WATCHER_COUNT; i++) {
        const char *at = buf_text(&telemetry->watchers[i]);
        int count = 0;
        while ((at = next_name(at, name))) {
            count++;
            if (!is_told(telemetry, name)) {
                fail_msg("%s: /metrics has no %s", WATCHERS[i], name);
            }
        }
        assert_true(count > 5);
    }
}

static void test_what_is_told_is_shown(void **state)
{
    struct telemetry *telemetry = *state;
    char name[NAME_SIZE];
    const char *at = buf_text(&telemetry->told);
    while ((at = strstr(at, "# TYPE ")) && (at = next_name(at, name))) {
        if (!is_named(&telemetry->watchers[0], name) &&
            !is_named(&telemetry->watchers[1], name)) {
            fail_msg("no rule and no panel has %s", name);
        }
    }
}

// A dashboard that is no JSON cannot be imported.
static void test_the_dashboard_can_be_read(void **state)
{
    struct telemetry *telemetry = *state;
    char why[JSON_MESSAGE_SIZE];
    json_t *board = json_read(telemetry->watchers[1].data,
                              telemetry->watchers[1].size, why);
    assert_non_null(board);
    assert_true(json_array_size(json_object_get(board, "panels")) > 10);
    json_decref(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_watched_is_told),
        cmocka_unit_test(test_what_is_told_is_shown),
        cmocka_unit_test(test_the_dashboard_can_be_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
