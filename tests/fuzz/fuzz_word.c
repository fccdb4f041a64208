// Short texts that are typed, kept in a row or stand in a field: ids, hex,
// base64, the state of the PIN's tries, addresses. What is taken has one
// spelling, or becomes it.
#include "common/ids.h"
#include "fuzz/fuzz.h"
#include "ledger/digest.h"
#include "ledger/key.h"
#include "ledger/pin.h"
#include "server/settings.h"
#include "sync/enrolment.h"
#include <string.h>

static void read_id(const char *text, size_t size)
{
    unsigned char bytes[16];
    char again[ID_SIZE];
    bool valid = id_is_valid(text, size);
    HOLDS(strlen(text) != size || valid == id_to_bytes(text, bytes));
    if (valid) {
        HOLDS(id_to_bytes(text, bytes));
        id_from_bytes(bytes, again);
        HOLDS(memcmp(again, text, size) == 0 && size == ID_SIZE - 1);
    }
}

static void read_hex(const char *text, size_t size)
{
    unsigned char bytes[DIGEST_BYTES];
    char again[DIGEST_HEX_SIZE];
    bool decodes = hex_decode(text, size, bytes, sizeof bytes);
    bool valid = digest_hex_is_valid(text, size);
    HOLDS(decodes || !valid);
    if (decodes) {
        HOLDS(size == DIGEST_HEX_SIZE - 1);
        hex_encode(bytes, sizeof bytes, again);
        HOLDS(valid == (memcmp(again, text, size) == 0));
    }
}

static void read_base64(const char *text, size_t size)
{
    for (size_t wanted = 0; wanted <= KEY_SIGNATURE_BYTES; wanted += 16) {
        unsigned char bytes[KEY_SIGNATURE_BYTES + 1];
        struct buf again = {0};
        bytes[wanted] = 0xa5;
        bool decodes = base64_decode(text, size, bytes, wanted);
        HOLDS(bytes[wanted] == 0xa5);
        if (decodes) {
            base64_append(bytes, wanted, &again);
            HOLDS(again.size == size);
            HOLDS(memcmp(buf_text(&again), text, size) == 0);
        }
        buf_free(&again);
    }
}

// Whatever is kept there: never more tries than there are, and no lock that is
// longer than a lock.
static void read_tries(const char *text)
{
    const struct pin_moment moment = {"c2a1f0de-93b4-4d5e-8f60-718293a4b5c6",
                                      7200000};
    struct pin_tries tries, again;
    char written[PIN_TRIES_TEXT_SIZE];
    bool readable = pin_tries_read(text, &moment, &tries);
    HOLDS(tries.wrong >= 0 && tries.wrong <= PIN_TRIES);
    HOLDS(readable || pin_tries_left(&tries, &moment) == 0);
    int64_t left = pin_lock_left_ms(&tries, &moment);
    HOLDS(left >= 0 && left <= PIN_LOCK_MS);
    pin_tries_write(&tries, written);
    HOLDS(pin_tries_read(written, &moment, &again));
    HOLDS(again.wrong == tries.wrong);
    HOLDS(pin_lock_left_ms(&again, &moment) == left);
    int before = pin_tries_left(&tries, &moment);
    bool took = pin_tries_take(&tries, &moment);
    HOLDS(took == (before > 0));
    HOLDS(pin_tries_left(&tries, &moment) == (took ? before - 1 : 0));
}

static void read_server(const char *text)
{
    char once[DEVICE_TEXT_SIZE], twice[DEVICE_TEXT_SIZE];
    struct server_address address;
    for (int plain = 0; plain <= 1; plain++) {
        if (enrolment_read_server(text, plain, once) != ENROLMENT_DONE)
            continue;
        HOLDS(strncmp(once, "http", 4) == 0);
        HOLDS(strlen(once) > 0 && once[strlen(once) - 1] != '/');
        HOLDS(!strpbrk(strstr(once, "://") + 3, "/?#@ "));
        HOLDS(enrolment_read_server(once, plain, twice) == ENROLMENT_DONE);
        HOLDS(strcmp(once, twice) == 0);
    }
    if (server_address_parse(text, &address))
        HOLDS(address.size == sizeof address.socket.ip4 ||
              address.size == sizeof address.socket.ip6);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct buf text = {0};
    fuzz_start();
    buf_append(&text, data, size);
    read_id(buf_text(&text), text.size);
    read_hex(buf_text(&text), text.size);
    read_base64(buf_text(&text), text.size);
    read_tries(buf_text(&text));
    read_server(buf_text(&text));
    HOLDS(!pin_is_well_formed(buf_text(&text)) ||
          strlen(buf_text(&text)) == PIN_DIGITS);
    if (pin_hash_is_valid(buf_text(&text)))
        HOLDS(strlen(buf_text(&text)) < PIN_HASH_SIZE);
    buf_free(&text);
    return 0;
}
