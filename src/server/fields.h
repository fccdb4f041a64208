// The names of the fields (lĩnh vực), which screens show and reports print:
// data of the unit, in a JSON file
//
//   {"chung-thuc": {"vi": "Chứng thực", "en": "Certification"}, …}
#pragma once
#include "common/buf.h"
#include "office/configuration.h"
#include <stdbool.h>
#include <stddef.h>

struct fields;

// NULL with a `message` that names file, key and fault.
struct fields *fields_open(const char *path, struct buf *message);
void fields_close(struct fields *fields); // accepts NULL
// NULL: it has no such code. Accepts NULL for fields.
const struct office_field *fields_find(const struct fields *fields,
                                       const char *code);
// The tiles of the counters' choice: the fields of `codes`, "a,b,c", in that
// order; NULL: the first ones of the file, at most FIELDS_TILES. Borrowed from
// `fields`. False with a `message` for a code that the file does not hold, one
// given twice, or too many.
enum { FIELDS_TILES = 8 };
bool fields_choose(const struct fields *fields, const char *codes,
                   struct office_field out_tiles[FIELDS_TILES],
                   size_t *out_count, struct buf *message);
// Borrowed.
const struct office_field *fields_list(const struct fields *fields,
                                       size_t *out_count);
