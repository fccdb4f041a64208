#include "fuzz/fuzz.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "vietnamese/text.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[PATH_MAX];
static bool started;

void fuzz_broken(const char *rule, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, rule);
    abort();
}

// A log line may quote foreign bytes; it is read to its end, no more.
static void take_log_line(void *ctx, enum log_level level, const char *module,
                          const char *text)
{
    (void)ctx, (void)level;
    HOLDS(*module != '\0' && strlen(text) < 1 << 20);
}

static void leave(void)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(folder);
}

void fuzz_start(void)
{
    if (started)
        return;
    started = true;
    HOLDS(ledger_init());
    log_set_sink(take_log_line, NULL);
}

const char *fuzz_folder(void)
{
    if (!*folder) {
        const char *parent = getenv("TMPDIR");
        HOLDS(file_join(folder, sizeof folder, parent ? parent : "/tmp",
                        "hailong-fuzz-XXXXXX"));
        HOLDS(mkdtemp(folder));
        atexit(leave);
    }
    return folder;
}

void fuzz_check_text(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    HOLDS(length < size);
    HOLDS(text_is_utf8(text, length));
}

void fuzz_write(const char *name, const void *bytes, size_t size,
                char out_path[PATH_MAX])
{
    HOLDS(file_join(out_path, PATH_MAX, fuzz_folder(), name));
    int fd = open(out_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    HOLDS(fd >= 0);
    HOLDS(write(fd, bytes, size) == (ssize_t)size);
    HOLDS(close(fd) == 0);
}
