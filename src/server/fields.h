// The names of the fields (lĩnh vực), which screens show and reports print:
// data of the unit, in a JSON file
//
//   {"chung-thuc": {"vi": "Chứng thực", "en": "Certification"}, …}
#pragma once
#include "common/buf.h"
#include "office/configuration.h"
#include <stddef.h>

struct fields;

// NULL with a `message` that names file, key and fault.
struct fields *fields_open(const char *path, struct buf *message);
void fields_close(struct fields *fields); // accepts NULL
// Borrowed.
const struct office_field *fields_list(const struct fields *fields,
                                       size_t *out_count);
