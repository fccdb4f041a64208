// The kiosk's own sounds, computed: no file, no device, no state. There is one
// tick for every target and one chime for every answer; nothing in here knows
// a level, so a listener learns nothing from a sound.
//
// Samples are 16 bits, mono, TONE_RATE a second. Each sound begins and ends in
// silence, and stays far enough below full scale that all of them together do
// not clip.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { TONE_RATE = 48000 };

enum sound_tone {
    TONE_TICK,    // a tap has counted: 30 ms
    TONE_CHIME,   // thanks: two rising notes, 400 ms
    TONE_REFUSED, // a key that cannot act now: one low note, 140 ms
    SOUND_TONE_COUNT
};

// In samples.
size_t tone_length(enum sound_tone tone);
// Writes tone_length() samples.
void tone_make(enum sound_tone tone, int16_t *out);
