// A server without its listeners, for those who put several behind shared ones
// (wards.h), and a listener without its server (door.h).
#pragma once
#include "server/server.h"

struct http;

// Files, keys, database, writer, and all that waits: everything but listeners.
// `city` lends what is the same for all, and must outlive it; NULL: nobody
// does.
enum server_outcome server_prepare(const struct server_settings *settings,
                                   const struct server *city,
                                   struct server **out_server);
// Writes admin.json for a listener on this port. Once, before the first
// request.
bool server_tell_admin(struct server *server, unsigned port);
// Listens where the settings say, in the place of `before`, which may be NULL.
struct http *server_listen(struct server *server, struct http *before,
                           int descriptors);
// Into the port file, where the settings name one.
bool server_write_port(const struct server *server);
// Stores and answers what is there; requests that come now are told to come
// again.
void server_finish(struct server *server);
// The unit is called so from now on: its pages at once, its devices and the phone
// channel's pages in the writer's next turn. One thread at a time. False: try
// again.
bool server_rename(struct server *server, const char *name);
// When no request is left. Accepts NULL.
void server_release(struct server *server);
