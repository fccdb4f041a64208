#include "support/foreign.h"
#include "support/check.h"
#include <stdio.h>
#include <sys/wait.h>

void foreign_read(const char *command, struct buf *out)
{
    char piece[4096];
    size_t size;
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while ((size = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_append(out, piece, size);
    int status = pclose(pipe);
    if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: ended with %d and said: %s", command, status,
                 buf_text(out));
    assert_true(buf_ok(out));
}
