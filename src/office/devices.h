// The devices of the unit. A device is added with its counter and gets a
// one-time code; it enrols with the code and its public key; it is known by its
// token from then on, until it is revoked. Rows are never deleted: lines belong
// to them.
#pragma once
#include "common/ids.h"
#include "ledger/digest.h"
#include "ledger/key.h"
#include "ledger/record.h"
#include "office/office.h"
#include "office/secret.h"
#include <stdbool.h>
#include <stdint.h>

enum { OFFICE_NAME_SIZE = 128, OFFICE_VERSION_SIZE = 32 };

enum office_device_state {
    OFFICE_DEVICE_WAITING, // added, its code not used yet
    OFFICE_DEVICE_ACTIVE,
    OFFICE_DEVICE_REVOKED
};
const char *office_device_state_name(enum office_device_state state);

enum office_device_kind {
    OFFICE_DEVICE_KIND_COUNTER,
    OFFICE_DEVICE_KIND_PHONE // the server's own: see phone.h
};
const char *office_device_kind_name(enum office_device_kind kind);

// Times are wall milliseconds, 0: never. -1: the device did not say.
struct office_device {
    char id[ID_SIZE];
    char name[OFFICE_NAME_SIZE]; // "" when none was given
    char unit[RECORD_CODE_SIZE];
    char counter[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE]; // "" : the counter serves all fields
    char point[RECORD_CODE_SIZE]; // where the counter is; "" : not said
    enum office_device_kind kind;
    enum office_device_state state;
    unsigned char public_key[KEY_PUBLIC_BYTES]; // zeros until enrolled
    int64_t added_at, enrolled_at, revoked_at;
    int64_t config_version; // 0: never configured

    // from the last contact
    int64_t last_seen_at;
    char version[OFFICE_VERSION_SIZE]; // of its program
    int64_t pending;                   // lines that wait on the device
    int64_t lifetime_lines;            // ever written, all generations
    int64_t lifetime_ratings;
    int64_t disk_free;       // bytes
    int64_t clock_offset_ms; // device clock minus server clock
    bool has_clock_offset;

    // its newest generation; all 0 before the first contact
    int64_t gen;
    int64_t received_to; // last line held without a hole
    int64_t reported_to; // last line that the device said exists

    int64_t flag_count; // forks, conflicts: see office_list_flags()
};

struct office_new_device {
    const char *unit;
    const char *counter;
    const char *name;  // NULL: none
    const char *field; // NULL: all
    const char *point; // NULL: not said
    const char *who;   // for the audit trail; NULL: who runs the commands
    int64_t valid_ms;  // of the code; 0: SECRET_CODE_VALID_MS
};

// Registers a device. `out_code` is shown once and kept only as a hash; it
// works once, until `out_expires_at`. Names and codes that do not fit their
// fields, or an empty counter, are refused with OFFICE_ERROR: check them first
// with office_new_device_fits(), which names the fault in English.
enum office_result office_add_device(struct office *office,
                                     const struct office_new_device *device,
                                     int64_t now, char out_id[ID_SIZE],
                                     char out_code[SECRET_CODE_SIZE],
                                     int64_t *out_expires_at);
bool office_new_device_fits(const struct office_new_device *device,
                            const char **out_why);

// Many at once, all or none.
enum { OFFICE_NEW_DEVICES_MAX = 200 };
struct office_added_device {
    char id[ID_SIZE], code[SECRET_CODE_SIZE];
    int64_t expires_at;
};
enum office_result office_add_devices(struct office *office,
                                      const struct office_new_device *devices,
                                      size_t count, int64_t now,
                                      struct office_added_device *out);
// The first of them whose counter has a device that works already, its index in
// `out`. OFFICE_NONE: there is none.
enum office_result
office_find_taken_counter(struct office *office,
                          const struct office_new_device *devices, size_t count,
                          size_t *out);

enum office_enrolment {
    OFFICE_ENROLLED,
    OFFICE_CODE_UNKNOWN,
    OFFICE_CODE_EXPIRED,
    OFFICE_CODE_USED,   // also when the device was revoked before it enrolled
    OFFICE_ENROL_FAILED // the database failed; logged
};

