// The settings of one program, from an INI file and from the command line,
// described once in a table:
//
//   static const struct config_key keys[] = {
//       {"server", "listen", CONFIG_TEXT, "127.0.0.1:8650", 0, 0,
//        "address:port to listen on"},
//       …
//       {0}};
//
// In the file: [server] listen = 127.0.0.1:8650. On the command line:
// --listen 127.0.0.1:8650 (dashes for underscores; a CONFIG_FLAG takes no
// value). A key that begins with its section's name may leave that out in the
// file: unit_code is --unit-code, and [unit] code = H24.12. The command line
// wins over the file, the file over the default. Every mistake is one message
// that names file, line and key.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_type { CONFIG_TEXT, CONFIG_INTEGER, CONFIG_FLAG };

struct config_key {
    const char *section;
    const char *name; // NULL ends the table
    enum config_type type;
    const char *fallback; // default as text; NULL: not set
    int64_t least, most;  // CONFIG_INTEGER; both 0: any
    const char *help;     // one line for --help
};

struct config;

// Starts with the defaults. `keys` is kept, not copied. NULL on no memory.
struct config *config_open(const struct config_key *keys);
void config_close(struct config *config);

// Reads an INI file: UTF-8, "key = value", "#" and ";" comments. False when it
// cannot be read or holds an unknown section or key, a key twice, or a value
// that does not fit; `message` then says "FILE:LINE: KEY: what; what to do".
bool config_read_file(struct config *config, const char *path,
                      struct buf *message);

// A copy, as if nothing had been set: a file that is read into it wins over all
// that stood there. NULL on no memory.
struct config *config_copy(const struct config *config);

// Reads options from argv[1…]; `--config FILE` is read first wherever it
// stands. "--key=value" and "--key value" both work; "--" ends options; what is
// no option is kept in order as an operand. `--help` and `--version` are found
// with config_wants_help() and config_wants_version().
bool config_read_arguments(struct config *config, int argc, char **argv,
                           struct buf *message);
bool config_wants_help(const struct config *config);
bool config_wants_version(const struct config *config);
size_t config_operand_count(const struct config *config);
const char *config_operand(const struct config *config, size_t index);

// By name; asking for a key that is not in the table is our own mistake
// (assert). Texts live as long as `config`; NULL when not set.
const char *config_text(const struct config *config, const char *name);
int64_t config_integer(const struct config *config, const char *name);
bool config_flag(const struct config *config, const char *name);
// True when the file or the command line set it.
bool config_is_set(const struct config *config, const char *name);

// Appends one aligned line an option, with its default.
void config_describe(const struct config_key *keys, struct buf *out);
