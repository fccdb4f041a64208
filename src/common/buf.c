#include "common/buf.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *buf_reserve(struct buf *buf, size_t size)
{
    if (buf->failed)
        return NULL;
    if (size >= SIZE_MAX - buf->size - 1) {
        buf->failed = true;
        return NULL;
    }
    size_t needed = buf->size + size + 1;
    if (needed > buf->capacity) {
        size_t capacity =
            buf->capacity > SIZE_MAX / 2 ? needed : buf->capacity * 2;
        if (capacity < needed)
            capacity = needed < 64 ? 64 : needed;
        char *data = realloc(buf->data, capacity);
        if (!data) {
            buf->failed = true;
            return NULL;
        }
        buf->data = data;
        buf->capacity = capacity;
        buf->data[buf->size] = '\0';
    }
    return buf->data + buf->size;
}

void buf_commit(struct buf *buf, size_t size)
{
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void buf_append(struct buf *buf, const void *bytes, size_t size)
{
    char *room = size ? buf_reserve(buf, size) : NULL;
    if (!room)
        return;
    memcpy(room, bytes, size);
    buf_commit(buf, size);
}

void buf_append_text(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char c)
{
    buf_append(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    char *room = size < 0 ? NULL : buf_reserve(buf, (size_t)size);
    if (room) {
        vsnprintf(room, (size_t)size + 1, format, again);
        buf_commit(buf, (size_t)size);
    } else {
        buf->failed = true;
    }
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
    if (!buf->failed && !buf->data)
        buf_reserve(buf, 0);
    char *data = buf->data;
    if (buf->failed) {
        free(data);
        data = NULL;
    }
    *buf = (struct buf){0};
    return data;
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}
