#include "ui/sound.h"
#include "common/clock.h"
#include "common/log.h"
#include <errno.h>
#include <pthread.h>
#include <SDL.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PERIOD = 1024,   // samples the device takes at once: 21 ms
    LATE_MS = 200,   // a tick this old belongs to no tap any more
    LOOK_MS = 100,   // how often the device is looked at while it plays
    LEAVE_MS = 2000, // at the end, for a device that hangs
    UNITY = 32768    // gain of 1
};

struct sound {
    int linger_ms;
    int16_t *tones[SOUND_TONE_COUNT]; // never change after the start
    pthread_t thread;
    SDL_AudioDeviceID device; // the thread's own; 0: closed

    pthread_mutex_t lock; // guards what follows
    pthread_cond_t changed, hushed, left;
    bool ending, ended, wanted, open;
    enum sound_state state;
    int64_t used_at, retry_at; // milliseconds of the steady clock
    int volume;
    enum sound_step step;
    size_t at[SOUND_TONE_COUNT]; // the next sample; at the length: silent
    int64_t asked_at[SOUND_TONE_COUNT];
    int16_t *speech; // NULL: nothing is spoken
    size_t speech_count, speech_at;
};

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

// --- Mixing ------------------------------------------------------------------

static int tone_gain(const struct sound *sound)
{
    return sound->volume * UNITY / 100;
}

static int speech_gain(const struct sound *sound)
{
    int volume = sound->step == SOUND_SOFT   ? sound->volume / 2
                 : sound->step == SOUND_LOUD ? sound->volume * 2
                                             : sound->volume;
    return (volume > 100 ? 100 : volume) * UNITY / 100;
}

// Adds what is left of `from`, and returns where it goes on.
static size_t mix(int32_t *out, size_t count, const int16_t *from, size_t at,
                  size_t length, int gain)
{
    for (size_t i = 0; i < count && at < length; i++)
        out[i] += from[at++] * gain / UNITY;
    return at;
}

static void end_speech(struct sound *sound)
{
    free(sound->speech);
    sound->speech = NULL;
    pthread_cond_broadcast(&sound->hushed);
}

static bool is_playing(const struct sound *sound)
{
    for (int i = 0; i < SOUND_TONE_COUNT; i++)
        if (sound->at[i] < tone_length(i))
            return true;
    return sound->speech != NULL;
}

static void fill_period(struct sound *sound, int32_t *out, size_t count)
{
    bool chiming = sound->at[TONE_CHIME] < tone_length(TONE_CHIME);
    if (is_playing(sound))
        sound->used_at = now_ms();
    for (int i = 0; i < SOUND_TONE_COUNT; i++)
        sound->at[i] = mix(out, count, sound->tones[i], sound->at[i],
                           tone_length(i), tone_gain(sound));
    if (!sound->speech || chiming)
        return;
    sound->speech_at = mix(out, count, sound->speech, sound->speech_at,
                           sound->speech_count, speech_gain(sound));
    if (sound->speech_at >= sound->speech_count)
        end_speech(sound);
}

static int16_t clamp(int32_t sample)
{
    return (int16_t)(sample > INT16_MAX   ? INT16_MAX
                     : sample < INT16_MIN ? INT16_MIN
                                          : sample);
}

// On SDL's audio thread.
static void feed(void *ctx, Uint8 *stream, int size)
{
    struct sound *sound = ctx;
    int16_t *out = (int16_t *)(void *)stream;
    size_t left = (size_t)size / sizeof *out;
    while (left > 0) {
        int32_t sums[PERIOD] = {0};
        size_t count = left < PERIOD ? left : PERIOD;
        pthread_mutex_lock(&sound->lock);
        fill_period(sound, sums, count);
        pthread_mutex_unlock(&sound->lock);
        for (size_t i = 0; i < count; i++)
            out[i] = clamp(sums[i]);
        out += count;
        left -= count;
    }
}

// --- The device, on this module's thread -------------------------------------

// SDL looks for new devices by a thread of its own as long as its audio system
// is up; that one goes as well.
static void close_device(struct sound *sound)
{
    if (sound->device == 0)
        return;
    SDL_CloseAudioDevice(sound->device);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    sound->device = 0;
}

// Once, until it works again. The state is written by this thread alone.
static bool complain(const struct sound *sound, const char *why)
{
    if (sound->state != SOUND_MISSING)
        log_warn("ui", "no sound: %s", why);
    return false;
}

