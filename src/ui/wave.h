// Speech as WAV bytes, from a file or a pipe, made into samples as ui/tone.h
// has them, whatever rate and channels it came with.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WAVE_SECONDS_MAX = 90 };

// The caller owns the samples and frees them. A program that writes to a pipe
// cannot know the lengths in the header beforehand: what is really there
// counts. False, with `out_why` (borrowed, valid until the next call on this
// thread), for bytes that are no sound, for one of no length or of more than
// 90 seconds, and for rates and channels that no voice has. Changes `bytes`.
bool wave_read(char *bytes, size_t size, int16_t **out_samples,
               size_t *out_count, const char **out_why);
