// Who this server is: its directory, the lock that makes it the only one
// there, its signing key and its box key. Devices believe nobody else, so a
// directory whose devices know a key that is gone is refused rather than given
// a new one.
#pragma once
#include "ledger/box.h"
#include "ledger/key.h"
#include <limits.h>
#include <stdbool.h>

struct identity {
    char directory[PATH_MAX];
    char database[PATH_MAX]; // office.db in it, or an address of PostgreSQL
    int lock;                // descriptor of server.lock, -1: none
    struct key key;
    char key_base64[KEY_PUBLIC_BASE64_SIZE];
    struct box_key box;
    char box_base64[BOX_KEY_BASE64_SIZE];
};

// Makes the directory when it is missing and takes the lock. `database` NULL: a
// file in it. False with the cause in the log.
bool identity_open(struct identity *out, const char *directory,
                   const char *database);
// Reads server.key and box.key (0600), or makes them; not when they `are_made`
// and somebody knows them.
bool identity_load_keys(struct identity *identity, bool are_made);
// Wipes the keys and gives up the lock.
void identity_close(struct identity *identity);
