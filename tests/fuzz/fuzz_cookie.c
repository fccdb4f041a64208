// The header Cookie, and sign-in names: one cookie of ours or none, and a name
// that is kept has one spelling.
#include "fuzz/fuzz.h"
#include "office/people.h"
#include "server/cookie.h"
#include <string.h>

// As often as it stands there between separators.
static int times_named(const char *header)
{
    int times = 0;
    while (*header) {
        times += strncmp(header, "hailong=", 8) == 0;
        header += strcspn(header, ";");
        header += *header == ';';
        header += *header == ' ';
    }
    return times;
}

static void check_cookie(const char *header)
{
    char token[SECRET_TOKEN_SIZE], csrf[DIGEST_HEX_SIZE];
    struct buf written = {0};
    memset(token, '#', sizeof token);
    enum cookie_found found = cookie_read(header, token);
    if (found != COOKIE_FOUND) {
        HOLDS(token[0] == '#');
        return;
    }
    HOLDS(digest_hex_is_valid(token, strlen(token)));
    HOLDS(times_named(header) == 1);
    // What the server gives is what it takes.
    cookie_write(token, "", true, &written);
    HOLDS(strlen(buf_text(&written)) < 128);
    cookie_csrf(token, csrf);
    HOLDS(digest_hex_is_valid(csrf, strlen(csrf)) && strcmp(csrf, token) != 0);
    buf_free(&written);
}

static void check_name(const char *typed)
{
    char name[PERSON_NAME_SIZE], again[PERSON_NAME_SIZE];
    if (!person_name_read(typed, name))
        return;
    HOLDS(person_name_read(name, again) && strcmp(name, again) == 0);
    HOLDS(!strpbrk(name, " /\"'<>&\\\n"));
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct buf text = {0};
    fuzz_start();
    buf_append(&text, data, size);
    check_cookie(buf_text(&text));
    check_name(buf_text(&text));
    buf_free(&text);
    return 0;
}
