// A device's directory and identity: where its files lie, and what enrolment
// left in device.json and device.key. Any program of the device may read it;
// enrolment writes it, and `hailong pin` changes the PIN in it.
#pragma once
#include "common/ids.h"
#include "common/json.h"
#include "ledger/box.h"
#include "ledger/key.h"
#include "ledger/proof.h"
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum device_result {
    DEVICE_OK,
    DEVICE_NOT_ENROLLED, // no device.json
    DEVICE_BROKEN        // a file is damaged or unreadable; logged
};

enum {
    DEVICE_TOKEN_SIZE = 129,
    DEVICE_TEXT_SIZE = 256,
    DEVICE_FORMER_KEYS = 8
};

struct device {
    char id[ID_SIZE];
    char name[DEVICE_TEXT_SIZE];
    char counter[DEVICE_TEXT_SIZE];
    char server[DEVICE_TEXT_SIZE]; // "https://host:port", no slash at the end
    char token[DEVICE_TOKEN_SIZE];
    unsigned char server_key[KEY_PUBLIC_BYTES];
    // Those whose place it took, the newest first: they believe what was
    // received before and is kept here, and nothing that comes.
    unsigned char former_keys[DEVICE_FORMER_KEYS][KEY_PUBLIC_BYTES];
    size_t former_count;
    unsigned char box_key[BOX_KEY_BYTES];
    char ca[DEVICE_TEXT_SIZE];  // a file of certificates; "" for the system's
    char pin[DEVICE_TEXT_SIZE]; // "sha256//…"; "" for none
    char staff_pin[DEVICE_TEXT_SIZE]; // hash of the staff's PIN
                                      // (ledger/pin.h); "": none is set
    json_t *config;                   // as enrolment gave it; owned
    int64_t config_version;
};

// Reads device.json of a device's directory. On DEVICE_OK the caller owns
// `out` and gives it back with device_release().
enum device_result device_load(const char *directory, struct device *out);
void device_release(struct device *device);
// Another server key from now on; the one of before becomes a former one. The
// same key changes nothing; a device that trusted none (zeros) has no former
// one. Of more than fit the oldest is forgotten.
void device_trust(struct device *device,
                  const unsigned char server_key[KEY_PUBLIC_BYTES]);
// Whether a receipt that is kept here was signed by this device's server, with
// its key or a former one.
bool device_believes_kept(const struct device *device,
                          const struct proof_receipt *receipt);
// Writes device.json (0600) so that a power cut leaves the old or the new.
// False with errno.
bool device_save(const char *directory, const struct device *device);

// The device's own signing key, device.key. False with errno; a missing one is
// ENOENT.
bool device_load_key(const char *directory, struct key *out);
bool device_save_key(const char *directory, const struct key *key);

// "DIR/kiosk.db" and so on. The names are fixed: operators and other tools
// rely on them.
#define DEVICE_FILE_JSON "device.json"
#define DEVICE_FILE_KEY "device.key"
#define DEVICE_FILE_KIOSK "kiosk.db"
#define DEVICE_FILE_COURIER "courier.db"
#define DEVICE_FILE_RING "kiosk.ring"
#define DEVICE_FILE_RESERVE "reserve"
#define DEVICE_LOCK_KIOSK "kiosk.lock"
#define DEVICE_LOCK_COURIER "courier.lock"
