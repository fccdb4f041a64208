#include "ui/tone.h"
#include <math.h>

enum { NOTES_MAX = 2 };

struct note {
    double hertz;
    double begin, length, fall; // seconds; `fall` to 1/e of the loudness
    double peak;                // of full scale
    double overtone;            // of the octave, as part of the note
};

struct sound {
    double length; // seconds
    struct note notes[NOTES_MAX];
};

// The chime is a rising fourth, G5 and C6. The low note carries an octave that
// small loudspeakers can still give.
static const struct sound sounds[SOUND_TONE_COUNT] = {
    [TONE_TICK] = {0.030, {{1000, 0, 0.030, 0.007, 0.20, 0}}},
    [TONE_CHIME] = {0.400,
                    {{783.99, 0, 0.190, 0.080, 0.32, 0.15},
                     {1046.50, 0.150, 0.250, 0.100, 0.32, 0.15}}},
    [TONE_REFUSED] = {0.140, {{196.00, 0, 0.140, 0.090, 0.28, 0.30}}}};

static const double PI = 3.14159265358979323846;
static const double ATTACK = 0.002, RELEASE = 0.020; // seconds, at most

static size_t samples_of(double seconds)
{
    return (size_t)lround(seconds * TONE_RATE);
}

// From 0 to 1 and without a corner, over `whole` seconds.
static double slope(double at, double whole)
{
    if (at >= whole)
        return 1;
    return at <= 0 ? 0 : (1 - cos(PI * at / whole)) / 2;
}

static double sample_of(const struct note *note, double t)
{
    double left = note->length - t;
    if (t < 0 || left <= 0)
        return 0;
    double turns = 2 * PI * note->hertz * t;
    double wave =
        (1 - note->overtone) * sin(turns) + note->overtone * sin(2 * turns);
    double release = fmin(RELEASE, note->length / 3);
    return note->peak * wave * exp(-t / note->fall) * slope(t, ATTACK) *
           slope(left, release);
}

size_t tone_length(enum sound_tone tone)
{
    return samples_of(sounds[tone].length);
}

void tone_make(enum sound_tone tone, int16_t *out)
{
    const struct sound *sound = &sounds[tone];
    size_t count = tone_length(tone);
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / TONE_RATE, sum = 0;
        for (size_t n = 0; n < NOTES_MAX; n++)
            sum += sample_of(&sound->notes[n], t - sound->notes[n].begin);
        out[i] = (int16_t)lround(sum * INT16_MAX);
    }
}
