#include "server/permit.h"
#include "common/clock.h"
#include "office/keys.h"
#include "office/secret.h"
#include "server/context.h"
#include "server/cookie.h"
#include "server/crowd.h"
#include "server/peer.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool permit_phone(struct request *request)
{
    char address[PEER_ADDRESS_SIZE];
    peer_address(request, address);
    int64_t wait_s =
        crowd_take(request->server->crowd, address, clock_mono_us());
    if (wait_s > 0) {
        reply_problem(request, PROBLEM_TOO_MANY, NULL,
                      "this address asks too often; wait %lld s",
                      (long long)wait_s);
        reply_header(request, "Retry-After", "%lld", (long long)wait_s);
    }
    return wait_s == 0;
}

bool permit_anybody(struct request *request)
{
    (void)request;
    return true;
}

// The hash of the bearer token, when there is one that can be one.
static bool read_bearer(struct request *request,
                        unsigned char out_hash[DIGEST_BYTES])
{
    static const char scheme[] = "Bearer ";
    const char *value = request->headers.authorization;
    if (!value || strncasecmp(value, scheme, sizeof scheme - 1) != 0) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "send the header Authorization: Bearer <token>");
        return false;
    }
    value += sizeof scheme - 1;
    value += strspn(value, " ");
    if (!secret_hash_token(value, strlen(value), out_hash)) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is none of this server's");
        return false;
    }
    return true;
}

// One look-up on a reader's handle.
static enum office_result find_device(struct request *request,
                                      const unsigned char hash[DIGEST_BYTES])
{
    struct readers *readers = request->server->readers;
    struct office *office = readers_take(readers);
    enum office_result result =
        office_find_device_by_token(office, hash, &request->device);
    readers_give(readers, office);
    return result;
}

static bool check_rate(struct request *request, struct limits *limits,
                       const char *caller)
{
    int64_t wait_s = limits_take(limits, caller, clock_mono_us());
    if (wait_s == 0) {
        return true;
    }
    reply_problem(request, PROBLEM_TOO_MANY, NULL,
                  "you ask too often; wait %lld s", (long long)wait_s);
    reply_header(request, "Retry-After", "%lld", (long long)wait_s);
    return false;
}

// A device by its token, revoked or not, within this rate.
static bool check_device(struct request *request, struct limits *limits)
{
    unsigned char hash[DIGEST_BYTES];
    if (!read_bearer(request, hash)) {
        return false;
    }
    enum office_result result = find_device(request, hash);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is none of this server's");
        return false;
    }
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return false;
    }
    return check_rate(request, limits, request->device.id);
}

bool permit_sender(struct request *request)
{
    return check_device(request, request->server->limits);
}

static bool check_in_force(struct request *request)
{
    if (request->device.state == OFFICE_DEVICE_REVOKED) {
        reply_problem(request, PROBLEM_REVOKED, NULL,
                      "this device was revoked; enrol it again");
        return false;
    }
    return true;
}

bool permit_device(struct request *request)
{
    return permit_sender(request) && check_in_force(request);
}

bool permit_listener(struct request *request)
{
    return check_device(request, request->server->poll_limits) &&
           check_in_force(request);
}

// --- Keys and people --------------------------------------------------------

static const struct {
    unsigned caller;
    const char *name;
} CALLERS[] = {
    {CALLER_KEY_OFFICE, "key office"}, {CALLER_KEY_LEADER, "key leader"},
    {CALLER_KEY_FEED, "key feed"},     {CALLER_ADMIN, "user admin"},
    {CALLER_OFFICE, "user office"},    {CALLER_LEADER, "user leader"},
    {CALLER_OFFICER, "user officer"}};
enum { CALLER_COUNT = sizeof CALLERS / sizeof *CALLERS };

static const unsigned CALLER_OF_KEY[OFFICE_ROLE_COUNT] = {
    [OFFICE_ROLE_OFFICE] = CALLER_KEY_OFFICE,
    [OFFICE_ROLE_LEADER] = CALLER_KEY_LEADER,
    [OFFICE_ROLE_FEED] = CALLER_KEY_FEED};
static const unsigned CALLER_OF_PERSON[PERSON_ROLE_COUNT] = {
    [PERSON_ADMIN] = CALLER_ADMIN,
    [PERSON_OFFICE] = CALLER_OFFICE,
    [PERSON_LEADER] = CALLER_LEADER,
    [PERSON_OFFICER] = CALLER_OFFICER};

