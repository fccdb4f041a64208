// The chore that looks for what the Office should be alarmed about, once a
// minute (report/alarm.h).
#pragma once
#include "server/caretaker.h"

struct server;
struct alerts;

// NULL on no memory, logged.
struct alerts *alerts_open(struct server *server);
void alerts_close(struct alerts *alerts); // accepts NULL
struct chore alerts_chore(struct alerts *alerts);
