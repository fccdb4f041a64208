#include "crash/family.h"
#include "common/file.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 30000, ARGUMENTS_MAX = 20 };

static pid_t display = 0;

void family_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void rest_ms(long ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

// Children die with this program, whatever ends it.
static pid_t start(const struct family *family, const char *log,
                   const char *const *argv, int input)
{
    char path[400];
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        family_fail("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    snprintf(path, sizeof path, "%s/%s", family->folder, log);
    int out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(input >= 0 ? input : open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(out, 2);
    execv(argv[0], (char **)(uintptr_t)argv);
    _exit(127);
}

static void wait_for_file(const char *path)
{
    for (int i = 0; i < PATIENCE_MS / 5; i++) {
        struct buf text = {0};
        bool there = file_read(path, 1 << 24, &text) && text.size > 0;
        buf_free(&text);
        if (there)
            return;
        rest_ms(5);
    }
    family_fail("%s did not come", path);
}

static long read_number(const char *path)
{
    struct buf text = {0};
    if (!file_read(path, 64, &text))
        family_fail("%s: %s", path, strerror(errno));
    long number = strtol(buf_text(&text), NULL, 10);
    buf_free(&text);
    return number;
}

static void end_display(void)
{
    if (display > 0)
        kill(display, SIGTERM);
}

// The display picks a free number itself and tells it. It must not start afresh
// when its last client is killed: it would refuse the next one meanwhile.
static void open_display(const struct family *family)
{
    char path[300], name[16];
    snprintf(path, sizeof path, "%s/display", family->folder);
    display = fork();
    if (display == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int out = open("/dev/null", O_WRONLY);
        dup2(out, 1);
        dup2(out, 2);
        int number = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(number, 3);
        execlp("Xvfb", "Xvfb", "-displayfd", "3", "-screen", "0", "800x500x24",
               "-nolisten", "tcp", "-noreset", (char *)NULL);
        _exit(127);
    }
    atexit(end_display);
    wait_for_file(path);
    snprintf(name, sizeof name, ":%ld", read_number(path));
    setenv("DISPLAY", name, 1);
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("XMODIFIERS");
}

void family_trace(const struct family *family, int started, char *out,
                  size_t size)
{
    snprintf(out, size, "%s/kiosk-%d.trace", family->folder, started);
}

static void start_server(struct family *family)
{
    char program[300], data[300], listen[64], port[300];
    snprintf(program, sizeof program, "%s/hailong-server", family->build);
    snprintf(data, sizeof data, "%s/server", family->folder);
    snprintf(listen, sizeof listen, "127.0.0.1:%d", family->port);
    snprintf(port, sizeof port, "%s/port", family->folder);
    unlink(port);
    const char *argv[] = {program,  "--data",      data,        "--listen",
                          listen,   "--port-file", port,        "--unit-code",
                          "H24.12", "--unit-name", "Bình Minh", NULL};
    family->pids[SERVER] = start(family, "server.log", argv, -1);
    wait_for_file(port);
    family->port = (int)read_number(port);
}

static void start_courier(struct family *family)
{
    char program[300], data[300];
    snprintf(program, sizeof program, "%s/hailong-sync", family->build);
    snprintf(data, sizeof data, "%s/kiosk", family->folder);
    const char *argv[] = {program, "--data", data, "--poll-ms", "50", NULL};
    family->pids[COURIER] = start(family, "sync.log", argv, -1);
}

static void start_kiosk(struct family *family)
{
    char program[300], data[300], trace[400];
    snprintf(program, sizeof program, "%s/hailong-kiosk", family->build);
    snprintf(data, sizeof data, "%s/kiosk", family->folder);
    family_trace(family, ++family->starts, trace, sizeof trace);
    const char *argv[] = {program,        "--data",   data,      "--trace",
                          trace,          "--window", "640x400", "--config",
                          family->config, NULL};
    family->pids[KIOSK] = start(family, "kiosk.log", argv, -1);
    wait_for_file(trace);
}

void family_start(struct family *family, enum member member)
{
    if (member == SERVER)
        start_server(family);
    else if (member == COURIER)
        start_courier(family);
    else
        start_kiosk(family);
}

void family_kill(struct family *family, enum member member)
{
    kill(family->pids[member], SIGKILL);
    waitpid(family->pids[member], NULL, 0);
    family->pids[member] = 0;
}

bool family_stop(struct family *family, enum member member)
{
    int status;
    kill(family->pids[member], SIGTERM);
    waitpid(family->pids[member], &status, 0);
    family->pids[member] = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int family_run(const struct family *family, const char *const *argv)
{
    int status;
    pid_t pid = start(family, "run.log", argv, -1);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t family_citizen(const struct family *family, const char *script)
{
    char program[300], trace[400];
    int ends[2];
    snprintf(program, sizeof program, "%s/tools/tapper", family->build);
    family_trace(family, family->starts, trace, sizeof trace);
    const char *argv[] = {program,      "--trace", trace,
                          "--patience", "60000",   NULL};
    if (pipe2(ends, O_CLOEXEC) != 0)
        family_fail("pipe: %s", strerror(errno));
    pid_t pid = start(family, "citizen.log", argv, ends[0]);
    close(ends[0]);
    // Shorter than a pipe's buffer; a citizen that is gone is found later.
    if (write(ends[1], script, strlen(script)) < 0 && errno != EPIPE)
        family_fail("the script: %s", strerror(errno));
    close(ends[1]);
    return pid;
}

// What the command printed between two quotes after "code".
static void read_code(const char *path, char out[32])
{
    struct buf text = {0};
    if (!file_read(path, 4096, &text))
        family_fail("%s: %s", path, strerror(errno));
    const char *at = strstr(buf_text(&text), "\"code\"");
    if (!at || sscanf(at, "\"code\"%*[: ]\"%31[^\"]\"", out) != 1)
        family_fail("no enrolment code in %s", path);
    buf_free(&text);
}

static void enrol(struct family *family)
{
    char command[1200], path[300], code[32], url[64], data[300], program[300];
    snprintf(path, sizeof path, "%s/code", family->folder);
    snprintf(command, sizeof command,
             "'%s/hailong' device add --data '%s/server' --counter 3 --json "
             ">'%s'",
             family->build, family->folder, path);
    if (system(command) != 0)
        family_fail("hailong device add failed");
    read_code(path, code);
    snprintf(program, sizeof program, "%s/hailong", family->build);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", family->port);
    snprintf(data, sizeof data, "%s/kiosk", family->folder);
    const char *argv[] = {program, "enrol",  "--server", url, "--code",
                          code,    "--data", data,       NULL};
    if (family_run(family, argv) != 0)
        family_fail("hailong enrol failed; see %s/run.log", family->folder);
}

static void write_config(struct family *family)
{
    static const char times[] = "[times]\nselected_ms = 60\nrating_ms = 4000\n"
                                "reasons_ms = 3000\nchosen_ms = 3000\n"
                                "still_ms = 600\nthanks_ms = 450\n"
                                "prune_ms = 60\n"
                                "[kiosk]\nreduce_motion = true\n";
    snprintf(family->config, sizeof family->config, "%s/kiosk.ini",
             family->folder);
    if (!file_replace(family->config, times, strlen(times), 0600))
        family_fail("%s: %s", family->config, strerror(errno));
}

void family_begin(struct family *family, const char *build, const char *folder)
{
    char command[600];
    *family = (struct family){.build = build};
    snprintf(family->folder, sizeof family->folder, "%s", folder);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0 || !file_make_directory(folder))
        family_fail("%s: %s", folder, strerror(errno));
    signal(SIGPIPE, SIG_IGN);
    write_config(family);
    open_display(family);
    start_server(family);
    enrol(family);
    family_make_old(family);
    start_courier(family);
    start_kiosk(family);
}
