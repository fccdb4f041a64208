// The whole server: keys, database, writer and the two listeners.
//
//   struct server *server = NULL;
//   if (server_open(&settings, NULL, &server) == SERVER_OPEN) {
//       … wait for a signal …
//       server_close(server);
//   }
//
// Block the signals that end the program, and ignore SIGPIPE, before opening:
// its threads inherit that.
#pragma once
#include "server/settings.h"
#include <stdint.h>

struct door;
struct server;

enum server_outcome {
    SERVER_OPEN,
    SERVER_MISTAKE, // something that the caller gave is wrong
    SERVER_AWAY,    // PostgreSQL cannot be reached: try again
    SERVER_FAILED
};

// Serves when it returns SERVER_OPEN; the port file and admin.json are written
// then. Else the cause is in the log. The texts of `settings` must outlive it.
// `door` is what listens meanwhile (door.h), or NULL; its place is taken.
enum server_outcome server_open(const struct server_settings *settings,
                                struct door *door, struct server **out_server);
uint16_t server_port(const struct server *server);
// Takes no new connections, stores and answers what is there, and ends.
// Accepts NULL.
void server_close(struct server *server);
