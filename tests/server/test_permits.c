// Who may ask for what: every route of the server, asked by every kind of
// caller, against a table written by hand. A route that is new must be told
// here first.
#include "postgres/database.h"
#include "server/routes.h"
#include "support/check.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <stdio.h>

// Who asks. The first ten may be let in by a route; the others never are, but
// where anybody is.
enum who {
    KEY_OFFICE,
    KEY_LEADER,
    KEY_FEED,
    ADMIN,
    OFFICE,
    LEADER,
    OFFICER,
    DEVICE,
    REVOKED_DEVICE,
    ADMIN_TOKEN,
    NOBODY,
    NO_TOKEN_OF_OURS,
    WHO_COUNT
};
static const char *const WHO_NAMES[WHO_COUNT] = {
    "key office",     "key leader",  "key feed",     "user admin",
    "user office",    "user leader", "user officer", "device",
    "revoked device", "admin token", "nobody",       "a token of nobody"};

enum {
    KEYS = 1 << KEY_OFFICE | 1 << KEY_LEADER | 1 << KEY_FEED,
    PEOPLE = 1 << ADMIN | 1 << OFFICE | 1 << LEADER | 1 << OFFICER,
    ANYBODY = (1 << WHO_COUNT) - 1,
    REPORT_READERS =
        1 << KEY_OFFICE | 1 << KEY_LEADER | 1 << OFFICE | 1 << LEADER,
    READERS = 1 << OFFICE | 1 << LEADER,
    INVITERS = 1 << KEY_FEED | 1 << ADMIN | 1 << OFFICE | 1 << OFFICER,
    SETTERS = 1 << ADMIN | 1 << OFFICE,
    DEVICES = 1 << DEVICE,
    SENDERS = 1 << DEVICE | 1 << REVOKED_DEVICE,
    ADMIN_COMMANDS = 1 << ADMIN_TOKEN
};

