// assets/api/openapi.json is complete and true: it tells of every public route
// and of no other; who may ask is what routes.c says; every operation, asked
// well and badly, answers with a status, a type and a shape that stand there.
#include "common/clock.h"
#include "common/file.h"
#include "postgres/database.h"
#include "server/routes.h"
#include "support/check.h"
#include "support/json_shape.h"
#include "support/phone_hand.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPERATIONS_MAX = 192, PATH_SIZE = 2048 };

static const char DOCUMENT[] = TEST_SOURCE "/assets/api/openapi.json";
static const char *const OPTIONS[] = {
    "--device-rate", "0", "--phone-rate", "0", "--mode", "transaction", NULL};

struct operation {
    const char *id;
    const char *path; // "/api/v1/invitations/{id}"
    char method[8];
    const json_t *node;
    const json_t *parameters; // of the node
    const struct route *route;
    json_t *heard;    // the statuses of its answers, as keys
    bool is_answered; // it was asked well
};

static json_t *document;
static struct operation operations[OPERATIONS_MAX];
static size_t operation_count;

static struct made_server server;
static struct made_device device, forked, revoked; // at counters 3, 4, 4
// As CALLERS names them.
static char keys[3][65], unknown_token[65];
static struct made_session sessions[4], leaving, farewell;

// --- The document -----------------------------------------------------------

static const struct route *route_of(const char *path, const char *method)
{
    char pattern[128];
    size_t made = 0;
    for (const char *c = path; *c && made + 1 < sizeof pattern; c++) {
        pattern[made++] = *c == '{' ? '*' : *c;
        if (*c == '{') {
            c += strcspn(c, "}");
        }
    }
    pattern[made] = '\0';
    for (const struct route *route = PUBLIC_ROUTES; route->method; route++) {
        if (strcmp(route->path, pattern) == 0 &&
            strcmp(route->method, method) == 0) {
            return route;
        }
    }
    return NULL;
}

static void read_operation(const char *path, const char *method,
                           const json_t *node)
{
    struct operation *operation = &operations[operation_count++];
    assert_true(operation_count <= OPERATIONS_MAX);
    *operation = (struct operation){
        .path = path,
        .node = node,
        .parameters = json_object_get(node, "parameters"),
        .heard = json_object(),
        .id = json_string_value(json_object_get(node, "operationId"))};
    for (size_t i = 0; method[i] && i < sizeof operation->method - 1; i++) {
        operation->method[i] = (char)(method[i] - 'a' + 'A');
    }
    operation->route = route_of(path, operation->method);
    if (!operation->id) {
        fail_msg("%s %s has no operationId", method, path);
    }
}

// jansson itself: the document nests deeper than what strangers may send.
static void read_document(void)
{
    const char *path, *method;
    json_t *item, *node;
    struct buf text = {0};
    assert_true(file_read(DOCUMENT, 1 << 20, &text));
    document = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    buf_free(&text);
    assert_non_null(document);
    json_object_foreach(json_object_get(document, "paths"), path, item)
    {
        json_object_foreach(item, method, node)
        {
            read_operation(path, method, node);
        }
    }
}

static const json_t *resolve(const json_t *node)
{
    return json_shape_resolve(document, node);
}

