// What is typed and must not be seen: one line of standard input.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Whether somebody sits there and types.
bool typed_line_is_terminal(void);
// Without its end. On a terminal `prompt` is shown and what is typed is not.
// False when there is none, or it does not fit.
bool typed_line_read(const char *prompt, char *out, size_t size);