static const struct rule {
    const char *method, *path;
    unsigned who;
} RULES[] = {
    {"POST", "/api/v1/devices/enrol", ANYBODY},
    {"POST", "/api/v1/batches", SENDERS},
    {"GET", "/api/v1/devices/me/config", DEVICES},
    {"GET", "/api/v1/devices/me/invitations", DEVICES},
    {"POST", "/api/v1/invitations", INVITERS},
    {"GET", "/api/v1/invitations/*", INVITERS | 1 << KEY_OFFICE},
    {"DELETE", "/api/v1/invitations/*", INVITERS},
    {"GET", "/api/v1/invitations/*/qr.svg", INVITERS},
    {"POST", "/api/v1/tokens", 1 << KEY_FEED},
    {"GET", "/api/v1/counters", INVITERS | 1 << KEY_OFFICE},
    {"GET", "/api/v1/counters/*/recent", 1 << OFFICER},
    {"GET", "/api/v1/counters/*/invitations", INVITERS | 1 << KEY_OFFICE},
    {"GET", "/api/v1/counters/*/seat", INVITERS | 1 << KEY_OFFICE},
    {"POST", "/api/v1/counters/*/seat", INVITERS},
    {"GET", "/api/v1/reports/summary", REPORT_READERS},
    {"GET", "/api/v1/reports/live", REPORT_READERS},
    {"GET", "/api/v1/units", REPORT_READERS},
    {"GET", "/api/v1/league", REPORT_READERS},
    {"GET", "/api/v1/units/*/summary", REPORT_READERS},
    {"POST", "/api/v1/reports/issued", 1 << KEY_OFFICE | 1 << OFFICE},
    {"GET", "/api/v1/reports/issued", REPORT_READERS},
    {"GET", "/api/v1/reports/issued/*", 1 << KEY_OFFICE | 1 << OFFICE},
    {"GET", "/api/v1/reports/*", REPORT_READERS},
    {"GET", "/api/v1/questionnaires", REPORT_READERS},
    {"POST", "/api/v1/forms", 1 << OFFICE},
    {"GET", "/api/v1/assessments/*", REPORT_READERS},
    {"PUT", "/api/v1/assessments/*", 1 << OFFICE},
    {"GET", "/bao-cao", 1 << OFFICE | 1 << LEADER},
    {"GET", "/khao-sat", 1 << OFFICE | 1 << LEADER},
    {"GET", "/api/v1/reasons", REPORT_READERS},
    {"GET", "/api/v1/comments", REPORT_READERS},
    {"POST", "/api/v1/transactions", 1 << KEY_FEED},
    {"GET", "/api/v1/ratings", 1 << KEY_OFFICE | 1 << OFFICE},
    {"GET", "/api/v1/ratings.csv", 1 << KEY_OFFICE | 1 << OFFICE},
    {"GET", "/api/v1/flags", REPORT_READERS},
    {"POST", "/api/v1/flags/*/lift", 1 << OFFICE},
    {"POST", "/api/v1/ratings/*/mark", 1 << OFFICE},
    {"DELETE", "/api/v1/ratings/*/mark", 1 << OFFICE},
    {"GET", "/api/v1/cases", REPORT_READERS},
    {"GET", "/api/v1/cases/summary", REPORT_READERS},
    {"GET", "/api/v1/cases/*", REPORT_READERS},
    {"POST", "/api/v1/cases/*/assign", 1 << OFFICE},
    {"POST", "/api/v1/cases/*/answer", 1 << OFFICE},
    {"POST", "/api/v1/cases/*/confirm", 1 << OFFICE | 1 << LEADER},
    {"POST", "/api/v1/cases/*/return", 1 << OFFICE | 1 << LEADER},
    {"POST", "/api/v1/cases/*/reopen", 1 << OFFICE | 1 << LEADER},
    {"GET", "/api/v1/audit", SETTERS},
    {"POST", "/api/v1/sessions", ANYBODY},
    {"GET", "/api/v1/sessions/me", PEOPLE},
    {"DELETE", "/api/v1/sessions/me", PEOPLE},
    {"GET", "/api/v1/sessions", PEOPLE},
    {"DELETE", "/api/v1/sessions", PEOPLE},
    {"POST", "/api/v1/sessions/me/password", PEOPLE},
    {"GET", "/api/v1/devices", SETTERS},
    {"POST", "/api/v1/devices", 1 << ADMIN},
    {"POST", "/api/v1/devices/batch", 1 << ADMIN},
    {"POST", "/api/v1/devices/*/change", 1 << ADMIN},
    {"POST", "/api/v1/devices/*/revoke", 1 << ADMIN},
    {"POST", "/api/v1/devices/*/replace", 1 << ADMIN},
    {"GET", "/api/v1/devices.csv", SETTERS},
    {"GET", "/api/v1/people", 1 << ADMIN},
    {"POST", "/api/v1/people", 1 << ADMIN},
    {"POST", "/api/v1/people/*/change", 1 << ADMIN},
    {"POST", "/api/v1/people/*/disable", 1 << ADMIN},
    {"POST", "/api/v1/people/*/enable", 1 << ADMIN},
    {"POST", "/api/v1/people/*/password", 1 << ADMIN},
    {"DELETE", "/api/v1/people/*/sessions", 1 << ADMIN},
    {"GET", "/api/v1/keys", 1 << ADMIN},
    {"POST", "/api/v1/keys", 1 << ADMIN},
    {"POST", "/api/v1/keys/*/revoke", 1 << ADMIN},
    {"GET", "/api/v1/surveys", SETTERS},
    {"GET", "/api/v1/settings", SETTERS},
    {"GET", "/api/v1/settings/*", SETTERS},
    {"PUT", "/api/v1/settings/*", SETTERS},
    {"POST", "/api/v1/settings/devices/preview", SETTERS},
    {"GET", "/", PEOPLE},
    {"GET", "/linh-vuc", READERS},
    {"GET", "/thu-tuc", READERS},
    {"GET", "/theo-quay", READERS},
    {"GET", "/cong-chuc", READERS},
    {"GET", "/gio-cao-diem", READERS},
    {"GET", "/ly-do", READERS},
    {"GET", "/gop-y", READERS},
    {"GET", "/do-tin-cay", READERS},
    {"GET", "/cho-va-han", READERS},
    {"GET", "/thiet-bi", SETTERS},
    {"GET", "/quan-tri", SETTERS},
    {"GET", "/thanh-pho", READERS},
    {"GET", "/thanh-pho/*", READERS},
    {"GET", "/mat-khau", PEOPLE},
    {"GET", "/viec", READERS},
    {"GET", "/dang-nhap", ANYBODY},
    {"GET", "/quay", 1 << ADMIN | 1 << OFFICE | 1 << OFFICER},
    {"GET", "/quay/*", 1 << ADMIN | 1 << OFFICE | 1 << OFFICER},
    {"GET", "/web/*", ANYBODY},
    {"GET", "/fonts/*", ANYBODY},
    {"GET", "/d/*", ANYBODY},
    {"POST", "/d/*", ANYBODY},
    {"GET", "/api/v1/openapi.json", ANYBODY},
    {"GET", "/healthz", ANYBODY},
    {"GET", "/api/v1/time", ANYBODY},
    {"GET", "/api/v1/papers", REPORT_READERS},
    {"GET", "/api/v1/alerts", REPORT_READERS},
    {"POST", "/api/v1/alerts/*/acknowledge", 1 << OFFICE | 1 << LEADER},
    {"GET", "/api/v1/public/summary", ANYBODY},
    {"GET", "/api/v1/results/mine", 1 << OFFICER},
    {"GET", "/canh-bao", 1 << OFFICE | 1 << LEADER},
    {"GET", "/cong-khai", ANYBODY},
    {"GET", "/ket-qua-cua-toi", 1 << OFFICER},
    {"GET", "/metrics", ANYBODY},
    {"POST", "/admin/v1/devices", ADMIN_COMMANDS},
    {"POST", "/admin/v1/devices/batch", ADMIN_COMMANDS},
    {"POST", "/admin/v1/devices/*/revoke", ADMIN_COMMANDS},
    {"POST", "/admin/v1/devices/*/replace", ADMIN_COMMANDS},
    {"POST", "/admin/v1/devices/*/renew", ADMIN_COMMANDS},
    {"POST", "/admin/v1/batches", ADMIN_COMMANDS},
    {"POST", "/admin/v1/transactions", ADMIN_COMMANDS},
    {"POST", "/admin/v1/keys", ADMIN_COMMANDS},
    {"POST", "/admin/v1/keys/*/revoke", ADMIN_COMMANDS},
    {"POST", "/admin/v1/checkpoints", ADMIN_COMMANDS},
    {"POST", "/admin/v1/retotal", ADMIN_COMMANDS},
    {"GET", "/admin/v1/retotal", ADMIN_COMMANDS},
    {"GET", "/admin/v1/health", ADMIN_COMMANDS},
    {"POST", "/admin/v1/users", ADMIN_COMMANDS},
    {"POST", "/admin/v1/users/*/disable", ADMIN_COMMANDS},
    {"POST", "/admin/v1/users/*/enable", ADMIN_COMMANDS},
    {"POST", "/admin/v1/users/*/password", ADMIN_COMMANDS},
};

