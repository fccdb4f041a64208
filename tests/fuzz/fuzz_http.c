// A request as the HTTP library hands it on: first line, headers, arguments of
// the query, body. What is refused is refused in well-formed JSON, memory is
// given back, and how the body was cut on its way changes nothing.
#include "fuzz/fuzz.h"
#include "report/report.h"
#include "server/context.h"
#include "server/permit.h"
#include "server/request.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 40, ROUTES_MAX = 160, BODIES_LIMIT = 64 << 20 };

struct value {
    char *name, *value; // value NULL: an argument without "="
    size_t name_size, value_size;
};
struct values {
    struct value all[VALUES_MAX];
    size_t count;
};

// What this target says is the library's connection.
struct MHD_Connection {
    struct values headers, arguments;
    char *method, *target, *version;
    const char *body;
    size_t body_size;
};

int MHD_get_connection_values_n(struct MHD_Connection *connection,
                                enum MHD_ValueKind kind,
                                MHD_KeyValueIteratorN iterator, void *ctx)
{
    const struct values *values =
        kind == MHD_HEADER_KIND ? &connection->headers : &connection->arguments;
    for (size_t i = 0; i < values->count; i++) {
        const struct value *v = &values->all[i];
        if (iterator(ctx, kind, v->name, v->name_size, v->value,
                     v->value_size) != MHD_YES)
            break;
    }
    return (int)values->count;
}

// --- Taking the input apart -------------------------------------------------

// "%41" becomes "A", in place, as the library does it. Returns the new size.
static size_t unescape(char *text, size_t size)
{
    size_t made = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte;
        if (text[i] == '%' && size - i > 2 &&
            hex_decode(text + i + 1, 2, &byte, 1)) {
            text[made++] = (char)byte;
            i += 2;
        } else {
            text[made++] = text[i] == '+' ? ' ' : text[i];
        }
    }
    text[made] = '\0';
    return made;
}

static void add_argument(struct values *arguments, char *text)
{
    if (arguments->count == VALUES_MAX)
        return;
    char *equals = strchr(text, '=');
    struct value *v = &arguments->all[arguments->count++];
    *v = (struct value){.name = text, .name_size = strlen(text)};
    if (equals) {
        *equals = '\0';
        v->name_size = (size_t)(equals - text);
        v->value = equals + 1;
        v->value_size = unescape(v->value, strlen(v->value));
    }
    v->name_size = unescape(v->name, v->name_size);
}

static void add_header(struct values *headers, char *line, size_t size)
{
    char *colon = memchr(line, ':', size);
    if (!colon || headers->count == VALUES_MAX)
        return;
    struct value *v = &headers->all[headers->count++];
    *colon = '\0';
    *v = (struct value){.name = line,
                        .name_size = (size_t)(colon - line),
                        .value = colon + 1,
                        .value_size = size - (size_t)(colon - line) - 1};
    while (*v->value == ' ') {
        v->value++;
        v->value_size--;
    }
}

// One line, ended by NUL instead of its newline; NULL at the end.
static char *next_line(char **at, char *end, size_t *out_size)
{
    if (*at >= end)
        return NULL;
    char *line = *at;
    char *newline = memchr(line, '\n', (size_t)(end - line));
    char *stop = newline ? newline : end;
    *out_size = (size_t)(stop - line);
    *stop = '\0';
    *at = newline ? newline + 1 : end;
    return line;
}

static char *cut_word(char **rest)
{
    char *word = *rest;
    char *space = strchr(word, ' ');
    *rest = space ? space + 1 : word + strlen(word);
    if (space)
        *space = '\0';
    return word;
}

// `text` has a byte of room behind `size`. `out_query` is a copy to be freed.
static bool take_apart(char *text, size_t size, struct MHD_Connection *out,
                       char **out_query)
{
    char *at = text, *end = text + size, *save = NULL;
    size_t length = 0;
    memset(out, 0, sizeof *out);
    char *line = next_line(&at, end, &length);
    if (!line)
        return false;
    out->method = cut_word(&line);
    out->target = cut_word(&line);
    out->version = line;
    while ((line = next_line(&at, end, &length)) && length > 0)
        add_header(&out->headers, line, length);
    out->body = at;
    out->body_size = (size_t)(end - at);
    const char *query = strchr(out->target, '?');
    *out_query = strdup(query ? query + 1 : "");
    HOLDS(*out_query);
    for (char *word = strtok_r(*out_query, "&", &save); word;
         word = strtok_r(NULL, "&", &save))
        add_argument(&out->arguments, word);
    return true;
}

// --- The server, as far as a request needs it -------------------------------

static struct server server = {.until = CITY_NO_END};

