#include "office/trail.h"
#include "common/ids.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 24 };

static void add_field(struct buf *bytes, const char *field)
{
    const char *text = field ? field : "";
    buf_printf(bytes, "%zu:%s,", strlen(text), text);
}

bool trail_add(struct trail *trail, const char *const *fields, size_t count)
{
    char hex[DIGEST_HEX_SIZE], number[NUMBER_SIZE];
    struct buf bytes = {0};
    hex_encode(trail->head, DIGEST_BYTES, hex);
    snprintf(number, sizeof number, "%" PRId64, trail->size + 1);
    buf_printf(&bytes, "%s\n", hex);
    add_field(&bytes, number);
    for (size_t i = 0; i < count; i++) {
        add_field(&bytes, fields[i]);
    }
    bool ok = buf_ok(&bytes);
    if (ok) {
        digest_of(buf_text(&bytes), bytes.size, trail->head);
        trail->size++;
    }
    buf_free(&bytes);
    return ok;
}
