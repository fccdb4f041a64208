#include "server/request.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "server/context.h"
#include "vietnamese/text.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char MODULE[] = "server";

// A body that is refused is still read to its end, so that the sender gets to
// see the answer; up to here.
enum { PASS_OVER_MAX = 16 << 20, RETRY_BUSY_S = 2, RETRY_WARD_S = 15 };

// What is said of something that is shut: to a program, and to people.
struct closure {
    const char *detail, *for_people;
    int retry_s;
};

struct request *request_open(struct server *server, struct http *http,
                             struct MHD_Connection *connection,
                             const char *target)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    request->server = server;
    request->http = http;
    request->connection = connection;
    size_t size = target ? strcspn(target, "?") : 0;
    if (size < sizeof request->path) {
        memcpy(request->path, target ? target : "", size);
    }
    const char *query = target && target[size] == '?' ? target + size + 1 : "";
    size = strlen(query);
    if (size < sizeof request->query) {
        memcpy(request->query, query, size);
    }
    return request;
}

// The body and what it cost.
static void drop_body(struct request *request)
{
    buf_free(&request->body);
    inflate_close(request->inflater);
    request->inflater = NULL;
    budget_give(&request->server->bodies, request->lent);
    request->lent = 0;
}

void request_forget(struct request *request)
{
    if (request->work) {
        request->free_work(request->work);
        request->work = NULL;
    }
    drop_body(request);
}

void request_close(struct request *request)
{
    if (!request) {
        return;
    }
    request_forget(request);
    reply_free(&request->reply);
    wards_leave(request);
    free(request);
}

// What the framing guard counts while it walks over the headers.
struct scan {
    struct request_headers *headers;
    const char *twice; // a header that may come once only, and came again
    bool has_bad_name;
};

static bool is_token(const char *name, size_t size)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || (c && strchr(marks, c));
        if (!good) {
            return false;
        }
    }
    return size > 0;
}

static enum MHD_Result scan_header(void *ctx, enum MHD_ValueKind kind,
                                   const char *name, size_t name_size,
                                   const char *value, size_t value_size)
{
    struct scan *scan = ctx;
    struct request_headers *headers = scan->headers;
    const struct {
        const char *name;
        const char **value;
    } single[] = {{"Host", &headers->host},
                  {"Content-Length", &headers->content_length},
                  {"Transfer-Encoding", &headers->transfer_encoding},
                  {"Content-Type", &headers->content_type},
                  {"Content-Encoding", &headers->content_encoding},
                  {"Authorization", &headers->authorization},
                  {"If-None-Match", &headers->if_none_match},
                  {"Cookie", &headers->cookie},
                  {"X-CSRF-Token", &headers->csrf},
                  {"Origin", &headers->origin},
                  {"Sec-Fetch-Site", &headers->fetch_site},
                  {"X-Forwarded-For", &headers->forwarded_for},
                  {"X-Forwarded-Proto", &headers->forwarded_proto}};
    (void)kind;
    scan->has_bad_name |= !is_token(name, name_size);
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        if (strcasecmp(name, single[i].name) != 0) {
            continue;
        }
        if (*single[i].value) {
            scan->twice = single[i].name;
        }
        *single[i].value = value ? value : "";
        scan->has_bad_name |= value && strlen(value) != value_size;
    }
    return MHD_YES;
}

static bool refuse_framing(struct request *request, const char *why)
{
    reply_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s", why);
    request->reply.close = true;
    return false;
}

// Where the body ends must have one reading only: a proxy in front and this
// server have to see the same requests. The library is lenient here.
static bool check_framing(struct request *request, const char *version)
{
    struct request_headers *headers = &request->headers;
    struct scan scan = {.headers = headers};
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND,
                                scan_header, &scan);
    const char *length = headers->content_length;
    const char *encoding = headers->transfer_encoding;
    if (scan.has_bad_name) {
        return refuse_framing(request, "a header is malformed");
    }
    if (scan.twice) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "the header %s stands there twice", scan.twice);
        request->reply.close = true;
        return false;
    }
    if (!headers->host && strcmp(version, "HTTP/1.0") != 0) {
        return refuse_framing(request, "the header Host is missing");
    }
    if (length && encoding) {
        return refuse_framing(
            request, "Content-Length and Transfer-Encoding exclude each other");
    }
    if (length &&
        (*length == '\0' || length[strspn(length, "0123456789")] != '\0')) {
        return refuse_framing(request, "Content-Length is no number");
    }
    if (encoding && (strcasecmp(encoding, "chunked") != 0 ||
                     strcmp(version, "HTTP/1.0") == 0)) {
        return refuse_framing(request, "Transfer-Encoding may be chunked only");
    }
    return true;
}

