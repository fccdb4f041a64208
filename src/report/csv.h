// Cells of a comma-separated file (RFC 4180) that a spreadsheet shows and does
// not run. Lines end with CR LF, and the file begins with a byte order mark, by
// which spreadsheets know UTF-8.
#pragma once
#include "common/buf.h"

#define CSV_BEGIN "\ufeff"
#define CSV_END "\r\n"

// Appends one cell, quoted where it has to be. What a spreadsheet would run as
// a formula gets an apostrophe in front.
void csv_add(const char *text, struct buf *out);
