// The keys of a scanner, whatever layout the machine has.
#include "ui/scan_key.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char key(SDL_Scancode code, int held)
{
    const SDL_KeyboardEvent event = {
        .type = SDL_KEYDOWN, .keysym = {.scancode = code, .mod = (Uint16)held}};
    return scan_key(&event);
}

static void test_letters_and_digits(void **state)
{
    (void)state;
    assert_int_equal(key(SDL_SCANCODE_A, 0), 'a');
    assert_int_equal(key(SDL_SCANCODE_Z, KMOD_LSHIFT), 'Z');
    assert_int_equal(key(SDL_SCANCODE_B, KMOD_CAPS), 'B');
    assert_int_equal(key(SDL_SCANCODE_B, KMOD_CAPS | KMOD_RSHIFT), 'b');
    assert_int_equal(key(SDL_SCANCODE_1, 0), '1');
    assert_int_equal(key(SDL_SCANCODE_9, 0), '9');
    assert_int_equal(key(SDL_SCANCODE_0, 0), '0');
    assert_int_equal(key(SDL_SCANCODE_0, KMOD_CAPS), '0');
    assert_int_equal(key(SDL_SCANCODE_1, KMOD_LSHIFT), '!');
    assert_int_equal(key(SDL_SCANCODE_0, KMOD_LSHIFT), ')');
    assert_int_equal(key(SDL_SCANCODE_KP_1, 0), '1');
    assert_int_equal(key(SDL_SCANCODE_KP_0, 0), '0');
}

// Those that an address and a token have.
static void test_signs(void **state)
{
    (void)state;
    assert_int_equal(key(SDL_SCANCODE_SEMICOLON, KMOD_LSHIFT), ':');
    assert_int_equal(key(SDL_SCANCODE_SLASH, 0), '/');
    assert_int_equal(key(SDL_SCANCODE_PERIOD, 0), '.');
    assert_int_equal(key(SDL_SCANCODE_MINUS, 0), '-');
    assert_int_equal(key(SDL_SCANCODE_MINUS, KMOD_RSHIFT), '_');
    assert_int_equal(key(SDL_SCANCODE_SPACE, 0), ' ');
    assert_int_equal(key(SDL_SCANCODE_RETURN, 0), '\r');
    assert_int_equal(key(SDL_SCANCODE_KP_ENTER, 0), '\r');
}

static void test_others_spoil_the_code(void **state)
{
    (void)state;
    static const SDL_Scancode others[] = {
        SDL_SCANCODE_ESCAPE, SDL_SCANCODE_TAB,       SDL_SCANCODE_F4,
        SDL_SCANCODE_DELETE, SDL_SCANCODE_BACKSPACE, SDL_SCANCODE_UP};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(key(others[i], 0), SCAN_KEY_OTHER);
    assert_int_equal(key(SDL_SCANCODE_J, KMOD_LCTRL), SCAN_KEY_OTHER);
    assert_int_equal(key(SDL_SCANCODE_RETURN, KMOD_LALT), SCAN_KEY_OTHER);
}

static void test_what_shifts_or_repeats_is_nothing(void **state)
{
    (void)state;
    const SDL_KeyboardEvent held = {.type = SDL_KEYDOWN,
                                    .repeat = 1,
                                    .keysym = {.scancode = SDL_SCANCODE_7}};
    assert_int_equal(key(SDL_SCANCODE_LSHIFT, KMOD_LSHIFT), '\0');
    assert_int_equal(key(SDL_SCANCODE_CAPSLOCK, KMOD_CAPS), '\0');
    assert_int_equal(scan_key(&held), '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_and_digits), cmocka_unit_test(test_signs),
        cmocka_unit_test(test_others_spoil_the_code),
        cmocka_unit_test(test_what_shifts_or_repeats_is_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
