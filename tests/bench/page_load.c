// How long a server takes over the data of each page, and SQLite over the same
// question asked of the raw rows.
//
//   page_load SERVER-DIRECTORY PORT TIMES
//
// A new key of the office asks TIMES times over one connection a page for the
// year that ends today, and somebody who signs in asks for what takes no key;
// the raw question is asked three times, or once when it takes seconds. Prints
// "page NAME MEDIAN P99 RAW", in milliseconds; RAW is "-" where no such
// question is to be compared, or the directory has no file of SQLite.
#include "bench/family.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/log.h"
#include "sql/sql.h"
#include "support/server_maker.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS                                                                 \
    "sum(level = 1), sum(level = 2), sum(level = 3), sum(level = 4),"          \
    " sum(level = 5), sum(outcome = 1), sum(outcome = 2)"
#define RAW(key)                                                               \
    "SELECT " key ", " LEVELS " FROM visits WHERE counted = 1"                 \
    " AND at >= ?1 AND at < ?2 GROUP BY 1"
#define RAW_AT_COUNTER(key)                                                    \
    "SELECT " key ", " LEVELS " FROM visits WHERE counted = 1"                 \
    " AND at >= ?1 AND at < ?2 AND counter_no ="                               \
    " (SELECT code_no FROM codes WHERE code = '3') GROUP BY 1"

// What each page asks. %s is the period.
static const struct {
    const char *name, *path, *raw;
} PAGES[] = {
    {"year", "reports/summary?%s", RAW("0")},
    {"by-month", "reports/summary?%s&report=R1&by=month",
     RAW("strftime('%Y-%m', at / 1000 + 25200, 'unixepoch')")},
    {"by-day", "reports/summary?%s&by=day", RAW("(at + 25200000) / 86400000")},
    {"by-field", "reports/summary?%s&by=field", RAW("field_no")},
    {"by-procedure", "reports/summary?%s&by=procedure", RAW("procedure_no")},
    {"by-counter", "reports/summary?%s&by=counter", RAW("counter_no")},
    {"by-officer", "reports/summary?%s&by=officer", RAW("officer_no")},
    {"by-device", "reports/summary?%s&by=device&report=R10", RAW("device_no")},
    {"by-channel", "reports/summary?%s&by=channel", RAW("mode")},
    {"by-hour", "reports/summary?%s&by=hour",
     RAW("(at + 25200000) / 3600000 % 24")},
    {"by-hour-of-week", "reports/summary?%s&by=hour-of-week",
     RAW("(at + 25200000) / 3600000 % 168")},
    {"counter", "reports/summary?%s&counter=3", RAW_AT_COUNTER("0")},
    {"counter-by-day", "reports/summary?%s&counter=3&by=day",
     RAW_AT_COUNTER("(at + 25200000) / 86400000")},
    {"counter-by-field", "reports/summary?%s&counter=3&by=field",
     RAW_AT_COUNTER("field_no")},
    {"counter-by-procedure", "reports/summary?%s&counter=3&by=procedure",
     RAW_AT_COUNTER("procedure_no")},
    {"counter-by-hour", "reports/summary?%s&counter=3&by=hour",
     RAW_AT_COUNTER("(at + 25200000) / 3600000 % 24")},
    {"field-by-procedure", "reports/summary?%s&field=linh-vuc-00&by=procedure",
     NULL},
    {"procedure-by-counter", "reports/summary?%s&procedure=1.000000&by=counter",
     NULL},
    {"counter-field-by-day",
     "reports/summary?%s&counter=3&field=linh-vuc-00&by=day", NULL},
    {"channel-by-officer", "reports/summary?%s&channel=walk-up&by=officer",
     NULL},
    {"live", "reports/live", NULL},
    {"reasons", "reasons?%s", NULL},
    {"reasons-by-field", "reasons?%s&by=field", NULL},
    {"reasons-by-procedure", "reasons?%s&by=procedure", NULL},
    {"comments", "comments?%s", NULL},
    {"flags", "flags?%s", NULL},
    {"cases", "cases", NULL},
    {"cases-summary", "cases/summary?%s", NULL},
    {"devices", "devices", NULL},
    {"alerts", "alerts", NULL},
    {"ratings", "ratings?limit=500", NULL},
};
enum { PAGE_COUNT = sizeof PAGES / sizeof PAGES[0], TIMES_MOST = 10000 };
enum { RAW_TIMES = 3, RAW_LONG_US = 2000000 };

static const char *statements[PAGE_COUNT];

static bool takes_key(size_t page)
{
    return strcmp(PAGES[page].name, "devices") != 0;
}

struct year {
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    int64_t from_ms, to_ms;
};

static struct year year_to_today(void)
{
    struct year year;
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 364, year.from);
    date_format_iso(today, year.to);
    year.from_ms = date_wall_ms_of_day(today - 364);
    year.to_ms = date_wall_ms_of_day(today + 1);
    return year;
}

