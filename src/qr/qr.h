// QR codes, with the quiet zone that readers need. False when the text is too
// long for a code, or memory ran out.
#pragma once
#include "common/buf.h"
#include <stdbool.h>

// For a terminal: two rows of modules a line, in half blocks, light modules
// drawn.
bool qr_append_blocks(const char *text, struct buf *out);
// For other painters: each run of dark modules in a row, in units of a module.
// Returns the width of the symbol with its quiet zone; 0: it failed.
typedef void qr_run(void *ctx, int x, int y, int length);
int qr_each_run(const char *text, qr_run *run, void *ctx);
// For a page: an SVG whose unit is one module, dark on white.
bool qr_append_svg(const char *text, struct buf *out);
