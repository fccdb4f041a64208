// A server's directory, as the commands find it.
#pragma once
#include "office/office.h"
#include "operator/command.h"
#include <stdbool.h>

#define SERVER_DATABASE "office.db"
#define SERVER_LOCK "server.lock"
#define SERVER_KEY "server.key"
#define SERVER_BOX_KEY "box.key"
#define SERVER_ADMIN "admin.json"

// Opens the database for reading; the server may run meanwhile. NULL, and
// said, when there is none or it cannot be read.
struct office *server_data_read(const char *directory, struct console *console);
// Says why the office did not do it; `what` is what was tried.
void server_data_complain(struct console *console, const char *what,
                          enum office_result result);
