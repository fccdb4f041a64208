// A gzip body: however it is cut on its way, it gives the same bytes and the
// same verdict as zlib gives for the whole, and never more than the bound.
#include "fuzz/fuzz.h"
#include "server/inflate.h"
#include <string.h>
#include <zlib.h>

enum { LIMIT_SMALL = 100, LIMIT_LARGE = 1 << 20 };

struct outcome {
    enum inflate_result result;
    bool complete;
    struct buf out;
};

// `step` bytes at a time.
static struct outcome take(const uint8_t *data, size_t size, size_t step,
                           size_t limit)
{
    struct outcome outcome = {.result = INFLATE_OK};
    struct inflater *inflater = inflate_open();
    HOLDS(inflater);
    for (size_t at = 0; at < size && outcome.result == INFLATE_OK; at += step) {
        size_t part = size - at < step ? size - at : step;
        outcome.result =
            inflate_feed(inflater, data + at, part, limit, &outcome.out);
        HOLDS(outcome.out.size <= limit);
    }
    outcome.complete =
        outcome.result == INFLATE_OK && inflate_is_complete(inflater);
    inflate_close(inflater);
    return outcome;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
    HOLDS(a->result == b->result && a->complete == b->complete);
    HOLDS(a->out.size == b->out.size);
    HOLDS(a->out.size == 0 ||
          memcmp(a->out.data, b->out.data, a->out.size) == 0);
}

// A bomb of 1000:1 stays within the bound of this, and is refused by ours.
static void check_against_zlib(const uint8_t *data, size_t size,
                               const struct outcome *ours)
{
    static unsigned char out[LIMIT_LARGE + 1];
    z_stream stream = {0};
    HOLDS(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);
    stream.next_in = (z_const Bytef *)data;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = sizeof out;
    int status = inflate(&stream, Z_FINISH);
    size_t made = sizeof out - stream.avail_out;
    bool whole = status == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    HOLDS(ours->complete == (whole && made <= LIMIT_LARGE));
    if (ours->complete) {
        HOLDS(ours->out.size == made);
        HOLDS(made == 0 || memcmp(ours->out.data, out, made) == 0);
    }
}

// The first byte says how the rest is cut.
int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    fuzz_start();
    if (size == 0)
        return 0;
    size_t step = data[0] + (size_t)1;
    data++;
    size--;
    static const size_t limits[] = {0, LIMIT_SMALL, LIMIT_LARGE};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct outcome whole = take(data, size, size + 1, limits[i]);
        struct outcome cut = take(data, size, step, limits[i]);
        check_same(&whole, &cut);
        if (limits[i] == LIMIT_LARGE)
            check_against_zlib(data, size, &whole);
        buf_free(&whole.out);
        buf_free(&cut.out);
    }
    return 0;
}