static bool open_device(struct sound *sound)
{
    const SDL_AudioSpec wanted = {.freq = TONE_RATE,
                                  .format = AUDIO_S16SYS,
                                  .channels = 1,
                                  .samples = PERIOD,
                                  .callback = feed,
                                  .userdata = sound};
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0)
        return complain(sound, SDL_GetError());
    // Asking a machine without a sound card for one makes its library write a
    // page of complaints.
    if (SDL_GetNumAudioDevices(0) == 0)
        complain(sound, "there is no loudspeaker");
    else if (!(sound->device = SDL_OpenAudioDevice(NULL, 0, &wanted, NULL, 0)))
        complain(sound, SDL_GetError());
    if (!sound->device)
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    return sound->device != 0;
}

static void drop_all(struct sound *sound)
{
    for (int i = 0; i < SOUND_TONE_COUNT; i++)
        sound->at[i] = tone_length(i);
    end_speech(sound);
}

static void drop_late(struct sound *sound, int64_t now)
{
    for (int i = 0; i < SOUND_TONE_COUNT; i++)
        if (i != TONE_CHIME && now - sound->asked_at[i] > LATE_MS)
            sound->at[i] = tone_length(i);
}

static void settle(struct sound *sound, enum sound_state state)
{
    if (sound->state == SOUND_MISSING && state == SOUND_WORKS)
        log_info("ui", "sound is back");
    sound->state = state;
}

// With the lock held, as the next three; it is given back while the device
// opens or closes.
static void try_to_open(struct sound *sound)
{
    if (now_ms() >= sound->retry_at) {
        pthread_mutex_unlock(&sound->lock);
        bool opened = open_device(sound);
        pthread_mutex_lock(&sound->lock);
        settle(sound, opened ? SOUND_WORKS : SOUND_MISSING);
        sound->open = opened;
        sound->retry_at = opened ? 0 : now_ms() + SOUND_RETRY_MS;
    }
    sound->wanted = false;
    if (!sound->open) {
        drop_all(sound);
        return;
    }
    sound->used_at = now_ms();
    drop_late(sound, sound->used_at);
    // feed() takes our lock while it holds the device's, so never both here.
    pthread_mutex_unlock(&sound->lock);
    SDL_PauseAudioDevice(sound->device, 0);
    pthread_mutex_lock(&sound->lock);
}

static void give_up_device(struct sound *sound)
{
    sound->open = false;
    pthread_mutex_unlock(&sound->lock);
    close_device(sound);
    pthread_mutex_lock(&sound->lock);
}

static void wait_until(struct sound *sound, int64_t at)
{
    const struct timespec when = {.tv_sec = at / 1000,
                                  .tv_nsec = at % 1000 * 1000000};
    pthread_cond_timedwait(&sound->changed, &sound->lock, &when);
}

static void watch_over_device(struct sound *sound)
{
    int64_t now = now_ms(), closes_at = sound->used_at + sound->linger_ms;
    // A loudspeaker that was pulled out stops its device. What was wanted of it
    // is tried on another one.
    if (SDL_GetAudioDeviceStatus(sound->device) == SDL_AUDIO_STOPPED) {
        give_up_device(sound);
        return;
    }
    sound->wanted = false;
    if (is_playing(sound))
        wait_until(sound, now + LOOK_MS);
    else if (now < closes_at)
        wait_until(sound, closes_at);
    else
        give_up_device(sound);
}

static void *run(void *ctx)
{
    struct sound *sound = ctx;
    pthread_mutex_lock(&sound->lock);
    while (!sound->ending) {
        if (sound->open)
            watch_over_device(sound);
        else if (sound->wanted)
            try_to_open(sound);
        else
            pthread_cond_wait(&sound->changed, &sound->lock);
    }
    pthread_mutex_unlock(&sound->lock);
    close_device(sound);
    SDL_TLSCleanup(); // SDL keeps its last error for each thread
    pthread_mutex_lock(&sound->lock);
    sound->ended = true;
    pthread_cond_signal(&sound->left);
    pthread_mutex_unlock(&sound->lock);
    return NULL;
}

// --- Life --------------------------------------------------------------------

static void release(struct sound *sound)
{
    for (int i = 0; i < SOUND_TONE_COUNT; i++)
        free(sound->tones[i]);
    free(sound->speech);
    free(sound);
}

static bool make_tones(struct sound *sound)
{
    for (int i = 0; i < SOUND_TONE_COUNT; i++) {
        size_t length = tone_length(i);
        sound->tones[i] = malloc(length * sizeof *sound->tones[i]);
        if (!sound->tones[i])
            return false;
        tone_make(i, sound->tones[i]);
        sound->at[i] = length;
    }
    return true;
}

static int start_thread(struct sound *sound)
{
    pthread_mutex_init(&sound->lock, NULL);
    clock_cond_init(&sound->changed);
    clock_cond_init(&sound->left);
    pthread_cond_init(&sound->hushed, NULL);
    return pthread_create(&sound->thread, NULL, run, sound);
}

