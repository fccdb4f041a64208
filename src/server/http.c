#include "server/http.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include "server/stream.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const char MODULE[] = "server";

enum {
    BACKLOG = 1024,
    OTHER_DESCRIPTORS = 128, // logs, the other listener, the least of all
    PEM_MAX = 1 << 20,
    SILENCE_S = 30, // the library's own timeout, behind the watchdog's
    CONNECTION_MEMORY = 32 * 1024,
    STOP_WAIT_S = 5
};

struct http {
    struct http_params params;
    struct MHD_Daemon *daemon;
    struct connections *connections;
    int listener;
    bool accepting;
    uint16_t port;
    struct buf cert, key;
    pthread_mutex_t mutex; // guards `answering`
    pthread_cond_t answered;
    size_t answering; // requests that are whole and not delivered yet
};

static void count_answering(struct request *request, bool begins)
{
    struct http *http = request->http;
    if (request->is_counted == begins) {
        return;
    }
    request->is_counted = begins;
    pthread_mutex_lock(&http->mutex);
    http->answering += begins ? 1 : (size_t)-1;
    if (http->answering == 0) {
        pthread_cond_signal(&http->answered);
    }
    pthread_mutex_unlock(&http->mutex);
}

// What a page may load: this server's own files, and nothing else.
static const char PAGE_POLICY[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors ";

static bool add_policy(struct MHD_Response *response, const char *ancestors)
{
    char policy[sizeof PAGE_POLICY + SERVER_ANCESTORS_SIZE];
    snprintf(policy, sizeof policy, "%s%s", PAGE_POLICY,
             ancestors ? ancestors : "'none'");
    return MHD_add_response_header(response, "Content-Security-Policy", policy);
}

// The library owns the body from then on, but for one that lasts.
static struct MHD_Response *make_response(struct request *request)
{
    struct reply *reply = &request->reply;
    if (reply->stream.more) {
        return stream_response(&reply->stream, request->http->connections,
                               request->peer);
    }
    if (reply->lasting) {
        // It is only read.
        return MHD_create_response_from_buffer(
            reply->lasting_size, (void *)(uintptr_t)reply->lasting,
            MHD_RESPMEM_PERSISTENT);
    }
    size_t size = reply->body.size;
    char *body = size > 0 ? buf_take(&reply->body) : NULL;
    if (!body) {
        return MHD_create_response_from_buffer(0, (char[1]){0},
                                               MHD_RESPMEM_MUST_COPY);
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(body);
    }
    return response;
}

static bool add_headers(struct MHD_Response *response,
                        const struct reply *reply, bool has_body)
{
    bool ok =
        MHD_add_response_header(response, "Cache-Control",
                                reply->cache ? reply->cache : "no-store") &&
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (ok && reply->is_page) {
        ok =
            add_policy(response, reply->ancestors) &&
            MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    }
    if (ok && reply->type && has_body) {
        ok = MHD_add_response_header(response, "Content-Type", reply->type);
    }
    for (size_t i = 0; ok && i < reply->header_count; i++) {
        ok = MHD_add_response_header(response, reply->headers[i].name,
                                     reply->headers[i].value);
    }
    if (ok && reply->close) {
        ok = MHD_add_response_header(response, "Connection", "close");
    }
    return ok;
}

enum { FIELDS_MOST = 5 };

// What an operator must hear of: an answer that failed here, or that took long.
// What waits for others by its nature is not slow.
static void tell_of(const struct request *request)
{
    int64_t slow_ms = request->server->settings.slow_ms;
    int64_t ms = request->whole_us == 0
                     ? 0
                     : (clock_mono_us() - request->whole_us) / 1000;
    bool is_slow =
        slow_ms > 0 && ms > slow_ms && request->listens_until_us == 0;
    bool has_failed = request->reply.status >= 500;
    const struct log_field fields[FIELDS_MOST] = {
        {"route", route_name(request->route ? request->route->id : ROUTE_NONE),
         0},
        {"status", NULL, request->reply.status},
        {"ms", NULL, ms},
        {"device", request->device.id, 0},
        {"counter", request->device.counter, 0}};
    size_t count = request->device.id[0] != '\0' ? FIELDS_MOST : 3;
    if (has_failed) {
        log_write_with(LOG_WARN, MODULE, fields, count,
                       "a request was not done");
    } else if (is_slow) {
        log_write_with(LOG_WARN, MODULE, fields, count,
                       "an answer took longer than %lld ms",
                       (long long)slow_ms);
    }
}

// Hands the reply to the library.
static enum MHD_Result send_reply(struct request *request)
{
    struct reply *reply = &request->reply;
    if (reply->is_problem) {
        phone_dress(request);
        web_dress(request);
    }
    bool has_body =
        reply->body.size > 0 || reply->lasting || reply->stream.more;
    request_forget(request);
    struct MHD_Response *response = make_response(request);
    if (!response) {
        log_error(MODULE, "out of memory for an answer");
        return MHD_NO;
    }
    bool ok = add_headers(response, reply, has_body);
    request->stage = REQUEST_ANSWERED;
    connection_owes(request->http->connections, request->peer);
    metrics_count_request(&request->server->metrics,
                          request->route ? request->route->id : ROUTE_NONE,
                          reply->status);
    tell_of(request);
    enum MHD_Result queued =
        ok ? MHD_queue_response(request->connection,
                                (unsigned int)reply->status, response)
           : MHD_NO;
    MHD_destroy_response(response);
    return queued;
}

void request_wake(const struct request *request)
{
    MHD_resume_connection(request->connection);
}

// On the writer's or the hub's thread.
static void resume(void *ctx)
{
    request_wake(ctx);
}

static void on_job_done(void *ctx)
{
    struct request *request = ctx;
    if (request->committed) {
        request->committed(request);
    }
    resume(request);
}

static int socket_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection,
                                   MHD_CONNECTION_INFO_CONNECTION_FD)
        ->connect_fd;
}

