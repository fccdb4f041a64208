#include "ledger/token.h"
#include "common/json.h"
#include "ledger/digest.h"
#include <sodium.h>
#include <string.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static const char PREFIX[] = "hailong.token.1\n";

static void sign_text(const char *payload, size_t size, struct buf *out)
{
    buf_append_text(out, PREFIX);
    buf_append(out, payload, size);
}

static bool append_url64(const void *bytes, size_t size, char *out, size_t room)
{
    size_t used = strlen(out);
    if (sodium_base64_ENCODED_LEN(size, VARIANT) > room - used)
        return false;
    sodium_bin2base64(out + used, room - used, bytes, size, VARIANT);
    return true;
}

// Only what was told.
static json_t *payload_of(const struct token *token)
{
    json_t *object = json_pack("{s:s, s:I}", "id", token->id, "expires_at",
                               (json_int_t)token->expires_at);
    const struct {
        const char *key, *value;
    } texts[] = {{"unit", token->unit},
                 {"transaction", token->transaction},
                 {"procedure", token->procedure},
                 {"field", token->field},
                 {"step", token->step}};
    for (size_t i = 0; object && i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].value[0])
            json_object_set_new(object, texts[i].key,
                                json_string(texts[i].value));
    return object;
}

bool token_make(const struct key *server, const struct token *token,
                char out[TOKEN_SIZE])
{
    struct buf payload = {0}, text = {0};
    char base64[KEY_SIGNATURE_BASE64_SIZE];
    unsigned char signature[KEY_SIGNATURE_BYTES];
    json_t *object = payload_of(token);
    out[0] = '\0';
    bool ok = object && json_write(object, &payload);
    json_decref(object);
    if (ok)
        sign_text(payload.data, payload.size, &text);
    ok = ok && buf_ok(&text);
    if (ok) {
        key_sign(server, text.data, text.size, base64);
        ok = base64_decode(base64, strlen(base64), signature,
                           sizeof signature) &&
             append_url64(payload.data, payload.size, out, TOKEN_SIZE - 1);
    }
    if (ok) {
        size_t end = strlen(out);
        out[end] = '.';
        out[end + 1] = '\0';
        ok = append_url64(signature, sizeof signature, out, TOKEN_SIZE);
    }
    buf_free(&payload);
    buf_free(&text);
    return ok;
}

const char *token_in(const char *code)
{
    const char *found = code;
    for (const char *at = code; (at = strstr(at, "/d/")); at += 3)
        found = at + 3;
    return found;
}

// The parts on both sides of the dot. False when it is no token by its form.
static bool take_apart(const char *text, size_t size, char *payload,
                       size_t *payload_size,
                       unsigned char signature[KEY_SIGNATURE_BYTES])
{
    const char *dot = memchr(text, '.', size);
    const char *end;
    size_t signature_size;
    if (!dot || size >= TOKEN_SIZE)
        return false;
    size_t first = (size_t)(dot - text), second = size - first - 1;
    return sodium_base642bin((unsigned char *)payload, TOKEN_SIZE, text, first,
                             NULL, payload_size, &end, VARIANT) == 0 &&
           end == dot &&
           sodium_base642bin(signature, KEY_SIGNATURE_BYTES, dot + 1, second,
                             NULL, &signature_size, &end, VARIANT) == 0 &&
           end == text + size && signature_size == KEY_SIGNATURE_BYTES;
}

static bool is_signed(const unsigned char server[KEY_PUBLIC_BYTES],
                      const char *payload, size_t size,
                      const unsigned char signature[KEY_SIGNATURE_BYTES])
{
    struct buf text = {0}, base64 = {0};
    sign_text(payload, size, &text);
    base64_append(signature, KEY_SIGNATURE_BYTES, &base64);
    bool ok = buf_ok(&text) && buf_ok(&base64) &&
              key_verify(server, text.data, text.size, buf_text(&base64));
    buf_free(&text);
    buf_free(&base64);
    return ok;
}

// A text that may be missing.
static bool read_text(const json_t *object, const char *key, char *out,
                      size_t size)
{
    out[0] = '\0';
    return !json_object_get(object, key) ||
           json_copy_text(object, key, out, size);
}

static bool read_payload(const char *payload, size_t size, struct token *out)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *object = json_read(payload, size, why);
    bool ok =
        json_is_object(object) &&
        json_copy_text(object, "id", out->id, sizeof out->id) &&
        id_is_valid(out->id, strlen(out->id)) &&
        json_get_int(object, "expires_at", &out->expires_at) &&
        read_text(object, "unit", out->unit, sizeof out->unit) &&
        read_text(object, "transaction", out->transaction,
                  sizeof out->transaction) &&
        read_text(object, "procedure", out->procedure, sizeof out->procedure) &&
        read_text(object, "field", out->field, sizeof out->field) &&
        read_text(object, "step", out->step, sizeof out->step);
    json_decref(object);
    return ok;
}

enum token_result token_read(const unsigned char server[KEY_PUBLIC_BYTES],
                             const char *text, size_t size, const char *unit,
                             int64_t now, struct token *out)
{
    char payload[TOKEN_SIZE];
    size_t payload_size;
    unsigned char signature[KEY_SIGNATURE_BYTES];
    *out = (struct token){.id = ""};
    if (!take_apart(text, size, payload, &payload_size, signature))
        return TOKEN_NONE;
    // What the server signed is what the server wrote.
    if (!is_signed(server, payload, payload_size, signature) ||
        !read_payload(payload, payload_size, out))
        return TOKEN_FORGED;
    if (unit && out->unit[0] && strcmp(out->unit, unit) != 0)
        return TOKEN_FOREIGN;
    return now > 0 && now >= out->expires_at ? TOKEN_EXPIRED : TOKEN_GOOD;
}
