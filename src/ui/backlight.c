#include "ui/backlight.h"
#include "common/buf.h"
#include "common/file.h"
#include "common/log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct backlight {
    char path[PATH_MAX]; // of "brightness"
    long most;
};

static bool read_most(const char *folder, long *out)
{
    char path[PATH_MAX], text[32] = "";
    if (!file_join(path, sizeof path, folder, "max_brightness"))
        return false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    char *end = NULL;
    bool ok = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    *out = strtol(text, &end, 10);
    return ok && end != text && *out > 0;
}

static bool use(struct backlight *backlight, const char *root, const char *name)
{
    char folder[PATH_MAX];
    return file_join(folder, sizeof folder, root, name) &&
           file_join(backlight->path, sizeof backlight->path, folder,
                     "brightness") &&
           read_most(folder, &backlight->most) &&
           access(backlight->path, W_OK) == 0;
}

struct backlight *backlight_open(const char *root)
{
    struct backlight *backlight = calloc(1, sizeof *backlight);
    DIR *dir = backlight ? opendir(root) : NULL;
    bool found = false;
    for (struct dirent *e; dir && !found && (e = readdir(dir));)
        found = e->d_name[0] != '.' && use(backlight, root, e->d_name);
    if (dir)
        closedir(dir);
    if (found)
        return backlight;
    log_info("ui", "no backlight that can be set: the picture is darkened");
    free(backlight);
    return NULL;
}

bool backlight_set(struct backlight *backlight, int percent)
{
    char text[24];
    if (!backlight)
        return false;
    int size =
        snprintf(text, sizeof text, "%ld\n", backlight->most * percent / 100);
    int fd = open(backlight->path, O_WRONLY | O_CLOEXEC | O_TRUNC);
    bool ok = fd >= 0 && write(fd, text, (size_t)size) == size;
    if (!ok)
        log_warn("ui", "%s: %s", backlight->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

void backlight_close(struct backlight *backlight)
{
    backlight_set(backlight, 100);
    free(backlight);
}
