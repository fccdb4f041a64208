// The phone channel: what citizens answer on their own telephones is written
// by a device of the server's own, in the folder "phone" of its directory. That
// is a device's directory like a counter's (store/device.h): the same ledger
// with the same care, a key of its own, receipts. What is in it comes into the
// office as from any device (phone_feeder.h).
//
// A folder that is missing is made anew, with a new device; one that somebody
// revoked, or whose files are damaged, shuts the channel and nothing else.
#pragma once
#include "office/office.h"
#include "server/hub.h"
#include "server/identity.h"
#include "server/metrics.h"
#include "server/phone_visits.h"
#include "server/writer.h"
#include <stdbool.h>

struct phone;

struct phone_params {
    const struct identity *identity;
    const char *unit; // its code
    const char *name; // of the device, as lists show it
    int64_t heartbeat_ms;
};

// Opens the folder and makes the device known; `office` is the writer's handle.
// `out` NULL: the channel is shut; logged. OFFICE_BUSY: the database is away or
// locked: try again.
enum office_result phone_open(const struct phone_params *params,
                              struct office *office, struct phone **out);
// From now on its lines come over. Otherwise logged.
enum office_result phone_start(struct phone *phone, struct writer *writer,
                               struct hub *hub, struct metrics *metrics);
// Takes no more, answers who waits, brings over what is there. The writer must
// still run. Accepts NULL.
void phone_finish(struct phone *phone);
// After it; no request may use it any more. Accepts NULL.
void phone_close(struct phone *phone);

// False: the device was revoked meanwhile.
bool phone_is_open(struct phone *phone);
struct phone_visits *phone_visits(struct phone *phone);
// Its id.
const char *phone_device(const struct phone *phone);
