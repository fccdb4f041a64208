// The phone channel as the office sees it: a device of its own kind that stands
// at no counter and lives in the server's directory. Its lines come as those of
// any device, but nobody enrols it, it has no token, and no configuration; it
// is none of the devices whose silence makes data incomplete.
#pragma once
#include "ledger/key.h"
#include "office/devices.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

enum office_phone {
    OFFICE_PHONE_KNOWN,   // it is there, or was added
    OFFICE_PHONE_REVOKED, // somebody took its right to send
    OFFICE_PHONE_FOREIGN, // the device of this id has another key
    OFFICE_PHONE_BUSY,    // the database is away or locked: try again
    OFFICE_PHONE_FAILED   // the database; logged
};

// Makes the device known, at the server's start: also to a database of before
// it, as a backup may be. Other phone channels that are in force, whose
// directory is gone, are revoked; their lines stay. On PostgreSQL they may be
// those of other servers, and stay in force. Writer only.
enum office_phone office_register_phone(
    struct office *office, const char *id, const char *unit, const char *name,
    const unsigned char public_key[KEY_PUBLIC_BYTES], int64_t now);

// The channel lives, though it has no line yet of which a batch could tell.
// Writer only.
enum office_result office_hear_phone(struct office *office, const char *id,
                                     int64_t now);

// How far the chain of a device is held without a hole: 0 when nothing is.
enum office_result office_chain_held(struct office *office, const char *device,
                                     int64_t gen, int64_t *out_to);
// The highest generation that is held of it; 0: none.
enum office_result office_chain_newest(struct office *office,
                                       const char *device, int64_t *out_gen);

// Whether a visit of this id came over a phone channel, this one or an earlier
// one, or a rating of this transaction and step counts, whoever sent it.
enum office_result office_is_answered(struct office *office, const char *id,
                                      const char *transaction, const char *step,
                                      bool *out_answered);
