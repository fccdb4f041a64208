// Commands that write into a server's directory. While the server runs it is
// the only writer, so they go through it: over the loopback, with the token
// that it keeps in admin.json (0600) as long as it runs. When it is down they
// take its lock and write themselves.
//
//   struct admin admin;
//   if (admin_open(&place, &admin, console)) {
//       admin_add_key(&admin, …, console);
//       admin_close(&admin);
//   }
//
// Each function says on the console why it failed.
#pragma once
#include "common/ids.h"
#include "common/json.h"
#include "ledger/key.h"
#include "office/keys.h"
#include "office/office.h"
#include "office/people.h"
#include "office/retotal.h"
#include "office/secret.h"
#include "operator/command.h"
#include <stdbool.h>
#include <stdint.h>

struct admin {
    int lock;                      // held while the server is down, else -1
    struct office *office;         // the writer while the server is down
    struct key key;                // the server's, then too; zeros: there is
                                   // none
    char url[128];                 // of the running server
    char token[SECRET_TOKEN_SIZE]; // for it
};

struct server_place;
bool admin_open(const struct server_place *place, struct admin *out,
                struct console *console);
void admin_close(struct admin *admin);

// What new machines are told of the server; store/voucher.h.
struct admin_handout {
    const char *server; // "https://host[:port]"; NULL: as the server knows
    const char *pin;    // "sha256//BASE64"; NULL: as the server knows
    int64_t valid_h;    // of the codes; 0: as usual
};
enum { ADMIN_VOUCHER_SIZE = 512 };

struct admin_new_device {
    const char *counter;
    const char *name;  // NULL: none
    const char *field; // NULL: all
    const char *point; // NULL: not said
    const char *unit;  // NULL: the unit of the devices that are there. Only
                       // asked while the server is down: it knows its unit
    struct admin_handout handout;
};
struct admin_added_device {
    char id[ID_SIZE];
    char code[SECRET_CODE_SIZE];
    char voucher[ADMIN_VOUCHER_SIZE]; // "": the server's address is not known
    int64_t expires_at;               // wall milliseconds
};
bool admin_add_device(struct admin *admin,
                      const struct admin_new_device *device,
                      struct admin_added_device *out, struct console *console);
// As office_replace_device().
bool admin_replace_device(struct admin *admin, const char *id,
                          struct admin_added_device *out,
                          struct console *console);
// As office_renew_device(); `out` has the device's own id.
bool admin_renew_device(struct admin *admin, const char *id,
                        struct admin_added_device *out,
                        struct console *console);
// Many, from a table (office/device_sheet.h), through the running server alone.
// `out_answer` is its answer and the caller's: expires_at, staff_pin, file,
// devices, sheets (a PDF in base64, when they are wanted).
bool admin_add_devices(struct admin *admin, const char *csv,
                       const struct admin_handout *handout, bool wants_sheets,
                       json_t **out_answer, struct console *console);
bool admin_revoke_device(struct admin *admin, const char *id,
                         struct console *console);

bool admin_add_key(struct admin *admin, enum office_role role, const char *name,
                   int64_t *out_id, char out_key[SECRET_TOKEN_SIZE],
                   struct console *console);
bool admin_revoke_key(struct admin *admin, int64_t id, struct console *console);

bool admin_add_person(struct admin *admin,
                      const struct office_new_person *person,
                      struct console *console);
bool admin_disable_person(struct admin *admin, const char *name,
                          struct console *console);
bool admin_enable_person(struct admin *admin, const char *name,
                         struct console *console);
bool admin_set_password(struct admin *admin, const char *name, const char *hash,
                        struct console *console);

// Counts the totals of these days again (admin_retotal.c); it may take minutes.
bool admin_retotal(struct admin *admin, int32_t from_day, int32_t to_day,
                   struct retotal_facts *out, struct console *console);

// Signs what is held now and appends the text (office/checkpoint.h).
bool admin_add_checkpoint(struct admin *admin, struct buf *out_text,
                          struct console *console);

// A batch as a device signed it. True when it was taken: `out_answer` is the
// server's answer and the caller's. `bytes` end with a NUL.
bool admin_take_batch(struct admin *admin, const char *bytes, size_t size,
                      json_t **out_answer, struct console *console);