struct sound *sound_start(int linger_ms)
{
    struct sound *sound = calloc(1, sizeof *sound);
    int error = ENOMEM;
    if (sound) {
        sound->linger_ms = linger_ms;
        sound->volume = SOUND_VOLUME;
        sound->step = SOUND_MIDDLE;
        if (make_tones(sound))
            error = start_thread(sound);
    }
    if (error == 0) {
        // Of no use here, and each would wake the drawing thread.
        SDL_EventState(SDL_AUDIODEVICEADDED, SDL_IGNORE);
        SDL_EventState(SDL_AUDIODEVICEREMOVED, SDL_IGNORE);
        return sound;
    }
    log_error("ui", "the sounds cannot be started: %s", strerror(error));
    if (sound)
        release(sound);
    return NULL;
}

// Something to play, or the end: with the lock held.
static void call_thread(struct sound *sound)
{
    pthread_cond_signal(&sound->changed);
}

bool sound_stop(struct sound *sound)
{
    if (!sound)
        return true;
    struct timespec until = clock_mono_in(LEAVE_MS);
    int waited = 0;
    pthread_mutex_lock(&sound->lock);
    sound->ending = true;
    call_thread(sound);
    while (!sound->ended && waited == 0)
        waited = pthread_cond_timedwait(&sound->left, &sound->lock, &until);
    bool ended = sound->ended;
    pthread_mutex_unlock(&sound->lock);
    // A thread that is left behind goes on using its memory.
    if (!ended) {
        log_warn("ui", "the sound device hangs; it is left behind");
        pthread_detach(sound->thread);
        return false;
    }
    pthread_join(sound->thread, NULL);
    pthread_cond_destroy(&sound->hushed);
    pthread_cond_destroy(&sound->left);
    pthread_cond_destroy(&sound->changed);
    pthread_mutex_destroy(&sound->lock);
    release(sound);
    return true;
}

// --- What the kiosk asks for ---------------------------------------------

void sound_set_volume(struct sound *sound, int percent)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    sound->volume = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    if (sound->volume == 0)
        drop_all(sound);
    pthread_mutex_unlock(&sound->lock);
}

void sound_set_step(struct sound *sound, enum sound_step step)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    sound->step = step;
    pthread_mutex_unlock(&sound->lock);
}

// With the lock held. False when the volume is 0.
static bool want_device(struct sound *sound)
{
    if (sound->volume == 0)
        return false;
    sound->wanted = true;
    sound->used_at = now_ms();
    call_thread(sound);
    return true;
}

void sound_wake(struct sound *sound)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    want_device(sound);
    pthread_mutex_unlock(&sound->lock);
}

void sound_play(struct sound *sound, enum sound_tone tone)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    if (want_device(sound)) {
        sound->at[tone] = 0;
        sound->asked_at[tone] = sound->used_at;
    }
    pthread_mutex_unlock(&sound->lock);
}

void sound_test(struct sound *sound)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    sound->retry_at = 0;
    pthread_mutex_unlock(&sound->lock);
    sound_play(sound, TONE_CHIME);
}

enum sound_state sound_state(struct sound *sound)
{
    if (!sound)
        return SOUND_MISSING;
    pthread_mutex_lock(&sound->lock);
    enum sound_state state = sound->state;
    pthread_mutex_unlock(&sound->lock);
    return state;
}

bool sound_is_awake(struct sound *sound)
{
    if (!sound)
        return false;
    pthread_mutex_lock(&sound->lock);
    bool awake = sound->open || sound->wanted;
    pthread_mutex_unlock(&sound->lock);
    return awake;
}

void sound_speak(struct sound *sound, int16_t *samples, size_t count)
{
    if (!sound) {
        free(samples);
        return;
    }
    pthread_mutex_lock(&sound->lock);
    end_speech(sound);
    if (count > 0 && want_device(sound)) {
        sound->speech = samples;
        sound->speech_count = count;
        sound->speech_at = 0;
    } else {
        free(samples);
    }
    pthread_mutex_unlock(&sound->lock);
}

bool sound_is_speaking(struct sound *sound)
{
    if (!sound)
        return false;
    pthread_mutex_lock(&sound->lock);
    bool speaking = sound->speech != NULL;
    pthread_mutex_unlock(&sound->lock);
    return speaking;
}

void sound_wait(struct sound *sound)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    while (sound->speech)
        pthread_cond_wait(&sound->hushed, &sound->lock);
    pthread_mutex_unlock(&sound->lock);
}

void sound_hush(struct sound *sound)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->lock);
    end_speech(sound);
    pthread_mutex_unlock(&sound->lock);
}
