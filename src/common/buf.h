// A growing byte buffer. `data` always ends with a NUL that `size` does not
// count, so a text can be handed on as it is. Start with `struct buf b = {0};`.
// A failed allocation sets `failed`, leaves what was there, and makes every
// later append a no-op: check once, at the end, with buf_ok().
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; // NULL while empty and never grown
    size_t size;
    size_t capacity;
    bool failed;
};

void buf_append(struct buf *buf, const void *bytes, size_t size);
void buf_append_text(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
// Makes room for `size` more bytes and returns where they go, or NULL. The
// caller writes there and then calls buf_commit() with what it wrote.
char *buf_reserve(struct buf *buf, size_t size);
void buf_commit(struct buf *buf, size_t size);
// Empties without giving memory back.
void buf_clear(struct buf *buf);
static inline bool buf_ok(const struct buf *buf)
{
    return !buf->failed;
}
// "" when nothing was ever written. Owned by the buffer.
const char *buf_text(const struct buf *buf);
// The caller owns the text and frees it; the buffer is empty afterwards.
// NULL when an append failed.
char *buf_take(struct buf *buf);
void buf_free(struct buf *buf);