static const char *const ROLES[] = {"admin", "office", "leader", "officer"};
enum { ROLE_COUNT = 4 };

static struct made_server server;
static char tokens[WHO_COUNT][65]; // "" : none
// Of each role: one that is in force, one that has ended by its time, and one
// whose person was disabled.
static struct made_session sessions[ROLE_COUNT];
static struct made_session expired[ROLE_COUNT], disabled[ROLE_COUNT];

static void sign_in(const char *prefix, size_t role, struct made_session *out)
{
    char name[32];
    snprintf(name, sizeof name, "%s-%s", prefix, ROLES[role]);
    made_server_sign_in(&server, name, out);
}

static void add_person(const char *prefix, size_t role)
{
    char name[32], officer[32];
    snprintf(name, sizeof name, "%s-%s", prefix, ROLES[role]);
    snprintf(officer, sizeof officer, "%s", role == 3 ? name : "");
    made_server_person(&server, name, ROLES[role], officer);
}

static void revoke(const struct made_device *device)
{
    char path[128];
    struct answer answer = {0};
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke",
             device->ledger.device);
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

// The sessions of those who are to be out of time were last used 31 minutes
// ago; the others' people are disabled behind the server's back, so that their
// sessions are still there.
static void age_and_disable(void)
{
    static const char *const none[] = {"SELECT 1"};
    char path[128];
    struct sql *sql = NULL;
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(database_open(path, SQL_WRITER, none, 1, &sql), SQL_OK);
    assert_int_equal(
        tamper_run(
            sql, "UPDATE sessions SET used_at = used_at - 1860000 WHERE "
                 "person_no IN (SELECT person_no FROM people WHERE name LIKE "
                 "'old-%');"
                 "UPDATE people SET disabled_at = 1 WHERE name LIKE 'off-%';"),
        SQL_OK);
    sql_close(sql);
}

