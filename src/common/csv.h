// Tables as text, the way programs export them (RFC 4180): rows of cells with a
// separator between, a cell in double quotes where it holds a separator, a line
// break or a quote, which then stands twice. Pure; for bytes from anywhere.
//
//   struct csv csv;
//   csv_open(&csv, bytes, size);
//   struct csv_row row = {0};
//   while ((result = csv_next(&csv, &row)) != CSV_END) …
//   csv_row_free(&row);
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_CELL_MOST = 65536 }; // bytes of a cell in quotes

struct csv {
    const char *at, *end;
    char separator;
    int64_t line; // of `at`, from 1
};

// Passes over a byte order mark, and takes as separator what stands most often
// in the first row: a comma, a semicolon or a tab. The bytes are borrowed.
void csv_open(struct csv *csv, const char *bytes, size_t size);

enum csv_result {
    CSV_ROW,
    CSV_END,
    CSV_BROKEN, // `fault` says why; the next row can be read
    CSV_NO_MEMORY
};

struct csv_row {
    int64_t line;      // that it begins on
    const char *bytes; // as it stands, without its line end
    size_t size;
    const char *fault; // of CSV_BROKEN
    size_t count;
    struct buf text; // the cells, each ended by a NUL
    size_t *starts;  // of each in it
    size_t capacity;
};
void csv_row_free(struct csv_row *row);

// The next row that is not empty. A cell is borrowed until the next row is
// read. A quote that nothing closes faults its own line alone, so that it does
// not swallow what follows.
enum csv_result csv_next(struct csv *csv, struct csv_row *row);
const char *csv_cell(const struct csv_row *row, size_t index);
