// Keys as a scanner means them: it plays a keyboard of the United States,
// whatever layout the machine has, so the place of a key counts and not its
// letter. Pure.
#pragma once
#include <SDL.h>

// What no code has: it spoils the one that is being read.
#define SCAN_KEY_OTHER '\x01'

// The character of a key that went down, '\r' for Enter. '\0': nothing, for a
// key that shifts others, and for one that is held and repeats by itself.
char scan_key(const SDL_KeyboardEvent *key);
