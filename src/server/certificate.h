// The server's own certificate, as the machines at the counters will meet it.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum { CERTIFICATE_PIN_SIZE = 64 };

// The SHA-256 of its public key, "sha256//BASE64", when nobody whom this system
// trusts vouches for it: then a machine needs the pin to know the server. ""
// for a certificate of a public authority, which changes its key as it is
// renewed. False, and logged, when the file (PEM) holds none.
// `out_until`: the last moment at which it is good, wall milliseconds.
bool certificate_find_pin(const char *path, char out[CERTIFICATE_PIN_SIZE],
                          int64_t *out_until);
