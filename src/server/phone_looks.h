// What the phone channel's pages look like now: the server's options and, over
// them, what the Office has set for the whole unit (office/device_settings.h).
// What is set apart for a point or a counter is for the screens that stand
// there. A change holds for every page that is asked for after it; who answers
// one goes on with what it was. Any thread.
#pragma once
#include "server/phone_page.h"

struct phone_looks;

// Borrows both. Until the first change the pages have no question. NULL on no
// memory; logged.
struct phone_looks *phone_looks_open(const struct i18n *texts,
                                     const struct office_defaults *base);
// Nobody has a look any more.
void phone_looks_close(struct phone_looks *looks);

// `unit_name` must outlive it. `apart`: the document "devices", NULL for none;
// it is kept. False, logged, when the pages cannot be so; they stay as they
// are.
bool phone_looks_change(struct phone_looks *looks, const char *unit_name,
                        json_t *apart);

// The look that holds now, to be given back.
const struct phone_look *phone_looks_take(struct phone_looks *looks);
void phone_looks_give(struct phone_looks *looks, const struct phone_look *look);
