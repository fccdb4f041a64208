#include "support/waveform.h"
#include "common/file.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HEARD = 20, RAW_MOST = 64 << 20, WAV_HEADER = 44 };

void waveform_free(struct waveform *wave)
{
    free(wave->samples);
    *wave = (struct waveform){0};
}

void waveform_read_raw(const char *path, int rate, struct waveform *out)
{
    struct buf bytes = {0};
    if (!file_read(path, RAW_MOST, &bytes))
        fail_msg("%s cannot be read", path);
    *out = (struct waveform){.count = bytes.size / 2, .rate = rate};
    out->samples = (int16_t *)(void *)buf_take(&bytes);
}

void waveform_sine(double hertz, double seconds, int rate, struct waveform *out)
{
    out->rate = rate;
    out->count = (size_t)lround(seconds * rate);
    out->samples = malloc(out->count * sizeof *out->samples);
    assert_non_null(out->samples);
    for (size_t i = 0; i < out->count; i++)
        out->samples[i] = (int16_t)lround(
            16000 * sin(2 * 3.14159265358979323846 * hertz * (double)i / rate));
}

static void put(unsigned char *at, size_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

void waveform_write_wav(const struct waveform *wave, const char *path)
{
    unsigned char header[WAV_HEADER] = "RIFF....WAVEfmt ";
    size_t size = wave->count * 2, rate = (size_t)wave->rate;
    put(header + 4, size + WAV_HEADER - 8, 4);
    put(header + 16, 16, 4);
    put(header + 20, 1, 2); // PCM
    put(header + 22, 1, 2); // channel
    put(header + 24, rate, 4);
    put(header + 28, rate * 2, 4);
    put(header + 32, 2, 2);
    put(header + 34, 16, 2);
    memcpy(header + 36, "data", 4);
    put(header + 40, size, 4);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(header, 1, sizeof header, file), sizeof header);
    assert_int_equal(fwrite(wave->samples, 2, wave->count, file), wave->count);
    assert_int_equal(fclose(file), 0);
}

static size_t index_of(const struct waveform *wave, double at)
{
    double index = at * wave->rate;
    return index < (double)wave->count ? (size_t)index : wave->count;
}

// By the times at which it crosses zero upwards.
double waveform_hertz(const struct waveform *wave, double from, double to)
{
    double first = -1, last = -1;
    size_t end = index_of(wave, to), crossings = 0;
    for (size_t i = index_of(wave, from) + 1; i < end; i++) {
        double a = wave->samples[i - 1], b = wave->samples[i];
        if (a >= 0 || b < 0)
            continue;
        last = (double)i - b / (b - a);
        if (crossings++ == 0)
            first = last;
    }
    return crossings < 2
               ? 0
               : (double)(crossings - 1) * wave->rate / (last - first);
}

double waveform_loudness(const struct waveform *wave, double from, double to)
{
    size_t begin = index_of(wave, from), end = index_of(wave, to);
    double sum = 0;
    for (size_t i = begin; i < end; i++)
        sum += (double)wave->samples[i] * wave->samples[i];
    return end > begin ? sqrt(sum / (double)(end - begin)) : 0;
}

int waveform_peak(const struct waveform *wave)
{
    int peak = 0;
    for (size_t i = 0; i < wave->count; i++)
        if (abs(wave->samples[i]) > peak)
            peak = abs(wave->samples[i]);
    return peak;
}

double waveform_begin(const struct waveform *wave)
{
    for (size_t i = 0; i < wave->count; i++)
        if (abs(wave->samples[i]) > HEARD)
            return (double)i / wave->rate;
    return -1;
}

double waveform_end(const struct waveform *wave)
{
    for (size_t i = wave->count; i > 0; i--)
        if (abs(wave->samples[i - 1]) > HEARD)
            return (double)(i - 1) / wave->rate;
    return -1;
}
