// Today's figures for the pages that show them live (live.c). However many
// pages wait and however much comes in, the database is read for them all
// together: at most once a second while something changes, and every few
// seconds while somebody waits, since a device falls silent without a commit.
#pragma once
#include "report/report.h"
#include <stdbool.h>
#include <stdint.h>

struct hub;
struct live;
struct server;

// Waiters enter the hub under this name, which no counter can have.
#define LIVE_PLACE "*"

// NULL on no memory. The hub outlives it.
struct live *live_open(struct hub *hub);
void live_close(struct live *live); // accepts NULL

// Something was committed. Any thread.
void live_touch(void *live);

// The figures as `view` sees them, as an object of the caller's own, and when
// (wall milliseconds) it is worth looking again. NULL when they cannot be read.
json_t *live_look(struct live *live, struct server *server,
                  enum report_view view, int64_t now, int64_t *out_look_at);
