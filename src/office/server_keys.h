// Which keys a book is kept with: the public halves of the server's signing key
// and of its box key, a document of the book ("keys"). The first server notes
// them; a server with others is refused. Versions after the first are keys that
// took the place of lost ones, which stands in the audit trail with its reason.
// What was signed with an earlier key can still be told from what was not,
// since its public half stays here.
#pragma once
#include "ledger/box.h"
#include "ledger/key.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

// In base64.
struct server_keys {
    char server[KEY_PUBLIC_BASE64_SIZE];
    char box[BOX_KEY_BASE64_SIZE];
};

// OFFICE_NONE: nobody noted any. OFFICE_CORRUPT: the note is none.
enum office_result office_read_server_keys(struct office *office,
                                           int64_t *out_version,
                                           struct server_keys *out);

// The first note. Another server may have been first: then that one's stays,
// and it is OFFICE_OK too. Writer only.
enum office_result office_note_server_keys(struct office *office,
                                           const struct server_keys *keys,
                                           int64_t now);

struct server_keys_change {
    int64_t expected; // the version whose place they take; 0: none was noted
    struct server_keys keys;
    const char *who, *detail; // for the audit trail
    int64_t at;               // wall milliseconds
};
// All or nothing: the note, and what the trail says of it. OFFICE_NONE: another
// version is the newest, and nothing was done. Writer only.
enum office_result
office_replace_server_keys(struct office *office,
                           const struct server_keys_change *change);

struct server_keys_version {
    struct server_keys keys;
    int64_t version, at;
    // The first note took the place of keys that nobody had noted: which ones
    // those were is not known.
    bool is_after_unknown;
};
// The newest first; false ends it.
typedef bool server_keys_row(void *ctx,
                             const struct server_keys_version *version);
enum office_result office_list_server_keys(struct office *office,
                                           server_keys_row *row, void *ctx);

// The codes of the units that the book was ever kept for. Borrowed for the
// call; false ends it.
typedef bool office_unit_row(void *ctx, const char *unit);
enum office_result office_list_units(struct office *office,
                                     office_unit_row *row, void *ctx);
