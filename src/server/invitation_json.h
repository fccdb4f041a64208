// Invitations as JSON: a list for a device, a list for those who look on, one
// alone. The level is in none of them.
#pragma once
#include "common/json.h"
#include "office/invitations.h"
#include <stdint.h>

// Each function that makes JSON gives NULL when memory ran out.

// What a device is told of one that it may open.
json_t *invitation_for_device(const struct invitation *invitation);
// What people and the feeding software are told. A dossier's code only where
// it is kept as it is; its token says nothing to anybody.
json_t *invitation_for_watcher(const struct invitation *invitation);
// {"id","counter","state","made_at","state_at","expires_at","reason"}
json_t *invitation_status(const struct invitation *invitation);

// The earliest of several times: 0 is none.
void earliest(int64_t at, int64_t *earliest_at);
