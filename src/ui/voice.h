// Reads texts aloud, by their id. A text is spoken by its recording,
// assets/voice/LANG/ID.wav, where there is one; else by espeak-ng's voice of
// the language, when that program is installed; else not at all.
//
//   voice_open → voice_say, voice_stop … → voice_close, then sound_stop
//
// Sentences queue up and are spoken one after the other, after a chime that
// sounds. No call waits: a thread of this module reads the files and runs the
// program, and a program that hangs is killed after its time.
//
// What is said is heard by everyone near the counter, so it is the caller's
// duty never to let it say a level that was chosen: a choice is answered by
// "voice.chosen" ("Đã chọn."), the same for all. Levels are read only while
// they are explored. What a citizen typed is never given to this module.
//
// Every function takes NULL for a kiosk without a voice, and all are for the
// drawing thread.
#pragma once
#include "i18n/i18n.h"
#include "ui/sound.h"
#include <stdbool.h>
#include <stddef.h>

// Sentences that wait; one more is dropped.
enum { VOICE_QUEUE_MAX = 16 };

struct voice;

// The defaults are what the kiosk uses; tests set others.
struct voice_params {
    struct sound *sound;     // borrowed, outlives the voice; NULL: no voice
    const struct i18n *i18n; // borrowed, outlives the voice
    const char *recordings;  // folder; NULL: assets/voice
    int timeout_ms;          // of espeak-ng; 0: ESPEAK_TIMEOUT_MS
};

// Looks once for recordings and for espeak-ng along $PATH. NULL when memory or
// a thread could not be had (logged), or there is no sound.
struct voice *voice_open(const struct voice_params *params);
// Cuts what is spoken. Waits for the thread, which ends its child at once.
void voice_close(struct voice *voice);

// True when the language can be spoken: the button "Nghe đọc" is there only
// then. Recordings count when the folder has the levels and the three texts
// "voice.*". It turns false when espeak-ng has failed three times in a row, and
// while the machine is known to have no sound. With the volume at 0 it is the
// caller who leaves the button away.
bool voice_available(struct voice *voice, enum i18n_language language);

// Speaks a text without places.
void voice_say(struct voice *voice, enum i18n_language language,
               const char *id);
// Speaks a text with places {1} {2} … filled, by espeak-ng alone.
void voice_say_values(struct voice *voice, enum i18n_language language,
                      const char *id, const char *const *values, size_t count);
// As voice_say(), and voice_stop() leaves it alone: for the final thanks.
void voice_say_to_end(struct voice *voice, enum i18n_language language,
                      const char *id);

// At any tap, before what it says: ends speech at once and forgets what waits,
// but for what has to be said to its end.
void voice_stop(struct voice *voice);

// True from the first voice_say() until all is spoken.
bool voice_is_speaking(struct voice *voice);
