#include "qr/qr.h"
#include <qrencode.h>

enum { QUIET_ZONE = 4 };

static QRcode *encode(const char *text)
{
    return QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
}

// Outside the symbol everything is light.
static bool is_light(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return true;
    return (code->data[y * code->width + x] & 1) == 0;
}

bool qr_append_blocks(const char *text, struct buf *out)
{
    static const char *const BLOCKS[] = {" ", "▄", "▀", "█"};
    QRcode *code = encode(text);
    if (!code)
        return false;
    int end = code->width + QUIET_ZONE;
    for (int y = -QUIET_ZONE; y < end; y += 2) {
        for (int x = -QUIET_ZONE; x < end; x++) {
            int upper = is_light(code, x, y);
            int lower = y + 1 < end && is_light(code, x, y + 1);
            buf_append_text(out, BLOCKS[upper * 2 + lower]);
        }
        buf_append_char(out, '\n');
    }
    QRcode_free(code);
    return buf_ok(out);
}

static void find_runs(const QRcode *code, int y, qr_run *run, void *ctx)
{
    for (int x = 0; x < code->width; x++) {
        int begin = x;
        while (!is_light(code, x, y))
            x++;
        if (x > begin)
            run(ctx, begin + QUIET_ZONE, y + QUIET_ZONE, x - begin);
    }
}

int qr_each_run(const char *text, qr_run *run, void *ctx)
{
    QRcode *code = encode(text);
    if (!code)
        return 0;
    int size = code->width + 2 * QUIET_ZONE;
    for (int y = 0; y < code->width; y++)
        find_runs(code, y, run, ctx);
    QRcode_free(code);
    return size;
}

static void append_run(void *ctx, int x, int y, int length)
{
    buf_printf(ctx, "M%d %dh%dv1h-%dz", x, y, length, length);
}

bool qr_append_svg(const char *text, struct buf *out)
{
    struct buf path = {0};
    int size = qr_each_run(text, append_run, &path);
    if (size > 0)
        buf_printf(out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""
                   " viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                   "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/><path d=\""
                   "%s\"/></svg>\n",
                   size, size, size, size, size, buf_text(&path));
    bool done = size > 0 && buf_ok(&path) && buf_ok(out);
    buf_free(&path);
    return done;
}