static const json_t *parameter_of(const struct operation *operation, size_t i)
{
    return resolve(json_array_get(operation->parameters, i));
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool may_be(const struct operation *operation, const char *role)
{
    const json_t *roles = json_object_get(operation->node, "x-roles");
    for (size_t i = 0; i < json_array_size(roles); i++) {
        if (strcmp(json_string_value(json_array_get(roles, i)), role) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_scheme(const struct operation *operation, const char *scheme)
{
    const json_t *security = json_object_get(operation->node, "security");
    for (size_t i = 0; i < json_array_size(security); i++) {
        if (json_object_get(json_array_get(security, i), scheme)) {
            return true;
        }
    }
    return false;
}

// The schema and the example of the body; of its first type.
static const json_t *body_of(const struct operation *operation,
                             const char **out_type)
{
    const json_t *body = json_object_get(operation->node, "requestBody");
    json_t *content = json_object_get(body, "content");
    void *first = json_object_iter(content);
    *out_type = first ? json_object_iter_key(first) : NULL;
    return first ? json_object_iter_value(first) : NULL;
}

// --- Asking -----------------------------------------------------------------

static const struct {
    const char *role;
    unsigned caller;
} CALLERS[] = {
    {"key office", CALLER_KEY_OFFICE}, {"key leader", CALLER_KEY_LEADER},
    {"key feed", CALLER_KEY_FEED},     {"user admin", CALLER_ADMIN},
    {"user office", CALLER_OFFICE},    {"user leader", CALLER_LEADER},
    {"user officer", CALLER_OFFICER}};
enum { CALLER_COUNT = sizeof CALLERS / sizeof *CALLERS, KEY_COUNT = 3 };

// A city's server, for what the server of one unit does not have.
static struct made_server city;
static char city_key[65];
static struct made_session city_session;

static uint16_t port_of(const struct ask *asked)
{
    bool is_of_city =
        asked->token == city_key ||
        (asked->headers && strstr(asked->headers, city_session.cookie));
    return is_of_city ? city.port : server.port;
}

static void ask_as(const char *role, struct ask *out)
{
    if (strcmp(role, "city key") == 0) {
        out->token = city_key;
        return;
    }
    if (strcmp(role, "city user") == 0) {
        out->headers = city_session.headers;
        return;
    }
    out->token = strcmp(role, "device") == 0    ? device.token
                 : strcmp(role, "forked") == 0  ? forked.token
                 : strcmp(role, "revoked") == 0 ? revoked.token
                 : strcmp(role, "unknown") == 0 ? unknown_token
                                                : NULL;
    if (strcmp(role, "leaving") == 0) {
        out->headers = leaving.headers;
    }
    if (strcmp(role, "farewell") == 0) {
        out->headers = farewell.headers;
    }
    for (size_t i = 0; i < CALLER_COUNT; i++) {
        if (strcmp(role, CALLERS[i].role) != 0) {
            continue;
        }
        if (i < KEY_COUNT) {
            out->token = keys[i];
        } else {
            out->headers = sessions[i - KEY_COUNT].headers;
        }
    }
}

// The path with the part in its place.
static void fill_path(const struct operation *operation, const char *part,
                      const char *query, char out[PATH_SIZE])
{
    const char *path = operation->path;
    size_t before = strcspn(path, "{");
    const char *after = path + before + strcspn(path + before, "}");
    snprintf(out, PATH_SIZE, "%.*s%s%s%s", (int)before, path,
             path[before] ? part : "", *after ? after + 1 : "", query);
}

static void shown(const struct operation *operation, const struct ask *asked,
                  const struct answer *answer, const char *why)
{
    fail_msg("%s (%s %s %.300s): %s\n%s%.600s", operation->id,
             operation->method, asked->path,
             asked->body ? (const char *)asked->body : "", why,
             buf_text(&answer->head), buf_text(&answer->body));
}

// As the document names it: "404", "5XX".
static const json_t *response_of(const struct operation *operation, int status)
{
    char key[8];
    json_t *responses = json_object_get(operation->node, "responses");
    snprintf(key, sizeof key, "%d", status);
    const json_t *found = json_object_get(responses, key);
    snprintf(key, sizeof key, "%dXX", status / 100);
    return resolve(found ? found : json_object_get(responses, key));
}

static void check_body(const struct operation *operation,
                       const struct ask *asked, const struct answer *answer,
                       const json_t *content)
{
    char type[128] = "";
    const char *told = answer_header(answer, "Content-Type");
    struct buf why = {0};
    snprintf(type, sizeof type, "%s", told ? told : "");
    type[strcspn(type, ";")] = '\0';
    const json_t *media = json_object_get(content, type);
    if (!media) {
        shown(operation, asked, answer, "the type is not told");
    }
    if (strstr(type, "json")) {
        json_t *value =
            json_loadb(buf_text(&answer->body), answer->body.size, 0, NULL);
        if (!value ||
            !json_shape_fits(document, json_object_get(media, "schema"), value,
                             &why)) {
            shown(operation, asked, answer, buf_text(&why));
        }
        json_decref(value);
    }
    buf_free(&why);
}

// Asks, and holds the answer against the document. Gives the status.
static int ask_told(const struct operation *operation, const struct ask *asked,
                    struct answer *answer)
{
    answer_free(answer);
    struct ask whole = *asked;
    whole.method = operation->method;
    ask(port_of(asked), &whole, answer);
    const json_t *response = response_of(operation, answer->status);
    char status[8];
    snprintf(status, sizeof status, "%d", answer->status);
    json_object_set_new(operation->heard, status, json_true());
    if (!response) {
        shown(operation, asked, answer, "the status is not told");
    }
    const json_t *content = json_object_get(response, "content");
    if (content && !(answer->status == 500 && answer->body.size == 0)) {
        check_body(operation, asked, answer, content);
    } else if (answer->body.size > 0) {
        shown(operation, asked, answer, "a body is not told");
    }
    return answer->status;
}

static struct operation *find_operation(const char *id)
{
    for (size_t i = 0; i < operation_count; i++) {
        if (strcmp(operations[i].id, id) == 0) {
            return &operations[i];
        }
    }
    fail_msg("%s: there is no such operation", id);
    return NULL;
}

// --- Asked well -------------------------------------------------------------

// What the rows below speak of, made by start() or by the rows before.
static char invitation[ID_SIZE], added[ID_SIZE], code[16], old_code[16];
static char low_case[17];
static char phone[PHONE_PATH_SIZE], old_phone[PHONE_PATH_SIZE];
static struct buf lines, heartbeat, fork_lines, revoked_lines;

// `part`, `query` and `body` may be "@name": the thing of that name above.
// `body` NULL: the document's example, where one is needed.
static const struct good {
    const char *id, *role;
    const char *part, *query, *body;
    int status;
    const char *headers;
} GOOD[] = {
    {"enrol", "", "", "", "@enrol", 201, NULL},
    {"enrol", "", "", "", "@other enrol", 409, NULL},
    {"enrol", "", "", "", "@old enrol", 410, NULL},
    {"enrol", "", "", "", NULL, 404, NULL},
    {"sendBatch", "device", "", "", "@lines", 200, NULL},
    {"sendBatch", "device", "", "", "@lines", 200, NULL},
    {"sendBatch", "device", "", "", "@heartbeat", 200, NULL},
    {"sendBatch", "forked", "", "", "@fork", 409, NULL},
    {"sendBatch", "revoked", "", "", "@revoked", 403, NULL},
    {"getConfiguration", "device", "", "", NULL, 200, NULL},
    {"getConfiguration", "revoked", "", "", NULL, 403, NULL},
    {"listDeviceInvitations", "device", "", "?wait=0", NULL, 200, NULL},
    {"invite", "key feed", "", "", NULL, 201, NULL},
    {"invite", "key feed", "", "", NULL, 200, NULL},
    {"invite", "key feed", "", "",
     "{\"counter\":\"4\",\"transaction\":\"H24.12-261123-0007\",\"step\":"
     "\"tra-ket-qua\"}",
     409, NULL},
    {"invite", "key feed", "", "", "{\"counter\":\"99\"}", 422, NULL},
    {"listDeviceInvitations", "device", "", "", NULL, 200, NULL},
    {"listDeviceInvitations", "revoked", "", "", NULL, 403, NULL},
    {"getInvitation", "key office", "@invitation", "", NULL, 200, NULL},
    {"getInvitationCode", "user officer", "@invitation", "", NULL, 200, NULL},
    {"listCounterInvitations", "key office", "3", "?wait=0", NULL, 200, NULL},
    {"withdrawInvitation", "key feed", "@invitation", "", NULL, 200, NULL},
    {"withdrawInvitation", "key feed", "@invitation", "?reason=x", "", 409,
     NULL},
    {"getInvitationCode", "user officer", "@invitation", "", NULL, 409, NULL},
    {"listCounterInvitations", "user officer", "3", "", NULL, 200, NULL},
    {"takeSeat", "user officer", "3", "", "{\"action\":\"take\"}", 200, NULL},
    {"takeSeat", "key feed", "3", "", NULL, 200, NULL},
    {"getSeat", "key office", "3", "", NULL, 200, NULL},
    {"listCounters", "key office", "", "", NULL, 200, NULL},
    {"makeToken", "key feed", "", "", NULL, 201, NULL},
    {"feedTransactions", "key feed", "", "", NULL, 200, NULL},
    {"feedTransactions", "key feed", "", "",
     "{\"transactions\":[{\"transaction\":\"A-1\",\"done_at\":"
     "\"2026-11-23T09:15:02+07:00\"},{\"transaction\":\"A-2\"}]}",
     200, NULL},
    {"feedTransactions", "key feed", "", "", "@just now", 200, NULL},
    {"listRecentTransactions", "user officer", "3", "", NULL, 200, NULL},
    {"getLive", "key office", "", "", NULL, 200, NULL},
    {"getLive", "user leader", "", "?wait=0", NULL, 200, NULL},
    // Of a city; the server of one unit has none.
    {"getUnits", "city key", "", "", NULL, 200, NULL},
    {"getUnits", "city user", "", "", NULL, 200, NULL},
    {"getUnits", "key office", "", "", NULL, 404, NULL},
    {"getLeague", "city key", "", "?period=duong-lich:2026", NULL, 200, NULL},
    {"getLeague", "city user", "",
     "?from=2026-01-01&to=2026-12-31&unit=H24&format=csv", NULL, 200, NULL},
    {"getLeague", "key leader", "", "?period=duong-lich:2026", NULL, 404, NULL},
    {"getUnitSummary", "city user", "H24.12", "?period=duong-lich:2026", NULL,
     200, NULL},
    {"getUnitSummary", "city key", "H24.12",
     "?period=duong-lich:2026&by=month&format=csv", NULL, 200, NULL},
    {"getUnitSummary", "key office", "H24.12", "?period=duong-lich:2026", NULL,
     404, NULL},
    {"getSummary", "key office", "", "?period=duong-lich:2026&by=field", NULL,
     200, NULL},
    {"getSummary", "key office", "",
     "?period=duong-lich:2026&by=hour&field=chung-thuc", NULL, 200, NULL},
    {"getSummary", "key office", "",
     "?period=duong-lich:2026&counter=3&channel=walk-up", NULL, 200, NULL},
    {"getSummary", "key leader", "",
     "?from=2020-01-01&to=2099-12-31&by=counter", NULL, 200, NULL},
    {"getSummary", "user office", "", "?period=hanh-chinh:2026-11&report=R1",
     NULL, 200, NULL},
    {"getSummary", "user leader", "", "?period=duong-lich:2026-Q4&format=csv",
     NULL, 200, NULL},
    {"getSummary", "user leader", "", "?period=duong-lich:2026-H2&format=text",
     NULL, 200, NULL},
    {"getSummary", "key office", "", "?period=duong-lich:2026-11&format=xlsx",
     NULL, 200, NULL},
    {"getSummary", "key office", "",
     "?period=duong-lich:2026-11&report=R10&format=pdf", NULL, 200, NULL},
    {"getReport", "user leader", "R1", "?period=duong-lich:2026-11", NULL, 200,
     NULL},
    {"getReasons", "key office", "", "?period=duong-lich:2026&by=field", NULL,
     200, NULL},
    {"getReasons", "user leader", "",
     "?from=2020-01-01&to=2099-12-31&officer=cb-07", NULL, 200, NULL},
    {"listComments", "key office", "", "?from=2020-01-01&to=2099-12-31&level=5",
     NULL, 200, NULL},
    {"listComments", "user leader", "",
     "?period=duong-lich:2026&q=cho%20lau&limit=5", NULL, 200, NULL},
    {"issueReport", "user office", "", "",
     "{\"report\":\"R1\",\"period\":\"duong-lich:2026-11\"}", 201, NULL},
    {"listIssued", "user leader", "", "", NULL, 200, NULL},
    {"getIssued", "key office", "1", "", NULL, 200, NULL},
    {"getIssued", "user office", "1", "?format=pdf", NULL, 200, NULL},
    {"listQuestionnaires", "user leader", "", "", NULL, 200, NULL},
    {"enterForms", "user office", "", "",
     "{\"survey\":\"sipas\",\"version\":1,\"forms\":[{\"day\":\"2026-11-02\","
     "\"answers\":{\"15\":4,\"16\":null}}]}",
     201, NULL},
    {"getAssessment", "user leader", "duong-lich:2026-11", "", NULL, 200, NULL},
    {"putAssessment", "user office", "duong-lich:2026-11", "",
     "{\"version\":0,\"body\":{\"indices\":{\"3\":{\"two\":9,\"one\":1,"
     "\"none\":0}}}}",
     200, NULL},
    {"putAssessment", "user office", "duong-lich:2026-11", "",
     "{\"version\":7,\"body\":{}}", 409, NULL},
    {"getReport", "user office", "R7", "?period=duong-lich:2026", NULL, 200,
     NULL},
    {"getReport", "key leader", "R8", "?period=duong-lich:2026-11", NULL, 200,
     NULL},
    {"getReport", "key office", "R9", "?period=duong-lich:2026&format=xlsx",
     NULL, 200, NULL},
    {"listRatings", "key office", "", "", NULL, 200, NULL},
    {"listRatings", "user office", "", "?limit=1", NULL, 200, NULL},
    {"getRatingsCsv", "user office", "", "?from=2020-01-01&to=2099-12-31", NULL,
     200, NULL},
    {"listFlags", "user office", "", "?period=duong-lich:2026", NULL, 200,
     NULL},
    {"listFlags", "key leader", "", "?rule=burst&state=on&limit=1", NULL, 200,
     NULL},
    {"liftFlag", "user office", "1", "", NULL, 200, NULL},
    {"liftFlag", "user office", "1", "", NULL, 409, NULL},
    {"liftFlag", "user office", "999", "", NULL, 404, NULL},
    {"markRating", "user office", "@case", "", NULL, 200, NULL},
    {"markRating", "user office", "@case", "", NULL, 409, NULL},
    {"markRating", "user office", "0123456789abcdef", "", NULL, 404, NULL},
    {"listFlags", "user leader", "", "", NULL, 200, NULL},
    {"withdrawMark", "user office", "@case", "", NULL, 200, NULL},
    {"withdrawMark", "user office", "@case", "", NULL, 409, NULL},
    {"withdrawMark", "user office", "x", "", NULL, 404, NULL},
    {"listCases", "key leader", "", "?period=duong-lich:2026&state=open", NULL,
     200, NULL},
    {"listCases", "user office", "", "?limit=1", NULL, 200, NULL},
    {"countCases", "user leader", "", "?by=counter", NULL, 200, NULL},
    {"getCase", "user office", "@case", "", NULL, 200, NULL},
    {"assignCase", "user office", "@case", "",
     "{\"version\":1,\"owner\":\"u1\"}", 200, NULL},
    {"answerCase", "user office", "@case", "",
     "{\"version\":2,\"cause\":\"cho-lau\",\"text\":\"a\",\"action\":\"b\"}",
     200, NULL},
    {"returnCase", "user office", "@case", "",
     "{\"version\":3,\"reason\":\"a\"}", 200, NULL},
    {"answerCase", "user office", "@case", "",
     "{\"version\":4,\"cause\":\"cho-lau\",\"text\":\"a\",\"action\":\"b\"}",
     200, NULL},
    {"confirmCase", "user leader", "@case", "", "{\"version\":5}", 200, NULL},
    {"confirmCase", "user leader", "@case", "", "{\"version\":5}", 409, NULL},
    {"reopenCase", "user leader", "@case", "",
     "{\"version\":6,\"reason\":\"a\"}", 200, NULL},
    {"assignCase", "user office", "@case", "",
     "{\"version\":1,\"owner\":\"u1\"}", 409, NULL},
    {"answerCase", "user office", "@case", "", NULL, 409, NULL},
    {"returnCase", "user office", "@case", "", NULL, 409, NULL},
    {"reopenCase", "user office", "@case", "", NULL, 409, NULL},
    {"getCase", "key office", "0000000000000000", "", NULL, 404, NULL},
    {"assignCase", "user office", "0", "", "{\"version\":1,\"owner\":\"u1\"}",
     404, NULL},
    {"answerCase", "user office", "0", "", NULL, 404, NULL},
    {"confirmCase", "user office", "0", "", NULL, 404, NULL},
    {"returnCase", "user office", "0", "", NULL, 404, NULL},
    {"reopenCase", "user office", "0", "", NULL, 404, NULL},
    {"listAudit", "user admin", "", "?limit=2", NULL, 200, NULL},
    {"signIn", "", "", "", "@signIn", 201, NULL},
    {"signIn", "", "", "", "@signIn", 403, "Sec-Fetch-Site: cross-site\r\n"},
    {"getSession", "user leader", "", "", NULL, 200, NULL},
    {"signOut", "leaving", "", "", NULL, 204, NULL},
    {"listSessions", "farewell", "", "", NULL, 200, NULL},
    {"changePassword", "farewell", "", "", "@password", 204, NULL},
    {"signOutEverywhere", "farewell", "", "", NULL, 204, NULL},
    {"listDevices", "user office", "", "", NULL, 200, NULL},
    {"getDevicesCsv", "user office", "", "?state=active", NULL, 200, NULL},
    {"replaceDevice", "user admin", "@device", "", NULL, 201, NULL},
    {"addDevice", "user admin", "", "", NULL, 201, NULL},
    {"addDevices", "user admin", "", "", NULL, 201, NULL},
    {"addDevices", "user admin", "", "", "{\"csv\":\"number\\n3\\n\"}", 422,
     NULL},
    {"changeDevice", "user admin", "@device", "", "{\"counter\":\"3\"}", 200,
     NULL},
    {"revokeDevice", "user admin", "@added", "", NULL, 200, NULL},
    {"addPerson", "user admin", "", "", NULL, 201, NULL},
    {"addPerson", "user admin", "", "", NULL, 409, NULL},
    {"addPerson", "user admin", "", "",
     "{\"name\":\"cu\",\"display\":\"Cũ\",\"role\":\"officer\",\"officer\":"
     "\"cb-20\"}",
     201, NULL},
    {"disablePerson", "user admin", "cu", "", NULL, 200, NULL},
    {"addPerson", "user admin", "", "",
     "{\"name\":\"moi\",\"display\":\"Mới\",\"role\":\"officer\",\"officer\":"
     "\"cb-20\"}",
     201, NULL},
    {"enablePerson", "user admin", "cu", "", NULL, 409, NULL},
    {"disablePerson", "user admin", "moi", "", NULL, 200, NULL},
    {"enablePerson", "user admin", "cu", "", NULL, 200, NULL},
    {"changePerson", "user admin", "an", "", NULL, 200, NULL},
    {"changePerson", "user admin", "an", "",
     "{\"display\":\"An\",\"role\":\"officer\",\"officer\":\"cb-20\"}", 409,
     NULL},
    {"renewPassword", "user admin", "an", "", NULL, 200, NULL},
    {"endSessions", "user admin", "an", "", NULL, 200, NULL},
    {"listPeople", "user admin", "", "", NULL, 200, NULL},
    {"addKey", "user admin", "", "", NULL, 201, NULL},
    {"listKeys", "user admin", "", "", NULL, 200, NULL},
    {"revokeKey", "user admin", "4", "", NULL, 200, NULL},
    {"listSurveys", "user office", "", "", NULL, 200, NULL},
    {"listSettings", "user admin", "", "", NULL, 200, NULL},
    {"getSettings", "user office", "hours", "", NULL, 200, NULL},
    {"putSettings", "user office", "hours", "", NULL, 200, NULL},
    {"putSettings", "user admin", "hours", "", NULL, 409, NULL},
    {"previewDeviceSettings", "user office", "", "", NULL, 200, NULL},
    {"showHome", "user leader", "", "", NULL, 200, NULL},
    {"showHome", "", "", "", NULL, 303, NULL},
    {"showDevices", "user office", "", "", NULL, 200, NULL},
    {"showDevices", "", "", "", NULL, 303, NULL},
    {"showAdministration", "user admin", "", "", NULL, 200, NULL},
    {"showAdministration", "", "", "", NULL, 303, NULL},
    {"showAccount", "user leader", "", "", NULL, 200, NULL},
    {"showAccount", "", "", "", NULL, 303, NULL},
    {"showFields", "user leader", "", "", NULL, 200, NULL},
    {"showCity", "city user", "", "", NULL, 200, NULL},
    {"showCity", "user leader", "", "", NULL, 404, NULL},
    {"showCityUnit", "city user", "H24.12", "", NULL, 200, NULL},
    {"showCityUnit", "user leader", "H24.12", "", NULL, 404, NULL},
    {"showProcedures", "user leader", "", "", NULL, 200, NULL},
    {"showReports", "user leader", "", "", NULL, 200, NULL},
    {"showSurveys", "user leader", "", "", NULL, 200, NULL},
    {"showCounterFigures", "user leader", "", "", NULL, 200, NULL},
    {"showOfficers", "user leader", "", "", NULL, 200, NULL},
    {"showBusyHours", "user leader", "", "", NULL, 200, NULL},
    {"showReasons", "user leader", "", "", NULL, 200, NULL},
    {"showComments", "user leader", "", "", NULL, 200, NULL},
    {"showTrust", "user leader", "", "", NULL, 200, NULL},
    {"showWaiting", "user leader", "", "", NULL, 200, NULL},
    {"showCases", "user leader", "", "", NULL, 200, NULL},
    {"showCases", "", "", "", NULL, 303, NULL},
    {"showCounters", "user officer", "", "", NULL, 200, NULL},
    {"showCounter", "user officer", "3", "", NULL, 200, NULL},
    {"showSignIn", "", "", "", NULL, 200, NULL},
    {"getWebFile", "", "style.css", "", NULL, 200, NULL},
    {"getWebFile", "", "session.js", "", NULL, 200, NULL},
    {"getWebFile", "", "emblem.svg", "", NULL, 200, NULL},
    {"getFont", "", "BeVietnamPro-Bold.ttf", "", NULL, 200, NULL},
    {"showPhonePage", "", "@phone", "", NULL, 200, NULL},
    {"showPhonePage", "", "@phone", "?lang=en", NULL, 200, NULL},
    {"answerOnPhone", "", "@phone", "",
     "page=01935a3e-7c1a-7000-8000-000000000000&level=5", 200, NULL},
    {"answerOnPhone", "", "@phone", "",
     "page=01935a3e-7c1a-7000-8000-000000000000&chosen=5&send=1", 200, NULL},
    {"showPhonePage", "", "@old phone", "", NULL, 410, NULL},
    {"answerOnPhone", "", "@old phone", "", NULL, 410, NULL},
    {"getHealth", "", "", "", NULL, 200, NULL},
    {"listPapers", "user leader", "", "", NULL, 200, NULL},
    {"listAlerts", "user leader", "", "?state=all", NULL, 200, NULL},
    {"acknowledgeAlert", "user office", "1", "", NULL, 204, NULL},
    {"acknowledgeAlert", "user leader", "1", "", NULL, 409, NULL},
    {"showAlerts", "user leader", "", "", NULL, 200, NULL},
    {"showAlerts", "", "", "", NULL, 303, NULL},
    {"getPublicSummary", "", "", "", NULL, 200, NULL},
    {"getOwnResults", "user officer", "", "", NULL, 200, NULL},
    {"showBoard", "", "", "?embed=1", NULL, 200, NULL},
    {"showOwnResults", "user officer", "", "", NULL, 200, NULL},
    {"showOwnResults", "", "", "", NULL, 303, NULL},
    {"getMetrics", "", "", "", NULL, 200, NULL},
    {"getTime", "", "", "?nonce=00112233445566778899aabbccddeeff", NULL, 200,
     NULL},
    {"getOpenapi", "", "", "", NULL, 200, NULL},
};

static const char *part_of(const struct good *good)
{
    return strcmp(good->part, "@invitation") == 0  ? invitation
           : strcmp(good->part, "@case") == 0      ? low_case
           : strcmp(good->part, "@device") == 0    ? device.ledger.device
           : strcmp(good->part, "@added") == 0     ? added
           : strcmp(good->part, "@phone") == 0     ? phone + strlen("/d/")
           : strcmp(good->part, "@old phone") == 0 ? old_phone + strlen("/d/")
                                                   : good->part;
}

static void append_example(const struct operation *operation, struct buf *out)
{
    const char *type;
    const json_t *example =
        json_object_get(body_of(operation, &type), "example");
    if (json_is_string(example)) {
        buf_append_text(out, json_string_value(example));
    } else if (example) {
        json_write(example, out);
    }
}

static void append_body(const struct operation *operation,
                        const struct good *good, struct buf *out)
{
    const char *name = good->body ? good->body : "";
    const struct buf *batch = strcmp(name, "@lines") == 0       ? &lines
                              : strcmp(name, "@heartbeat") == 0 ? &heartbeat
                              : strcmp(name, "@fork") == 0      ? &fork_lines
                              : strcmp(name, "@revoked") == 0   ? &revoked_lines
                                                                : NULL;
    if (batch) {
        buf_append(out, batch->data, batch->size);
    } else if (strstr(name, "enrol")) {
        // Whoever asks twice with one key is the same device.
        buf_printf(out, "{\"code\":\"%s\",\"public_key\":\"%s\"}",
                   strcmp(name, "@old enrol") == 0 ? old_code : code,
                   strcmp(name, "@other enrol") == 0
                       ? "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
                       : "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    } else if (strcmp(name, "@just now") == 0) {
        char now[CLOCK_ISO_SIZE];
        clock_format(clock_wall_ms(), now);
        buf_printf(out,
                   "{\"transaction\":\"A-3\",\"counter\":\"3\",\"done_at\":"
                   "\"%s\"}",
                   now);
    } else if (strcmp(name, "@password") == 0) {
        buf_printf(out, "{\"old\":\"%s\",\"new\":\"một câu dài dễ nhớ\"}",
                   MADE_PASSWORD);
    } else if (strcmp(name, "@signIn") == 0) {
        buf_printf(out, "{\"name\":\"u3\",\"password\":\"%s\"}", MADE_PASSWORD);
    } else if (good->body) {
        buf_append_text(out, name);
    } else {
        append_example(operation, out);
    }
}

static const char *type_of(const struct operation *operation)
{
    switch (operation->route->body) {
    case BODY_NONE:
        return NULL;
    case BODY_NDJSON:
        return "application/x-ndjson";
    case BODY_FORM:
        return "application/x-www-form-urlencoded";
    default:
        return "application/json";
    }
}

static void ask_well(const struct good *good, struct answer *answer)
{
    char path[PATH_SIZE];
    struct buf body = {0};
    struct operation *operation = find_operation(good->id);
    struct ask asked = {.path = path, .headers = good->headers};
    ask_as(good->role, &asked);
    fill_path(operation, part_of(good), good->query, path);
    append_body(operation, good, &body);
    if (body.size > 0) {
        asked.type = type_of(operation);
        asked.body = body.data;
        asked.size = body.size;
    }
    if (ask_told(operation, &asked, answer) != good->status) {
        shown(operation, &asked, answer, "it should succeed");
    }
    operation->is_answered |= good->status < 300;
    buf_free(&body);
}

// One that can be answered, and one that comes too late.
static void make_phones(void)
{
    struct token token;
    phone_token(&server, NULL, &token);
    phone_path(&server, &token, phone);
    phone_token(&server, NULL, &token);
    token.expires_at = clock_wall_ms() - 1000;
    phone_path(&server, &token, old_phone);
}

// What later rows speak of.
static void keep(const struct good *good, const struct answer *answer)
{
    if (strcmp(good->id, "invite") == 0 && answer->status == 201) {
        json_t *object = answer_object(answer);
        assert_true(json_copy_text(object, "id", invitation, ID_SIZE));
        json_decref(object);
    }
    if (strcmp(good->id, "addDevice") == 0) {
        json_t *object = answer_object(answer);
        assert_true(json_copy_text(object, "device", added, ID_SIZE));
        json_decref(object);
    }
}

static void test_every_operation_asked_well(void **state)
{
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        ask_well(&GOOD[i], &answer);
        keep(&GOOD[i], &answer);
    }
    answer_free(&answer);
    make_phones();
    for (size_t i = 0; i < operation_count; i++) {
        if (!operations[i].is_answered) {
            fail_msg("%s: ask for it in tests/server/test_openapi.c",
                     operations[i].id);
        }
    }
}

// Lines of a transaction each, which need another type.
static void test_transactions_in_lines(void **state)
{
    struct answer answer = {0};
    const struct operation *operation = find_operation("feedTransactions");
    (void)state;
    const json_t *content = json_object_get(
        json_object_get(operation->node, "requestBody"), "content");
    const char *body =
        text_of(json_object_get(content, "application/x-ndjson"), "example");
    assert_int_equal(ask_told(operation,
                              &(struct ask){.path = operation->path,
                                            .token = keys[2],
                                            .type = "application/x-ndjson",
                                            .body = body,
                                            .size = strlen(body)},
                              &answer),
                     200);
    assert_holds(buf_text(&answer.body), "\"stored\":2");
    answer_free(&answer);
}

// Whoever has what an ETag names is told so, where the document says it.
static void test_what_is_known_is_not_sent_again(void **state)
{
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        const struct operation *operation = find_operation(GOOD[i].id);
        char headers[600], etag[128];
        struct ask asked = {0};
        if (GOOD[i].status != 200 || !response_of(operation, 304)) {
            continue;
        }
        ask_well(&GOOD[i], &answer);
        assert_non_null(answer_header(&answer, "ETag"));
        snprintf(etag, sizeof etag, "%s", answer_header(&answer, "ETag"));
        ask_as(GOOD[i].role, &asked);
        snprintf(headers, sizeof headers, "%sIf-None-Match: %s\r\n",
                 asked.headers ? asked.headers : "", etag);
        char path[PATH_SIZE];
        fill_path(operation, part_of(&GOOD[i]), GOOD[i].query, path);
        asked.path = path;
        asked.headers = headers;
        assert_int_equal(ask_told(operation, &asked, &answer), 304);
    }
    answer_free(&answer);
}

// --- Complete ---------------------------------------------------------------

static void test_every_route_is_told(void **state)
{
    (void)state;
    for (const struct route *route = PUBLIC_ROUTES; route->method; route++) {
        size_t count = 0;
        for (size_t i = 0; i < operation_count; i++) {
            count += operations[i].route == route;
        }
        if (count != 1) {
            fail_msg("%s %s: tell of it in assets/api/openapi.json",
                     route->method, route->path);
        }
    }
}

static void test_every_operation_is_a_route(void **state)
{
    (void)state;
    for (size_t i = 0; i < operation_count; i++) {
        if (!operations[i].route) {
            fail_msg("%s: there is no %s %s", operations[i].id,
                     operations[i].method, operations[i].path);
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(operations[i].id, operations[j].id);
        }
    }
}

static void test_roles_are_those_of_the_routes(void **state)
{
    (void)state;
    for (size_t i = 0; i < operation_count; i++) {
        const struct operation *operation = &operations[i];
        const json_t *roles = json_object_get(operation->node, "x-roles");
        unsigned told = 0;
        for (size_t j = 0; j < CALLER_COUNT; j++) {
            told |= may_be(operation, CALLERS[j].role) ? CALLERS[j].caller : 0;
        }
        unsigned people = told & CALLER_PEOPLE;
        bool is_unsafe = strcmp(operation->method, "GET") != 0;
        if (told != operation->route->callers ||
            json_array_size(roles) != (size_t)__builtin_popcount(told) ||
            has_scheme(operation, "key") != (told != people) ||
            has_scheme(operation, "session") != (people != 0) ||
            has_scheme(operation, "csrf") != (people != 0 && is_unsafe)) {
            fail_msg("%s: x-roles or security is not what routes.c says",
                     operation->id);
        }
    }
}

static void check_parameters(const struct operation *operation)
{
    size_t in_path = 0;
    const char *begin = strchr(operation->path, '{');
    for (size_t i = 0; i < json_array_size(operation->parameters); i++) {
        const json_t *parameter = parameter_of(operation, i);
        const char *name = text_of(parameter, "name");
        assert_non_null(json_object_get(parameter, "schema"));
        if (strcmp(text_of(parameter, "in"), "path") == 0) {
            in_path++;
            assert_non_null(begin);
            assert_int_equal(strncmp(begin + 1, name, strlen(name)), 0);
            assert_int_equal(begin[1 + strlen(name)], '}');
        }
    }
    assert_int_equal(in_path, begin ? 1 : 0);
}

// Its types are those that the route takes, its example fits its schema.
static void check_request(const struct operation *operation)
{
    const char *type;
    const json_t *media = body_of(operation, &type);
    const json_t *body = json_object_get(operation->node, "requestBody");
    const json_t *example = json_object_get(media, "example");
    const char *wanted = type_of(operation);
    struct buf why = {0};
    assert_int_equal(media != NULL, wanted != NULL);
    if (!media) {
        return;
    }
    assert_string_equal(type, wanted);
    assert_int_equal(json_is_true(json_object_get(body, "required")),
                     operation->route->body != BODY_MAYBE_JSON);
    assert_non_null(example);
    if (!json_shape_fits(document, json_object_get(media, "schema"), example,
                         &why)) {
        fail_msg("%s: its example: %s", operation->id, buf_text(&why));
    }
    buf_free(&why);
}

static void test_parameters_and_bodies_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < operation_count; i++) {
        check_parameters(&operations[i]);
        check_request(&operations[i]);
    }
}

static void test_it_is_served_as_it_is(void **state)
{
    struct answer answer = {0};
    struct buf file = {0};
    (void)state;
    ask(server.port, &(struct ask){.path = "/api/v1/openapi.json"}, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer_header(&answer, "Content-Type"),
                        "application/json");
    assert_true(file_read(DOCUMENT, 1 << 20, &file));
    assert_int_equal(answer.body.size, file.size);
    assert_memory_equal(answer.body.data, file.data, file.size);
    assert_string_equal(text_of(document, "openapi"), "3.1.0");
    buf_free(&file);
    answer_free(&answer);
}

// --- Asked badly ------------------------------------------------------------

// The first good row of an operation is where bad ones begin.
struct base {
    const struct operation *operation;
    const struct good *good;
    char path[PATH_SIZE];
    struct buf body;
    struct ask asked;
    struct answer answer;
};

static void base_open(struct base *base, const struct operation *operation)
{
    const struct good *good = GOOD;
    while (strcmp(good->id, operation->id) != 0) {
        good++;
    }
    *base = (struct base){.operation = operation, .good = good};
    fill_path(operation, part_of(good), good->query, base->path);
    append_body(operation, good, &base->body);
    base->asked.path = base->path;
    ask_as(strcmp(good->role, "leaving") == 0    ? "user leader"
           : strcmp(good->role, "farewell") == 0 ? "user officer"
                                                 : good->role,
           &base->asked);
    if (base->body.size > 0) {
        base->asked.type = type_of(operation);
        base->asked.body = base->body.data;
        base->asked.size = base->body.size;
    }
}

static void base_close(struct base *base)
{
    buf_free(&base->body);
    answer_free(&base->answer);
}

static void expect(struct base *base, const struct ask *asked, int status)
{
    int heard = ask_told(base->operation, asked, &base->answer);
    if (status ? heard != status : heard < 400) {
        char why[64];
        snprintf(why, sizeof why, "%d was expected", status ? status : 4);
        shown(base->operation, asked, &base->answer, why);
    }
}

static void for_each(void (*check)(struct base *base))
{
    for (size_t i = 0; i < operation_count; i++) {
        struct base base;
        base_open(&base, &operations[i]);
        check(&base);
        base_close(&base);
    }
}

// Whether somebody on the server's own machine needs nothing.
static bool is_free_at_home(const struct operation *operation)
{
    const json_t *security = json_object_get(operation->node, "security");
    for (size_t i = 0; i < json_array_size(security); i++) {
        if (json_object_size(json_array_get(security, i)) == 0) {
            return true;
        }
    }
    return false;
}

// The others come from elsewhere, through a proxy.
static void expect_of(struct base *base, const struct ask *asked, int status)
{
    char headers[600];
    struct ask afar = *asked;
    if (is_free_at_home(base->operation)) {
        snprintf(headers, sizeof headers, "X-Forwarded-For: 203.0.113.7\r\n%s",
                 asked->headers ? asked->headers : "");
        afar.headers = headers;
    }
    expect(base, &afar, status);
}

static void ask_as_others(struct base *base)
{
    const struct operation *operation = base->operation;
    bool is_page = response_of(operation, 303) != NULL;
    if (json_array_size(json_object_get(operation->node, "security")) == 0) {
        return;
    }
    struct ask asked = base->asked;
    asked.headers = asked.token = NULL;
    expect_of(base, &asked, is_page ? 303 : 401);
    ask_as("unknown", &asked);
    expect_of(base, &asked, is_page ? 303 : 401);
    for (size_t i = 0; i < CALLER_COUNT; i++) {
        if (has_scheme(operation, "device") ||
            may_be(operation, CALLERS[i].role) || (is_page && i < KEY_COUNT)) {
            continue;
        }
        asked.headers = asked.token = NULL;
        ask_as(CALLERS[i].role, &asked);
        expect_of(base, &asked, 403);
    }
}

static void ask_without_csrf(struct base *base)
{
    char headers[128];
    if (!has_scheme(base->operation, "csrf")) {
        return;
    }
    for (size_t i = KEY_COUNT; i < CALLER_COUNT; i++) {
        struct ask asked = base->asked;
        snprintf(headers, sizeof headers, "Cookie: %s\r\n",
                 sessions[i - KEY_COUNT].cookie);
        asked.token = NULL;
        asked.headers = headers;
        expect(base, &asked, 403);
    }
}

static void ask_with_bad_frames(struct base *base)
{
    char headers[600];
    const struct route *route = base->operation->route;
    const char *own = base->asked.headers ? base->asked.headers : "";
    struct ask asked = base->asked;
    asked.body = asked.type = NULL;
    snprintf(headers, sizeof headers, "%sHost: x\r\n", own);
    asked.headers = headers;
    expect(base, &asked, 400);
    snprintf(headers, sizeof headers, "%sContent-Length: %zu\r\n", own,
             route->body_limit + 1);
    asked.type = type_of(base->operation);
    expect(base, &asked, 413);
    if (route->body == BODY_NONE) {
        return;
    }
    asked = base->asked;
    asked.type = NULL;
    asked.body = "x";
    asked.size = 1;
    expect(base, &asked, 415);
    asked.type = "text/plain";
    expect(base, &asked, 415);
    if (route->body != BODY_MAYBE_JSON) {
        asked.type = type_of(base->operation);
        asked.body = NULL;
        expect(base, &asked, 411);
    }
}

static void say(struct base *base, const char *body, int status)
{
    struct ask asked = base->asked;
    asked.type = type_of(base->operation);
    asked.body = body;
    asked.size = strlen(body);
    expect(base, &asked, status);
}

static void say_json(struct base *base, json_t *object, int status)
{
    struct buf body = {0};
    assert_true(json_write(object, &body));
    say(base, buf_text(&body), status);
    buf_free(&body);
    json_decref(object);
}

// The schema of the object that the base's body is.
static const json_t *schema_of_body(const struct base *base,
                                    const json_t *object)
{
    const char *type;
    const json_t *schema =
        resolve(json_object_get(body_of(base->operation, &type), "schema"));
    const json_t *choice, *any = json_object_get(schema, "anyOf");
    size_t i;
    json_array_foreach(any, i, choice)
    {
        if (json_shape_fits(document, choice, object, NULL)) {
            return resolve(choice);
        }
    }
    return schema;
}

static json_t *with(const json_t *object, const char *key, json_t *value)
{
    json_t *copy = json_deep_copy(object);
    if (value) {
        json_object_set(copy, key, value);
    } else {
        json_object_del(copy, key);
    }
    return copy;
}

// Each member of a wrong type: refused where the document says that it does not
// fit.
static void spoil_member(struct base *base, const json_t *object,
                         const char *key, const json_t *schema)
{
    char long_text[2001];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    json_t *values =
        json_pack("[n, b, i, f, s, s, [], {}]", 1, -17, 0.5, "", long_text);
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
    {
        struct buf why = {0};
        json_t *spoilt = with(object, key, value);
        if (json_shape_fits(document, schema, value, NULL)) {
            struct buf body = {0};
            assert_true(json_write(spoilt, &body));
            struct ask asked = base->asked;
            asked.body = body.data;
            asked.size = body.size;
            ask_told(base->operation, &asked, &base->answer);
            buf_free(&body);
            json_decref(spoilt);
        } else {
            say_json(base, spoilt, 422);
        }
        buf_free(&why);
    }
    json_decref(values);
}

static void ask_with_bad_objects(struct base *base)
{
    const char *key;
    json_t *schema, *name;
    size_t i;
    enum body_kind kind = base->operation->route->body;
    if (kind != BODY_JSON && kind != BODY_MAYBE_JSON && kind != BODY_OBJECTS) {
        return;
    }
    json_t *object = json_loadb(base->body.data, base->body.size, 0, NULL);
    assert_non_null(object);
    const json_t *shape = schema_of_body(base, object);
    say(base, "x", 422);
    say(base, "[]", 422);
    say(base, "{", 422);
    say(base, "{\"a\":1,\"a\":2}", 422);
    say(base, "{\"a\":\"\xff\"}", 422);
    json_array_foreach(json_object_get(shape, "required"), i, name)
    {
        say_json(base, with(object, json_string_value(name), NULL), 422);
    }
    json_object_foreach(json_object_get(shape, "properties"), key, schema)
    {
        spoil_member(base, object, key, schema);
    }
    json_decref(object);
}

// What calls itself gzip and is none.
static void ask_with_bad_gzip(struct base *base)
{
    enum body_kind kind = base->operation->route->body;
    char headers[600];
    struct ask asked = base->asked;
    if (kind == BODY_NONE) {
        return;
    }
    snprintf(headers, sizeof headers, "%sContent-Encoding: gzip\r\n",
             asked.headers ? asked.headers : "");
    asked.headers = headers;
    asked.type = type_of(base->operation);
    asked.body = "x";
    asked.size = 1;
    bool may_zip = kind != BODY_JSON && kind != BODY_MAYBE_JSON;
    expect(base, &asked, may_zip ? 422 : 415);
}

static void ask_with_other_bad_bodies(struct base *base)
{
    if (base->operation->route->body == BODY_NDJSON) {
        say(base, "x", 422);
        say(base, "{}\n", 422);
        say(base, "{\"batch\":1}\n", 422);
    }
    if (base->operation->route->body == BODY_FORM) {
        say(base, "x", 400);
        say(base, "page=x&level=5", 400);
        say(base, "level=5", 400);
        say(base, "page=01935a3e-7c1a-7000-8000-000000000000&level=9", 400);
        say(base, "page=01935a3e-7c1a-7000-8000-000000000000", 400);
    }
}

// A query's text as the value that its schema speaks of.
static json_t *value_of_query(const char *text, const json_t *schema)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    bool is_number = *text && *end == '\0' && strlen(text) < 5;
    return strcmp(text_of(resolve(schema), "type"), "integer") == 0 && is_number
               ? json_integer(number)
               : json_string(text);
}

