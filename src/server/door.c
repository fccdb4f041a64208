#include "server/door.h"
#include "common/log.h"
#include "server/context.h"
#include "server/http.h"
#include "server/inside.h"
#include <stdlib.h>

static const char MODULE[] = "server";

enum { CONNECTION_DESCRIPTORS = 128 };

// A server with nothing behind its address.
struct door {
    struct server server;
};

struct door *door_open(const struct server_settings *settings)
{
    struct door *door = calloc(1, sizeof *door);
    if (!door) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    struct server *server = &door->server;
    server->settings = *settings;
    server->until = CITY_NO_END;
    server->shut = SHUT_AWAY;
    server->public_http = server_listen(server, NULL, CONNECTION_DESCRIPTORS);
    if (!server->public_http || !server_write_port(server)) {
        door_close(door);
        return NULL;
    }
    log_warn(MODULE, "the database is away: until it is there every request is "
                     "answered with 503, and it is tried again and again");
    return door;
}

struct http *door_http(struct door *door)
{
    return door ? door->server.public_http : NULL;
}

void door_close(struct door *door)
{
    if (door) {
        http_stop(door->server.public_http);
        free(door);
    }
}
