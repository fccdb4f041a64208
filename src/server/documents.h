// The settings that the Office changes on its pages: named JSON documents, the
// newest version of each in memory for any thread, the versions in the database
// (office/documents.h). Until somebody changes it, a document is what the
// program brings along, version 0.
//
//   int64_t version;
//   json_t *body = documents_take(server->documents, "alerts", &version);
//   … read it with the room's own reader …
//   json_decref(body);
//
// A document that is new takes three things: a pure reader in the room that it
// is for; the file assets/settings/NAME.json, which the reader takes; and a row
// in documents.c with a check that calls the reader. The routes, the page and
// the tests of /api/v1/settings walk over the rows.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/documents.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

struct document {
    const char *name;
    const char *file;        // among the assets; what holds as version 0
    const char *const *keys; // the members that there are, ended by NULL
    // False with "KEY: what is wrong; what to write".
    bool (*check)(const json_t *body, struct buf *message);
    // Whether it suits what else there is here; any thread, with a reader of
    // the office. NULL: always.
    bool (*suits)(struct server *server, struct office *office,
                  const json_t *body, struct buf *message);
    // On the writer's thread, after a version was kept and is in memory: what
    // else must follow. At the start too, without an office. NULL: nothing.
    void (*changed)(struct server *server, struct office *office);
};
// Ended by a row without a name.
extern const struct document DOCUMENTS[];
// NULL: there is none of this name.
const struct document *document_find(const char *name);
// The keys, then the row's own check.
bool document_check(const struct document *document, const json_t *body,
                    struct buf *message);

struct documents;

// With what the program brings along. `hours_file` takes the place of the file
// of the document hours; NULL: it does not. NULL on failure, with a message.
struct documents *documents_open(const char *hours_file, struct buf *message);
void documents_close(struct documents *documents); // accepts NULL
// Takes what the database holds. One that this program cannot read is told of
// in the log, and the program's own holds. Not OFFICE_OK: the database; logged.
enum office_result documents_load(struct documents *documents,
                                  struct office *office);
// Takes the versions that another server added to the same database, and what
// must follow from each. On the writer's thread.
enum office_result documents_follow(struct server *server,
                                    struct office *office);
// What must follow from them at the start.
void documents_apply(struct server *server);

// The newest version, a reference of the caller's own; not to be changed. Any
// thread. The name must be that of a row.
json_t *documents_take(struct documents *documents, const char *name,
                       int64_t *out_version);
// A version that was kept now. `body` is borrowed.
void documents_put(struct documents *documents, const char *name,
                   int64_t version, json_t *body);
