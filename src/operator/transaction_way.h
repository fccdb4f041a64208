// The way of completed transactions into a server: over the network with a key
// of the role feed; or into its directory, through the server when it runs, and
// by its lock when it is down.
#pragma once
#include "common/config.h"
#include "office/transaction_body.h"
#include "operator/admin_client.h"
#include "operator/remote.h"
#include <stdbool.h>
#include <stddef.h>

struct transaction_way {
    bool is_local; // by `admin`; else by `remote`
    struct admin admin;
    struct remote remote;
    char server[REMOTE_SERVER_SIZE], pin[REMOTE_PIN_SIZE];
    struct buf key;
};

// By --data, or --server and --key-file with --ca, --pin and --plain-http.
// Which of them are given: false, and said, when they do not fit together.
bool transactions_may_open(const struct config *config,
                           struct console *console);
// False, and said.
bool transactions_open(const struct config *config, struct transaction_way *out,
                       struct console *console);
void transactions_close(struct transaction_way *way);

// At most TRANSACTIONS_MAX: gives each its status, and a reason (the caller
// frees it) to those that the server found invalid. False, and said, when it
// cannot be known what became of them.
bool transactions_send(struct transaction_way *way,
                       struct transaction_entry *entries, char **reasons,
                       size_t count, struct console *console);
