// What browsers get: pages and their parts, with the headers that keep others'
// code out, and nothing that does not belong to them.
#include "common/file.h"
#include "server/routes.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <dirent.h>
#include <stdio.h>

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server,
                      (const char *[]){"--unit-name", "Bình \"<Minh>\"", NULL});
    made_server_person(&server, "binh", "officer", "cb-07");
    made_server_person(&server, "lan", "leader", "");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void get(const char *path, const char *headers, struct answer *answer)
{
    ask(server.port, &(struct ask){.path = path, .headers = headers}, answer);
}

static void assert_header(const struct answer *answer, const char *name,
                          const char *value)
{
    const char *found = answer_header(answer, name);
    assert_non_null(found);
    assert_string_equal(found, value);
}

static void test_the_sign_in_page(void **state)
{
    struct answer answer = {0};
    (void)state;
    get("/dang-nhap", NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Type", "text/html; charset=utf-8");
    assert_header(&answer, "Content-Security-Policy",
                  "default-src 'none'; script-src 'self'; style-src 'self'; "
                  "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
                  "form-action 'self'; base-uri 'none'; frame-ancestors "
                  "'none'");
    assert_header(&answer, "X-Content-Type-Options", "nosniff");
    assert_header(&answer, "Referrer-Policy", "no-referrer");
    assert_header(&answer, "Cache-Control", "no-cache");
    const char *page = buf_text(&answer.body);
    assert_holds(page, "Tên đăng nhập");
    // Whatever the unit is called, it is text.
    assert_holds(page, "UBND phường Bình &quot;&lt;Minh&gt;&quot;<");
    assert_null(strstr(page, "<Minh>"));
    assert_null(strstr(page, "@unit"));
    answer_free(&answer);
}

static void test_parts_have_their_types(void **state)
{
    static const struct {
        const char *path, *type, *cache;
    } parts[] = {
        {"/web/style.css", "text/css; charset=utf-8", "no-cache"},
        {"/web/session.js", "text/javascript; charset=utf-8", "no-cache"},
        {"/web/emblem.svg", "image/svg+xml", "no-cache"},
        {"/fonts/BeVietnamPro-Medium.ttf", "font/ttf",
         "public, max-age=604800"}};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char path[256];
        struct buf bytes = {0};
        get(parts[i].path, NULL, &answer);
        assert_int_equal(answer.status, 200);
        assert_header(&answer, "Content-Type", parts[i].type);
        assert_header(&answer, "Cache-Control", parts[i].cache);
        assert_non_null(answer_header(&answer, "Content-Security-Policy"));
        snprintf(path, sizeof path, "%s/assets%s", TEST_SOURCE, parts[i].path);
        assert_true(file_read(path, 1 << 20, &bytes));
        assert_int_equal(answer.body.size, bytes.size);
        assert_memory_equal(answer.body.data, bytes.data, bytes.size);
        buf_free(&bytes);
    }
    answer_free(&answer);
}

static void test_a_refused_page_says_so(void **state)
{
    struct made_session officer;
    struct answer answer = {0};
    (void)state;
    made_server_sign_in(&server, "binh", &officer);
    get("/linh-vuc", officer.headers, &answer);
    assert_int_equal(answer.status, 403);
    assert_header(&answer, "Content-Type", "text/html; charset=utf-8");
    assert_header(&answer, "Cache-Control", "no-store");
    assert_non_null(answer_header(&answer, "Content-Security-Policy"));
    assert_holds(buf_text(&answer.body), "không dành cho vai trò");
    // Programs are told as ever.
    get("/api/v1/reports/summary?period=duong-lich:2026", officer.headers,
        &answer);
    answer_is_problem(&answer, 403, "forbidden");
    answer_free(&answer);
}