// Names who may instead.
static bool check_role(struct request *request)
{
    const char *own = "";
    struct buf others = {0};
    if (request->route->callers & request->caller) {
        return true;
    }
    for (size_t i = 0; i < CALLER_COUNT; i++) {
        if (CALLERS[i].caller == request->caller) {
            own = CALLERS[i].name;
        }
        if (CALLERS[i].caller & request->route->callers) {
            buf_printf(&others, "%s%s", others.size > 0 ? ", " : "",
                       CALLERS[i].name);
        }
    }
    reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                  "this is for: %s; it was asked as %s", buf_text(&others),
                  own);
    buf_free(&others);
    return false;
}

static bool permit_key(struct request *request)
{
    unsigned char hash[DIGEST_BYTES];
    struct office_key key;
    struct readers *readers = request->server->readers;
    if (!read_bearer(request, hash)) {
        return false;
    }
    struct office *office = readers_take(readers);
    enum office_result result = office_find_key(office, hash, &key);
    readers_give(readers, office);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the key is unknown or was revoked");
        return false;
    }
    if (result != OFFICE_OK) {
        reply_office_failure(request, result);
        return false;
    }
    request->caller = CALLER_OF_KEY[key.role];
    snprintf(request->who, sizeof request->who, "key %lld", (long long)key.id);
    return check_role(request);
}

bool permit_watcher(struct request *request)
{
    char address[PEER_ADDRESS_SIZE];
    peer_address(request, address);
    return address[0] == '\0' || permit_caller(request);
}

// "https://host:port" or "http://…" beside the header Host.
static bool is_own_origin(const char *origin, const char *host)
{
    const char *behind = strstr(origin, "://");
    return behind && host && strcasecmp(behind + 3, host) == 0;
}

bool permit_own_page(struct request *request)
{
    const struct request_headers *headers = &request->headers;
    if ((headers->fetch_site &&
         strcmp(headers->fetch_site, "same-origin") != 0) ||
        (headers->origin && !is_own_origin(headers->origin, headers->host))) {
        reply_problem(request, PROBLEM_FOREIGN_PAGE, NULL,
                      "the page that asks is another site's; a proxy has to "
                      "hand on the header Host as it came");
        return false;
    }
    return true;
}

// A use of a session that nobody waits for.
struct use {
    struct writer_job job;
    unsigned char hash[DIGEST_BYTES];
    int64_t at;
};

static enum office_result write_use(struct office *office, void *ctx)
{
    const struct use *use = ctx;
    return office_touch_session(office, use->hash, use->at);
}

// When it cannot be kept now, the next request tries again.
static void keep_use(struct server *server,
                     const unsigned char hash[DIGEST_BYTES], int64_t now)
{
    struct use *use = calloc(1, sizeof *use);
    if (!use || !writer_reserve(server->writer)) {
        free(use);
        return;
    }
    memcpy(use->hash, hash, sizeof use->hash);
    use->at = now;
    use->job.work = write_use;
    use->job.work_ctx = use;
    use->job.done = free;
    use->job.done_ctx = use;
    writer_push(server->writer, &use->job);
}

static enum office_result find_session(struct request *request,
                                       const char *token)
{
    struct server *server = request->server;
    struct office_session session;
    int64_t now = clock_wall_ms();
    if (!secret_hash_token(token, strlen(token), request->session)) {
        return OFFICE_NONE;
    }
    struct office *office = readers_take(server->readers);
    enum office_result result = office_find_session(
        office, request->session, &server->settings.session, now, &session);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        return result;
    }
    request->person = session.person;
    request->caller = CALLER_OF_PERSON[session.person.role];
    person_who(&session.person, request->who);
    cookie_csrf(token, request->csrf);
    if (now - session.used_at >= SESSION_TOUCH_MS) {
        keep_use(server, request->session, now);
    }
    return OFFICE_OK;
}

// OFFICE_NONE: nobody is signed in. With anything else but OFFICE_OK the reply
// is set.
static enum office_result take_session(struct request *request)
{
    char token[SECRET_TOKEN_SIZE];
    enum office_result result = OFFICE_NONE;
    switch (cookie_read(request->headers.cookie, token)) {
    case COOKIE_NONE:
        return OFFICE_NONE;
    case COOKIE_BAD:
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "the header Cookie is malformed");
        return OFFICE_ERROR;
    case COOKIE_FOUND:
        result = find_session(request, token);
        break;
    }
    explicit_bzero(token, sizeof token);
    if (result != OFFICE_OK && result != OFFICE_NONE) {
        reply_office_failure(request, result);
    }
    return result;
}

