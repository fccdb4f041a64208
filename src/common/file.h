// Files as wholes. Errors are returned with errno set; the caller, who knows
// what the file is for, logs.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Appends the file to `out`. Fails with EFBIG when it is larger than `limit`.
bool file_read(const char *path, size_t limit, struct buf *out);

// Writes a temporary file beside `path`, syncs it, renames it over `path` and
// syncs the directory: after a power cut the old or the new bytes stand there,
// never a mixture.
bool file_replace(const char *path, const void *bytes, size_t size,
                  mode_t mode);
// The same for a file that a service reads, in a directory of its own: where
// root writes it, it is its directory's owner's, and not root's alone.
bool file_replace_for_owner(const char *path, const void *bytes, size_t size,
                            mode_t mode);

// Creates `path` and its missing parents with 0700.
bool file_make_directory(const char *path);
bool file_exists(const char *path);
// Syncs a directory, so that names made in it survive a power cut.
bool file_sync_directory(const char *path);
// "dir/name" into out; false when it does not fit.
bool file_join(char *out, size_t size, const char *dir, const char *name);
// Where a path leads, the same for all ways to write it, whether something is
// there yet or not. Allocated; NULL: it is too long, or no memory.
char *file_place(const char *path);

// Takes an advisory lock (flock) on `path`, made when missing, without
// waiting. Returns a descriptor to keep open as long as the lock is held and
// to close(2) after, or -1 with errno EWOULDBLOCK when another process has it.
int file_lock(const char *path);

// Where the program's own files (fonts, texts, question sets) lie: the first
// of $HAILONG_ASSETS, ../assets and ../share/hailong beside the executable's
// folder, and the installed folder. False, with errno ENOENT, when none holds
// `name`; else out is the path of that file.
bool file_find_asset(const char *name, char *out, size_t size);
