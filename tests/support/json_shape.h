// Whether a JSON value has the shape that a schema of an OpenAPI document
// describes. It knows the part of JSON Schema that our document uses, and takes
// a keyword that it does not know for a fault of the document, so that nothing
// there stays unchecked. An object that names its properties has no others,
// unless the schema says additionalProperties. Pure.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>

// What a {"$ref": "#/…"} stands for; anything else is itself. NULL: nothing.
const json_t *json_shape_resolve(const json_t *document, const json_t *node);

// False appends to `why` where the value differs, and how. `why` may be NULL.
bool json_shape_fits(const json_t *document, const json_t *schema,
                     const json_t *value, struct buf *why);
