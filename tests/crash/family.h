// The processes of a crash run: a virtual display, the server, the courier and
// the screen, each the real program, started, killed and started again in one
// folder. Every function ends the program with a message when it cannot do its
// work; whatever was started is ended at exit.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum member { SERVER, COURIER, KIOSK, MEMBER_COUNT };

struct family {
    const char *build; // folder with the programs
    char folder[256];  // of this run
    char config[320];  // of the screen: short times
    int port;          // of the server, once it has one
    int starts;        // of the screen: each has a trace of its own
    pid_t pids[MEMBER_COUNT];
};

// Empties the folder, opens the display, starts the server, enrols the device,
// gives it an old ledger, and starts the other two.
void family_begin(struct family *family, const char *build, const char *folder);
void family_start(struct family *family, enum member member);
// SIGKILL, and waits until it is gone.
void family_kill(struct family *family, enum member member);
// SIGTERM; false when it did not end with exit code 0.
bool family_stop(struct family *family, enum member member);
// "FOLDER/kiosk-N.trace" of the N-th start of the screen, from 1.
void family_trace(const struct family *family, int start, char *out,
                  size_t size);

// Runs a program of the build to its end; its exit code. Output goes to a log.
int family_run(const struct family *family, const char *const *argv);
// Starts the citizen with a script; kill it, or wait for it, with the two
// below.
pid_t family_citizen(const struct family *family, const char *script);

// old_lines.c: what is old on an enrolled device, before its programs start:
// visits of four months ago, which the server has held for a hundred days. The
// screen lets them leave while it is killed.
enum { OLD_LINES = 2000 };
void family_make_old(const struct family *family);

void family_fail(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));
