// The wards of a city in one process. Each is a server of its own (context.h),
// with its book, its writer, its people and its keys, behind listeners that all
// share; the city is one too, whose people look at the wards. Which wards there
// are, and where their books lie, is told by the city's registry
// (city/registry.h), at which a thread here looks every few seconds.
//
// A request says whom it means by the begin of its path, /w/CODE, or by a host
// name that the registry knows; all others are the city's. Books open one after
// the other in the background. One that cannot be opened is tried again; until
// then its requests are answered with 503, and nobody else's.
//
// A ward that has another name today than the one with which it was opened, or
// another place of its book, is opened anew, without the others: its requests
// are done to their end, those that wait for a change are sent home, and what
// comes meanwhile gets 503 for that moment. The city's own name changes while it
// is open (server_rename()).
//
// A ward's directory may hold a file ward.ini, of the form of the server's INI
// file, with all that is the unit's own (everything but the section [server]);
// what is not set there is as it is for the city.
#pragma once
#include "city/registry.h"
#include "server/server.h"
#include "server/settings.h"
#include <stdbool.h>
#include <stddef.h>

struct request;
struct server;
struct wards;

#define WARDS_FILE "ward.ini"

// Reads the registry, and makes `out_settings`, the city's own: name, code and
// base are those of its first unit. SERVER_MISTAKE when it cannot be read, or
// has no unit yet; logged. No book is opened.
enum server_outcome wards_read(const struct server_settings *settings,
                               struct wards **out_wards,
                               struct server_settings *out_settings);
// Begins to open the books. `city` is the city's own server, and `admin_port`
// that of the admin listener. False: no thread; logged.
bool wards_start(struct wards *wards, struct server *city, unsigned admin_port);
// How many files they may hold open; to be asked before wards_start().
int wards_descriptors(const struct wards *wards);

// WARD_PLACE: nothing is left of the path, not even a slash.
enum ward_found {
    WARD_FOUND,
    WARD_PLACE,
    WARD_SHUT,
    WARD_OPENS_ANEW, // in a moment it will be open
    WARD_NONE
};
// Whom the request means: sets request->server, which the request holds until
// wards_leave(), and takes the ward's part off its path. Any thread.
enum ward_found wards_find(struct wards *wards, struct request *request);
// The request is over and touches its server no more. Does nothing for one that
// holds no ward.
void wards_leave(struct request *request);

// The units as they are now, for as long as the caller holds them. Any thread.
const struct city_units *wards_hold_units(struct wards *wards);
void wards_let_units(struct wards *wards);
// A ward's open server, the caller's until wards_give(); NULL: its book is not
// open. Any thread.
struct server *wards_take(struct wards *wards, const char *code);
void wards_give(struct wards *wards, const char *code);
// Whether it may be taken.
bool wards_is_open(struct wards *wards, const char *code);
// Calls `row` for each ward, with its server for that long, or NULL when its
// book is not open.
void wards_each(struct wards *wards,
                void (*row)(void *ctx, const char *code, struct server *server),
                void *ctx);

// Opens no more, and lets every ward store and answer what it has.
void wards_finish(struct wards *wards);
// When no request is left. Accepts NULL.
void wards_close(struct wards *wards);
