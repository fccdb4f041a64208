#include "operator/typed_line.h"
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool typed_line_is_terminal(void)
{
    return isatty(STDIN_FILENO) == 1;
}

bool typed_line_read(const char *prompt, char *out, size_t size)
{
    struct termios before, silent;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        fputs(prompt, stderr);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    bool ok = fgets(out, (int)size, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    if (!ok)
        return false;
    size_t length = strcspn(out, "\r\n");
    bool whole = out[length] != '\0' || feof(stdin);
    out[length] = '\0';
    return whole;
}
