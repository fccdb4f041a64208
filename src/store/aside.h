// Setting a damaged store aside: kiosk.db with its -wal and -shm, and the ring
// file, under names that carry the time. Nothing is ever deleted: what lies
// there is salvaged from, and kept for a person to look at.
//
//   kiosk.db.aside-20261123T021502Z-4f1c, …-wal, kiosk.ring.aside-…
//
// courier.db goes aside in the same way, by itself: nothing is salvaged from
// it, for the server tells all of it again.
#pragma once
#include <limits.h>
#include <stdbool.h>

enum { ASIDE_STAMP_SIZE = 32 };

// Moves what is there. A marker file, written first, lets a move that a power
// cut broke off go on under its own stamp: call aside_finish() before the store
// is opened. False with errno when a file could not be moved.
bool aside_finish(const char *directory);
bool aside_move(const char *directory, char out_stamp[ASIDE_STAMP_SIZE]);
// The newest that lies there; false: none.
bool aside_newest(const char *directory, char out_stamp[ASIDE_STAMP_SIZE]);
// The newest of those before `stamp`.
bool aside_before(const char *directory, const char *stamp,
                  char out_stamp[ASIDE_STAMP_SIZE]);
// The path of one of its files, DEVICE_FILE_KIOSK or DEVICE_FILE_RING.
bool aside_path(const char *directory, const char *file, const char *stamp,
                char out[PATH_MAX]);

// The caller holds the courier's lock. False with errno.
bool aside_move_courier(const char *directory);
