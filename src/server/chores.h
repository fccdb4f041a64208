// The server's chores (caretaker.h): what it does with time.
#pragma once
#include "server/caretaker.h"

struct server;

enum { CHORES_MAX = 8 };

// Starts the caretaker with all of them; they live in the server. NULL on
// failure, logged.
struct caretaker *chores_start(struct server *server);
// Another one, for the mail alone, which may wait for a relay.
struct caretaker *chores_start_mail(struct server *server);
