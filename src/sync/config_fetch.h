// The device configuration: asked for with the tag of what is held, believed
// only with the server's signature over its exact bytes, and kept in
// courier.db for the kiosk. The last good one stays until a better one comes;
// one that the screen has shown (`shown` is its version) is kept beside a newer
// one, which the screen may not be able to show.
#pragma once
#include "store/courier.h"
#include "store/device.h"
#include "sync/policy.h"
#include "sync/transport.h"

enum sync_outcome config_fetch(struct transport *transport,
                               const struct device *device,
                               struct courier *courier, int64_t shown);
