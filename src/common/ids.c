#include "common/ids.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void id_random(void *out, size_t size)
{
    unsigned char *at = out;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort(); // no kernel of this century
        at += got;
        size -= (size_t)got;
    }
}

uint64_t id_random_u64(void)
{
    uint64_t value;
    id_random(&value, sizeof value);
    return value;
}

void id_from_bytes(const unsigned char bytes[16], char out[ID_SIZE])
{
    char hex[33];
    hex_encode(bytes, 16, hex);
    char *at = out;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *at++ = '-';
        *at++ = hex[i];
    }
    *at = '\0';
}

static void finish(unsigned char bytes[16], int version, char out[ID_SIZE])
{
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | version << 4);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    id_from_bytes(bytes, out);
}

void id_new_v4(char out[ID_SIZE])
{
    unsigned char bytes[16];
    id_random(bytes, sizeof bytes);
    finish(bytes, 4, out);
}

void id_new_v7(int64_t wall_ms, char out[ID_SIZE])
{
    unsigned char bytes[16];
    id_random(bytes, sizeof bytes);
    uint64_t ms = wall_ms < 0 ? 0 : (uint64_t)wall_ms;
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(ms >> (40 - 8 * i));
    finish(bytes, 7, out);
}

static bool is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool id_is_valid(const char *text, size_t size)
{
    if (size != ID_SIZE - 1)
        return false;
    for (size_t i = 0; i < size; i++) {
        bool digit = (text[i] >= '0' && text[i] <= '9') ||
                     (text[i] >= 'a' && text[i] <= 'f');
        if (is_dash_place(i) ? text[i] != '-' : !digit)
            return false;
    }
    return true;
}

bool id_to_bytes(const char *text, unsigned char out[16])
{
    if (!id_is_valid(text, strlen(text)))
        return false;
    char hex[33];
    size_t size = 0;
    for (size_t i = 0; i < ID_SIZE - 1; i++)
        if (text[i] != '-')
            hex[size++] = text[i];
    return hex_decode(hex, size, out, 16);
}

void hex_encode(const void *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[from[i] >> 4];
        *out++ = digits[from[i] & 15];
    }
    *out = '\0';
}

// A digit's value plus 1; 0: no digit. A table, because whoever verifies a
// ledger reads some hundred digits a line.
static const unsigned char HEX_DIGITS[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
    ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
    ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
    ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

bool hex_decode(const char *text, size_t text_size, void *out, size_t size)
{
    const unsigned char *from = (const unsigned char *)text;
    unsigned char *to = out;
    if (text_size % 2 != 0 || text_size / 2 != size)
        return false;
    for (size_t i = 0; i < text_size; i++)
        if (HEX_DIGITS[from[i]] == 0)
            return false;
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)((HEX_DIGITS[from[2 * i]] - 1) << 4 |
                                (HEX_DIGITS[from[2 * i + 1]] - 1));
    return true;
}