// The base's query, but for this argument.
static void append_query(const struct base *base, const char *name,
                         const char *value, struct buf *out)
{
    const char *query = base->good->query;
    buf_printf(out, "?%s=%s", name, value);
    for (query += *query == '?'; *query;) {
        size_t size = strcspn(query, "&");
        if (strncmp(query, name, strlen(name)) != 0) {
            buf_printf(out, "&%.*s", (int)size, query);
        }
        query += size + (query[size] == '&');
    }
}

static void ask_with_query(struct base *base, const char *name,
                           const char *value, int status)
{
    char path[PATH_SIZE];
    struct buf query = {0};
    struct ask asked = base->asked;
    append_query(base, name, value, &query);
    fill_path(base->operation, part_of(base->good), buf_text(&query), path);
    asked.path = path;
    if (status != 0) {
        expect(base, &asked, status);
    } else {
        ask_told(base->operation, &asked, &base->answer);
    }
    buf_free(&query);
}

static void ask_with_bad_queries(struct base *base)
{
    static const char *const values[] = {"",     "x",  "-1",         "31",
                                         "2000", "R9", "2026-02-30", "1e1"};
    for (size_t i = 0; i < json_array_size(base->operation->parameters); i++) {
        const json_t *parameter = parameter_of(base->operation, i);
        const json_t *schema = json_object_get(parameter, "schema");
        const char *name = text_of(parameter, "name");
        char twice[64];
        if (strcmp(text_of(parameter, "in"), "query") != 0) {
            continue;
        }
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            json_t *value = value_of_query(values[j], schema);
            bool fits = json_shape_fits(document, schema, value, NULL);
            ask_with_query(base, name, values[j], fits ? 0 : 400);
            json_decref(value);
        }
        snprintf(twice, sizeof twice, "1&%s=1", name);
        ask_with_query(base, name, twice, 0);
        ask_with_query(base, name, "%00", 0);
    }
}

