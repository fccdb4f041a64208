// The people who sign in at the server: who they are and what they may do.
// Rows are never deleted; who leaves is disabled. Every change stands in the
// audit trail.
#pragma once
#include "ledger/password.h"
#include "ledger/record.h"
#include "office/devices.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

enum office_person_role {
    PERSON_ADMIN,   // IT staff: devices, keys, people
    PERSON_OFFICE,  // the Office, which reads the reports
    PERSON_LEADER,  // reads the reports too, without what could name a citizen
    PERSON_OFFICER, // sits at a counter
    PERSON_ROLE_COUNT
};
const char *person_role_name(enum office_person_role role); // "admin", …
bool person_role_parse(const char *name, enum office_person_role *out_role);

enum { PERSON_NAME_SIZE = 32 };

struct office_person {
    int64_t no;
    char name[PERSON_NAME_SIZE];    // what is typed to sign in
    char display[OFFICE_NAME_SIZE]; // what others see
    enum office_person_role role;
    char officer[RECORD_CODE_SIZE]; // of an officer, "cb-07"; else ""
    int64_t added_at;
    int64_t disabled_at; // 0: may sign in
    bool password_due;   // somebody else chose it: a new one comes first
};

// "user binh": who did it, for the audit trail.
enum { PERSON_WHO_SIZE = PERSON_NAME_SIZE + 5 };
void person_who(const struct office_person *person, char out[PERSON_WHO_SIZE]);

// A sign-in name as it is kept: small letters a to z, digits, and . _ - behind
// the first, at most PERSON_NAME_SIZE - 1. Capital letters are made small, and
// blanks around are dropped. False for what is none.
bool person_name_read(const char *typed, char out[PERSON_NAME_SIZE]);

struct office_new_person {
    const char *name; // as person_name_read() makes it
    const char *display;
    enum office_person_role role;
    const char *officer; // "" unless the role is officer
    const char *hash;    // of the password
    bool password_due;
};
// Whether it can be added, but for the hash: a fault is named in English.
bool office_new_person_fits(const struct office_new_person *person,
                            const char **out_why);

enum office_addition { PERSON_ADDED, PERSON_THERE, PERSON_NOT_ADDED };

// Writer only, all of these; `who` did it. PERSON_THERE: the name, or an
// officer's code, is another's.
enum office_addition office_add_person(struct office *office,
                                       const struct office_new_person *person,
                                       const char *who, int64_t now);
// OFFICE_NONE when there is no such person. Sessions end at once. Again:
// OFFICE_OK, nothing changes.
enum office_result office_disable_person(struct office *office,
                                         const char *name, const char *who,
                                         int64_t now);
// OFFICE_NONE likewise. `out_is_taken`: nothing was done, for the officer's
// code is another's by now.
enum office_result office_enable_person(struct office *office, const char *name,
                                        const char *who, int64_t now,
                                        bool *out_is_taken);
// OFFICE_NONE likewise. Sessions end at once, and a lock of the name too.
enum office_result office_set_password(struct office *office, const char *name,
                                       const char *hash, const char *who,
                                       int64_t now);

struct office_password {
    const char *name;
    const char *hash;
    bool is_due;
    const unsigned char *keep; // hash of the session that goes on; NULL: none
    const char *who;
    int64_t now;
};
// The same with more to say.
enum office_result
office_change_password(struct office *office,
                       const struct office_password *password);

// What others call a person, and what they may do.
struct office_person_change {
    const char *name; // whose; it stays
    const char *display;
    enum office_person_role role;
    const char *officer; // "" unless the role is officer
    const char *who;
    int64_t now;
};
enum office_change {
    PERSON_CHANGED,
    PERSON_MISSING,    // there is none
    PERSON_TAKEN,      // the officer's code is another's
    PERSON_LAST_ADMIN, // nobody else may sign in as admin
    PERSON_NOT_CHANGED // the database; logged
};
// Writer only. Check it first with office_new_person_fits(). With another role
// or code the person's sessions end at once.
enum office_change
office_change_person(struct office *office,
                     const struct office_person_change *change);
// Whether this is the only one who may sign in as admin.
enum office_result office_is_last_admin(struct office *office, const char *name,
                                        bool *out_is_last);

// OFFICE_NONE when there is none; a disabled one is found. `out_hash` may be
// NULL.
enum office_result office_find_person(struct office *office, const char *name,
                                      struct office_person *out,
                                      char out_hash[PASSWORD_HASH_SIZE]);
// In the order in which they were added. The row lives during the call; false
// ends the list.
typedef bool office_person_row(void *ctx, const struct office_person *person);
enum office_result office_list_people(struct office *office,
                                      office_person_row *row, void *ctx);
