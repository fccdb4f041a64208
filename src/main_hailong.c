// `hailong`: hands the command line to the operator room and prints what it
// said.
#include "operator/operator.h"
#include <stdio.h>

static bool print(FILE *stream, const struct buf *text)
{
    return fwrite(buf_text(text), 1, text->size, stream) == text->size &&
           fflush(stream) == 0;
}

int main(int argc, char **argv)
{
    struct console console = {0};
    int code = operator_run(argc, argv, &console);
    bool whole = buf_ok(&console.out) && buf_ok(&console.err);
    print(stderr, &console.err);
    if (!print(stdout, &console.out) || !whole) {
        fputs("hailong: the output could not be written\n", stderr);
        code = code == COMMAND_DONE ? COMMAND_FAILED : code;
    }
    console_free(&console);
    return code;
}