// What the path names is not there.
static void ask_for_nothing(struct base *base)
{
    static const char *const parts[] = {"x", "%zz", "%00", "..",
                                        "01935a3e-7c1a-7000-8000-000000000000"};
    char path[PATH_SIZE];
    struct ask asked = base->asked;
    if (!strchr(base->operation->path, '{')) {
        return;
    }
    asked.path = path;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        fill_path(base->operation, parts[i], base->good->query, path);
        // A page may be the same for all; it asks for its counter itself.
        if (response_of(base->operation, 404)) {
            expect(base, &asked, 404);
        } else {
            ask_told(base->operation, &asked, &base->answer);
        }
    }
}

// Every other method of the path.
static void ask_by_other_methods(struct base *base)
{
    static const char *const methods[] = {"GET",   "POST",    "PUT",  "DELETE",
                                          "PATCH", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct answer answer = {0};
        if (route_of(base->operation->path, methods[i])) {
            continue;
        }
        ask(server.port,
            &(struct ask){.method = methods[i], .path = base->path}, &answer);
        answer_is_problem(&answer, 405, "method");
        assert_non_null(answer_header(&answer, "Allow"));
        answer_free(&answer);
    }
}

// The same without the body.
static void ask_for_the_head(struct base *base)
{
    struct ask asked = base->asked;
    if (strcmp(base->operation->method, "GET") != 0) {
        return;
    }
    int status = ask_told(base->operation, &asked, &base->answer);
    asked.method = "HEAD";
    answer_free(&base->answer);
    ask(port_of(&asked), &asked, &base->answer);
    assert_int_equal(base->answer.status, status);
    assert_int_equal(base->answer.body.size, 0);
}

