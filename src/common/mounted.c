#include "common/mounted.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Whether "ro" is among the options, which end with a space or the line.
static bool has_ro(const char *options)
{
    size_t length = strcspn(options, " \n");
    for (size_t at = 0; at < length;) {
        size_t size = strcspn(options + at, ", \n");
        if (size == 2 && strncmp(options + at, "ro", 2) == 0)
            return true;
        at += size + 1;
    }
    return false;
}

// "ID PARENT DEVICE ROOT PLACE OPTIONS … - TYPE SOURCE OPTIONS": first those of
// the mount, last those of the file system.
bool mounted_read(const char *line, unsigned long long id, enum mounted *out)
{
    int own = 0, whole = 0;
    if (strtoull(line, NULL, 10) != id ||
        sscanf(line, "%*u %*u %*s %*s %*s %n", &own) < 0 || own == 0)
        return false;
    const char *end = strstr(line + own, " - ");
    if (!end || sscanf(end + 3, "%*s %*s %n", &whole) < 0 || whole == 0)
        return false;
    if (has_ro(end + 3 + whole))
        *out = MOUNTED_READ_ONLY;
    else
        *out = has_ro(line + own) ? MOUNTED_LEFT_BEHIND : MOUNTED_WRITABLE;
    return true;
}

enum mounted mounted_look(const char *path)
{
    enum mounted found = MOUNTED_UNKNOWN;
    struct statx info;
    char *line = NULL;
    size_t room = 0;
    if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &info) != 0 ||
        !(info.stx_mask & STATX_MNT_ID))
        return MOUNTED_UNKNOWN;
    FILE *list = fopen("/proc/self/mountinfo", "re");
    if (!list)
        return MOUNTED_UNKNOWN;
    while (getline(&line, &room, list) > 0 &&
           !mounted_read(line, info.stx_mnt_id, &found))
        ;
    free(line);
    fclose(list);
    return found;
}
