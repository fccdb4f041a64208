#include "sync/transport.h"
#include "common/clock.h"
#include "common/log.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CONNECT_S = 10,
    TOTAL_S = 60,
    LOW_SPEED_BYTES = 100,
    LOW_SPEED_S = 20,
    CONNECTION_AGE_S = 60,
    FAILURES_MAX = 10, // then a new handle: a stale one may never recover
    ANSWER_MAX = 1 << 20,
    HEADERS_MAX = 64 << 10
};

static const char module[] = "transport";

struct transport {
    CURL *handle;
    char *ca, *pin, *proxy;
    bool plain_http;
    int connect_s, total_s;
    int64_t wall_s; // certificates are judged by it; 0: by the clock
    int failures;   // in a row
    atomic_bool aborted;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *copy_or_null(const char *text)
{
    return text && *text ? strdup(text) : NULL;
}

struct transport *transport_open(const struct transport_params *params)
{
    pthread_once(&curl_once, init_curl);
    struct transport *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->ca = copy_or_null(params->ca);
    t->pin = copy_or_null(params->pin);
    t->proxy = copy_or_null(params->proxy);
    t->plain_http = params->plain_http;
    t->connect_s = params->connect_s > 0 ? params->connect_s : CONNECT_S;
    t->total_s = params->total_s > 0 ? params->total_s : TOTAL_S;
    return t;
}

void transport_close(struct transport *t)
{
    if (!t)
        return;
    curl_easy_cleanup(t->handle);
    free(t->ca);
    free(t->pin);
    free(t->proxy);
    free(t);
}

void transport_abort(struct transport *t)
{
    atomic_store(&t->aborted, true);
}

void transport_set_time(struct transport *t, int64_t wall_s)
{
    if (t->wall_s == wall_s)
        return;
    // Judged once a connection: those that stand were judged by another time.
    if (t->wall_s == 0 || wall_s == 0) {
        curl_easy_cleanup(t->handle);
        t->handle = NULL;
    }
    t->wall_s = wall_s;
}

// "127.x.y.z", "localhost" and "[::1]", as they stand in an address. Four whole
// numbers: anything shorter or odder might be asked of a name server.
static bool is_this_machine(const char *host, size_t size)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr address;
    if (size >= sizeof text)
        return false;
    memcpy(text, host, size);
    text[size] = '\0';
    if (strcasecmp(text, "localhost") == 0 || strcmp(text, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, text, &address) == 1 &&
           ntohl(address.s_addr) >> 24 == 127;
}

bool transport_allows(const char *url, bool plain_http)
{
    bool tls = strncmp(url, "https://", 8) == 0;
    if (!tls && strncmp(url, "http://", 7) != 0)
        return false;
    const char *host = url + (tls ? 8 : 7);
    size_t whole = strcspn(host, "/?#"); // with the port
    // A user's name before the host would hide where it goes.
    if (memchr(host, '@', whole))
        return false;
    const char *end = *host == '[' ? memchr(host, ']', whole) : NULL;
    size_t size = end ? (size_t)(end - host) + 1 : strcspn(host, ":/?#");
    if (size == 0 || (size < whole && host[size] != ':'))
        return false;
    return tls || plain_http || is_this_machine(host, size);
}

struct receiving {
    struct transport *transport;
    struct transport_answer *answer;
    size_t most;
    size_t header_bytes;
    bool too_large;
};

static size_t take_body(char *bytes, size_t one, size_t size, void *ctx)
{
    struct receiving *r = ctx;
    size_t total = one * size;
    if (total > r->most - r->answer->body.size) {
        r->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buf_append(&r->answer->body, bytes, total);
    return buf_ok(&r->answer->body) ? total : CURL_WRITEFUNC_ERROR;
}

// The value of a header line when its name fits; the length in `out_size`.
static const char *value_of(const char *line, size_t size, const char *name,
                            size_t *out_size)
{
    size_t length = strlen(name);
    if (size <= length || line[length] != ':' ||
        strncasecmp(line, name, length) != 0)
        return NULL;
    const char *from = line + length + 1, *end = line + size;
    while (from < end && isspace((unsigned char)*from))
        from++;
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    *out_size = (size_t)(end - from);
    return from;
}

static void keep_header(const char *line, size_t size, const char *name,
                        char out[TRANSPORT_HEADER_SIZE])
{
    size_t length;
    const char *value = value_of(line, size, name, &length);
    if (value && length < TRANSPORT_HEADER_SIZE) {
        memcpy(out, value, length);
        out[length] = '\0';
    }
}

static void forget_headers(struct transport_answer *answer)
{
    answer->retry_after_s = -1;
    answer->etag[0] = '\0';
    answer->signature[0] = '\0';
    answer->content_type[0] = '\0';
}

static size_t take_header(char *line, size_t one, size_t size, void *ctx)
{
    struct receiving *r = ctx;
    struct transport_answer *answer = r->answer;
    size_t total = one * size, length;
    r->header_bytes += total;
    if (r->header_bytes > HEADERS_MAX) {
        r->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    // What an interim answer said (1xx) is not said by the final one.
    if (total >= 5 && strncmp(line, "HTTP/", 5) == 0)
        forget_headers(answer);
    keep_header(line, total, "ETag", answer->etag);
    keep_header(line, total, "Hailong-Signature", answer->signature);
    keep_header(line, total, "Content-Type", answer->content_type);
    const char *value = value_of(line, total, "Retry-After", &length);
    // Only seconds are taken. A date would be measured against a clock that
    // may be years off, and stop the courier for as long.
    if (value && length >= 1 && length <= 9 &&
        strspn(value, "0123456789") >= length)
        answer->retry_after_s = (int)strtol(value, NULL, 10);
    return total;
}

static int watch(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c,
                 curl_off_t d)
{
    struct receiving *r = ctx;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&r->transport->aborted) ? 1 : 0;
}

// What the TLS library is told beside what curl tells it.
struct judging {
    int64_t wall_s; // dates are judged by it; 0: by the clock
    bool any_date;
    bool any_issuer; // the pin vouches for the key
};

// The pin is looked at by curl when this is done, whatever is said here.
static int pass_issuer(int sound, X509_STORE_CTX *store)
{
    switch (X509_STORE_CTX_get_error(store)) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    default:
        return sound;
    }
}

static CURLcode judge(CURL *handle, void *tls, void *ctx)
{
    const struct judging *judging = ctx;
    (void)handle;
    if (judging->any_issuer)
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, pass_issuer);
    if (judging->any_date &&
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(tls),
                                    X509_V_FLAG_NO_CHECK_TIME) != 1)
        return CURLE_SSL_CONNECT_ERROR;
    if (!judging->any_date && judging->wall_s != 0)
        X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(tls),
                                   (time_t)judging->wall_s);
    return CURLE_OK;
}

