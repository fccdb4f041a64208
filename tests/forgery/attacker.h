// Somebody with every right on a machine: copies its directory, changes its
// databases with SQL, triggers or not, and what `hailong verify` says after.
// Each function fails the running test when it cannot do its work.
#pragma once
#include "common/json.h"
#include "support/scratch.h"
#include <stdbool.h>
#include <stdint.h>

// Copies the files of a flat directory into another, new or not; a file that
// is there is replaced.
void attacker_copy(const char *from, const char *to);

// Runs a script on a database of the directory. The triggers that refuse
// changes are dropped before and made anew after: they stop no such person.
void attacker_run(const char *folder, const char *database, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
// False when the table itself refuses it.
bool attacker_try(const char *folder, const char *database, const char *script);
// The first column of the first row as text, to free(); NULL: no row, or NULL.
char *attacker_ask(const char *folder, const char *database, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

// The findings of `hailong verify` on the directory, `checkpoint` (a file) held
// against it unless NULL. Empty: it is sound.
json_t *attacker_verify(const char *folder, const char *checkpoint);
// Whether a finding names this device, generation and a line from…to, and holds
// `why`.
bool attacker_is_named(const json_t *findings, const char *device, int64_t gen,
                       int64_t from, int64_t to, const char *why);
// Fails, and shows the findings, unless one does.
void attacker_must_be_named(const json_t *findings, const char *device,
                            int64_t gen, int64_t seq, const char *why);
void attacker_show(const json_t *findings);
