// A folder with a program espeak-ng of the test's own, first along $PATH. It
// notes what it was given and does as it is told.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fake_manner {
    FAKE_SPEAKS,    // a sine, as a real one gives it to a pipe
    FAKE_SPEAKS_ON, // the same, a minute of it
    FAKE_HANGS,     // with a helper that holds its output open
    FAKE_LINGERS,   // speaks, closes its output, and does not end
    FAKE_BABBLES,   // without end
    FAKE_MUMBLES,   // what is no sound
    FAKE_FAILS
};

enum { FAKE_HERTZ = 440, FAKE_RATE = 22050, FAKE_MS = 300 };

// `folder` of scratch_make(). Can be called again for another manner.
void fake_espeak_install(const char *folder, enum fake_manner manner);
// $PATH without any espeak-ng: an empty folder alone.
void fake_espeak_remove(const char *folder);
void fake_espeak_restore_path(void);

// What it was given so far, of all its runs: the arguments, a line a run; and
// the texts, a line a run. Both in static memory until the next call.
const char *fake_espeak_arguments(const char *folder);
const char *fake_espeak_texts(const char *folder);
// True while a run of it, or a helper of one, is alive.
bool fake_espeak_lives(const char *folder);
