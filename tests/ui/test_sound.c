// The kiosk's sounds as a microphone would hear them: computed, and through
// SDL's driver that writes what a loudspeaker would get into a file.
#include "common/log.h"
#include "support/scratch.h"
#include "support/waveform.h"
#include "ui/sound.h"
#include <dirent.h>
#include <math.h>
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINGER_MS = 30, PATIENCE_MS = 60000, STEP_MS = 5 };

static char folder[SCRATCH_SIZE];
static char heard_path[SCRATCH_SIZE + 16];

// --- The computed sounds -----------------------------------------------------

static struct waveform made(enum sound_tone tone)
{
    struct waveform wave = {.count = tone_length(tone), .rate = TONE_RATE};
    wave.samples = malloc(wave.count * sizeof *wave.samples);
    assert_non_null(wave.samples);
    tone_make(tone, wave.samples);
    return wave;
}

static void must_be_near(double value, double wanted, double part)
{
    if (value < wanted * (1 - part) || value > wanted * (1 + part))
        fail_msg("%g is not %g", value, wanted);
}

static void test_lengths(void **state)
{
    (void)state;
    // 48 samples a millisecond.
    assert_int_equal(tone_length(TONE_TICK), 30 * 48);
    assert_int_equal(tone_length(TONE_CHIME), 400 * 48);
    assert_int_equal(tone_length(TONE_REFUSED), 140 * 48);
}

static void test_chime_has_two_rising_notes(void **state)
{
    (void)state;
    struct waveform chime = made(TONE_CHIME);
    // G5 and C6 of the tempered scale, A4 = 440.
    must_be_near(waveform_hertz(&chime, 0.010, 0.140), 783.99, 0.005);
    must_be_near(waveform_hertz(&chime, 0.200, 0.380), 1046.50, 0.005);
    waveform_free(&chime);
}

static void test_refused_is_low_and_tick_is_not(void **state)
{
    (void)state;
    struct waveform tick = made(TONE_TICK), refused = made(TONE_REFUSED);
    must_be_near(waveform_hertz(&tick, 0.001, 0.020), 1000, 0.01);
    must_be_near(waveform_hertz(&refused, 0.010, 0.130), 196, 0.01);
    waveform_free(&tick);
    waveform_free(&refused);
}

static void test_tick_is_the_softest(void **state)
{
    (void)state;
    struct waveform tick = made(TONE_TICK), chime = made(TONE_CHIME);
    assert_true(waveform_peak(&tick) * 3 < waveform_peak(&chime) * 2);
    assert_true(waveform_loudness(&tick, 0, 0.4) <
                waveform_loudness(&chime, 0, 0.4));
    waveform_free(&tick);
    waveform_free(&chime);
}

static void test_no_click_at_the_ends(void **state)
{
    (void)state;
    for (int i = 0; i < SOUND_TONE_COUNT; i++) {
        struct waveform wave = made(i);
        assert_int_equal(wave.samples[0], 0);
        assert_in_range(abs(wave.samples[wave.count - 1]), 0, 8);
        // Nor a step in between: a sine of 1,047 Hz and its octave at a third
        // of full scale rise by about 2,000 a sample at most.
        for (size_t s = 1; s < wave.count; s++)
            assert_in_range(abs(wave.samples[s] - wave.samples[s - 1]), 0,
                            2000);
        waveform_free(&wave);
    }
}

static void test_all_together_do_not_clip(void **state)
{
    (void)state;
    int sum = 0;
    for (int i = 0; i < SOUND_TONE_COUNT; i++) {
        struct waveform wave = made(i);
        assert_true(waveform_peak(&wave) > INT16_MAX / 10);
        sum += waveform_peak(&wave);
        waveform_free(&wave);
    }
    assert_true(sum < INT16_MAX);
}

// --- Through SDL ---------------------------------------------------------

static struct sound *start_on_file(void)
{
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILE", heard_path, 1);
    setenv("SDL_DISKAUDIODELAY", "2", 1);
    struct sound *sound = sound_start(LINGER_MS);
    assert_non_null(sound);
    return sound;
}

static void wait_until_asleep(struct sound *sound)
{
    for (int ms = 0; sound_is_awake(sound); ms += STEP_MS) {
        if (ms > PATIENCE_MS)
            fail_msg("the device does not close");
        SDL_Delay(STEP_MS);
    }
}

// What was played until the device closed by itself.
static struct waveform heard(struct sound *sound)
{
    struct waveform wave;
    wait_until_asleep(sound);
    sound_stop(sound);
    waveform_read_raw(heard_path, TONE_RATE, &wave);
    return wave;
}

