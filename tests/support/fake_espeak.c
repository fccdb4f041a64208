#include "support/fake_espeak.h"
#include "common/file.h"
#include "support/waveform.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_ROOM = 4096, NOTES_MOST = 1 << 20 };

static char *old_path;

// Every one writes its own id first: the shell's, or that of the program that
// it becomes. A helper is in the same process group.
static const char *manner_of(enum fake_manner manner)
{
    switch (manner) {
    case FAKE_SPEAKS:
    case FAKE_SPEAKS_ON:
        return "exec cat \"$here/wave\"";
    case FAKE_HANGS:
        return "sleep 1000 &\nwait";
    case FAKE_LINGERS:
        return "cat \"$here/wave\"\nexec sleep 1000 >&-";
    case FAKE_BABBLES:
        return "exec cat /dev/zero";
    case FAKE_MUMBLES:
        return "echo 'I have lost my voice and this is not any kind of WAV'";
    case FAKE_FAILS:
        return "exit 1";
    }
    return "";
}

// A program that writes to a pipe does not know how long it will speak, and
// says so by a length that cannot be.
static void write_wave(const char *folder, double seconds)
{
    static const unsigned char endless[] = {0x00, 0xf0, 0xff, 0x7f};
    char path[PATH_ROOM];
    struct waveform sine;
    snprintf(path, sizeof path, "%s/wave", folder);
    waveform_sine(FAKE_HERTZ, seconds, FAKE_RATE, &sine);
    waveform_write_wav(&sine, path);
    waveform_free(&sine);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4, SEEK_SET), 0);
    assert_int_equal(fwrite(endless, 1, 4, file), 4);
    assert_int_equal(fseek(file, 40, SEEK_SET), 0);
    assert_int_equal(fwrite(endless, 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
}

static void put_first(const char *folder, const char *rest)
{
    char path[PATH_ROOM];
    if (!old_path)
        old_path = strdup(getenv("PATH"));
    snprintf(path, sizeof path, "%s%s%s", folder, rest ? ":" : "",
             rest ? rest : "");
    setenv("PATH", path, 1);
}

void fake_espeak_install(const char *folder, enum fake_manner manner)
{
    char path[PATH_ROOM];
    fake_espeak_restore_path();
    put_first(folder, getenv("PATH"));
    write_wave(folder, manner == FAKE_SPEAKS_ON ? 60 : FAKE_MS / 1000.0);
    // Written aside and renamed: the old one may still run.
    snprintf(path, sizeof path, "%s/espeak-ng.new", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "#!/bin/sh\n"
            "here='%s'\n"
            "echo $$ >>\"$here/pids\"\n"
            "echo \"$*\" >>\"$here/arguments\"\n"
            "cat >>\"$here/texts\"\n"
            "echo >>\"$here/texts\"\n"
            "%s\n",
            folder, manner_of(manner));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
    char final[PATH_ROOM];
    snprintf(final, sizeof final, "%s/espeak-ng", folder);
    assert_int_equal(rename(path, final), 0);
}

void fake_espeak_remove(const char *folder)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/espeak-ng", folder);
    unlink(path);
    put_first(folder, NULL);
}

void fake_espeak_restore_path(void)
{
    if (old_path)
        setenv("PATH", old_path, 1);
    free(old_path);
    old_path = NULL;
}

static const char *note(const char *folder, const char *name)
{
    static struct buf text;
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_clear(&text);
    if (!file_read(path, NOTES_MOST, &text))
        buf_clear(&text);
    return text.size ? buf_text(&text) : "";
}

const char *fake_espeak_arguments(const char *folder)
{
    return note(folder, "arguments");
}

const char *fake_espeak_texts(const char *folder)
{
    return note(folder, "texts");
}

bool fake_espeak_lives(const char *folder)
{
    const char *at = note(folder, "pids");
    char *end;
    for (long id; (id = strtol(at, &end, 10)) > 0; at = end)
        if (kill((pid_t)-id, 0) == 0 || errno != ESRCH)
            return true;
    return false;
}