// Sets one option; a wrong one is our own mistake or a library that lacks it,
// and then the request must not go out with less care than meant.
#define SET(option, value)                                                     \
    do {                                                                       \
        if (code == CURLE_OK)                                                  \
            code = curl_easy_setopt(t->handle, option, value);                 \
    } while (0)

static CURLcode set_common(struct transport *t, struct receiving *receiving,
                           char *message)
{
    CURLcode code = CURLE_OK;
    SET(CURLOPT_NOSIGNAL, 1L);
    // A look-up of a name cannot be ended, and curl would wait for its thread
    // beyond every limit and every abort.
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_ERRORBUFFER, message);
    SET(CURLOPT_CONNECTTIMEOUT, (long)t->connect_s);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
    SET(CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_S);
    SET(CURLOPT_PROXY, t->proxy ? t->proxy : "");
    SET(CURLOPT_NOPROXY, "");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, receiving);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, receiving);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, watch);
    SET(CURLOPT_XFERINFODATA, receiving);
    SET(CURLOPT_USERAGENT, "hailong/" HAILONG_VERSION);
    if (t->ca)
        SET(CURLOPT_CAINFO, t->ca);
    if (t->pin)
        SET(CURLOPT_PINNEDPUBLICKEY, t->pin);
    return code;
}

static CURLcode set_judging(struct transport *t, struct judging *judging)
{
    CURLcode code = CURLE_OK;
    if (judging->any_date) {
        SET(CURLOPT_FRESH_CONNECT, 1L);
        SET(CURLOPT_FORBID_REUSE, 1L);
        SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }
    if (judging->any_date || judging->any_issuer || judging->wall_s != 0) {
        SET(CURLOPT_SSL_CTX_FUNCTION, judge);
        SET(CURLOPT_SSL_CTX_DATA, judging);
    }
    return code;
}

// OpenSSL looks at the dates last of all: then nothing else was wrong.
static enum transport_fault fault_of_certificate(CURL *handle)
{
    long why = X509_V_OK;
    curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &why);
    switch (why) {
    // The chain is good. curl itself compares the names, before it tells.
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
        return TRANSPORT_FAULT_HOST;
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return TRANSPORT_FAULT_DATES;
    default:
        return TRANSPORT_FAULT_ISSUER;
    }
}

static enum transport_fault fault_of(CURL *handle, CURLcode code,
                                     const char *message)
{
    long why = 0;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return TRANSPORT_FAULT_NAME;
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &why);
        return why == ENETUNREACH || why == EHOSTUNREACH || why == ENETDOWN
                   ? TRANSPORT_FAULT_ROUTE
                   : TRANSPORT_FAULT_OTHER;
    case CURLE_SSL_CONNECT_ERROR:
        // OpenSSL's words for bytes that are none of TLS; the rest are cuts.
        return strstr(message, "wrong version number") ? TRANSPORT_FAULT_NO_TLS
                                                       : TRANSPORT_FAULT_OTHER;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return TRANSPORT_FAULT_PIN;
    case CURLE_PEER_FAILED_VERIFICATION:
        return fault_of_certificate(handle);
    default:
        return TRANSPORT_FAULT_OTHER;
    }
}

