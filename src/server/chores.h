// The server's chores (caretaker.h): what it does with time.
#pragma once
#include "office/office.h"
#include "server/caretaker.h"
#include <stdint.h>

struct server;

enum { CHORES_MAX = 8, SLOW_CHORES = 3 };

// The keys for dossiers' codes, at the start and once each local day, on the
// writer's handle. What a reader's hold of the log leaves undone stands in the
// server's keys_left.
enum office_result keys_turn(struct server *server, struct office *office,
                             int64_t now);

// Starts the caretaker with all of them; they live in the server. NULL on
// failure, logged.
struct caretaker *chores_start(struct server *server);
// Another one, for what may take minutes: mail, which may wait for a relay, and
// counting totals again.
struct caretaker *chores_start_slow(struct server *server);
