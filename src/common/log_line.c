#include "common/log_line.h"
#include <stdbool.h>
#include <string.h>

// How many bytes the character there takes; 0: it is none of UTF-8.
static size_t character(const unsigned char *at)
{
    size_t size = at[0] < 0x80                    ? 1
                  : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                  : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
                  : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                  : 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    // Longer than need be, half of a pair of UTF-16, or beyond the last.
    bool is_bad =
        (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return is_bad ? 0 : size;
}

// In quotes, as JSON has it; logfmt reads the same.
static void append_quoted(struct buf *out, const char *text)
{
    buf_append_char(out, '"');
    while (*text) {
        unsigned char c = (unsigned char)*text;
        size_t size = character((const unsigned char *)text);
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_append_text(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\u%04x", c);
        else if (size > 0)
            buf_append(out, text, size);
        else
            buf_append_text(out, "\xef\xbf\xbd");
        text += size > 0 ? size : 1;
    }
    buf_append_char(out, '"');
}

static bool is_bare(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    for (; *at; at++)
        if (*at <= ' ' || *at >= 0x7f || *at == '"' || *at == '=' ||
            *at == '\\')
            return false;
    return at != (const unsigned char *)text;
}

static void append_pair(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s%s=", out->size > 0 ? " " : "", name);
    if (is_bare(value))
        buf_append_text(out, value);
    else
        append_quoted(out, value);
}

void log_line_fields(const struct log_line *line, struct buf *out)
{
    // Behind a space, whatever stands before.
    struct buf pairs = {0};
    if (line->ward[0] != '\0')
        append_pair(&pairs, "ward", line->ward);
    for (size_t i = 0; i < line->count; i++) {
        const struct log_field *field = &line->fields[i];
        if (field->text)
            append_pair(&pairs, field->name, field->text);
        else
            buf_printf(&pairs, "%s%s=%lld", pairs.size > 0 ? " " : "",
                       field->name, (long long)field->number);
    }
    if (pairs.size > 0)
        buf_printf(out, " %s", buf_text(&pairs));
    buf_free(&pairs);
}

static void append_one_line(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_append_text(out, "\\n");
        else if ((unsigned char)*text < 0x20 && *text != '\t')
            buf_printf(out, "\\x%02x", (unsigned char)*text);
        else
            buf_append_char(out, *text);
    }
}

static void write_text(const struct log_line *line, struct buf *out)
{
    buf_printf(out, "%s %s %s ", line->at, line->level, line->module);
    append_one_line(out, line->text);
    log_line_fields(line, out);
    if (line->unsaid > 0)
        buf_printf(out, " (%lld more like it were left out)",
                   (long long)line->unsaid);
}

static void write_logfmt(const struct log_line *line, struct buf *out)
{
    buf_printf(out, "time=%s level=%s module=%s msg=", line->at, line->level,
               line->module);
    append_quoted(out, line->text);
    log_line_fields(line, out);
    if (line->unsaid > 0)
        buf_printf(out, " left_out=%lld", (long long)line->unsaid);
}

static void append_member(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, "%s\"%s\":", out->data[out->size - 1] == '{' ? "" : ",",
               name);
    append_quoted(out, text);
}

static void write_json(const struct log_line *line, struct buf *out)
{
    buf_append_char(out, '{');
    if (!buf_ok(out))
        return;
    append_member(out, "time", line->at);
    append_member(out, "level", line->level);
    append_member(out, "module", line->module);
    append_member(out, "message", line->text);
    if (line->ward[0] != '\0')
        append_member(out, "ward", line->ward);
    for (size_t i = 0; i < line->count; i++) {
        const struct log_field *field = &line->fields[i];
        if (field->text)
            append_member(out, field->name, field->text);
        else
            buf_printf(out, ",\"%s\":%lld", field->name,
                       (long long)field->number);
    }
    if (line->unsaid > 0)
        buf_printf(out, ",\"left_out\":%lld", (long long)line->unsaid);
    buf_append_char(out, '}');
}

void log_line_write(enum log_format format, const struct log_line *line,
                    struct buf *out)
{
    switch (format) {
    case LOG_TEXT:
        write_text(line, out);
        break;
    case LOG_LOGFMT:
        write_logfmt(line, out);
        break;
    case LOG_JSON:
        write_json(line, out);
        break;
    }
    buf_append_char(out, '\n');
}
