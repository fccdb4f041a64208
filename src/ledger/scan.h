// The quick way to read a visit's line: a scanner of the one form in which
// record_write() writes it (keys in their order, no spaces, plain ASCII). It is
// what makes verifying a ledger fast; jansson, which takes any JSON, takes some
// twenty times as long. Inside this room.
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>

// True when the line has that form; `out` is then what the full reader would
// give, but for the rules that it checks afterwards. False says nothing about
// the line: the full reader decides.
bool scan_visit(const char *bytes, size_t size, struct record *out);