static struct waveform heard_of(enum sound_tone tone, int volume)
{
    struct sound *sound = start_on_file();
    sound_set_volume(sound, volume);
    sound_play(sound, tone);
    return heard(sound);
}

static void must_be_the_tone(const struct waveform *wave, enum sound_tone tone,
                             int percent)
{
    struct waveform pure = made(tone);
    double begin = waveform_begin(wave), pure_begin = waveform_begin(&pure);
    if (begin < 0)
        fail_msg("tone %d: silence", tone);
    must_be_near(waveform_end(wave) - begin, waveform_end(&pure) - pure_begin,
                 0.1);
    must_be_near(waveform_peak(wave), waveform_peak(&pure) * percent / 100.0,
                 0.01);
    waveform_free(&pure);
}

static void test_each_sound_comes_out_at_its_volume(void **state)
{
    (void)state;
    for (int i = 0; i < SOUND_TONE_COUNT; i++) {
        struct waveform usual = heard_of(i, SOUND_VOLUME);
        struct waveform full = heard_of(i, 100);
        must_be_the_tone(&usual, i, 45);
        must_be_the_tone(&full, i, 100);
        waveform_free(&usual);
        waveform_free(&full);
    }
}

static void test_volume_of_45_when_none_was_set(void **state)
{
    (void)state;
    struct sound *sound = start_on_file();
    sound_play(sound, TONE_CHIME);
    struct waveform wave = heard(sound);
    must_be_the_tone(&wave, TONE_CHIME, 45);
    waveform_free(&wave);
}

// Five answers, from the best to the worst: what comes out is the same.
static void test_every_answer_sounds_the_same(void **state)
{
    (void)state;
    int16_t first[400 * 48];
    const size_t count = sizeof first / sizeof first[0];
    for (int level = 5; level >= 1; level--) {
        struct sound *sound = start_on_file();
        sound_play(sound, TONE_CHIME);
        struct waveform wave = heard(sound);
        size_t begin = 0;
        while (begin < wave.count && wave.samples[begin] == 0)
            begin++;
        assert_true(begin + count <= wave.count);
        if (level == 5)
            memcpy(first, wave.samples + begin, sizeof first);
        assert_memory_equal(first, wave.samples + begin, sizeof first);
        waveform_free(&wave);
    }
}

static void test_zero_volume_plays_nothing_now_or_later(void **state)
{
    (void)state;
    struct sound *sound = start_on_file();
    sound_set_volume(sound, 0);
    sound_wake(sound);
    sound_play(sound, TONE_CHIME);
    sound_speak(sound, calloc(TONE_RATE, 2), TONE_RATE);
    assert_false(sound_is_speaking(sound));
    sound_set_volume(sound, 45);
    sound_play(sound, TONE_TICK);
    struct waveform wave = heard(sound);
    must_be_the_tone(&wave, TONE_TICK, 45);
    waveform_free(&wave);
}

// A device that opens slowly: the file is a pipe, and opening it waits for its
// reader.
static void test_a_tick_that_would_be_late_is_left_out(void **state)
{
    (void)state;
    struct waveform wave, chime = made(TONE_CHIME);
    unlink(heard_path);
    assert_int_equal(mkfifo(heard_path, 0600), 0);
    struct sound *sound = start_on_file();
    sound_play(sound, TONE_TICK);
    sound_play(sound, TONE_REFUSED);
    sound_play(sound, TONE_CHIME);
    SDL_Delay(300);
    waveform_read_raw(heard_path, TONE_RATE, &wave);
    sound_stop(sound);
    unlink(heard_path);

    // The chime alone is heard, sample by sample.
    size_t begin = 0;
    while (begin < wave.count && wave.samples[begin] == 0)
        begin++;
    // The first sample of the chime is 0 and so may be the second.
    begin -= chime.samples[1] * 45 / 100 ? 1 : 2;
    assert_true(begin + chime.count <= wave.count);
    for (size_t i = 0; i < chime.count; i++)
        assert_true(fabs(wave.samples[begin + i] - chime.samples[i] * 0.45) <
                    2);
    waveform_free(&wave);
    waveform_free(&chime);
}

static int thread_count(void)
{
    DIR *dir = opendir("/proc/self/task");
    int count = 0;
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2; // "." and ".."
}

static void wait_for_threads(int wanted)
{
    for (int ms = 0; thread_count() != wanted; ms += STEP_MS) {
        if (ms > PATIENCE_MS)
            fail_msg("%d threads, not %d", thread_count(), wanted);
        SDL_Delay(STEP_MS);
    }
}

