// What is well with a device, what is not, and what to do: one line for each
// thing that has to work, for `hailong doctor` and the staff's page alike.
// Facts of the machine are gathered by doctor_look(); of the server by the
// caller, who asks it, or by doctor_hear(), from what the courier left.
// doctor_judge() is pure.
#pragma once
#include "common/battery.h"
#include "common/buf.h"
#include "i18n/i18n.h"
#include "store/device.h"
#include "store/sending.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum doctor_verdict {
    DOCTOR_PASS,
    DOCTOR_WARN, // it works; somebody should look at it
    DOCTOR_FAIL, // citizens cannot rate, or nothing arrives
    DOCTOR_SKIP  // cannot be told before something above is mended
};
const char *doctor_verdict_name(enum doctor_verdict verdict); // "PASS"

enum doctor_check {
    DOCTOR_FILES, // the program's own
    DOCTOR_DISPLAY,
    DOCTOR_TOUCH,
    DOCTOR_SOUND,
    DOCTOR_BATTERY,
    DOCTOR_CLOCK,
    DOCTOR_DISK,
    DOCTOR_SYNC, // of the disk
    DOCTOR_ENROLMENT,
    DOCTOR_DATABASE,
    DOCTOR_SCREEN,  // the program runs
    DOCTOR_COURIER, // likewise
    DOCTOR_NETWORK,
    DOCTOR_SERVER,
    DOCTOR_RIGHT, // the device may send
    DOCTOR_OFFSET,
    DOCTOR_CHECK_COUNT
};
const char *doctor_check_name(enum doctor_check check); // "display"

enum { DOCTOR_NAME_SIZE = 128, DOCTOR_MESSAGE_SIZE = 256 };

// How far the way to the server leads.
enum doctor_reach {
    DOCTOR_REACHED,
    DOCTOR_NOT_REACHED,
    DOCTOR_BAD_ADDRESS,     // the rules of the enrolment forbid it
    DOCTOR_BAD_CERTIFICATE, // it is none of ours
    DOCTOR_OLD_CERTIFICATE, // nothing but its dates is wrong
    DOCTOR_SILENT           // `message`: the time of the last contact, or ""
};

struct doctor_facts {
    char missing_file[DOCTOR_NAME_SIZE]; // of the program; "": none
    // Of /sys: nothing there at all on a machine without such drivers.
    bool display_known, display_found;
    char display[DOCTOR_NAME_SIZE]; // "HDMI-A-1, 1280x800"
    int touch_count;
    char touch[DOCTOR_NAME_SIZE]; // name of the first panel
    bool sound_found;
    struct battery battery;
    int64_t wall_ms;
    bool clock_believed, clock_synced;
    int64_t disk_free_bytes; // below 0: the directory is not there
    bool disk_in_memory;     // it is gone with the power
    int sync_errno;          // 0: a file could be written and synced
    int64_t sync_us;         // the median of some
    enum device_result enrolled;
    bool has_staff_pin;
    bool open_files; // others than its user can read its secrets
    struct sending sending;
    bool screen_runs, courier_runs;
    enum doctor_reach reach;
    int status;                        // of the answer to an honest question
    bool server_known;                 // whether it is ours was asked
    bool is_our_server;                // it signed with the enrolment's key
    char message[DOCTOR_MESSAGE_SIZE]; // why it is not reached
    bool offset_known;
    int64_t clock_ahead_ms; // of the server's
    int right_status;       // to the device's own question; 0: not asked
    char server[DEVICE_TEXT_SIZE];
};

struct doctor_line {
    enum doctor_check check;
    enum doctor_verdict verdict;
    struct buf says;   // what was found
    struct buf advice; // what to do; empty where nothing is
};
// Writes all DOCTOR_CHECK_COUNT lines; free with doctor_free().
void doctor_judge(const struct doctor_facts *facts, const struct i18n *texts,
                  enum i18n_language language,
                  struct doctor_line out[DOCTOR_CHECK_COUNT]);
void doctor_free(struct doctor_line lines[DOCTOR_CHECK_COUNT]);

// machine.c: looks at the machine and at the device's directory, where it
// writes one small file and removes it again. A slow disk is waited for. Says
// nothing of the server but its address.
void doctor_look(const char *directory, struct doctor_facts *out);

// heard.c: what the courier's last tries tell of the server, without asking it.
// Pure; after doctor_look().
void doctor_hear(const char *boot, int64_t up_ms, struct doctor_facts *facts);