static CURLcode set_request(struct transport *t,
                            const struct transport_request *q,
                            struct curl_slist *headers)
{
    CURLcode code = CURLE_OK;
    SET(CURLOPT_URL, q->url);
    SET(CURLOPT_TIMEOUT, (long)(q->total_s > 0 ? q->total_s : t->total_s));
    SET(CURLOPT_HTTPHEADER, headers);
    if (q->patient)
        SET(CURLOPT_LOW_SPEED_TIME, 0L);
    if (strcmp(q->method, "GET") == 0)
        SET(CURLOPT_HTTPGET, 1L);
    else if (q->body || strcmp(q->method, "POST") == 0) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, q->body ? q->body : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->size);
    }
    if (strcmp(q->method, "GET") != 0 && strcmp(q->method, "POST") != 0)
        SET(CURLOPT_CUSTOMREQUEST, q->method);
    return code;
}
#undef SET

static bool add_header(struct curl_slist **headers, const char *name,
                       const char *prefix, const char *value)
{
    struct buf line = {0};
    buf_printf(&line, "%s: %s%s", name, prefix, value);
    struct curl_slist *grown =
        buf_ok(&line) ? curl_slist_append(*headers, line.data) : NULL;
    buf_free(&line);
    if (grown)
        *headers = grown;
    return grown != NULL;
}

static struct curl_slist *make_headers(const struct transport_request *q)
{
    struct curl_slist *headers = NULL;
    // Without this curl would wait a second for "100 Continue".
    bool ok =
        add_header(&headers, "Expect", "", "") &&
        (!q->token ||
         add_header(&headers, "Authorization", "Bearer ", q->token)) &&
        (!q->content_type ||
         add_header(&headers, "Content-Type", "", q->content_type)) &&
        (!q->gzip || add_header(&headers, "Content-Encoding", "", "gzip")) &&
        (!q->etag || add_header(&headers, "If-None-Match", "", q->etag));
    if (!ok) {
        curl_slist_free_all(headers);
        headers = NULL;
    }
    return headers;
}

static enum transport_result result_of(CURLcode code, const struct receiving *r)
{
    if (code == CURLE_OK)
        return TRANSPORT_ANSWERED;
    if (r->too_large)
        return TRANSPORT_REFUSED;
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return TRANSPORT_ABORTED;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return TRANSPORT_TLS;
    default:
        return TRANSPORT_FAILED;
    }
}

static enum transport_result perform(struct transport *t,
                                     const struct transport_request *q,
                                     struct transport_answer *out)
{
    struct receiving receiving = {
        t, out, q->answer_max ? q->answer_max : ANSWER_MAX, 0, false};
    struct judging judging = {t->wall_s, q->any_date, t->pin && !t->ca};
    char message[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = make_headers(q);
    curl_easy_reset(t->handle); // keeps the connections
    CURLcode code =
        headers ? set_common(t, &receiving, message) : CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        code = set_request(t, q, headers);
    if (code == CURLE_OK)
        code = set_judging(t, &judging);
    int64_t start = clock_mono_us();
    if (code == CURLE_OK)
        code = curl_easy_perform(t->handle);
    out->round_trip_ms = (clock_mono_us() - start) / 1000;
    out->up_ms = clock_boot_ms();
    out->timed_out = code == CURLE_OPERATION_TIMEDOUT;
    out->fault = fault_of(t->handle, code, message);
    long status = 0;
    curl_easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &status);
    out->status = code == CURLE_OK ? (int)status : 0;
    if (receiving.too_large)
        snprintf(out->message, sizeof out->message,
                 "the answer is larger than %zu bytes", receiving.most);
    else if (code != CURLE_OK)
        snprintf(out->message, sizeof out->message, "%s",
                 *message ? message : curl_easy_strerror(code));
    // The handle must not point to what ends here.
    curl_easy_reset(t->handle);
    curl_slist_free_all(headers);
    return result_of(code, &receiving);
}

enum transport_result transport_ask(struct transport *t,
                                    const struct transport_request *q,
                                    struct transport_answer *out)
{
    *out = (struct transport_answer){.retry_after_s = -1};
    if (atomic_load(&t->aborted))
        return TRANSPORT_ABORTED;
    if (!transport_allows(q->url, t->plain_http)) {
        snprintf(out->message, sizeof out->message,
                 "%.150s: not allowed; give an https:// address", q->url);
        return TRANSPORT_REFUSED;
    }
    if (t->failures >= FAILURES_MAX) {
        curl_easy_cleanup(t->handle);
        t->handle = NULL;
        t->failures = 0;
    }
    if (!t->handle)
        t->handle = curl_easy_init();
    if (!t->handle) {
        snprintf(out->message, sizeof out->message, "out of memory");
        return TRANSPORT_FAILED;
    }
    enum transport_result result = perform(t, q, out);
    t->failures = result == TRANSPORT_ANSWERED ? 0 : t->failures + 1;
    log_debug(module, "%s %s: %d %s", q->method, q->url, out->status,
              out->message);
    return result;
}

void transport_answer_free(struct transport_answer *answer)
{
    buf_free(&answer->body);
    *answer = (struct transport_answer){.retry_after_s = -1};
}
