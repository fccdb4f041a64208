// hailong device add with a table, for a stick, or with sheets: everything that
// the running server makes of new devices, written where it is wanted.
#pragma once
#include "operator/admin_client.h"

struct device_batch {
    const char *csv; // a file; NULL: `one`
    const struct admin_new_device *one;
    const char *file;   // for a stick; NULL: none
    const char *sheets; // a PDF; NULL: none
    struct admin_handout handout;
    bool as_json;
};
// An exit code of the commands.
int device_batch_run(struct admin *admin, const struct device_batch *batch,
                     struct console *console);
