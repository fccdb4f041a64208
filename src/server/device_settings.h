// What the settings document "devices" means to this server: whether it suits
// its devices, question sets and fields, and what it would change.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>

struct office;
struct server;

// For documents.c. Any thread. False with what is wrong and where.
bool device_settings_suit_all(struct server *server, struct office *office,
                              const json_t *body, struct buf *message);
