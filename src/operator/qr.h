// A QR code as text, for a terminal: two rows of modules a line, in half
// blocks, light modules drawn, with the quiet zone that readers need.
#pragma once
#include "common/buf.h"
#include <stdbool.h>

// False when the text is too long for a code, or memory ran out.
bool qr_append(const char *text, struct buf *out);