static void test_pages_share_their_parts(void **state)
{
    struct made_session leader;
    struct answer answer = {0};
    (void)state;
    made_server_sign_in(&server, "lan", &leader);
    get("/", leader.headers, &answer);
    assert_int_equal(answer.status, 200);
    const char *page = buf_text(&answer.body);
    assert_holds(page, "<meta charset=\"utf-8\">");
    assert_holds(page, "id=\"nav\"");
    assert_holds(page, "UBND phường Bình &quot;&lt;Minh&gt;&quot;<");
    assert_null(strstr(page, "@part"));
    assert_null(strstr(page, "@unit"));
    // A part is no page, and nothing to load.
    get("/web/top.part", leader.headers, &answer);
    assert_int_equal(answer.status, 404);
    answer_free(&answer);
}

static void test_charts_come_from_the_system(void **state)
{
    struct answer answer = {0};
    struct made_server other;
    (void)state;
    made_server_start(
        &other, (const char *[]){"--chart-js",
                                 TEST_SOURCE "/assets/web/emblem.svg", NULL});
    ask(other.port, &(struct ask){.path = "/web/chart.js"}, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Type", "text/javascript; charset=utf-8");
    assert_holds(buf_text(&answer.body), "<svg");
    made_server_close(&other);
    // Without it the server starts all the same.
    made_server_start(&other, (const char *[]){"--chart-js", "/none.js", NULL});
    ask(other.port, &(struct ask){.path = "/web/chart.js"}, &answer);
    assert_int_equal(answer.status, 404);
    ask(other.port, &(struct ask){.path = "/dang-nhap"}, &answer);
    assert_int_equal(answer.status, 200);
    made_server_close(&other);
    answer_free(&answer);
}

static void test_what_is_the_same_is_not_sent_again(void **state)
{
    struct answer answer = {0};
    char headers[128];
    (void)state;
    get("/web/style.css", NULL, &answer);
    snprintf(headers, sizeof headers, "If-None-Match: %s\r\n",
             answer_header(&answer, "ETag"));
    get("/web/style.css", headers, &answer);
    assert_int_equal(answer.status, 304);
    assert_int_equal(answer.body.size, 0);
    get("/web/session.js", headers, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void test_nothing_else_is_served(void **state)
{
    static const char *const paths[] = {
        "/web/", "/web/none.css", "/web/dang-nhap.html", "/web/..",
        "/web/../i18n/vi.json", "/web/..%2Fi18n%2Fvi.json",
        "/web/%2e%2e/i18n/vi.json", "/web/style.css/", "/web//style.css",
        "/web/style.css%00", "/web/STYLE.CSS", "/web/.hidden",
        // Fonts of the paper, and files that are no fonts.
        "/fonts/LiberationSerif-Bold.ttf", "/fonts/OFL.txt",
        "/web/"
        "0123456789012345678901234567890123456789012345678901234567890123",
        "/quay/3/4", "/dang-nhap/", "/dang-nhap.html", "/index", "/index.html",
        "/quay/"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        get(paths[i], NULL, &answer);
        if (answer.status != 404) {
            fail_msg("%s: %d", paths[i], answer.status);
        }
    }
    answer_free(&answer);
}

static void test_pages_lead_to_where_one_signs_in(void **state)
{
    struct answer answer = {0};
    struct made_session officer, leader;
    (void)state;
    get("/", NULL, &answer);
    assert_int_equal(answer.status, 303);
    assert_header(&answer, "Location", "/dang-nhap");
    get("/quay", NULL, &answer);
    assert_int_equal(answer.status, 303);
    assert_header(&answer, "Location", "/dang-nhap?next=/quay");
    get("/quay/3", NULL, &answer);
    assert_int_equal(answer.status, 303);
    assert_header(&answer, "Location", "/dang-nhap?next=/quay/3");
    // A view that was sent by its address.
    get("/linh-vuc?period=hanh-chinh:2026-11&counter=3%22", NULL, &answer);
    assert_int_equal(answer.status, 303);
    assert_header(&answer, "Location",
                  "/dang-nhap?next=/linh-vuc%3Fperiod%3Dhanh-chinh:2026-11"
                  "%26counter%3D3%2522");
    get("/?counter=3", NULL, &answer);
    assert_header(&answer, "Location", "/dang-nhap?next=/%3Fcounter%3D3");
    made_server_sign_in(&server, "binh", &officer);
    made_server_sign_in(&server, "lan", &leader);
    get("/", officer.headers, &answer);
    assert_int_equal(answer.status, 200);
    assert_holds(buf_text(&answer.body), "Đăng xuất");
    get("/quay", officer.headers, &answer);
    assert_int_equal(answer.status, 200);
    get("/quay/3", officer.headers, &answer);
    assert_int_equal(answer.status, 200);
    get("/quay", leader.headers, &answer);
    assert_int_equal(answer.status, 403);
    answer_free(&answer);
}

// The policy forbids code and style inside a page: it would not run, and nobody
// would be told.
static void check_page(const char *path, const char *name)
{
    static const char *const inside[] = {
        "<script>",    "<style",  " style=",  " onclick=", " onload=",
        "javascript:", "http://", "https://", "src=\"//"};
    struct buf page = {0};
    assert_true(file_read(path, 1 << 20, &page));
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        const char *found = strstr(buf_text(&page), inside[i]);
        if (found) {
            fail_msg("%s: %.60s", name, found);
        }
    }
    buf_free(&page);
}

static void test_pages_hold_no_code(void **state)
{
    int pages = 0;
    struct dirent *entry;
    DIR *folder = opendir(TEST_SOURCE "/assets/web");
    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder))) {
        char path[512];
        snprintf(path, sizeof path, "%s/assets/web/%s", TEST_SOURCE,
                 entry->d_name);
        if (strstr(entry->d_name, ".html")) {
            check_page(path, entry->d_name);
            pages++;
        }
    }
    closedir(folder);
    assert_true(pages >= 3);
}

