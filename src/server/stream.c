#include "server/stream.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 32 * 1024 };

struct streaming {
    struct reply_stream stream;
    struct connections *all;
    struct connection *peer;
    struct buf piece;
    size_t taken; // of the piece
};

static ssize_t take(void *ctx, uint64_t position, char *out, size_t most)
{
    struct streaming *s = ctx;
    (void)position;
    if (s->taken == s->piece.size) {
        buf_clear(&s->piece);
        s->taken = 0;
        connection_owes_nothing(s->all, s->peer);
        bool ok = s->stream.more(s->stream.ctx, &s->piece) && buf_ok(&s->piece);
        connection_owes(s->all, s->peer);
        if (!ok) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        if (s->piece.size == 0) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
    }
    size_t left = s->piece.size - s->taken;
    size_t size = left < most ? left : most;
    memcpy(out, s->piece.data + s->taken, size);
    s->taken += size;
    return (ssize_t)size;
}

static void destroy(void *ctx)
{
    struct streaming *s = ctx;
    s->stream.free(s->stream.ctx);
    buf_free(&s->piece);
    free(s);
}

struct MHD_Response *stream_response(struct reply_stream *stream,
                                     struct connections *all,
                                     struct connection *peer)
{
    struct streaming *s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    *s = (struct streaming){.stream = *stream, .all = all, .peer = peer};
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK, take, s, destroy);
    if (!response) {
        free(s);
        return NULL;
    }
    stream->more = NULL;
    return response;
}
