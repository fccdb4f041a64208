// Other servers on the same database of PostgreSQL. What they write is seen
// here by looking, several times a second while some request waits for a change
// and once a second otherwise: then all who wait look for themselves, today's
// figures are read anew, and new versions of the Office's settings hold here as
// well. A newer server that has changed the tables is seen too: this one serves
// nobody any more. So is a database that is away while nobody sends anything
// (/healthz). No server knows another's name, and none has to be told when
// one comes or goes.
//
// What stays each server's own: the limits by device and address, the codes of
// recent.h, the visits that run on telephones and the device that writes them.
#pragma once

struct neighbours;
struct server;

// Needs the writer, the readers, the hub and the live figures. NULL on failure,
// logged.
struct neighbours *neighbours_start(struct server *server);
// Before the writer ends. Accepts NULL.
void neighbours_stop(struct neighbours *neighbours);
