// What the commands print of many things: columns that line up, or JSON.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/office.h"
#include "operator/command.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LISTING_COLUMNS_MAX = 12 };

struct listing {
    size_t columns;
    struct buf cells; // each ended by a NUL, row by row, the head first
    size_t count;
};

void listing_start(struct listing *listing, const char *const *head,
                   size_t columns);
// The next cell. Empty ones show as "-".
void listing_add(struct listing *listing, const char *text);
// A number; below 0: unknown, "?".
void listing_add_count(struct listing *listing, int64_t count);
// Appends the rows and forgets them.
void listing_print(struct listing *listing, struct buf *out);

// Appends one JSON value as a line, and gives it back; NULL (no memory) makes
// `out` fail.
void listing_print_object(json_t *value, struct buf *out);

// One kind of thing that a server's database lists: `hailong key list` …
struct listing_kind {
    const char *const *head;
    size_t columns;
    // Read all of them, into rows of cells or into an array of objects.
    enum office_result (*as_text)(struct office *office,
                                  struct listing *listing);
    enum office_result (*as_json)(struct office *office, json_t *rows);
};
// The whole command: --data, and --json for programs. Its exit code.
int listing_run(const struct config *config, const struct listing_kind *kind,
                struct console *console);