// First asleep, then queued: whoever it waits for may be done at once.
static enum MHD_Result go_on(struct request *request, enum handling handling)
{
    switch (handling) {
    case HANDLING_DONE:
        return send_reply(request);
    case HANDLING_WAITS:
        request->stage = REQUEST_WAITING;
        request->job.done = on_job_done;
        request->job.done_ctx = request;
        MHD_suspend_connection(request->connection);
        writer_push(request->server->writer, &request->job);
        break;
    case HANDLING_BEGINS:
        request->stage = REQUEST_WAITING;
        MHD_suspend_connection(request->connection);
        request->begin(request);
        break;
    case HANDLING_LISTENS:
        request->stage = REQUEST_LISTENING;
        request->listening.fd = socket_of(request->connection);
        request->listening.wake = resume;
        request->listening.ctx = request;
        MHD_suspend_connection(request->connection);
        hub_enter(request->server->hub, &request->listening);
        break;
    }
    return MHD_YES;
}

// The body is whole: from now on the peer waits for us.
static enum MHD_Result answer(struct request *request)
{
    connection_owes_nothing(request->http->connections, request->peer);
    count_answering(request, true);
    request->whole_us = clock_mono_us();
    return go_on(request, request_handle(request));
}

// The library calls again and again, as parts come and when a wait is over.
static enum MHD_Result proceed(struct http *http, struct request *request,
                               const char *method, const char *version,
                               const char *upload, size_t *upload_size)
{
    switch (request->stage) {
    case REQUEST_NEW: {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(
            request->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        request->peer = info ? info->socket_context : NULL;
        request_begin(request, http->params.routes, http->params.wards, method,
                      version);
        log_set_ward(request->server->settings.log_ward);
        return request->reply.close ? send_reply(request) : MHD_YES;
    }
    case REQUEST_RECEIVING:
        if (*upload_size == 0) {
            return answer(request);
        }
        if (!request_take(request, upload, *upload_size)) {
            return MHD_NO;
        }
        *upload_size = 0;
        return MHD_YES;
    case REQUEST_WAITING:
        request->route->finish(request);
        return send_reply(request);
    case REQUEST_LISTENING:
        return go_on(request, request->route->handle(request));
    case REQUEST_ANSWERED:
        break;
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *upload,
                                  size_t *upload_size, void **request_slot)
{
    struct request *request = *request_slot;
    (void)connection;
    (void)url; // unescaped by the library; request->path is as it came
    if (!request) {
        return MHD_NO;
    }
    log_set_ward(request->server->settings.log_ward);
    enum MHD_Result result =
        proceed(ctx, request, method, version, upload, upload_size);
    log_set_ward("");
    return result;
}

static void *on_request_line(void *ctx, const char *target,
                             struct MHD_Connection *connection)
{
    struct http *http = ctx;
    return request_open(http->params.server, http, connection, target);
}

static void on_request_over(void *ctx, struct MHD_Connection *connection,
                            void **request_slot,
                            enum MHD_RequestTerminationCode code)
{
    struct request *request = *request_slot;
    (void)ctx, (void)connection, (void)code;
    if (request) {
        connection_owes(request->http->connections, request->peer);
        count_answering(request, false);
        request_close(request);
        *request_slot = NULL;
    }
}

static void on_connection(void *ctx, struct MHD_Connection *connection,
                          void **peer_slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *http = ctx;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_remove(http->connections, *peer_slot);
        *peer_slot = NULL;
        return;
    }
    int fd = socket_of(connection);
    *peer_slot = connections_add(
        http->connections, fd,
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
            ->client_addr);
    if (!*peer_slot) {
        shutdown(fd, SHUT_RDWR);
    }
}

static enum MHD_Result on_accept(void *ctx, const struct sockaddr *address,
                                 socklen_t size)
{
    struct http *http = ctx;
    (void)size;
    return connections_admit(http->connections, address) ? MHD_YES : MHD_NO;
}

// The library's own remarks: about peers that broke off, mostly.
__attribute__((format(printf, 2, 0))) static void
on_log(void *ctx, const char *format, va_list args)
{
    char text[256];
    (void)ctx;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug(MODULE, "http: %s", text);
}

static int open_listener(const struct server_address *address)
{
    const struct sockaddr *socket_address = &address->socket.any;
    int fd = socket(socket_address->sa_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1;
    if (fd >= 0 &&
        (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
         bind(fd, socket_address, address->size) != 0 ||
         listen(fd, BACKLOG) != 0)) {
        int fault = errno;
        close(fd);
        errno = fault;
        fd = -1;
    }
    if (fd < 0) {
        log_error(MODULE, "cannot listen on port %d: %s",
                  ntohs(socket_address->sa_family == AF_INET6
                            ? address->socket.ip6.sin6_port
                            : address->socket.ip4.sin_port),
                  strerror(errno));
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    struct server_address bound = {.size = sizeof bound.socket};
    if (getsockname(fd, &bound.socket.any, &bound.size) != 0) {
        return 0;
    }
    return ntohs(bound.socket.any.sa_family == AF_INET6
                     ? bound.socket.ip6.sin6_port
                     : bound.socket.ip4.sin_port);
}

// As many descriptors as the system allows; then as many connections as these
// allow.
static unsigned int allowed_connections(int wanted, int others)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return (unsigned int)wanted;
    }
    rlim_t needed = (rlim_t)wanted + (rlim_t)others;
    if (limit.rlim_cur < needed && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) {
        return (unsigned int)wanted;
    }
    rlim_t least = (rlim_t)others + OTHER_DESCRIPTORS;
    unsigned int most = limit.rlim_cur > least
                            ? (unsigned int)(limit.rlim_cur - (rlim_t)others)
                            : OTHER_DESCRIPTORS;
    log_warn(MODULE,
             "only %u connections at once: the system allows this program %llu "
             "open files (ulimit -n)",
             most, (unsigned long long)limit.rlim_cur);
    return most;
}

static bool read_pem(const char *path, struct buf *out)
{
    if (!file_read(path, PEM_MAX, out)) {
        log_error(MODULE, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static bool start_daemon(struct http *http)
{
    const struct http_params *params = &http->params;
    unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL |
                         MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem items[8];
    size_t count = 0;
    if (params->threads > 1) {
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE,
                                                 params->threads, NULL};
    }
    if (params->tls_cert) {
        flags |= MHD_USE_TLS;
        items[count++] = (struct MHD_OptionItem){
            MHD_OPTION_HTTPS_PRIORITIES, 0,
            (void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
                                                 http->cert.data};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0,
                                                 http->key.data};
    }
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    http->daemon = MHD_start_daemon(
        flags, 0, on_accept, http, on_request, http,
        // First, so that it hears what the others have to say.
        MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, //
        MHD_OPTION_LISTEN_SOCKET, http->listener, //
        MHD_OPTION_URI_LOG_CALLBACK, on_request_line, http,
        MHD_OPTION_NOTIFY_COMPLETED, on_request_over, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, //
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)SILENCE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT,
        allowed_connections(params->connections, params->descriptors),
        MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return http->daemon != NULL;
}

static void destroy(struct http *http)
{
    if (http->listener >= 0) {
        close(http->listener);
    }
    connections_close(http->connections);
    if (http->key.data) {
        explicit_bzero(http->key.data, http->key.size);
    }
    buf_free(&http->key);
    buf_free(&http->cert);
    pthread_cond_destroy(&http->answered);
    pthread_mutex_destroy(&http->mutex);
    free(http);
}

// The listener, which nobody takes connections from then; -1: there is none.
static int take_listener(struct http *http)
{
    int listener = http->listener;
    if (!http->accepting) {
        return -1;
    }
    MHD_quiesce_daemon(http->daemon);
    http->accepting = false;
    http->listener = -1;
    return listener;
}

struct http *http_start(const struct http_params *params)
{
    struct http *http = calloc(1, sizeof *http);
    if (!http) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    http->params = *params;
    http->listener = -1;
    pthread_mutex_init(&http->mutex, NULL);
    clock_cond_init(&http->answered);
    if ((params->tls_cert && (!read_pem(params->tls_cert, &http->cert) ||
                              !read_pem(params->tls_key, &http->key))) ||
        !(http->connections = connections_open(&(struct connections_params){
              .owing_ms = params->request_ms,
              .per_address = params->connections_per_address,
              .proxies = params->server->settings.proxies,
              .proxy_count = params->server->settings.proxy_count})) ||
        (http->listener = params->before
                              ? take_listener(params->before)
                              : open_listener(params->address)) < 0) {
        destroy(http);
        return NULL;
    }
    if (!start_daemon(http)) {
        log_error(MODULE,
                  params->tls_cert
                      ? "the TLS listener cannot start; do %s and its key fit?"
                      : "the listener cannot start%s",
                  params->tls_cert ? params->tls_cert : "");
        destroy(http);
        return NULL;
    }
    http->accepting = true;
    http->port = port_of(http->listener);
    return http;
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

void http_stop_accepting(struct http *http)
{
    int listener = take_listener(http);
    if (listener >= 0) {
        close(listener);
    }
}

static void wait_for_answers(struct http *http)
{
    struct timespec until = clock_mono_in(STOP_WAIT_S * INT64_C(1000));
    pthread_mutex_lock(&http->mutex);
    while (http->answering > 0 &&
           pthread_cond_timedwait(&http->answered, &http->mutex, &until) == 0) {
    }
    pthread_mutex_unlock(&http->mutex);
}

void http_stop(struct http *http)
{
    if (!http) {
        return;
    }
    http_stop_accepting(http);
    wait_for_answers(http);
    MHD_stop_daemon(http->daemon);
    destroy(http);
}

struct connections_count http_connections(struct http *http)
{
    return connections_count(http->connections);
}

void http_hurry(const struct request *request)
{
    connection_hurry(request->http->connections, request->peer);
}
