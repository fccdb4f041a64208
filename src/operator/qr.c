#include "operator/qr.h"
#include <qrencode.h>

enum { QUIET_ZONE = 4 };

// Outside the symbol everything is light.
static bool is_light(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return true;
    return (code->data[y * code->width + x] & 1) == 0;
}

bool qr_append(const char *text, struct buf *out)
{
    static const char *const BLOCKS[] = {" ", "▄", "▀", "█"};
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
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
