// Whether files below a path can be written: the file system may be read-only,
// and so may the one mount of it that this program sees. A service has mounts
// of its own; when the file system is made writable again they stay as they
// were at its start.
#pragma once
#include <stdbool.h>

enum mounted {
    MOUNTED_UNKNOWN, // the kernel does not tell
    MOUNTED_WRITABLE,
    MOUNTED_READ_ONLY,  // nobody can write
    MOUNTED_LEFT_BEHIND // others can; this program's mount is read-only
};

// `path` must exist.
enum mounted mounted_look(const char *path);

// Pure: what a line of /proc/self/mountinfo says of the mount `id`. False when
// it is another one's line.
bool mounted_read(const char *line, unsigned long long id, enum mounted *out);
