#include "ui/voice.h"
#include "common/file.h"
#include "common/log.h"
#include "ui/espeak.h"
#include "ui/wave.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    RECORDING_MOST = 20 << 20, // 90 seconds, stereo, 48,000 a second
    FAILURES_MOST = 3,
    ID_MOST = 64
};

// What a listener needs to hear at least. English recordings hold the same.
static const char *const NEEDED[] = {
    "voice.rate", "voice.again", "voice.chosen", "level.1",
    "level.2",    "level.3",     "level.4",      "level.5"};

struct sentence {
    enum i18n_language language;
    char id[ID_MOST];
    char *text; // owned, places filled, as it is to be spoken
    bool plain; // without places: a recording may stand for it
    bool to_end;
};

struct voice {
    struct sound *sound;
    int timeout_ms;
    char recordings[PATH_MAX]; // "": none
    char program[PATH_MAX];    // "": none
    bool recorded[I18N_LANGUAGE_COUNT];
    const struct i18n *i18n;
    int stop_fd; // eventfd: the child that speaks now is not wanted any more
    pthread_t thread;

    pthread_mutex_t lock; // guards what follows
    pthread_cond_t changed;
    struct sentence queue[VOICE_QUEUE_MAX];
    size_t count;
    bool ending;
    bool preparing;     // the thread makes samples of a sentence
    bool prepares_end;  // it is one to be said to its end
    bool unwanted;      // voice_stop() came while it did
    bool speaks_to_end; // what the sound has now is one to be said to its end
    int failures;       // of espeak-ng, in a row
    bool full_told;
};

static void release_sentence(struct sentence *sentence)
{
    free(sentence->text);
    sentence->text = NULL;
}

// --- Samples of a sentence, on this module's thread --------------------------

static bool recording_path(const struct voice *voice,
                           enum i18n_language language, const char *id,
                           char *out, size_t size)
{
    int wrote = snprintf(out, size, "%s/%s/%s.wav", voice->recordings,
                         i18n_code(language), id);
    return voice->recordings[0] && !strchr(id, '/') && wrote > 0 &&
           (size_t)wrote < size && file_exists(out);
}

static bool read_recording(const struct voice *voice,
                           const struct sentence *sentence, int16_t **out,
                           size_t *out_count)
{
    char path[PATH_MAX];
    struct buf bytes = {0};
    const char *why = NULL;
    if (!sentence->plain || !recording_path(voice, sentence->language,
                                            sentence->id, path, sizeof path))
        return false;
    if (!file_read(path, RECORDING_MOST, &bytes))
        why = strerror(errno);
    else
        wave_read(bytes.data, bytes.size, out, out_count, &why);
    if (why)
        log_warn("ui", "%s: %s", path, why);
    buf_free(&bytes);
    return !why;
}

static void count_failure(struct voice *voice, const char *why)
{
    pthread_mutex_lock(&voice->lock);
    voice->failures++;
    bool last = voice->failures == FAILURES_MOST;
    pthread_mutex_unlock(&voice->lock);
    log_warn("ui", "%s: %s%s", voice->program, why,
             last ? "; it is not asked again" : "");
}

static bool may_ask(struct voice *voice)
{
    pthread_mutex_lock(&voice->lock);
    bool may = voice->program[0] && voice->failures < FAILURES_MOST;
    pthread_mutex_unlock(&voice->lock);
    return may;
}

static bool synthesise(struct voice *voice, const struct sentence *sentence,
                       int16_t **out, size_t *out_count)
{
    const struct espeak_call call = {.program = voice->program,
                                     .voice = i18n_code(sentence->language),
                                     .text = sentence->text,
                                     .timeout_ms = voice->timeout_ms,
                                     .stop_fd = voice->stop_fd};
    struct buf bytes = {0};
    const char *why = NULL;
    if (!may_ask(voice))
        return false;
    enum espeak_end end = espeak_run(&call, &bytes, &why);
    bool spoke = end == ESPEAK_SPOKE &&
                 wave_read(bytes.data, bytes.size, out, out_count, &why);
    buf_free(&bytes);
    if (spoke) {
        pthread_mutex_lock(&voice->lock);
        voice->failures = 0;
        pthread_mutex_unlock(&voice->lock);
    } else if (end != ESPEAK_STOPPED) {
        count_failure(voice, why);
    }
    return spoke;
}

