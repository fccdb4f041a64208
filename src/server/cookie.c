#include "server/cookie.h"
#include <stdio.h>
#include <string.h>

static const char NAME[] = "hailong";
enum { NAME_BYTES = sizeof NAME - 1 };

// One "name=value" of `size` bytes. False when it is none.
static bool split(const char *pair, size_t size, size_t *out_name_size)
{
    static const char separators[] = "()<>@,;:\\\"/[]?{} \t";
    const char *equals = memchr(pair, '=', size);
    if (!equals || equals == pair) {
        return false;
    }
    for (const char *c = pair; c < equals; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7F ||
            strchr(separators, *c)) {
            return false;
        }
    }
    *out_name_size = (size_t)(equals - pair);
    return true;
}

// What ours holds, when it can be a token.
static enum cookie_found take(const char *value, size_t size,
                              char out_token[SECRET_TOKEN_SIZE])
{
    if (!value || size != SECRET_TOKEN_SIZE - 1 ||
        !digest_hex_is_valid(value, size)) {
        return COOKIE_NONE;
    }
    memcpy(out_token, value, size);
    out_token[size] = '\0';
    return COOKIE_FOUND;
}

enum cookie_found cookie_read(const char *header,
                              char out_token[SECRET_TOKEN_SIZE])
{
    const char *value = NULL;
    size_t value_size = 0;
    while (header && *header) {
        size_t size = strcspn(header, ";"), name_size;
        if (!split(header, size, &name_size)) {
            return COOKIE_BAD;
        }
        if (name_size == NAME_BYTES && memcmp(header, NAME, NAME_BYTES) == 0) {
            if (value) {
                return COOKIE_BAD;
            }
            value = header + NAME_BYTES + 1;
            value_size = size - NAME_BYTES - 1;
        }
        header += size;
        if (*header == ';') {
            // "; " stands between two, never at the end.
            if (header[1] != ' ' || header[2] == '\0') {
                return COOKIE_BAD;
            }
            header += 2;
        }
    }
    return take(value, value_size, out_token);
}

void cookie_write(const char *token, const char *base, bool secure,
                  struct buf *out)
{
    buf_printf(out, "%s=%s; Path=%s/; HttpOnly; SameSite=Strict%s%s", NAME,
               token, base, token[0] == '\0' ? "; Max-Age=0" : "",
               secure ? "; Secure" : "");
}

void cookie_csrf(const char *token, char out_csrf[DIGEST_HEX_SIZE])
{
    char text[SECRET_TOKEN_SIZE + 16];
    int size = snprintf(text, sizeof text, "hailong.csrf.1\n%s", token);
    digest_hex_of(text, (size_t)size, out_csrf);
    explicit_bzero(text, sizeof text);
}
