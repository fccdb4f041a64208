// What the kiosk plays: its own three sounds (ui/tone.h), and the voice that
// reads aloud (ui/voice.h).
//
//   sound_start → sound_set_volume, sound_wake, sound_play … → sound_stop
//
// No call waits for the device: a thread of this module opens it when something
// is to be played and closes it, and the whole audio system with it, after a
// while of silence, so that a resting kiosk has nobody to wake. A machine
// without sound, or with a sound server that hangs, works as any other and is
// only silent; the log says it once.
//
// The sounds are the same for every level, and so are the calls: play TONE_TICK
// for any target that took a tap, TONE_CHIME whenever thanks appear.
//
// Every function takes NULL for a kiosk that plays nothing. All but
// sound_start() and sound_stop() may be called from any thread.
#pragma once
#include "ui/tone.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SOUND_VOLUME = 45,       // percent, while nothing else was set
    SOUND_LINGER_MS = 15000, // the device stays open after the last sound
    SOUND_RETRY_MS = 60000   // before a device that failed is tried again
};

enum sound_state {
    SOUND_UNTRIED, // nothing was played yet
    SOUND_WORKS,
    SOUND_MISSING // no device, or it cannot be opened
};

// The voice's own loudness: half the volume, the volume, and twice it.
enum sound_step { SOUND_SOFT, SOUND_MIDDLE, SOUND_LOUD };

struct sound;

// Computes the sounds; opens nothing. Call it after the signals are blocked and
// the window is open. NULL when memory or a thread could not be had; logged.
struct sound *sound_start(int linger_ms);
// Cuts what is playing. A device that hangs is left behind after two seconds:
// then false, and SDL must not be ended, for SDL_Quit() would wait for the same
// device, for ever.
bool sound_stop(struct sound *sound);

// Percent of full scale, clamped to 0–100. At 0 nothing is played, not even
// the voice, and the device is not opened.
void sound_set_volume(struct sound *sound, int percent);
void sound_set_step(struct sound *sound, enum sound_step step);

// Somebody is here: opens the device, so that the first tick is not late.
void sound_wake(struct sound *sound);
// A sound that is still playing begins again. A tick that would come too late
// to belong to its tap, because the device took long to open, is left out.
void sound_play(struct sound *sound, enum sound_tone tone);
// Plays the chime and tries a device that failed at once: the officer's test.
void sound_test(struct sound *sound);

enum sound_state sound_state(struct sound *sound);
// True from the wish to play something to the close after the silence.
bool sound_is_awake(struct sound *sound);

// --- For ui/voice.c ----------------------------------------------------------

// Plays `count` samples as in ui/tone.h, once a chime that is playing has
// ended, in place of what was spoken. Takes the samples (malloc) over.
void sound_speak(struct sound *sound, int16_t *samples, size_t count);
bool sound_is_speaking(struct sound *sound);
// Waits for the end of what is spoken.
void sound_wait(struct sound *sound);
// Ends what is spoken at once.
void sound_hush(struct sound *sound);
