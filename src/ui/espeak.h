// The synthesiser espeak-ng as a child process: a text in, a WAV out. Never
// through a shell, and the text goes in by standard input, so nothing in it can
// become an option or a command. What the child does, it is gone when a call
// returns.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { ESPEAK_TIMEOUT_MS = 5000, ESPEAK_WORDS_A_MINUTE = 158 }; // 0.9 of 175

enum espeak_end {
    ESPEAK_SPOKE,
    ESPEAK_STOPPED, // by `stop_fd`
    ESPEAK_FAILED   // no child, silent, too slow or without end; `out_why`
};

struct espeak_call {
    const char *program; // a path, of espeak_find()
    const char *voice;   // "vi", "en"
    const char *text;    // UTF-8
    int timeout_ms;      // for the whole
    int stop_fd;         // readable: stop at once; an eventfd
};

// The path of espeak-ng along $PATH. False when it is not installed.
bool espeak_find(char *out, size_t size);

// Waits for the child; `out_wave` gets at most 4 MiB, 95 seconds. `out_why` is
// a literal.
enum espeak_end espeak_run(const struct espeak_call *call, struct buf *out_wave,
                           const char **out_why);

// Appends a text of the screen as it is to be spoken: "Ông, Bà" for "Ông/Bà",
// pauses for dots and line ends, and a telephone number digit by digit.
void espeak_prepare(const char *text, struct buf *out);
