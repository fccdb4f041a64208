// Enrolment from a file of vouchers (store/voucher.h): a stick that is plugged
// into a machine that is not enrolled, or a file that a command is given. The
// codes are tried in their order; the first that still works makes the machine
// its device. A code that was used, has expired or is unknown costs nothing and
// the next one is tried, so that one stick serves twenty machines in turn.
#pragma once
#include "common/buf.h"
#include "sync/enrolment.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

// `base` says all but server, code and pin; the PIN of the staff's page too, or
// NULL: then it is the file's. As enrolment_run() otherwise; `out_server`, when
// it is not NULL, is the one that was asked last.
enum enrolment_result stick_enrol(const struct enrolment *base,
                                  const struct buf *text, struct device *out,
                                  char out_server[DEVICE_TEXT_SIZE],
                                  char detail[ENROLMENT_DETAIL_SIZE]);

// The courier's look at the place where sticks are mounted.
struct stick {
    const char *folder; // NULL: none is looked for
    struct stat tried;  // the file of which no code works
    bool is_used_up;    // it is that
    int64_t not_before; // of the steady clock, ms: after a failure
};
// Once a second while the machine is not enrolled. What comes of it is logged,
// and left for the screen (store/enrol_form.h).
void stick_look(struct stick *stick, const struct enrolment *base,
                int64_t now_ms);
