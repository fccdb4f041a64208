#include "postgres/dialect.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The end of what stands between quotes from `text` on.
static const char *skip_quoted(const char *text)
{
    const char *end = strchr(text + 1, *text);
    return end ? end + 1 : text + strlen(text);
}

static const char *skip_word(const char *text)
{
    while (isalnum((unsigned char)*text) || *text == '_')
        text++;
    return text;
}

static bool starts_word(const char *start, const char *text)
{
    return text == start ||
           !(isalnum((unsigned char)text[-1]) || text[-1] == '_');
}

// How much of `text` PostgreSQL is not told; 0: it is told all.
static size_t unsaid(const char *text)
{
    static const char cross[] = "CROSS ", indexed[] = "INDEXED BY ",
                      schema[] = "main.";
    if (strncmp(text, "CROSS JOIN ", 11) == 0)
        return sizeof cross - 1;
    if (strncmp(text, indexed, sizeof indexed - 1) == 0)
        return (size_t)(skip_word(text + sizeof indexed - 1) - text);
    if (strncmp(text, schema, sizeof schema - 1) == 0)
        return sizeof schema - 1;
    return 0;
}

char *dialect_postgres(const char *text, int *out_parameters)
{
    char *made = malloc(strlen(text) + 1), *end = made;
    const char *start = text;
    *out_parameters = 0;
    while (made && *text) {
        const char *next = text + 1;
        if (*text == '\'' || *text == '"') {
            next = skip_quoted(text);
        } else if (starts_word(start, text) && unsaid(text) > 0) {
            text += unsaid(text);
            continue;
        } else if (*text == '?' && isdigit((unsigned char)text[1])) {
            int number = (int)strtol(text + 1, NULL, 10);
            if (number > *out_parameters)
                *out_parameters = number;
            *end++ = '$';
            text++;
            continue;
        }
        memcpy(end, text, (size_t)(next - text));
        end += next - text;
        text = next;
    }
    if (made)
        *end = '\0';
    return made;
}
