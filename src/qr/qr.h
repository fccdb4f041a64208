// QR codes, with the quiet zone that readers need. False when the text is too
// long for a code, or memory ran out.
#pragma once
#include "common/buf.h"
#include <stdbool.h>

// For a terminal: two rows of modules a line, in half blocks, light modules
// drawn.
bool qr_append_blocks(const char *text, struct buf *out);
// For a page or for paper: an SVG whose unit is one module, dark on white.
bool qr_append_svg(const char *text, struct buf *out);
