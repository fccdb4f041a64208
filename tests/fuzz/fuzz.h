// What the fuzz targets share. A target is a file fuzz_NAME.c with one
// function, which feeds foreign bytes to a reader and holds what it gave to
// the rules that a caller relies on. See README.md beside it.
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libFuzzer calls a target by this name; where many targets are linked into
// one test, each has a name of its own.
#ifndef FUZZ_ENTRY
#define FUZZ_ENTRY LLVMFuzzerTestOneInput
#endif
int FUZZ_ENTRY(const uint8_t *data, size_t size);

// Ends the program, with the rule and where it stands, when it does not hold.
#define HOLDS(rule)                                                            \
    do {                                                                       \
        if (!(rule))                                                           \
            fuzz_broken(#rule, __FILE__, __LINE__);                            \
    } while (0)
_Noreturn void fuzz_broken(const char *rule, const char *file, int line);

// Starts the libraries and takes the log lines away, once. First in a target.
void fuzz_start(void);

// A text that a person or a document gets: UTF-8, ended within `size` bytes.
void fuzz_check_text(const char *text, size_t size);

// Writes a file into this process's own folder and gives its path.
void fuzz_write(const char *name, const void *bytes, size_t size,
                char out_path[PATH_MAX]);
// That folder, in $TMPDIR or /tmp. Removed, flat, when the program ends.
const char *fuzz_folder(void);
