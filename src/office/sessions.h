// Signing in: the sessions of people, of which only hashes are kept, and the
// count of failed tries, by sign-in name and by address. All of it survives a
// restart; all of it stands in the audit trail.
//
// A try goes three ways: office_sign_in_locked() on any handle, before the
// password is looked at; the password's check, which takes its time; and
// office_sign_in(), which counts the try and decides. The last decides alone,
// so many tries at once win nothing.
#pragma once
#include "ledger/digest.h"
#include "office/office.h"
#include "office/people.h"
#include <stdbool.h>
#include <stdint.h>

// Five wrong tries for one name, or twenty from one address, which may stand
// for a whole building, lock it: for five minutes at first, then for twice as
// long each time, up to an hour. Who signs in has all tries again; a day
// without a wrong one forgets what was before.
enum {
    SIGN_IN_TRIES = 5,
    SIGN_IN_ADDRESS_TRIES = 20,
    SIGN_IN_LOCK_MS = 5 * 60 * 1000,
    SIGN_IN_LOCK_MOST_MS = 60 * 60 * 1000,
    SIGN_IN_MEMORY_MS = 24 * 60 * 60 * 1000,
    SESSIONS_MOST = 10, // of one person: the oldest one ends
    SIGN_IN_ADDRESS_SIZE = 64
};

struct session_rules {
    int64_t idle_ms;  // without a request
    int64_t whole_ms; // from the sign-in on
};

// How long nobody may try with this name or from this address; 0: try.
enum office_result office_sign_in_locked(struct office *office,
                                         const char *name, const char *address,
                                         int64_t now, int64_t *out_wait_ms);

struct sign_in {
    const char *name;    // as typed, at most PERSON_NAME_SIZE - 1 bytes
    const char *address; // "" : one that is not counted
    const char *hash;    // the one that the password fits; NULL: none
    unsigned char token_hash[DIGEST_BYTES]; // of the session, if it comes to it
    struct session_rules rules;
    int64_t now;
};
enum sign_in_answer {
    SIGN_IN_DONE,
    SIGN_IN_WRONG,  // name or password; which, is nobody's business
    SIGN_IN_LOCKED, // for `out_wait_ms`
    SIGN_IN_FAILED  // the database; logged
};
// Writer only. SIGN_IN_DONE: the session is kept, and `out_person` has it.
enum sign_in_answer office_sign_in(struct office *office,
                                   const struct sign_in *sign_in,
                                   struct office_person *out_person,
                                   int64_t *out_wait_ms);

struct office_session {
    struct office_person person;
    int64_t made_at;
    int64_t used_at; // within SESSION_TOUCH_MS
};
// A session is known to have been used to within a minute: that often it is
// written down.
enum { SESSION_TOUCH_MS = 60 * 1000 };

// OFFICE_NONE: there is none, it has ended, or its person is disabled.
enum office_result office_find_session(
    struct office *office, const unsigned char token_hash[DIGEST_BYTES],
    const struct session_rules *rules, int64_t now, struct office_session *out);
// Writer only, both. It was used now.
enum office_result
office_touch_session(struct office *office,
                     const unsigned char token_hash[DIGEST_BYTES], int64_t now);
// Its person signed out. OFFICE_NONE: there is none.
enum office_result
office_end_session(struct office *office,
                   const unsigned char token_hash[DIGEST_BYTES],
                   const struct office_person *person, int64_t now);

// --- The sessions of one person
// -----------------------------------------------

// Those that go on, the last used first. `is_own`: of this token. The row lives
// during the call; false ends the list.
struct session_row {
    int64_t made_at, used_at;
    bool is_own;
};
typedef bool office_session_row(void *ctx, const struct session_row *row);
enum office_result
office_list_sessions(struct office *office, const struct office_person *person,
                     const unsigned char token_hash[DIGEST_BYTES],
                     const struct session_rules *rules, int64_t now,
                     office_session_row *row, void *ctx);
// Writer only. All of them end at once, for a device that is lost. OFFICE_NONE:
// there is no such person.
enum office_result office_end_sessions(struct office *office, const char *name,
                                       const char *who, int64_t now);

// Writer only. A person's own password: `asked` has the old one's hash where it
// fits, and is counted as a try to sign in. SIGN_IN_DONE: the new one holds,
// and no session but `keep` goes on.
enum sign_in_answer office_change_own_password(
    struct office *office, const struct sign_in *asked, const char *new_hash,
    const unsigned char keep[DIGEST_BYTES], int64_t *out_wait_ms);
