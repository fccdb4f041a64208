#include "support/scratch.h"
#include "common/file.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void scratch_make(char out_folder[SCRATCH_SIZE])
{
    strcpy(out_folder, "/tmp/hailong-scratch-XXXXXX");
    assert_non_null(mkdtemp(out_folder));
}

void scratch_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char path[SCRATCH_SIZE + 256];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

bool scratch_file_holds(const char *path, const char *text)
{
    struct buf bytes = {0};
    bool found = file_read(path, 1 << 28, &bytes) &&
                 memmem(buf_text(&bytes), bytes.size, text, strlen(text));
    buf_free(&bytes);
    return found;
}
