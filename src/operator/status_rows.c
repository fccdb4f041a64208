#include "operator/status_rows.h"
#include "common/clock.h"
#include "common/file.h"
#include <limits.h>
#include <stdio.h>

enum { NUMBERS_MOST = 8 };

bool status_rows_open(struct status_rows *rows, bool in_english,
                      struct console *console)
{
    char path[PATH_MAX];
    struct buf message = {0};
    *rows = (struct status_rows){.language = in_english ? I18N_EN : I18N_VI,
                                 .out = &console->out};
    if (file_find_asset("i18n", path, sizeof path))
        rows->texts = i18n_open(path, &message);
    if (!rows->texts)
        console_complain(console, "the program's texts are not there: %s",
                         message.size > 0 ? buf_text(&message) : "i18n");
    buf_free(&message);
    return rows->texts != NULL;
}

void status_rows_close(struct status_rows *rows)
{
    i18n_close(rows->texts);
    rows->texts = NULL;
}

static void append(const struct status_rows *rows, const char *id,
                   const char *const *values, size_t count, struct buf *out)
{
    char whole[64];
    snprintf(whole, sizeof whole, "status.%s", id);
    i18n_format(rows->texts, rows->language, whole, values, count, out);
}

// Letters, not bytes; the texts are NFC.
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void begin(const struct status_rows *rows, const char *name)
{
    struct buf label = {0};
    int column = rows->language == I18N_EN ? 16 : 20;
    if (name) {
        char id[64];
        snprintf(id, sizeof id, "name.%s", name);
        append(rows, id, NULL, 0, &label);
    }
    int gap = column - width_of(buf_text(&label));
    buf_printf(rows->out, "%s%*s", buf_text(&label), gap > 0 ? gap : 1, "");
    buf_free(&label);
}

void status_row(const struct status_rows *rows, const char *name,
                const char *id, const char *const *values, size_t count)
{
    begin(rows, name);
    append(rows, id, values, count, rows->out);
    buf_append_char(rows->out, '\n');
}

void status_row_numbers(const struct status_rows *rows, const char *name,
                        const char *id, const int64_t *numbers, size_t count)
{
    struct buf texts[NUMBERS_MOST] = {0};
    const char *values[NUMBERS_MOST] = {NULL};
    for (size_t i = 0; i < count && i < NUMBERS_MOST; i++) {
        i18n_number(rows->language, numbers[i], 0, &texts[i]);
        values[i] = buf_text(&texts[i]);
    }
    status_row(rows, name, id, values, count);
    for (size_t i = 0; i < count && i < NUMBERS_MOST; i++)
        buf_free(&texts[i]);
}

void status_row_moment(const struct status_rows *rows, const char *name,
                       int64_t wall_ms, const char *never)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    if (wall_ms > 0)
        status_row_words(rows, name, text);
    else
        status_row(rows, name, never, NULL, 0);
}

void status_row_words(const struct status_rows *rows, const char *name,
                      const char *words)
{
    begin(rows, name);
    buf_printf(rows->out, "%s\n", words);
}
