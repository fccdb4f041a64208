// What is well with a ward's server, what is not, and what to do: one line for
// each thing that has to last, for `hailong doctor` in the server's directory.
// The caller gathers the facts; the judge is pure.
#pragma once
#include "common/buf.h"
#include "doctor/doctor.h"
#include "i18n/i18n.h"
#include <stdbool.h>
#include <stdint.h>

enum ward_check {
    WARD_DATABASE,
    WARD_PROGRAM, // it runs
    WARD_CERTIFICATE,
    WARD_CLOCK,
    WARD_DISK,
    WARD_BACKUP,
    WARD_DEVICES, // silent ones
    WARD_LINES,   // that are missing, forked or contradict each other
    WARD_CHECK_COUNT
};
const char *ward_check_name(enum ward_check check); // "database"

struct ward_facts {
    int64_t now;
    bool database_reads;
    bool open_files; // others than its user can read its keys
    bool program_runs;
    bool stores_nothing; // it runs, and says that it cannot take ratings
    int64_t certificate_until; // wall milliseconds; 0: it serves without one
    bool clock_believed, clock_synced;
    int64_t disk_free_bytes; // below 0: the directory is not there
    bool on_postgres;        // which has backups of its own
    int64_t enrolled_at;     // of the first device; 0: none has enrolled
    int64_t backup_at;       // by the timer; 0: never
    int64_t active_devices, silent_devices; // at counters
    char silent_counters[DOCTOR_NAME_SIZE]; // "3, 7"
    int64_t flags, missing_lines;
};

struct ward_line {
    enum ward_check check;
    enum doctor_verdict verdict;
    struct buf says, advice; // as in doctor.h
};
// Writes all WARD_CHECK_COUNT lines; free with ward_free().
void ward_judge(const struct ward_facts *facts, const struct i18n *texts,
                enum i18n_language language,
                struct ward_line out[WARD_CHECK_COUNT]);
void ward_free(struct ward_line lines[WARD_CHECK_COUNT]);
