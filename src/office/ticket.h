// What a visit is called outside: sixteen hexadecimal digits that tell nothing
// of it, and lead back to it for whoever has the key. Its place, the number of
// its device, its generation and its line, is mixed by a keyed permutation (a
// Feistel network over SipHash), so that nothing has to be kept to find it
// again. Pure.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    TICKET_KEY_BYTES = 16,
    TICKET_ID_SIZE = 17,
    // Places up to these lead back; the others have a name as well.
    TICKET_DEVICE_MOST = (1 << 14) - 1,
    TICKET_GEN_MOST = (1 << 12) - 1
};
#define TICKET_SEQ_MOST ((INT64_C(1) << 36) - 1)

struct ticket_place {
    int64_t device_no, gen, seq;
};

// Never negative; the same for the same place, and another one for any other.
int64_t ticket_make(const unsigned char key[TICKET_KEY_BYTES],
                    const struct ticket_place *place);
// False for the ticket of a place that does not lead back.
bool ticket_find(const unsigned char key[TICKET_KEY_BYTES], int64_t ticket,
                 struct ticket_place *out);

void ticket_write(int64_t ticket, char out[TICKET_ID_SIZE]);
// False for what ticket_write() does not write.
bool ticket_read(const char *text, int64_t *out_ticket);
