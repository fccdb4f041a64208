#include "ui/scan_key.h"
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>

// From SDL_SCANCODE_1 on: 1 … 9, 0.
static const char DIGITS[] = "1234567890", SHIFTED_DIGITS[] = "!@#$%^&*()";

static const struct sign {
    SDL_Scancode code;
    char plain, shifted;
} SIGNS[] = {
    {SDL_SCANCODE_SPACE, ' ', ' '},        {SDL_SCANCODE_MINUS, '-', '_'},
    {SDL_SCANCODE_EQUALS, '=', '+'},       {SDL_SCANCODE_LEFTBRACKET, '[', '{'},
    {SDL_SCANCODE_RIGHTBRACKET, ']', '}'}, {SDL_SCANCODE_BACKSLASH, '\\', '|'},
    {SDL_SCANCODE_SEMICOLON, ';', ':'},    {SDL_SCANCODE_APOSTROPHE, '\'', '"'},
    {SDL_SCANCODE_GRAVE, '`', '~'},        {SDL_SCANCODE_COMMA, ',', '<'},
    {SDL_SCANCODE_PERIOD, '.', '>'},       {SDL_SCANCODE_SLASH, '/', '?'},
    {SDL_SCANCODE_KP_DIVIDE, '/', '/'},    {SDL_SCANCODE_KP_MINUS, '-', '-'},
    {SDL_SCANCODE_KP_PERIOD, '.', '.'}};

static bool shifts(SDL_Scancode code)
{
    return code == SDL_SCANCODE_LSHIFT || code == SDL_SCANCODE_RSHIFT ||
           code == SDL_SCANCODE_CAPSLOCK || code == SDL_SCANCODE_NUMLOCKCLEAR;
}

static char sign_of(SDL_Scancode code, bool shifted)
{
    for (size_t i = 0; i < sizeof SIGNS / sizeof SIGNS[0]; i++)
        if (SIGNS[i].code == code)
            return shifted ? SIGNS[i].shifted : SIGNS[i].plain;
    return SCAN_KEY_OTHER;
}

char scan_key(const SDL_KeyboardEvent *key)
{
    SDL_Scancode code = key->keysym.scancode;
    int held = key->keysym.mod;
    bool shifted = held & KMOD_SHIFT;
    if (key->repeat || shifts(code))
        return '\0';
    if (held & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return SCAN_KEY_OTHER;
    if (code == SDL_SCANCODE_RETURN || code == SDL_SCANCODE_KP_ENTER)
        return '\r';
    if (code >= SDL_SCANCODE_A && code <= SDL_SCANCODE_Z) {
        char letter = (char)('a' + (code - SDL_SCANCODE_A));
        bool capital = shifted != ((held & KMOD_CAPS) != 0);
        return capital ? (char)toupper(letter) : letter;
    }
    if (code >= SDL_SCANCODE_1 && code <= SDL_SCANCODE_0)
        return (shifted ? SHIFTED_DIGITS : DIGITS)[code - SDL_SCANCODE_1];
    if (code >= SDL_SCANCODE_KP_1 && code <= SDL_SCANCODE_KP_0)
        return DIGITS[code - SDL_SCANCODE_KP_1];
    return sign_of(code, shifted);
}
