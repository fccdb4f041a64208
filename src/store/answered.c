#include "store/answered.h"
#include <string.h>

static size_t held(const struct answered *answered)
{
    return answered->count < ANSWERED_MAX ? answered->count : ANSWERED_MAX;
}

// ANSWERED_MAX when it is not there.
static size_t find(const struct answered *answered, const unsigned char id[16])
{
    for (size_t i = 0; i < held(answered); i++)
        if (memcmp(answered->ids[i], id, sizeof answered->ids[i]) == 0)
            return i;
    return ANSWERED_MAX;
}

void answered_note(struct answered *answered, const char *invitation)
{
    unsigned char id[16];
    if (!id_to_bytes(invitation, id) || find(answered, id) != ANSWERED_MAX)
        return;
    memcpy(answered->ids[answered->count % ANSWERED_MAX], id, sizeof id);
    answered->count++;
}

void answered_forget(struct answered *answered, const char *invitation)
{
    unsigned char id[16];
    size_t place =
        id_to_bytes(invitation, id) ? find(answered, id) : ANSWERED_MAX;
    // Zeros are no invitation's.
    if (place != ANSWERED_MAX)
        memset(answered->ids[place], 0, sizeof answered->ids[place]);
}

bool answered_has(const struct answered *answered, const char *invitation)
{
    unsigned char id[16];
    return id_to_bytes(invitation, id) && find(answered, id) != ANSWERED_MAX;
}