// SDL's own threads would wake the machine many times a second.
static void test_nothing_runs_when_unused(void **state)
{
    (void)state;
    struct sound *sound = start_on_file();
    int resting = thread_count();
    sound_wake(sound);
    assert_true(sound_is_awake(sound));
    wait_until_asleep(sound);
    assert_int_equal(sound_state(sound), SOUND_WORKS);
    wait_for_threads(resting);
    // And it opens again.
    sound_play(sound, TONE_CHIME);
    struct waveform wave = heard(sound);
    must_be_the_tone(&wave, TONE_CHIME, 45);
    waveform_free(&wave);
}

// --- The voice's part --------------------------------------------------------

static void speak(struct sound *sound, double hertz, double seconds)
{
    struct waveform wave;
    waveform_sine(hertz, seconds, TONE_RATE, &wave);
    sound_speak(sound, wave.samples, wave.count);
}

static void test_speech_waits_for_the_chime(void **state)
{
    (void)state;
    struct waveform wave;
    // A device that opens slowly (see above): both are there when it begins,
    // on whatever machine.
    unlink(heard_path);
    assert_int_equal(mkfifo(heard_path, 0600), 0);
    struct sound *sound = start_on_file();
    sound_play(sound, TONE_CHIME);
    speak(sound, 300, 0.5);
    waveform_read_raw(heard_path, TONE_RATE, &wave);
    sound_stop(sound);
    unlink(heard_path);
    double begin = waveform_begin(&wave);
    must_be_near(waveform_hertz(&wave, begin + 0.02, begin + 0.13), 784, 0.01);
    must_be_near(waveform_hertz(&wave, begin + 0.2, begin + 0.38), 1046.5,
                 0.01);
    must_be_near(waveform_hertz(&wave, begin + 0.45, begin + 0.85), 300, 0.01);
    must_be_near(waveform_end(&wave) - begin, 0.9, 0.05);
    waveform_free(&wave);
}

static int speech_peak(enum sound_step step, int volume)
{
    struct sound *sound = start_on_file();
    sound_set_step(sound, step);
    sound_set_volume(sound, volume);
    speak(sound, 300, 0.2);
    struct waveform wave = heard(sound);
    int peak = waveform_peak(&wave);
    waveform_free(&wave);
    return peak;
}

static void test_three_steps_of_the_voice(void **state)
{
    (void)state;
    // The sine has a peak of 16,000.
    must_be_near(speech_peak(SOUND_SOFT, 40), 16000 * 0.20, 0.01);
    must_be_near(speech_peak(SOUND_MIDDLE, 40), 16000 * 0.40, 0.01);
    must_be_near(speech_peak(SOUND_LOUD, 40), 16000 * 0.80, 0.01);
    must_be_near(speech_peak(SOUND_LOUD, 80), 16000, 0.01);
}

static void test_hush_ends_speech_and_wakes_who_waits(void **state)
{
    (void)state;
    struct sound *sound = start_on_file();
    speak(sound, 300, 60);
    assert_true(sound_is_speaking(sound));
    sound_hush(sound);
    assert_false(sound_is_speaking(sound));
    sound_wait(sound);
    sound_play(sound, TONE_TICK);
    struct waveform wave = heard(sound);
    assert_true(wave.count < (size_t)60 * TONE_RATE);
    waveform_free(&wave);
}

static void test_full_scale_speech_is_cut_and_does_not_wrap(void **state)
{
    (void)state;
    struct sound *sound = start_on_file();
    int16_t *loudest = malloc(TONE_RATE * sizeof *loudest);
    assert_non_null(loudest);
    for (int i = 0; i < TONE_RATE; i++)
        loudest[i] = INT16_MAX;
    sound_set_volume(sound, 100);
    sound_speak(sound, loudest, TONE_RATE);
    sound_play(sound, TONE_TICK);
    struct waveform wave = heard(sound);
    // Speech is above zero throughout, so a sample below is one that wrapped.
    for (size_t i = 0; i < wave.count; i++)
        assert_true(wave.samples[i] >= 0);
    assert_int_equal(waveform_peak(&wave), INT16_MAX);
    waveform_free(&wave);
}

// --- Machines without sound --------------------------------------------------

struct lines {
    int count;
    char last[512];
};

static void count_line(void *ctx, enum log_level level, const char *module,
                       const char *text)
{
    struct lines *lines = ctx;
    (void)level;
    (void)module;
    lines->count++;
    snprintf(lines->last, sizeof lines->last, "%s", text);
}

static void wait_until_missing(struct sound *sound)
{
    for (int ms = 0; sound_state(sound) != SOUND_MISSING; ms += STEP_MS) {
        if (ms > PATIENCE_MS)
            fail_msg("the missing device is not noticed");
        SDL_Delay(STEP_MS);
    }
}

