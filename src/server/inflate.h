// Inflates a gzip body (RFC 1952) while it arrives, and stops at a bound: a
// bomb costs what the bound allows, never what it says.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum inflate_result {
    INFLATE_OK,
    INFLATE_TOO_LARGE, // more than the bound
    INFLATE_BROKEN,    // no gzip, damaged, or bytes after its end
    INFLATE_NO_MEMORY
};

struct inflater;

// NULL on no memory.
struct inflater *inflate_open(void);
void inflate_close(struct inflater *inflater); // accepts NULL
// Appends what the next bytes give. `out` never grows beyond `limit` bytes.
// After anything but INFLATE_OK the stream is over.
enum inflate_result inflate_feed(struct inflater *inflater, const void *bytes,
                                 size_t size, size_t limit, struct buf *out);
// True when the stream came to its own end, checksum included.
bool inflate_is_complete(const struct inflater *inflater);