static bool check_route(struct request *request, const struct route *routes,
                        const char *method)
{
    struct buf allow = {0};
    enum route_match match = route_find(routes, method, request->path,
                                        &request->route, request->part, &allow);
    if (match == ROUTE_BAD_PATH) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "this server has no such path");
    } else if (match == ROUTE_BAD_METHOD) {
        reply_problem(request, PROBLEM_METHOD, NULL, "allowed here: %s",
                      buf_text(&allow));
        reply_header(request, "Allow", "%s", buf_text(&allow));
    }
    buf_free(&allow);
    return match == ROUTE_FOUND;
}

static bool is_media_type(const char *value, const char *type)
{
    size_t size = strlen(type);
    return value && strncasecmp(value, type, size) == 0 &&
           strchr("; \t", value[size]);
}

// The type that the body must have.
static const char *wanted_type(struct request *request)
{
    static const char json[] = "application/json";
    static const char lines[] = "application/x-ndjson";
    if (request->route->body == BODY_OBJECTS) {
        request->is_ndjson =
            is_media_type(request->headers.content_type, lines);
        return request->is_ndjson ? lines : json;
    }
    if (request->route->body == BODY_FORM) {
        return "application/x-www-form-urlencoded";
    }
    return request->route->body == BODY_NDJSON ? lines : json;
}

// Content-Length is known to be digits.
static bool has_body(const struct request_headers *headers)
{
    const char *length = headers->content_length;
    return headers->transfer_encoding ||
           (length && length[strspn(length, "0")] != '\0');
}

static bool check_type(struct request *request)
{
    const struct request_headers *headers = &request->headers;
    if (request->route->body == BODY_NONE ||
        (request->route->body == BODY_MAYBE_JSON && !has_body(headers))) {
        return true;
    }
    const char *type = wanted_type(request);
    if (!is_media_type(headers->content_type, type)) {
        reply_problem(request, PROBLEM_MEDIA_TYPE, NULL,
                      "the Content-Type must be %s", type);
        return false;
    }
    const char *encoding = headers->content_encoding;
    bool may_zip = request->route->body != BODY_JSON &&
                   request->route->body != BODY_MAYBE_JSON;
    if (encoding && may_zip && strcasecmp(encoding, "gzip") == 0) {
        request->inflater = inflate_open();
        if (!request->inflater) {
            reply_status(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
        }
        return request->inflater != NULL;
    }
    if (encoding && strcasecmp(encoding, "identity") != 0) {
        reply_problem(request, PROBLEM_MEDIA_TYPE, NULL,
                      "the Content-Encoding may be %s",
                      may_zip ? "gzip or identity" : "identity only");
        reply_header(request, "Accept-Encoding", "%s",
                     may_zip ? "gzip" : "identity");
        return false;
    }
    return true;
}

static void refuse_size(struct request *request, size_t limit)
{
    drop_body(request);
    reply_problem(request, PROBLEM_TOO_LARGE, NULL,
                  "at most %zu bytes may come here", limit);
}

// Content-Length is known to be digits; more of them than fit are too large.
static bool check_length(struct request *request)
{
    const char *length = request->headers.content_length;
    size_t limit = request->route->body_limit;
    bool must_come = request->route->body != BODY_NONE &&
                     request->route->body != BODY_MAYBE_JSON;
    if (must_come && !length && !request->headers.transfer_encoding) {
        reply_problem(request, PROBLEM_LENGTH_REQUIRED, NULL,
                      "send Content-Length, or the body in chunks");
        request->reply.close = true;
        return false;
    }
    if (length && (strlen(length) > 18 || strtoull(length, NULL, 10) > limit)) {
        refuse_size(request, limit);
        request->reply.close = true;
        return false;
    }
    return true;
}

// Nobody can be known, and nothing done: what is said depends on who seems to
// ask.
static void refuse_closed(struct request *request,
                          const struct closure *closure)
{
    const char *path = request->path;
    if (strcmp(path, "/healthz") == 0 || strstr(path, "/api/") ||
        strncmp(path, "/admin/", 7) == 0) {
        reply_problem(request, PROBLEM_BUSY, NULL, "%s", closure->detail);
    } else {
        reply_lasting(request, 503, "text/plain; charset=utf-8",
                      closure->for_people, strlen(closure->for_people));
    }
    reply_header(request, "Retry-After", "%d", closure->retry_s);
}

static bool find_ward(struct request *request, struct wards *wards)
{
    static const struct closure
        shut = {"the book of this unit is not open; see the server's log",
                "Sổ của đơn vị này chưa mở được. Ông/Bà vui lòng thử lại "
                "sau ít phút.\n"
                "The book of this unit is not open. Please try again in some "
                "minutes.\n",
                RETRY_WARD_S},
        opens_anew = {"the book of this unit is being opened anew; nothing is "
                      "lost, try again",
                      "Sổ của đơn vị này đang được mở lại. Ông/Bà vui lòng "
                      "thử lại sau vài giây.\n"
                      "The book of this unit is being opened again. Please "
                      "try again in some seconds.\n",
                      RETRY_BUSY_S};
    if (!wards) {
        return true;
    }
    switch (wards_find(wards, request)) {
    case WARD_FOUND:
        return true;
    case WARD_PLACE:
        reply_status(request, MHD_HTTP_PERMANENT_REDIRECT);
        reply_header(request, "Location", "%s/",
                     request->server->settings.base);
        return false;
    case WARD_SHUT:
        refuse_closed(request, &shut);
        return false;
    case WARD_OPENS_ANEW:
        refuse_closed(request, &opens_anew);
        return false;
    case WARD_NONE:
        break;
    }
    reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                  "this server has no such unit");
    return false;
}

