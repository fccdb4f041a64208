// The rows of `hailong status`: a name, and what is told of it, in the words of
// assets/i18n ("status.…"), Vietnamese unless asked otherwise.
#pragma once
#include "i18n/i18n.h"
#include "operator/command.h"
#include <stddef.h>
#include <stdint.h>

struct status_rows {
    struct i18n *texts;
    enum i18n_language language;
    struct buf *out;
};

// False, and said, when the program's texts are not there.
bool status_rows_open(struct status_rows *rows, bool in_english,
                      struct console *console);
void status_rows_close(struct status_rows *rows);

// `name` and `id` without "status."; name NULL: the row before goes on.
void status_row(const struct status_rows *rows, const char *name,
                const char *id, const char *const *values, size_t count);
void status_row_numbers(const struct status_rows *rows, const char *name,
                        const char *id, const int64_t *numbers, size_t count);
// A time, or `never` where there is none.
void status_row_moment(const struct status_rows *rows, const char *name,
                       int64_t wall_ms, const char *never);
// Words that are no text of ours.
void status_row_words(const struct status_rows *rows, const char *name,
                      const char *words);
