// Runs `hailong` commands inside the test, and keeps what they print. On
// PostgreSQL --data DIR of a server that a test made is --db with --keys DIR.
#pragma once
#include "common/json.h"
#include "operator/operator.h"

struct run {
    int code; // exit code
    struct console console;
};

// Arguments as on the command line after "hailong", ended by NULL. What an
// earlier run printed is forgotten; start with `struct run run = {0};`.
void run_command(struct run *run, ...) __attribute__((sentinel));
void run_free(struct run *run);
const char *run_out(const struct run *run);
const char *run_err(const struct run *run);

// Fails the test, and shows what was printed, unless the code was this.
void run_must_end(const struct run *run, int code);
// Fails the test unless the text is in the output, or the complaint.
void run_must_say(const struct run *run, const char *text);
void run_must_complain(const struct run *run, const char *text);
// The output as JSON; the caller gives it back.
json_t *run_json(const struct run *run);
// A text member of the output's object, copied.
void run_json_text(const struct run *run, const char *key, char *out,
                   size_t size);