// What a unit that has become a part of another still takes: what its devices
// hold, what is known later of its dossiers, and the end of what is in force.
static bool is_for_the_ended(enum route_id id)
{
    static const enum route_id all[] = {ROUTE_BATCHES,
                                        ROUTE_TRANSACTIONS,
                                        ROUTE_ADMIN_BATCHES,
                                        ROUTE_ADMIN_TRANSACTIONS,
                                        ROUTE_SIGN_IN,
                                        ROUTE_SIGN_OUT,
                                        ROUTE_OWN_PASSWORD,
                                        ROUTE_SIGN_OUT_EVERYWHERE,
                                        ROUTE_REVOKE_DEVICE,
                                        ROUTE_ADMIN_REVOKE_DEVICE,
                                        ROUTE_REVOKE_KEY,
                                        ROUTE_ADMIN_REVOKE_KEY,
                                        ROUTE_DISABLE_PERSON,
                                        ROUTE_ADMIN_DISABLE_PERSON,
                                        ROUTE_END_SESSIONS,
                                        ROUTE_RENEW_PASSWORD,
                                        ROUTE_ADMIN_SET_PASSWORD,
                                        ROUTE_ADMIN_ADD_CHECKPOINT};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] == id) {
            return true;
        }
    }
    return false;
}

static bool check_ended(struct request *request)
{
    int32_t until = request->server->until;
    char last[DATE_ISO_SIZE];
    if (until == CITY_NO_END || strcmp(request->route->method, "GET") == 0 ||
        date_day_of_wall_ms(clock_wall_ms()) <= until ||
        is_for_the_ended(request->route->id)) {
        return true;
    }
    date_format_iso(until, last);
    reply_problem(request, PROBLEM_ENDED, NULL,
                  "this unit ended on %s; its book is only read", last);
    return false;
}

static void refuse_shut(struct request *request, enum shut shut)
{
    static const struct closure
        away = {"the server's database is away; nothing is lost, try again",
                "Máy chủ đang chờ cơ sở dữ liệu. Ông/Bà vui lòng thử lại sau "
                "ít phút.\n"
                "The server waits for its database. Please try again in some "
                "minutes.\n",
                RETRY_WARD_S},
        outdated = {"a newer program has changed the database; this server "
                    "must be upgraded",
                    "Máy chủ đang được nâng cấp. Ông/Bà vui lòng thử lại sau "
                    "ít phút.\n"
                    "The server is being upgraded. Please try again in some "
                    "minutes.\n",
                    RETRY_WARD_S};
    static const struct closure replaced = {
        "this server's keys were replaced; it must be started with the new "
        "ones",
        "Máy chủ đang chờ khóa mới. Ông/Bà vui lòng thử lại sau ít phút.\n"
        "The server waits for its new keys. Please try again in some "
        "minutes.\n",
        RETRY_WARD_S};
    refuse_closed(request, shut == SHUT_OUTDATED   ? &outdated
                           : shut == SHUT_REPLACED ? &replaced
                                                   : &away);
}

static bool check_shut(struct request *request)
{
    enum shut shut = request->server->shut;
    bool is_watcher = strcmp(request->path, "/metrics") == 0;
    if (shut == SHUT_NOT || (is_watcher && shut != SHUT_AWAY)) {
        return true;
    }
    if (is_watcher) {
        struct buf body = {0};
        metrics_write_reachable(false, &body);
        reply_bytes(request, 200, METRICS_TYPE, &body);
    } else {
        refuse_shut(request, shut);
    }
    return false;
}

void request_begin(struct request *request, const struct route *routes,
                   struct wards *wards, const char *method, const char *version)
{
    request->stage = REQUEST_RECEIVING;
    if (check_framing(request, version) && find_ward(request, wards) &&
        check_shut(request) && check_route(request, routes, method) &&
        check_type(request) && check_length(request) && check_ended(request)) {
        request->route->permit(request);
    }
}