static void test_heads_are_told_as_well(void **state)
{
    (void)state;
    for_each(ask_for_the_head);
}

static void test_others_are_refused(void **state)
{
    (void)state;
    for_each(ask_as_others);
    for_each(ask_without_csrf);
}

static void test_bad_frames_are_refused(void **state)
{
    (void)state;
    for_each(ask_with_bad_frames);
    for_each(ask_by_other_methods);
}

static void test_bad_bodies_are_refused(void **state)
{
    (void)state;
    for_each(ask_with_bad_objects);
    for_each(ask_with_other_bad_bodies);
    for_each(ask_with_bad_gzip);
}

static void test_bad_arguments_are_refused(void **state)
{
    (void)state;
    for_each(ask_with_bad_queries);
    for_each(ask_for_nothing);
}

// After all the others: what the document says beyond what was heard is not
// true. Who asks too often and servers that fail have tests of their own.
static void test_nothing_is_told_that_never_comes(void **state)
{
    struct buf idle = {0};
    (void)state;
    for (size_t i = 0; i < operation_count; i++) {
        const char *status;
        json_t *response;
        json_object_foreach(json_object_get(operations[i].node, "responses"),
                            status, response)
        {
            if (strcmp(status, "429") != 0 && strcmp(status, "5XX") != 0 &&
                !json_object_get(operations[i].heard, status)) {
                buf_printf(&idle, " %s %s;", operations[i].id, status);
            }
        }
    }
    if (idle.size > 0) {
        fail_msg("told, and never heard:%s", buf_text(&idle));
    }
    buf_free(&idle);
}

