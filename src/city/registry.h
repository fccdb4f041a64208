// The registry of a city: a small database that holds the changes of its units
// (units.h), and nothing else. Changes are added and never altered or taken
// away, each with who made it and when, and each names the one before by a
// hash, so that a row that was changed behind the program's back is found.
//
//   struct registry *registry = NULL;
//   if (registry_open(address, REGISTRY_WRITES, &registry) == SQL_OK) {
//       registry_read(registry, &units, &number, &message);
//       …
//       registry_close(registry);
//   }
//
// Several processes may add; each change is judged against all before it. A
// handle belongs to one thread at a time.
#pragma once
#include "city/units.h"
#include "sql/sql.h"
#include <limits.h>

#define REGISTRY_FILE "city.db"
// Behind the name of the city's schema on PostgreSQL, where the city's own
// people stand: each has a version of its own.
#define REGISTRY_SCHEMA "_units"
// In a city's directory, each ward's in a folder of its own: what --data is to
// a server of one ward, or --keys beside a book on PostgreSQL.
#define REGISTRY_WARDS "wards"

// Of a city as --city names it: its directory, or an address of PostgreSQL.
// False: too long, or no name of a schema.
bool registry_address(const char *city, char out[PATH_MAX]);

enum registry_mode { REGISTRY_WRITES, REGISTRY_READS };

struct registry;

// `address` is a path, or an address of PostgreSQL. SQL_NONE: a reader found no
// file, or no registry in the schema.
enum sql_result registry_open(const char *address, enum registry_mode mode,
                              struct registry **out);
void registry_close(struct registry *registry); // accepts NULL

// The number of the last change; 0: there is none.
enum sql_result registry_number(struct registry *registry, int64_t *out);
// All changes, applied; the caller frees `out`. Otherwise with a `message`.
// SQL_BUSY: the database is away or locked. SQL_CORRUPT: a row does not fit the
// one before.
enum sql_result registry_read(struct registry *registry, struct city_units *out,
                              int64_t *out_number, struct buf *message);

// Adds the changes, all or none; `who` made them. False with a `message`: also
// for a book that another unit has, however its place is written, or the city
// itself.
bool registry_add(struct registry *registry, const json_t *const *changes,
                  size_t count, const char *who, int64_t now,
                  struct buf *message);

struct registry_change {
    int64_t number, at;
    const char *who, *body; // the body is an object as units.h says
};
typedef bool registry_row(void *ctx, const struct registry_change *change);
// In order, with the hashes checked. SQL_CORRUPT: one does not fit.
enum sql_result registry_list(struct registry *registry, registry_row *row,
                              void *ctx);

// Where a ward's directory lies in the city's. False: too long.
bool registry_directory(const char *city, const struct city_unit *unit,
                        char out[PATH_MAX]);
// The address of its database when that stands on PostgreSQL, else NULL.
const char *registry_url(const struct city_unit *unit);
