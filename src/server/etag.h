// ETag and If-None-Match (RFC 9110, sections 8.8.3 and 13.1.2): an answer that
// the peer has already is not sent again. The tag is the hash of the content
// and not a version: a server that was restored from a backup may give one
// version to two contents.
#pragma once
#include "ledger/digest.h"
#include <stdbool.h>
#include <stddef.h>

enum { ETAG_SIZE = DIGEST_HEX_SIZE + 2 };

void etag_make(const void *bytes, size_t size, char out[ETAG_SIZE]);
// `list` is the header's value, NULL when it is missing: "*", or tags with
// commas between them, compared weakly.
bool etag_is_known(const char *list, const char *etag);
