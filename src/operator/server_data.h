// A server's directory and its database, as the commands find them.
#pragma once
#include "common/config.h"
#include "office/office.h"
#include "operator/command.h"
#include <limits.h>
#include <stdbool.h>

#define SERVER_DATABASE "office.db"
#define SERVER_LOCK "server.lock"
#define SERVER_KEY "server.key"
#define SERVER_BOX_KEY "box.key"
#define SERVER_ADMIN "admin.json"

struct server_place {
    const char *directory;   // of its keys, its lock, admin.json
    char database[PATH_MAX]; // a file in it, or an address of PostgreSQL
};

// The options that name it, in a command's table; `help` is that of --data.
#define SERVER_PLACE_OPTIONS(help)                                             \
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0, help},                        \
        {"hailong",                                                            \
         "db",                                                                 \
         CONFIG_TEXT,                                                          \
         NULL,                                                                 \
         0,                                                                    \
         0,                                                                    \
         "or the server's database, postgresql://…"},                          \
    {                                                                          \
        "hailong", "keys", CONFIG_TEXT, NULL, 0, 0,                            \
            "with --db: the directory of the server's keys"                    \
    }
// Whether --data or --db was given.
bool server_place_is_told(const struct config *config);
// Whether they name a server's: a command for devices too asks this first.
bool server_place_is_server(const struct config *config);
// Whether a directory holds a server's keys and no database, which is said.
bool server_place_lies_elsewhere(const char *directory,
                                 struct console *console);
// False, and said, when they do not name one.
bool server_place_read(const struct config *config, struct server_place *out,
                       struct console *console);
// Whether it is a file that a server on PostgreSQL went on from, which is said.
bool server_place_was_moved(const struct server_place *place,
                            struct console *console);
// Of a database that is a file.
bool server_place_of(const char *directory, struct server_place *out,
                     struct console *console);
// For messages: an address may hold a password.
const char *server_place_name(const struct server_place *place);

// Opens the database for reading; the server may run meanwhile. NULL, and
// said, when there is none or it cannot be read.
struct office *server_data_read(const struct server_place *place,
                                struct console *console);
// Says why the office did not do it; `what` is what was tried.
void server_data_complain(struct console *console, const char *what,
                          enum office_result result);