static void test_machine_without_sound_is_silent_and_says_it_once(void **state)
{
    (void)state;
    struct lines lines = {0};
    setenv("SDL_AUDIODRIVER", "none-such", 1);
    struct sound *sound = sound_start(LINGER_MS);
    log_set_sink(count_line, &lines);
    sound_wake(sound);
    wait_until_missing(sound);
    for (int i = 0; i < 5; i++) {
        sound_play(sound, TONE_TICK);
        sound_test(sound); // tries the device anew each time
        speak(sound, 300, 0.1);
        sound_wait(sound); // nobody waits for what cannot be played
    }
    wait_until_asleep(sound);
    log_set_sink(NULL, NULL);
    assert_int_equal(lines.count, 1);
    assert_non_null(strstr(lines.last, "no sound"));

    // A loudspeaker is plugged in, and the officer tries it.
    setenv("SDL_AUDIODRIVER", "disk", 1);
    sound_test(sound);
    struct waveform wave = heard(sound);
    must_be_the_tone(&wave, TONE_CHIME, 45);
    waveform_free(&wave);
}

// Left behind by sound_stop(), with its thread.
static struct sound *hanging;

static void test_sound_server_that_hangs_holds_nobody(void **state)
{
    (void)state;
    char server[SCRATCH_SIZE + 16], cookie[SCRATCH_SIZE + 16];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct lines lines = {0};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/pulse", folder);
    snprintf(server, sizeof server, "unix:%s/pulse", folder);
    snprintf(cookie, sizeof cookie, "%s/cookie", folder);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0); // and nobody ever answers
    setenv("PULSE_SERVER", server, 1);
    setenv("PULSE_COOKIE", cookie, 1);
    setenv("SDL_AUDIODRIVER", "pulseaudio", 1);

    log_set_sink(count_line, &lines);
    hanging = sound_start(LINGER_MS);
    sound_play(hanging, TONE_CHIME);
    // It waits for the server, and we do not.
    int client = accept(listener, NULL, NULL);
    assert_true(client >= 0);
    sound_play(hanging, TONE_TICK);
    speak(hanging, 300, 0.1);
    sound_hush(hanging);
    sound_set_volume(hanging, 10);
    assert_int_equal(sound_state(hanging), SOUND_UNTRIED);
    int threads = thread_count();
    sound_stop(hanging);
    log_set_sink(NULL, NULL);
    assert_int_equal(lines.count, 1);
    assert_non_null(strstr(lines.last, "hangs"));

    // The server is gone, so the thread comes to its end.
    close(client);
    close(listener);
    wait_for_threads(threads - 1);
    unsetenv("PULSE_SERVER");
    unsetenv("PULSE_COOKIE");
}

static void test_a_kiosk_that_plays_nothing(void **state)
{
    (void)state;
    int16_t *samples = malloc(2);
    sound_set_volume(NULL, 45);
    sound_set_step(NULL, SOUND_LOUD);
    sound_wake(NULL);
    sound_play(NULL, TONE_TICK);
    sound_test(NULL);
    sound_speak(NULL, samples, 1);
    sound_wait(NULL);
    sound_hush(NULL);
    sound_stop(NULL);
    assert_false(sound_is_awake(NULL));
    assert_false(sound_is_speaking(NULL));
    assert_int_equal(sound_state(NULL), SOUND_MISSING);
}

static int make_folder(void **state)
{
    (void)state;
    scratch_make(folder);
    snprintf(heard_path, sizeof heard_path, "%s/heard", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_chime_has_two_rising_notes),
        cmocka_unit_test(test_refused_is_low_and_tick_is_not),
        cmocka_unit_test(test_tick_is_the_softest),
        cmocka_unit_test(test_no_click_at_the_ends),
        cmocka_unit_test(test_all_together_do_not_clip),
        cmocka_unit_test(test_each_sound_comes_out_at_its_volume),
        cmocka_unit_test(test_volume_of_45_when_none_was_set),
        cmocka_unit_test(test_every_answer_sounds_the_same),
        cmocka_unit_test(test_zero_volume_plays_nothing_now_or_later),
        cmocka_unit_test(test_a_tick_that_would_be_late_is_left_out),
        cmocka_unit_test(test_nothing_runs_when_unused),
        cmocka_unit_test(test_speech_waits_for_the_chime),
        cmocka_unit_test(test_three_steps_of_the_voice),
        cmocka_unit_test(test_hush_ends_speech_and_wakes_who_waits),
        cmocka_unit_test(test_full_scale_speech_is_cut_and_does_not_wrap),
        cmocka_unit_test(test_machine_without_sound_is_silent_and_says_it_once),
        cmocka_unit_test(test_sound_server_that_hangs_holds_nobody),
        cmocka_unit_test(test_a_kiosk_that_plays_nothing)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