// With the lock held: the first of the queue, which the thread owns from now
// on.
static struct sentence take_first(struct voice *voice)
{
    struct sentence first = voice->queue[0];
    uint64_t old;
    voice->count--;
    memmove(voice->queue, voice->queue + 1,
            voice->count * sizeof voice->queue[0]);
    voice->preparing = true;
    voice->prepares_end = first.to_end;
    voice->unwanted = false;
    // A stop of an earlier sentence does not stop this one.
    if (read(voice->stop_fd, &old, sizeof old) < 0 && errno != EAGAIN)
        log_warn("ui", "the voice's signal: %s", strerror(errno));
    return first;
}

// The lock is given back meanwhile, and held again on return.
static void speak_first(struct voice *voice)
{
    struct sentence sentence = take_first(voice);
    int16_t *samples = NULL;
    size_t count = 0;
    pthread_mutex_unlock(&voice->lock);
    bool made = read_recording(voice, &sentence, &samples, &count) ||
                synthesise(voice, &sentence, &samples, &count);
    // What is spoken before has to end first.
    if (made)
        sound_wait(voice->sound);
    pthread_mutex_lock(&voice->lock);
    // Under the lock, so that no stop can slip between the look and the word.
    if (made && !voice->unwanted) {
        sound_speak(voice->sound, samples, count);
        voice->speaks_to_end = sentence.to_end;
    } else {
        free(samples);
    }
    voice->preparing = false;
    release_sentence(&sentence);
}

static void *run(void *ctx)
{
    struct voice *voice = ctx;
    pthread_mutex_lock(&voice->lock);
    while (!voice->ending) {
        if (voice->count > 0)
            speak_first(voice);
        else
            pthread_cond_wait(&voice->changed, &voice->lock);
    }
    pthread_mutex_unlock(&voice->lock);
    return NULL;
}

// --- Life --------------------------------------------------------------------

static bool has_recordings(const struct voice *voice,
                           enum i18n_language language)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++)
        if (!recording_path(voice, language, NEEDED[i], path, sizeof path))
            return false;
    return true;
}

static void look_around(struct voice *voice, const char *recordings)
{
    if (recordings)
        snprintf(voice->recordings, sizeof voice->recordings, "%s", recordings);
    else if (!file_find_asset("voice", voice->recordings,
                              sizeof voice->recordings))
        voice->recordings[0] = '\0';
    if (!espeak_find(voice->program, sizeof voice->program))
        voice->program[0] = '\0';
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++)
        voice->recorded[i] = has_recordings(voice, i);
}

struct voice *voice_open(const struct voice_params *params)
{
    if (!params->sound)
        return NULL;
    struct voice *voice = calloc(1, sizeof *voice);
    int error = ENOMEM;
    if (voice) {
        voice->sound = params->sound;
        voice->i18n = params->i18n;
        voice->timeout_ms =
            params->timeout_ms ? params->timeout_ms : ESPEAK_TIMEOUT_MS;
        look_around(voice, params->recordings);
        pthread_mutex_init(&voice->lock, NULL);
        pthread_cond_init(&voice->changed, NULL);
        voice->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        error = voice->stop_fd < 0
                    ? errno
                    : pthread_create(&voice->thread, NULL, run, voice);
    }
    if (error == 0)
        return voice;
    log_error("ui", "the voice cannot be started: %s", strerror(error));
    if (voice && voice->stop_fd >= 0)
        close(voice->stop_fd);
    free(voice);
    return NULL;
}

