// What opens a visit beside a touch: the counter's invitations, and the codes
// that a scanner reads off a citizen's paper. Pure.
#pragma once
#include "ledger/key.h"
#include "ledger/pseudonym.h"
#include "store/courier.h"
#include "survey/visit.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The first of the list, in its order, that has not been answered and has not
// expired; NULL: none. `now` is the server's time, 0: unknown, and then none is
// shown, for nobody could say whether it still holds.
typedef bool invited_answered(void *ctx, const char *invitation);
const struct courier_invitation *
invited_next(const struct courier_invitations *list, invited_answered *answered,
             void *ctx, int64_t now);
// The one of this id; NULL: it is not in the list.
const struct courier_invitation *
invited_find(const struct courier_invitations *list, const char *id);

// By what a code is judged, and how a transaction is kept.
struct invited_rules {
    const unsigned char *server_key; // of tokens
    const char *unit;
    const struct pseudonym_keys *privacy;
    int32_t day; // local, for the key
    int64_t now; // the server's time; 0: unknown, no token has expired then
};

// The business of an invitation. A transaction that may not be kept is left
// out.
void invited_business(const struct invited_rules *rules,
                      const struct courier_invitation *invitation,
                      struct visit_business *out);

enum invited_code {
    INVITED_TOKEN,   // one of the server's, for this ward
    INVITED_DOSSIER, // a dossier's code
    INVITED_UNUSUAL, // probably one: taken like one
    INVITED_EXPIRED, // a token that is none any more,
    INVITED_FORGED,  // that the server did not sign,
    INVITED_FOREIGN, // or of another ward
    INVITED_NOTHING  // no code that opens a visit
};
const char *invited_code_name(enum invited_code code);
// `out` is filled in for the first three.
enum invited_code invited_read_code(const struct invited_rules *rules,
                                    const char *code,
                                    struct visit_business *out);
