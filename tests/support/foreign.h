// Another program's reading of our files: what it prints is what people with
// that program would see.
#pragma once
#include "common/buf.h"

// Runs a shell command and takes what it writes to standard output. Fails the
// running test when the command does not end with 0.
void foreign_read(const char *command, struct buf *out);
