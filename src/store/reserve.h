// 4 MiB that are kept so that they can be given up: on a full disk even a
// DELETE or a checkpoint fails, and dropping this file makes room for about
// 2,000 more visits.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { RESERVE_BYTES = 4 << 20 };

// Makes the file when it is missing and the disk has room to spare. Quick when
// there is nothing to do.
void reserve_keep(const char *directory);
// Gives the room back to the disk. True when there was some to give.
bool reserve_drop(const char *directory);
// Bytes that an ordinary user may still write; -1 when unknown.
int64_t reserve_disk_free(const char *directory);
