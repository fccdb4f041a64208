// Writes every screen of the kiosk, in every mode and in the sizes that are
// given, as PNG files: pictures FOLDER WxH…   make screenshots runs it.
#include "support/gallery.h"
#include "support/picture_file.h"
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char **sizes; // ended by NULL
static const char *folder;

static void write_picture(void *ctx, const struct gallery_picture *picture)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s/%s.png", folder, (const char *)ctx,
             picture->name);
    if (!picture_write(path, picture->pixels, picture->width, picture->height))
        fail_msg("%s: %s", path, strerror(errno));
}

static void walk_all_sizes(void **state)
{
    (void)state;
    for (char **size = sizes; *size; size++) {
        char path[PATH_MAX];
        int width, height;
        if (sscanf(*size, "%dx%d", &width, &height) != 2)
            fail_msg("%s: no size like 1280x800", *size);
        snprintf(path, sizeof path, "%s/%s", folder, *size);
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            fail_msg("%s: %s", path, strerror(errno));
        gallery_walk(width, height, write_picture, *size);
        fprintf(stderr, "pictures: %s\n", *size);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(walk_all_sizes)};
    if (argc < 3) {
        fprintf(stderr, "usage: pictures FOLDER WxH…\n");
        return 2;
    }
    folder = argv[1];
    sizes = argv + 2;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
