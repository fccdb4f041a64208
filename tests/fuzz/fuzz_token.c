// A one-time token, out of a code that anybody may hold before a scanner: good
// only with the server's signature, and then it can be made again.
#include "common/json.h"
#include "fuzz/fuzz.h"
#include "ledger/token.h"
#include <string.h>

enum { PAYLOAD_MAX = 480, NOW = 1000 };

static const char server_seed[] =
    "aGFpLWxvbmcsIGEgc2VydmVyIG9mIHRoZSBmdXp6ZXI=\n";
static struct key server_key;

static void check_texts(const struct token *t)
{
    HOLDS(id_is_valid(t->id, strlen(t->id)));
    fuzz_check_text(t->unit, sizeof t->unit);
    fuzz_check_text(t->transaction, sizeof t->transaction);
    fuzz_check_text(t->procedure, sizeof t->procedure);
    fuzz_check_text(t->field, sizeof t->field);
    fuzz_check_text(t->step, sizeof t->step);
}

static void check_made_again(const struct token *token)
{
    char text[TOKEN_SIZE];
    struct token again;
    HOLDS(token_make(&server_key, token, text));
    HOLDS(strlen(text) < sizeof text);
    HOLDS(strcmp(token_in(text), text) == 0);
    HOLDS(token_read(server_key.public_key, text, strlen(text), NULL, 0,
                     &again) == TOKEN_GOOD);
    HOLDS(strcmp(again.id, token->id) == 0);
    HOLDS(strcmp(again.unit, token->unit) == 0);
    HOLDS(strcmp(again.transaction, token->transaction) == 0);
    HOLDS(strcmp(again.procedure, token->procedure) == 0);
    HOLDS(strcmp(again.field, token->field) == 0);
    HOLDS(strcmp(again.step, token->step) == 0);
    HOLDS(again.expires_at == token->expires_at);
}

static void read_token(const char *text, size_t size, bool is_signed)
{
    static const char *const units[] = {NULL, "H24.12"};
    for (int i = 0; i < 4; i++) {
        struct token token;
        const char *unit = units[i % 2];
        int64_t now = i < 2 ? 0 : NOW;
        enum token_result result =
            token_read(server_key.public_key, text, size, unit, now, &token);
        if (result == TOKEN_NONE || result == TOKEN_FORGED)
            continue;
        HOLDS(is_signed);
        check_texts(&token);
        HOLDS((result == TOKEN_EXPIRED) <=
              (now > 0 && now >= token.expires_at));
        HOLDS((result == TOKEN_FOREIGN) ==
              (unit && token.unit[0] && strcmp(unit, token.unit) != 0));
        check_made_again(&token);
    }
}

// base64url without padding, for a text that no one but the server can sign.
static void append_url64(const void *bytes, size_t size, struct buf *out)
{
    struct buf base64 = {0};
    base64_append(bytes, size, &base64);
    for (const char *c = buf_text(&base64); *c && *c != '='; c++)
        buf_append_char(out, *c == '+' ? '-' : *c == '/' ? '_' : *c);
    buf_free(&base64);
}

// No chance finds a signature: the bytes as a payload, signed by the server.
static void read_as_if_signed(const void *payload, size_t size)
{
    struct buf text = {0}, token = {0};
    char base64[KEY_SIGNATURE_BASE64_SIZE];
    unsigned char signature[KEY_SIGNATURE_BYTES];
    buf_append_text(&text, "hailong.token.1\n");
    buf_append(&text, payload, size);
    key_sign(&server_key, text.data, text.size, base64);
    HOLDS(base64_decode(base64, strlen(base64), signature, sizeof signature));
    append_url64(payload, size, &token);
    buf_append_char(&token, '.');
    append_url64(signature, sizeof signature, &token);
    read_token(token.data, token.size, true);
    // One bit of the signature.
    token.data[token.size - 8] = token.data[token.size - 8] == 'A' ? 'B' : 'A';
    read_token(token.data, token.size, false);
    buf_free(&text);
    buf_free(&token);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static bool started;
    char path[PATH_MAX];
    struct buf code = {0};
    fuzz_start();
    if (!started) {
        fuzz_write("server.key", server_seed, sizeof server_seed - 1, path);
        HOLDS(key_load(path, &server_key));
    }
    started = true;
    buf_append(&code, data, size);
    const char *text = token_in(buf_text(&code));
    HOLDS(text >= buf_text(&code) && !strstr(text, "/d/"));
    read_token((const char *)data, size, false);
    read_token(text, strlen(text), false);
    if (size <= PAYLOAD_MAX)
        read_as_if_signed(data, size);
    buf_free(&code);
    return 0;
}