// --- A server with something in it ------------------------------------------

// Single visits are given out when their quarter is over; one code's time is.
static void let_time_pass(void)
{
    static const char *const statements[] = {"SELECT ticket FROM cases"};
    char path[128];
    struct sql_statement *s;
    struct sql *sql = NULL;
    made_server_stop(&server);
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(database_open(path, SQL_WRITER, statements, 1, &sql),
                     SQL_OK);
    assert_int_equal(
        tamper_run(
            sql, "UPDATE rounds SET quarter = quarter - 4;"
                 "DROP TRIGGER cases_keep;"
                 "UPDATE cases SET quarter = quarter - 4;"
                 "INSERT INTO visit_flags (flag_no, rule, counter_no,"
                 " officer_no, first_day, last_day, figures, version, since)"
                 " VALUES (1, 0, 0, 0, 20454, 20454, '{\"ratings\":6}', 0, 1);"
                 "INSERT INTO flag_visits SELECT 1, device_no, gen, seq"
                 " FROM cases LIMIT 1;"
                 "UPDATE enrolment_codes SET expires_at = 1 WHERE used_at = 0;"
                 "INSERT INTO papers (kind, number, name, made_at, mail,"
                 " next_at) VALUES (0, 99999, 'x', 1, 0, 1);"
                 "INSERT INTO alerts (alert_no, kind, subject, label, detail,"
                 " opened_at) VALUES (1, 2, 'hanh-chinh:2026-01', '2026-01',"
                 " '{}', 1)"),
        SQL_OK);
    s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    snprintf(low_case, sizeof low_case, "%016" PRIx64, (uint64_t)sql_int(s, 0));
    sql_done(s);
    sql_close(sql);
    made_server_restart(&server, OPTIONS);
}

