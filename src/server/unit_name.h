// What a unit is called while its server runs, and its pages with it. Another
// name may come at any moment (wards.h); what was read before it stays good to
// the end. Any thread reads; one at a time changes.
#pragma once
#include "i18n/i18n.h"
#include <stdbool.h>

struct page_unit; // server/pages.h
struct unit_name;

// Borrows `texts` and `base`, which stands before each path of the unit
// (settings.h). NULL when memory ran out; logged.
struct unit_name *unit_name_open(const struct i18n *texts, const char *name,
                                 const char *base);
void unit_name_close(struct unit_name *name); // accepts NULL

const char *unit_name_now(const struct unit_name *name);
const struct page_unit *unit_name_page(const struct unit_name *name);

// False when memory ran out; logged, and nothing has changed.
bool unit_name_change(struct unit_name *name, const char *text);
