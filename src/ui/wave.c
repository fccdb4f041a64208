#include "ui/wave.h"
#include "ui/tone.h"
#include <SDL.h>
#include <stdlib.h>
#include <string.h>

enum {
    RIFF_SIZE = 12,   // "RIFF", a length, "WAVE"
    CHUNK_HEADER = 8, // a name and a length
    RATE_LEAST = 8000,
    RATE_MOST = 96000,
    CHANNELS_MOST = 2
};

static uint32_t read_length(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
           (uint32_t)b[3] << 24;
}

static void write_length(char *at, size_t length)
{
    for (int i = 0; i < 4; i++)
        at[i] = (char)(unsigned char)(length >> (8 * i));
}

// Lengths beyond the end are cut to it: SDL would ask for as much memory as
// they say before it reads.
static void mend_lengths(char *bytes, size_t size)
{
    if (size < RIFF_SIZE)
        return;
    write_length(bytes + 4, size - CHUNK_HEADER);
    for (size_t at = RIFF_SIZE; at + CHUNK_HEADER <= size;) {
        size_t length = read_length(bytes + at + 4);
        size_t left = size - at - CHUNK_HEADER;
        if (length > left) {
            write_length(bytes + at + 4, left);
            return;
        }
        at += CHUNK_HEADER + length + length % 2;
    }
}

static bool refuse(const char **out_why, const char *why)
{
    *out_why = why;
    return false;
}

static bool convert(const SDL_AudioSpec *spec, const Uint8 *data, Uint32 size,
                    int16_t **out_samples, size_t *out_count)
{
    int got = 0, there;
    int16_t *samples = NULL;
    SDL_AudioStream *stream = SDL_NewAudioStream(
        spec->format, spec->channels, spec->freq, AUDIO_S16SYS, 1, TONE_RATE);
    if (stream && SDL_AudioStreamPut(stream, data, (int)size) == 0 &&
        SDL_AudioStreamFlush(stream) == 0 &&
        (there = SDL_AudioStreamAvailable(stream)) > 0 &&
        (samples = malloc((size_t)there)))
        got = SDL_AudioStreamGet(stream, samples, there);
    if (stream)
        SDL_FreeAudioStream(stream);
    if (got <= 0) {
        free(samples);
        return false;
    }
    *out_samples = samples;
    *out_count = (size_t)got / sizeof *samples;
    return true;
}

bool wave_read(char *bytes, size_t size, int16_t **out_samples,
               size_t *out_count, const char **out_why)
{
    SDL_AudioSpec spec;
    Uint8 *data = NULL;
    Uint32 data_size = 0;
    bool ok;
    mend_lengths(bytes, size);
    SDL_RWops *source =
        SDL_RWFromConstMem(bytes, size < INT32_MAX ? (int)size : INT32_MAX);
    if (!source || !SDL_LoadWAV_RW(source, 1, &spec, &data, &data_size))
        return refuse(out_why, SDL_GetError());
    Uint32 second = (Uint32)spec.freq * spec.channels *
                    (SDL_AUDIO_BITSIZE(spec.format) / 8);
    if (spec.freq < RATE_LEAST || spec.freq > RATE_MOST || spec.channels < 1 ||
        spec.channels > CHANNELS_MOST)
        ok = refuse(out_why, "not the rate or the channels of a voice");
    else if (data_size / second >= WAVE_SECONDS_MAX)
        ok = refuse(out_why, "longer than 90 seconds");
    else if (!convert(&spec, data, data_size, out_samples, out_count))
        ok = refuse(out_why, "no samples in it");
    else
        ok = true;
    SDL_FreeWAV(data);
    return ok;
}