// With the lock held.
static void stop_child(struct voice *voice)
{
    const uint64_t one = 1;
    voice->unwanted = true;
    if (write(voice->stop_fd, &one, sizeof one) < 0)
        log_warn("ui", "the voice's signal: %s", strerror(errno));
}

void voice_close(struct voice *voice)
{
    if (!voice)
        return;
    pthread_mutex_lock(&voice->lock);
    voice->ending = true;
    stop_child(voice);
    sound_hush(voice->sound);
    pthread_cond_signal(&voice->changed);
    pthread_mutex_unlock(&voice->lock);
    pthread_join(voice->thread, NULL);
    for (size_t i = 0; i < voice->count; i++)
        release_sentence(&voice->queue[i]);
    pthread_cond_destroy(&voice->changed);
    pthread_mutex_destroy(&voice->lock);
    close(voice->stop_fd);
    free(voice);
}

// --- What the kiosk asks for -------------------------------------------------

bool voice_available(struct voice *voice, enum i18n_language language)
{
    if (!voice || sound_state(voice->sound) == SOUND_MISSING)
        return false;
    return voice->recorded[language] || may_ask(voice);
}

static void add(struct voice *voice, const struct sentence *sentence)
{
    pthread_mutex_lock(&voice->lock);
    bool fits = voice->count < VOICE_QUEUE_MAX;
    bool tell = !fits && !voice->full_told;
    if (fits) {
        voice->queue[voice->count++] = *sentence;
        pthread_cond_signal(&voice->changed);
    } else {
        voice->full_told = true;
    }
    pthread_mutex_unlock(&voice->lock);
    if (fits)
        return;
    free(sentence->text);
    if (tell)
        log_warn("ui", "too much to read aloud at once; \"%s\" is left out",
                 sentence->id);
}

static void say(struct voice *voice, struct sentence sentence, const char *id,
                const char *const *values, size_t count)
{
    struct buf text = {0}, spoken = {0};
    if (!voice)
        return;
    snprintf(sentence.id, sizeof sentence.id, "%s", id);
    i18n_format(voice->i18n, sentence.language, id, values, count, &text);
    espeak_prepare(buf_text(&text), &spoken);
    sentence.text = buf_ok(&text) ? buf_take(&spoken) : NULL;
    buf_free(&text);
    buf_free(&spoken);
    if (sentence.text)
        add(voice, &sentence);
    else
        log_warn("ui", "out of memory: \"%s\" is not read aloud", id);
}

void voice_say(struct voice *voice, enum i18n_language language, const char *id)
{
    say(voice, (struct sentence){.language = language, .plain = true}, id, NULL,
        0);
}

void voice_say_values(struct voice *voice, enum i18n_language language,
                      const char *id, const char *const *values, size_t count)
{
    say(voice, (struct sentence){.language = language}, id, values, count);
}

void voice_say_to_end(struct voice *voice, enum i18n_language language,
                      const char *id)
{
    say(voice,
        (struct sentence){.language = language, .plain = true, .to_end = true},
        id, NULL, 0);
}

void voice_stop(struct voice *voice)
{
    if (!voice)
        return;
    pthread_mutex_lock(&voice->lock);
    size_t kept = 0;
    for (size_t i = 0; i < voice->count; i++) {
        if (voice->queue[i].to_end)
            voice->queue[kept++] = voice->queue[i];
        else
            release_sentence(&voice->queue[i]);
    }
    voice->count = kept;
    if (voice->preparing && !voice->prepares_end)
        stop_child(voice);
    if (!voice->speaks_to_end)
        sound_hush(voice->sound);
    pthread_mutex_unlock(&voice->lock);
}

bool voice_is_speaking(struct voice *voice)
{
    if (!voice)
        return false;
    pthread_mutex_lock(&voice->lock);
    bool speaking =
        voice->count > 0 || voice->preparing || sound_is_speaking(voice->sound);
    pthread_mutex_unlock(&voice->lock);
    return speaking;
}