bool request_borrow(struct request *request, size_t size)
{
    if (budget_take(&request->server->bodies, size)) {
        request->lent += size;
        return true;
    }
    drop_body(request);
    reply_problem(request, PROBLEM_BUSY, NULL,
                  "the server has too many bodies in work");
    reply_header(request, "Retry-After", "%d", RETRY_BUSY_S);
    return false;
}

static void take_inflated(struct request *request, const char *bytes,
                          size_t size)
{
    size_t limit = request->route->body_limit, before = request->body.size;
    switch (
        inflate_feed(request->inflater, bytes, size, limit, &request->body)) {
    case INFLATE_OK:
        request_borrow(request, request->body.size - before);
        break;
    case INFLATE_TOO_LARGE:
        refuse_size(request, limit);
        break;
    case INFLATE_BROKEN:
        drop_body(request);
        reply_problem(request, PROBLEM_UNREADABLE, NULL,
                      "the body is no sound gzip");
        break;
    case INFLATE_NO_MEMORY:
        drop_body(request);
        reply_status(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
        break;
    }
}

bool request_take(struct request *request, const char *bytes, size_t size)
{
    request->received += size;
    if (request->reply.status != 0) {
        return request->received <= PASS_OVER_MAX;
    }
    size_t limit = request->route->body_limit;
    if (request->inflater) {
        take_inflated(request, bytes, size);
    } else if (size > limit - request->body.size) {
        refuse_size(request, limit);
    } else if (request_borrow(request, size)) {
        buf_append(&request->body, bytes, size);
    }
    return true;
}

enum handling request_handle(struct request *request)
{
    if (request->reply.status != 0) {
        return HANDLING_DONE;
    }
    if (!buf_ok(&request->body)) {
        log_error(MODULE, "out of memory for a body");
        reply_status(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
        return HANDLING_DONE;
    }
    if (request->inflater && !inflate_is_complete(request->inflater)) {
        reply_problem(request, PROBLEM_UNREADABLE, NULL,
                      "the gzip body ends too early");
        return HANDLING_DONE;
    }
    return request->route->handle(request);
}

json_t *request_object(struct request *request)
{
    char message[JSON_MESSAGE_SIZE];
    struct problem_members members = {.line = 1, .reason = message};
    json_t *object =
        json_read(buf_text(&request->body), request->body.size, message);
    if (!object) {
        reply_problem(request, PROBLEM_UNREADABLE, &members, "%s", message);
    } else if (!json_is_object(object)) {
        json_decref(object);
        object = NULL;
        reply_problem(request, PROBLEM_UNREADABLE, NULL,
                      "the body is no JSON object");
    }
    return object;
}

enum handling request_refuse(struct request *request, const char *why)
{
    reply_problem(request, PROBLEM_UNREADABLE,
                  &(struct problem_members){.line = 1, .reason = why}, "%s",
                  why);
    return HANDLING_DONE;
}

const char *request_who(const struct request *request)
{
    return request->who[0] != '\0' ? request->who : "admin";
}

struct argument {
    const char *name;
    const char *value;
    bool is_bad;
};

static enum MHD_Result scan_argument(void *ctx, enum MHD_ValueKind kind,
                                     const char *name, size_t name_size,
                                     const char *value, size_t value_size)
{
    struct argument *wanted = ctx;
    (void)kind;
    if (strlen(name) == name_size && strcmp(name, wanted->name) == 0) {
        wanted->is_bad |=
            wanted->value || !value || strlen(value) != value_size;
        wanted->value = value;
    }
    return MHD_YES;
}

bool request_argument(struct request *request, const char *name,
                      const char **out_value)
{
    struct argument wanted = {.name = name};
    MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND,
                                scan_argument, &wanted);
    if (wanted.is_bad) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: give it once, with one value", name);
        return false;
    }
    if (wanted.value && !text_is_utf8(wanted.value, strlen(wanted.value))) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s: is no UTF-8",
                      name);
        return false;
    }
    *out_value = wanted.value;
    return true;
}

enum handling request_wait(struct request *request)
{
    if (writer_reserve(request->server->writer)) {
        return HANDLING_WAITS;
    }
    reply_problem(request, PROBLEM_BUSY, NULL,
                  "too many requests wait for the database");
    reply_header(request, "Retry-After", "%d", RETRY_BUSY_S);
    return HANDLING_DONE;
}

enum handling request_write(struct request *request,
                            enum office_result (*work)(struct office *office,
                                                       void *ctx))
{
    request->job.work = work;
    request->job.work_ctx = request->work;
    return request_wait(request);
}
