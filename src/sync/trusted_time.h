// A device without a clock (a dead battery: 1970 after each cut) or with a
// wrong one takes every certificate for one that is not valid yet, or no more.
// It asks the server what time it is, once, without believing a date; chain,
// host name and pin are checked all the same, and the answer is believed only
// with the signature of the server key that the device got at its enrolment,
// over a nonce of its own. From then on, in this boot, certificates are judged
// by the server's time.
#pragma once
#include "store/courier.h"
#include "store/device.h"
#include "sync/transport.h"
#include <stdbool.h>
#include <stdint.h>

// Further off than this, the machine's clock does not judge certificates.
enum { TRUSTED_TIME_DAY_S = 24 * 60 * 60 };

// False: no answer, or none that is believed; logged.
bool trusted_time_ask(struct transport *transport, const struct device *device,
                      struct courier_anchor *out);

// By which time to judge certificates, in wall seconds: 0, the machine's clock,
// when no answer of the server in this boot says otherwise. Pure.
int64_t trusted_time_to_judge_by(const struct courier_anchor *anchor,
                                 const char *boot, int64_t up_ms,
                                 int64_t wall_ms);
// The same for a transport, with what courier.db knows.
void trusted_time_apply(struct transport *transport, struct courier *courier);
