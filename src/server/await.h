// Opening a server whose database may be away: however far the start has come,
// from the first connection to the last statement, the door stands (door.h) and
// the start is tried again from its beginning. What no waiting mends ends it.
#pragma once
#include "server/server.h"
#include <signal.h>

// Between two tries: the first pause, doubled up to the longest.
struct await_pauses {
    int first_ms, longest_ms;
};

// As server_open(). SERVER_AWAY: one of the blocked signals `ends` came before
// the database was there; `out_received` is which one.
enum server_outcome server_await(const struct server_settings *settings,
                                 const sigset_t *ends,
                                 struct await_pauses pauses,
                                 struct server **out_server, int *out_received);
