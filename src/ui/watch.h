// What comes to the kiosk from outside. Its settings: from device.json, which
// enrolment writes, and from courier.db, where the courier puts what the server
// sends later. A configuration that the screen cannot show is refused, with the
// reason, and the last one that it has shown goes on; a new one is on trial at
// first (trial.h). And from courier.db the invitations,
// the last contact with the server, and the server's time. Looked at again and
// again, so that a device that is enrolled or configured while the kiosk runs
// comes up by itself.
#pragma once
#include "store/courier.h"
#include "store/store.h"
#include "ui/setting.h"
#include <stdbool.h>
#include <stdint.h>

enum watch_state {
    WATCH_NOT_ENROLLED,
    WATCH_BROKEN, // device.json or the configuration in it is not as it must be
    WATCH_GOOD
};

struct watch;

struct watch_params {
    const char *directory;
    // Whether the screen can show it, beyond that it is well formed. `proven`:
    // it did already. False with the reason.
    bool (*judge)(void *ctx, const struct setting *setting, bool proven,
                  struct buf *why);
    void *ctx;
    int trial_ms; // 0: half a minute
};

// Looks for the first time. NULL when memory ran out.
struct watch *watch_open(const struct watch_params *params, int64_t now);
// In order: a trial that is on does not count.
void watch_close(struct watch *watch);

// Looks again when it is time. True when the settings or the state changed.
bool watch_look(struct watch *watch, int64_t now);
// The same during a visit, whose settings stay: for the invitations.
void watch_look_aside(struct watch *watch, int64_t now);
int64_t watch_deadline(const struct watch *watch);
// Ends a trial whose time is over. True when it did.
bool watch_end_trial(struct watch *watch, int64_t now);
// Which configuration is shown and which one refused, as STORE_SETTING_CONFIG
// wants it.
void watch_describe(const struct watch *watch, char out[STORE_SETTING_SIZE]);
// The server takes no more from this device.
bool watch_is_revoked(const struct watch *watch);

enum watch_state watch_state(const struct watch *watch);
// Defaults until the state is WATCH_GOOD. Borrowed, valid until the next look.
const struct setting *watch_setting(const struct watch *watch);
const char *watch_device(const struct watch *watch);
// What comments are sealed for; NULL while the device has no such key.
const unsigned char *watch_box_key(const struct watch *watch);
// What tokens are signed with.
const unsigned char *watch_server_key(const struct watch *watch);

// Empty until the courier has told them; false until then. Borrowed, valid
// until the next look.
bool watch_invitations(const struct watch *watch,
                       const struct courier_invitations **out);
// False when the server was not heard of for as long as the settings say. The
// start counts as a contact: the courier is given that time.
bool watch_has_contact(const struct watch *watch, int64_t now);
// The server's wall time: told in this boot, and counted on from there; else
// the machine's when it is disciplined; else 0.
int64_t watch_server_ms(const struct watch *watch, int64_t now);