// Who has a password of somebody else's making does nothing but change it.
static bool is_free_before(const struct route *route)
{
    return route->id == ROUTE_SESSION || route->id == ROUTE_SIGN_OUT ||
           route->id == ROUTE_OWN_PASSWORD;
}

static bool check_password_due(struct request *request)
{
    if (!request->person.password_due || is_free_before(request->route)) {
        return true;
    }
    reply_problem(request, PROBLEM_PASSWORD_DUE, NULL,
                  "choose a password of your own first, at /mat-khau");
    return false;
}

static bool check_csrf(struct request *request)
{
    const char *sent = request->headers.csrf;
    if (strcmp(request->route->method, "GET") == 0) {
        return true;
    }
    if (!permit_own_page(request)) {
        return false;
    }
    if (!sent || strlen(sent) != sizeof request->csrf - 1 ||
        !digest_equal(sent, request->csrf, sizeof request->csrf - 1)) {
        reply_problem(request, PROBLEM_FOREIGN_PAGE, NULL,
                      "send the header X-CSRF-Token with the csrf that GET "
                      "/api/v1/sessions/me tells");
        return false;
    }
    return true;
}

// False: the reply is set.
static bool need_session(struct request *request)
{
    enum office_result result = take_session(request);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "nobody is signed in; sign in at /dang-nhap, or send "
                      "the header Authorization: Bearer <key>");
    }
    return result == OFFICE_OK;
}

static bool permit_session(struct request *request)
{
    return need_session(request) &&
           check_rate(request, request->server->limits, request->who) &&
           check_role(request) && check_password_due(request) &&
           check_csrf(request);
}

bool permit_caller(struct request *request)
{
    return request->headers.authorization ? permit_key(request)
                                          : permit_session(request);
}

bool permit_caller_still(struct request *request)
{
    return request->headers.authorization
               ? permit_key(request)
               : need_session(request) && check_role(request);
}

// The query too, as a part of one argument: a view that was sent to somebody is
// seen after the sign-in.
static void append_query(const char *query, struct buf *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                "TUVWXYZ0123456789-._:";
    if (query[0] == '\0') {
        return;
    }
    buf_append_text(out, "%3F");
    for (; *query; query++) {
        if (strchr(plain, *query)) {
            buf_append_char(out, *query);
        } else {
            buf_printf(out, "%%%02X", (unsigned char)*query);
        }
    }
}

// "/dang-nhap?next=…", of which nothing but plain characters becomes a part.
static void send_to_sign_in(struct request *request)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                "TUVWXYZ0123456789-._/";
    const char *path = request->path, *base = request->server->settings.base;
    struct buf next = {0};
    if (path[path[0] == '/' ? strspn(path, plain) : 0] == '\0' &&
        (path[1] != '\0' || request->query[0] != '\0')) {
        buf_printf(&next, "?next=%s%s", base, path);
        append_query(request->query, &next);
    }
    // A header of ours holds no more; the page itself is enough then.
    if (!buf_ok(&next) || next.size >= REPLY_VALUE_SIZE - SERVER_BASE_SIZE -
                                           sizeof "/dang-nhap") {
        buf_clear(&next);
    }
    reply_status(request, 303);
    reply_header(request, "Location", "%s/dang-nhap%s", base, buf_text(&next));
    buf_free(&next);
}

static const char PASSWORD_PAGE[] = "/mat-khau";

bool permit_page(struct request *request)
{
    enum office_result result = take_session(request);
    if (result == OFFICE_NONE) {
        send_to_sign_in(request);
    } else if (result == OFFICE_OK && request->person.password_due &&
               strcmp(request->path, PASSWORD_PAGE) != 0) {
        reply_status(request, 303);
        reply_header(request, "Location", "%s%s",
                     request->server->settings.base, PASSWORD_PAGE);
        return false;
    }
    return result == OFFICE_OK &&
           check_rate(request, request->server->limits, request->who) &&
           check_role(request);
}

bool permit_admin(struct request *request)
{
    unsigned char hash[DIGEST_BYTES];
    if (!read_bearer(request, hash)) {
        return false;
    }
    if (!digest_equal(hash, request->server->admin_hash, DIGEST_BYTES)) {
        reply_problem(request, PROBLEM_UNAUTHORIZED, NULL,
                      "the token is not the one of admin.json");
        return false;
    }
    return true;
}
