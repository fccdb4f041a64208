// What stands at the server's address while its database on PostgreSQL is away
// at the start: devices and browsers hear 503 with Retry-After instead of
// nothing, and a watcher reads in /metrics what is missing. The server that
// opens at last takes the door's place without a moment in which nobody
// listens. It is opened by who waits (await.h).
#pragma once
#include "server/settings.h"

struct door;
struct http;

// Listens, and writes the port file. `settings` must outlive it. NULL on
// failure, logged.
struct door *door_open(const struct server_settings *settings);
// The listener whose place may be taken (http.h).
struct http *door_http(struct door *door);
void door_close(struct door *door); // accepts NULL