static int start(void **state)
{
    struct made_device device, revoked;
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    made_server_key(&server, "office", tokens[KEY_OFFICE]);
    made_server_key(&server, "leader", tokens[KEY_LEADER]);
    made_server_key(&server, "feed", tokens[KEY_FEED]);
    made_device_enrol(&device, &server, "3");
    made_device_enrol(&revoked, &server, "4");
    revoke(&revoked);
    strcpy(tokens[DEVICE], device.token);
    strcpy(tokens[REVOKED_DEVICE], revoked.token);
    strcpy(tokens[ADMIN_TOKEN], server.admin_token);
    memset(tokens[NO_TOKEN_OF_OURS], 'a', 64);
    for (size_t role = 0; role < ROLE_COUNT; role++) {
        add_person("now", role);
        add_person("old", role);
        add_person("off", role);
        sign_in("now", role, &sessions[role]);
        sign_in("old", role, &expired[role]);
        sign_in("off", role, &disabled[role]);
    }
    age_and_disable();
    made_device_free(&device);
    made_device_free(&revoked);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static const struct rule *rule_of(const struct route *route)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        if (strcmp(RULES[i].method, route->method) == 0 &&
            strcmp(RULES[i].path, route->path) == 0) {
            return &RULES[i];
        }
    }
    fail_msg("%s %s: tell tests/server/test_permits.c who may ask for it",
             route->method, route->path);
    return NULL;
}

// A request that says nothing, by the route's method and of its type. The
// handler refuses it, or finds nothing, when it is reached.
static int ask_for(const struct route *route, uint16_t port, const char *token,
                   const char *headers)
{
    char path[256];
    struct answer answer = {0};
    size_t before = strcspn(route->path, "*");
    snprintf(path, sizeof path, "%.*s%s%s", (int)before, route->path,
             route->path[before] ? "x" : "",
             route->path[before] ? route->path + before + 1 : "");
    const char *type = route->body == BODY_NDJSON ? "application/x-ndjson"
                       : route->body == BODY_NONE ? NULL
                       : route->body == BODY_FORM
                           ? "application/x-www-form-urlencoded"
                           : "application/json";
    ask(port,
        &(struct ask){.method = route->method,
                      .path = path,
                      .token = token && token[0] ? token : NULL,
                      .headers = headers,
                      .type = type,
                      .body = type ? "x" : NULL,
                      .size = type ? 1 : 0},
        &answer);
    int status = answer.status;
    answer_free(&answer);
    return status;
}

static void expect(const struct route *route, const char *who, int status,
                   bool may, int refusal)
{
    bool refused = status == 401 || status == 403;
    // A page sends who is not signed in to where one signs in.
    refused = refused || (!may && status == 303);
    if (refused == may || (!may && refusal != 0 && status != refusal)) {
        fail_msg("%s %s, asked by %s: %d", route->method, route->path, who,
                 status);
    }
}

static bool is_page(const struct route *route)
{
    return strncmp(route->path, "/api/", 5) != 0;
}

// Without a body nothing happens; only signing out does something.
static void renew(const struct route *route, size_t role)
{
    if (strcmp(route->method, "DELETE") == 0 &&
        strncmp(route->path, "/api/v1/sessions", 16) == 0) {
        sign_in("now", role, &sessions[role]);
    }
}

