// How the counter's screen asks for its enrolment. The screen's program has no
// network, so it leaves what was typed in a file of the device's directory; the
// courier, which has, enrols with it and leaves its answer in another. Both
// files are small JSON objects, 0600, written whole, and gone when read. What
// the courier does of itself, with a stick that was plugged in, it notes for
// the screen in a third.
#pragma once
#include "common/ids.h"
#include "store/device.h"
#include "store/voucher.h"
#include <stdbool.h>

#define DEVICE_FILE_ENROL_REQUEST "enrol.request"
#define DEVICE_FILE_ENROL_ANSWER "enrol.answer"
#define DEVICE_FILE_ENROL_NOTE "enrol.note"

struct enrol_form {
    char id[ID_SIZE]; // of this request
    char server[DEVICE_TEXT_SIZE];
    char code[32];
    char pin[VOUCHER_PIN_SIZE];        // of the server's key; "": none is known
    char staff_pin[DEVICE_TEXT_SIZE]; // hash of the staff's PIN
};

// Leaves a request; an answer of before is removed. False with errno.
bool enrol_form_ask(const char *directory, const struct enrol_form *form);
// The courier takes the request: it is removed before anything is done with it,
// so that none is worked on twice. False: there is none that can be read.
bool enrol_form_take(const char *directory, struct enrol_form *out);

enum { ENROL_FORM_RESULT_SIZE = 32 };
// `result` as enrolment_name() gives it. False with errno.
bool enrol_form_answer(const char *directory, const char *id,
                       const char *result);
// The answer to the request `id`, removed. False: it has not come.
bool enrol_form_hear(const char *directory, const char *id,
                     char out_result[ENROL_FORM_RESULT_SIZE]);

// The courier's note: "stick", it has found one and goes through its codes;
// then enrolment_name() of what came of it. A later one replaces one that
// nobody read. False with errno.
bool enrol_form_note(const char *directory, const char *result);
// False: there is none.
bool enrol_form_read_note(const char *directory,
                          char out_result[ENROL_FORM_RESULT_SIZE]);
