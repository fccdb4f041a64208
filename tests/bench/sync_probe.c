// How long the disk takes to make one appended line durable: the floor under
// keeping an opinion.   sync_probe FILE COUNT
// Prints one "sync_ms MS" line an append.
#include "bench/family.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 600, PAUSE_MS = 20 };

int main(int argc, char **argv)
{
    char line[LINE_SIZE];
    if (argc != 3) {
        fputs("usage: sync_probe FILE COUNT\n", stderr);
        return 2;
    }
    int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    memset(line, 'x', sizeof line);
    for (long i = atol(argv[2]); ok && i > 0; i--) {
        int64_t began = monotonic_us();
        ok = write(fd, line, sizeof line) == (ssize_t)sizeof line &&
             fdatasync(fd) == 0;
        printf("sync_ms %.4f\n", (double)(monotonic_us() - began) / 1000);
        sleep_ms(PAUSE_MS);
    }
    if (!ok)
        perror(argv[1]);
    if (fd >= 0)
        close(fd);
    return ok ? 0 : 1;
}
