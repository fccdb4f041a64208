#include "server/cookie.h"
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

static void take(const char *value, size_t size,
                 char out_token[SECRET_TOKEN_SIZE], enum cookie_found *found)
{
    if (*found == COOKIE_NONE && size == SECRET_TOKEN_SIZE - 1 &&
        digest_hex_is_valid(value, size)) {
        memcpy(out_token, value, size);
        out_token[size] = '\0';
        *found = COOKIE_FOUND;
    }
}

enum cookie_found cookie_read(const char *header,
                              char out_token[SECRET_TOKEN_SIZE])
{
    enum cookie_found found = COOKIE_NONE;
    bool was_there = false;
    while (header && *header) {
        size_t size = strcspn(header, ";"), name_size;
        if (!split(header, size, &name_size)) {
            return COOKIE_BAD;
        }
        if (name_size == NAME_BYTES && memcmp(header, NAME, NAME_BYTES) == 0) {
            if (was_there) {
                return COOKIE_BAD;
            }
            was_there = true;
            take(header + NAME_BYTES + 1, size - NAME_BYTES - 1, out_token,
                 &found);
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
    return found;
}

void cookie_write(const char *token, bool secure, struct buf *out)
{
    buf_printf(out, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", NAME, token,
               token[0] == '\0' ? "; Max-Age=0" : "", secure ? "; Secure" : "");
}

void cookie_csrf(const char *token, char out_csrf[DIGEST_HEX_SIZE])
{
    static const char purpose[] = "hailong.csrf.1\n";
    char text[sizeof purpose + SECRET_TOKEN_SIZE];
    size_t size = sizeof purpose - 1 + strlen(token);
    memcpy(text, purpose, sizeof purpose - 1);
    memcpy(text + sizeof purpose - 1, token, strlen(token));
    digest_hex_of(text, size, out_csrf);
    explicit_bzero(text, sizeof text);
}
