// Samples as a test hears them, and WAV files for it to play. All mono, 16
// bits.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct waveform {
    int16_t *samples;
    size_t count;
    int rate;
};

void waveform_free(struct waveform *wave);

// Fails the test when the file is not there.
void waveform_read_raw(const char *path, int rate, struct waveform *out);
void waveform_sine(double hertz, double seconds, int rate,
                   struct waveform *out);
void waveform_write_wav(const struct waveform *wave, const char *path);

// Between two times, in seconds.
double waveform_hertz(const struct waveform *wave, double from, double to);
double waveform_loudness(const struct waveform *wave, double from, double to);
int waveform_peak(const struct waveform *wave);
// The time of the first sample that can be heard, of the last one; -1: silence.
double waveform_begin(const struct waveform *wave);
double waveform_end(const struct waveform *wave);