// By whoever may see it. A city's pages are no ward's (test_city.c).
static void test_every_page_is_told_what_it_may_load(void **state)
{
    static const char *const roles[] = {"admin", "office", "officer"};
    struct made_session sessions[3];
    struct answer answer = {0};
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "trang-%s", roles[i]);
        made_server_person(&server, name, roles[i], i == 2 ? "cb-99" : "");
        made_server_sign_in(&server, name, &sessions[i]);
    }
    for (const struct route *route = PUBLIC_ROUTES; route->method; route++) {
        if (route->id != ROUTE_PAGE || strchr(route->path, '*') ||
            strcmp(route->path, "/thanh-pho") == 0) {
            continue;
        }
        answer.status = 0;
        for (size_t i = 0; i < 3 && answer.status != 200; i++) {
            answer_free(&answer);
            get(route->path, sessions[i].headers, &answer);
        }
        if (answer.status != 200) {
            fail_msg("%s: nobody sees it, %d", route->path, answer.status);
        }
        const char *policy = answer_header(&answer, "Content-Security-Policy");
        assert_non_null(policy);
        assert_holds(policy, "default-src 'none'; script-src 'self'");
        assert_null(strstr(policy, "unsafe"));
        assert_header(&answer, "X-Content-Type-Options", "nosniff");
        assert_header(&answer, "Referrer-Policy", "no-referrer");
        seen++;
    }
    assert_true(seen > 3);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sign_in_page),
        cmocka_unit_test(test_parts_have_their_types),
        cmocka_unit_test(test_a_refused_page_says_so),
        cmocka_unit_test(test_pages_share_their_parts),
        cmocka_unit_test(test_charts_come_from_the_system),
        cmocka_unit_test(test_what_is_the_same_is_not_sent_again),
        cmocka_unit_test(test_nothing_else_is_served),
        cmocka_unit_test(test_pages_lead_to_where_one_signs_in),
        cmocka_unit_test(test_pages_hold_no_code),
        cmocka_unit_test(test_every_page_is_told_what_it_may_load),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