static bool read_admin(const char *directory, struct made_server *out)
{
    char path[PATH_MAX], message[JSON_MESSAGE_SIZE];
    const char *url;
    unsigned port = 0;
    struct buf text = {0};
    json_t *object = NULL;
    bool ok = file_join(path, sizeof path, directory, "admin.json") &&
              file_read(path, 4096, &text);
    if (ok)
        object = json_read(text.data, text.size, message);
    ok = object && json_get_text(object, "url", &url) &&
         sscanf(url, "http://127.0.0.1:%u", &port) == 1 &&
         json_copy_text(object, "token", out->admin_token,
                        sizeof out->admin_token);
    out->admin_port = (uint16_t)port;
    json_decref(object);
    buf_free(&text);
    return ok;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double ms(int64_t us)
{
    return (double)us / 1000;
}

// One page over a connection of its own: the server closes one that is idle
// while millions of raw rows are read.
static bool ask_page(uint16_t port, const char *headers, size_t page,
                     const struct year *year, int times, int64_t *out_us)
{
    char period[64], path[512];
    struct buf request = {0};
    struct answer answer = {0};
    struct talk talk;
    bool ok = true;
    talk_open(&talk, port);
    snprintf(period, sizeof period, "from=%s&to=%s", year->from, year->to);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(path, sizeof path, PAGES[page].path, period);
#pragma GCC diagnostic pop
    buf_printf(&request, "GET /api/v1/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n",
               path, headers);
    for (int i = 0; i < times && ok; i++) {
        int64_t began = monotonic_us();
        talk_send(&talk, request.data, request.size);
        ok = talk_hear(&talk, true, &answer) && answer.status == 200;
        out_us[i] = monotonic_us() - began;
    }
    if (!ok)
        fprintf(stderr, "page_load: %s answers %d: %s\n", path, answer.status,
                buf_text(&answer.body));
    qsort(out_us, (size_t)times, sizeof *out_us, compare);
    talk_close(&talk);
    answer_free(&answer);
    buf_free(&request);
    return ok;
}

static bool ask_raw(struct sql *sql, size_t page, const struct year *year,
                    int64_t *out_us)
{
    enum sql_result result = SQL_NONE;
    int64_t us[RAW_TIMES];
    int times = 0;
    while (times < RAW_TIMES && result == SQL_NONE) {
        int64_t began = monotonic_us();
        struct sql_statement *s = sql_use(sql, page);
        sql_bind_int(s, 1, year->from_ms);
        sql_bind_int(s, 2, year->to_ms);
        while ((result = sql_step(s)) == SQL_OK)
            ;
        sql_done(s);
        us[times] = monotonic_us() - began;
        if (us[times++] > RAW_LONG_US)
            break;
    }
    qsort(us, (size_t)times, sizeof *us, compare);
    *out_us = us[times / 2];
    return result == SQL_NONE;
}

static bool measure(const struct made_server *server, const char *by_key,
                    const char *by_person, struct sql *sql, int times)
{
    static int64_t us[TIMES_MOST];
    struct year year = year_to_today();
    bool ok = true;
    for (size_t page = 0; page < PAGE_COUNT; page++) {
        int64_t raw = 0;
        const char *headers = takes_key(page) ? by_key : by_person;
        if (!ask_page(server->port, headers, page, &year, times, us)) {
            ok = false;
            continue;
        }
        printf("page %s %.2f %.2f", PAGES[page].name, ms(us[times / 2]),
               ms(us[times * 99 / 100]));
        if (PAGES[page].raw && sql && ask_raw(sql, page, &year, &raw))
            printf(" %.0f\n", ms(raw));
        else
            printf(" -\n");
        fflush(stdout);
    }
    return ok;
}

static bool opened(enum sql_result result)
{
    return result == SQL_OK || result == SQL_NONE;
}

int main(int argc, char **argv)
{
    struct made_server server = {0};
    struct made_session session;
    char key[65], headers[128], name[32], path[PATH_MAX];
    struct sql *sql = NULL;
    int times = argc == 4 ? atoi(argv[3]) : 0;
    if (times < 1 || times > TIMES_MOST) {
        fputs("usage: page_load SERVER-DIRECTORY PORT TIMES\n", stderr);
        return 2;
    }
    log_set_level(LOG_WARN);
    server.port = (uint16_t)atoi(argv[2]);
    if (!ledger_init() || !read_admin(argv[1], &server)) {
        fprintf(stderr, "page_load: no server runs on %s\n", argv[1]);
        return 1;
    }
    for (size_t page = 0; page < PAGE_COUNT; page++)
        statements[page] = PAGES[page].raw ? PAGES[page].raw : "SELECT 1";
    snprintf(name, sizeof name, "bench%lld", (long long)clock_wall_ms());
    made_server_person(&server, name, "office", "");
    made_server_sign_in(&server, name, &session);
    made_server_key(&server, "office", key);
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", key);
    bool ok =
        file_join(path, sizeof path, argv[1], "office.db") &&
        opened(sql_open(path, SQL_FOLLOWER, statements, PAGE_COUNT, &sql)) &&
        measure(&server, headers, session.headers, sql, times);
    sql_close(sql);
    return ok ? 0 : 1;
}