static void walk_sessions(const struct route *route, unsigned may,
                          uint16_t port)
{
    bool open = may == ANYBODY;
    for (size_t role = 0; role < ROLE_COUNT; role++) {
        bool allowed = may >> (ADMIN + role) & 1;
        const char *who = WHO_NAMES[ADMIN + role];
        char headers[256];
        expect(route, who, ask_for(route, port, NULL, sessions[role].headers),
               allowed, 0);
        renew(route, role);
        int ended = is_page(route) ? 0 : 401;
        expect(route, "an expired session",
               ask_for(route, port, NULL, expired[role].headers), open, ended);
        expect(route, "a disabled person",
               ask_for(route, port, NULL, disabled[role].headers), open, ended);
        if (strcmp(route->method, "GET") == 0) {
            continue;
        }
        // Without the csrf, and with another session's.
        snprintf(headers, sizeof headers, "Cookie: %s\r\n",
                 sessions[role].cookie);
        expect(route, "a page without csrf",
               ask_for(route, port, NULL, headers), open, 0);
        snprintf(headers, sizeof headers, "Cookie: %s\r\nX-CSRF-Token: %s\r\n",
                 sessions[role].cookie, sessions[(role + 1) % ROLE_COUNT].csrf);
        expect(route, "a page with another's csrf",
               ask_for(route, port, NULL, headers), open, 0);
    }
}

static void walk(const struct route *table, uint16_t port)
{
    for (const struct route *route = table; route->method; route++) {
        unsigned may = rule_of(route)->who;
        for (int who = 0; who < WHO_COUNT; who++) {
            if (who >= ADMIN && who <= OFFICER) {
                continue;
            }
            bool is_stranger = who == NOBODY || who == NO_TOKEN_OF_OURS;
            expect(route, WHO_NAMES[who],
                   ask_for(route, port, tokens[who], NULL), may >> who & 1,
                   is_stranger && !is_page(route) ? 401 : 0);
        }
        walk_sessions(route, may, port);
    }
}

static void test_every_public_route(void **state)
{
    (void)state;
    walk(PUBLIC_ROUTES, server.port);
}

static void test_every_admin_route(void **state)
{
    (void)state;
    walk(ADMIN_ROUTES, server.admin_port);
}

static bool is_there(const struct route *table, const struct rule *rule)
{
    for (const struct route *route = table; route->method; route++) {
        if (strcmp(route->method, rule->method) == 0 &&
            strcmp(route->path, rule->path) == 0) {
            return true;
        }
    }
    return false;
}

static void test_every_rule_is_of_a_route(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        if (!is_there(PUBLIC_ROUTES, &RULES[i]) &&
            !is_there(ADMIN_ROUTES, &RULES[i])) {
            fail_msg("%s %s: there is no such route", RULES[i].method,
                     RULES[i].path);
        }
    }
}

// Through a proxy on this machine, from somewhere else.
static int metrics_from_afar(const char *token, const char *headers)
{
    char all[512];
    struct answer answer = {0};
    snprintf(all, sizeof all, "X-Forwarded-For: 203.0.113.7\r\n%s", headers);
    ask(server.port,
        &(struct ask){.path = "/metrics", .token = token, .headers = all},
        &answer);
    int status = answer.status;
    answer_free(&answer);
    return status;
}

static void test_metrics_are_for_this_machine_or_a_key(void **state)
{
    (void)state;
    assert_int_equal(metrics_from_afar(NULL, ""), 401);
    assert_int_equal(metrics_from_afar(tokens[NO_TOKEN_OF_OURS], ""), 401);
    assert_int_equal(metrics_from_afar(tokens[DEVICE], ""), 401);
    assert_int_equal(metrics_from_afar(tokens[KEY_OFFICE], ""), 200);
    assert_int_equal(metrics_from_afar(NULL, sessions[0].headers),
                     200); // admin
    assert_int_equal(metrics_from_afar(NULL, sessions[3].headers), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_public_route),
        cmocka_unit_test(test_every_admin_route),
        cmocka_unit_test(test_every_rule_is_of_a_route),
        cmocka_unit_test(test_metrics_are_for_this_machine_or_a_key),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
