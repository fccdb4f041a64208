#include "server/reply.h"
#include "common/clock.h"
#include "ledger/protocol.h"
#include "server/request.h"
#include <stdarg.h>
#include <stdio.h>

static const struct {
    int status;
    const char *type; // after "urn:hailong:problem:"
    const char *title;
} PROBLEMS[PROBLEM_COUNT] = {
    [PROBLEM_BAD_REQUEST] = {400, "bad-request", "The request is malformed"},
    [PROBLEM_UNAUTHORIZED] = {401, "unauthorized", "No valid token was given"},
    [PROBLEM_FORBIDDEN] = {403, "forbidden", "The caller may not do that"},
    [PROBLEM_REVOKED] = {403, "revoked", "The device was revoked"},
    [PROBLEM_PASSWORD_DUE] = {403, "password-due",
                              "A new password comes first"},
    [PROBLEM_WRONG_PASSWORD] = {403, "wrong-password",
                                "The password is not right"},
    [PROBLEM_OWN_ACCOUNT] = {403, "own-account",
                             "Nobody does that to themselves"},
    [PROBLEM_FOREIGN_PAGE] = {403, "foreign-page",
                              "The request is not of this server's own page"},
    [PROBLEM_SIGN_IN] = {401, "sign-in", "The name or the password is wrong"},
    [PROBLEM_SIGN_IN_LOCKED] = {429, "sign-in-locked",
                                "There were too many wrong tries"},
    [PROBLEM_NOT_FOUND] = {404, "not-found", "There is no such thing"},
    [PROBLEM_METHOD] = {405, "method", "The method is not allowed here"},
    [PROBLEM_GAP] = {409, "gap", "Lines before these are missing"},
    [PROBLEM_FORK] = {409, "fork", "The lines do not continue what is held"},
    [PROBLEM_THERE] = {409, "there", "There is one already"},
    [PROBLEM_CHANGED] = {409, "changed", "Somebody changed it meanwhile"},
    [PROBLEM_LAST_ADMIN] = {409, "last-admin", "It is the only admin"},
    [PROBLEM_ALREADY_RATED] = {409, "already-rated",
                               "The transaction has its rating"},
    [PROBLEM_OPEN_ELSEWHERE] = {409, "open-elsewhere",
                                "It is open at another counter"},
    [PROBLEM_QUEUE_FULL] = {409, "queue-full",
                            "The counter has as many as it may"},
    [PROBLEM_ENDED] = {409, "ended", "It has ended already"},
    [PROBLEM_NOT_NOW] = {409, "not-now", "That cannot be done now"},
    [PROBLEM_CODE_UNKNOWN] = {404, "code-unknown",
                              "The enrolment code is unknown"},
    [PROBLEM_CODE_USED] = {409, "code-used",
                           "The enrolment code was used already"},
    [PROBLEM_CODE_EXPIRED] = {410, "code-expired",
                              "The enrolment code has expired"},
    [PROBLEM_LENGTH_REQUIRED] = {411, "length-required",
                                 "The body's length is missing"},
    [PROBLEM_TOO_LARGE] = {413, "too-large", "The body is too large"},
    [PROBLEM_MEDIA_TYPE] = {415, "media-type",
                            "The body's type or encoding is not taken"},
    [PROBLEM_UNREADABLE] = {422, "unreadable", "The body cannot be understood"},
    [PROBLEM_PROTOCOL] = {422, "protocol", "The protocol is not spoken here"},
    [PROBLEM_BAD_SIGNATURE] = {422, "bad-signature",
                               "The signature does not fit"},
    [PROBLEM_UNKNOWN_COUNTER] = {422, "unknown-counter",
                                 "There is no such counter"},
    [PROBLEM_TOO_MANY] = {429, "too-many", "Too many requests"},
    [PROBLEM_FAILED] = {500, "failed", "The server failed"},
    [PROBLEM_BUSY] = {503, "busy", "The server cannot take this now"}};

enum { RETRY_DATABASE_S = 10 };

static void drop_stream(struct reply *reply)
{
    if (reply->stream.more) {
        reply->stream.free(reply->stream.ctx);
        reply->stream.more = NULL;
    }
}

void reply_free(struct reply *reply)
{
    buf_free(&reply->body);
    drop_stream(reply);
}

static struct reply *start(struct request *request, int status,
                           const char *type)
{
    struct reply *reply = &request->reply;
    reply_free(reply);
    reply->status = status;
    reply->type = type;
    reply->lasting = NULL;
    reply->lasting_size = 0;
    reply->cache = NULL;
    reply->is_page = false;
    reply->ancestors = NULL;
    reply->header_count = 0;
    reply->is_problem = false;
    return reply;
}

