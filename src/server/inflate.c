#include "server/inflate.h"
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { CHUNK = 16 * 1024, GZIP_ONLY = 16 + MAX_WBITS };

struct inflater {
    z_stream stream;
    bool is_complete;
};

struct inflater *inflate_open(void)
{
    struct inflater *inflater = calloc(1, sizeof *inflater);
    if (inflater && inflateInit2(&inflater->stream, GZIP_ONLY) != Z_OK) {
        free(inflater);
        return NULL;
    }
    return inflater;
}

void inflate_close(struct inflater *inflater)
{
    if (inflater) {
        inflateEnd(&inflater->stream);
        free(inflater);
    }
}

// One call of zlib, into at most CHUNK bytes. At the bound one byte of room is
// left beyond it, so that going over is seen.
static enum inflate_result step(struct inflater *inflater, size_t limit,
                                struct buf *out)
{
    z_stream *stream = &inflater->stream;
    unsigned char beyond = 0;
    size_t room = limit - out->size < CHUNK ? limit - out->size : CHUNK;
    unsigned char *to =
        room > 0 ? (unsigned char *)buf_reserve(out, room) : &beyond;
    if (!to) {
        return INFLATE_NO_MEMORY;
    }
    stream->next_out = to;
    stream->avail_out = room > 0 ? (uInt)room : 1;
    int status = inflate(stream, Z_NO_FLUSH);
    size_t made = (size_t)(stream->next_out - to);
    if (room > 0) {
        buf_commit(out, made);
    } else if (made > 0) {
        return INFLATE_TOO_LARGE;
    }
    if (status == Z_STREAM_END) {
        inflater->is_complete = true;
        return stream->avail_in == 0 ? INFLATE_OK : INFLATE_BROKEN;
    }
    if (status == Z_MEM_ERROR) {
        return INFLATE_NO_MEMORY;
    }
    // Z_BUF_ERROR: nothing more to be had out of these bytes.
    return status == Z_OK || status == Z_BUF_ERROR ? INFLATE_OK
                                                   : INFLATE_BROKEN;
}

enum inflate_result inflate_feed(struct inflater *inflater, const void *bytes,
                                 size_t size, size_t limit, struct buf *out)
{
    z_stream *stream = &inflater->stream;
    if (size > UINT_MAX || (inflater->is_complete && size > 0)) {
        return INFLATE_BROKEN;
    }
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)size;
    enum inflate_result result = INFLATE_OK;
    do {
        result = step(inflater, limit, out);
        // Output may wait inside zlib although all input is taken: it does
        // when the last step filled its room.
    } while (result == INFLATE_OK && !inflater->is_complete &&
             (stream->avail_in > 0 || stream->avail_out == 0));
    return result;
}

bool inflate_is_complete(const struct inflater *inflater)
{
    return inflater->is_complete;
}