struct office_enrol_request {
    const char *code; // as typed
    unsigned char public_key[KEY_PUBLIC_BYTES];
    unsigned char token_hash[DIGEST_BYTES];
    const char *version; // of the device's program, may be NULL
    // The device that it is already, and stays; NULL: any that the code is for.
    const char *device;
};

// All or nothing; of two requests with one code one gets the device. The same
// device, known by its public key, may ask again until it has sent something:
// it gets a new token, in case the answer of before was lost.
enum office_enrolment office_enrol(struct office *office,
                                   const struct office_enrol_request *request,
                                   int64_t now,
                                   struct office_device *out_device);

// OFFICE_NONE when there is none. A revoked device is found: look at `state`.
enum office_result
office_find_device_by_token(struct office *office,
                            const unsigned char token_hash[DIGEST_BYTES],
                            struct office_device *out_device);
enum office_result office_find_device(struct office *office, const char *id,
                                      struct office_device *out_device);

// In order of counter, then of adding. The row lives during the call; false
// ends the list.
typedef bool office_device_row(void *ctx, const struct office_device *device);
enum office_result office_list_devices(struct office *office,
                                       office_device_row *row, void *ctx);

// Its token stops working, its unused code too. What it sent stays. Again:
// OFFICE_OK, nothing changes.
enum office_result office_revoke_device(struct office *office, const char *id,
                                        const char *who, int64_t now);

// A new device in the place of one that is broken, lost or old: the same
// counter, field, point and name, with a code as office_add_device() makes it.
// The old one is revoked when the new one enrols, and what it sent stays its
// own. Asked once more, the code of before ends. OFFICE_NONE: there is no such
// device of a counter.
enum office_result office_replace_device(struct office *office, const char *id,
                                         const char *who, int64_t now,
                                         char out_id[ID_SIZE],
                                         char out_code[SECRET_CODE_SIZE],
                                         int64_t *out_expires_at);

// A code with which a device in force enrols once more as itself, with the key
// that it has: to be told a new token and the server's keys of now, which a
// person does where they were replaced. Codes of before end. OFFICE_NONE: there
// is no such device of a counter in force.
enum office_result office_renew_device(struct office *office, const char *id,
                                       const char *who, int64_t now,
                                       char out_code[SECRET_CODE_SIZE],
                                       int64_t *out_expires_at);

// It stands elsewhere now, or is called otherwise; what it sent stays as it
// was. All as in office_new_device_fits(). Call office_configure_device()
// after it. OFFICE_NONE: there is no such device.
struct office_device_change {
    const char *id;
    const char *name, *counter, *field; // "" : no name, all fields
    const char *point;                  // "" : not said
    const char *who;
    int64_t now;
};
enum office_result
office_change_device(struct office *office,
                     const struct office_device_change *change);

// What a device said of itself when it was heard of last, beside what is known
// of it here. Texts are borrowed for the call.
struct office_device_state_row {
    struct office_device device;
    const char *state;     // the JSON object of its last batch; "": none
    bool has_quality;      // it has sent lines in its newest generation
    int clock_quality;     // of the newest, enum time_quality
    int64_t missing;       // lines that it told of and that have not come
    int64_t lost;          // lines that it gave up
    int64_t configured_at; // when its newest configuration was made; 0: never
    int64_t twins;         // others in use at its counter
    const char *replaces;  // the device whose place it takes; "": none
};
typedef bool office_device_states(void *ctx,
                                  const struct office_device_state_row *row);
enum office_result office_list_device_states(struct office *office,
                                             office_device_states *row,
                                             void *ctx);

// What made a device suspicious; a flag is never taken away silently.
struct office_flag {
    char device[ID_SIZE];
    int64_t gen, seq;
    const char *kind; // "fork", "conflict"
    const char *detail;
    int64_t at;
};
typedef bool office_flag_row(void *ctx, const struct office_flag *flag);
// Of all devices when `device` is NULL; oldest first.
enum office_result office_list_flags(struct office *office, const char *device,
                                     office_flag_row *row, void *ctx);
