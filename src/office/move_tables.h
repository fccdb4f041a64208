// The tables of a book, as its schema tells them, and the statements that move
// their rows. Of move.c.
#pragma once
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>

enum { MOVE_KEYS = 8 }; // columns of a key, at most

enum move_type { MOVE_INTEGER, MOVE_TEXT, MOVE_BYTES };

struct move_column {
    char *name;
    enum move_type type;
    int key; // its place in the primary key, from 1; 0: not in it
};

struct move_table {
    char *name;
    struct move_column *columns; // without those that are worked out
    int count;
    int *keys; // indexes of columns, in the key's order
    int key_count;
};

// Of each table; table i has its own from i * MOVE_KINDS on.
enum move_kind {
    MOVE_ALL,  // every row, in the order of the key
    MOVE_NEXT, // those after a key
    MOVE_LAST, // the last row
    MOVE_ANY,  // one, if there is one
    MOVE_IN,   // for bulk_start_in()
    MOVE_OUT,  // for bulk_start_out(), as MOVE_ALL
    MOVE_KINDS
};

struct move_tables {
    struct move_table *tables;
    size_t count;
    char **texts; // count * MOVE_KINDS
};

// Reads the schema of the file at `path`. False, and logged, when it cannot be
// read. Free it either way.
bool move_tables_read(const char *path, struct move_tables *out);
void move_tables_free(struct move_tables *tables);
// -1: there is none of this name.
int move_tables_find(const struct move_tables *tables, const char *name);