void reply_status(struct request *request, int status)
{
    start(request, status, NULL);
}

void reply_bytes(struct request *request, int status, const char *type,
                 struct buf *body)
{
    struct reply *reply = start(request, status, type);
    if (!buf_ok(body)) {
        buf_free(body);
        start(request, PROBLEMS[PROBLEM_FAILED].status, NULL);
        return;
    }
    reply->body = *body;
    *body = (struct buf){0};
}

void reply_lasting(struct request *request, int status, const char *type,
                   const char *bytes, size_t size)
{
    struct reply *reply = start(request, status, type);
    reply->lasting = bytes;
    reply->lasting_size = size;
}

void reply_stream(struct request *request, int status, const char *type,
                  const struct reply_stream *stream)
{
    start(request, status, type)->stream = *stream;
}

void reply_as_page(struct request *request, const char *cache)
{
    request->reply.is_page = true;
    request->reply.cache = cache;
}

static void reply_object(struct request *request, int status, const char *type,
                         json_t *object)
{
    struct buf body = {0};
    if (!object || !json_write(object, &body)) {
        body.failed = true;
    }
    json_decref(object);
    reply_bytes(request, status, type, &body);
}

void reply_json(struct request *request, int status, json_t *object)
{
    reply_object(request, status, "application/json", object);
}

static bool set_number(json_t *object, const char *key, int64_t number)
{
    return number == 0 ||
           json_object_set_new(object, key, json_integer(number)) == 0;
}

// Texts that quote foreign bytes may be no UTF-8; then they are left out.
static void set_text(json_t *object, const char *key, const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    if (value) {
        json_object_set_new(object, key, value);
    }
}

static json_t *make_problem(enum problem problem, const char *detail,
                            const struct problem_members *members)
{
    static const struct problem_members none = {0};
    const struct problem_members *more = members ? members : &none;
    char type[REPLY_VALUE_SIZE];
    snprintf(type, sizeof type, "urn:hailong:problem:%s",
             PROBLEMS[problem].type);
    json_t *object =
        json_pack("{s:s, s:s, s:i}", "type", type, "title",
                  PROBLEMS[problem].title, "status", PROBLEMS[problem].status);
    if (!object) {
        json_decref(more->faults);
        return NULL;
    }
    set_text(object, "detail", detail);
    set_text(object, "reason", more->reason);
    set_text(object, "counter", more->counter);
    if ((more->faults &&
         json_object_set_new(object, "faults", more->faults) != 0) ||
        !set_number(object, "line", more->line) ||
        !set_number(object, "expected", more->expected) ||
        !set_number(object, "next_gen", more->next_gen) ||
        (more->protocols &&
         json_object_set_new(object, "protocols",
                             protocol_write(more->protocols)) != 0)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

void reply_problem(struct request *request, enum problem problem,
                   const struct problem_members *members, const char *format,
                   ...)
{
    char detail[512];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    reply_object(request, PROBLEMS[problem].status, "application/problem+json",
                 make_problem(problem, detail, members));
    request->reply.is_problem = true;
    if (PROBLEMS[problem].status == 401) {
        reply_header(request, "WWW-Authenticate", "Bearer realm=\"hailong\"");
    }
}

void reply_office_failure(struct request *request, enum office_result result)
{
    reply_problem(request, PROBLEM_BUSY, NULL,
                  result == OFFICE_FULL
                      ? "the server's disk is full; nothing was taken"
                      : "the server's database cannot do this now; nothing is "
                        "lost, try again");
    reply_header(request, "Retry-After", "%d", RETRY_DATABASE_S);
}

void reply_unreadable(struct request *request, struct buf *message)
{
    const char *why = buf_text(message);
    reply_problem(request, PROBLEM_UNREADABLE,
                  &(struct problem_members){.reason = why}, "%s", why);
    buf_free(message);
}

void reply_version(struct request *request, const char *kind, const char *name,
                   int64_t version)
{
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_CHANGED,
                      &(struct problem_members){.expected = version},
                      "version %lld is the newest; look at it, and change that",
                      (long long)version);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(request, 200,
                   json_pack("{s:s, s:I}", kind, name, "version",
                             (json_int_t)version));
    }
}

json_t *reply_time(int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    return wall_ms > 0 ? json_string(text) : json_null();
}

void reply_header(struct request *request, const char *name, const char *format,
                  ...)
{
    struct reply *reply = &request->reply;
    va_list args;
    if (reply->header_count == REPLY_HEADERS_MAX) {
        return;
    }
    reply->headers[reply->header_count].name = name;
    va_start(args, format);
    vsnprintf(reply->headers[reply->header_count].value, REPLY_VALUE_SIZE,
              format, args);
    va_end(args);
    reply->header_count++;
}
