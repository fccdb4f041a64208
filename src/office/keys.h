// API keys: who may read reports or feed transactions. Only the hash is kept.
// Every change stands in the audit trail, with who did it.
#pragma once
#include "ledger/digest.h"
#include "office/devices.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

enum office_role {
    OFFICE_ROLE_OFFICE,
    OFFICE_ROLE_LEADER,
    OFFICE_ROLE_FEED,
    OFFICE_ROLE_COUNT
};
const char *office_role_name(enum office_role role); // "office", …
bool office_role_parse(const char *name, enum office_role *out_role);

struct office_key {
    int64_t id;
    enum office_role role;
    char name[OFFICE_NAME_SIZE];
    int64_t added_at;
    int64_t revoked_at; // 0: in force
};

// `name` must fit and not be empty, else OFFICE_ERROR.
enum office_result office_add_key(struct office *office, enum office_role role,
                                  const char *name,
                                  const unsigned char hash[DIGEST_BYTES],
                                  const char *who, int64_t now,
                                  int64_t *out_id);
// Only keys in force; OFFICE_NONE otherwise.
enum office_result office_find_key(struct office *office,
                                   const unsigned char hash[DIGEST_BYTES],
                                   struct office_key *out_key);
typedef bool office_key_row(void *ctx, const struct office_key *key);
// All, oldest first.
enum office_result office_list_keys(struct office *office, office_key_row *row,
                                    void *ctx);
// OFFICE_NONE when there is no such key. Again: OFFICE_OK, nothing changes.
enum office_result office_revoke_key(struct office *office, int64_t id,
                                     const char *who, int64_t now);