// How often an argument came, and whether with a value that can be used.
static bool is_usable(const struct request *request, const char *name)
{
    const struct values *arguments = &request->connection->arguments;
    int count = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        const struct value *v = &arguments->all[i];
        if (strlen(v->name) != v->name_size || strcmp(v->name, name) != 0)
            continue;
        if (count++ > 0 || !v->value || strlen(v->value) != v->value_size)
            return false;
    }
    return true;
}

static void check_query(struct request *request)
{
    struct report_ask ask = {0};
    struct report_request wanted;
    struct buf message = {0};
    if (!request_argument(request, "period", &ask.period) ||
        !request_argument(request, "from", &ask.from) ||
        !request_argument(request, "to", &ask.to) ||
        !request_argument(request, "by", &ask.by)) {
        HOLDS(request->reply.status == 400);
        return;
    }
    HOLDS(is_usable(request, "period") && is_usable(request, "from"));
    HOLDS(is_usable(request, "to") && is_usable(request, "by"));
    if (report_read_request(&ask, &wanted, &message)) {
        HOLDS(wanted.period.first <= wanted.period.last);
        HOLDS(wanted.by < REPORT_BY_COUNT);
        reply_status(request, 204);
    } else {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s",
                      buf_text(&message));
    }
    buf_free(&message);
}

static enum handling handle(struct request *request)
{
    HOLDS(request->body.size <= request->route->body_limit);
    if (request->route->body == BODY_JSON) {
        json_t *object = request_object(request);
        HOLDS((object != NULL) == (request->reply.status == 0));
        json_decref(object);
    } else if (request->route->body == BODY_NONE) {
        check_query(request);
    }
    if (request->reply.status == 0)
        reply_status(request, 204);
    return HANDLING_DONE;
}

// The server's own routes; behind them `handle`, and for what needs a database
// no question who asks.
static void copy_routes(const struct route *from, struct route *to)
{
    const struct route *end = to + ROUTES_MAX - 1; // an empty one ends them
    for (; from->method; from++, to++) {
        HOLDS(to < end);
        *to = *from;
        to->handle = handle;
        if (from->permit != permit_admin)
            to->permit = permit_anybody;
    }
}

static void check_reply(const struct reply *reply)
{
    char why[JSON_MESSAGE_SIZE];
    HOLDS(reply->status == 204 || (reply->status >= 400 && //
                                   reply->status <= 503));
    HOLDS(reply->header_count <= REPLY_HEADERS_MAX);
    for (size_t i = 0; i < reply->header_count; i++)
        HOLDS(!strpbrk(reply->headers[i].value, "\r\n"));
    if (reply->status == 204)
        return;
    json_t *object = json_read(reply->body.data, reply->body.size, why);
    HOLDS(json_is_object(object));
    json_decref(object);
}

static struct request *run(struct MHD_Connection *connection,
                           const struct route *routes, size_t step)
{
    struct request *request =
        request_open(&server, NULL, connection, connection->target);
    HOLDS(request);
    request_begin(request, routes, NULL, connection->method,
                  connection->version);
    size_t at = 0, size = connection->body_size;
    while (!request->reply.close && at < size) {
        size_t part = size - at < step ? size - at : step;
        HOLDS(request_take(request, connection->body + at, part));
        at += part;
    }
    if (!request->reply.close)
        HOLDS(request_handle(request) == HANDLING_DONE);
    check_reply(&request->reply);
    return request;
}

static void check_routes(struct MHD_Connection *connection,
                         const struct route *routes)
{
    struct request *whole = run(connection, routes, SIZE_MAX);
    struct request *cut = run(connection, routes, 7);
    HOLDS(whole->route == cut->route);
    HOLDS(whole->reply.status == cut->reply.status);
    HOLDS(whole->reply.close == cut->reply.close);
    HOLDS(whole->reply.body.size == cut->reply.body.size);
    HOLDS(whole->body.size == cut->body.size);
    HOLDS(strlen(whole->part) < ROUTE_PART_SIZE && !strchr(whole->part, '/'));
    request_close(whole);
    request_close(cut);
    HOLDS(server.bodies.used == 0);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static struct route public_routes[ROUTES_MAX], admin_routes[ROUTES_MAX];
    struct MHD_Connection connection;
    char *query = NULL;
    fuzz_start();
    if (!public_routes[0].method) {
        server.bodies.limit = BODIES_LIMIT;
        copy_routes(PUBLIC_ROUTES, public_routes);
        copy_routes(ADMIN_ROUTES, admin_routes);
    }
    char *text = malloc(size + 1);
    HOLDS(text);
    memcpy(text, data, size);
    text[size] = '\0';
    if (take_apart(text, size, &connection, &query)) {
        check_routes(&connection, public_routes);
        check_routes(&connection, admin_routes);
    }
    free(query);
    free(text);
    return 0;
}
