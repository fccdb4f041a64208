// The sheets that go with new machines to their counters: for each device its
// counter, the QR code that a scanner reads at the machine, the same to type,
// and what to do in four steps. Two on an A4 page, to be cut apart.
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct enrol_sheet {
    const char *counter, *name, *field, *point; // the last three may be ""
    const char *code;                           // "XXXXX-XXXXX"
    const char *voucher; // the text of the QR code (store/voucher.h)
};

struct enrol_sheets {
    const char *unit;   // "Bình Minh"; "": not known
    const char *server; // "https://host[:port]"
    bool has_pin;       // the server's key is in the QR code, and must be
    int64_t made_ms, expires_ms;
    const struct enrol_sheet *list;
    size_t count;
};

// Appends the PDF. False with a `message` when it cannot be made.
bool enrol_sheets_write(const struct enrol_sheets *sheets,
                        const struct i18n *texts, struct buf *out,
                        struct buf *message);
