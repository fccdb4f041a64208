// What a verification found, for both kinds of directory: each finding names
// device, generation, line and why.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>
#include <stdint.h>

struct verification {
    const char *kind;   // "device", "server"
    json_t *counts;     // what was looked at; owned
    json_t *findings;   // the first of them; owned
    json_t *notes;      // what cannot be looked at, and is no fault; owned
    int64_t found;      // all of them
    bool out_of_memory; // something could not be kept
};

void verification_start(struct verification *verification, const char *kind);
void verification_free(struct verification *verification);
// `device` "" and `gen`, `seq` 0: no single one is concerned.
void verification_find(struct verification *verification, const char *device,
                       int64_t gen, int64_t seq, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
// One line about what is sound and cannot be verified any more, or only so.
void verification_note(struct verification *verification, const char *format,
                       ...) __attribute__((format(printf, 2, 3)));
void verification_count(struct verification *verification, const char *name,
                        int64_t count);
static inline bool
verification_is_sound(const struct verification *verification)
{
    return verification->found == 0 && !verification->out_of_memory;
}
void verification_print(const struct verification *verification, bool as_json,
                        struct buf *out);

struct console;
struct server_place;
// Each verifies one directory. False when it could not be done, which is said;
// what was found until then stays.
bool verification_of_device(const char *directory,
                            struct verification *verification,
                            struct console *console);
// `checkpoint` is the name of a file, or NULL.
bool verification_of_server(const struct server_place *place,
                            const char *checkpoint,
                            struct verification *verification,
                            struct console *console);
// Recomputes the report in the file `path` (JSON) from a server's directory.
bool verification_of_report(const struct server_place *place, const char *path,
                            struct verification *verification,
                            struct console *console);

struct i18n;
struct office;
struct report_document;
// The same of a document: the chains that it names, and its tables where lines
// tell them ("tables" counts those).
bool verification_of_document(struct office *office, const struct i18n *texts,
                              const struct report_document *said,
                              struct verification *verification,
                              struct console *console);
