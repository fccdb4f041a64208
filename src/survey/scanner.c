#include "survey/scanner.h"
#include "common/date.h"
#include <ctype.h>
#include <string.h>

void scanner_init(struct scanner *scanner)
{
    *scanner = (struct scanner){.before_at = -SCANNER_AGAIN_MS};
}

static void begin(struct scanner *scanner)
{
    scanner->size = 0;
    scanner->spoiled = false;
    scanner->wasted = false;
}

// The code of a moment ago, once more. A stuck scanner keeps being one.
static bool is_again(struct scanner *scanner, int64_t now)
{
    bool again = strcmp(scanner->text, scanner->before) == 0 &&
                 now - scanner->before_at < SCANNER_AGAIN_MS;
    if (again)
        scanner->before_at = now;
    return again;
}

// True when a code is complete, wanted or not.
static bool collect(struct scanner *scanner, char c, int64_t now)
{
    if (now - scanner->last_at > SCANNER_GAP_MS)
        begin(scanner);
    scanner->last_at = now;
    if (c == '\r' || c == '\n') {
        scanner->text[scanner->size] = '\0';
        return !scanner->spoiled && scanner->size >= SCANNER_LEAST;
    }
    if (c < ' ' || c > '~' || scanner->size == SCANNER_MOST)
        scanner->spoiled = true;
    else
        scanner->text[scanner->size++] = c;
    return false;
}

bool scanner_take(struct scanner *scanner, char c, int64_t now,
                  const char **out)
{
    bool whole = collect(scanner, c, now);
    bool is_new = whole && !is_again(scanner, now) && !scanner->wasted;
    if (is_new) {
        memcpy(scanner->before, scanner->text, scanner->size + 1);
        scanner->before_at = now;
    }
    if (c == '\r' || c == '\n')
        begin(scanner);
    *out = scanner->text;
    return is_new;
}

void scanner_waste(struct scanner *scanner, char c, int64_t now)
{
    if (collect(scanner, c, now))
        is_again(scanner, now);
    scanner->wasted = true;
    if (c == '\r' || c == '\n')
        begin(scanner);
}

void scanner_overlook(struct scanner *scanner, int64_t ms)
{
    scanner->last_at += ms;
}

// --- Codes of dossiers -------------------------------------------------------

static bool is_word(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isupper((unsigned char)text[i]) &&
            !isdigit((unsigned char)text[i]))
            return false;
    return size > 0;
}

// Groups of 2 or 3 capitals and digits with dots between them: "000.00.12.H24".
static bool is_office(const char *text, size_t size)
{
    const char *end = text + size;
    for (;;) {
        const char *dot = memchr(text, '.', (size_t)(end - text));
        size_t group = (size_t)((dot ? dot : end) - text);
        if (group < 2 || group > 3 || !is_word(text, group))
            return false;
        if (!dot)
            return true;
        text = dot + 1;
    }
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

// "261123": a day of this century.
static bool is_day(const char *text)
{
    for (int i = 0; i < 6; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    const struct date date = {2000 + two_digits(text), two_digits(text + 2),
                              two_digits(text + 4)};
    return date_is_valid(date);
}

static bool is_number(const char *text)
{
    size_t size = strlen(text);
    return size >= 3 && size <= 7 && strspn(text, "0123456789") == size;
}

static bool is_regular(const char *code)
{
    const char *first = strchr(code, '-');
    return first && is_office(code, (size_t)(first - code)) &&
           strlen(first) > 8 && is_day(first + 1) && first[7] == '-' &&
           is_number(first + 8);
}

enum dossier_form dossier_form(const char *code)
{
    size_t size = strlen(code);
    bool digit = false;
    if (size < DOSSIER_LEAST || size > DOSSIER_MOST)
        return DOSSIER_NONE;
    if (is_regular(code))
        return DOSSIER_REGULAR;
    for (const char *c = code; *c; c++) {
        digit |= isdigit((unsigned char)*c) != 0;
        if (!isalnum((unsigned char)*c) && !strchr(".-/_", *c))
            return DOSSIER_NONE;
    }
    return digit ? DOSSIER_UNUSUAL : DOSSIER_NONE;
}
