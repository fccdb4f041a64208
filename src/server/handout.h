// What goes to a new machine: the voucher that it enrols with
// (store/voucher.h), as text, as a QR code, in the file of a stick and on a
// sheet of paper.
#pragma once
#include "common/json.h"
#include "office/devices.h"
#include "store/voucher.h"
#include <stdbool.h>

struct request;

struct handout {
    char server[DEVICE_TEXT_SIZE]; // as machines reach it; "": not known
    char pin[VOUCHER_PIN_SIZE];    // of its key; "": they need none
    int64_t valid_ms;              // of the codes; 0: as usual
};

// From the body's "server", "pin" and "valid_h", else from the server's public
// address, else from the address that the browser used. False: the reply is set
// (422).
bool handout_read(struct request *request, const json_t *object,
                  struct handout *out);
// Appends the text for a code. False when the address is not known, or none
// that a voucher can carry: then the code has to be typed.
bool handout_write(const struct handout *handout, const char *code,
                   struct buf *out);
