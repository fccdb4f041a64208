// What all commands of `hailong` share: how a command is described, what it
// may print, and how it ends.
#pragma once
#include "common/buf.h"
#include "common/config.h"
#include <stdbool.h>

enum {
    COMMAND_DONE = 0,
    COMMAND_FAILED = 1,
    COMMAND_MISUSED = 2 // wrong options: nothing was done
};

// What a command prints; main() hands it on when the command has ended.
struct console {
    struct buf out; // standard output
    struct buf err; // standard error: what went wrong, and what to do
};
void console_free(struct console *console);
// One line "hailong: …" on standard error.
void console_complain(struct console *console, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct command {
    const char *name;    // "device add"
    const char *summary; // one line for the list
    const char *operand; // what stands behind the options, "ID"; NULL: nothing
    const struct config_key *keys;
    int (*run)(const struct config *config, struct console *console);
};

// The value of an option that the command cannot do without; NULL, and said,
// when it is missing.
const char *command_need(const struct config *config, const char *name,
                         struct console *console);

extern const struct command COMMAND_DEVICE_ADD;
extern const struct command COMMAND_DEVICE_LIST;
extern const struct command COMMAND_DEVICE_REPLACE;
extern const struct command COMMAND_DEVICE_RENEW;
extern const struct command COMMAND_DEVICE_REVOKE;
extern const struct command COMMAND_KEY_ADD;
extern const struct command COMMAND_KEY_LIST;
extern const struct command COMMAND_KEY_REVOKE;
extern const struct command COMMAND_KEYS_REPLACE;
extern const struct command COMMAND_UNIT_ADD;
extern const struct command COMMAND_UNIT_RENAME;
extern const struct command COMMAND_UNIT_MOVE;
extern const struct command COMMAND_UNIT_MERGE;
extern const struct command COMMAND_UNIT_DISSOLVE;
extern const struct command COMMAND_UNIT_TAKE_BACK;
extern const struct command COMMAND_UNIT_SET;
extern const struct command COMMAND_UNIT_PERSON;
extern const struct command COMMAND_UNIT_CLASSES;
extern const struct command COMMAND_UNIT_LIST;
extern const struct command COMMAND_USER_ADD;
extern const struct command COMMAND_USER_LIST;
extern const struct command COMMAND_USER_DISABLE;
extern const struct command COMMAND_USER_ENABLE;
extern const struct command COMMAND_USER_PASSWORD;
extern const struct command COMMAND_ENROL;
extern const struct command COMMAND_PIN;
extern const struct command COMMAND_STATUS;
extern const struct command COMMAND_DOCTOR;
extern const struct command COMMAND_VERIFY;
extern const struct command COMMAND_RETOTAL;
extern const struct command COMMAND_CHECKPOINT;
extern const struct command COMMAND_REPORT;
extern const struct command COMMAND_BACKUP;
extern const struct command COMMAND_RESTORE;
extern const struct command COMMAND_MIGRATE;
extern const struct command COMMAND_EXPORT;
extern const struct command COMMAND_IMPORT;
extern const struct command COMMAND_IMPORT_TRANSACTIONS;
extern const struct command COMMAND_TYPE;
