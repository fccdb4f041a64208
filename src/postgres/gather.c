#include "postgres/gather.h"
#include <ctype.h>
#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool gather_begin(struct gathered *gathered, struct sql_statement *s,
                  const char *insert)
{
    static const char into[] = "INSERT INTO ";
    const char *columns = strchr(insert, '('), *values;
    values = columns ? strstr(columns, " VALUES (") : NULL;
    if (strncmp(insert, into, sizeof into - 1) != 0 || !values)
        return false;
    insert += sizeof into - 1;
    gathered->table = strndup(insert, strcspn(insert, " ("));
    if (asprintf(&gathered->script, "COPY %.*s FROM STDIN (FORMAT binary)",
                 (int)(values - insert), insert) < 0)
        gathered->script = NULL;
    if (gathered->table && gathered->script)
        gathered->s = s;
    else
        gather_free(gathered);
    return gathered->s != NULL;
}

void gather_forget(struct gathered *gathered)
{
    gathered->count = 0;
    // One that failed is good again.
    if (gathered->rows.failed)
        buf_free(&gathered->rows);
    else
        buf_clear(&gathered->rows);
}

void gather_free(struct gathered *gathered)
{
    free(gathered->table);
    free(gathered->script);
    buf_free(&gathered->rows);
    *gathered = (struct gathered){0};
}

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool gather_is_in(const struct gathered *gathered, const char *statement)
{
    size_t size = strlen(gathered->table);
    const char *at = statement;
    while ((at = strstr(at, gathered->table)) != NULL) {
        if ((at == statement || !is_letter(at[-1])) && !is_letter(at[size]))
            return true;
        at += size;
    }
    return false;
}

const char *gather_read(const char *row, const char *values[GATHER_FIELDS],
                        int sizes[GATHER_FIELDS], int *out_count)
{
    uint16_t count;
    memcpy(&count, row, sizeof count);
    row += sizeof count;
    *out_count = be16toh(count);
    for (int i = 0; i < *out_count; i++) {
        uint32_t size;
        memcpy(&size, row, sizeof size);
        row += sizeof size;
        sizes[i] = (int32_t)be32toh(size);
        values[i] = sizes[i] < 0 ? NULL : row;
        if (sizes[i] > 0)
            row += sizes[i];
    }
    return row;
}
