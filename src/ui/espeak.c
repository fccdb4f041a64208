#include "ui/espeak.h"
#include "common/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAVE_MOST = 4 << 20, CHUNK = 16384, TELEPHONE_DIGITS = 8 };

// --- The program -------------------------------------------------------------

static bool is_program(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
           access(path, X_OK) == 0;
}

bool espeak_find(char *out, size_t size)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        // A relative folder would be another one wherever the kiosk is started.
        if (*path == '/') {
            int wrote =
                snprintf(out, size, "%.*s/espeak-ng", (int)length, path);
            if (wrote > 0 && (size_t)wrote < size && is_program(out))
                return true;
        }
        path += length + (path[length] == ':');
    }
    return false;
}

// A file in memory takes the whole text without a reader, unlike a pipe.
static int text_file(const char *text)
{
    size_t size = strlen(text);
    int fd = memfd_create("text", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    if (write(fd, text, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    close(fd);
    return -1;
}

// A group of its own, so that helpers of the child end with it; and nothing of
// the kiosk: no descriptor, no blocked signal.
static bool set_up(posix_spawn_file_actions_t *files,
                   posix_spawnattr_t *attributes, int in, int out)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    return posix_spawn_file_actions_adddup2(files, in, STDIN_FILENO) == 0 &&
           posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO) == 0 &&
           posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null",
                                            O_WRONLY, 0) == 0 &&
           posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1) ==
               0 &&
           posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
           posix_spawnattr_setpgroup(attributes, 0) == 0 &&
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP) == 0;
}

// -1 when there is no child.
static pid_t spawn(const struct espeak_call *call, int in, int out)
{
    char rate[16];
    snprintf(rate, sizeof rate, "%d", ESPEAK_WORDS_A_MINUTE);
    const char *arguments[] = {"espeak-ng", "-v",       call->voice, "-s",
                               rate,        "-b",       "1", // UTF-8
                               "--stdin",   "--stdout", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    pid_t child;
    if (posix_spawn_file_actions_init(&files) != 0)
        return -1;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return -1;
    }
    if (!set_up(&files, &attributes, in, out) ||
        posix_spawn(&child, call->program, &files, &attributes,
                    (char *const *)arguments, environ) != 0)
        child = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return child;
}

static enum espeak_end fail(const char **out_why, const char *why)
{
    *out_why = why;
    return ESPEAK_FAILED;
}

static enum espeak_end listen_to(const struct espeak_call *call, int from,
                                 struct buf *out, const char **out_why)
{
    int64_t until = clock_mono_us() / 1000 + call->timeout_ms;
    struct pollfd waits[] = {{.fd = from, .events = POLLIN},
                             {.fd = call->stop_fd, .events = POLLIN}};
    for (;;) {
        int64_t left = until - clock_mono_us() / 1000;
        int ready = poll(waits, 2, left > 0 ? (int)left : 0);
        if (ready < 0 && errno == EINTR)
            continue;
        if (waits[1].revents)
            return ESPEAK_STOPPED;
        if (ready <= 0 || left <= 0)
            return fail(out_why, "too slow");
        char *room = buf_reserve(out, CHUNK);
        if (!room)
            return fail(out_why, "out of memory");
        ssize_t got = read(from, room, CHUNK);
        if (got < 0 && errno != EINTR)
            return fail(out_why, "its output cannot be read");
        if (got == 0)
            return out->size ? ESPEAK_SPOKE : fail(out_why, "it said nothing");
        if (got > 0)
            buf_commit(out, (size_t)got);
        if (out->size > WAVE_MOST)
            return fail(out_why, "it does not end");
    }
}

// Also a child that has closed its output and goes on: it is of no more use.
static void end_child(pid_t child)
{
    kill(-child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

enum espeak_end espeak_run(const struct espeak_call *call, struct buf *out_wave,
                           const char **out_why)
{
    int ends[2] = {-1, -1};
    enum espeak_end end = fail(out_why, "it cannot be started");
    int text = text_file(call->text);
    if (text < 0 || pipe2(ends, O_CLOEXEC) != 0)
        goto out;
    pid_t child = spawn(call, text, ends[1]);
    // The last writer has to be the child, or its end is never seen.
    close(ends[1]);
    ends[1] = -1;
    if (child < 0)
        goto out;
    end = listen_to(call, ends[0], out_wave, out_why);
    end_child(child);
out:
    if (text >= 0)
        close(text);
    if (ends[0] >= 0)
        close(ends[0]);
    return end;
}

// --- The text ----------------------------------------------------------------

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Of what may stand between the groups of a number.
static size_t gap_size(const char *at)
{
    static const char *const gaps[] = {" ", ".", "\u00a0"};
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        size_t size = strlen(gaps[i]);
        if (strncmp(at, gaps[i], size) == 0 && is_digit(at[size]))
            return size;
    }
    return 0;
}

// Appends the number at `at`, and returns its size in the text. One that begins
// with 0 and is long is a telephone number: its digits are read one by one.
static size_t append_number(const char *at, struct buf *out)
{
    size_t size = 0, digits = 0, run = strspn(at, "0123456789"), gap;
    while (is_digit(at[size]) || (gap = gap_size(at + size)) > 0) {
        digits += is_digit(at[size]);
        size += is_digit(at[size]) ? 1 : gap;
    }
    if (*at != '0' || digits < TELEPHONE_DIGITS) {
        buf_append(out, at, run);
        return run;
    }
    for (size_t i = 0; i < size;) {
        gap = gap_size(at + i);
        if (i > 0)
            buf_append_text(out, gap ? ", " : " ");
        i += gap;
        buf_append_char(out, at[i++]);
    }
    return size;
}

void espeak_prepare(const char *text, struct buf *out)
{
    static const struct {
        const char *seen, *heard;
    } changes[] = {{"Ông/Bà", "Ông, Bà"},
                   {"\n", " "}, // only breaks a label for the eye
                   {"\u00a0", " "},
                   {" · ", ", "}};
    while (*text) {
        size_t size = 0;
        for (size_t i = 0; !size && i < sizeof changes / sizeof changes[0];
             i++) {
            size_t length = strlen(changes[i].seen);
            if (strncmp(text, changes[i].seen, length) == 0) {
                buf_append_text(out, changes[i].heard);
                size = length;
            }
        }
        if (!size && is_digit(*text)) {
            size = append_number(text, out);
        } else if (!size) {
            buf_append_char(out, *text);
            size = 1;
        }
        text += size;
    }
}
