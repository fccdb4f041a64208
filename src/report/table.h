// Columns of text that line up on a terminal: each as wide as its widest cell,
// counted in letters as people see them. Internal to the room.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS_MAX = 16 };

struct table {
    size_t columns;
    bool right[TABLE_COLUMNS_MAX]; // numbers stand at the right
    char **cells;                  // row by row
    size_t count, capacity;
    bool failed; // memory ran out; table_write() tells
};

// Starts with `columns` columns, the first to the left, the others right.
void table_init(struct table *table, size_t columns);
// The next cell, copied. No-break spaces become plain ones, line breaks too:
// screens need them, terminals and searches do not.
void table_add(struct table *table, const char *text);
// The next cell from a buffer, which is emptied.
void table_take(struct table *table, struct buf *text);
// Appends the rows, `indent` blanks before each, two between columns.
bool table_write(const struct table *table, size_t indent, struct buf *out);
void table_free(struct table *table);
