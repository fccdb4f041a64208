// The doctor's lines for the staff's page. The machine is looked at on a thread
// of its own, which a slow disk may hold up; the drawing thread asks now and
// then whether it is through.
#pragma once
#include "doctor/doctor.h"
#include "i18n/i18n.h"
#include <stdbool.h>

enum { EXAMINATION_SAYS_SIZE = 256, EXAMINATION_ADVICE_SIZE = 384 };

struct examination_line {
    enum doctor_check check;
    enum doctor_verdict verdict;
    char says[EXAMINATION_SAYS_SIZE];
    char advice[EXAMINATION_ADVICE_SIZE]; // "": nothing is to be done
};
struct examination_lines {
    bool ready;                                       // false: the look goes on
    struct examination_line list[DOCTOR_CHECK_COUNT]; // the gravest first
};

struct examination;

// Begins a look. NULL when memory or a thread could not be had: logged.
struct examination *examination_start(const char *directory);
// Waits for the look's end. Accepts NULL.
void examination_close(struct examination *examination);
bool examination_is_done(const struct examination *examination);
// What was found; `ready` false while the look goes on, and of NULL.
void examination_read(struct examination *examination, const struct i18n *texts,
                      enum i18n_language language,
                      struct examination_lines *out);
