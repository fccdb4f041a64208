// A server of a test: the real one, in a process of its own and a folder of
// its own, on ports that the system picked; and devices that enrolled with it
// over HTTP. Each function fails the running test when it cannot do its work.
#pragma once
#include "support/http_talk.h"
#include "support/ledger_maker.h"
#include "support/scratch_database.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct made_server {
    char folder[128];
    char base[48]; // before each path: "/w/H24.12" of a ward in a city
    bool is_city;
    char database[SCRATCH_URL_SIZE]; // a path, or an address of PostgreSQL
    bool is_guest;                   // another one made the database
    pid_t pid;                       // 0: it does not run
    uint16_t port, admin_port;
    char admin_token[65];
};

// Options as on the command line, ended by NULL; the folder, the port and a
// name of the unit ("Bình Minh", code "H24.12") are given already.
void made_server_start(struct made_server *made, const char *const *options);
// One more on the database of `first`, on PostgreSQL, with a copy of its keys.
void made_server_beside(struct made_server *made,
                        const struct made_server *first,
                        const char *const *options);
// One more of a city on PostgreSQL, with a copy of its keys and of those of
// these wards.
void made_city_beside(struct made_server *made, const struct made_server *first,
                      const char *const *codes, size_t count);
// One that somebody else runs, in this folder and on this port: it can be
// talked to, and nothing else.
void made_server_join(struct made_server *made, const char *folder,
                      uint16_t port);
// A server of a city with these changes in its registry (city/units.h), in a
// folder of its own; on PostgreSQL each ward in a schema of its own.
void made_registry_start(struct made_server *made, const char *const *changes,
                         size_t count, const char *const *options);
// One more change of it; the server looks by itself.
void made_registry_change(const struct made_server *city, const char *change);
// One of its wards, once its book is open; nothing of it needs to be closed.
void made_city_ward(const struct made_server *city, const char *code,
                    struct made_server *out);
// As a power cut takes it.
void made_server_kill(struct made_server *made);
// SIGTERM; it ends with exit code 0.
void made_server_stop(struct made_server *made);
// In the same folder, on other ports.
void made_server_restart(struct made_server *made, const char *const *options);
// Likewise, and comes back at once: it may wait for its database. Then whether
// it has ended, and with which code (-1: by a signal), and whether anything
// listens at its port yet.
void made_server_begin(struct made_server *made, const char *const *options);
bool made_server_has_ended(struct made_server *made, int *out_code);
bool made_server_listens(struct made_server *made);
// Starts one more in the same folder, which must refuse: its exit code.
int made_server_try(const struct made_server *made, const char *const *options);
// Stops it when it runs, and removes the folder; the database with the server
// that made it.
void made_server_close(struct made_server *made);

// One request on a connection of its own, below the server's base.
void made_server_ask(const struct made_server *made, const struct ask *asked,
                     struct answer *out);
// Ratings that its report counts, of all years.
int64_t made_server_rated(struct made_server *made);
// Through the admin listener: a POST with this JSON, or GET without.
void made_server_admin(struct made_server *made, const char *path,
                       const char *body, struct answer *out);
// A new API key of this role.
void made_server_key(struct made_server *made, const char *role,
                     char out_key[65]);
// A new device at this counter, and its code.
void made_server_code(struct made_server *made, const char *counter,
                      char out_code[16]);

// A person who may sign in with MADE_PASSWORD; `officer` is "" unless the role
// is officer.
#define MADE_PASSWORD "một mật khẩu dài"
void made_server_person(struct made_server *made, const char *name,
                        const char *role, const char *officer);
struct made_session {
    char cookie[80]; // "hailong=…"
    char csrf[65];
    char headers[256]; // both, for struct ask
};
// Signs a person in.
void made_server_sign_in(struct made_server *made, const char *name,
                         struct made_session *out);

struct made_device {
    struct ledger_maker ledger; // with the id that the server gave
    char token[65];
    unsigned char server_key[KEY_PUBLIC_BYTES];
};
// A device whose clock shows the real time, added and enrolled.
void made_device_enrol(struct made_device *device, struct made_server *made,
                       const char *counter);
void made_device_free(struct made_device *device);
// What the device is told: its configuration.
void made_device_config(const struct made_device *device, uint16_t port,
                        struct answer *out);

// The body of a batch of the lines from…to; `out_nonce` may be NULL. Its state
// says: 7 lines pending, all lines ever written were ratings, 3 MiB free.
void made_device_body(const struct made_device *device, int64_t from,
                      int64_t to, struct buf *out,
                      char out_nonce[PROOF_NONCE_SIZE]);
// Posts a body as the device; `headers` may be NULL.
void made_device_post(const struct made_device *device,
                      const struct made_server *made, const struct buf *body,
                      const char *headers, struct answer *out);
// Both. `expected_status` is checked.
void made_device_send(const struct made_device *device,
                      const struct made_server *made, int64_t from, int64_t to,
                      int expected_status, struct answer *out);
