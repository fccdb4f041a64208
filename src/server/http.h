// One listener: the HTTP library's daemon, the life of its connections, and
// the way of each request through its stages. The rest of the server sees
// requests and replies, never the library.
//
// A request that waits for the writer, or for a change, is suspended, and goes
// on in its thread when its job is done, or the change has come, so a few
// threads serve any number of waiting devices.
#pragma once
#include "server/connections.h"
#include "server/routes.h"
#include "server/settings.h"
#include <stdbool.h>
#include <stdint.h>

struct http;
struct request;
struct server;
struct wards;

struct http_params {
    struct server *server;
    struct wards *wards; // whose requests go to their own server; NULL: none
    struct http *before; // takes no more connections, this one does; NULL
    const struct server_address *address;
    const struct route *routes;
    int threads;
    int connections, connections_per_address;
    int descriptors; // that other things need
    int64_t request_ms;
    const char *tls_cert, *tls_key; // paths; NULL: plain HTTP
};

// NULL on failure, logged.
struct http *http_start(const struct http_params *params);
uint16_t http_port(const struct http *http);
// No new connections from now on; those that are open go on.
void http_stop_accepting(struct http *http);
// Waits, not for ever, until what was asked is answered, and ends. No request
// may wait for the writer or in the hub any more. Accepts NULL.
void http_stop(struct http *http);

struct connections_count http_connections(struct http *http);
// Ends the connection of a request that is not over, unless the server works on
// it: one whose peer takes its time to send it, or to take the answer.
void http_hurry(const struct request *request);
