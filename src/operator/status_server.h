// hailong status of a server: whether it runs, what it holds, how long it will
// last. Reads only.
#pragma once
#include "operator/command.h"
#include "operator/server_data.h"

// The command's exit code.
int status_of_server(const struct server_place *place,
                     const struct config *config, struct console *console);
