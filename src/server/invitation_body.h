// The bodies of POST invitations and POST tokens, and the other small ones
// about invitations, checked field by field. Each reader returns false with a
// `reason` (JSON_MESSAGE_SIZE bytes) that names the field and says what to do.
// Keys that are not known are passed over. Texts come out in NFC, without
// blanks around them and without control characters. Pure.
#pragma once
#include "common/json.h"
#include "office/invitations.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    TOKEN_EXPIRES_S = 30 * 86400, // when nothing else is said
    TOKEN_EXPIRES_LEAST_S = 60,
    TOKEN_EXPIRES_MOST_S = 90 * 86400
};

// {"counter","transaction","procedure","field","step","officer","queued_at",
//  "called_at","done_at","result","expires_in"}; only the counter must be
// there. Fills in these, made_at (now) and expires_at.
bool invitation_body_read(const json_t *object, int64_t now,
                          struct invitation *out, char *reason);
// {"transaction","procedure","field","step","expires_in"}: a transaction must
// be there. Fills in these, made_at (now) and expires_at.
bool token_body_read(const json_t *object, int64_t now, struct invitation *out,
                     char *reason);
// The reason of a withdrawal; NULL: it is missing.
bool withdrawal_reason_read(const char *text, char out[INVITATION_REASON_SIZE],
                            char *reason);
// {"action":"take"|"leave","officer"}; the officer may be missing ("").
bool seat_body_read(const json_t *object, bool *out_takes,
                    char out_officer[RECORD_CODE_SIZE], char *reason);