static void revoke(void)
{
    char path[128];
    struct answer answer = {0};
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke",
             revoked.ledger.device);
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void send_lines(void)
{
    struct answer answer = {0};
    for (int level = 1; level <= 5; level++) {
        maker_rate(&device.ledger, level);
    }
    made_device_send(&device, &server, 1, 5, 200, &answer);
    answer_free(&answer);
    maker_rate(&forked.ledger, 4);
    made_device_send(&forked, &server, 1, 1, 200, &answer);
    answer_free(&answer);
}

static void write_batches(void)
{
    maker_rate(&device.ledger, 4);
    maker_rate(&device.ledger, 2);
    made_device_body(&device, 6, 7, &lines, NULL);
    made_device_body(&device, 8, 7, &heartbeat, NULL);
    // Its chain begins anew under the same generation.
    maker_new_gen(&forked.ledger, 1);
    maker_rate(&forked.ledger, 1);
    made_device_body(&forked, 1, 1, &fork_lines, NULL);
    maker_rate(&revoked.ledger, 3);
    made_device_body(&revoked, 1, 1, &revoked_lines, NULL);
}

static void add_callers(void)
{
    static const char *const roles[] = {"office", "leader", "feed"};
    static const char *const people[] = {"admin", "office", "leader",
                                         "officer"};
    for (size_t i = 0; i < KEY_COUNT; i++) {
        made_server_key(&server, roles[i], keys[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        char name[] = {'u', (char)('0' + i), '\0'};
        made_server_person(&server, name, people[i], i == 3 ? "cb-07" : "");
        made_server_sign_in(&server, name, &sessions[i]);
    }
    made_server_sign_in(&server, "u2", &leaving);
    made_server_person(&server, "u4", "officer", "cb-08");
    made_server_sign_in(&server, "u4", &farewell);
    memset(unknown_token, 'a', sizeof unknown_token - 1);
}

// One ward, and a leader who sees it.
static void start_city(void)
{
    static const char *const units[] = {
        "{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
        "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}",
        "{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\","
        "\"parent\":\"H24\",\"name\":\"Phường Bình Minh\","
        "\"from\":\"2026-01-01\"}",
        "{\"do\":\"person\",\"person\":\"an\",\"unit\":\"H24\"}"};
    struct made_server ward;
    made_registry_start(&city, units, sizeof units / sizeof *units, OPTIONS);
    made_city_ward(&city, "H24.12", &ward);
    made_server_key(&city, "office", city_key);
    made_server_person(&city, "an", "leader", "");
    made_server_sign_in(&city, "an", &city_session);
}

static int start(void **state)
{
    (void)state;
    read_document();
    start_city();
    made_server_start(&server, OPTIONS);
    made_device_enrol(&device, &server, "3");
    made_device_enrol(&forked, &server, "4");
    made_device_enrol(&revoked, &server, "4");
    revoke();
    send_lines();
    made_server_code(&server, "5", old_code);
    let_time_pass();
    write_batches();
    add_callers();
    made_server_code(&server, "5", code);
    make_phones();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    made_server_close(&city);
    made_device_free(&device);
    made_device_free(&forked);
    made_device_free(&revoked);
    buf_free(&lines);
    buf_free(&heartbeat);
    buf_free(&fork_lines);
    buf_free(&revoked_lines);
    for (size_t i = 0; i < operation_count; i++) {
        json_decref(operations[i].heard);
    }
    json_decref(document);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route_is_told),
        cmocka_unit_test(test_every_operation_is_a_route),
        cmocka_unit_test(test_roles_are_those_of_the_routes),
        cmocka_unit_test(test_parameters_and_bodies_are_told),
        cmocka_unit_test(test_it_is_served_as_it_is),
        cmocka_unit_test(test_every_operation_asked_well),
        cmocka_unit_test(test_transactions_in_lines),
        cmocka_unit_test(test_what_is_known_is_not_sent_again),
        cmocka_unit_test(test_heads_are_told_as_well),
        cmocka_unit_test(test_others_are_refused),
        cmocka_unit_test(test_bad_frames_are_refused),
        cmocka_unit_test(test_bad_bodies_are_refused),
        cmocka_unit_test(test_bad_arguments_are_refused),
        cmocka_unit_test(test_nothing_is_told_that_never_comes),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
