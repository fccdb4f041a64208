#include "office/secret.h"
#include "common/ids.h"
#include <string.h>

static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { CODE_LETTERS = 10, CODE_HALF = 5, TOKEN_BYTES = 32 };

void secret_make_token(char out_token[SECRET_TOKEN_SIZE],
                       unsigned char out_hash[DIGEST_BYTES])
{
    unsigned char bytes[TOKEN_BYTES];
    id_random(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, out_token);
    digest_of(out_token, SECRET_TOKEN_SIZE - 1, out_hash);
}

bool secret_hash_token(const char *token, size_t size,
                       unsigned char out_hash[DIGEST_BYTES])
{
    if (!digest_hex_is_valid(token, size)) {
        return false;
    }
    digest_of(token, size, out_hash);
    return true;
}

void secret_make_code(char out_code[SECRET_CODE_SIZE],
                      unsigned char out_hash[DIGEST_BYTES])
{
    unsigned char bytes[CODE_LETTERS];
    char letters[CODE_LETTERS];
    id_random(bytes, sizeof bytes);
    for (size_t i = 0; i < CODE_LETTERS; i++) {
        letters[i] = code_letters[bytes[i] % 32];
    }
    digest_of(letters, CODE_LETTERS, out_hash);
    memcpy(out_code, letters, CODE_HALF);
    out_code[CODE_HALF] = '-';
    memcpy(out_code + CODE_HALF + 1, letters + CODE_HALF, CODE_HALF);
    out_code[SECRET_CODE_SIZE - 1] = '\0';
}

// The letter that a person meant, or 0.
static char code_letter(char typed)
{
    if (typed >= 'a' && typed <= 'z') {
        typed = (char)(typed - 'a' + 'A');
    }
    if (typed == 'I' || typed == 'L') {
        typed = '1';
    }
    if (typed == 'O') {
        typed = '0';
    }
    return typed != '\0' && strchr(code_letters, typed) ? typed : '\0';
}

bool secret_hash_code(const char *code, size_t size,
                      unsigned char out_hash[DIGEST_BYTES])
{
    char letters[CODE_LETTERS];
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if (code[i] == '-' || code[i] == ' ') {
            continue;
        }
        char letter = code_letter(code[i]);
        if (letter == '\0' || count == CODE_LETTERS) {
            return false;
        }
        letters[count++] = letter;
    }
    if (count != CODE_LETTERS) {
        return false;
    }
    digest_of(letters, CODE_LETTERS, out_hash);
    return true;
}
