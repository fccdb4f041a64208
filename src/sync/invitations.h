// What the server says to GET devices/me/invitations: the counter's open ones,
// all of them, in order. Pure.
//
//   {"invitations":[{"id","transaction","procedure","field","step","officer",
//                    "made_at","expires_at"}],
//    "server_time":"2026-11-23T09:15:02.120+07:00"}
//
// Texts that are null or missing were not told; keys that are not known here
// are left alone.
#pragma once
#include "common/json.h"
#include "store/courier.h"
#include <stdbool.h>
#include <stddef.h>

// Fills in `list`, `count` and `server_ms`. False with a `reason`
// (JSON_MESSAGE_SIZE), `out` untouched: one that is not as it must be spoils
// the whole, for what a half-read list leaves out would be taken back.
bool invitations_read(const char *bytes, size_t size,
                      struct courier_invitations *out, char *reason);
