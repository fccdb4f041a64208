// A scanner's keys, two bytes each: how long after the one before, in ten
// milliseconds, and the character. What comes out was typed so, fast enough,
// and is no echo; and nobody but the server makes a token.
#include "fuzz/fuzz.h"
#include "ledger/token.h"
#include "survey/scanner.h"
#include <string.h>

enum { STEP_MS = 10 };

static const unsigned char server[KEY_PUBLIC_BYTES] = {1, 2, 3};

// The last code that was whole, given out or held back as an echo.
struct last {
    char code[SCANNER_CODE_SIZE];
    int64_t at;
};

// What has been typed since the last pause or Enter, as a model of the scanner.
struct typed {
    char text[SCANNER_CODE_SIZE];
    size_t size;
    bool spoiled;
};

static void check_code(const char *code)
{
    struct token token;
    const char *part = token_in(code);
    size_t size = strlen(code);
    HOLDS(size >= SCANNER_LEAST && size <= SCANNER_MOST);
    for (const char *c = code; *c; c++)
        HOLDS(*c >= ' ' && *c <= '~');
    enum dossier_form form = dossier_form(code);
    HOLDS(form == DOSSIER_NONE ||
          (size >= DOSSIER_LEAST && size <= DOSSIER_MOST));
    HOLDS(form == DOSSIER_NONE || !strpbrk(code, " \"'<>&;\\"));
    HOLDS(part >= code && part <= code + size);
    enum token_result result =
        token_read(server, part, strlen(part), NULL, 1, &token);
    HOLDS(result == TOKEN_NONE || result == TOKEN_FORGED);
}

static void type(struct typed *typed, char c)
{
    if (c < ' ' || c > '~' || typed->size == SCANNER_MOST)
        typed->spoiled = true;
    else
        typed->text[typed->size++] = c;
}

static void check_enter(const struct typed *typed, struct last *last,
                        const char *code, int64_t now)
{
    bool can_be = !typed->spoiled && typed->size >= SCANNER_LEAST;
    bool echo = can_be && strcmp(typed->text, last->code) == 0 &&
                now - last->at < SCANNER_AGAIN_MS;
    HOLDS((code != NULL) == (can_be && !echo));
    if (code) {
        HOLDS(strcmp(code, typed->text) == 0);
        check_code(code);
    }
    if (can_be) {
        memcpy(last->code, typed->text, typed->size + 1);
        last->at = now;
    }
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct scanner scanner;
    struct typed typed = {.size = 0};
    struct last last = {.at = -SCANNER_AGAIN_MS};
    int64_t now = 0;
    fuzz_start();
    scanner_init(&scanner);
    for (size_t i = 0; i + 1 < size; i += 2) {
        const char *code = NULL;
        char c = (char)data[i + 1];
        now += (int64_t)data[i] * STEP_MS;
        if (data[i] * STEP_MS > SCANNER_GAP_MS)
            typed = (struct typed){.size = 0};
        bool whole = scanner_take(&scanner, c, now, &code);
        if (c == '\r' || c == '\n') {
            typed.text[typed.size] = '\0';
            check_enter(&typed, &last, whole ? code : NULL, now);
            typed = (struct typed){.size = 0};
        } else {
            HOLDS(!whole);
            type(&typed, c);
        }
    }
    return 0;
}
