// The server's chores (caretaker.h): what it does with time.
#pragma once
#include "server/caretaker.h"

struct server;

enum { CHORES_MAX = 8, SLOW_CHORES = 3 };

// Starts the caretaker with all of them; they live in the server. NULL on
// failure, logged.
struct caretaker *chores_start(struct server *server);
// Another one, for what may take minutes: mail, which may wait for a relay, and
// counting totals again.
struct caretaker *chores_start_slow(struct server *server);
